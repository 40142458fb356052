"""The rules of a callback's single fields."""

import pytest

from ringback.callbacks.rules import (
    MAX_CREDENTIAL_CHARACTERS,
    check_credentials,
    parse_callback_url,
    parse_method,
    parse_type,
    type_name,
)
from ringback.catalog.payload import CATALOGUE
from ringback.errors import InvalidSetting
from ringback.models import CallbackType, Method

MESSAGE = CATALOGUE["messages/receive_notify"]
DELIVERY = CATALOGUE["messages/receive"]
RECORD = CATALOGUE["accounts/cdr_notify"]


@pytest.mark.parametrize("text", ["Callback", "callback", "CALLBACK", "cAllback"])
def test_a_type_may_be_in_any_case(text: str) -> None:
    assert parse_type(text, MESSAGE) is CallbackType.CALLBACK


@pytest.mark.parametrize("text", ["URL", "url", "Callback"])
def test_a_delivery_service_s_url_is_a_callback(text: str) -> None:
    assert parse_type(text, DELIVERY) is CallbackType.CALLBACK
    assert type_name(CallbackType.CALLBACK, DELIVERY) == "URL"
    assert type_name(CallbackType.CALLBACK, MESSAGE) == "Callback"


@pytest.mark.parametrize("text", ["Device", "Forward"])
def test_a_delivery_service_that_we_do_not_have_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSetting, match=f'^type: given "{text}"; messages/receive allows None, URL, Email$'):
        parse_type(text, DELIVERY)


def test_a_notification_has_no_type_url() -> None:
    with pytest.raises(InvalidSetting, match=r'^type: given "URL"; messages/receive_notify allows None, Callback'):
        parse_type("URL", MESSAGE)


@pytest.mark.parametrize("text", ["POST", "post", "Post"])
def test_so_may_a_method(text: str) -> None:
    assert parse_method(text, MESSAGE) is Method.POST


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PUT", 'method: given "PUT"; messages/receive_notify allows GET, POST, JSON'),
        ("GET ", 'method: given "GET "; messages/receive_notify allows GET, POST, JSON'),
        ("", "method: missing; messages/receive_notify allows GET, POST, JSON"),
    ],
)
def test_another_method_is_refused_with_the_list(text: str, message: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_method(text, MESSAGE)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "method", "allowed"),
    [
        ("accounts/cdr_notify", "GET", "POST, JSON"),
        ("messages/receive", "GET", "POST, JSON"),
        ("messages/confirm", "GET", "JSON"),
        ("messages/confirm", "POST", "JSON"),
    ],
)
def test_a_method_that_the_event_does_not_have_is_refused(kind: str, method: str, allowed: str) -> None:
    with pytest.raises(InvalidSetting, match=f'method: given "{method}"; {kind} allows {allowed}$'):
        parse_method(method, CATALOGUE[kind])


@pytest.mark.parametrize("kind", ["messages/confirm", "accounts/cdr_notify"])
def test_two_events_have_no_mail(kind: str) -> None:
    with pytest.raises(InvalidSetting, match=f'type: given "Email"; {kind} allows None, Callback$'):
        parse_type("Email", CATALOGUE[kind])


@pytest.mark.parametrize("name", list(MESSAGE.names))
def test_every_name_of_the_event_may_be_a_token(name: str) -> None:
    assert parse_callback_url(f"https://a/?x=(({name}))&y={{{{{name}}}}}", MESSAGE).host == "a"


