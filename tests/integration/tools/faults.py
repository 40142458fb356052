"""Ten faults that somebody who edits the template could make, each planted in a copy of it."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from local.template import Template


def properties(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def statement(template: Template, role: str, sid: str) -> dict[str, Any]:
    policy, *_ = properties(template, role)["Policies"]
    found: dict[str, Any]
    (found,) = (one for one in policy["PolicyDocument"]["Statement"] if one["Sid"] == sid)
    return found


def wrong_runtime(template: Template) -> None:
    template["Globals"]["Function"]["Runtime"] = "python3.8"


def missing_ttl(template: Template) -> None:
    del properties(template, "DeliveriesTable")["TimeToLiveSpecification"]


def wildcard_action(template: Template) -> None:
    statement(template, "DeliverRole", "ReadAndWriteDeliveries")["Action"] = "dynamodb:*"


def alarm_on_a_metric_that_does_not_exist(template: Template) -> None:
    properties(template, "ApiErrorsAlarm")["MetricName"] = "5XXError"


def visibility_below_the_timeout(template: Template) -> None:
    properties(template, "EventsQueue")["VisibilityTimeout"] = 20


def open_api_route(template: Template) -> None:
    route = properties(template, "ProtectedRoute")
    route["AuthorizationType"] = "NONE"
    del route["AuthorizerId"]


def missing_permission(template: Template) -> None:
    statement(template, "DeliverRole", "ReadAndWriteDeliveries")["Action"].remove("dynamodb:BatchWriteItem")


def renamed_table(template: Template) -> None:
    """Everywhere, so that the template is valid: the deployment would make a new, empty table."""
    renamed = json.loads(json.dumps(template).replace("DeliveriesTable", "DeliveryTable"))
    template.clear()
    template.update(renamed)


def unbounded_log_group(template: Template) -> None:
    del template["Resources"]["DeliverLog"]["Properties"]


def missing_dead_letter_queue(template: Template) -> None:
    del properties(template, "RetriesQueue")["RedrivePolicy"]


FAULTS: Mapping[str, Callable[[Template], None]] = {
    "wrong runtime": wrong_runtime,
    "missing TTL": missing_ttl,
    "wildcard action": wildcard_action,
    "alarm on a metric that does not exist": alarm_on_a_metric_that_does_not_exist,
    "visibility below the timeout": visibility_below_the_timeout,
    "open API route": open_api_route,
    "missing permission": missing_permission,
    "renamed table": renamed_table,
    "unbounded log group": unbounded_log_group,
    "missing dead-letter queue": missing_dead_letter_queue,
}


def planted(fault: str, template: Template) -> Template:
    """A copy of *template* with *fault* in it."""
    copy = deepcopy(template)
    FAULTS[fault](copy)
    return copy
