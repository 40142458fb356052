"""The template's API: who may call, from where, and how often."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

import api.app
import api.environment
from api.config import Authorization
from api.dispatch import PREFLIGHT
from api.gateway.session_route import SESSION_ROUTE
from tests.unit.template.resources import FUNCTIONS, named_in, of_type, properties, source, template

OPEN_ROUTES = {
    "GET /docs",
    "GET /docs/{slash+}",
    "GET /v2/openapi.json",
    "GET /v2/openapi.json/{slash+}",
    "GET /console",
    "GET /console/{file+}",
}


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


def test_the_api_has_as_long_as_api_gateway_waits() -> None:
    assert properties("ApiIntegration")["TimeoutInMillis"] <= properties("ApiFunction")["Timeout"] * 1000


def test_pydantic_is_loaded_by_the_api_alone() -> None:
    layers = {name: json.dumps(properties(name)["Layers"]) for name in FUNCTIONS}

    assert {name for name, loaded in layers.items() if "ApiLayer" in loaded} == {"ApiFunction"}
