"""What errors of sockets, TLS and HTTP mean for an attempt; no other module decides that."""

import errno
import ssl
from collections.abc import Mapping

from ringback.errors import AttemptFailed, InfrastructureError, NoCapacity
from ringback.http.excerpt import readable
from ringback.models import Outcome

_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Errors because this machine lacks something, whatever the receiver does."""


class Unanswered(AttemptFailed):
    """The connection ended before the first byte of an answer; a reused one had been closed while it was idle."""


def server_name(host: str, port: int) -> str:
    """Return host and port as in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connect_error(failures: Mapping[str, OSError], port: int, seconds: float) -> AttemptFailed | InfrastructureError:
    """Describe *failures* (at least one) of all addresses; *seconds* is how long connecting may take."""
    if any(error.errno in _OURS for error in failures.values()):
        return NoCapacity("no sockets are left")
    address, error = next(iter(failures.items()))
    where = server_name(address, port)
    others = f" (nor to {len(failures) - 1} other addresses)" if len(failures) > 1 else ""
    if isinstance(error, TimeoutError):
        return AttemptFailed(Outcome.CONNECT, f"no connection to {where} within {seconds:g} s{others}")
    if isinstance(error, ConnectionRefusedError):
        return AttemptFailed(Outcome.CONNECT, f"connection refused by {where}{others}")
    return AttemptFailed(Outcome.CONNECT, f"no connection to {where}{others}: {_text(error)}")


def tls_error(error: OSError | ValueError, seconds: float) -> AttemptFailed:
    """Describe a failed TLS handshake."""
    if isinstance(error, TimeoutError):
        return AttemptFailed(Outcome.TIMEOUT, f"TLS handshake not complete within {seconds:g} s of connecting")
    if isinstance(error, ssl.SSLCertVerificationError):
        return AttemptFailed(Outcome.TLS, f"certificate refused: {error.verify_message.rstrip('.')}")
    return AttemptFailed(Outcome.TLS, f"TLS handshake failed: {_text(error)}")


def read_error(error: OSError, received: int, seconds: float) -> AttemptFailed:
    """Describe an answer of which only *received* bytes came."""
    if isinstance(error, TimeoutError):
        so_far = f"answer not complete ({received} bytes)" if received else "no answer"
        return AttemptFailed(Outcome.TIMEOUT, f"{so_far} within {seconds:g} s")
    kind = AttemptFailed if received else Unanswered
    outcome = Outcome.TLS if isinstance(error, ssl.SSLError) else Outcome.PROTOCOL
    when = f"after {received} bytes of answer" if received else "before an answer"
    return kind(outcome, f"connection lost {when}: {_text(error)}")


def not_http(line: bytes) -> AttemptFailed:
    """Describe an answer that is not HTTP/1; its first *line* may echo our request, so the log does not get it."""
    return AttemptFailed(Outcome.PROTOCOL, "broken answer, not HTTP/1", excerpt=readable(line))


def protocol_error(what: str, reason: str) -> AttemptFailed:
    """Describe an answer whose part *what* is not HTTP/1.1; *reason* is in the parser's words, not the receiver's."""
    return AttemptFailed(Outcome.PROTOCOL, f"broken answer: its {what} ({_lowered(reason)})")


def too_long(what: str, most: int, unit: str = "bytes") -> AttemptFailed:
    """Describe an answer with more than *most* units of *what*."""
    return AttemptFailed(Outcome.TOO_LONG, f"{what} of more than {most} {unit}")


def _text(error: OSError | ValueError) -> str:
    texts = (getattr(error, "reason", None), getattr(error, "strerror", None), str(error), type(error).__name__)
    return next(text for text in texts if text).replace("_", " ").lower()


def _lowered(reason: str) -> str:
    return reason[:1].lower() + reason[1:]
