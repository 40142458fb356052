from http import HTTPStatus

import pytest

from local.demo.receiver import Reply, Request

REQUEST = Request(at=0, head=b"GET /a/../b?c=%7e HTTP/1.1\r\nHost: example.com\r\nX-Two: a: b", body=b"")


def test_the_request_line_is_as_it_was_sent() -> None:
    assert REQUEST.line == "GET /a/../b?c=%7e HTTP/1.1"
    assert REQUEST.target == "/a/../b?c=%7e"


@pytest.mark.parametrize(("name", "value"), [("host", "example.com"), ("X-TWO", "a: b"), ("Missing", "")])
def test_headers_are_found_in_any_case(name: str, value: str) -> None:
    assert REQUEST.header(name) == value


def test_a_reply_says_how_long_it_is() -> None:
    reply = Reply(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=(("Retry-After", "5"),), body=b"later")

    expected = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\nRetry-After: 5\r\n\r\nlater"
    assert reply.encode() == expected
    assert not reply.good
