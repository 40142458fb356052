"""What a list of deliveries is asked for, as a request says it."""

from api.log_queries import Filter, Standing
from api.parameters import span_of
from api.recognition import parse_party
from ringback.catalogue import lookup
from ringback.models import Outcome


def filter_of(  # noqa: PLR0913 - the filters of a list
    *,
    status: Standing | None = None,
    event: str | None = None,
    event_id: str | None = None,
    outcome: Outcome | None = None,
    http_status: int | None = None,
    other_party: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Filter:
    """Parse filters; what is None or empty is not asked for.

    Raises:
        InvalidSetting: there is no such event, or a time is none.
    """
    first, end = span_of(since, until)
    return Filter(
        statuses=status.statuses if status else (),
        events=(lookup(event).name,) if event else (),
        event_id=event_id or "",
        outcome=outcome,
        http_status=http_status,
        other_party=parse_party(other_party or ""),
        since=first,
        until=end,
    )
