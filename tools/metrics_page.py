"""Write the tables of docs/metrics.md from the code and the template: `python -m tools.metrics_page`."""

from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from local.template import Template, load, of_type
from ringback.telemetry import METRICS
from tools.page_parts import filled, row

PROJECT = Path(__file__).parents[1]
PATH = PROJECT / "docs" / "metrics.md"


def page(template: Template, written: str) -> str:
    """Return the page *written* by people, with the metrics of the code, and the alarms and queries of *template*."""
    parts = {
        "metrics": "\n".join(_metrics()),
        "alarms": "\n".join(_alarms(template)),
        "queries": "\n".join(_queries(template)),
    }
    return reduce(lambda text, part: filled(text, part, parts[part]), parts, written)


def _metrics() -> Iterator[str]:
    yield "| metric | unit | dimensions | meaning |\n|---|---|---|---|"
    for name, metric in METRICS.items():
        dimensions = f"`service`, `{metric.by}`" if metric.by else "`service`"
        yield row(f"`{name}`", metric.unit, dimensions, metric.meaning)


def _alarms(template: Template) -> Iterator[str]:
    yield "| alarm | of | means |\n|---|---|---|"
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        meaning = alarm["AlarmDescription"].partition(" docs/")[0]
        yield row(f"[{name}](operations.md#{name.lower()})", ", ".join(_measured(alarm)), meaning)


def _measured(alarm: Mapping[str, Any]) -> Iterator[str]:
    for metric in alarm.get("Metrics", [{"MetricStat": {"Metric": alarm}}]):
        if "MetricStat" in metric:
            yield f"`{metric['MetricStat']['Metric']['Namespace']}` {metric['MetricStat']['Metric']['MetricName']}"


def _queries(template: Template) -> Iterator[str]:
    for query in of_type(template, "AWS::Logs::QueryDefinition").values():
        yield f"- {query['Name']['Fn::Sub'].rpartition('/')[2]}"


if __name__ == "__main__":
    PATH.write_text(page(load(PROJECT / "template.yaml"), PATH.read_text(encoding="utf-8")), encoding="utf-8")