@pytest.mark.parametrize(
    "token", ["((text))", "((Msg))", "((msg.))", "{{sms}}", "((billable_seconds))", "((a/b))", "((a?b#c))"]
)
def test_an_unknown_token_is_refused_with_the_tokens_of_the_event(token: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_callback_url(f"https://a/?x={token}", MESSAGE)

    assert str(caught.value).startswith(
        f'url: unknown token "{token[2:-2]}"; messages/receive_notify has ((to)), ((from)), ((msg)), ((id))'
    )


@pytest.mark.parametrize(
    ("token", "suggestion"),
    [
        ("Msg", "; did you mean ((msg))?"),
        ("form", "; did you mean ((from))?"),
        ("mesage", "; did you mean ((message))?"),
    ],
)
def test_the_nearest_token_is_suggested(token: str, suggestion: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_callback_url(f"https://a/?x=(({token}))", MESSAGE)

    assert str(caught.value).endswith(suggestion)


@pytest.mark.parametrize(
    "text",
    [
        "%7B%7Bmsg%7D%7D",
        "%7b%7bmsg%7d%7d",
        "%28%28msg%29%29",
        "((msg%29%29",
        "%28(msg)%29",
        "((msg)",
        "(msg))",
        "((msg",
        "msg))",
        "((msg}}",
        "{{msg))",
        "{{msg}",
        "{msg}}",
        "({msg})",
        "(( msg ))",
        "{{ msg }}",
        "((%20msg%20))",
        "((+msg+))",
        "((msg ))",
        "((Msg)",
        "((msgs)",
        "((msg)&x=(to))",
        "((to))((msg)((from))",
    ],
)
def test_a_token_that_would_never_be_replaced_is_refused_with_what_to_write(text: str) -> None:
    for url in (f"https://a/?x={text}", f"https://a/?x={text}&y=((from))", f"https://a/{text}/b"):
        with pytest.raises(InvalidSetting, match=r"^url: .* never be replaced; write \(\(msg\)\)$"):
            parse_callback_url(url, MESSAGE)


@pytest.mark.parametrize(
    "target",
    [
        "wiki/Foo_(bar)",
        "wiki/From_(novel)",
        "wiki/Mr._%28film%29",
        "wiki/Foo_((bar)",
        "(msg)",
        "{msg}",
        "%7Bmsg%7D",
        "Messages(id)",
        "Accounts(Messages(id))/to",
        "?query={messages{id}}",
        "?query={messages(first:1){edges{node{id}}}}",
        "?query=%7Bmessages%7Bid%7D%7D",
        "?x={%22where%22:{%22id%22:%22((id))%22}}",
        "?x=(((msg)))",
        "?x=({{msg}})",
        "?x=((msg)))",
        "?x=f(((msg)),((to)))",
        "?x=%28((msg))%29",
        "?x=%7B%7Bcolor%7D%7D",
        "?x=((color)",
        "?x=%2528%2528msg",
        "?x=)((",
        "?to=1&from=2&id=3",
    ],
)
def test_other_brackets_are_a_url_s_own(target: str) -> None:
    """Names of pages, keys of OData, queries in GraphQL, JSON; and tokens between any of them."""
    parse_callback_url(f"https://a/{target}", MESSAGE)


def test_the_rules_of_every_url_hold_for_it() -> None:
    with pytest.raises(InvalidSetting, match="https:// only"):
        parse_callback_url("http://a/", RECORD)
    with pytest.raises(InvalidSetting, match="url: missing"):
        parse_callback_url("", RECORD)


@pytest.mark.parametrize(
    ("user_name", "password"),
    [
        ("", ""),
        ("a", "b"),
        ("Aladdin", "open sesame"),
        ("é", "p:w😀"),
        ("x" * MAX_CREDENTIAL_CHARACTERS, "😀" * MAX_CREDENTIAL_CHARACTERS),
    ],
)
def test_credentials_are_both_there_or_neither(user_name: str, password: str) -> None:
    check_credentials(user_name, password)


@pytest.mark.parametrize(
    ("user_name", "password", "field"),
    [
        ("planted", "", "url_password"),
        ("", "planted", "url_username"),
        ("plan:ted", "planted", "url_username"),
        ("planted\n", "planted", "url_username"),
        ("planted", "planted\r\nX: y", "url_password"),
        ("planted", "planted\x00", "url_password"),
        ("planted", "planted\x85", "url_password"),
        ("planted", "planted\ud800", "url_password"),
        ("planted" * 100, "planted", "url_username"),
        ("planted", "planted" * 100, "url_password"),
    ],
)
def test_credentials_that_basic_cannot_carry_are_refused_without_being_repeated(
    user_name: str, password: str, field: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        check_credentials(user_name, password)

    assert caught.value.field == field
    assert "planted" not in str(caught.value)
