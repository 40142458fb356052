"""Look at the dead letters without taking them; each is hidden from everybody else meanwhile."""

from collections.abc import Iterator
from itertools import batched, islice
from types import TracebackType
from typing import TYPE_CHECKING, Self

from operate.letters import DeadLetter, read_letter
from ringback.aws.clients import infrastructure_error

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LEAST_HIDDEN = 60
"""Seconds that a letter stays hidden if we end without letting it go."""

HIDDEN_BY_LETTER = 1
"""Seconds for each letter: many take long, and the first has to stay hidden until the last is seen."""

MAX_HIDDEN = 43_200
"""Seconds; the limit of SQS."""

WAIT_SECONDS = 1
"""Seconds to wait for messages; a long poll asks all of SQS's servers, a short one only some."""

AT_ONCE = 10
"""Messages of one call; the limit of SQS."""


class DeadLetterQueue:
    """One look through the queue at *url*; when it ends, all that has not been removed is visible again.

    Every call raises `InfrastructureError` if SQS is unreachable or refuses these credentials.
    """

    def __init__(self, *, url: str, sqs: "SQSClient") -> None:
        self._url = url
        self._sqs = sqs
        self._held: dict[str, str] = {}
        """Receipts by the ids of letters."""

    def count(self) -> int:
        """Return about how many letters there are, hidden ones included."""
        with infrastructure_error("counting the dead letters"):
            found = self._sqs.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )
        return sum(map(int, found["Attributes"].values()))

    def letters(self, most: int | None = None) -> Iterator[DeadLetter]:
        """Yield every letter that nobody else is looking at, once, and *most* of them at most."""
        number = self.count() if most is None else min(self.count(), most)
        return islice(self._fresh(min(max(LEAST_HIDDEN, HIDDEN_BY_LETTER * number), MAX_HIDDEN)), most)

    def _fresh(self, hidden: int) -> Iterator[DeadLetter]:
        again = 0
        # Only an empty answer says that there are no more, but a look that goes round in circles has to end too.
        while again <= len(self._held) and (letters := self._receive(hidden)):
            fresh = [letter for letter in letters if letter.id not in self._held]
            self._held |= {letter.id: letter.receipt for letter in letters}  # the newest receipt counts
            again = 0 if fresh else again + len(letters)
            yield from fresh

    def remove(self, letter: DeadLetter) -> None:
        """Remove *letter* from the queue for good."""
        with infrastructure_error("removing a dead letter"):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=self._held[letter.id])
        del self._held[letter.id]

    def _receive(self, hidden: int) -> list[DeadLetter]:
        with infrastructure_error("looking at the dead letters"):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=AT_ONCE,
                VisibilityTimeout=hidden,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return [read_letter(message) for message in answer.get("Messages", [])]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for some in batched(self._held.values(), AT_ONCE, strict=False):
            with infrastructure_error("letting the dead letters go"):
                self._sqs.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                        for number, receipt in enumerate(some)
                    ],
                )
