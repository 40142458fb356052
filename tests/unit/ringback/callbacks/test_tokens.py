"""Tokens, and the values that take their place: fonestorm-facts.md, Substitution."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.tokens import Filled, parse_template, percent_encoded, tokens_in
from ringback.callbacks.url import MAX_RENDERED
from ringback.catalog.payload import CATALOGUE
from ringback.models import Value

NAMES = CATALOGUE["messages/receive_notify"].names
ANY_TEXT = st.text(st.characters())  # halves of surrogate pairs as well
TRICKY_TEXT = st.lists(st.sampled_from(["((", "))", "{{", "}}", "msg", "from", "(", "}", "%20", "/", "?", "é"])).map(
    "".join
)


def fill(text: str, values: Mapping[str, Value]) -> Filled:
    return parse_template(text, NAMES).fill(values, most=MAX_RENDERED)


@pytest.mark.parametrize(
    ("value", "substituted"),
    [
        ("hello world", "hello%20world"),
        ("a&b=c+d/e?f#g", "a%26b%3Dc%2Bd%2Fe%3Ff%23g"),
        ("50% off", "50%25%20off"),
        ("café 😀", "caf%C3%A9%20%F0%9F%98%80"),
        ("line1\nline2", "line1%0Aline2"),
        ("((from))", "%28%28from%29%29"),
        ("{{from}}", "%7B%7Bfrom%7D%7D"),
        ("AZaz09-._~", "AZaz09-._~"),
        ("%41", "%2541"),
        ("\x00\r\n", "%00%0D%0A"),
        ("\\@//:;,!$'()*[]", "%5C%40%2F%2F%3A%3B%2C%21%24%27%28%29%2A%5B%5D"),
        ("half \ud83d", "half%20%EF%BF%BD"),
        (42, "42"),
    ],
)
def test_a_value_is_percent_encoded_but_for_unreserved_characters(value: Value, substituted: str) -> None:
    """The table of the facts, and its neighbours; a space is never a plus."""
    filled = fill("/?m=((msg))", {"message": value, "from": "evil"})

    assert filled == Filled(text=f"/?m={substituted}", empty=0)


@pytest.mark.parametrize("token", ["((msg))", "((message))", "{{msg}}", "{{message}}"])
def test_token_and_body_name_stand_for_the_value_in_both_notations(token: str) -> None:
    assert fill(f"/{token}", {"message": "x"}).text == "/x"


@pytest.mark.parametrize("token", ["((id))", "((uid))"])
def test_an_alias_stands_for_the_value_too(token: str) -> None:
    assert fill(f"/{token}", {"id": "0c40"}).text == "/0c40"


@pytest.mark.parametrize(
    "text",
    [
        "((Msg))",
        "((msg ))",
        "((nothing))",
        "(())",
        "((msg)",
        "(msg))",
        "((msg}}",
        "{{msg))",
        "( (msg) )",
        "%28%28msg%29%29",
    ],
)
def test_what_is_no_token_stays_as_it_is(text: str) -> None:
    """Names are case-sensitive and have no spaces."""
    assert fill(text, {"message": "x"}) == Filled(text=text, empty=0)


@pytest.mark.parametrize(
    ("text", "filled"),
    [("(((msg)))", "(x)"), ("{{((msg))}}", "{{x}}"), ("((((msg))))", "((x))"), ("((msg))((msg))", "xx")],
)
def test_a_token_is_found_among_further_brackets(text: str, filled: str) -> None:
    assert fill(text, {"message": "x"}).text == filled


def test_a_token_without_a_value_becomes_empty_and_is_counted() -> None:
    """An empty value is a value."""
    assert fill("/?a=((to))&b=((from))&c=((to))", {"from": ""}) == Filled(text="/?a=&b=&c=", empty=2)


def test_a_value_is_never_searched_for_tokens() -> None:
    """One pass: also where values and text around them would make a token together."""
    assert fill("((((msg))))", {"message": "from", "from": "evil"}).text == "((from))"


def test_tokens_in_a_text_are_listed_known_or_not() -> None:
    assert tokens_in("/((msg))?{{nothing}}=((msg))&((a b))") == ("msg", "nothing", "msg", "a b")


@given(ANY_TEXT)
def test_encoding_any_value_leaves_unreserved_ascii_that_decodes_back_to_it(value: str) -> None:
    """And does not raise."""
    encoded = percent_encoded(value)

    assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*", encoded)
    assert unquote(encoded, errors="strict") == value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@given(
    ANY_TEXT | TRICKY_TEXT, st.dictionaries(st.sampled_from(["to", "from", "message", "id"]), TRICKY_TEXT | ANY_TEXT)
)
def test_filling_any_text_changes_its_tokens_alone(text: str, values: dict[str, str]) -> None:
    """The text around the tokens comes out in its order, each known token as its value, decoded."""
    template = parse_template(text, NAMES)

    filled = template.fill(values, most=MAX_RENDERED)

    assert filled.text == template.start + "".join(
        percent_encoded(values.get(body, "")) + literal for body, literal in template.gaps
    )
    assert filled.empty == sum(body not in values for body, _ in template.gaps)
    assert [body for body, _ in template.gaps] == [NAMES[name].body for name in tokens_in(text) if name in NAMES]


@given(TRICKY_TEXT)
def test_every_template_puts_back_together_what_it_cut(text: str) -> None:
    """Nothing is lost between two tokens."""
    template = parse_template(text, NAMES)
    found = iter(re.findall(r"\(\((?:msg|from)\)\)|\{\{(?:msg|from)\}\}", text))

    assert template.start + "".join(next(found) + literal for _, literal in template.gaps) == text


@given(st.text("({msg})", max_size=40).map(lambda text: text * 2_000))
def test_no_text_takes_long(text: str) -> None:
    """Brackets without end are read once; hypothesis allows an example 200 ms."""
    parse_template(text, NAMES)
