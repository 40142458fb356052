"""Tells the platform, and an account's contact, what became of callbacks and deliveries; at most once, best effort."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from itertools import batched
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from ringback.callbacks.url import get_host
from ringback.config import Config
from ringback.email.message import Mail, render_disabled
from ringback.email.ses import MailSender
from ringback.errors import AttemptFailed, InfrastructureError, describe_error
from ringback.models import Callback, Delivery, DeliveryStatus, split_owner
from ringback.notify.events import (
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
"""One call that is tried once takes 7 s at worst; an invocation that is ended would do its work again."""

_CHANGES = {
    StatusEventKind.CALLBACK_OPENED: "CallbacksOpened",
    StatusEventKind.CALLBACK_CLOSED: "CallbacksClosed",
    StatusEventKind.CALLBACK_DISABLED: "CallbacksDisabled",
}


class StatusEventLog:
    """Logs and counts each change of a callback, and what reached nobody."""

    def __init__(self, *, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def noticed(self, notice: StatusEvent) -> None:
        """The state of a callback has changed."""
        self._metrics.count(_CHANGES[notice.kind])
        self._logger.warning(notice.kind.value, extra=dict(notice.detail))

    def untold(self, count: int, fault: Exception) -> None:
        """Nobody could be told of *count* changes; the log has them."""
        self._metrics.count("Untold", count)
        self._logger.error("notices.untold", extra={"count": count, **describe_error(fault)})


class Notifier:
    """Collects what is to be told while an invocation does its work, and tells it at the end."""

    def __init__(
        self, *, bus: StatusEventBus, mail: MailSender, contact: Callable[[str], str], log: StatusEventLog
    ) -> None:
        """*contact* gives the address of an account's contact, or nothing; *mail* and *bus* try once."""
        self._bus = bus
        self._mail = mail
        self._contact = contact
        self._log = log
        self._notices: list[StatusEvent] = []
        self._disabled: list[tuple[Callback, str]] = []

    def changed(self, kind: StatusEventKind, callback: Callback, now: datetime, reason: str) -> None:
        """The state of *callback* has changed; one that is turned off is told to its contact too."""
        notice = about_callback(kind, callback, at=now, reason=reason)
        self._notices.append(notice)
        self._log.noticed(notice)
        if kind is StatusEventKind.CALLBACK_DISABLED:
            self._disabled.append((callback, reason))

    def settled(self, delivery: Delivery, callback: Callback, now: datetime) -> None:
        """Where *delivery* stands; only a failure is told."""
        if delivery.status is DeliveryStatus.FAILED:
            self._notices.append(about_failure(delivery, callback, at=now))

    def tell(self, time_left: Callable[[], float]) -> None:
        """Tell all that was collected, as far as there are seconds left for it."""
        notices, self._notices = self._notices, []
        disabled, self._disabled = self._disabled, []
        for some in batched(notices, PUT_AT_ONCE, strict=False):
            self._try(time_left, len(some), partial(self._bus.put, some))
        for callback, reason in disabled:
            self._try(time_left, 1, partial(self._write_to, callback, reason))

    def _write_to(self, callback: Callback, reason: str) -> int:
        address = self._contact(split_owner(callback.owner)[0])
        # A mailbox that is full, gone or annoyed is no place to say so.
        if address and address.casefold() != callback.email.casefold():
            self._mail.send(_mail(address, callback, reason))
        return 0

    def _try(self, time_left: Callable[[], float], count: int, tell: Callable[[], int]) -> None:
        if time_left() < CALL_NEEDS_SECONDS:
            self._log.untold(count, InfrastructureError("the invocation had no time left to tell"))
            return
        try:
            untold = tell()
        except (InfrastructureError, AttemptFailed) as fault:
            self._log.untold(count, fault)
            return
        if untold:
            self._log.untold(untold, InfrastructureError("the bus did not take them"))


def _mail(address: str, callback: Callback, reason: str) -> Mail:
    return render_disabled(to=address, callback=callback, host=get_host(callback), reason=reason)


def build_notifier(
    settings: Config, *, dynamodb: "DynamoDBClient", client: Callable[..., Any], log: StatusEventLog
) -> Notifier:
    """The announcer of a function with these *settings*; *client* makes those of SES and EventBridge when needed."""
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
