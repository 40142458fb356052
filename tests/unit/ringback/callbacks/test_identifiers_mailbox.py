"""Mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.identifiers import parse_mailbox
from ringback.errors import InvalidSetting


@pytest.mark.parametrize(
    "text",
    [
        "name@example.com",
        "a.b+tag@mail.example.co.uk",
        "O'Hara_1@xn--mller-kva.example",
        f"{'a' * 64}@b.co",
        f"a@{'b' * 63}.co",
        "{x}!#$%&*/=?^`|~-@1.2",
    ],
)
def test_one_plain_address_is_taken_as_it_is(text: str) -> None:
    assert parse_mailbox(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "missing"),
        ("https://my.example.com/?key=planted", "given a URL; expected one address, as in name@example.com$"),
        ("a@example.com,b@example.com", "not a list"),
        ("a@example.com; b@example.com", "not a list"),
        ("jos\u00e9@example.com", "ASCII"),
        ("a@m\u00fcller.example", "xn--"),
        ("\uff41@example.com", "ASCII"),
        ("\ud800@example.com", "ASCII"),
    ],
)
def test_a_refusal_says_what_to_do(text: str, message: str) -> None:
    with pytest.raises(InvalidSetting, match=message) as caught:
        parse_mailbox(text)

    assert caught.value.field == "email"


@pytest.mark.parametrize(
    "text",
    [
        "name",
        "@example.com",
        "name@",
        "name@localhost",
        "a@b@example.com",
        " name@example.com",
        "name@example.com\n",
        "name@example.com\r\nBcc: all@example.com",
        "Name <name@example.com>",
        '"a b"@example.com',
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a@example..com",
        "a@-example.com",
        "a@example.com.",
        "a@[127.0.0.1]",
        "a(b)@example.com",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 64}.com",
        f"a@{'b.' * 130}com",
    ],
)
def test_anything_but_one_bare_address_is_refused(text: str) -> None:
    """What cannot be sent to, and what could end a header."""
    with pytest.raises(InvalidSetting, match="one bare address"):
        parse_mailbox(text)


@given(st.text(st.characters()) | st.text("a@.-", max_size=12))
def test_any_text_is_taken_as_it_is_or_refused(text: str) -> None:
    try:
        assert parse_mailbox(text) == text
    except InvalidSetting:
        return
    assert text.count("@") == 1
    assert text.isascii()
    assert text.isprintable()
