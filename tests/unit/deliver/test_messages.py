"""What lies on the queues."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliver.messages import MAX_BYTES, Message, read_message
from ringback.delivery.retry_message import Retry
from ringback.errors import MalformedEvent, MalformedReason
from ringback.models import CallbackType, Event, Method

SENT = datetime(2026, 11, 23, 18, 0, 0, 5_000, tzinfo=UTC)
PLANTED = "planted-password"
MESSAGE: dict[str, Any] = {
    "event": "messages/receive_notify",
    "account": "1000001",
    "fonenumber": "3215551212",
    "id": "0c4055acc5cc2736d818c96f4421b2f5",
    "time": "2026-11-23T17:36:00Z",
    "data": {"to": "3215551212", "from": "3215551111", "msg": "hello world", "id": "0c40"},
}


def record(body: object, *, receives: int = 1) -> dict[str, Any]:
    """An SQS record of a Lambda event."""
    return {
        "messageId": "m-1",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": str(int(SENT.timestamp() * 1000)),
        },
    }


def read(body: object) -> Event:
    content = read_message(record(body)).content
    assert isinstance(content, Event)
    return content


def refused(body: object) -> MalformedEvent:
    with pytest.raises(MalformedEvent) as caught:
        read_message(record(body))
    return caught.value


def test_an_event_is_read_with_its_data_under_body_names() -> None:
    """In the catalogue's order, ready to be a body."""
    event = read(MESSAGE)

    assert (event.kind, event.owner, event.id) == (MESSAGE["event"], "1000001#3215551212", MESSAGE["id"])
    assert event.time == datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
    assert list(event.data.items()) == [
        ("to", "3215551212"),
        ("from", "3215551111"),
        ("message", "hello world"),
        ("id", "0c40"),
    ]


def test_id_time_and_account_may_be_left_out() -> None:
    """The queue's own id and time stand in, the same each time that it hands the message out."""
    event = read({name: value for name, value in MESSAGE.items() if name not in ("id", "time", "account")})

    assert (event.id, event.time, event.account) == ("m-1", SENT, "default")


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("+1 (321) 555-1212", "3215551212"),
        (13215551212, "3215551212"),
        ("+49 30 123456", "+4930123456"),
        ("72345", "72345"),
        (72345, "72345"),
    ],
    ids=repr,
)
def test_a_number_may_be_written_as_people_do(number: object, stored: str) -> None:
    """Or be a number of JSON."""
    assert read(MESSAGE | {"fonenumber": number}).owner == f"1000001#{stored}"


def test_a_time_without_a_zone_is_utc() -> None:
    """As all dates of the API are; another zone is converted."""
    assert read(MESSAGE | {"time": "2026-11-23T17:36:00"}).time == read(MESSAGE).time
    assert read(MESSAGE | {"time": "2026-11-23T12:36:00-05:00"}).time == read(MESSAGE).time


def sns(message: object) -> dict[str, Any]:
    return {"Type": "Notification", "MessageId": "s", "TopicArn": "arn:aws:sns:…", "Message": json.dumps(message)}


def eventbridge(detail: object) -> dict[str, Any]:
    return {"version": "0", "id": "e", "detail-type": "ringback.event", "source": "platform", "detail": detail}


@pytest.mark.parametrize("body", [sns(MESSAGE), eventbridge(MESSAGE), sns(eventbridge(MESSAGE))])
def test_an_event_may_come_through_sns_and_eventbridge(body: object) -> None:
    """It is the same event, with its own id and time."""
    assert read(body) == read(MESSAGE)


def test_what_an_event_is_about_is_never_taken_for_a_wrapping() -> None:
    """A message's text may look like one."""
    text = json.dumps(sns(MESSAGE))

    assert read(MESSAGE | {"data": {"msg": text}}).data == {"message": text}


def test_an_account_s_call_record_needs_no_number() -> None:
    """Its callback is the account's; with a number it is logged under that."""
    call = {"event": "accounts/cdr_notify", "account": "1000001", "data": {"uid": "c1", "status": "END"}}

    assert read(call).owner == "1000001#*"
    assert read(call | {"fonenumber": "3215551212"}).owner == "1000001#3215551212"


def test_a_delivery_receipt_brings_its_callback() -> None:
    """Set on the message that it confirms, so it is in no table."""
    callback = {"url": "https://example.com/", "url_username": "me", "url_password": PLANTED}
    event = read(MESSAGE | {"event": "messages/confirm", "callback": callback})

    assert event.callback is not None
    assert (event.callback.type, event.callback.method) == (CallbackType.CALLBACK, Method.JSON)
    assert (event.callback.owner, event.callback.event) == (event.owner, event.kind)
    assert event.callback.url_password == PLANTED
    assert PLANTED not in repr(event)


