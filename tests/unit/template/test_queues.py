"""The template's queues: what no test on the local AWS can see, because that ignores it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.delivery_queries import UNDER_WAY
from deliver.dead_letters import MAX_ATTRIBUTES, MAX_BODY
from deliver.messages import MAX_BYTES
from ringback.notify.status_event import StatusEventKind
from tests.unit.template.resources import LANES, PROJECT, QUEUES, of_type, properties, source, statements, template

DAY = 86_400


def lanes() -> list[Mapping[str, Any]]:
    return [one["Properties"] for one in of_type("AWS::Lambda::EventSourceMapping").values()]


def queue_policy(queue: str) -> dict[str, Mapping[str, Any]]:
    (policy,) = (
        one["Properties"]
        for one in of_type("AWS::SQS::QueuePolicy").values()
        if one["Properties"]["Queues"] == [{"Ref": queue}]
    )
    return statements(policy["PolicyDocument"])


def chosen(value: Any, batching: str) -> Any:
    """*value* of a property as CloudFormation finds it in the mapping, with the parameter Batching set."""
    match value:
        case {"Fn::FindInMap": [mapping, {"Ref": "Batching"}, name]}:
            return source()["Mappings"][mapping][batching][name]
    return value


def batches(lane: Mapping[str, Any], batching: str) -> tuple[int, int]:
    """How many messages a *lane*'s invocation gets at most, and the seconds for which they are gathered."""
    names = ("BatchSize", "MaximumBatchingWindowInSeconds")
    size, seconds = (chosen(lane[name], batching) for name in names)
    return size, seconds


BATCHING = pytest.mark.parametrize("batching", ["prompt", "thrifty"])


@BATCHING
def test_a_message_stays_invisible_for_six_times_as_long_as_its_function_may_run_and_for_the_window(
    batching: str,
) -> None:
    """What Lambda's guide asks of a queue with a batching window."""
    for lane in lanes():
        queue = properties(lane["EventSourceArn"]["Fn::GetAtt"][0])
        function = properties(lane["FunctionName"]["Ref"])
        _, window = batches(lane, batching)
        assert chosen(queue["VisibilityTimeout"], batching) == 6 * function["Timeout"] + window


@BATCHING
def test_a_message_s_last_receive_is_over_when_the_log_takes_its_attempt_for_lost(batching: str) -> None:
    """And the runbooks say how far apart its receives are."""
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    for queue in map(properties, LANES):
        receives, seconds = queue["RedrivePolicy"]["maxReceiveCount"], chosen(queue["VisibilityTimeout"], batching)
        last = timedelta(seconds=(receives - 1) * seconds + properties("DeliverFunction")["Timeout"])
        assert last < UNDER_WAY
        assert seconds // 60 == 3
        assert "five receives, three minutes each" in page


@pytest.mark.parametrize(("batching", "events"), [("prompt", (10, 0)), ("thrifty", (100, 1))])
def test_events_are_handed_over_as_they_come_or_gathered_and_retries_always_gathered(
    batching: str, events: tuple[int, int]
) -> None:
    """The same names as the parameter allows, and no others."""
    lane = {one["EventSourceArn"]["Fn::GetAtt"][0]: batches(one, batching) for one in lanes()}

    assert lane == {"EventsQueue": events, "RetriesQueue": (100, 1)}
    assert source()["Mappings"]["EventBatches"].keys() == set(template()["Parameters"]["Batching"]["AllowedValues"])


@BATCHING
def test_more_than_10_messages_are_gathered_for_a_second_at_least_as_lambda_demands(batching: str) -> None:
    sizes = [batches(lane, batching) for lane in lanes()]

    assert all(seconds >= 1 for size, seconds in sizes if size > 10)


def test_both_lanes_report_what_failed() -> None:
    assert {lane["EventSourceArn"]["Fn::GetAtt"][0] for lane in lanes()} == set(LANES)
    assert all(lane["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for lane in lanes())


def test_each_lane_has_a_concurrency_of_its_own() -> None:
    parameters = [lane["ScalingConfig"]["MaximumConcurrency"]["Ref"] for lane in lanes()]

    assert sorted(parameters) == ["EventsConcurrency", "RetriesConcurrency"]
    for name in parameters:
        assert 2 <= template()["Parameters"][name]["Default"] <= 1_000


@pytest.mark.parametrize("queue", LANES)
def test_poison_goes_to_the_dead_letters_after_five_receives(queue: str) -> None:
    redrive = properties(queue)["RedrivePolicy"]

    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 5}


@pytest.mark.parametrize("queue", LANES)
def test_dead_letters_are_kept_for_at_least_a_week_after_they_died(queue: str) -> None:
    """A dead letter keeps the age that it had in its queue."""
    assert properties("DeadLetters")["MessageRetentionPeriod"] == 14 * DAY
    assert properties(queue)["MessageRetentionPeriod"] <= 7 * DAY


def test_the_events_queue_has_room_for_the_largest_dead_letter_and_the_dead_letters_for_all_that_it_takes() -> None:
    """So every dead letter can be moved back, with its reason: test_dead_letters.py measures those attributes."""
    assert properties("EventsQueue")["MaximumMessageSize"] == MAX_BYTES + MAX_ATTRIBUTES
    assert properties("DeadLetters")["MaximumMessageSize"] == MAX_BODY + MAX_ATTRIBUTES
    assert properties("EventsQueue")["MaximumMessageSize"] <= MAX_BODY


@pytest.mark.parametrize("queue", QUEUES)
def test_queues_are_encrypted_in_a_way_that_lets_sns_and_eventbridge_send(queue: str) -> None:
    assert properties(queue)["SqsManagedSseEnabled"] is True
    assert "KmsMasterKeyId" not in properties(queue)


@pytest.mark.parametrize("queue", QUEUES)
def test_nobody_may_use_a_queue_without_tls(queue: str) -> None:
    denial = queue_policy(queue)["NobodyWithoutTls"]

    assert denial == {
        "Sid": "NobodyWithoutTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_the_rule_takes_our_events_from_the_bus_and_keeps_what_the_queue_does_not_take() -> None:
    rule = properties("EventsRule")
    (target,) = rule["Targets"]

    assert rule["EventPattern"] == {"detail-type": ["ringback.event"]}
    assert rule["EventBusName"] == {"Ref": "EventBusName"}
    assert target["Arn"] == {"Fn::GetAtt": ["EventsQueue", "Arn"]}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": DAY, "MaximumRetryAttempts": 185}


def test_the_rule_does_not_take_our_own_notices_for_events() -> None:
    """A platform may well use the default bus for both."""
    assert not set(StatusEventKind) & set(properties("EventsRule")["EventPattern"]["detail-type"])
