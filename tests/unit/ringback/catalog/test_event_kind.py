"""What a kind of event is."""

from dataclasses import replace

import pytest

from ringback.catalog.payload import CATALOGUE

KIND = CATALOGUE["messages/receive_notify"]


def test_a_name_leads_to_its_field_whether_token_body_name_or_alias() -> None:
    names = CATALOGUE["messages/receive_notify"].names

    assert names["msg"] is names["message"]
    assert names["uid"] is names["id"]
    assert "Msg" not in names


def test_tokens_are_those_of_the_reference() -> None:
    """What a message about an unknown token lists; aliases work, and nobody needs to learn them."""
    assert CATALOGUE["messages/receive_notify"].tokens == ("to", "from", "msg", "id")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("messages/receive", "message_options"),
        ("calls/send_notify", "call_options"),
        ("faxes/send_notify", "fax_options"),
        ("voicemails/receive_notify", "voicemail_options"),
        ("branches/open_notify", "branch_options"),
        ("news/notify", "new_options"),
    ],
)
def test_the_options_of_a_kind_are_named_after_one_of_its_group(name: str, options: str) -> None:
    assert replace(KIND, name=name, options="").options == options


def test_where_the_ending_is_another_the_entry_says_so() -> None:
    assert replace(KIND, name="news/notify", options="news_options").options == "news_options"
