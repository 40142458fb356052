"""Issue the tokens that the local API accepts.

An issuer is two public documents and a private key. The documents are in a bucket of the local AWS, so they exist
whenever the stack does; the key stays in `.local/`, so that tokens remain valid.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.errors import LocalError
from local.paths import Paths

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCOUNT: Final = "1000001"
"""The account of the token in `outputs.json`."""
AUDIENCE: Final = "ringback"
CLAIM: Final = "account_id"
"""The template's default."""
EXPIRES: Final = 4_102_444_800
"""The year 2100: a token of this machine is for development only."""

BUCKET: Final = "ringback-issuer"
FOR_EVERYBODY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    ],
}
"""API Gateway fetches the documents without a signature."""
DISCOVERY: Final = ".well-known/openid-configuration"
KEYS: Final = ".well-known/jwks.json"
ALGORITHM: Final = "RS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuer of tokens that name the caller's account."""

    url: str
    key: rsa.RSAPrivateKey = field(repr=False)

    def token(self, account: str, **other: object) -> str:
        """Issue a token for *account*; *other* claims replace the usual ones."""
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": account, CLAIM: account, "exp": EXPIRES} | other
        return jwt.encode(claims, self.key, algorithm=ALGORITHM, headers={"kid": self._key_id})

    def documents(self) -> dict[str, dict[str, Any]]:
        """The public documents by path (OpenID Connect Discovery, RFC 7517)."""
        algorithm = jwt.get_algorithm_by_name(ALGORITHM)
        public = algorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {
            DISCOVERY: {"issuer": self.url, "jwks_uri": f"{self.url}/{KEYS}"},
            KEYS: {"keys": [public | {"kid": self._key_id, "use": "sig", "alg": ALGORITHM}]},
        }

    @property
    def _key_id(self) -> str:
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(public).hexdigest()[:16]


def issuer(paths: Paths, endpoint: str) -> Issuer:
    """Return the issuer of the local AWS at *endpoint*."""
    return Issuer(url=f"{endpoint}/{BUCKET}", key=_key(paths.issuer_key))


def publish(one: Issuer, s3: "S3Client") -> None:
    """Put its documents where API Gateway looks for them."""
    if not any(bucket["Name"] == BUCKET for bucket in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket=BUCKET)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(FOR_EVERYBODY))
    for path, document in one.documents().items():
        s3.put_object(Bucket=BUCKET, Key=path, Body=json.dumps(document).encode(), ContentType="application/json")


def _key(file: Path) -> rsa.RSAPrivateKey:
    if not file.exists():
        _write(file, rsa.generate_private_key(public_exponent=65_537, key_size=2_048))
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise LocalError(f"{file} holds no RSA key; remove it, and `make down up` makes a new one")
    return key


def _write(file: Path, key: rsa.RSAPrivateKey) -> None:
    """Write the key, completely or not at all, readable only by its owner."""
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(text)
    new.replace(file)
