"""Read which key exchange a server asks for, before OpenSSL computes it.

A server that asks for `ffdhe8192` keeps OpenSSL busy for a third of a second in two calls, and nothing else runs
meanwhile. Python cannot leave such groups out of its offer (`set_groups` comes with 3.15).
"""

_HANDSHAKE, _SERVER_HELLO = 22, 2
_HELLO_REQUEST = b"\x00"
"""It consists of four of these bytes; OpenSSL skips any number of them."""

_SILENT = frozenset({20, 21})
"""Records that may precede it: change_cipher_spec and alerts."""

_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a ServerHello that is a HelloRetryRequest (RFC 8446, 4.1.3)."""

_MAX_COUNT = 8 * 1024
"""Bytes within which a ServerHello has to come; it has about a hundred, or a thousand with post-quantum keys."""

_KEY_SHARE = 51
_FINITE_FIELDS = range(0x100, 0x200)
"""Groups of RFC 7919."""


class ServerHello:
    """Collects the first bytes of a server until its ServerHello is known."""

    def __init__(self) -> None:
        self._records = bytearray()
        self.is_known = False
        """Whether the ServerHello is complete, or none will come."""

    def wants_finite_field(self, data: bytes) -> bool:
        """Add *data*, and return whether the server asks for a Diffie-Hellman group over a finite field.

        Raises:
            ValueError: it has sent a lot, but no ServerHello.
        """
        self._records += data
        message, is_over = _first_message(self._records)
        self.is_known = is_over
        if not is_over and len(self._records) > _MAX_COUNT:
            raise ValueError(f"no ServerHello in its first {_MAX_COUNT} bytes")
        return is_over and _retry_group(message) in _FINITE_FIELDS


def _first_message(records: bytes | bytearray) -> tuple[bytes, bool]:
    """Return the first handshake message, joined from its records, and whether it is complete, or none will come."""
    message, start = b"", 0
    while len(records) >= start + 5:
        kind, length = records[start], int.from_bytes(records[start + 3 : start + 5])
        if kind == _HANDSHAKE:
            message = (message + bytes(records[start + 5 : start + 5 + length])).lstrip(_HELLO_REQUEST)
        elif kind not in _SILENT:
            return b"", True
        start += 5 + length
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4]):  # noqa: PLR2004 - its head
            return message, True
    return message, False


def _retry_group(message: bytes) -> int | None:
    """Return the group that a HelloRetryRequest asks for, or None for any other message."""
    if message[:1] != bytes([_SERVER_HELLO]) or message[6:38] != _RETRY:
        return None
    start = 38 + 1 + message[38] + 2 + 1 + 2  # session id, cipher, compression, length of the extensions
    while len(message) >= start + 6:
        kind, length = int.from_bytes(message[start : start + 2]), int.from_bytes(message[start + 2 : start + 4])
        if kind == _KEY_SHARE:
            return int.from_bytes(message[start + 4 : start + 6])
        start += 4 + length
    return None
