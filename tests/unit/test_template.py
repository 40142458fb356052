"""The template, as CloudFormation gets it: what no test on the local AWS can see, because that ignores it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import api.app
import api.environment
import custom_resource.environment
import deliver.environment
import feedback.app
import feedback.environment
import requeue.app
import requeue.environment
from api.config import ApiConfig, Authorization
from api.delivery_queries import UNDER_WAY
from api.dispatch import PREFLIGHT
from api.fonenumber_object import as_block
from api.gateway.session_route import SESSION_ROUTE
from custom_resource import key_check
from deliver.dead_letters import MAX_ATTRIBUTES, MAX_BODY
from deliver.messages import MAX_BYTES
from deliver.pipeline import ATTEMPT_NEEDS_SECONDS
from requeue.due import RUN_NEEDS_SECONDS
from ringback import VERSION
from ringback.aws.kms import Credentials
from ringback.config import Config
from ringback.http.limits import Limits
from ringback.models import Callback, CallbackType, Delivery, Event
from ringback.notify.events import SOURCE, StatusEventKind
from ringback.storage.callbacks import NUMBERS_INDEX, callback_to_item
from ringback.storage.deliveries import ATTENTION_INDEX, delivery_to_item
from ringback.storage.due_index import DUE_INDEX
from tests.template_under_test import path_under_test, translated, written

PROJECT = Path(__file__).parents[2]
DAY = 86_400

GIVEN_KEYS = {"Ref": "CredentialsKeyArn"}
QUEUES = ("EventsQueue", "RetriesQueue", "DeadLetters")
LANES = ("EventsQueue", "RetriesQueue")
TABLES = ("CallbacksTable", "DeliveriesTable")
FUNCTIONS = ("DeliverFunction", "RequeueFunction", "FeedbackFunction", "ApiFunction", "CallbackResourceFunction")
REQUIRED = {
    "DeliverFunction": deliver.environment.REQUIRED,
    "RequeueFunction": requeue.environment.REQUIRED,
    "FeedbackFunction": feedback.environment.REQUIRED,
    "ApiFunction": api.environment.REQUIRED,
    "CallbackResourceFunction": custom_resource.environment.REQUIRED,
}
OPEN_ROUTES = {
    "GET /docs",
    "GET /docs/{slash+}",
    "GET /v2/openapi.json",
    "GET /v2/openapi.json/{slash+}",
    "GET /console",
    "GET /console/{file+}",
}


def source() -> Mapping[str, Any]:
    return written(path_under_test())


def template() -> Mapping[str, Any]:
    return translated(path_under_test())


def properties(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template()["Resources"][name]["Properties"]
    return found


def of_type(kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: one for name, one in template()["Resources"].items() if one["Type"] == kind}


def lanes() -> list[Mapping[str, Any]]:
    return [one["Properties"] for one in of_type("AWS::Lambda::EventSourceMapping").values()]


def statements(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {statement["Sid"]: statement for statement in document["Statement"]}


def queue_policy(queue: str) -> dict[str, Mapping[str, Any]]:
    (policy,) = (
        one["Properties"]
        for one in of_type("AWS::SQS::QueuePolicy").values()
        if one["Properties"]["Queues"] == [{"Ref": queue}]
    )
    return statements(policy["PolicyDocument"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def named_in(value: object) -> set[str]:
    """The parameters and resources that an expression speaks of."""
    words = set(re.findall(r"\w+", json.dumps(value)))
    return words & {*template()["Resources"], *template()["Parameters"]}


def item_of_a_waiting_delivery() -> Mapping[str, Mapping[str, str]]:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    event = Event(kind="messages/receive_notify", account="1000001", fonenumber="3215551212", id="1", time=now, data={})
    delivery = Delivery(id="1" * 32, event=event, created=now, due=now)
    return delivery_to_item(delivery, parked=True, retention=timedelta(days=30))  # type: ignore[return-value]


def item_of_a_callback(owner: str) -> Mapping[str, Mapping[str, str]]:
    callback = Callback(owner=owner, event="messages/receive_notify", type=CallbackType.EMAIL, email="a@example.com")
    return callback_to_item(callback, Credentials(key="", kms=pytest.fail))  # type: ignore[return-value]


# ── Queues ──────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── Tables and the key ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("table", TABLES)
def test_tables_cost_nothing_at_rest_are_encrypted_and_can_be_restored(table: str) -> None:
    assert properties(table)["BillingMode"] == "PAY_PER_REQUEST"
    assert properties(table)["SSESpecification"] == {"SSEEnabled": True}
    recovery = True if table == "CallbacksTable" else {"Ref": "LogRecovery"}
    assert properties(table)["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": recovery}


@pytest.mark.parametrize("name", [*TABLES, "CredentialsKey"])
def test_tables_and_key_outlive_their_stack(name: str) -> None:
    resource = template()["Resources"][name]

    # A key that nothing was sealed with goes; a table cannot, as it is protected.
    deletion = "RetainExceptOnCreate" if name == "CredentialsKey" else "Retain"
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (deletion, "Retain")


@pytest.mark.parametrize("table", TABLES)
def test_tables_refuse_to_be_deleted_unless_told_otherwise(table: str) -> None:
    assert properties(table)["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert template()["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_keys_of_deliveries_and_of_their_indexes_are_what_the_code_writes() -> None:
    table = properties("DeliveriesTable")
    due, attention = table["GlobalSecondaryIndexes"]
    item = item_of_a_waiting_delivery()

    assert (due["IndexName"], attention["IndexName"]) == (DUE_INDEX, ATTENTION_INDEX)
    assert due["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert attention["Projection"]["NonKeyAttributes"] == ["status", "event"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["owner", "delivery"]
    assert [key["AttributeName"] for key in due["KeySchema"]] == ["due_shard", "due"]
    assert [key["AttributeName"] for key in attention["KeySchema"]] == ["attention", "delivery"]
    for attribute in table["AttributeDefinitions"]:
        assert list(item[attribute["AttributeName"]]) == [attribute["AttributeType"]]


def test_the_keys_of_callbacks_and_of_their_index_are_what_the_code_writes() -> None:
    table = properties("CallbacksTable")
    (index,) = table["GlobalSecondaryIndexes"]
    item = item_of_a_callback("1000001#3215551212")

    assert index["IndexName"] == NUMBERS_INDEX
    assert sorted(index["Projection"]["NonKeyAttributes"]) == sorted([*as_block(None), "format"])
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["owner", "event"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["account", "owner"]
    for attribute in table["AttributeDefinitions"]:
        assert list(item[attribute["AttributeName"]]) == [attribute["AttributeType"]]
    assert "account" not in item_of_a_callback("1000001#*")


def test_a_delivery_expires_by_the_attribute_that_the_code_writes() -> None:
    expiry = properties("DeliveriesTable")["TimeToLiveSpecification"]

    assert expiry["Enabled"] is True
    assert list(item_of_a_waiting_delivery()[expiry["AttributeName"]]) == ["N"]


def test_the_credentials_key_is_rotated_and_its_users_are_named_by_iam_alone() -> None:
    key = properties("CredentialsKey")
    (statement,) = key["KeyPolicy"]["Statement"]

    assert key["EnableKeyRotation"] is True
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


def test_a_key_of_one_s_own_takes_the_place_of_the_stack_s() -> None:
    """The stack makes none then, and all roles may use all keys given."""
    resources = template()["Resources"]
    used = {"Fn::If": ["KeyIsMade", {"Fn::GetAtt": ["CredentialsKey", "Arn"]}, {"Fn::Split": [",", GIVEN_KEYS]}]}
    granted = [statement for _, _, statement in grants() if "kms:" in json.dumps(statement["Action"])]

    assert source()["Parameters"]["CredentialsKeyArn"]["Default"] == ""
    assert source()["Conditions"]["KeyIsMade"] == {"Fn::Equals": [GIVEN_KEYS, ""]}
    assert resources["CredentialsKey"]["Condition"] == "KeyIsMade"
    assert [statement["Resource"] for statement in granted] == [used] * 3


def test_deliver_and_the_api_get_a_key_of_one_s_own_only_after_it_was_tried() -> None:
    check = template()["Resources"]["CredentialsKeyCheck"]
    tried = {"Fn::GetAtt": ["CredentialsKeyCheck", "KeyArns"]}

    assert (check["Type"], check["Condition"]) == (key_check.TYPE, "KeyIsGiven")
    assert check["Properties"]["KeyArns"] == GIVEN_KEYS
    assert check["Properties"]["ServiceToken"] == {"Fn::GetAtt": ["CallbackResourceFunction", "Arn"]}
    for function in ("DeliverFunction", "ApiFunction"):
        assert properties(function)["Environment"]["Variables"]["CREDENTIALS_KEY"]["Fn::If"][2] == tried


def test_a_key_is_tried_within_the_time_that_its_function_has() -> None:
    assert sum(key_check.PAUSES) < properties("CallbackResourceFunction")["Timeout"] / 1.5


KEY_HERE = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("keys", "good"),
    [
        ("", True),
        (KEY_HERE, True),
        ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab", True),
        (f"{KEY_HERE},{KEY_HERE}", True),
        (f"{KEY_HERE}, {KEY_HERE}", False),
        (f"{KEY_HERE},", False),
        ("arn:aws:kms:eu-central-1:123456789012:alias/credentials", False),
        ("alias/credentials", False),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", False),
    ],
)
def test_a_key_is_named_by_its_arn_and_not_by_an_alias(keys: str, good: bool) -> None:  # noqa: FBT001 - a column of the table
    """IAM would not take an alias for the key."""
    parameter = source()["Parameters"]["CredentialsKeyArn"]

    assert bool(re.fullmatch(parameter["AllowedPattern"], keys)) == good
    assert "not aliases" in parameter["ConstraintDescription"]


# ── Functions ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


class Asked(dict[str, str]):
    """An environment that has every variable and notes which ones it was asked for."""

    def __missing__(self, name: str) -> str:
        self[name] = "0"
        return "0"

    def get(self, name: str, default: object = None) -> str:
        del default
        return self[name]


def test_deliver_gets_every_setting_that_there_is_and_nothing_else() -> None:
    asked = Asked()
    Config.of(asked)
    variables = properties("DeliverFunction")["Environment"]["Variables"]

    assert {name for name in variables if not name.startswith("POWERTOOLS_")} == set(asked)


@pytest.mark.parametrize(("function", "needs"), REQUIRED.items())
def test_a_function_gets_the_variables_without_which_it_does_not_start_and_no_others(
    function: str, needs: Sequence[str]
) -> None:
    variables = properties(function)["Environment"]["Variables"]

    assert sorted(name for name in variables if not name.startswith("POWERTOOLS_")) == sorted(needs)


# ── The API ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def routes() -> dict[str, Mapping[str, Any]]:
    found = [one["Properties"] for one in of_type("AWS::ApiGatewayV2::Route").values()]
    return {route["RouteKey"]: route for route in found}


def test_no_route_is_open_but_those_that_say_what_the_api_is() -> None:
    open_to_anybody = {key for key, route in routes().items() if route["AuthorizationType"] == "NONE"}

    assert open_to_anybody == OPEN_ROUTES | {PREFLIGHT, SESSION_ROUTE}


def test_all_else_asks_for_a_token_of_the_issuer_or_without_one_for_a_signature() -> None:
    """One route for all paths, so that none can be forgotten."""
    protected = {key: route for key, route in routes().items() if key not in OPEN_ROUTES | {PREFLIGHT, SESSION_ROUTE}}

    assert list(protected) == ["$default"]
    assert protected["$default"]["AuthorizationType"] == {"Fn::If": ["CustomersHaveTokens", "JWT", "AWS_IAM"]}
    assert protected["$default"]["AuthorizerId"] == {
        "Fn::If": ["CustomersHaveTokens", {"Ref": "TokenAuthorizer"}, {"Ref": "AWS::NoValue"}]
    }


def test_without_origins_nothing_is_said_of_pages_and_nothing_is_open_for_them() -> None:
    resources = template()["Resources"]
    cors = resources["Api"]["Properties"]["CorsConfiguration"]["Fn::If"]
    throttled = resources["ApiStage"]["Properties"]["RouteSettings"][PREFLIGHT]["Fn::If"]

    assert source()["Parameters"]["AllowedOrigins"]["Default"] == ""
    assert source()["Conditions"]["PagesMayCall"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AllowedOrigins"}, ""]}]}
    assert resources["PreflightRoute"]["Condition"] == "PagesMayCall"
    for condition, _, otherwise in (cors, throttled):
        assert condition == "PagesMayCall"
        assert otherwise == {"Ref": "AWS::NoValue"}


def test_pages_of_those_origins_may_send_what_the_api_takes_and_are_told_when_to_come_back() -> None:
    _, cors, _ = properties("Api")["CorsConfiguration"]["Fn::If"]
    verbs = {verb for path in api.app.api.paths for verb in api.app.api.paths[path]}

    assert cors["AllowOrigins"] == {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
    assert set(cors["AllowMethods"]) == verbs
    assert cors["ExposeHeaders"] == ["retry-after"]
    assert "AllowCredentials" not in cors, "no cookie is any of our business"
    _, with_token, signed = cors["AllowHeaders"]["Fn::If"]
    assert with_token == ["content-type", "token"]
    assert {"account", "authorization", "content-type", "x-amz-date"} <= set(signed)


@pytest.mark.parametrize(
    ("origins", "good"),
    [
        ("", True),
        ("https://app.example.com", True),
        ("http://localhost:3000,https://app.example.com", True),
        ("https://app.example.com/", False),
        ("https://app.example.com/page", False),
        ("https://app.example.com, https://example.com", False),
        ("https://app.example.com,", False),
        ("https://App.example.com", False),
        ("https://user@example.com", False),
        ("https://*.example.com", False),
        ("app.example.com", False),
        ("*", False),
    ],
)
def test_an_origin_has_no_path(origins: str, good: bool) -> None:  # noqa: FBT001 - a column of the table
    parameter = source()["Parameters"]["AllowedOrigins"]

    assert bool(re.fullmatch(parameter["AllowedPattern"], origins)) == good
    assert "without a path" in parameter["ConstraintDescription"]


def test_the_function_looks_for_the_account_where_the_route_has_it() -> None:
    authorization = properties("ApiFunction")["Environment"]["Variables"]["AUTHORIZATION"]

    assert authorization == {"Fn::If": ["CustomersHaveTokens", *map(str, Authorization)]}


def test_a_token_comes_in_fonestorm_s_header_and_is_of_one_issuer_for_one_audience() -> None:
    authorizer = properties("TokenAuthorizer")

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.token"]
    assert authorizer["JwtConfiguration"] == {"Issuer": {"Ref": "TokenIssuer"}, "Audience": [{"Ref": "TokenAudience"}]}
    assert template()["Resources"]["TokenAuthorizer"]["Condition"] == "CustomersHaveTokens"


def test_an_issuer_without_an_audience_is_refused() -> None:
    """It would be taken for the audience of anybody's token, or for no issuer at all."""
    rule = source()["Rules"]["IssuerAndAudienceGoTogether"]

    assert named_in(rule) == {"TokenIssuer", "TokenAudience"}
    assert [template()["Parameters"][name]["Default"] for name in ("TokenIssuer", "TokenAudience")] == ["", ""]


