"""Sessions of the console: the links that start them, who gets in, and for how long."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from api import app
from api.gateway.cursor import CURSOR_PURPOSE as CURSOR
from api.gateway.session_route import ABOUT, SESSION_ROUTE
from api.gateway.sessions import SESSION_PURPOSE, Session, build_token
from local.invocation import Context
from ringback.models import build_owner
from tests.integration.api.console import EMAIL, MAKE, MINE, by, filled, link, token
from tests.integration.api.test_service_key import rotate
from tests.integration.calling import ACCOUNT, NOW, OTHER_ACCOUNT, Api, answered, calling, request
from tests.integration.stack import Stack
from tests.unit.api.gateway.test_sessions import BODY, HEADER

AGAIN = "open the console again where you got its link"
HOW_MANY = "expected 1 to 50 numbers, or null for the whole account"
HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


@pytest.fixture(params=["jwt", "iam"])
def either(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Api]:
    """The API for callers with tokens, and the one for the platform."""
    with calling(stack, AUTHORIZATION=request.param) as api:
        yield api


def signed(api: Api, **claims: Any) -> str:
    """A session that the stack could have made."""
    session = Session(account=ACCOUNT, expires=NOW + timedelta(hours=1))
    return build_token(replace(session, **claims), api.parts.service_key.derived(SESSION_PURPOSE, api.clock()))


# ── The link ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_link_is_good_for_an_hour_unless_told_otherwise(either: Api) -> None:
    answer = link(either)

    assert (answer.status, answer.json["expires"]) == (201, "2026-11-23T18:36:00.000Z")
    assert by(either, token(either), "GET", ABOUT).json == {
        "account_id": ACCOUNT,
        "expires": "2026-11-23T18:36:00.000Z",
        "read_only": False,
        "fonenumbers": None,
    }


def test_a_link_says_in_itself_what_it_is_for(either: Api) -> None:
    session = token(either, minutes=1440, read_only=True, fonenumbers=["+1 (321) 555-1212", "+49 30 123456", MINE])

    assert by(either, session, "GET", ABOUT).json == {
        "account_id": ACCOUNT,
        "expires": "2026-11-24T17:36:00.000Z",
        "read_only": True,
        "fonenumbers": ["+4930123456", MINE],
    }


@pytest.mark.parametrize(
    ("domain", "host", "stage", "base"),
    [
        (HOST, HOST, "$default", f"https://{HOST}"),
        ("callbacks.example.com", "callbacks.example.com", "$default", "https://callbacks.example.com"),
        (HOST, HOST, "live", f"https://{HOST}/live"),
        (HOST, "127.0.0.1:4566", "$default", "../.."),
    ],
)
def test_a_link_leads_to_where_the_api_was_called(api: Api, domain: str, host: str, stage: str, base: str) -> None:
    del api
    event = request("POST", MAKE, headers={"host": host}, account=ACCOUNT)
    event["requestContext"] |= {"domainName": domain, "stage": stage}
    if stage != "$default":
        event["rawPath"] = f"/{stage}{MAKE}"

    answer = answered(app.lambda_handler(event, cast("Any", Context(function_name="api"))))

    assert answer.json["url"].startswith(f"{base}/console#session=")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"minutes": 9}, "minutes: given 9; must be at least 10"),
        ({"minutes": 1441}, "minutes: given 1441; must be at most 1440"),
        ({"minutes": "soon"}, 'minutes: given "soon"; expected a whole number'),
        ({"read_only": "maybe"}, 'read_only: given "maybe"; expected true or false'),
        ({"fonenumbers": []}, f"fonenumbers: given 0; {HOW_MANY}"),
        ({"fonenumbers": [MINE] * 51}, f"fonenumbers: given 51; {HOW_MANY}"),
        ({"fonenumbers": MINE}, f'fonenumbers: given "{MINE}"; expected a list'),
        ({"account": OTHER_ACCOUNT}, "account: unknown field; allowed: minutes, read_only, fonenumbers"),
    ],
)
def test_a_link_that_cannot_be_made_says_why(api: Api, wanted: dict[str, Any], message: str) -> None:
    answer = api.post(MAKE, wanted)

    assert (answer.status, answer.message) == (400, message)


def test_a_number_that_is_none_makes_no_link(api: Api) -> None:
    answer = link(api, fonenumbers=[MINE, "555"])

    assert (answer.status, answer.message[:10]) == (400, "fonenumber")


# ── Who gets in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_does_what_a_token_does(either: Api) -> None:
    session = token(either)
    set_ = by(either, session, "POST", "/v2/messages/receive_notify", {"fonenumber": MINE, **EMAIL})

    assert set_.status == 200
    for path in ("/v2/fonenumbers", f"/v2/fonenumbers/{MINE}", "/v2/events", "/v2/accounts/contact"):
        plain = either.get(path, headers={"account": ACCOUNT})
        mirror = by(either, session, "GET", path)
        assert (mirror.status, mirror.text) == (plain.status, plain.text) != (404, plain.text)
    assert by(either, session, "GET", f"/v2/accounts/{OTHER_ACCOUNT}").status == 404
    assert {item["owner"]["S"] for item in either.stack.items("CALLBACKS_TABLE")} == {build_owner(ACCOUNT, MINE), "*#*"}


def tampered(api: Api) -> dict[str, str | None]:
    """What somebody could send in a session's place."""
    good, others = token(api), token(api, OTHER_ACCOUNT)
    for_reading = token(api, read_only=True)
    derived = api.parts.service_key.derived
    session = Session(account=ACCOUNT, expires=NOW + timedelta(hours=1))
    return {
        "nothing": None,
        "a JWT": f"{HEADER}.{BODY}.{'A' * 342}",
        "no text of ours": "é" * 70,
        "another account": f"{others.partition('.')[0]}.{good.partition('.')[2]}",
        "changed claims": f"{good.partition('.')[0]}.{for_reading.partition('.')[2]}",
        "cut short": good[:-1],
        "expired": signed(api, expires=NOW),
        "the key of cursors": build_token(session, derived(CURSOR, NOW)),
        "no key": build_token(session, b""),
    }