def test_unknown_fields_are_kept_apart() -> None:
    """A platform that is ahead of us loses no delivery."""
    event = read(MESSAGE | {"data": {"msg": "hi", "carrier": "x"}, "priority": 1})

    assert (event.data, event.unknown) == ({"message": "hi"}, ("carrier",))


@pytest.mark.parametrize(
    "literal", ["1573204600.10000", "1795455360.1180", "3.2155512e9", "1E+400", "-0", "-0.0", "0.10", "7", "9" * 5_000]
)
@pytest.mark.parametrize("way", ["bare", "by SNS"])
def test_a_number_in_a_field_of_text_stays_as_it_was_written(literal: str, way: str) -> None:
    """Through SNS too, which wraps it."""
    text = json.dumps(MESSAGE | {"data": {"id": "X"}}).replace('"X"', literal)
    body = json.dumps({"Type": "Notification", "Message": text}) if way == "by SNS" else text

    assert read(body).data == {"id": literal}


def test_id_account_and_number_may_be_numbers() -> None:
    text = json.dumps(MESSAGE | {"id": "X", "account": 1000001, "fonenumber": 3215551212})
    event = read(text.replace('"X"', "1573204600.10000"))

    assert (event.id, event.owner) == ("1573204600.10000", "1000001#3215551212")


@pytest.mark.parametrize("literal", ["42", "42.0", "4.2e1", "-0"])
def test_a_field_of_integers_holds_an_integer(literal: str) -> None:
    call = json.dumps(MESSAGE | {"event": "calls/receive_notify", "data": {"billable_seconds": "X"}})
    seconds = read(call.replace('"X"', literal)).data["billable_seconds"]

    assert (type(seconds), seconds) == (int, float(literal))


def test_a_retry_names_its_delivery() -> None:
    """And the time of the one attempt that it is for."""
    body = {"version": 1, "owner": "1000001#3215551212", "delivery": "0199", "due": 1_795_000_000_123}

    assert read_message(record(body)).content == Retry(
        owner="1000001#3215551212",
        delivery="0199",
        due=datetime.fromtimestamp(1_795_000_000, UTC).replace(microsecond=123_000),
    )


def test_a_message_that_came_back_is_known() -> None:
    """What an earlier invocation recorded may still want scheduling."""
    assert not read_message(record(MESSAGE)).received_before
    assert read_message(record(MESSAGE, receives=2)).received_before


REFUSED = [
    ("", "not_json"),
    ("hello", "not_json"),
    ('{"event": ', "not_json"),
    ("\x00\x01\x02 binary", "not_json"),
    ('{"event": NaN}', "not_json"),
    ("[" * 100_000, "not_json"),
    ("9" * 5_000, "not_an_object"),
    ([MESSAGE], "not_an_object"),
    ("null", "not_an_object"),
    ({}, "no_event"),
    ({"hello": "world"}, "no_event"),
    (MESSAGE | {"event": None}, "no_event"),
    (MESSAGE | {"event": "messages/eaten"}, "unknown_event"),
    (MESSAGE | {"event": ["messages/receive_notify"]}, "unknown_event"),
    (MESSAGE | {"event": "Messages/Receive_Notify"}, "unknown_event"),
    (MESSAGE | {"fonenumber": "12"}, "bad_fonenumber"),
    (MESSAGE | {"fonenumber": 3215551212.0}, "bad_fonenumber"),
    (MESSAGE | {"fonenumber": 10**400}, "bad_fonenumber"),
    (MESSAGE | {"fonenumber": None}, "bad_fonenumber"),
    (MESSAGE | {"fonenumber": {}}, "bad_fonenumber"),
    (MESSAGE | {"account": ""}, "bad_account"),
    (MESSAGE | {"account": "a#b"}, "bad_account"),
    (MESSAGE | {"account": True}, "bad_account"),
    (MESSAGE | {"account": "x" * 65}, "bad_account"),
    (MESSAGE | {"account": 10**400}, "bad_account"),
    (MESSAGE | {"id": {"a": 1}}, "bad_id"),
    (MESSAGE | {"id": 10**400}, "bad_id"),
    (MESSAGE | {"id": "\ud83d"}, "bad_id"),
    (MESSAGE | {"time": "yesterday"}, "bad_time"),
    (MESSAGE | {"time": 1_795_000_000}, "bad_time"),
    (MESSAGE | {"time": "1795120112345"}, "bad_time"),
    (MESSAGE | {"time": "0001-01-01T00:00:00+14:00"}, "bad_time"),
    (MESSAGE | {"data": ["hello"]}, "bad_data"),
    (MESSAGE | {"data": None}, "bad_data"),
    (MESSAGE | {"data": {"msg": ["hello"]}}, "bad_data"),
    (MESSAGE | {"data": {"msg": "a", "message": "b"}}, "bad_data"),
    (MESSAGE | {"event": "messages/confirm"}, "bad_callback"),
    (MESSAGE | {"event": "messages/confirm", "callback": "https://example.com/"}, "bad_callback"),
    (MESSAGE | {"event": "messages/confirm", "callback": {"url": ["https://example.com/"]}}, "bad_callback"),
    (MESSAGE | {"event": "messages/confirm", "callback": {"uri": "https://example.com/"}}, "bad_callback"),
    (
        MESSAGE | {"event": "messages/confirm", "callback": {"url": "https://a/", "confirmation_url": "https://b/"}},
        "bad_callback",
    ),
    ({"owner": "o", "delivery": "d"}, "bad_retry"),
    ({"owner": "o", "delivery": "d", "due": "soon"}, "bad_retry"),
    ({"owner": "o", "delivery": "d", "due": 10**30}, "bad_retry"),
    (sns("hello"), "not_an_object"),
    ({"Type": "Notification", "Message": "hello"}, "not_json"),
    (MESSAGE | {"data": {"msg": "x" * MAX_BYTES}}, "too_large"),
]


