"""List the metrics of AWS that alarms and dashboard may use, with the dimensions under which AWS publishes them.

An alarm on a name or dimension that is not published stays green forever. HTTP APIs have `5xx` where REST APIs have
`5XXError`; what a redrive policy moves to dead letters is not counted as sent there.
"""

from collections.abc import Mapping

type Published = Mapping[tuple[str, ...], frozenset[str]]
"""Dimensions, sorted, and the metrics that have exactly those."""

_CAPACITY = frozenset({"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"})
_THROTTLES = frozenset({"ReadThrottleEvents", "WriteThrottleEvents"})
_QUIET = frozenset(
    {
        "ApproximateAgeOfOldestMessageInQuietGroups",
        "ApproximateNumberOfMessagesDelayedInQuietGroups",
        "ApproximateNumberOfMessagesNotVisibleInQuietGroups",
        "ApproximateNumberOfMessagesVisibleInQuietGroups",
        "ApproximateNumberOfNoisyGroups",
    }
)
_HTTP_API = frozenset({"4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"})

AWS_METRICS: Mapping[str, Published] = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": {
        ("QueueName",): _QUIET
        | {
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
            "NumberOfEmptyReceives",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
            "SentMessageSize",
        },
    },
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": {
        ("FunctionName",): frozenset(
            {
                "AsyncEventAge",
                "AsyncEventsDropped",
                "AsyncEventsReceived",
                "ConcurrentExecutions",
                "Duration",
                "Errors",
                "Invocations",
                "Throttles",
            }
        ),
        (): frozenset({"ClaimedAccountConcurrency", "ConcurrentExecutions", "UnreservedConcurrentExecutions"}),
    },
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": {
        ("TableName",): _CAPACITY | _THROTTLES | {"ConditionalCheckFailedRequests", "TimeToLiveDeletedItemCount"},
        ("GlobalSecondaryIndexName", "TableName"): _CAPACITY | _THROTTLES,
        ("Operation", "TableName"): frozenset({"SuccessfulRequestLatency", "SystemErrors", "ThrottledRequests"}),
        (): frozenset({"UserErrors"}),
    },
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    "AWS/ApiGateway": {("ApiId",): _HTTP_API, ("ApiId", "Stage"): _HTTP_API},
    # https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-cloudwatch.html
    "AWS/SES": {
        (): frozenset(
            {
                "Bounce",
                "Complaint",
                "Delivery",
                "Reject",
                "Reputation.BounceRate",
                "Reputation.ComplaintRate",
                "Send",
            }
        ),
    },
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    "AWS/Events": {
        ("RuleName",): frozenset({"FailedInvocations", "Invocations", "InvocationsSentToDlq", "TriggeredRules"}),
    },
    # https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    "AWS/SNS": {
        ("TopicName",): frozenset({"NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"}),
    },
}

NEEDS_RESOURCE: Mapping[str, tuple[str, str]] = {
    "ApiId": ("AWS::ApiGatewayV2::Api", ""),
    "FunctionName": ("AWS::Lambda::Function", ""),
    "QueueName": ("AWS::SQS::Queue", "QueueName"),
    "RuleName": ("AWS::Events::Rule", ""),
    "Stage": ("AWS::ApiGatewayV2::Stage", ""),
    "TableName": ("AWS::DynamoDB::Table", ""),
    "TopicName": ("AWS::SNS::Topic", "TopicName"),
}
"""Dimension → type of the resource that its value names, and by which attribute; without one, by `Ref`."""
