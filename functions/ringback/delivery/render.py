"""Render an event and a callback as the request or the mail that is sent (facts: Bodies on the wire).

How tokens become values is in `callbacks.tokens`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from ringback.callbacks.identifiers import parse_mailbox
from ringback.callbacks.rules import check_credentials, parse_callback_url, parse_method, parse_type
from ringback.callbacks.tokens import Template, parse_template
from ringback.callbacks.url import MAX_RENDERED
from ringback.catalog.payload import CATALOGUE, EventKind, lookup
from ringback.email.message import Mail, render_mail
from ringback.errors import AttemptFailed, InvalidSetting
from ringback.http.request import HttpRequest, build_request
from ringback.json_text import to_compact_json
from ringback.models import NOT_CALLED, Callback, CallbackType, Called, Event, Method, Outcome, Url
from ringback.redaction import PRIVATE, without_secrets
from ringback.text import to_well_formed

MAX_PREPARED = 1_024
"""URLs that an execution environment keeps parsed; each takes 4 KiB at the very most."""


class Rendered(NamedTuple):
    """What an attempt sends."""

    request: HttpRequest | Mail
    empty_tokens: int = 0
    """Tokens in the URL for which the event had no value; counted, never an error."""
    called: Called = NOT_CALLED
    """The request as an attempt in the log shows it."""


def render(  # noqa: PLR0913 - what an attempt is made of
    callback: Callback, *, delivery: str, event: Event, at: datetime, secrets: Sequence[str] = (), attempt: int = 1
) -> Rendered:
    """Render *event* for *callback*, signed at *at* with each of *secrets*.

    *delivery* is the `webhook-id`, *attempt* the number of this attempt within that delivery.

    Raises:
        AttemptFailed: the callback breaks a rule (which may be newer than it is), or its URL with values is too long.
        InfrastructureError: a signing secret is unusable.
    """
    if callback.refused:
        raise AttemptFailed(Outcome.UNUSABLE, callback.refused)
    try:
        kind = lookup(event.kind)
        if callback.type is CallbackType.EMAIL:
            parse_type(callback.type, kind)
            mail = render_mail(to=_mailbox(callback), kind=kind, event=event, delivery=delivery)
            return Rendered(
                request=replace(mail, callback=(callback.owner, callback.event), delivery=(event.owner, delivery))
            )
        check_credentials(callback.url_username, callback.url_password)
        prepared = _prepare(callback.type, callback.method or "", callback.url, kind.name)
        url, shown, empty_tokens = prepared.filled(event)
    except InvalidSetting as error:
        raise AttemptFailed(Outcome.UNUSABLE, error.logged) from None
    method = prepared.method
    body = None if method is Method.GET else _body(kind, event)
    request = build_request(
        callback,
        event,
        method=method,
        url=url,
        body=body,
        delivery=delivery,
        attempt=attempt,
        at=at,
        secrets=secrets,
    )
    called = Called(method=request.method, url=shown)
    return Rendered(request=request, empty_tokens=empty_tokens, called=called)


def _mailbox(callback: Callback) -> str:
    try:
        return parse_mailbox(callback.email)
    except InvalidSetting:  # its message quotes the address
        raise AttemptFailed(Outcome.UNUSABLE, "email: no address that mail can be sent to") from None


class _Prepared(NamedTuple):
    """What every delivery to a callback has in common."""

    method: Method
    url: Url
    template: Template
    """Of the URL's target."""
    shown: str
    """The URL as an attempt shows it where it has no tokens."""

    def filled(self, event: Event) -> tuple[Url, str, int]:
        """Return the URL with the values of *event*, the same as it is shown, and the number of tokens without one."""
        url, template = self.url, self.template
        if not template.gaps:
            return url, self.shown, 0
        filled = template.fill(event.data, most=MAX_RENDERED)
        has_private = not PRIVATE.isdisjoint(body for body, _ in template.gaps)
        target = template.fill(event.data, most=MAX_RENDERED, masked=PRIVATE).text if has_private else filled.text
        return replace(url, target=filled.text), _show(url, target), filled.empty


@lru_cache(MAX_PREPARED)
def _prepare(callback_type: str, method: str, url: str, kind_name: str) -> _Prepared:
    kind = CATALOGUE[kind_name]
    parse_type(callback_type, kind)
    parsed_method, parsed_url = parse_method(method, kind), parse_callback_url(url, kind)
    return _Prepared(
        method=parsed_method,
        url=parsed_url,
        template=parse_template(parsed_url.target, kind.names),
        shown=_show(parsed_url, parsed_url.target),
    )


def _show(url: Url, target: str) -> str:
    return without_secrets(f"{url.scheme}://{url.authority}{target}")


def _body(kind: EventKind, event: Event) -> bytes:
    data = {field.body: event.data[field.body] for field in kind.fields if field.body in event.data}
    return to_well_formed(to_compact_json(data)).encode()
