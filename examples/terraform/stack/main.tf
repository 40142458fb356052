# Ringback's stack. Package it first, which also uploads the code:
#
#   make build ARCHITECTURE=arm64
#   sam package --resolve-s3 --output-template-file packaged.yaml
#   aws s3 cp packaged.yaml s3://BUCKET/ringback.yaml

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "template_url" {
  description = "https URL of the packaged template in S3."
  type        = string
}

variable "sender_address" {
  description = "From address of e-mail notifications, verified in SES."
  type        = string
}

resource "aws_cloudformation_stack" "ringback" {
  name         = "ringback"
  template_url = var.template_url # the template is larger than template_body may be
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  # Terraform sends only these; every other parameter has the template's default.
  parameters = {
    SenderAddress  = var.sender_address
    PublishOutputs = "on"
  }
}

# A role of the platform that may send events.
data "aws_iam_policy_document" "send_events" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_cloudformation_stack.ringback.outputs["EventsQueueArn"]]
  }
}

output "api_url" {
  description = "For ../callbacks."
  value       = aws_cloudformation_stack.ringback.outputs["ApiUrl"]
}

output "events_queue_url" {
  description = "URL of the queue that takes the platform's events."
  value       = aws_cloudformation_stack.ringback.outputs["EventsQueueUrl"]
}

output "send_events_policy" {
  description = "Policy for the role that sends events."
  value       = data.aws_iam_policy_document.send_events.json
}
