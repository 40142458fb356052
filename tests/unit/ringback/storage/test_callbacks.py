"""Callbacks as items."""

from dataclasses import replace

from ringback.models import Callback, CallbackType
from ringback.storage.callbacks import callback_from_item, callback_to_item
from tests.stored import credentials

CALLBACK = Callback(
    owner="1000001#3215551212",
    event="messages/receive_notify",
    type=CallbackType.CALLBACK,
    url="https://example.com/hook",
    url_username="user",
    url_password="secret",
)


def test_a_callback_is_read_without_its_password_where_nobody_needs_it() -> None:
    """So that KMS is not asked, and whoever only shows it needs no permission to decrypt."""
    item = callback_to_item(CALLBACK, credentials())

    assert callback_from_item(item, credentials=None) == replace(CALLBACK, url_password="")
    assert callback_from_item(item, credentials()) == CALLBACK
