"""Make DynamoDB's batch calls directly: JSON, signed, over a connection that is kept.

botocore takes a millisecond of a processor for each call, whatever it carries: it walks through every attribute of
every item by its model, resolves the endpoint, asks its handlers a dozen times and copies headers from one class to the
next. None of that changes what is sent, because our items already are DynamoDB's JSON. So a batch call is tried
directly, once, and whatever is not answered with 200 goes to botocore as if nothing had happened: errors, retries,
waiting and time-outs stay as it has them.

All three calls may be repeated: a read, a write of the same items, and an insert, which does not replace what is there.
"""

import json
import re
import socket
import ssl
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit
from weakref import finalize
from zlib import crc32

from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies
from httptools import HttpParserError, HttpResponseParser

from ringback.aws.request_signer import RequestSigner

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.credentials import Credentials

OPERATIONS = {
    "batch_get_item": "BatchGetItem",
    "batch_write_item": "BatchWriteItem",
    "batch_execute_statement": "BatchExecuteStatement",
}
"""The methods of a client that are made directly, and DynamoDB's names for them."""

_API = "DynamoDB_20120810"
_BLOCK = 64 * 1024
_BINARY = re.compile(rb'\{\s*"BS?"')

type Answer = dict[str, Any]


def call_directly(
    dynamodb: "BaseClient",
    credentials: "Credentials | None",
    *,
    connect_seconds: float,
    read_seconds: float,
    authorities: str,
) -> None:
    """Have *dynamodb* make `OPERATIONS` directly.

    All stays with botocore without credentials, behind a proxy, and if the endpoint is not at the root of its host.

    *authorities* is the file of CA certificates that botocore was told to use; empty for its own.
    """
    endpoint = dynamodb.meta.endpoint_url
    url = urlsplit(endpoint)
    if credentials is None or get_environ_proxies(endpoint) or url.path not in {"", "/"}:
        return
    calls = BatchCalls(
        url=url,
        region=dynamodb.meta.region_name,
        credentials=credentials,
        connect_seconds=connect_seconds,
        read_seconds=read_seconds,
        authorities=authorities,
    )
    finalize(dynamodb, calls.close)
    for method, operation in OPERATIONS.items():
        setattr(dynamodb, method, _directly(calls, operation, otherwise=getattr(dynamodb, method)))


def _directly(calls: "BatchCalls", operation: str, *, otherwise: Callable[..., Answer]) -> Callable[..., Answer]:
    def call(**request: Any) -> Answer:  # noqa: ANN401 - as the method of botocore's client that it replaces
        answer = calls.make(operation, request)
        return otherwise(**request) if answer is None else answer

    return call


class BatchCalls:
    """Makes calls of one endpoint, from any number of threads."""

    def __init__(  # noqa: PLR0913 - all that a connection needs
        self,
        *,
        url: SplitResult,
        region: str,
        credentials: "Credentials",
        connect_seconds: float,
        read_seconds: float,
        authorities: str,
    ) -> None:
        """*url* is the endpoint; *credentials* may be of those that renew themselves."""
        self._is_https = url.scheme == "https"
        self._address = url.hostname or "", url.port or (443 if self._is_https else 80)
        self._signer = RequestSigner(service="dynamodb", region=region, host=url.netloc)
        self._credentials = credentials
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._authorities = authorities
        self._idle: deque[socket.socket] = deque()

    def make(self, operation: str, request: Mapping[str, Any]) -> Answer | None:
        """Return DynamoDB's answer to *request*, with binary values decoded; None if it did not answer with 200."""
        body = _encode(request).encode()
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"{_API}.{operation}"}
        signed = self._signer.headers(body, headers, self._credentials.get_frozen_credentials())
        lines = [f"{name}: {value}\r\n" for name, value in signed.items()]
        head = f"POST / HTTP/1.1\r\n{''.join(lines)}content-length: {len(body)}\r\n\r\n"
        try:
            return self._exchange(head.encode() + body)
        except (OSError, HttpParserError, ValueError):
            return None

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(self, wire: bytes) -> Answer | None:
        """Return a whole answer with 200; after any other, which is None or an error, the connection is not kept."""
        connection = self._take()
        is_kept = False
        try:
            connection.sendall(wire)
            response = _Response(connection)
            answer = _decode(response)
            is_kept = answer is not None and response.persists
        finally:
            if is_kept:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    def _take(self) -> socket.socket:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, timeout=self._connect_seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._is_https:
            connection = self._context.wrap_socket(connection, server_hostname=self._address[0])
        connection.settimeout(self._read_seconds)
        return connection

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._authorities or get_cert_path(verify=True))


class _Response:
    """A response as it comes by a socket."""

    __slots__ = ("_is_whole", "_pieces", "headers", "persists", "status")

    def __init__(self, connection: socket.socket) -> None:
        """Read the response on *connection*.

        Raises:
            OSError: it ends early, or nothing comes any more.
            HttpParserError: it is not HTTP.
        """
        self.headers: dict[bytes, bytes] = {}
        """By name in lower case."""
        self._pieces: list[bytes] = []
        self._is_whole = False
        parser = HttpResponseParser(self)
        while not self._is_whole:
            data = connection.recv(_BLOCK)
            if not data:
                raise ConnectionResetError
            parser.feed_data(data)
        self.status: int = parser.get_status_code()
        self.persists = self.headers.get(b"connection", b"").lower() != b"close"

    @property
    def body(self) -> bytes:
        """Its body, whole."""
        return b"".join(self._pieces)

    def on_header(self, name: bytes, value: bytes) -> None:
        """For the parser."""
        self.headers[name.lower()] = value

    def on_body(self, piece: bytes) -> None:
        """For the parser."""
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """For the parser."""
        self._is_whole = True


def _decode(response: _Response) -> Answer | None:
    """Return what *response* says; None if it is not 200, or not what DynamoDB sent."""
    text = response.body
    checksum = response.headers.get(b"x-amz-crc32")
    if response.status != HTTPStatus.OK or (checksum is not None and int(checksum) != crc32(text)):
        return None
    answer: Answer = json.loads(text)
    if _BINARY.search(text):
        for item in _items(answer.get("Responses", {})):
            _open_binary(item.values())
    return answer


def _items(responses: Mapping[str, list[Any]] | list[Any]) -> Iterable[dict[str, Any]]:
    """Return the items in *responses*: by table, or by statement, where not every statement reads one."""
    if isinstance(responses, list):
        return (response["Item"] for response in responses if "Item" in response)
    return chain.from_iterable(responses.values())


def _open_binary(values: Iterable[dict[str, Any]]) -> None:
    """Decode binary values among *values*, at any depth."""
    for value in values:
        if "B" in value:
            value["B"] = b64decode(value["B"])
        elif "M" in value:
            _open_binary(value["M"].values())
        elif "L" in value:
            _open_binary(value["L"])
        elif "BS" in value:
            value["BS"] = [b64decode(text) for text in value["BS"]]


def _as_text(binary: bytes) -> str:
    return b64encode(binary).decode()


_encode = json.JSONEncoder(separators=(",", ":"), default=_as_text).encode
