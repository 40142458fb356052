"""The Callbacks table on moto."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from ringback.errors import InfrastructureError
from ringback.models import Callback, CallbackType, Method, PreviousSecret, SigningSecrets
from ringback.storage.callbacks import secrets_key
from tests.integration.stack import Stack

PLANTED = "planted-password"
OWNER = "1000001#3215551212"
KIND = "messages/receive_notify"
KEY = (OWNER, KIND)
CALLBACK = Callback(
    owner=OWNER,
    event=KIND,
    type=CallbackType.CALLBACK,
    method=Method.JSON,
    url="https://example.com/?m=((msg))",
    url_username="me",
    url_password=PLANTED,
)
MAIL = Callback(owner=OWNER, event="faxes/receive_notify", type=CallbackType.EMAIL, email="fax@example.com")


def test_a_callback_comes_back_as_it_was_set(stack: Stack) -> None:
    """With its password, for whoever may use the key."""
    stack.callbacks().put(CALLBACK)
    stack.callbacks().put(MAIL)

    loaded = stack.callbacks().load([KEY, (OWNER, MAIL.event)])

    assert loaded.callback(KEY) == CALLBACK
    assert loaded.callback((OWNER, MAIL.event)) == MAIL


def test_a_password_is_nowhere_in_the_table(stack: Stack) -> None:
    """The item holds what KMS made of it."""
    stack.callbacks().put(CALLBACK)

    assert PLANTED not in repr(stack.items("CALLBACKS_TABLE"))
    assert PLANTED not in repr(CALLBACK)


def test_a_sealed_password_opens_only_where_it_was_set(stack: Stack) -> None:
    """Copied to another number, it is unreadable: owner and event are its encryption context."""
    stack.callbacks().put(CALLBACK)
    [item] = stack.items("CALLBACKS_TABLE")
    other = ("1000002#3215550000", KIND)
    stack.dynamodb.put_item(TableName="CallbacksTable", Item=item | {"owner": {"S": other[0]}})

    loaded = stack.callbacks().load([KEY, other])

    assert loaded.has(KEY)
    assert not loaded.has(other)


def test_setting_a_callback_replaces_the_whole_of_it(stack: Stack) -> None:
    """Switching to e-mail leaves neither URL nor credentials behind."""
    stack.callbacks().put(CALLBACK)
    stack.callbacks().put(replace(MAIL, event=KIND))

    [item] = stack.items("CALLBACKS_TABLE")
    assert item.keys().isdisjoint({"url", "method", "url_username", "url_password"})


def test_a_removed_callback_leaves_nothing_behind(stack: Stack) -> None:
    """`None` means none."""
    store = stack.callbacks()
    store.put(CALLBACK)
    store.remove(KEY)

    assert store.load([KEY]).callback(KEY) is None
    assert stack.items("CALLBACKS_TABLE") == []


def test_a_change_is_seen_at_once(stack: Stack) -> None:
    """By an environment that has just read that there was nothing, or what was there before."""
    reader = stack.callbacks()
    assert reader.load([KEY]).callback(KEY) is None

    stack.callbacks().put(CALLBACK)
    assert reader.load([KEY]).callback(KEY) == CALLBACK

    stack.callbacks().remove(KEY)
    assert reader.load([KEY]).callback(KEY) is None


def test_kms_opens_a_password_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often its callback is read; one that was set anew is another ciphertext."""
    reader = stack.callbacks()
    stack.callbacks().put(CALLBACK)
    reader.load([KEY])
    with monkeypatch.context() as patch:
        patch.setattr(stack.kms, "decrypt", pytest.fail)
        assert reader.load([KEY]).callback(KEY) == CALLBACK

    corrected = replace(CALLBACK, url_password="another-password")
    stack.callbacks().put(corrected)

    assert reader.load([KEY]).callback(KEY) == corrected


def test_more_callbacks_than_one_call_reads_are_read(stack: Stack) -> None:
    """BatchGetItem takes 100 keys; a batch may ask for more."""
    keys = [(f"1000001#32155{number:05}", KIND) for number in range(130)]
    stack.callbacks().put(replace(CALLBACK, owner=keys[-1][0]))

    loaded = stack.callbacks().load(keys)

    assert loaded.has(*keys)
    assert loaded.callback(keys[-1]) is not None


def test_a_rotated_secret_signs_beside_the_new_one_for_its_time(stack: Stack) -> None:
    """The newest first; an account without secrets signs nothing."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    secrets = SigningSecrets(
        owner="1000001#*",
        current="whsec_bmV3",
        previous=(PreviousSecret(secret="whsec_b2xk", until=now + timedelta(hours=24)),),
    )
    stack.callbacks().put_secrets(secrets)

    loaded = stack.callbacks().load([secrets_key("1000001"), secrets_key("1000002")])

    assert loaded.secrets("1000001", now) == ("whsec_bmV3", "whsec_b2xk")
    assert loaded.secrets("1000001", now + timedelta(hours=24)) == ("whsec_bmV3",)
    assert loaded.secrets("1000002", now) == ()
    assert "whsec" not in repr(stack.items("CALLBACKS_TABLE")) + repr(secrets)


def test_a_table_out_of_reach_is_our_fault(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller sends the messages back instead of counting an attempt."""

    def throttled(**_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "BatchGetItem")

    store = stack.callbacks()
    monkeypatch.setattr(stack.dynamodb, "batch_get_item", throttled)

    with pytest.raises(InfrastructureError, match="ThrottlingException"):
        store.load([KEY])
