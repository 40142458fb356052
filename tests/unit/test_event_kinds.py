"""What a kind of event is."""

from ringback.catalogue import CATALOGUE


def test_a_name_leads_to_its_field_whether_token_body_name_or_alias() -> None:
    names = CATALOGUE["messages/receive_notify"].names

    assert names["msg"] is names["message"]
    assert names["uid"] is names["id"]
    assert "Msg" not in names


def test_tokens_are_those_of_the_reference() -> None:
    """What a message about an unknown token lists; aliases work, and nobody needs to learn them."""
    assert CATALOGUE["messages/receive_notify"].tokens == ("to", "from", "msg", "id")
