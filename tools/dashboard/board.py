"""The dashboard of the template, as the local stack has it."""

import json
from collections.abc import Mapping
from typing import Any

from local.stack import STACK
from ringback.telemetry import METRICS
from tools.gate.metric_uses import widgets
from tools.template import Template


def parts(template: Template) -> list[Mapping[str, Any]]:
    """The widgets of the dashboard, with the local stack's name filled in."""
    text = json.dumps([widget for _, widget in widgets(template)])
    found: list[Mapping[str, Any]] = json.loads(text.replace("${AWS::StackName}", STACK))
    return found


def titles(template: Template) -> str:
    """What the picture notes of the dashboard that it shows."""
    return json.dumps([widget["properties"]["title"] for widget in parts(template)])


def unit(properties: Mapping[str, Any]) -> str:
    """What stands beside the axis: milliseconds need to be told from counts."""
    names = {name for row in properties["metrics"] for name in row if isinstance(name, str)}
    timed = {name for name, metric in METRICS.items() if metric.unit == "Milliseconds"} | {"Duration"}
    return "Milliseconds" if names & timed else ""
