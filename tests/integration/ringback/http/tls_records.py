"""TLS 1.3 records that no library sends: tickets, key updates and empty ones without end."""

import socket
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from local.demo.receiver import read_request
from tests.integration.receivers import Behaviour, Receiver

ALERT, HANDSHAKE, DATA = 21, 22, 23
KEY_UPDATE = b"\x18\x00\x00\x01\x00"
KEY_UPDATE_PLEASE = b"\x18\x00\x00\x01\x01"
TICKET = b"\x04\x00\x00\x0e" + b"\x00\x00\x1c\x20" + bytes(4) + b"\x00" + b"\x00\x01x" + b"\x00\x00"
WARNING = b"\x01\x5a"
"""An alert that says nothing: user_canceled."""
CHANGE_CIPHER = b"\x14\x03\x03\x00\x01\x01"

MAX_COUNT = 96 * 1024
"""Bytes after which a flood ends, if it is not ended before; making records takes longer than refusing them."""


class Records:
    """What a server says after a handshake of TLS 1.3, record by record; nothing else may be sent beside it."""

    def __init__(self, secret: bytes) -> None:
        self._begin(secret)

    def seal(self, kind: int, content: bytes) -> bytes:
        """One record of *content*."""
        plain = content + bytes([kind])
        header = b"\x17\x03\x03" + (len(plain) + 16).to_bytes(2)
        nonce = (int.from_bytes(self._iv) ^ self._number).to_bytes(12)
        self._number += 1
        return header + self._cipher.encrypt(nonce, plain, header)

    def update_key(self, message: bytes = KEY_UPDATE) -> bytes:
        """A record after which another key is in use."""
        record = self.seal(HANDSHAKE, message)
        self._begin(_expanded(self._secret, b"traffic upd", 48))
        return record

    def _begin(self, secret: bytes) -> None:
        self._secret = secret
        self._cipher = AESGCM(_expanded(secret, b"key", 32))
        self._iv = _expanded(secret, b"iv", 12)
        self._number = 0


def _expanded(secret: bytes, label: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446, 7.1)."""
    label = b"tls13 " + label
    info = length.to_bytes(2) + bytes([len(label)]) + label + b"\x00"
    return HKDFExpand(SHA384(), length, info).derive(secret)


def floods_records(secrets: Path, make: Callable[[Records], bytes], *, start: bytes = b"") -> Behaviour:
    """Answers with *start*, then with what *make* makes, and waits; *secrets* is its context's key log."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        lines = [line.split() for line in secrets.read_text(encoding="ascii").splitlines()]
        records = Records(bytes.fromhex(next(line[2] for line in lines if line[0] == "SERVER_TRAFFIC_SECRET_0")))
        if start:
            socket.socket.sendall(sock, records.seal(DATA, start))
        while receiver.sent < MAX_COUNT:
            block = b"".join(make(records) for _ in range(20))
            socket.socket.sendall(sock, block)
            receiver.sent += len(block)
        receiver.stopped.wait()

    return behaviour
