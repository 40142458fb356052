"""Render mails as plain text and HTML, without anything that links elsewhere or could end a header."""

import re
from html import escape
from typing import Final

from ringback.callbacks.identifiers import spoken
from ringback.catalog.event_kind import EventKind
from ringback.frozen import frozen
from ringback.models import Callback, CallbackType, Event, Value, split_owner
from ringback.text import to_well_formed

MAX_SUBJECT_CHARACTERS = 120
"""Mail programs show about 70; a header line may have 998 (RFC 5322, 2.1.1)."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

_INDENT = "\n    "

_ROW = """\
<tr><th align="left" valign="top" style="padding:6px 16px 6px 0;color:#5f6b7a;font-weight:normal">{name}</th>
<td dir="auto" style="padding:6px 0;white-space:pre-wrap;overflow-wrap:anywhere">{value}</td></tr>"""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c2430;\
background:#ffffff">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">{heading}</h1>
<table cellspacing="0" cellpadding="0" style="border-collapse:collapse;font-size:15px">
{rows}
</table>
<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #d9dee5;color:#5f6b7a;font-size:13px">{footer}</p>
</body>
</html>
"""


@frozen
class Mail:
    """A rendered e-mail notification."""

    callback: tuple[str, str] | None = None
    """Owner and kind of event of the callback that it is sent for; None for a mail to a contact."""
    delivery: tuple[str, str] | None = None
    """Owner and id of the delivery that it is sent for; None for a mail to a contact."""
    to: str
    subject: str
    text: str
    html: str


def render_mail(*, to: str, kind: EventKind, event: Event, delivery: str) -> Mail:
    """Render the notification of *event* for one address; *delivery* is the id to look it up by."""
    heading = _one_line(f"{kind.title} on {spoken(event.fonenumber) or event.account}")
    subject = f"{heading} ({kind.name})"[:MAX_SUBJECT_CHARACTERS]
    values = [(field.body, _clean(event.data[field.body])) for field in kind.fields if field.body in event.data]
    footer = (
        f"You receive this because {kind.name} of {spoken(event.fonenumber) or event.account} is set to Email with your"
        " address. To stop these messages, set its type to None."
    )
    return _mail(to, heading, subject, values, (_one_line(footer), _one_line(f"Delivery {delivery}")))


def render_disabled(*, to: str, callback: Callback, host: str, reason: str) -> Mail:
    """Render the mail that tells an account's contact that one of its callbacks was turned off."""
    account, fonenumber = split_owner(callback.owner)
    heading = _one_line(f"Callback of {spoken(fonenumber) or account} was turned off")
    is_mail = callback.type is CallbackType.EMAIL
    place = ("address", _clean(callback.email)) if is_mail else ("host", _clean(host))
    values = [("event", callback.event), place, ("reason", _clean(reason))]
    until = "Until you set it again" if is_mail else "Until you set it again or a test of it succeeds"
    footers = (
        f"{until}, its deliveries are cancelled. You can redeliver them afterwards.",
        _one_line(f"You receive this because your address is the contact of account {account}."),
    )
    return _mail(to, heading, f"{heading} ({callback.event})"[:MAX_SUBJECT_CHARACTERS], values, footers)


def _mail(to: str, heading: str, subject: str, values: list[tuple[str, str]], footers: tuple[str, ...]) -> Mail:
    return Mail(
        to=to,
        subject=subject,
        text=_text(heading, values, footers),
        html=_PAGE.format(
            subject=escape(subject),
            heading=escape(heading),
            rows="\n".join(_ROW.format(name=escape(name), value=escape(value)) for name, value in values),
            footer="<br>\n".join(escape(line) for line in footers),
        ),
    )


def _text(heading: str, values: list[tuple[str, str]], footers: tuple[str, ...]) -> str:
    # An indented second line of a value cannot be mistaken for the next field.
    lines = [f"{name}: {value.replace('\n', _INDENT)}" for name, value in values]
    return "\n".join([heading, "", *lines, "", "-- ", *footers, ""])


def _clean(value: Value) -> str:
    """Replace the control characters of *value*, and use one kind of line break."""
    return _CONTROL.sub(
        "\N{REPLACEMENT CHARACTER}", to_well_formed(str(value)).replace("\r\n", "\n").replace("\r", "\n")
    )


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())
