"""Requests as they go on the wire."""

import pytest
from requests import Request

from ringback.errors import AttemptFailed
from ringback.http.adapter import AddressedRequest, DeliveryAdapter
from ringback.http.client import HttpClient
from ringback.http.request import HttpRequest
from ringback.models import Outcome, Url
from ringback.ssrf.guard import Target

TARGETS = [
    *(
        "/",
        "/hook",
        "/a/../b",
        "/a/./b",
        "/..",
        "//x",
        "//evil.example/y",
        "/a//b",
        "/%2f%2F",
        "/%2e%2E/",
        "/%zz",
        "/%",
    ),
    *("/?", "/?q=%7e~", "/?q=%7E", "/?a=1&a=2", "/?a b"[:3], "/?a=b=c", "/;p=1", "/a;b/c", "/[x]", "/?[]=1", "/{x}|^`"),
    *(
        '/"q"',
        "/<x>",
        "/?q=hello%20world",
        "/?q=hello+world",
        "/?q=%F0%9F%98%80",
        "/@:",
        "/a?b?c",
        "/?http://x/",
        "/'()*!",
    ),
    *("/A/B", "/?-._~", "/$,:=@&", "/x" + "y" * 8000),
]


def request(
    method: str = "POST",
    target: str = "/hook",
    body: bytes | None = b"{}",
    headers: tuple[tuple[str, str], ...] = (),
) -> HttpRequest:
    url = Url(scheme="https", authority="Hooks.Example:8443", host="hooks.example", port=8443, target=target)
    return HttpRequest(method=method, url=url, headers=headers, body=body)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_sent_byte_for_byte(target: str) -> None:
    """`requests` and `urllib3` would rewrite many of these."""
    assert request("GET", target, None).to_bytes().startswith(b"GET " + target.encode() + b" HTTP/1.1\r\n")


def test_a_post_to_bytes() -> None:
    """Host as the customer wrote it, headers in their order, nothing of the library's own but two."""
    assert request(headers=(("User-Agent", "Ringback/1.0"), ("webhook-id", "msg_1"))).to_bytes() == (
        b"POST /hook HTTP/1.1\r\n"
        b"Host: Hooks.Example:8443\r\n"
        b"User-Agent: Ringback/1.0\r\n"
        b"webhook-id: msg_1\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Content-Length: 2\r\n"
        b"\r\n"
        b"{}"
    )


def test_requests_sees_what_is_sent_and_changes_nothing() -> None:
    target = Target(scheme="https", host="hooks.example", port=8443, addresses=("1.1.1.1",))
    sent = AddressedRequest(request(headers=(("webhook-id", "msg_1"),)), target)
    sent.headers["Cookie"] = "a=b"

    assert sent.url == "https://Hooks.Example:8443/hook"
    assert (sent.headers["HOST"], sent.headers["webhook-id"]) == ("Hooks.Example:8443", "msg_1")
    assert b"Cookie" not in sent.rendered.to_bytes()


def test_a_get_to_bytes() -> None:
    assert request("GET", "/?m=hello%20world", None).to_bytes() == (
        b"GET /?m=hello%20world HTTP/1.1\r\nHost: Hooks.Example:8443\r\nAccept-Encoding: identity\r\n\r\n"
    )


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX: y", "/\n", "/\x00", "/\x7f", "/é", "/😀"])
def test_a_target_that_http_cannot_carry_is_unusable(target: str) -> None:
    with pytest.raises(AttemptFailed) as raised:
        request("GET", target + "?secret", None).to_bytes()

    assert raised.value.outcome is Outcome.UNUSABLE
    assert "secret" not in raised.value.detail


@pytest.mark.parametrize("value", ["secret\r\nX: y", "secret\n", "secret\x00\r\n\r\n", "secret 😀"])
def test_a_header_that_http_cannot_carry_is_unusable(value: str) -> None:
    """Its value may be a password: no message has it."""
    with pytest.raises(AttemptFailed) as raised:
        request(headers=(("Authorization", value),)).to_bytes()

    assert raised.value.outcome is Outcome.UNUSABLE
    assert "secret" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_an_adapter_sends_nothing_whose_target_was_not_judged() -> None:
    """Mounted on a `Session`, it refuses what comes around the guard."""
    with pytest.raises(TypeError, match="whose target was judged, is sent; given PreparedRequest"):
        DeliveryAdapter(HttpClient()).send(Request("GET", "http://127.0.0.1/").prepare())