def test_what_is_open_to_anybody_has_a_small_share_of_its_own() -> None:
    stage = properties("ApiStage")
    sometimes = {"preflight": "PreflightRoute", "console": "ConsoleRoute", "consolefiles": "ConsoleFilesRoute"}
    routes = ("DocumentRoute", "DocsRoute", "SessionRoute", *sometimes.values())
    limits = [settings.get("Fn::If", ["", settings])[1] for settings in stage["RouteSettings"].values()]

    assert set(stage["RouteSettings"]) == {properties(route)["RouteKey"] for route in routes}
    for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        assert sum(settings[limit] for settings in limits) * 2 < stage["DefaultRouteSettings"][limit]
    # API Gateway refuses settings of a route that is not there yet.
    assert [*template()["Resources"]["ApiStage"]["DependsOn"], *sometimes.values()] == list(routes)
    assert {name: one["Fn::If"][1]["Ref"] for name, one in stage["StageVariables"].items()} == sometimes


def test_the_stage_is_throttled_and_logs_who_was_refused_but_no_token() -> None:
    stage = properties("ApiStage")
    logged = json.loads(stage["AccessLogSettings"]["Format"])

    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiAccessLog", "Arn"]}
    assert properties("ApiAccessLog")["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert {"$context.status", "$context.authorizer.error"} <= set(logged.values())
    assert "\n" not in stage["AccessLogSettings"]["Format"].rstrip()


def test_only_our_api_may_invoke_the_function() -> None:
    (permission,) = (
        one["Properties"]
        for one in of_type("AWS::Lambda::Permission").values()
        if one["Properties"]["Principal"] == "apigateway.amazonaws.com"
    )

    assert permission["FunctionName"] == {"Ref": "ApiFunction"}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/*")


def test_the_api_gets_its_settings_and_has_as_long_as_api_gateway_waits() -> None:
    asked = Asked({"AUTHORIZATION": Authorization.IAM})
    ApiConfig.of(asked)
    api = properties("ApiFunction")

    assert set(asked) <= api["Environment"]["Variables"].keys()
    assert properties("ApiIntegration")["TimeoutInMillis"] <= api["Timeout"] * 1000


def test_pydantic_is_loaded_by_the_api_alone() -> None:
    layers = {name: json.dumps(properties(name)["Layers"]) for name in FUNCTIONS}

    assert {name for name, loaded in layers.items() if "ApiLayer" in loaded} == {"ApiFunction"}


# ── Where it runs ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_subnets_without_a_security_group_are_refused() -> None:
    """And the other way round: Lambda would run the function outside of the VPC, or refuse it late."""
    rule = source()["Rules"]["SubnetsAndSecurityGroupsGoTogether"]

    assert named_in(rule) == {"SubnetIds", "SecurityGroupIds"}
    assert [template()["Parameters"][name]["Default"] for name in ("SubnetIds", "SecurityGroupIds")] == ["", ""]


def test_addresses_without_subnets_are_refused() -> None:
    """Customers would let through what requests do not come from."""
    rule = source()["Rules"]["EgressAddressesAreThoseOfSubnets"]

    assert named_in(rule) == {"EgressAddresses", "SubnetIds"}
    assert template()["Parameters"]["EgressAddresses"]["Default"] == ""


@pytest.mark.parametrize(
    ("addresses", "good"),
    [
        ("", True),
        ("192.0.2.1", True),
        ("192.0.2.1,255.198.51.100", True),
        ("192.0.2.1,", False),
        ("192.0.2.1, 192.0.2.2", False),
        ("192.0.2", False),
        ("192.0.2.1.5", False),
        ("192.0.2.256", False),
        ("192.0.2.1/32", False),
        ("2001:db8::1", False),
    ],
)
def test_egress_addresses_are_ipv4_addresses_without_masks(addresses: str, good: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(re.fullmatch(source()["Parameters"]["EgressAddresses"]["AllowedPattern"], addresses)) == good


def test_in_a_vpc_are_the_functions_that_call_customers_and_no_others() -> None:
    inside = {name for name in FUNCTIONS if "VpcConfig" in properties(name)}

    assert inside == {"DeliverFunction", "ApiFunction"}
    for name in inside:
        condition, config, otherwise = properties(name)["VpcConfig"]["Fn::If"]
        assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
        assert named_in(config) == {"SubnetIds", "SecurityGroupIds"}


def test_network_interfaces_are_made_by_lambda_and_not_by_the_functions_code() -> None:
    for role in ("DeliverRole", "ApiRole"):
        condition, network, otherwise = properties(role)["Policies"][-1]["Fn::If"]
        allowed, denied = network["PolicyDocument"]["Statement"]
        assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
        assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
        assert allowed["Action"] == denied["Action"]
        assert "lambda:SourceFunctionArn" in denied["Condition"]["ArnLike"]


def test_every_role_keeps_to_the_boundary_and_the_path_of_the_account() -> None:
    for role in of_type("AWS::IAM::Role").values():
        assert role["Properties"]["Path"] == {"Ref": "RolePath"}
        assert role["Properties"]["PermissionsBoundary"]["Fn::If"][:2] == ["Bounded", {"Ref": "PermissionsBoundary"}]


def test_what_sam_would_publish_has_the_version_and_files_that_are_there() -> None:
    application = source()["Metadata"]["AWS::ServerlessRepo::Application"]

    assert application["SemanticVersion"] == VERSION
    assert all((PROJECT / application[name]).exists() for name in ("LicenseUrl", "ReadmeUrl"))


# ── Permissions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def grants() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, role in of_type("AWS::IAM::Role").items():
        own = [one for one in role["Properties"]["Policies"] if "Fn::If" not in one]
        shared = [properties(arn["Ref"]) for arn in role["Properties"]["ManagedPolicyArns"]]
        for policy in (*own, *shared):
            for sid, statement in statements(policy["PolicyDocument"]).items():
                yield name, sid, statement


def test_roles_have_no_managed_policies_but_the_stack_s_own() -> None:
    """Those that SAM and AWS offer are not limited to our queues and tables."""
    ours = of_type("AWS::IAM::ManagedPolicy")
    for role in of_type("AWS::IAM::Role").values():
        assert {arn["Ref"] for arn in role["Properties"]["ManagedPolicyArns"]} <= ours.keys()
    for function in FUNCTIONS:
        assert properties(function)["Role"]["Fn::GetAtt"][0] in of_type("AWS::IAM::Role")


def test_policies_have_the_path_of_the_account_too() -> None:
    for policy in of_type("AWS::IAM::ManagedPolicy").values():
        assert policy["Properties"]["Path"] == {"Ref": "RolePath"}


def test_those_who_send_mail_are_deliver_feedback_and_the_api() -> None:
    mailing = {role for role, _, statement in grants() if "ses:SendEmail" in as_list(statement["Action"])}

    assert mailing == {"DeliverRole", "FeedbackRole", "ApiRole"}


def test_notices_are_put_on_the_default_bus_as_ours_alone() -> None:
    told = [statement for _, _, statement in grants() if "events:PutEvents" in as_list(statement["Action"])]

    assert told
    for statement in told:
        assert statement["Resource"]["Fn::Sub"].endswith(":event-bus/default")
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"events:source": SOURCE},
            "Null": {"events:source": "false"},
        }


# ── The whole ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (QUEUES, "AWS::SQS::Queue"),
        (TABLES, "AWS::DynamoDB::Table"),
        (FUNCTIONS, "AWS::Lambda::Function"),
    ],
)
def test_what_is_said_of_all_queues_tables_and_functions_is_said_of_each(names: Sequence[str], kind: str) -> None:
    assert sorted(names) == sorted(of_type(kind))


def test_every_log_group_forgets_when_it_was_told_to() -> None:
    for name in of_type("AWS::Logs::LogGroup"):
        assert properties(name).get("RetentionInDays") == {"Ref": "LogRetentionDays"}, name


def test_no_resource_has_a_fixed_name() -> None:
    """So that two stacks fit into one account."""
    for name, resource in template()["Resources"].items():
        kind = resource["Type"].split("::")[-1]
        if kind in ("Authorizer", "Stage"):
            continue  # a name within its API
        for key in (f"{kind}Name", "Name", "LogGroupName", "LayerName"):
            given = resource.get("Properties", {}).get(key)
            assert given is None or "AWS::StackName" in json.dumps(given), f"{name}: {key}"


def test_a_dashboard_s_name_has_the_region_since_an_account_has_them_for_all_regions() -> None:
    (board,) = of_type("AWS::CloudWatch::Dashboard").values()

    assert {"AWS::StackName", "AWS::Region"} <= set(
        re.findall(r"AWS::\w+", board["Properties"]["DashboardName"]["Fn::Sub"])
    )


def test_the_service_token_of_callbacks_stays_what_it_is_when_the_stack_is_made_again() -> None:
    """CloudFormation gives a function without a name another one each time; those who have the token do not know."""
    function = template()["Outputs"]["CallbackResourceArn"]["Value"]["Fn::GetAtt"][0]

    assert properties(function)["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-callback"}


def test_the_file_follows_the_way_of_the_data() -> None:
    names = [name for name in source()["Resources"] if "Policy" not in name]

    way = ["EventsRule", "EventsQueue", "CallbacksTable", "DeliverFunction", "DeliveriesTable", "RequeueFunction"]
    way += ["RetriesQueue", "DeadLetters", "Api", "ApiFunction", "ApiLayer", "DependenciesLayer"]
    assert [name for name in names if name in way] == way


def test_layers_leave_no_old_versions_and_no_second_python_folder() -> None:
    for layer in ("DependenciesLayer", "ApiLayer"):
        resource = source()["Resources"][layer]
        assert resource["Properties"]["RetentionPolicy"] == "Delete"
        assert resource["Metadata"]["BuildMethod"] == "python3.13"
        assert not (PROJECT / resource["Properties"]["ContentUri"] / "python").exists()


def test_people_get_the_addresses_that_they_need() -> None:
    wanted = {"ApiUrl", "CallbackResourceArn"}
    wanted |= {"EventsQueueUrl", "RetriesQueueUrl", "DeadLettersUrl", "CallbacksTable", "DeliveriesTable"}

    assert wanted <= template()["Outputs"].keys()


def test_outputs_are_published_to_ssm_only_on_request_each_under_its_name() -> None:
    published = of_type("AWS::SSM::Parameter")
    outputs = template()["Outputs"]
    by_path = {one["Properties"]["Name"]["Fn::Sub"]: one["Properties"]["Value"] for one in published.values()}

    assert template()["Parameters"]["PublishOutputs"]["Default"] == "off"
    assert by_path == {
        f"/ringback/${{AWS::StackName}}/{name}": output["Value"]
        for name, output in outputs.items()
        if name != "SenderDkimRecords"  # for a person who sets up DNS
    }
    for path, one in zip(by_path, published.values(), strict=True):
        watched = outputs[path.rsplit("/", 1)[1]].get("Condition") == "Watched"
        assert one["Condition"] == ("AlarmsArePublished" if watched else "Published")


def test_private_networks_are_out_of_reach_unless_asked_for() -> None:
    assert template()["Parameters"]["AllowedNetworks"]["Default"] == ""


def test_every_parameter_and_output_says_what_it_is_for() -> None:
    for name, one in [*template()["Parameters"].items(), *template()["Outputs"].items()]:
        assert one.get("Description"), name


def test_every_parameter_is_in_a_group_of_the_console() -> None:
    groups = source()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(source()["Parameters"])
