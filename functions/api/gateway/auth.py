"""The account of a call: the one that API Gateway has authenticated, never one that a body names.

The console's calls come with a session instead, which `sessions` reads and `session_rules` limits.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from api.config import ApiConfig, Authorization
from api.gateway.errors import Problem
from ringback.callbacks.identifiers import parse_account
from ringback.errors import InvalidSetting

ACCOUNT_HEADER = "account"
"""The header in which the platform names the account when it signs its calls with IAM."""


def get_account(event: Mapping[str, Any], settings: ApiConfig) -> str:
    """Return the account that the HTTP API's *event* is a call for.

    Raises:
        Problem: the token names no account (401), or the header is missing (400).
    """
    if settings.authorization is Authorization.JWT:
        return _by_token(event, settings.account_claim)
    return _by_header(event)


def _by_token(event: Mapping[str, Any], claim: str) -> str:
    authorizer = event["requestContext"].get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    try:
        return parse_account(claims.get(claim))
    except InvalidSetting:
        what = f"token: its claim {claim} names no account" if claims else "token: missing; send it as a header"
        raise Problem(HTTPStatus.UNAUTHORIZED, what) from None


def _by_header(event: Mapping[str, Any]) -> str:
    given = event.get("headers", {}).get(ACCOUNT_HEADER)
    if not given:
        what = f"{ACCOUNT_HEADER}: missing; this header names the account that the call is for"
        raise Problem(HTTPStatus.BAD_REQUEST, what)
    return parse_account(given)
