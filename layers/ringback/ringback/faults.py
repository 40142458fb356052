"""What the errors of sockets and TLS mean for an attempt; the only place that says so."""

import errno
import ssl
from collections.abc import Mapping
from http.client import BadStatusLine, HTTPException, IncompleteRead, UnknownProtocol

from ringback.connections import Server
from ringback.errors import AttemptFailed, OurFault
from ringback.models import Outcome
from ringback.slots import NotStarted

_QUOTED = 60
"""Characters of a broken answer that the delivery keeps."""

_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Errors for want of something on this machine, whatever the receiver does."""


class Unanswered(AttemptFailed):
    """The connection ended before the first byte of an answer; one that was idle before had been closed meanwhile."""


def not_connected(failures: Mapping[str, OSError], port: int, seconds: float) -> AttemptFailed | OurFault:
    """No address could be connected to; *failures* has at least one, *seconds* is what connecting may take."""
    if any(error.errno in _OURS for error in failures.values()):
        return NotStarted("no sockets are left")
    address, error = next(iter(failures.items()))
    where = str(Server("", address, port))
    others = f" (nor to {len(failures) - 1} other addresses)" if len(failures) > 1 else ""
    if isinstance(error, TimeoutError):
        return AttemptFailed(Outcome.CONNECT, f"no connection to {where} within {seconds:g} s{others}")
    if isinstance(error, ConnectionRefusedError):
        return AttemptFailed(Outcome.CONNECT, f"connection refused by {where}{others}")
    return AttemptFailed(Outcome.CONNECT, f"no connection to {where}{others}: {_text(error)}")


def not_secured(error: OSError | ValueError, seconds: float) -> AttemptFailed:
    """The TLS handshake failed."""
    if isinstance(error, TimeoutError):
        return AttemptFailed(Outcome.TIMEOUT, f"TLS handshake not complete within {seconds:g} s of connecting")
    if isinstance(error, ssl.SSLCertVerificationError):
        return AttemptFailed(Outcome.TLS, f"certificate refused: {error.verify_message.rstrip('.')}")
    return AttemptFailed(Outcome.TLS, f"TLS handshake failed: {_text(error)}")


def not_answered(error: OSError, received: int, seconds: float) -> AttemptFailed:
    """The answer did not come, or not to its end; *received* bytes of it did."""
    if isinstance(error, TimeoutError):
        so_far = f"answer not complete ({received} bytes)" if received else "no answer"
        return AttemptFailed(Outcome.TIMEOUT, f"{so_far} within {seconds:g} s")
    kind, outcome = (AttemptFailed if received else Unanswered), _outcome_of(error)
    when = f"after {received} bytes of answer" if received else "before an answer"
    return kind(outcome, f"connection lost {when}: {_text(error)}")


def not_http(error: HTTPException | ValueError) -> AttemptFailed:
    """What came was not HTTP/1; what the receiver said instead may be our own request, and is no matter for a log."""
    if isinstance(error, (IncompleteRead, ValueError)):
        return AttemptFailed(Outcome.PROTOCOL, "broken answer: its chunks are cut off, or none")
    if isinstance(error, (BadStatusLine, UnknownProtocol)):
        return AttemptFailed(Outcome.PROTOCOL, "broken answer, not HTTP/1", excerpt=str(error)[:_QUOTED])
    return AttemptFailed(Outcome.PROTOCOL, f"broken answer, not HTTP/1: {str(error)[:_QUOTED]!r}")


def _outcome_of(error: OSError) -> Outcome:
    return Outcome.TLS if isinstance(error, ssl.SSLError) else Outcome.PROTOCOL


def _text(error: OSError | ValueError) -> str:
    texts = (getattr(error, "reason", None), getattr(error, "strerror", None), str(error), type(error).__name__)
    return next(text for text in texts if text).replace("_", " ").lower()
