"""Passwords and signing secrets at rest: KMS, bound to the owner and event that they belong to."""

from typing import TYPE_CHECKING

from ringback.aws.clients import our_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_kms import KMSClient

MOST_REMEMBERED = 4_096
"""Decrypted values that one execution environment keeps, so that KMS is asked once for each and not in every batch."""


class Credentials:
    """Seals and opens text with one KMS key; *kms* makes the client when it is first needed."""

    def __init__(self, *, key: str, kms: "Callable[[], KMSClient]") -> None:
        self._key = key
        self._kms = kms
        self._opened: dict[tuple[bytes, str, str], str] = {}

    def seal(self, text: str, *, owner: str, event: str) -> bytes:
        """*text* encrypted; it opens only for the same *owner* and *event*.

        Raises:
            OurFault: KMS is out of reach.
        """
        with our_fault("encrypting a credential"):
            answer = self._kms().encrypt(
                KeyId=self._key, Plaintext=text.encode(), EncryptionContext=_context(owner, event)
            )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, *, owner: str, event: str) -> str:
        """What was sealed.

        Raises:
            OurFault: KMS is out of reach, or the text was sealed for another owner, event or key.
        """
        remembered = (sealed, owner, event)
        if remembered not in self._opened:
            with our_fault("decrypting a credential"):
                answer = self._kms().decrypt(
                    KeyId=self._key, CiphertextBlob=sealed, EncryptionContext=_context(owner, event)
                )
            if len(self._opened) >= MOST_REMEMBERED:
                self._opened.clear()
            self._opened[remembered] = answer["Plaintext"].decode()
        return self._opened[remembered]


def _context(owner: str, event: str) -> dict[str, str]:
    return {"owner": owner, "event": event}
