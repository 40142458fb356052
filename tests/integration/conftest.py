"""What the integration tests share."""

from tests.integration.calling import api, shared_api
from tests.integration.certificates import authority, plain_authority, secure_receiver
from tests.integration.delivering import break_call, calls, platform
from tests.integration.receivers import receiver
from tests.integration.sending import hurried, sending
from tests.integration.stack import shared_stack, stack
from tests.integration.telling import letters, told

__all__ = [
    "api",
    "authority",
    "break_call",
    "calls",
    "hurried",
    "letters",
    "plain_authority",
    "platform",
    "receiver",
    "secure_receiver",
    "sending",
    "shared_api",
    "shared_stack",
    "stack",
    "told",
]
