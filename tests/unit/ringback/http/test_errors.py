"""What the errors of sockets and TLS mean for an attempt."""

import errno
import ssl

import pytest

from ringback.errors import AttemptFailed, NoCapacity
from ringback.http.errors import Unanswered, connect_error, read_error, tls_error
from ringback.models import Outcome

HERE, THERE = "1.1.1.1", "2606:4700:4700::1111"


def error(code: int) -> OSError:
    return OSError(code, "Whatever it is called")


@pytest.mark.parametrize(
    ("failures", "detail"),
    [
        ({HERE: error(errno.ECONNREFUSED)}, "connection refused by 1.1.1.1:443"),
        ({THERE: error(errno.ECONNREFUSED)}, "connection refused by [2606:4700:4700::1111]:443"),
        ({HERE: TimeoutError()}, "no connection to 1.1.1.1:443 within 5 s"),
        ({HERE: error(errno.ENETUNREACH)}, "no connection to 1.1.1.1:443: whatever it is called"),
        (
            {HERE: error(errno.ECONNREFUSED), THERE: TimeoutError()},
            "connection refused by 1.1.1.1:443 (nor to 1 other addresses)",
        ),
    ],
)
def test_no_connection_names_the_address(failures: dict[str, OSError], detail: str) -> None:
    failed = connect_error(failures, 443, 5)

    assert isinstance(failed, AttemptFailed)
    assert (failed.outcome, failed.detail) == (Outcome.CONNECT, detail)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_want_of_sockets_is_no_attempt(code: int) -> None:
    """It is no fault of the receiver's: the message goes back to the queue."""
    assert isinstance(connect_error({THERE: error(errno.ECONNREFUSED), HERE: error(code)}, 443, 5), NoCapacity)


@pytest.mark.parametrize(
    ("failure", "outcome", "detail"),
    [
        (TimeoutError(), Outcome.TIMEOUT, "TLS handshake not complete within 5 s of connecting"),
        (ConnectionResetError(104, "Reset"), Outcome.TLS, "TLS handshake failed: reset"),
        (ValueError("label too long"), Outcome.TLS, "TLS handshake failed: label too long"),
        (ssl.SSLError(1, "[SSL: X] whatever"), Outcome.TLS, "TLS handshake failed: "),
    ],
)
def test_no_handshake_says_why(failure: OSError | ValueError, outcome: Outcome, detail: str) -> None:
    failed = tls_error(failure, 5)

    assert failed.outcome is outcome
    assert failed.detail.startswith(detail)


@pytest.mark.parametrize(
    ("failure", "received", "outcome", "detail"),
    [
        (TimeoutError(), 0, Outcome.TIMEOUT, "no answer within 15 s"),
        (TimeoutError(), 12, Outcome.TIMEOUT, "answer not complete (12 bytes) within 15 s"),
        (ConnectionResetError(104, "Reset"), 0, Outcome.PROTOCOL, "connection lost before an answer: reset"),
        (ConnectionResetError(104, "Reset"), 12, Outcome.PROTOCOL, "connection lost after 12 bytes of answer: reset"),
        (ssl.SSLError(1, "alert"), 0, Outcome.TLS, "connection lost before an answer: "),
    ],
)
def test_no_answer_says_how_far_it_came(failure: OSError, received: int, outcome: Outcome, detail: str) -> None:
    failed = read_error(failure, received, 15)

    assert failed.outcome is outcome
    assert failed.detail.startswith(detail)


def test_a_time_out_is_not_tried_again() -> None:
    """The receiver may be at work on the request; only a connection that ended is told apart."""
    assert not isinstance(read_error(TimeoutError(), 0, 15), Unanswered)
    assert isinstance(read_error(ConnectionResetError(), 0, 15), Unanswered)
    assert not isinstance(read_error(ConnectionResetError(), 1, 15), Unanswered)
