"""Sends e-mail notifications through SES v2 and says how it went."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ringback.aws import code_of
from ringback.errors import AttemptFailed, OurFault
from ringback.models import Answer, Mail, Outcome

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
"""By SES's own error names. All others (no permission, an unverified sender, a paused account) are our fault."""

SERVER_ERROR = 500


class MailSender:
    """Sends from one address; *ses* makes the client when it is first needed."""

    def __init__(self, *, sender: str, ses: "Callable[[], SESV2Client]") -> None:
        self._sender = sender
        self._ses = ses

    def send(self, mail: Mail) -> Answer:
        """Hand *mail* to SES.

        Raises:
            AttemptFailed: SES is busy or refuses this mail.
            OurFault: SES is out of reach, or refuses us.
        """
        try:
            answer = self._ses().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": _text(mail.subject),
                        "Body": {"Text": _text(mail.text), "Html": _text(mail.html)},
                    }
                },
            )
        except ClientError as error:
            raise _judged(error) from error
        except BotoCoreError as error:
            raise OurFault(f"sending mail: {error}") from error
        return Answer(outcome=Outcome.DELIVERED, detail=f"SES took it as {answer['MessageId']}")


def _text(data: str) -> "ContentTypeDef":
    return {"Data": data, "Charset": "UTF-8"}


def _judged(error: ClientError) -> AttemptFailed | OurFault:
    code = code_of(error)
    outcome = OUTCOMES.get(code)
    if outcome is None and error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR:
        outcome = Outcome.MAIL_DELAYED
    if outcome is None:
        return OurFault(f"sending mail: {code}")
    return AttemptFailed(outcome, f"SES: {code}")
