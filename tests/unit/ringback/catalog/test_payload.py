"""Looking kinds up, and reading the data of an event."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.catalog.payload import CATALOGUE, lookup, read_data
from ringback.errors import InvalidSetting, MalformedEvent
from ringback.models import Value
from tools.catalogue_page import page

MESSAGE = CATALOGUE["messages/receive_notify"]
CALL = CATALOGUE["calls/receive_notify"]
RECORD = CATALOGUE["accounts/cdr_notify"]

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


def test_a_kind_is_found_by_its_name() -> None:
    assert lookup("calls/send_notify") is CATALOGUE["calls/send_notify"]


@pytest.mark.parametrize("name", ["", "messages/receive_notify ", "Messages/Receive_Notify", None, 7, [], {}])
def test_an_unknown_kind_is_refused_with_the_list_of_all(name: object) -> None:
    with pytest.raises(InvalidSetting, match=", ".join(CATALOGUE)) as caught:
        lookup(name)

    assert caught.value.field == "event"


def test_data_comes_out_under_body_names_in_the_order_of_the_body() -> None:
    """Whatever names and order the platform used."""
    values, _ = read_data(MESSAGE, {"uid": "0c40", "msg": "hello world", "from": "3215551111", "to": "3215551212"})

    assert list(values.items()) == [
        ("to", "3215551212"),
        ("from", "3215551111"),
        ("message", "hello world"),
        ("id", "0c40"),
    ]


def test_names_that_the_kind_does_not_have_are_kept_apart() -> None:
    assert read_data(MESSAGE, {"to": "1", "carrier": "x", "To": "2"}) == ({"to": "1"}, ("carrier", "To"))


def test_only_what_the_event_has_is_in_the_data() -> None:
    """A call that begins has no disposition; an empty text is a value, an empty integer is none."""
    values, _ = read_data(CALL, {"status": "BEGIN", "disposition": None, "uid": "", "billable_seconds": ""})

    assert values == {"status": "BEGIN", "uid": ""}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("uid", 42, "42"),
        ("uid", 1.5, "1.5"),
        ("uid", True, "true"),
        ("uid", "a\ud800b", "a\ufffdb"),
        ("uid", 10**200, str(10**200)),
        ("billable_seconds", "42", 42),
        ("billable_seconds", 42.0, 42),
        ("billable_seconds", "-7", -7),
        ("billable_seconds", 0, 0),
        ("disposition", "FAILED:503", "FAILED:503"),
        ("disposition", "SOMETHING NEW", "SOMETHING NEW"),
    ],
)
def test_a_scalar_takes_the_type_of_its_field(name: str, given: object, value: Value) -> None:
    """A receiver can rely on the JSON types; values that the reference does not list are the platform's to invent."""
    values, _ = read_data(CALL, {name: given})

    assert values == {name: value}
    assert type(values[name]) is type(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"msg": ["a"]}, "data.msg: given a list; expected text"),
        ({"message": {}}, "data.message: given an object; expected text"),
        ({"msg": float("nan")}, "data.msg: given NaN; expected text"),
        ({"msg": "a", "message": "b"}, "data.message: disagrees with data.msg, which is the same field"),
        ({"uid": "a", "id": "b"}, "data.id: disagrees with data.uid, which is the same field"),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_malformed(data: dict[str, object], message: str) -> None:
    """The message names the platform's own spelling, and holds no text of a message."""
    with pytest.raises(MalformedEvent) as caught:
        read_data(MESSAGE, data)

    assert (caught.value.reason, caught.value.detail) == ("bad_data", message)


@pytest.mark.parametrize("value", ["4 2", "1.5", 2.5, True, "٤٢", "4_2", 10**15, "9" * 16, float("inf"), []])
def test_an_integer_is_an_integer_that_every_receiver_can_read(value: object) -> None:
    with pytest.raises(MalformedEvent, match=r"data\.billable_seconds: .*expected an integer of up to 15 digits"):
        read_data(CALL, {"billable_seconds": value})


def test_two_names_of_one_field_may_agree() -> None:
    assert read_data(MESSAGE, {"msg": "a", "message": "a", "id": None, "uid": "b"})[0] == {"message": "a", "id": "b"}


def test_a_call_record_is_always_of_a_call_that_has_ended() -> None:
    """`END` is filled in; a record of anything else is a mistake of the platform."""
    assert read_data(RECORD, {"uid": "1"})[0] == {"status": "END", "uid": "1"}
    assert read_data(RECORD, {"status": "END"})[0] == {"status": "END"}
    with pytest.raises(MalformedEvent) as malformed:
        read_data(RECORD, {"status": "BEGIN"})
    assert malformed.value.detail == 'data.status: given "BEGIN"; in accounts/cdr_notify it is always "END"'


def test_the_log_hears_which_rule_was_broken_and_not_by_what() -> None:
    """The dead letter has the whole."""
    with pytest.raises(MalformedEvent) as malformed:
        read_data(CALL, {"billable_seconds": "call me at noon"})

    assert "call me at noon" in malformed.value.detail
    assert malformed.value.logged == "data.billable_seconds: expected an integer of up to 15 digits"
    assert "call me at noon" not in str(malformed.value)


@given(st.dictionaries(st.sampled_from([*CALL.names, "other"]), ANY_JSON, max_size=5))
def test_any_json_is_read_or_malformed(data: dict[str, object]) -> None:
    """Nothing else comes out: one bad event must not break a batch."""
    try:
        values, _ = read_data(CALL, data)
    except MalformedEvent:
        return
    assert all(type(value) in (str, int) for value in values.values())
    assert "".join(str(value) for value in values.values()).encode() is not None


def test_the_page_of_the_catalogue_is_up_to_date() -> None:
    """`python -m tools.catalogue_page` writes it anew."""
    written = Path(__file__).parents[4] / "docs" / "catalogue.md"

    assert written.read_text(encoding="utf-8") == page()
