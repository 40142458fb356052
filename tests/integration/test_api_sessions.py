"""Sessions of the console: who gets in by a link, for how long, and what it lets them do."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from api import app
from api.gateway.cursor import CURSOR_PURPOSE as CURSOR
from api.gateway.routing import Operation
from api.gateway.session_route import ABOUT, SESSION_ROUTE, to_session_path
from api.gateway.sessions import SESSION_PURPOSE, Session, build_token
from local.invocation import Context
from ringback.models import build_owner
from tests.integration.calling import ACCOUNT, NOW, OTHER_ACCOUNT, Answered, Api, answered, calling, request
from tests.integration.stack import Stack
from tests.integration.test_service_key import rotate
from tests.stored import NEW
from tests.unit.test_sessions import BODY, HEADER

MAKE = "/v2/accounts/console_session"
MINE, THEIRS = "3215551212", "3215559999"
EMAIL = {"type": "Email", "email": "a@example.com"}
AGAIN = "open the console again from where its link came from"
HOW_MANY = "it takes 1 to 50 numbers, or null for the whole account"
HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
OPERATIONS = [app.api.paths[path][verb] for path in app.api.paths for verb in app.api.paths[path]]
GUARDED = [one for one in OPERATIONS if not one.open]


def named(operation: Operation) -> str:
    return f"{operation.verb} {operation.path}"


@pytest.fixture(params=["jwt", "iam"])
def either(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Api]:
    """The API for callers with tokens, and the one for the platform."""
    with calling(stack, AUTHORIZATION=request.param) as api:
        yield api


def link(api: Api, account: str = ACCOUNT, **wanted: Any) -> Answered:
    """What a caller gets who asks for a link, in either mode."""
    return api.post(MAKE, wanted or None, account=account, headers={"account": account})


def token(api: Api, account: str = ACCOUNT, **wanted: Any) -> str:
    answer = link(api, account, **wanted)
    assert answer.status == 201, answer.text
    return str(answer.json["url"].partition("#session=")[2])


def by(api: Api, session: str | None, verb: str, path: str, body: object = None) -> Answered:
    """Call the mirror of *path* as the console does."""
    headers = {} if session is None else {"token": session}
    return api.call(verb, to_session_path(path), body, headers=headers, account=None)


def signed(api: Api, **claims: Any) -> str:
    """A session that the stack could have made."""
    session = Session(account=ACCOUNT, expires=NOW + timedelta(hours=1))
    return build_token(replace(session, **claims), api.parts.service_key.derived(SESSION_PURPOSE, api.clock()))


def filled(api: Api) -> Api:
    """Two numbers and the account with a callback and a delivery each."""
    for number in (MINE, THEIRS):
        fields = {"fonenumber": number, **EMAIL}
        api.post("/v2/messages/receive_notify", fields, headers={"account": ACCOUNT})
    api.post("/v2/accounts/cdr_notify", {"method": "JSON", "url": "https://my.example.com/cdr"})
    return api


def items(api: Api) -> list[str]:
    """All that is stored, whoever wrote it."""
    stored = [*api.stack.items("CALLBACKS_TABLE"), *api.stack.items("DELIVERIES_TABLE")]
    return sorted(json.dumps(item, default=str) for item in stored)


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
        ({"minutes": 9}, "minutes: given 9; it takes at least 10"),
        ({"minutes": 1441}, "minutes: given 1441; it takes at most 1440"),
        ({"minutes": "soon"}, 'minutes: given "soon"; it takes a whole number'),
        ({"read_only": "maybe"}, 'read_only: given "maybe"; it takes true or false'),
        ({"fonenumbers": []}, f"fonenumbers: given 0; {HOW_MANY}"),
        ({"fonenumbers": [MINE] * 51}, f"fonenumbers: given 51; {HOW_MANY}"),
        ({"fonenumbers": MINE}, f'fonenumbers: given "{MINE}"; it takes a list'),
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


# ── What it may do ────────────────────────────────────────────────────────────────────────────────────────────────────

OUTLIVES = {
    f"POST {MAKE}",
    "POST /v2/accounts/signing_secret",
    "POST /v2/accounts/signing_secret/rotate",
    "DELETE /v2/accounts/signing_secret",
}
FILLED_IN = {
    "{fonenumber}": MINE,
    "{account_id}": ACCOUNT,
    "{group}": "messages",
    "{name}": "receive_notify",
    "{delivery}": NEW.id,
}


def example(operation: Operation, **other: str) -> str:
    path = operation.path
    for name, value in (FILLED_IN | {f"{{{name}}}": value for name, value in other.items()}).items():
        path = path.replace(name, value)
    return path


def test_no_session_makes_what_outlives_it(api: Api) -> None:
    session = token(api)
    answers = {named(one): by(api, session, one.verb, example(one)) for one in OPERATIONS}
    refused = {name: answer for name, answer in answers.items() if answer.status == 403}

    assert refused.keys() == OUTLIVES
    for answer in refused.values():
        assert answer.message.endswith("since it would outlive it; call the API with your own token")


def test_a_session_sees_whether_requests_are_signed(api: Api) -> None:
    api.post("/v2/accounts/signing_secret")

    shown_ = by(api, token(api), "GET", "/v2/accounts/signing_secret").json["signing_secret"]

    assert shown_ == {"exists": True, "created": "2026-11-23T17:36:00.000Z", "previous_signs_until": None}


def test_a_session_for_reading_changes_nothing(api: Api) -> None:
    session = token(filled(api), read_only=True)
    before = items(api)
    for operation in GUARDED:
        body = {"since": "2026-11-23T00:00:00Z"} if operation.path.endswith("r}/redeliver") else None

        answer = by(api, session, operation.verb, example(operation), body)

        reads = operation.verb == "GET" or operation.path.endswith("/preview")
        may = reads or (operation.path == "/v2/accounts/redeliver" and answer.status == 400)  # it has no span
        assert (answer.status == 403) == (not may), named(operation)
        if answer.status == 403 and named(operation) not in OUTLIVES:
            assert answer.message.startswith("this session is for reading: ")
        assert items(api) == before, named(operation)
    assert api.stack.messages("RETRIES_QUEUE_URL") == []


@pytest.mark.parametrize("path", [f"/v2/fonenumbers/{MINE}/redeliver", "/v2/accounts/redeliver"])
def test_a_session_for_reading_counts_what_would_be_sent_again(api: Api, path: str) -> None:
    session = token(filled(api), read_only=True)
    body = {"since": "2026-11-23T00:00:00Z", "dry_run": True}

    assert by(api, session, "POST", path, body).json["redelivery"] == {"count": 0, "dry_run": True, "cursor": None}
    assert by(api, session, "POST", path, body | {"dry_run": False}).status == 403


OF_SOME = {
    "GET /v2/fonenumbers",
    "GET /v2/accounts/deliveries",
    "GET /v2/events",
    "GET /v2/events/{group}/{name}",
    f"GET {ABOUT}",
}
SETTING = {
    f"POST /v2/{group}/{name}" for group in ("messages", "calls", "faxes") for name in ("receive_notify", "send_notify")
} | {"POST /v2/messages/receive"}


def test_a_session_for_one_number_knows_no_other_and_no_account(api: Api) -> None:
    """A number of the same account that is not the session's looks as if it were nobody's."""
    session = token(filled(api), fonenumbers=[MINE])
    before = items(api)
    for operation in GUARDED:
        name = named(operation)
        body = {"fonenumber": THEIRS, **EMAIL} if name in SETTING else None

        answer = by(api, session, operation.verb, example(operation, fonenumber=THEIRS), body)

        if name in OF_SOME:
            assert (answer.status, THEIRS in answer.text) == (200, False), name
        elif name == "POST /v2/accounts/redeliver":
            assert answer.status == 400  # it has to name one
        else:
            assert answer.status == (403 if name in OUTLIVES else 404), (name, answer.text)
        assert items(api) == before, name


def test_a_session_for_one_number_may_do_all_with_it(api: Api) -> None:
    session = token(filled(api), fonenumbers=[MINE])
    for operation in GUARDED:
        if "{fonenumber}" in operation.path:
            ours = by(api, session, operation.verb, example(operation))
            plain = api.call(operation.verb, example(operation))

            assert ours.status == plain.status, (named(operation), ours.text)
            assert "no such number" not in ours.text


@pytest.mark.parametrize("number", ["+1 (321) 555-1212", "%2B13215551212", "321-555-1212"])
def test_a_number_of_a_session_may_be_written_in_any_way(api: Api, number: str) -> None:
    session = token(filled(api), fonenumbers=[MINE])

    assert by(api, session, "GET", f"/v2/fonenumbers/{number}").json["fonenumber"]["fonenumber"] == MINE
    assert by(api, session, "POST", "/v2/calls/send_notify", {"fonenumber": MINE, **EMAIL}).status == 200


@pytest.mark.parametrize("number", ["+1 (321) 555-9999", "%2B13215559999", "321-555-9999", "%25333215559999"])
def test_another_number_may_not_however_it_is_written(api: Api, number: str) -> None:
    session = token(filled(api), fonenumbers=[MINE])

    for path in ("", "/deliveries", "/health", "/messages/receive_notify/preview"):
        answer = by(api, session, "POST" if "preview" in path else "GET", f"/v2/fonenumbers/{number}{path}")
        assert answer.status in {400, 404}
        assert "a@example.com" not in answer.text


def test_the_account_s_own_callback_is_not_tried_out_by_way_of_a_number(api: Api) -> None:
    session = token(filled(api), fonenumbers=[MINE])

    for action in ("preview", "test"):
        for body in (None, {"callback": {"method": "JSON", "url": "https://my.example.com/cdr"}}):
            path = f"/v2/fonenumbers/{MINE}/accounts/cdr_notify/{action}"
            assert by(api, session, "POST", path, body).status == 404


def test_a_list_of_numbers_has_the_session_s_alone_and_goes_on_by_its_cursor(api: Api) -> None:
    numbers = [f"321555{one:04}" for one in (1000, 2000, 3000, 4000)]
    for number in numbers:
        api.post("/v2/messages/receive_notify", {"fonenumber": number, **EMAIL})
    session = token(api, fonenumbers=[numbers[3], numbers[1], numbers[2], THEIRS])

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = by(api, session, "GET", f"/v2/fonenumbers?limit=2&filter=fonenumbers&cursor={cursor}").json
        pages.append(answer["fonenumbers"])
        cursor = answer["cursor"]

    assert pages == [[numbers[1], numbers[2]], [numbers[3]]]
    health = by(api, session, "GET", "/v2/fonenumbers?with=health").json["health"]
    assert [one["fonenumber"] for one in health] == numbers[1:]


@pytest.mark.parametrize("status", ["", "?status=attention"])
def test_a_list_of_deliveries_has_the_session_s_numbers_alone(api: Api, status: str) -> None:
    from tests.integration.test_api_page import OF_THE_ACCOUNT, OF_THE_NUMBER, failed  # noqa: PLC0415 - its samples

    others = failed("messages/receive_notify", "another", fonenumber=THEIRS)
    filled(api).stack.deliveries().record([OF_THE_NUMBER, OF_THE_ACCOUNT, others], parked=lambda _: False)
    session = token(api, fonenumbers=[MINE])

    def listed(query: str) -> list[str]:
        found = by(api, session, "GET", f"/v2/accounts/deliveries{query}").json
        return [one["id"] for one in found["deliveries"]]

    assert listed(status) == [OF_THE_NUMBER.id]
    more = f"{status}{'&' if status else '?'}fonenumber="
    assert listed(f"{more}{MINE}") == [OF_THE_NUMBER.id]
    for other in (THEIRS, "*"):
        assert by(api, session, "GET", f"/v2/accounts/deliveries{more}{other}").status == 404


def test_sending_again_over_the_account_names_a_number_of_the_session(api: Api) -> None:
    session = token(filled(api), fonenumbers=[MINE])
    body = {"since": "2026-11-23T00:00:00Z", "dry_run": True}

    answer = by(api, session, "POST", "/v2/accounts/redeliver", body)

    assert answer.message == "fonenumber: missing; this session is for single numbers: name one"
    statuses = [
        by(api, session, "POST", "/v2/accounts/redeliver", body | {"fonenumber": number}).status
        for number in (MINE, THEIRS, "*")
    ]
    assert statuses == [202, 404, 404]
