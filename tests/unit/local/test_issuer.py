from pathlib import Path

import jwt
import pytest

from local.errors import LocalError
from local.issuer import AUDIENCE, CLAIM, DISCOVERY, KEYS, Issuer, issuer
from local.paths import Paths

ENDPOINT = "http://127.0.0.1:4566"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A key takes a while to find: one is enough."""
    return Paths(home=tmp_path_factory.mktemp("local"))


@pytest.fixture
def one(paths: Paths) -> Issuer:
    return issuer(paths, ENDPOINT)


def test_a_token_is_verified_by_what_the_documents_say(one: Issuer) -> None:
    """By the library's own way, from the published key."""
    documents = one.documents()
    token = one.token("1000001")
    (key,) = jwt.PyJWKSet.from_dict(documents[KEYS]).keys

    claims = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=one.url)

    assert claims[CLAIM] == "1000001"
    assert jwt.get_unverified_header(token)["kid"] == key.key_id
    assert documents[DISCOVERY] == {"issuer": one.url, "jwks_uri": f"{one.url}/{KEYS}"}


def test_the_documents_hold_nothing_of_the_private_key(one: Issuer) -> None:
    (key,) = one.documents()[KEYS]["keys"]

    assert set(key) == {"kty", "key_ops", "n", "e", "kid", "use", "alg"}


def test_the_key_and_with_it_the_tokens_stay_the_same(one: Issuer, paths: Paths) -> None:
    assert issuer(paths, ENDPOINT).token("1000001") == one.token("1000001")


def test_nobody_else_may_read_the_key(one: Issuer, paths: Paths) -> None:
    del one
    assert paths.issuer_key.stat().st_mode & 0o077 == 0


def test_what_is_no_rsa_key_is_said(tmp_path: Path) -> None:
    paths = Paths(home=tmp_path)
    paths.issuer_key.write_text("not a key", encoding="utf-8")

    with pytest.raises(LocalError, match="no RSA key; remove it"):
        issuer(paths, ENDPOINT)
