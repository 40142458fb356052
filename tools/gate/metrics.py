"""Check that alarms and dashboards look at metrics that somebody publishes, under dimensions that they have."""

import re
from collections.abc import Iterator, Mapping

from local.template import Template, of_type
from ringback.telemetry import METRICS, NAMESPACE
from tools.gate.aws_metrics import AWS_METRICS, NEEDS_RESOURCE
from tools.gate.metric_uses import MetricMath, MetricUse, graphs
from tools.readable import NAME, readable

NEVER_COUNTED = {"NumberOfMessagesSent"}
"""Metrics of a queue that stay at zero for what a redrive policy moves there."""

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_ID = re.compile(r"(?<![\w$.{])[a-z]\w*")


def complaints(translated: Template) -> Iterator[str]:
    """Return a complaint for each metric, dimension or id that does not exist."""
    for graph in graphs(translated):
        for use in graph.uses:
            yield from (f"{use.place}: {use.namespace} {use.name}: {fault}" for fault in _faults(use, translated))
        for math in graph.maths:
            yield from _unknown_ids(math)


def _faults(use: MetricUse, translated: Template) -> Iterator[str]:
    dimensions = tuple(sorted(use.dimensions))
    published = OWN if use.namespace == NAMESPACE else AWS_METRICS.get(use.namespace)
    if published is None:
        yield f"no such namespace; there are {', '.join(sorted([*AWS_METRICS, NAMESPACE]))}"
    elif not any(use.name in names for names in published.values()):
        yield "no such metric"
    elif use.name not in published.get(dimensions, ()):
        has = " or ".join(str(list(one)) for one, names in published.items() if use.name in names)
        yield f"has no values for the dimensions {list(dimensions)}; it has some for {has}"
    for name, value in use.dimensions.items():
        if value is not None and name in NEEDS_RESOURCE:
            yield from _wrong_value(name, value, translated["Resources"])
    if (service := use.dimensions.get("service")) and service not in _services(translated):
        yield f"no function publishes for the service {service}"
    if use.name in NEVER_COUNTED and use.dimensions.get("QueueName") in _redrive_targets(translated):
        yield "does not count what a redrive policy moves there"


def _wrong_value(dimension: str, value: str, resources: Mapping[str, Template]) -> Iterator[str]:
    kind, attribute = NEEDS_RESOURCE[dimension]
    found = NAME.fullmatch(value)
    resource = resources.get(found["resource"]) if found else None
    if not found or not resource or resource["Type"] != kind or (found["attribute"] or "") != attribute:
        wanted = f"${{NAME.{attribute}}}" if attribute else "${NAME}"
        yield f"{dimension} is {value}, not {wanted} of a resource of type {kind}"


def _services(translated: Template) -> set[str]:
    """Return the functions' service names, which Powertools uses as the dimension `service`."""
    functions = of_type(translated, "AWS::Lambda::Function").values()
    variables = (function.get("Environment", {}).get("Variables", {}) for function in functions)
    return {readable(one.get("POWERTOOLS_SERVICE_NAME", "none")) for one in variables}


def _redrive_targets(translated: Template) -> set[str]:
    """Return the names of dead-letter queues as the dimension QueueName has them."""
    policies = (one.get("Properties", {}).get("RedrivePolicy") for one in translated["Resources"].values())
    return {f"${{{policy['deadLetterTargetArn']['Fn::GetAtt'][0]}.QueueName}}" for policy in policies if policy}


def _unknown_ids(math: MetricMath) -> Iterator[str]:
    for spoken_of in sorted(set(_ID.findall(_STRING.sub("", math.expression))) - math.ids):
        yield f"{math.place}: {math.expression}: no metric there has the id {spoken_of}"


def _own() -> dict[tuple[str, ...], frozenset[str]]:
    keys = {name: tuple(sorted(filter(None, ("service", metric.by)))) for name, metric in METRICS.items()}
    return {key: frozenset(name for name in METRICS if keys[name] == key) for key in set(keys.values())}


OWN = _own()
"""What Ringback publishes itself: one set of dimensions for each metric."""
