"""Parse what SES reports about a mail on EventBridge (SES: Contents of event data)."""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ringback.aws.dynamodb import Key
from ringback.email.ses import DELIVERY_TAG, TAG, parse_tag
from ringback.errors import InfrastructureError
from ringback.frozen import frozen
from ringback.timestamps import parse_time

PERMANENT = "Permanent"
"""The type of a bounce after which the address is given up; all other types may be temporary."""

NOT_SPAM = "not-spam"
"""The type of a "complaint" that withdraws a complaint (RFC 5965, 7.3)."""

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z -]{0,39}|[245]\.\d{1,3}\.\d{1,3}")
"""What is safe to quote of a report: a word of SES, or a status code (RFC 3463); not a foreign server's text."""


class ReportKind(StrEnum):
    """What happened to the mail; also the name of the log line."""

    BOUNCED = "mail.bounced"
    COMPLAINED = "mail.complained"
    REJECTED = "mail.rejected"


@frozen
class Report:
    """One event of SES."""

    kind: ReportKind
    is_final: bool
    """Whether no more mail should be sent to the address."""
    why: str
    """The reason, in the words of SES."""
    mail: str
    """The id that SES gave the mail, which is in the detail of its attempt."""
    to: frozenset[str] = field(repr=False)
    """The recipients in lower case; not those to whom it was forwarded, whom a bounce may name."""
    callback: Key | None
    """The callback that the mail was sent for; None if it was sent to a contact."""
    delivery: Key | None
    """The delivery that the mail was sent for; None if it was sent to a contact."""
    sent: datetime
    """When SES accepted the mail."""

    @property
    def in_words(self) -> str:
        """The report in words, for the customer."""
        what = _IN_WORDS[self.kind, self.is_final]
        return f"{what}: {self.why}" if self.why else what


_IN_WORDS = {
    (ReportKind.BOUNCED, True): "the mail bounced",
    (ReportKind.BOUNCED, False): "the mail bounced and is lost; the next one may arrive",
    (ReportKind.COMPLAINED, True): "the recipient complained about the mail",
    (ReportKind.COMPLAINED, False): "the recipient withdrew a complaint about the mail",
    (ReportKind.REJECTED, False): "SES did not send the mail",
}
"""What to tell the customer, by kind of report and whether it is final."""


def read_report(event: Mapping[str, Any]) -> Report:
    """Parse the report in an *event* of EventBridge.

    Raises:
        InfrastructureError: its kind or shape is unknown.
    """
    try:
        detail = event["detail"]
        return _READERS[detail["eventType"]](detail)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise InfrastructureError(f"reading a report of SES: unknown kind or shape ({type(error).__name__})") from None


def _bounce(detail: Mapping[str, Any]) -> Report:
    bounce = detail["bounce"]
    status = next((one.get("status") for one in bounce["bouncedRecipients"]), None)
    is_final = bounce["bounceType"] == PERMANENT
    return _report(ReportKind.BOUNCED, detail, _words(bounce["bounceSubType"], status), is_final=is_final)


def _complaint(detail: Mapping[str, Any]) -> Report:
    complaint = detail["complaint"]
    feedback = complaint.get("complaintFeedbackType")
    why = _words(complaint.get("complaintSubType"), feedback)
    return _report(ReportKind.COMPLAINED, detail, why, is_final=feedback != NOT_SPAM)


def _reject(detail: Mapping[str, Any]) -> Report:
    """SES found a virus, which says nothing about the address."""
    return _report(ReportKind.REJECTED, detail, _words(detail["reject"]["reason"]), is_final=False)


_READERS = {"Bounce": _bounce, "Complaint": _complaint, "Reject": _reject}


def _report(kind: ReportKind, detail: Mapping[str, Any], why: str, *, is_final: bool) -> Report:
    mail = detail["mail"]
    tags = mail.get("tags", {})
    return Report(
        kind=kind,
        is_final=is_final,
        why=why,
        mail=mail["messageId"],
        to=frozenset(address.casefold() for address in mail["destination"]),
        callback=_named(tags, TAG),
        delivery=_named(tags, DELIVERY_TAG),
        sent=parse_time(mail["timestamp"]),
    )


def _named(tags: Mapping[str, Any], name: str) -> Key | None:
    values = tags.get(name, [])
    return parse_tag(values[0]) if values else None


def _words(*texts: object) -> str:
    return ", ".join(text for text in texts if isinstance(text, str) and _WORD.fullmatch(text))
