"""What is kept of requests and answers."""

import pytest

from ringback.redaction import KEPT_HEADERS, MASK, MAX_HEADER, kept_headers, without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a/hook?to=1&x=2", "https://a/hook?to=1&x=2"),
        ("https://a/hook?key=k", f"https://a/hook?key={MASK}"),
        ("https://a/?x=1&api_key=k&y=2", f"https://a/?x=1&api_key={MASK}&y=2"),
        ("https://a/?Access-Token=t&PASSWORD=p", f"https://a/?Access-Token={MASK}&PASSWORD={MASK}"),
        ("https://a/?X-Amz-Signature=0f", f"https://a/?X-Amz-Signature={MASK}"),
        ("https://a/?key=", "https://a/?key="),
        ("https://a/?key=a?b=c&x=1?token=t", f"https://a/?key={MASK}&x=1?token={MASK}"),
        ("https://a/key=1", "https://a/key=1"),
    ],
)
def test_what_sounds_like_a_secret_is_masked(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def kept(**values: str) -> dict[str, str]:
    names = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in values.items()}
    return dict(kept_headers({name: (name.title(), value) for name, value in names.items()}))


def test_headers_that_say_who_answered_are_kept_and_cookies_are_not() -> None:
    answer = {"server": "nginx", "set_cookie": "session=1", "x_request_id": "7", "x_other": "1", "via": ""}

    assert kept(**answer) == {"server": "nginx", "x-request-id": "7"}
    assert b"set-cookie" not in KEPT_HEADERS


def test_a_redirect_is_shown_without_its_query() -> None:
    assert kept(location="https://b/login?session=1") == {"location": f"https://b/login?{MASK}"}


def test_a_value_is_one_short_line() -> None:
    assert kept(via="\x01" + "é" * 500) == {"via": "\N{REPLACEMENT CHARACTER}" + "é" * (MAX_HEADER - 1)}
