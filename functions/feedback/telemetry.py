"""What operators see of SES's reports: one log line and one count for each."""

from aws_lambda_powertools import Logger

from feedback.reports import Report, ReportKind
from ringback.measures import Measures
from ringback.models import account_and_fonenumber

_COUNTED = {
    ReportKind.BOUNCED: "MailBounced",
    ReportKind.COMPLAINED: "MailComplained",
    ReportKind.REJECTED: "MailRejected",
}


class Telemetry:
    """Logs and counts reports; no address is in a line."""

    def __init__(self, *, logger: Logger, measures: Measures) -> None:
        self._logger = logger
        self._measures = measures

    def reported(self, report: Report, *, disabled: bool) -> None:
        """SES has reported something; *disabled* says whether that has turned off a callback."""
        self._measures.count(_COUNTED[report.kind])
        owner, event = report.callback or ("#", "")
        account, fonenumber = account_and_fonenumber(owner)
        line = {"account": account, "fonenumber": fonenumber, "event": event, "mail": report.mail, "why": report.why}
        self._logger.warning(report.kind.value, extra={**line, "final": report.is_final, "disabled": disabled})

    def flush(self) -> None:
        """Emit the metrics of this invocation."""
        self._measures.flush()
