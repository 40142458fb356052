"""A certificate authority of the tests, and certificates that a sender must trust or refuse."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from tests.integration.receivers import Receiver


class Authority:
    """A CA and the file that a sender trusts it by."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = str(folder / "authority.pem")
        self._ca.cert_pem.write_to_path(self.file)

    def server(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """What a server with a certificate for *names* needs."""
        not_after = datetime(2020, 1, 1, tzinfo=UTC) if expired else None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names, not_before=datetime(2019, 1, 1, tzinfo=UTC), not_after=not_after).configure_cert(
            context
        )
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA that the tests' senders trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure_receiver(authority: Authority) -> Iterator[Receiver]:
    """A receiver over HTTPS with a good certificate for `localhost`."""
    with Receiver(tls=authority.server("localhost"), host="localhost") as receiver:
        yield receiver