def test_whoever_has_no_session_stays_out(either: Api) -> None:
    filled(either)
    for name, session in tampered(either).items():
        for verb, path in (("GET", "/v2/fonenumbers"), ("GET", ABOUT), ("GET", "/v2/nowhere"), ("POST", MAKE)):
            answer = by(either, session, verb, path)
            assert (answer.status, answer.message[:7]) == (401, "token: "), name
            assert answer.message.endswith(AGAIN), name


def test_neither_a_header_nor_a_claim_names_the_account_of_a_session(either: Api) -> None:
    """Nobody has vouched for them on that route."""
    event = request("GET", "/session/fonenumbers", headers={"account": ACCOUNT}, account=ACCOUNT)

    assert either.call("GET", "/session/fonenumbers", headers={"account": ACCOUNT}, account=ACCOUNT).status == 401
    for path in ("/v2/fonenumbers", "/session/fonenumbers", "/live/v2/fonenumbers"):
        odd = event | {"routeKey": SESSION_ROUTE, "rawPath": path}
        assert answered(app.lambda_handler(odd, cast("Any", Context(function_name="api")))).status == 401
        odd["headers"] = {"account": ACCOUNT, "token": token(either)}
        status = answered(app.lambda_handler(odd, cast("Any", Context(function_name="api")))).status
        assert status == (200 if path.startswith("/session") else 404)


def test_a_session_is_no_token_on_the_other_routes(either: Api) -> None:
    headers = {"token": token(either)}

    refused = [either.get(path, headers=headers, account=None) for path in ("/v2/fonenumbers", "/v2/accounts/contact")]

    assert {answer.status for answer in refused} <= {400, 401}
    assert either.get("/v2/console_session", headers=headers | {"account": ACCOUNT}).status == 404


def test_a_session_ends_in_its_time(either: Api) -> None:
    session = token(either, minutes=10)
    either.clock.passes(minutes=9, seconds=59)
    assert by(either, session, "GET", "/v2/events").status == 200
    either.clock.passes(seconds=1)

    answer = by(either, session, "GET", "/v2/events")

    assert (answer.status, answer.message) == (401, f"token: this session ended at 2026-11-23T17:46:00.000Z; {AGAIN}")


def test_rotating_the_key_ends_all_sessions(either: Api) -> None:
    session = token(either)
    rotate(either.stack)
    either.clock.passes(minutes=1)

    assert by(either, session, "GET", "/v2/events").status == 401
    assert by(either, token(either), "GET", "/v2/events").status == 200


def test_the_calls_of_a_session_are_its_account_s(stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    with calling(stack, BURST="20") as limited:
        session = signed(limited)
        statuses = [by(limited, session, "GET", "/v2/events").status for _ in range(21)]
        by(limited, "none", "GET", "/v2/events")

        assert statuses == [200] * 20 + [429]
        assert limited.get("/v2/events").status == 429
        assert limited.get("/v2/events", account=OTHER_ACCOUNT).status == 200
    called = [vars(line) for line in caplog.records if line.message == "api.called"]
    assert {(line["route"], line["account"]) for line in called[:21]} == {("GET /session/events", ACCOUNT)}
    assert (called[21]["route"], called[21]["account"]) == (SESSION_ROUTE, None)
    assert session.partition(".")[2] not in json.dumps(called, default=str)
