"""A hundred receivers that lie, over plain HTTP and over TLS: those of `test_lies`, and answers that are none."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringback.models import Outcome
from tests.integration import misbehaviour
from tests.integration.certificates import Authority
from tests.integration.misbehaviour import CHUNKED, HEAD, says, says_and_waits
from tests.integration.receivers import Behaviour, Receiver
from tests.integration.ringback.http.test_lies import BEFORE_TLS, PLAIN, RECORDS
from tests.integration.ringback.http.tls_records import floods_records

HERE = "127.0.0.1"
_OK = b"Content-Length: 2\r\n\r\nok"

NO_ANSWERS: dict[str, bytes] = {
    "no status": b"HTTP/1.1 \r\n" + _OK,
    "a status of two digits": b"HTTP/1.1 20 OK\r\n" + _OK,
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n" + _OK,
    "a status in letters": b"HTTP/1.1 2OO OK\r\n" + _OK,
    "HTTP/0.9": b"<html>ok</html>\r\n\r\n",
    "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
    "HTTP/3.0": b"HTTP/3.0 200 OK\r\n" + _OK,
    "the request itself": b"POST /hook HTTP/1.1\r\nHost: x\r\n\r\n",
    "a head that ends early": HEAD + b"X: y",
    "a body that ends early": HEAD + b"Content-Length: 5\r\n\r\nok",
    "chunks that end early": CHUNKED + b"5\r\nok",
    "no last chunk": CHUNKED + b"2\r\nok\r\n",
    "a length in hexadecimal": HEAD + b"Content-Length: 0x2\r\n\r\nok",
    "a length with a sign": HEAD + b"Content-Length: +2\r\n\r\nok",
    "a length with an underscore": HEAD + b"Content-Length: 1_0\r\n\r\n0123456789",
    "a length below zero": HEAD + b"Content-Length: -1\r\n\r\nok",
    "a length in words": HEAD + b"Content-Length: two\r\n\r\nok",
    "a length of 5,000 digits": HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\nok",
    "a chunk size in hexadecimal": CHUNKED + b"0x2\r\nok\r\n0\r\n\r\n",
    "a chunk size with a sign": CHUNKED + b"+2\r\nok\r\n0\r\n\r\n",
    "a chunk size with an underscore": CHUNKED + b"1_0\r\n0123456789012345\r\n0\r\n\r\n",
    "a chunk size below zero": CHUNKED + b"-1\r\nok\r\n0\r\n\r\n",
    "a chunk size in words": CHUNKED + b"two\r\nok\r\n0\r\n\r\n",
    "a chunk size beyond 64 bits": CHUNKED + b"f" * 17 + b"\r\nok\r\n0\r\n\r\n",
    "a chunk without its end": CHUNKED + b"2\r\nok0\r\n\r\n",
    "chunks of one byte": CHUNKED + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n",
    "a header without a name": HEAD + b": y\r\n" + _OK,
    "a header without a colon": HEAD + b"nothing\r\n" + _OK,
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "a promise alone": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a redirect to the metadata": b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n" + _OK,
    "a redirect to nowhere": b"HTTP/1.1 302 Found\r\nLocation: //\r\nContent-Length: 0\r\n\r\n",
    "not changed": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "a wait of 400 digits": b"HTTP/1.1 503 Wait\r\nRetry-After: " + b"9" * 400 + b"\r\nContent-Length: 0\r\n\r\n",
    "a wait below zero": b"HTTP/1.1 503 Wait\r\nRetry-After: -1\r\nContent-Length: 0\r\n\r\n",
    "a wait until the year 9999": (
        b"HTTP/1.1 503 Wait\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n"
    ),
    "escapes of a terminal": b"HTTP/1.1 500 \x1b[31mOh\r\nContent-Length: 8\r\n\r\n\x1b[2J\x1b[Ho",
    "NULs": b"HTTP/1.1 500 Oh\r\nContent-Length: 1024\r\n\r\n" + bytes(1024),
    "half a character": b"HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\na\xf0\x9f",
}
"""What they say and close; none of it is a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liar:
    """A receiver that lies, and how it is called."""

    receiver: Receiver
    scheme: str
    delivers: bool
    """Whether its answer is a success all the same."""

    @property
    def url(self) -> str:
        """What its customer has set."""
        return f"{self.scheme}://{HERE}:{self.receiver.port}/hook"


@contextmanager
def liars(folder: Path, authority: Authority) -> Iterator[dict[str, Liar]]:
    """All of them, listening."""
    with ExitStack() as stack:
        found: dict[str, Liar] = {}

        def add(name: str, receiver: Receiver, scheme: str, *, delivers: bool = False) -> None:
            found[name] = Liar(receiver=stack.enter_context(receiver), scheme=scheme, delivers=delivers)

        for name, (behaviour, delivers) in _over_http().items():
            add(name, Receiver(behaviour=behaviour), "http", delivers=delivers)
            add(
                f"{name}, over TLS",
                Receiver(behaviour=behaviour, tls=authority.server(HERE)),
                "https",
                delivers=delivers,
            )
        for name, (behaviour, _) in BEFORE_TLS.items():
            add(name, Receiver(behaviour=behaviour), "https")
        for name, receiver in _flooding(folder, authority).items():
            add(f"no end: {name}", receiver, "https")
        slow = authority.server(HERE)
        slow.set_ecdh_curve("ffdhe8192")
        add("wants long computations", Receiver(tls=slow), "https")
        for name, context in authority.bad_servers(HERE).items():
            add(f"certificate: {name}", Receiver(tls=context), "https")
        yield found


def _over_http() -> dict[str, tuple[Behaviour, bool]]:
    plain = {name: (behaviour, outcome is Outcome.DELIVERED) for name, (behaviour, outcome) in PLAIN.items()}
    plain |= {name: (says(answer), False) for name, answer in NO_ANSWERS.items()}
    plain["closes at once"] = (misbehaviour.closes_at_once, False)
    plain["says nothing more than a head"] = (says_and_waits(HEAD + b"Content-Length: 2\r\n\r\n"), False)
    return plain


def _flooding(folder: Path, authority: Authority) -> dict[str, Receiver]:
    """Those that send records of TLS 1.3 without end."""
    found = {}
    for name, (make, _) in RECORDS.items():
        for kind, head in (("", b""), (" behind a head", HEAD + b"\r\n")):
            secrets = folder / f"{name}{kind}"
            context = authority.server(HERE)
            context.num_tickets, context.keylog_filename = 0, str(secrets)
            found[f"{name}{kind}"] = Receiver(behaviour=floods_records(secrets, make, start=head), tls=context)
    return found
