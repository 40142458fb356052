"""Whether a key of one's own can be used: the sentences with which a deployment is refused."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from custom_resource.key_check import PAUSES, check
from ringback.errors import InvalidSetting

HERE = "eu-central-1"
KEY = f"arn:aws:kms:{HERE}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
REPLICA = f"arn:aws:kms:{HERE}:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"


class Kms:
    """It refuses with the given codes in turn, then encrypts."""

    def __init__(self, *codes: str) -> None:
        self.meta = SimpleNamespace(region_name=HERE)
        self.asked: list[str] = []
        self._codes = iter(codes)

    def encrypt(self, *, KeyId: str, **_: object) -> object:  # noqa: N803 - KMS's own name
        self.asked.append(KeyId)
        if code := next(self._codes, None):
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "Encrypt")
        return {}


def checked(keys: str, kms: Kms) -> tuple[Any, list[float]]:
    pauses: list[float] = []
    return check(keys, cast("Any", kms), sleep=pauses.append), pauses


@pytest.mark.parametrize("keys", [KEY, REPLICA, f"{KEY},{REPLICA}"])
def test_keys_that_encrypt_are_taken(keys: str) -> None:
    kms = Kms()

    assert checked(keys, kms) == (keys, [])
    assert kms.asked == keys.split(",")


@pytest.mark.parametrize("keys", [KEY.replace(HERE, "us-east-1"), f"{KEY},{REPLICA.replace(HERE, 'us-east-1')}"])
def test_a_key_of_another_region_is_refused_and_a_replica_asked_for(keys: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        checked(keys, Kms())

    assert refused.value.field == "CredentialsKeyArn"
    assert "is in us-east-1, but the stack is in eu-central-1; for a multi-Region key, give the replica" in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("NotFoundException", "there is no such key"),
        ("DisabledException", "it is disabled"),
        ("KMSInvalidStateException", "it is pending deletion or not available"),
        ("InvalidKeyUsageException", "it is not a symmetric encryption key"),
        ("ThrottlingException", "ThrottlingException"),
    ],
)
def test_a_key_that_cannot_encrypt_is_refused_with_the_reason(code: str, reason: str) -> None:
    with pytest.raises(InvalidSetting, match=f"{KEY}: {reason}$"):
        checked(KEY, Kms(code))


def test_permissions_that_are_new_get_time_to_arrive() -> None:
    kms = Kms("AccessDeniedException", "AccessDeniedException")

    assert checked(KEY, kms) == (KEY, list(PAUSES[:2]))


def test_a_key_policy_that_leaves_us_out_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="its key policy does not let"):
        checked(KEY, Kms(*["AccessDeniedException"] * (len(PAUSES) + 1)))
