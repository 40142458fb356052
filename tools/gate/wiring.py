"""Check that senders may send, and that references have the right type; cfn-lint checks that they exist."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.template import Template, of_type
from tools.gate.metric_uses import ALARM, widgets
from tools.policies import Statement, statements
from tools.readable import NAME, as_list, readable

RECEIVING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda does to a queue on behalf of the function's role."""

_MAY_BE_TARGETS = {"AWS::SQS::Queue": "sqs:SendMessage", "AWS::Lambda::Function": "lambda:InvokeFunction"}


def complaints(translated: Template) -> Iterator[str]:
    """Return a complaint for each reference that leads nowhere, or to where nobody is let in."""
    allowed = [statement for statement in statements(translated) if statement.effect == "Allow"]
    yield from _rules(translated, allowed)
    yield from _event_sources(translated, allowed)
    yield from _queue_policies(translated)
    yield from _alarms(translated)
    yield from _log_groups(translated)
    yield from _widgets(translated)


def _named(value: object, translated: Template) -> tuple[str, str]:
    """Return the logical id and type of the resource that *value* names; the type is empty if it names none."""
    found = NAME.match(readable(value))
    name = found["resource"] if found else readable(value)
    return name, translated["Resources"].get(name, {}).get("Type", "")


def _rules(translated: Template, allowed: list[Statement]) -> Iterator[str]:
    for name, rule in of_type(translated, "AWS::Events::Rule").items():
        arns = [(target["Arn"], "target") for target in rule["Targets"]]
        letters = (target.get("DeadLetterConfig") for target in rule["Targets"])
        arns += [(config["Arn"], "dead-letter queue") for config in letters if config]
        for arn, what in arns:
            target, kind = _named(arn, translated)
            if kind not in _MAY_BE_TARGETS:
                yield f"{name}: its {what} {target} is {kind or 'none of our resources'}"
            elif not any(_lets_in(one, rule=name, target=target, action=_MAY_BE_TARGETS[kind]) for one in allowed):
                yield f"{name}: no policy lets it use its {what} {target}"


def _lets_in(statement: Statement, *, rule: str, target: str, action: str) -> bool:
    return (
        action in statement.actions
        and "events.amazonaws.com" in statement.principals
        and any(resource in (f"${{{target}.Arn}}", f"${{{target}}}") for resource in statement.resources)
        and any("SourceArn = " in one and f"${{{rule}.Arn}}" in one for one in statement.conditions)
    )


def _event_sources(translated: Template, allowed: list[Statement]) -> Iterator[str]:
    for name, mapping in of_type(translated, "AWS::Lambda::EventSourceMapping").items():
        queue, kind = _named(mapping["EventSourceArn"], translated)
        function, function_kind = _named(mapping["FunctionName"], translated)
        if kind != "AWS::SQS::Queue" or function_kind != "AWS::Lambda::Function":
            yield f"{name}: leads from {queue} ({kind}) to {function} ({function_kind}), not from a queue to a function"
            continue
        role, _ = _named(translated["Resources"][function]["Properties"]["Role"], translated)
        granted = {
            action
            for statement in allowed
            if statement.owner == role and f"${{{queue}.Arn}}" in statement.resources
            for action in statement.actions
        }
        yield from (
            f"{name}: {role} does not allow {action} on {queue}" for action in RECEIVING if action not in granted
        )


def _queue_policies(translated: Template) -> Iterator[str]:
    guarded: set[str] = set()
    for name, policy in of_type(translated, "AWS::SQS::QueuePolicy").items():
        queues = {_named(queue, translated)[0] for queue in policy["Queues"]}
        guarded |= queues
        for statement in as_list(policy["PolicyDocument"]["Statement"]):
            for resource in as_list(statement["Resource"]):
                if (target := _named(resource, translated)[0]) not in queues:
                    yield f"{name}, {statement['Sid']}: speaks of {target}, which is not the policy's queue"
    yield from (
        f"{name}: has no queue policy" for name in of_type(translated, "AWS::SQS::Queue") if name not in guarded
    )


def _alarms(translated: Template) -> Iterator[str]:
    for name, alarm in of_type(translated, ALARM).items():
        actions = as_list(alarm.get("AlarmActions"))
        if not actions:
            yield f"{name}: tells nobody"
        for action in actions:
            topic, kind = _named(action, translated)
            if kind != "AWS::SNS::Topic":
                yield f"{name}: tells {topic}, which is {kind or 'none of our resources'} and not a topic"


def _log_groups(translated: Template) -> Iterator[str]:
    """Return the log groups of saved queries and of functions."""
    named = [
        (name, group)
        for name, query in of_type(translated, "AWS::Logs::QueryDefinition").items()
        for group in as_list(query.get("LogGroupNames"))
    ]
    functions = of_type(translated, "AWS::Lambda::Function").items()
    named += [(name, function.get("LoggingConfig", {}).get("LogGroup", "none")) for name, function in functions]
    for name, value in named:
        group, kind = _named(value, translated)
        if kind != "AWS::Logs::LogGroup":
            yield f"{name}: its log group is {group}, which is {kind or 'none of our resources'}"


def _widgets(translated: Template) -> Iterator[str]:
    for place, widget in widgets(translated):
        properties = widget["properties"]
        alarms = properties.get("alarms", []) + properties.get("annotations", {}).get("alarms", [])
        wanted = {"an alarm": (ALARM, alarms), "a log group": ("AWS::Logs::LogGroup", _sources(properties))}
        for what, (kind, values) in wanted.items():
            for value in values:
                if _named(value, translated)[1] != kind:
                    yield f"{place}: {value} is not {what}"


def _sources(properties: Mapping[str, Any]) -> list[str]:
    """Return the log groups of a widget that runs a query: `SOURCE 'name' | SOURCE 'name' | fields …`."""
    steps = (step.strip() for step in str(properties.get("query", "")).split("|"))
    return [step.removeprefix("SOURCE").strip().strip("'\"") for step in steps if step.startswith("SOURCE")]