@pytest.mark.parametrize(("body", "reason"), REFUSED)
def test_what_is_no_event_is_refused_with_a_reason(body: object, reason: str) -> None:
    """One word for machines, one sentence for people."""
    malformed = refused(body)

    assert malformed.reason == reason
    assert 10 < len(malformed.detail) < 1_000


def test_every_reason_is_given_for_something() -> None:
    assert {reason for _, reason in REFUSED} == set(MalformedReason)


def test_the_reason_of_a_bad_callback_keeps_its_password() -> None:
    """Dead letters' attributes are read by operators."""
    callback = {"url": f"https://example.com/?{PLANTED}", "confirmation_url": "https://a/", "url_password": PLANTED}

    assert PLANTED not in refused(MESSAGE | {"event": "messages/confirm", "callback": callback}).detail


@pytest.mark.parametrize(
    ("callback", "rule"),
    [
        ({"url": "ftp://example.com"}, 'url: given "ftp"://; allowed: https:// and http://'),
        ({"confirmation_url": f"https://a/?m=(({PLANTED}))"}, "url: an unknown token; messages/confirm has ((to)), "),
        ({"url": f"https://a/?{PLANTED}=((msg)"}, "url: it has what looks like a token and would never be replaced; "),
        ({"url": f"https://a/?{PLANTED}\n"}, "url: a line break at the end; leave it out"),
        ({"url": f"https://a/?{PLANTED * 1_000}"}, "url: 16,011 characters; the maximum is 4,096"),
        ({"url": ""}, "url: missing"),
        ({}, "url: missing"),
        ({"url": "https://a/", "url_password": PLANTED}, "url_username: missing"),
        ({"url": "https://a/", "url_username": "a", "url_password": PLANTED * 40}, "url_password: 640 characters"),
        ({"url": "https://a/", "method": "GET"}, 'method: given "GET"; messages/confirm allows JSON'),
    ],
)
def test_a_bad_callback_of_a_customer_is_on_record_with_the_rule_that_it_breaks(
    callback: dict[str, str], rule: str
) -> None:
    """And with nothing else of it: it is never called."""
    kept = read(MESSAGE | {"event": "messages/confirm", "callback": callback}).callback

    assert kept is not None
    assert kept.refused.startswith(rule)
    assert PLANTED not in kept.refused
    assert len(kept.refused) < 300
    assert (kept.url, kept.url_username, kept.url_password) == ("", "", "")


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(repr))
def test_no_body_at_all_breaks_a_batch(body: str) -> None:
    """It is an event, a retry, or malformed."""
    try:
        message = read_message(record(body))
    except MalformedEvent:
        return
    assert isinstance(message, Message)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
            for name in ("event", "account", "fonenumber", "id", "time", "data", "callback", "delivery", "due")
        },
    )
)
def test_no_field_at_all_breaks_a_batch(fields: dict[str, object]) -> None:
    """Whatever type each of them has."""
    try:
        message = read_message(record(MESSAGE | fields))
    except MalformedEvent:
        return
    assert isinstance(message, Message)
