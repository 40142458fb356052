"""The template's functions: how they run, log and are traced, and the variables that they get."""

import json

import pytest

from deliver.pipeline import ATTEMPT_NEEDS_SECONDS
from requeue.due import RUN_NEEDS_SECONDS
from ringback.http.limits import Limits
from tests.configs import CONFIGS, SHARED, variables_of
from tests.unit.template.resources import FUNCTIONS, PROJECT, grants, properties, template


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_run_python_3_13_on_the_architecture_that_was_chosen(function: str) -> None:
    assert properties(function)["Runtime"] == "python3.13"
    assert properties(function)["Architectures"] == [{"Ref": "Architecture"}]
    assert template()["Parameters"]["Architecture"]["Default"] == "arm64"


def test_a_host_gets_as_many_connections_at_a_time_as_the_transport_has_in_mind() -> None:
    assert template()["Parameters"]["ConnectionsPerHost"]["Default"] == Limits().connections_per_server


def test_lambda_does_not_take_retries_for_a_loop_that_went_wrong() -> None:
    """`deliver` sends to a queue that it takes from; by default Lambda ends that after some 16 rounds."""
    assert properties("DeliverFunction")["RecursiveLoop"] == "Allow"


def test_an_attempt_has_time_to_start_in_an_invocation() -> None:
    assert properties("DeliverFunction")["Timeout"] > ATTEMPT_NEEDS_SECONDS
    assert properties("RequeueFunction")["Timeout"] > RUN_NEEDS_SECONDS


def test_requeue_runs_each_minute_and_a_failed_run_is_not_repeated_beside_the_next() -> None:
    rule = properties("RequeueFunctionEveryMinute")

    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["Targets"][0]["Arn"] == {"Fn::GetAtt": ["RequeueFunction", "Arn"]}
    assert properties("RequeueFunctionEventInvokeConfig")["MaximumRetryAttempts"] == 0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_logs_json_to_a_group_that_forgets(function: str) -> None:
    logging = properties(function)["LoggingConfig"]

    assert logging["LogFormat"] == "JSON"
    assert properties(logging["LogGroup"]["Ref"])["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_is_traced_and_may_write_its_log_and_its_traces(function: str) -> None:
    """Lambda makes no function that is to be traced and whose role may not write traces."""
    name = properties(function)["Role"]["Fn::GetAtt"][0]
    allowed = {sid: statement for role, sid, statement in grants() if role == name}

    assert properties(function)["TracingConfig"] == {"Mode": "Active"}
    assert allowed["WriteTraces"]["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    assert allowed["WriteItsLog"]["Resource"] == {
        "Fn::GetAtt": [properties(function)["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_log_level_is_set_in_one_place(function: str) -> None:
    """AWS_LAMBDA_LOG_LEVEL, which LoggingConfig sets, beats POWERTOOLS_LOG_LEVEL."""
    assert properties(function)["LoggingConfig"]["ApplicationLogLevel"] == {"Ref": "LogLevel"}
    assert not {"POWERTOOLS_LOG_LEVEL", "LOG_LEVEL"} & properties(function)["Environment"]["Variables"].keys()


@pytest.mark.parametrize("function", CONFIGS)
def test_a_function_gets_the_variables_of_its_settings_and_no_others(function: str) -> None:
    set_ = {name for name in properties(function)["Environment"]["Variables"] if not name.startswith("POWERTOOLS_")}

    assert set_ == variables_of(function) | SHARED


@pytest.mark.parametrize("function", CONFIGS)
def test_a_variable_that_the_last_release_did_not_set_has_a_default(function: str) -> None:
    """During an update, new code runs with the variables of the release before; each release writes its own down."""
    released = json.loads((PROJECT / "tests/samples/variables.json").read_text(encoding="utf-8"))[function]

    assert variables_of(function, required_only=True) <= set(released)
