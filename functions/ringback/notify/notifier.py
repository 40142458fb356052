"""Collect status events while an invocation runs, and send them to the platform and to contacts at its end.

Each is sent at most once, and only while the invocation has time; what could not be sent is in the log.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from itertools import batched
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from ringback.callbacks.url import get_host
from ringback.config import MailConfig
from ringback.email.message import Mail, render_disabled
from ringback.email.ses import MailSender
from ringback.errors import AttemptFailed, InfrastructureError, describe_error
from ringback.models import Callback, Delivery, DeliveryStatus, split_owner
from ringback.notify.status_event import (
    PUT_AT_ONCE,
    StatusEvent,
    StatusEventBus,
    StatusEventKind,
    about_callback,
    about_failure,
)
from ringback.storage.accounts import load_contact
from ringback.telemetry import Metrics

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CALL_NEEDS_SECONDS = 9
"""A call that is tried once takes 7 s at worst; an invocation that times out would do all of its work again."""

_CHANGES = {
    StatusEventKind.CALLBACK_OPENED: "CallbacksOpened",
    StatusEventKind.CALLBACK_CLOSED: "CallbacksClosed",
    StatusEventKind.CALLBACK_DISABLED: "CallbacksDisabled",
}


class StatusEventLog:
    """Logs and counts each change of a callback, and what could not be sent."""

    def __init__(self, *, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def callback_changed(self, status_event: StatusEvent) -> None:
        """Log and count a change of a callback's state."""
        self._metrics.count(_CHANGES[status_event.kind])
        self._logger.warning(status_event.kind.value, extra=dict(status_event.detail))

    def unsent(self, count: int, error: Exception) -> None:
        """Log and count that *count* status events or mails could not be sent."""
        self._metrics.count("UnsentNotifications", count)
        self._logger.error("notifications.unsent", extra={"count": count, **describe_error(error)})


class Notifier:
    """Collects status events and sends them when the invocation has done its work."""

    def __init__(
        self, *, bus: StatusEventBus, mail: MailSender, contact: Callable[[str], str], log: StatusEventLog
    ) -> None:
        """*contact* returns the address of an account's contact, or an empty string; *mail* and *bus* try once."""
        self._bus = bus
        self._mail = mail
        self._contact = contact
        self._log = log
        self._status_events: list[StatusEvent] = []
        self._disabled: list[tuple[Callback, str]] = []

    def callback_changed(self, kind: StatusEventKind, callback: Callback, now: datetime, reason: str) -> None:
        """Note that the state of *callback* changed; the contact gets a mail if it was turned off."""
        status_event = about_callback(kind, callback, at=now, reason=reason)
        self._status_events.append(status_event)
        self._log.callback_changed(status_event)
        if kind is StatusEventKind.CALLBACK_DISABLED:
            self._disabled.append((callback, reason))

    def delivery_settled(self, delivery: Delivery, callback: Callback, now: datetime) -> None:
        """Note that *delivery* is settled; only a failure becomes a status event."""
        if delivery.status is DeliveryStatus.FAILED:
            self._status_events.append(about_failure(delivery, callback, at=now))

    @property
    def has_unsent(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._status_events or self._disabled)

    def flush(self, time_left: Callable[[], float]) -> None:
        """Send all that was collected, as far as time allows."""
        status_events, self._status_events = self._status_events, []
        disabled, self._disabled = self._disabled, []
        for some in batched(status_events, PUT_AT_ONCE, strict=False):
            self._try(time_left, len(some), partial(self._bus.put, some))
        for callback, reason in disabled:
            self._try(time_left, 1, partial(self._write_to, callback, reason))

    def _write_to(self, callback: Callback, reason: str) -> int:
        address = self._contact(split_owner(callback.owner)[0])
        # A mailbox that is full, gone or annoyed is the wrong place to say so.
        if address and address.casefold() != callback.email.casefold():
            self._mail.send(_mail(address, callback, reason))
        return 0

    def _try(self, time_left: Callable[[], float], count: int, send: Callable[[], int]) -> None:
        if time_left() < CALL_NEEDS_SECONDS:
            self._log.unsent(count, InfrastructureError("the invocation had no time left to send it"))
            return
        try:
            refused = send()
        except (InfrastructureError, AttemptFailed) as error:
            self._log.unsent(count, error)
            return
        if refused:
            self._log.unsent(refused, InfrastructureError("the bus did not take them"))


def _mail(address: str, callback: Callback, reason: str) -> Mail:
    return render_disabled(to=address, callback=callback, host=get_host(callback), reason=reason)


def build_notifier(
    settings: MailConfig, *, dynamodb: "DynamoDBClient", client: Callable[..., Any], log: StatusEventLog
) -> Notifier:
    """Build the notifier of a function; *client* creates the clients of SES and EventBridge when they are needed."""
    return Notifier(
        bus=StatusEventBus(cache(lambda: client("events", tries=1))),
        mail=MailSender(
            sender=settings.sender_address,
            configuration=settings.mail_configuration,
            ses=cache(lambda: client("sesv2", tries=1)),
        ),
        contact=partial(load_contact, table=settings.callbacks_table, dynamodb=dynamodb),
        log=log,
    )
