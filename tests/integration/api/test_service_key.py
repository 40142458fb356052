"""The service's own key: made once, sealed, opened once, and changed by an operator."""

from typing import Any

import pytest

from api.service_key import PLACE, ServiceKey
from ringback.errors import InfrastructureError
from tests.integration.calling import NOW, Api, calling
from tests.integration.stack import Stack
from tests.unit.api.gateway.test_cursor import unasked

NUMBERS = ("3215551111", "3215552222", "3215553333")
LIST = "/v2/fonenumbers?limit=1&filter=fonenumbers"


@pytest.fixture
def asked(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What KMS is asked."""
    calls: list[str] = []
    for operation in ("encrypt", "decrypt"):
        call = getattr(stack.kms, operation)

        def noted(call: Any = call, operation: str = operation, **request: Any) -> Any:
            calls.append(operation)
            return call(**request)

        monkeypatch.setattr(stack.kms, operation, noted)
    return calls


def filled(api: Api) -> Api:
    for number in NUMBERS:
        api.post("/v2/messages/receive_notify", {"fonenumber": number, "type": "Email", "email": "a@example.com"})
    return api


def key_of(stack: Stack, random_bytes: Any = bytes) -> ServiceKey:
    """That of an execution environment which has just started."""
    return ServiceKey(table=stack.callbacks().table, credentials=stack.credentials(), random_bytes=random_bytes)


def rotate(stack: Stack) -> None:
    """As docs/operations.md has it."""
    table = stack.callbacks().table
    stack.dynamodb.delete_item(TableName=table.name, Key=table.key(PLACE))


def test_the_key_is_made_when_it_is_first_needed_and_is_nowhere_to_be_read(api: Api) -> None:
    filled(api)
    api.get("/v2/fonenumbers")
    api.get(f"/v2/fonenumbers/{NUMBERS[0]}/deliveries")
    owners = [item["owner"]["S"] for item in api.stack.items("CALLBACKS_TABLE")]
    assert PLACE[0] not in owners

    cursor = api.get(LIST).json["cursor"]

    assert api.get(f"{LIST}&cursor={cursor}").json["fonenumbers"] == [NUMBERS[1]]
    [item] = [item for item in api.stack.items("CALLBACKS_TABLE") if item["owner"]["S"] == PLACE[0]]
    assert set(item) == {"owner", "event", "format", "key", "created"}
    sealed = item["key"]["B"]
    assert api.stack.credentials().open(sealed, owner=PLACE[0], event=PLACE[1]).encode() not in sealed


def test_an_environment_opens_the_key_once_and_asks_for_it_only_where_there_is_a_cursor(
    stack: Stack, asked: list[str]
) -> None:
    with calling(stack) as first:
        cursor = filled(first).get(LIST).json["cursor"]
    asked.clear()
    with calling(stack) as api:
        api.get("/v2/fonenumbers")
        api.get(f"/v2/fonenumbers/{NUMBERS[0]}")
        api.get(f"{LIST}&cursor=x")
        assert asked == []
        for _ in range(20):
            api.clock.passes(seconds=30)
            assert api.get(f"{LIST}&cursor={cursor}").status == 200

    assert asked == ["decrypt"]


def test_of_two_environments_that_make_it_at_once_both_have_the_first_one_s(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = key_of(stack, lambda count: b"1" * count), key_of(stack, lambda count: b"2" * count)
    get = stack.dynamodb.get_item

    def nothing_yet(**request: Any) -> Any:
        """The first one writes between the second one's look and its write."""
        answer = get(**request)
        monkeypatch.setattr(stack.dynamodb, "get_item", get)
        first.derived("x", NOW)
        return answer

    monkeypatch.setattr(stack.dynamodb, "get_item", nothing_yet)

    assert second.derived("x", NOW) == first.derived("x", NOW) == key_of(stack).derived("x", NOW)


def test_a_key_whose_answer_was_lost_is_the_one_that_is_stored(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.lose_answers(monkeypatch, "put_item")

    made = key_of(stack).derived("x", NOW)

    assert key_of(stack).derived("x", NOW) == made


def test_a_key_is_good_for_its_purpose_alone(stack: Stack) -> None:
    key = key_of(stack)

    assert len({key.derived(purpose, NOW) for purpose in ("cursor", "session", "")}) == 3


def test_once_the_key_was_rotated_an_open_list_says_how_to_go_on(stack: Stack) -> None:
    """Within a minute, in environments that have opened it before; in any other at once."""
    with calling(stack) as running:
        cursor = filled(running).get(LIST).json["cursor"]
        rotate(stack)
        running.clock.passes(minutes=1)

        answer = running.get(f"{LIST}&cursor={cursor}")

        assert answer.status == 400
        assert answer.message.endswith("keep the filters of the first page, or leave it out to start over")
        renewed = running.get(LIST).json["cursor"]
        assert renewed != cursor
    with calling(stack) as other:
        assert other.get(f"{LIST}&cursor={cursor}").status == 400
        assert other.get(f"{LIST}&cursor={renewed}").json["fonenumbers"] == [NUMBERS[1]]


def test_without_kms_what_needs_invalid_cursor_is_answered(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with calling(stack) as api:
        filled(api)
        monkeypatch.setattr(api.parts.service_key, "derived", lambda *_: unasked())
        assert api.get("/v2/fonenumbers").status == 200
        assert api.get(f"{LIST}&cursor=x").status == 400


def test_a_key_that_was_moved_from_elsewhere_does_not_open(stack: Stack) -> None:
    item = {"owner": {"S": PLACE[0]}, "event": {"S": PLACE[1]}}
    sealed = stack.credentials().seal(bytes(32).hex(), owner="1000001#*", event="signing_secret")
    stack.dynamodb.put_item(TableName=stack.callbacks().table.name, Item={**item, "key": {"B": sealed}})

    with pytest.raises(InfrastructureError, match="decrypting"):
        key_of(stack).derived("x", NOW)
