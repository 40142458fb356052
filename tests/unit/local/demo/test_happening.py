"""What `make send` understands before anything is sent."""

from typing import Any

import pytest

from local.demo.happening import Happening, parse_happening
from local.errors import LocalError
from ringback.catalog.payload import CATALOGUE, Scope, read_data

MESSAGE = "messages/receive_notify"
CONFIRM = "messages/confirm"
URL = "http://127.0.0.1:8000/hook"


def happening(event: str = MESSAGE, *, account: str = "", number: str = "", data: str = "") -> Happening:
    return parse_happening(event, account=account, number=number, data=data)


def data_of(**given: Any) -> dict[str, Any]:
    return dict(happening(**given).data)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_every_kind_happens_as_the_catalogue_s_example(kind: Any) -> None:
    message = happening(kind.name).message("e1", url=URL)

    assert (message["event"], message["account"], message["id"]) == (kind.name, "1000001", "e1")
    assert message["data"] == dict(kind.example)
    assert read_data(kind, message["data"])[0] == dict(kind.example)
    assert ("fonenumber" in message) == (kind.scope is not Scope.ACCOUNT)
    assert message.get("callback") == ({"url": URL} if kind.name == CONFIRM else None)


def test_a_value_under_any_name_takes_the_place_of_the_example_s() -> None:
    assert "message" not in data_of(data='{"msg": "hi"}')
    assert data_of(data='{"msg": "hi"}')["msg"] == "hi"
    assert "id" not in data_of(data='{"uid": "7"}')


def test_the_example_is_about_the_number_and_the_account_that_are_given() -> None:
    about = happening("calls/receive_notify", account="7", number="+49 30 123456")

    assert about.fonenumber == about.data["to"] == "+4930123456"
    assert about.account == about.data["account_code"] == "7"
    assert about.data["from"] == "3215551111"


def test_what_the_kind_does_not_have_is_sent_and_named() -> None:
    about = happening(data='{"carrier": 3}')

    assert about.unknown == ("carrier",)
    assert about.message("e1")["data"]["carrier"] == 3


def test_an_event_of_the_account_may_have_a_number() -> None:
    assert happening("accounts/cdr_notify", number="3215551213").message("e1")["fonenumber"] == "3215551213"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"event": "messages/teleported"}, 'EVENT: given "messages/teleported"; allowed: messages/receive_notify, '),
        ({"number": "123"}, 'NUMBER: given "123"; expected 10 digits'),
        ({"account": "a#b"}, 'ACCOUNT: given "a#b"; allowed: '),
        ({"data": "{"}, r"DATA is not JSON \(.*\); expected an object of fields"),
        ({"data": "[1]"}, "DATA takes an object of fields"),
        ({"data": '{"msg": "a", "message": "b"}'}, "DATA: data.message: disagrees with data.msg"),
    ],
)
def test_what_the_platform_could_not_send_is_said_in_make_s_words(given: dict[str, str], said: str) -> None:
    with pytest.raises(LocalError, match=f"^{said}"):
        happening(**given)
