"""Sessions of the console, as links carry them."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gateway.errors import Problem
from api.gateway.sessions import MAX_TOKEN, Session, build_token, parse_session
from api.schemas.console_sessions import MAX_NUMBERS
from tests.stored import NOW
from tests.unit.api.gateway.test_cursor import unasked

KEY = bytes(range(32))
EXPIRES = NOW.replace(microsecond=0) + timedelta(hours=1)
SESSION = Session(account="1000001", expires=EXPIRES)
TOKEN = build_token(SESSION, KEY)


def refusal(token: str | None, *, key: bytes = KEY) -> str:
    with pytest.raises(Problem) as refused:
        parse_session(token, lambda: key, NOW)
    assert refused.value.status == 401
    assert refused.value.message.endswith("; open the console again where you got its link")
    return refused.value.message


@pytest.mark.parametrize(
    "session",
    [SESSION, replace(SESSION, read_only=True), replace(SESSION, fonenumbers=("+4930123456", "3215551212"))],
)
def test_a_session_comes_back_as_it_was_made(session: Session) -> None:
    assert parse_session(build_token(session, KEY), lambda: KEY, NOW) == session


def test_a_session_goes_into_an_address_as_it_is() -> None:
    claims, signature = TOKEN.split(".")

    assert (claims + signature).replace("-", "").replace("_", "").isalnum()


def test_the_longest_session_is_looked_at() -> None:
    numbers = tuple(f"+49{one:013}" for one in range(MAX_NUMBERS))
    longest = replace(SESSION, account="x" * 64, read_only=True, fonenumbers=numbers)

    assert len(build_token(longest, KEY)) < MAX_TOKEN
    assert parse_session(build_token(longest, KEY), lambda: KEY, NOW) == longest


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("account", "2000002"),
        ("expires", int(EXPIRES.timestamp()) + 1),
        ("read_only", False),
        ("fonenumbers", None),
        ("fonenumbers", ["3215551212", "3215559999"]),
    ],
)
def test_a_claim_that_was_changed_makes_it_none(claim: str, value: object) -> None:
    bounded = replace(SESSION, read_only=True, fonenumbers=("3215551212",))
    text, _, signature = build_token(bounded, KEY).partition(".")
    claims = json.loads(base64.urlsafe_b64decode(f"{text}==")) | {claim: value}
    changed = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")

    assert "not a console session" in refusal(f"{changed}.{signature}")


def test_another_key_s_signature_is_none() -> None:
    assert "its key has been rotated" in refusal(TOKEN, key=bytes(32))


def test_a_session_is_good_until_it_ends_and_says_when_that_was() -> None:
    last = EXPIRES - timedelta(milliseconds=1)
    assert parse_session(TOKEN, lambda: KEY, last) == SESSION

    with pytest.raises(Problem, match=r"this session ended at 2026-11-23T18:36:00.000Z; open the console again"):
        parse_session(TOKEN, lambda: KEY, EXPIRES)


@pytest.mark.parametrize("token", [None, ""])
def test_no_session_is_told_where_it_belongs(token: str | None) -> None:
    assert refusal(token).startswith("token: missing; send the console's session in this header")


HEADER, BODY, SIGNATURE = "eyJhbGciOiJSUzI1NiJ9", "eyJhY2NvdW50X2lkIjoiMTAwMDAwMSJ9", "A" * 342


@pytest.mark.parametrize(
    "token",
    [
        f"{HEADER}.{BODY}.{SIGNATURE}",
        f"{HEADER}.{BODY}.",
        TOKEN[:-1],
        f"{TOKEN}A",
        f"{TOKEN}=",
        TOKEN.replace(".", ""),
        f"{TOKEN},{TOKEN}",
        f"{TOKEN}\n",
        f"Bearer {TOKEN}",
        f".{TOKEN.partition('.')[2]}",
        f"{'A' * MAX_TOKEN}.{TOKEN.partition('.')[2]}",
        "é" * 60,
    ],
)
def test_what_cannot_be_one_needs_no_key(token: str) -> None:
    with pytest.raises(Problem, match="not a console session"):
        parse_session(token, unasked, NOW)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_"))
def test_one_character_that_was_changed_makes_it_none(place: int, other: str) -> None:
    if TOKEN[place] not in (other, "."):
        refusal(TOKEN[:place] + other + TOKEN[place + 1 :])
