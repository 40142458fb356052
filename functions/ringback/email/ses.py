"""Send mails through SES v2, and tag them so that its reports name the callback and the delivery."""

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ringback.aws.clients import get_error_code
from ringback.email.message import Mail
from ringback.errors import AttemptFailed, InfrastructureError
from ringback.models import AttemptResult, Outcome

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef

OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {
        "TooManyRequestsException": Outcome.MAIL_DELAYED,
        "LimitExceededException": Outcome.MAIL_DELAYED,
        "InternalServiceErrorException": Outcome.MAIL_DELAYED,
        "ServiceUnavailable": Outcome.MAIL_DELAYED,
        "MessageRejected": Outcome.MAIL_REJECTED,
        "BadRequestException": Outcome.MAIL_REJECTED,
    }
)
"""Outcomes by SES's error names. All others (no permission, no such configuration set, a paused account) are ours."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
)
"""Keep auto-responders silent: RFC 3834 (5.1), and the header that Exchange obeys (MS-OXCMAIL, 2.1.3.2.20).

Exchange's `All` would silence bounces too, and bounces turn callbacks off (docs/decisions/0017-what-a-get-signs.md).
"""

UNVERIFIED = "not verified"
"""What SES says about the sender and, in its sandbox, about a recipient; both come as `MessageRejected`."""

SERVER_ERROR = 500

TAG = "callback"
"""The name of the tag that names the callback."""

DELIVERY_TAG = "delivery"
"""The name of the tag that names the delivery."""

MAX_TAG = 256
"""Characters of a tag's value: ASCII letters, digits, `_` and `-` (SES: MessageTag)."""

_BETWEEN = "|"
"""Separates the parts of a tag; no kind of event has it in its name."""


class MailSender:
    """Sends from one address; *ses* creates the client when it is first needed.

    SES reports bounces and complaints to the destinations of the *configuration* set; without one it reports nothing.
    """

    def __init__(self, *, sender: str, configuration: str, ses: "Callable[[], SESV2Client]") -> None:
        self._sender = sender
        self._configuration = configuration
        self._ses = ses

    def send(self, mail: Mail) -> AttemptResult:
        """Hand *mail* to SES.

        Raises:
            AttemptFailed: SES is busy, or refuses this mail.
            InfrastructureError: SES is unreachable, or refuses our account.
        """
        try:
            answer = self._ses().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": _text(mail.subject),
                        "Body": {"Text": _text(mail.text), "Html": _text(mail.html)},
                        "Headers": [{"Name": name, "Value": value} for name, value in HEADERS.items()],
                    }
                },
                **self._reporting(mail),
            )
        except ClientError as error:
            raise self._judged(error) from error
        except BotoCoreError as error:
            raise InfrastructureError(
                f"sending mail: {type(error).__name__}"
            ) from error  # its text may repeat the mail
        return AttemptResult(outcome=Outcome.DELIVERED, detail=f"SES took it as {answer['MessageId']}")

    def _reporting(self, mail: Mail) -> dict[str, Any]:
        if not self._configuration:
            return {}
        named = {TAG: mail.callback, DELIVERY_TAG: mail.delivery}
        tags = [{"Name": name, "Value": build_tag(key)} for name, key in named.items() if key]
        return {"ConfigurationSetName": self._configuration, **({"EmailTags": tags} if tags else {})}

    def _judged(self, error: ClientError) -> AttemptFailed | InfrastructureError:
        code, text = get_error_code(error), str(error)
        if UNVERIFIED in text and self._sender in text:
            return InfrastructureError("sending mail: SES has not verified our sender")
        outcome = OUTCOMES.get(code)
        if outcome is None and error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR:
            outcome = Outcome.MAIL_DELAYED
        if outcome is None:
            return InfrastructureError(f"sending mail: {code}")
        return AttemptFailed(outcome, f"SES: {code}")


def _text(data: str) -> "ContentTypeDef":
    return {"Data": data, "Charset": "UTF-8"}


def build_tag(callback: tuple[str, str]) -> str:
    """Build a tag's value from an owner with a kind of event, or from an owner with a delivery's id."""
    owner, event = callback
    text = f"{event}{_BETWEEN}{owner}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_tag(tag: str) -> tuple[str, str] | None:
    """Return the pair that `build_tag` made *tag* of, or None if it did not make it."""
    try:
        text = base64.urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode()
    except ValueError:
        return None
    event, _, owner = text.partition(_BETWEEN)
    return (owner, event) if build_tag((owner, event)) == tag else None
