"""A server's first words, in whatever pieces."""

import pytest

from ringback.http.tls_hello import ServerHello

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
VERSION = b"\x00\x2b\x00\x02\x03\x04"
CHANGE_CIPHER = b"\x14\x03\x03\x00\x01\x01"


def hello(random: bytes, group: int, session: bytes = bytes(32)) -> bytes:
    """A ServerHello with a key share's group."""
    extensions = VERSION + b"\x00\x33\x00\x02" + group.to_bytes(2)
    body = b"\x03\x03" + random + bytes([len(session)]) + session + b"\x13\x01\x00"
    body += len(extensions).to_bytes(2) + extensions
    return b"\x02" + len(body).to_bytes(3) + body


def records(message: bytes, size: int) -> bytes:
    """*message* in records of *size* bytes."""
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x03" + len(part).to_bytes(2) + part for part in parts)


def wants(data: bytes, size: int = 1) -> bool:
    server = ServerHello()
    return any(server.wants_finite_field(data[at : at + size]) for at in range(0, len(data), size))


@pytest.mark.parametrize("group", [0x100, 0x104])
@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("before", [b"", CHANGE_CIPHER])
def test_a_retry_for_a_finite_field_is_seen(group: int, size: int, before: bytes) -> None:
    """However it is cut into records and packets."""
    message = hello(RETRY, group)

    assert wants(before + records(message, size))
    assert wants(before + records(message, size), 1000)
    assert wants(before + records(hello(RETRY, group, b""), size))
    assert wants(records(bytes(8), size) + before + records(bytes(4) + message, size))


def test_who_says_nothing_to_the_point_is_not_listened_to() -> None:
    with pytest.raises(ValueError, match="no ServerHello in its first 8192 bytes"):
        wants(records(bytes(10_000), 1000), 1000)


@pytest.mark.parametrize(
    "words",
    [
        records(hello(RETRY, 0x17), 1000),
        records(hello(bytes(32), 0x100), 1000),
        records(b"\x02\x00\x00\x00", 1000),
        records(b"\x02\x00\x00\x22\x03\x03" + RETRY, 1000)[:-1],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"",
    ],
)
def test_nothing_else_is_taken_for_one(words: bytes) -> None:
    assert not wants(words)
