"""Who calls."""

from typing import Any

import pytest

from api.config import ApiConfig
from api.gateway.auth import get_account
from api.gateway.errors import to_problem
from local.invocation import api_variables
from ringback.config import InvalidVariable


def settings(authorization: str, claim: str = "account_id") -> ApiConfig:
    return ApiConfig.of(api_variables(AUTHORIZATION=authorization, ACCOUNT_CLAIM=claim))


def event(claims: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    authorizer = {} if claims is None else {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}
    return {"headers": headers or {}, "requestContext": authorizer}


def problem(event: dict[str, Any], settings: ApiConfig) -> tuple[int, str]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - problem_of says what it means
        get_account(event, settings)
    told = to_problem(caught.value)
    return told.status.value, told.message


def test_with_tokens_the_account_is_the_claim() -> None:
    assert get_account(event({"account_id": "1000001"}), settings("jwt")) == "1000001"
    assert get_account(event({"tenant": "1000001"}), settings("jwt", claim="tenant")) == "1000001"


def test_with_tokens_no_header_names_an_account() -> None:
    headers = {"account": "2000002"}

    assert get_account(event({"account_id": "1000001"}, headers), settings("jwt")) == "1000001"
    assert problem(event(None, headers), settings("jwt")) == (401, "token: missing; send it as a header")


@pytest.mark.parametrize("claims", [{"sub": "x"}, {"account_id": ""}, {"account_id": "a#b"}, {"account_id": "*"}])
def test_a_token_without_an_account_is_none(claims: dict[str, Any]) -> None:
    assert problem(event(claims), settings("jwt")) == (401, "token: its claim account_id names no account")


@pytest.mark.parametrize(
    "authorizer", [{}, {"authorizer": None}, {"authorizer": {"jwt": None}}, {"authorizer": {"iam": {}}}]
)
def test_without_a_token_nobody_calls(authorizer: dict[str, Any]) -> None:
    assert problem({"headers": {}, "requestContext": authorizer}, settings("jwt"))[0] == 401


def test_with_iam_the_account_is_the_header_and_no_token_counts() -> None:
    assert get_account(event(None, {"account": "1000001"}), settings("iam")) == "1000001"
    missing = "account: missing; this header names the account that the call is for"
    assert problem(event({"account_id": "1000001"}), settings("iam")) == (400, missing)


def test_with_iam_a_header_that_names_no_account_is_refused() -> None:
    message = 'account: given "1000001#3215551212"; allowed: 1 to 64 letters, digits, . _ @ -'

    assert problem(event(None, {"account": "1000001#3215551212"}), settings("iam")) == (400, message)


def test_any_other_authorization_does_not_start() -> None:
    with pytest.raises(InvalidVariable, match=r"^AUTHORIZATION: "):
        settings("none")
