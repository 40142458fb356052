"""A metric, a dimension or an id that does not exist is found, in alarms and in dashboards."""

import json
from typing import Any

import pytest

from local.template import InvalidTemplate
from ringback.telemetry import METRICS
from tools.gate import metrics

QUEUE = {"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}
SERVICE = {"Name": "service", "Value": {"Ref": "AWS::StackName"}}
NOT_A_QUEUE = "not ${NAME.QueueName} of a resource of type AWS::SQS::Queue"


def template(**more: Any) -> dict[str, Any]:
    variables = {"POWERTOOLS_SERVICE_NAME": {"Ref": "AWS::StackName"}}
    lane = {"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Letters", "Arn"]}}}
    return {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": lane},
            "Letters": {"Type": "AWS::SQS::Queue"},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}},
            **more,
        }
    }


def of_alarm(**properties: Any) -> list[str]:
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
    return list(metrics.complaints(template(Alarm=alarm)))


def of_metric(namespace: str, name: str, *dimensions: dict[str, Any]) -> list[str]:
    return of_alarm(Namespace=namespace, MetricName=name, Dimensions=list(dimensions))


def of_widget(*rows: list[Any]) -> list[str]:
    widget = {"type": "metric", "properties": {"title": "Some", "metrics": list(rows)}}
    return of_body(json.dumps({"widgets": [widget]}))


def of_body(body: str) -> list[str]:
    dashboard = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": {"Fn::Sub": body}}}
    return list(metrics.complaints(template(Dashboard=dashboard)))


def test_metrics_that_exist_are_no_complaint() -> None:
    assert of_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", QUEUE) == []
    assert of_metric("AWS/SES", "Reputation.BounceRate") == []
    assert of_metric("Ringback", "Attempts", SERVICE) == []


@pytest.mark.parametrize(
    ("namespace", "name", "complaint"),
    [
        ("AWS/ApiGateway", "5XXError", "no such metric"),
        ("Ringback", "Attempted", "no such metric"),
        ("AWS/Sqs", "NumberOfMessagesSent", "no such namespace; there are"),
    ],
)
def test_a_metric_that_nobody_publishes_is_found(namespace: str, name: str, complaint: str) -> None:
    (found,) = of_metric(namespace, name)

    assert found.startswith(f"Alarm: {namespace} {name}: {complaint}")


def test_a_metric_without_the_dimensions_that_it_is_published_under_is_found() -> None:
    assert of_metric("AWS/Lambda", "Errors") == [
        "Alarm: AWS/Lambda Errors: has no values for the dimensions []; it has some for ['FunctionName']"
    ]


def test_a_metric_of_ours_that_is_published_by_reason_alone_has_no_total() -> None:
    """CloudWatch does not add dimensions up: an alarm on the total would be green for ever."""
    assert METRICS["DeadLetters"].by == "reason"

    (found,) = of_metric("Ringback", "DeadLetters", SERVICE)

    assert "no values for the dimensions ['service']; it has some for ['reason', 'service']" in found


@pytest.mark.parametrize(
    "value",
    [{"Ref": "Queue"}, {"Fn::GetAtt": ["Queue", "Arn"]}, {"Ref": "Function"}, "ringback-events"],
)
def test_a_dimension_that_names_no_resource_of_ours_is_found(value: object) -> None:
    (found,) = of_metric("AWS/SQS", "NumberOfMessagesReceived", {"Name": "QueueName", "Value": value})

    assert found.endswith(NOT_A_QUEUE)


def test_a_service_for_which_no_function_publishes_is_found() -> None:
    assert of_metric("Ringback", "Attempts", {"Name": "service", "Value": "other"}) == [
        "Alarm: Ringback Attempts: no function publishes for the service other"
    ]


def test_what_a_redrive_policy_moves_is_not_counted_as_sent() -> None:
    letters = {"Name": "QueueName", "Value": {"Fn::GetAtt": ["Letters", "QueueName"]}}

    (found,) = of_metric("AWS/SQS", "NumberOfMessagesSent", letters)

    assert "does not count what a redrive policy moves there" in found


def test_an_expression_may_speak_of_the_metrics_beside_it_alone() -> None:
    stat = {"Metric": {"Namespace": "Ringback", "MetricName": "Attempts", "Dimensions": [SERVICE]}}
    expression = {"Fn::Sub": "IF(attempts >= ${Least}, FILL(delivered, 0) / attempts, 'like this')"}

    found = of_alarm(Metrics=[{"Id": "rate", "Expression": expression}, {"Id": "attempts", "MetricStat": stat}])

    assert found == [f"Alarm: {expression['Fn::Sub']}: no metric there has the id delivered"]


def test_a_widget_s_rows_are_read_with_their_short_forms() -> None:
    found = of_widget(
        ["AWS/SQS", "NumberOfMessagesReceived", "QueueName", "${Queue.QueueName}"],
        [".", "NumberOfMessagesLost", ".", "."],
        ["...", "${Queue}", {"id": "m1"}],
        [{"expression": "m1 + m2", "id": "sum"}],
    )

    assert found == [
        "Dashboard, widget Some: AWS/SQS NumberOfMessagesLost: no such metric",
        "Dashboard, widget Some: AWS/SQS NumberOfMessagesLost: no such metric",
        f"Dashboard, widget Some: AWS/SQS NumberOfMessagesLost: QueueName is ${{Queue}}, {NOT_A_QUEUE}",
        "Dashboard, widget Some: m1 + m2: no metric there has the id m2",
    ]


@pytest.mark.parametrize(
    ("schema", "name", "complaints"),
    [("reason", "DeadLetters", 0), ("reason", "Deadletters", 1), ("by", "DeadLetters", 1)],
)
def test_a_search_is_for_metrics_that_exist(schema: str, name: str, complaints: int) -> None:
    search = f"""SEARCH('{{Ringback,service,{schema}}} MetricName="{name}" service="${{AWS::StackName}}"', 'Sum', 60)"""

    assert len(of_widget([{"expression": search}])) == complaints


def test_a_body_may_have_a_parameter_in_the_place_of_a_number() -> None:
    assert (
        of_body('{"widgets": [{"type": "text", "height": ${Height}, "properties": {"markdown": "a ${Queue}"}}]}') == []
    )


def test_a_body_that_is_no_json_is_refused() -> None:
    with pytest.raises(InvalidTemplate, match="Dashboard: its DashboardBody is not JSON"):
        of_body('{"widgets": [}')
