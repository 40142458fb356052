# The callbacks of a number, through Ringback's API. docs/api.md and GET /v2/openapi.json describe the requests.

terraform {
  required_providers {
    restapi = {
      source  = "Mastercard/restapi"
      version = "~> 3.0"
    }
  }
}

variable "api_url" {
  description = "Output ApiUrl of Ringback's stack."
  type        = string
}

variable "token" {
  description = "Token of the account (TF_VAR_token in the environment keeps it out of files)."
  type        = string
  sensitive   = true
}

variable "fonenumber" {
  description = "Phone number in Ringback's normalized format, as the API shows it."
  type        = string
}

variable "url" {
  description = "URL to send messages to."
  type        = string
}

provider "restapi" {
  uri                  = var.api_url
  headers              = { token = var.token, "content-type" = "application/json" }
  write_returns_object = true
  rate_limit           = 5
}

# Only the blocks given here are set; the number's other callbacks stay as they are.
resource "restapi_object" "fonenumber" {
  path         = "/v2/fonenumbers"
  object_id    = var.fonenumber
  id_attribute = "fonenumber/fonenumber"

  create_method = "PUT"
  create_path   = "/v2/fonenumbers/{id}"
  data = jsonencode({
    fonenumber = {
      fonenumber = var.fonenumber
      message_options = {
        receive_notify = { type = "Callback", method = "JSON", url = var.url }
      }
    }
  })

  # There is no DELETE: a callback is cancelled by setting its type to None.
  destroy_method = "PUT"
  destroy_data = jsonencode({
    fonenumber = { message_options = { receive_notify = { type = "None" } } }
  })

  # Answers show every event and older names of the blocks as well.
  ignore_server_additions = true
}
