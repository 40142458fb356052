"""Act on reports of SES: note them in deliveries, and disable callbacks whose mail bounces or draws complaints."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from feedback.ses_events import Report, ReportKind
from ringback.aws.dynamodb import Key, Table
from ringback.aws.statements import Change, Condition
from ringback.errors import InfrastructureError
from ringback.frozen import frozen
from ringback.models import Callback, CallbackType, DeliveryStatus, split_owner
from ringback.notify.notifier import Notifier
from ringback.notify.status_event import StatusEventKind
from ringback.storage.breakers import BreakerStore
from ringback.storage.callbacks import callback_from_item
from ringback.telemetry import Metrics

REASONS = {
    ReportKind.BOUNCED: "mail to this address bounced",
    ReportKind.COMPLAINED: "the recipient complained about a mail",
}
"""Why a callback is disabled, as told to its owner, its contact and the platform."""

RECORDED_WITHIN = timedelta(minutes=10)
"""How long to wait for the record of the attempt that sent the mail, which a report may overtake."""

_DELIVERED = Condition(holds="#status = :delivered", values={":delivered": {"S": DeliveryStatus.DELIVERED}})

_COUNTED = {
    ReportKind.BOUNCED: "MailBounced",
    ReportKind.COMPLAINED: "MailComplained",
    ReportKind.REJECTED: "MailRejected",
}


class ReportLog:
    """Log and count reports, without addresses."""

    def __init__(self, *, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def reported(self, report: Report, *, disabled: bool) -> None:
        """Log and count *report*; *disabled* says whether it disabled a callback."""
        self._metrics.count(_COUNTED[report.kind])
        owner, event = report.callback or ("#", "")
        account, fonenumber = split_owner(owner)
        line = {"account": account, "fonenumber": fonenumber, "event": event, "mail": report.mail, "why": report.why}
        self._logger.warning(report.kind.value, extra={**line, "final": report.is_final, "disabled": disabled})

    def flush(self) -> None:
        """Emit the metrics of this invocation."""
        self._metrics.flush()


@frozen
class Acted:
    """What was done about a report."""

    disabled: bool
    """Whether the callback was disabled."""
    too_early: bool
    """Whether its delivery is not recorded yet, so that the report has to be processed again."""


class Feedback:
    """Act on reports, idempotently."""

    def __init__(
        self,
        *,
        callbacks: Table,
        deliveries: Table,
        health: BreakerStore,
        notifier: Notifier,
        clock: Callable[[], datetime],
    ) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries
        self._health = health
        self._notifier = notifier
        self._clock = clock

    def act(self, report: Report) -> Acted:
        """Note *report* in its delivery, and disable its callback if it still sends mail to the same address.

        Raises:
            InfrastructureError: a table is unavailable.
        """
        missing = bool(report.delivery) and not self._note(report)
        is_new = abs(self._clock() - report.sent) < RECORDED_WITHIN
        return Acted(disabled=self._disable(report), too_early=missing and is_new)

    def _note(self, report: Report) -> bool:
        """Note *report* in its delivery unless that is being redelivered; return whether the delivery exists."""
        change = Change(set={"note": {"S": report.in_words}})
        doing = "noting a report of SES"
        write = self._deliveries.update(report.delivery or ("", ""), change, doing=doing, only_if=_DELIVERED)
        return write.done or bool(write.item)

    def _disable(self, report: Report) -> bool:
        if not report.is_final or report.callback is None:
            return False
        callback = self._mailing(report.callback)
        if callback is None or callback.email.casefold() not in report.to:
            return False
        reason = f"{REASONS[report.kind]}: {report.why}" if report.why else REASONS[report.kind]
        now = self._clock()
        if not self._health.disable(callback, reason, at=now):
            return False
        self._notifier.callback_changed(StatusEventKind.CALLBACK_DISABLED, callback, now, reason)
        return True

    def _mailing(self, key: Key) -> Callback | None:
        """Return the current callback under *key* if its type is e-mail."""
        found = self._callbacks.read([key])
        if found.unread:
            raise InfrastructureError("reading a callback: the table is busy")
        for item in found.items:
            if item.get("type", {}).get("S") == CallbackType.EMAIL:
                return callback_from_item(item, credentials=None)
        return None
