"""A certificate authority of the tests, and certificates that a sender must trust or refuse."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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

    def bad_servers(self, name: str) -> dict[str, ssl.SSLContext]:
        """Servers that have a certificate for *name*, and no good one; what is wrong with each."""
        now, day = datetime.now(UTC), timedelta(days=1)
        return {
            "expired": self._issued(name, not_before=now - 2 * day, not_after=now - day),
            "not valid yet": self._issued(name, not_before=now + day, not_after=now + 2 * day),
            "of another host": self._issued("other.example"),
            "of nobody": self._issued(common_name=name),
            "of a mailbox": self._issued("somebody@other.example"),
            "of an unknown authority": _served(trustme.CA().issue_cert(name)),
        }

    def _issued(self, *names: str, **details: Any) -> ssl.SSLContext:
        return _served(self._ca.issue_cert(*names, **details))


class PlainAuthority:
    """A CA as some are: its certificates have no key identifiers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A plain authority")])
        rights = x509.BasicConstraints(ca=True, path_length=None)
        root = self._certificate(self._name, self._key).add_extension(rights, critical=True)
        self.file = str(folder / "plain.pem")
        self._write("plain.pem", root.sign(self._key, SHA256()))

    def server(self, name: str) -> ssl.SSLContext:
        """What a server with a certificate for *name* needs."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        leaf = self._certificate(x509.Name([]), key).add_extension(names, critical=True).sign(self._key, SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._write("server.pem", leaf, private))
        return context

    def _certificate(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now, day = datetime.now(UTC), timedelta(days=1)
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        return builder.not_valid_before(now - day).not_valid_after(now + day)

    def _write(self, name: str, certificate: x509.Certificate, private: bytes = b"") -> Path:
        path = self._folder / name
        path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        return path


def _served(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA that the tests' senders trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def plain_authority(tmp_path: Path) -> PlainAuthority:
    """One that `authority` is not."""
    return PlainAuthority(tmp_path)


@pytest.fixture
def secure_receiver(authority: Authority) -> Iterator[Receiver]:
    """A receiver over HTTPS with a good certificate for `localhost`."""
    with Receiver(tls=authority.server("localhost"), host="localhost") as receiver:
        yield receiver
