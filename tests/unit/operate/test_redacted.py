import json

import pytest

from operate.redacted import MAX_NAMES, parse_content

EVENT = {
    "event": "messages/receive_notify",
    "account": "1000001",
    "fonenumber": "3215551212",
    "data": {"to": "3215551212", "msg": "see you at nine"},
}


def test_an_event_shows_whose_it_is_and_the_names_of_its_fields() -> None:
    content = parse_content(json.dumps(EVENT))

    assert content.about == {"account": "1000001", "fonenumber": "3215551212", "event": "messages/receive_notify"}
    assert content.fields == ("event", "account", "fonenumber", "data (to, msg)")


def test_names_deeper_than_that_are_left_out() -> None:
    """They may be as private as what they name: `{"calls": {"3215551111": …}}`."""
    assert parse_content(json.dumps({"data": {"calls": {"3215551111": 5}}})).fields == ("data (calls)",)


def test_an_event_inside_a_notification_shows_the_same() -> None:
    wrapped = json.dumps({"Type": "Notification", "Message": json.dumps(EVENT)})

    assert parse_content(wrapped) == parse_content(json.dumps(EVENT))


def test_a_retry_shows_the_delivery_and_whose_it_is() -> None:
    content = parse_content(json.dumps({"version": 1, "owner": "1000001#3215551212", "delivery": "01a2", "due": 0}))

    assert content.about == {"account": "1000001", "fonenumber": "3215551212", "delivery": "01a2"}


@pytest.mark.parametrize(
    ("body", "why"),
    [("see you at nine", "not_json"), ('["see you at nine"]', "not_an_object"), ("[" * 9_999, "not_json")],
)
def test_of_what_is_no_event_nothing_is_shown_but_why(body: str, why: str) -> None:
    content = parse_content(body)

    assert (content.about, content.fields) == ({"content": why}, ())


@pytest.mark.parametrize("owner", [None, 5, "", "#", "no number", ["a#b"]])
@pytest.mark.parametrize("account", [None, 5, {"msg": "nine"}, "x" * 999])
def test_nothing_keeps_it_from_being_read(owner: object, account: object) -> None:
    content = parse_content(json.dumps({"owner": owner, "account": account, "data": 5, "callback": {"url": "nine"}}))

    assert "nine" not in str(content)
    assert all(len(value) < 100 for value in content.about.values())
    assert "callback (url)" in content.fields


def test_of_a_thousand_fields_the_first_are_named() -> None:
    fields = {f"f{number}": number for number in range(1_000)}

    content = parse_content(json.dumps({**fields, "f0": fields}))

    assert len(content.fields) == MAX_NAMES + 1
    assert content.fields[-1] == "…"
    assert content.fields[0].endswith("f19, …)")
