"""What operators see of the changes that the platform and the customers' contacts are told."""

from aws_lambda_powertools import Logger

from ringback.fault_fields import fault_fields
from ringback.measures import Measures
from ringback.notices import Notice, NoticeKind

_CHANGES = {
    NoticeKind.CALLBACK_OPENED: "CallbacksOpened",
    NoticeKind.CALLBACK_CLOSED: "CallbacksClosed",
    NoticeKind.CALLBACK_DISABLED: "CallbacksDisabled",
}


class NoticeLog:
    """Logs and counts each change of a callback, and what reached nobody."""

    def __init__(self, *, logger: Logger, measures: Measures) -> None:
        self._logger = logger
        self._measures = measures

    def noticed(self, notice: Notice) -> None:
        """The state of a callback has changed."""
        self._measures.count(_CHANGES[notice.kind])
        self._logger.warning(notice.kind.value, extra=dict(notice.detail))

    def untold(self, count: int, fault: Exception) -> None:
        """Nobody could be told of *count* changes; the log has them."""
        self._measures.count("Untold", count)
        self._logger.error("notices.untold", extra={"count": count, **fault_fields(fault)})
