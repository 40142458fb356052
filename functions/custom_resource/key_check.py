"""`Custom::CredentialsKey`: check that the stack can encrypt with the KMS keys that it was given."""

import time
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ringback.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kms import KMSClient

TYPE: Final = "Custom::CredentialsKey"
PROPERTY: Final = "CredentialsKeyArn"
"""The parameter of the stack that holds the keys, which error messages name."""

PAUSES: tuple[float, ...] = (2, 4, 8, 16)
"""Seconds between tries while KMS denies access: new permissions of a role take a while to take effect."""

REASONS: Final = {
    "AccessDeniedException": "its key policy does not let IAM policies of this account grant access to it",
    "DisabledException": "it is disabled",
    "InvalidKeyUsageException": "it is not a symmetric encryption key",
    "KMSInvalidStateException": "it is pending deletion or not available",
    "NotFoundException": "there is no such key",
    "ValidationException": "it is not a symmetric encryption key",
}
"""What errors of KMS mean for a deployment."""


def check(keys: str, kms: "KMSClient", *, sleep: "Callable[[float], None]" = time.sleep) -> str:
    """Encrypt something with each of *keys*, separated by commas, and return *keys*.

    Raises:
        InvalidSetting: a key is in another region, or cannot be used.
    """
    for key in keys.split(","):
        _check_region(key, kms.meta.region_name)
        _check_use(key, kms, sleep)
    return keys


def _check_region(key: str, here: str) -> None:
    there = key.split(":")[3]
    if there != here:
        raise InvalidSetting(
            PROPERTY,
            f"{key} is in {there}, but the stack is in {here}; for a multi-Region key, give the replica in {here}",
        )


def _check_use(key: str, kms: "KMSClient", sleep: "Callable[[float], None]") -> None:
    for pause in (*PAUSES, None):
        code = _refusal(key, kms)
        if code is None:
            return
        if code != "AccessDeniedException" or pause is None:
            raise InvalidSetting(PROPERTY, f"{key}: {REASONS.get(code, code)}")
        sleep(pause)


def _refusal(key: str, kms: "KMSClient") -> str | None:
    try:
        kms.encrypt(KeyId=key, Plaintext=b"ringback", EncryptionContext={"purpose": "deployment"})
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None
