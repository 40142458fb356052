"""Read what the functions printed: CloudWatch Logs of the local AWS has every line of every invocation."""

from dataclasses import dataclass

from local.aws.cloud import Cloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One line, from a function or from the platform (`REPORT`)."""

    group: str
    """The function's log group."""
    at: float
    """When its invocation ended, in seconds since 1970."""
    text: str


def printed(cloud: Cloud) -> list[Printed]:
    """Return all lines so far, each group's oldest first."""
    logs = cloud.client("logs")
    groups = [
        group["logGroupName"]
        for page in logs.get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
    ]
    return [
        Printed(group=group, at=event["timestamp"] / 1000, text=event["message"])
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]
