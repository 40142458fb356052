"""What libraries would log of our calls."""

import logging

import pytest

from ringback.models import Method
from tests.integration.delivering import MESSAGE, Platform
from tests.integration.lambdas import record


def test_libraries_log_no_request_even_at_debug(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    """Botocore and urllib3 would write URLs, bodies and texts."""
    platform.set(method=Method.GET, target="/path?msg=((msg))")

    with caplog.at_level(logging.DEBUG):
        platform.invoke(record(MESSAGE))

    assert len(platform.receiver.received) == 1
    assert {line.name.partition(".")[0] for line in caplog.records}.isdisjoint({"botocore", "urllib3"})
