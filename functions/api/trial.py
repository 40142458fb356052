"""Try out a callback: preview what it would send, or send a test now."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

from api.fonenumber_object import prefix_field
from api.gateway.errors import not_found
from ringback.aws.dynamodb import Key
from ringback.breaker import HEALTHY
from ringback.callbacks.parse import parse_inline, parse_public_setting
from ringback.catalog.payload import EventKind, Scope, read_data
from ringback.errors import InvalidSetting
from ringback.frozen import frozen
from ringback.http.request import HttpRequest
from ringback.models import AttemptReason, Callback, CallbackType, Delivery, DeliveryStatus, Event, delivery_id
from ringback.ssrf.rules import Network
from ringback.storage.callbacks import callback_key

MASKS = {"authorization": "Basic ********", "webhook-signature": "v1,********"}
"""What a preview shows in place of headers that would reveal a password or a signature."""


@frozen
class Trial:
    """A made-up event, and the callback to try out with it."""

    delivery: Delivery
    callback: Callback
    is_stored: bool
    """Whether the callback is the stored one."""

    def proves_it_works(self, after: Delivery) -> bool:
        """Return whether its test, which ended as *after*, shows that a failing or disabled callback works again.

        A mail proves nothing, because SES accepts mail for any address.
        """
        ailing = bool(self.callback.disabled) or self.callback.breaker != HEALTHY
        answered = after.status is DeliveryStatus.DELIVERED and self.callback.type is CallbackType.CALLBACK
        return self.is_stored and ailing and answered


def build_event(  # noqa: PLR0913 - the fields of an event
    kind: EventKind, data: Mapping[str, object] | None, *, account: str, fonenumber: str, event_id: str, at: datetime
) -> Event:
    """Build an event with *data*, or with the catalogue's example.

    Raises:
        MalformedEvent: the data does not fit the kind of event.
    """
    values, unknown = (dict(kind.example), ()) if data is None else read_data(kind, data)
    return Event(
        kind=kind.name, account=account, fonenumber=fonenumber, id=event_id, time=at, data=values, unknown=unknown
    )


def build_trial(
    kind: EventKind,
    event: Event,
    fields: Mapping[str, object] | None,
    *,
    stored: Callable[[Key], Callback | None],
    allowed: Iterable[Network],
) -> Trial:
    """Pair *event* with the callback that *fields* describe, or with the stored one if there are none.

    Raises:
        InvalidSetting: *fields* break a rule.
        Problem: there are no fields and no callback is stored (404).
        InfrastructureError: the table or KMS is unavailable.
    """
    key = callback_key(event)
    callback: Callback | None
    if fields is not None:
        callback = prefix_field("callback", partial(_given, kind, fields, key, stored, allowed))
    elif kind.scope is Scope.MESSAGE:
        raise InvalidSetting("callback", f"missing; that of {kind.name} is never stored, it travels inside each event")
    else:
        callback = stored(key)
    if callback is None:
        raise not_found(f"{kind.name} of {event.fonenumber or event.account} is not set; set it, or include a callback")
    delivery = Delivery(id=delivery_id(event), event=event, created=event.time, reason=AttemptReason.TEST)
    return Trial(delivery=delivery, callback=callback, is_stored=fields is None)


def masked_headers(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the headers of *request* as a preview shows them."""
    return [(name, _masked(name, value)) for name, value in request.headers]


def _masked(name: str, value: str) -> str:
    mask = MASKS.get(name.lower())
    return value if mask is None else " ".join([mask] * (value.count("v1,") or 1))


def _given(
    kind: EventKind,
    fields: Mapping[str, object],
    key: Key,
    stored: Callable[[Key], Callback | None],
    allowed: Iterable[Network],
) -> Callback:
    if kind.scope is Scope.MESSAGE:
        return parse_inline(fields, owner=key[0], kind=kind, allowed=allowed)
    callback = parse_public_setting(kind, fields, owner=key[0], allowed=allowed, current=stored(key))
    if callback is None:
        raise InvalidSetting("type", "given None; with this type nothing is sent")
    return callback
