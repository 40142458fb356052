"""What the integration tests share."""

from tests.integration.certificates import authority, secure_receiver
from tests.integration.receivers import receiver
from tests.integration.sending import hurried, sending
from tests.integration.stack import stack

__all__ = ["authority", "hurried", "receiver", "secure_receiver", "sending", "stack"]
