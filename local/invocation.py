"""Provide what Lambda gives a function, for tests and benchmarks that run one in their own process."""

from dataclasses import dataclass
from typing import Final

REGION: Final = "us-east-1"

AWS_ACCESS: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}
"""What a client of AWS needs where nothing checks it."""

_DELIVER: Final = {
    "ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
    "CALLBACKS_TABLE": "CallbacksTable",
    "CONNECTIONS_PER_HOST": "10",
    "CREDENTIALS_KEY": f"arn:aws:kms:{REGION}:123456789012:key/key",
    "DEAD_LETTERS_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/DeadLetters",
    "DELIVERIES_TABLE": "DeliveriesTable",
    "DELIVERY_RETENTION_DAYS": "30",
    "MAIL_CONFIGURATION": "Mail",
    "POWERTOOLS_SERVICE_NAME": "ringback",
    "RETRIES_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/Retries",
    "SENDER_ADDRESS": "callbacks@ringback.example",
    "SUCCESS_LOG_RATE": "0.01",
}


_API: Final = {
    "ACCOUNT_CLAIM": "account_id",
    "AUTHORIZATION": "jwt",
    "BURST": "20",
    "EGRESS_ADDRESSES": "",
    "REQUESTS_PER_SECOND": "10",
}


def api_variables(**changed: str) -> dict[str, str]:
    """Return the variables that the template gives `api` alone, for callers with tokens."""
    return _API | changed


def deliver_variables(**changed: str) -> dict[str, str]:
    """Return the variables that the template gives `deliver`, with callbacks to this machine allowed."""
    return _DELIVER | changed


@dataclass(slots=True, kw_only=True)
class Context:
    """Lambda's context of an invocation."""

    seconds: float = 30
    """Seconds until it is ended; they do not pass."""
    function_name: str = "deliver"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:123456789012:function:deliver"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        """Return the same number however long it has taken."""
        return int(self.seconds * 1000)
