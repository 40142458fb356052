"""Encrypt passwords and signing secrets with KMS, bound to the owner and event that they belong to."""

from typing import TYPE_CHECKING, Any

from ringback.aws.clients import infrastructure_error
from ringback.bounded import BoundedDict

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kms import KMSClient

MAX_REMEMBERED = 4_096
"""Decrypted values that one execution environment keeps, so that KMS is called once for each, not in every batch."""


class Credentials:
    """Seal and open text with a KMS key; *kms* creates the client when it is first needed.

    *key* is the key's ARN. Any further ARNs, separated by commas, only open what was sealed with those keys before.
    """

    def __init__(self, *, key: str, kms: "Callable[[], KMSClient]") -> None:
        self._keys = key.split(",")
        self._kms = kms
        self._opened = BoundedDict[tuple[bytes, str, str], str](MAX_REMEMBERED)

    def seal(self, text: str, *, owner: str, event: str) -> bytes:
        """Encrypt *text*, so that it opens only for the same *owner* and *event*.

        Raises:
            InfrastructureError: KMS is unavailable.
        """
        with infrastructure_error("encrypting a credential"):
            answer = self._kms().encrypt(
                KeyId=self._keys[0], Plaintext=text.encode(), EncryptionContext=_context(owner, event)
            )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, *, owner: str, event: str) -> str:
        """Return the text that was sealed.

        Raises:
            InfrastructureError: KMS is unavailable, or the text was sealed for another owner, event or key.
        """
        remembered = (sealed, owner, event)
        if remembered not in self._opened:
            with infrastructure_error("decrypting a credential"):
                answer = self._kms().decrypt(**self._decrypt_request(sealed, _context(owner, event)))
            self._opened[remembered] = answer["Plaintext"].decode()
        return self._opened[remembered]

    def _decrypt_request(self, sealed: bytes, context: dict[str, str]) -> dict[str, Any]:
        request: dict[str, Any] = {"CiphertextBlob": sealed, "EncryptionContext": context}
        if len(self._keys) > 1:
            return request  # KMS finds the key by the ciphertext; the roles name the keys that are permitted
        return request | {"KeyId": self._keys[0]}


def _context(owner: str, event: str) -> dict[str, str]:
    return {"owner": owner, "event": event}
