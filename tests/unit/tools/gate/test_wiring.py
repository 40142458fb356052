"""What sends is let in, and what is named is of the kind that it is taken for."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.template_under_test import path_under_test, translated
from tools.gate import wiring


@pytest.fixture
def stack() -> dict[str, Any]:
    """The stack's own resources, to be broken."""
    return deepcopy(translated(path_under_test()))


def properties(stack: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = stack["Resources"][name]["Properties"]
    return found


def test_the_stack_itself_is_well_wired(stack: dict[str, Any]) -> None:
    assert list(wiring.complaints(stack)) == []


@pytest.mark.parametrize(
    ("policy", "what"),
    [("EventsQueuePolicy", "target EventsQueue"), ("DeadLettersPolicy", "dead-letter queue DeadLetters")],
)
def test_a_rule_that_its_queue_does_not_let_in_is_found(stack: dict[str, Any], policy: str, what: str) -> None:
    statements = properties(stack, policy)["PolicyDocument"]["Statement"]
    statements[:] = [one for one in statements if one["Principal"] != {"Service": "events.amazonaws.com"}]

    assert f"EventsRule: no policy lets it use its {what}" in list(wiring.complaints(stack))


@pytest.mark.parametrize(
    "changed",
    [
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Action": "sqs:ReceiveMessage"},
        {"Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["RequeueFunctionEveryMinute", "Arn"]}}}},
    ],
)
def test_a_policy_that_lets_somebody_else_in_or_for_something_else_does_not_count(
    stack: dict[str, Any], changed: dict[str, Any]
) -> None:
    for statement in properties(stack, "EventsQueuePolicy")["PolicyDocument"]["Statement"]:
        if statement["Sid"] == "OurRuleMaySend":
            statement.update(changed)

    assert list(wiring.complaints(stack)) == ["EventsRule: no policy lets it use its target EventsQueue"]


def test_a_rule_that_may_not_invoke_its_function_is_found(stack: dict[str, Any]) -> None:
    del stack["Resources"]["RequeueFunctionEveryMinutePermission"]

    assert list(wiring.complaints(stack)) == [
        "RequeueFunctionEveryMinute: no policy lets it use its target RequeueFunction"
    ]


def test_a_rule_for_something_that_is_no_queue_and_no_function_is_found(stack: dict[str, Any]) -> None:
    properties(stack, "EventsRule")["Targets"][0]["Arn"] = {"Fn::GetAtt": ["CallbacksTable", "Arn"]}

    assert "EventsRule: its target CallbacksTable is AWS::DynamoDB::Table" in list(wiring.complaints(stack))


def test_a_lane_whose_function_may_not_take_from_it_is_found(stack: dict[str, Any]) -> None:
    policy, *_ = properties(stack, "DeliverRole")["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        if statement["Sid"] == "TakeFromBothLanes":
            statement["Action"].remove("sqs:DeleteMessage")

    assert [complaint.split(": ")[1] for complaint in wiring.complaints(stack)] == [
        "DeliverRole does not allow sqs:DeleteMessage on EventsQueue",
        "DeliverRole does not allow sqs:DeleteMessage on RetriesQueue",
    ]


def test_a_lane_from_something_that_is_no_queue_is_found(stack: dict[str, Any]) -> None:
    properties(stack, "DeliverFunctionEvents")["EventSourceArn"] = {"Fn::GetAtt": ["DeliveriesTable", "StreamArn"]}

    (found,) = wiring.complaints(stack)

    assert found.startswith("DeliverFunctionEvents: leads from DeliveriesTable (AWS::DynamoDB::Table)")


def test_a_queue_without_a_policy_is_found(stack: dict[str, Any]) -> None:
    del stack["Resources"]["RetriesQueuePolicy"]

    assert list(wiring.complaints(stack)) == ["RetriesQueue: has no queue policy"]


def test_a_policy_that_speaks_of_another_queue_is_found(stack: dict[str, Any]) -> None:
    statement = properties(stack, "RetriesQueuePolicy")["PolicyDocument"]["Statement"][0]
    statement["Resource"] = {"Fn::GetAtt": ["EventsQueue", "Arn"]}

    assert list(wiring.complaints(stack)) == [
        "RetriesQueuePolicy, NobodyWithoutTls: speaks of EventsQueue, which is not the policy's queue"
    ]


@pytest.mark.parametrize(
    ("actions", "complaint"),
    [
        ([], "tells nobody"),
        ([{"Ref": "EventsQueue"}], "tells EventsQueue, which is AWS::SQS::Queue and not a topic"),
        (["arn:elsewhere"], "tells arn:elsewhere, which is none of our resources and not a topic"),
    ],
)
def test_an_alarm_that_reaches_no_topic_is_found(stack: dict[str, Any], actions: list[object], complaint: str) -> None:
    properties(stack, "DeadLettersAlarm")["AlarmActions"] = actions

    assert list(wiring.complaints(stack)) == [f"DeadLettersAlarm: {complaint}"]


def test_a_saved_query_of_no_log_group_is_found(stack: dict[str, Any]) -> None:
    properties(stack, "DeadLettersQuery")["LogGroupNames"] = ["/aws/lambda/deliver"]

    assert list(wiring.complaints(stack)) == [
        "DeadLettersQuery: its log group is /aws/lambda/deliver, which is none of our resources"
    ]


def test_a_function_without_a_log_group_of_ours_is_found(stack: dict[str, Any]) -> None:
    """Lambda would make one that keeps everything for ever."""
    del properties(stack, "RequeueFunction")["LoggingConfig"]["LogGroup"]

    assert list(wiring.complaints(stack)) == ["RequeueFunction: its log group is none, which is none of our resources"]


@pytest.mark.parametrize(
    ("shown", "complaint"),
    [
        ({"query": "SOURCE 'elsewhere' | fields @message"}, "elsewhere is not a log group"),
        ({"alarms": ["${DeadLetters.Arn}"]}, "${DeadLetters.Arn} is not an alarm"),
        ({"annotations": {"alarms": ["${DeadLetters.Arn}"]}}, "${DeadLetters.Arn} is not an alarm"),
    ],
)
def test_a_widget_of_something_that_is_not_there_is_found(
    stack: dict[str, Any], shown: dict[str, Any], complaint: str
) -> None:
    body = {"widgets": [{"properties": {"title": "Some", **shown}}]}
    properties(stack, "Dashboard")["DashboardBody"] = {"Fn::Sub": json.dumps(body)}

    assert list(wiring.complaints(stack)) == [f"Dashboard, widget Some: {complaint}"]
