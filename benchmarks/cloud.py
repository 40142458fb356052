"""Stand in for DynamoDB, SQS and KMS: real boto3 talks to servers that answer at once and in another process.

Callbacks are kept. Deliveries are counted and dropped, since every event of a benchmark is a new one.
"""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.wire import Exchange, serve, whole

KEPT = "Callbacks"

_TARGET = re.compile(rb"\r\nx-amz-target: *[^.\r]+\.(\w+)", re.IGNORECASE)

type Item = Mapping[str, Any]


class Cloud:
    """One AWS account."""

    def __init__(self) -> None:
        self.callbacks: dict[tuple[str, str], Item] = {}
        self.calls: Counter[str] = Counter()
        self.writes: list[tuple[float, int]] = []
        """When deliveries were written, in seconds since 1970, and how many."""

    def answer(self, head: bytes, body: bytes, exchange: Exchange) -> None:
        """Answer one call."""
        target = _TARGET.search(head)
        operation = target[1].decode() if target else ""
        asked = json.loads(body or b"{}")
        self.calls[operation] += 1
        answered = getattr(self, f"do_{operation}")(asked)
        exchange.send(whole(json.dumps(answered).encode(), kind="application/x-amz-json-1.0"))

    def do_BatchGetItem(self, asked: Mapping[str, Any]) -> object:  # noqa: N802 - AWS's own name
        """Find callbacks; no delivery is known."""
        return {
            "Responses": {
                table: [item for key in wanted["Keys"] if (item := self._callback(table, key))]
                for table, wanted in asked["RequestItems"].items()
            },
            "UnprocessedKeys": {},
        }

    def do_BatchWriteItem(self, asked: Mapping[str, Any]) -> object:  # noqa: N802
        """Count deliveries."""
        self._written(sum(len(requests) for requests in asked["RequestItems"].values()))
        return {"UnprocessedItems": {}}

    def do_BatchExecuteStatement(self, asked: Mapping[str, Any]) -> object:  # noqa: N802
        """Count deliveries."""
        self._written(len(asked["Statements"]))
        return {"Responses": [{"TableName": "Deliveries"}] * len(asked["Statements"])}

    def do_PutItem(self, _asked: Mapping[str, Any]) -> object:  # noqa: N802
        """Count a delivery."""
        self._written(1)
        return {}

    def do_UpdateItem(self, _asked: Mapping[str, Any]) -> object:  # noqa: N802
        """Accept any change."""
        return {}

    def do_SendMessageBatch(self, asked: Mapping[str, Any]) -> object:  # noqa: N802
        """Accept all messages."""
        return {
            "Successful": [
                {"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "0" * 32} for entry in asked["Entries"]
            ],
            "Failed": [],
        }

    def do_Decrypt(self, asked: Mapping[str, Any]) -> object:  # noqa: N802
        """Return the text unchanged: nothing is sealed here."""
        return {"Plaintext": asked["CiphertextBlob"], "KeyId": "key"}

    def do_Store(self, asked: list[Item]) -> object:  # noqa: N802
        """For benchmarks: put many callbacks at once."""
        self.callbacks |= {(item["owner"]["S"], item["event"]["S"]): item for item in asked}
        return len(self.callbacks)

    def do_Usage(self, _asked: object) -> object:  # noqa: N802
        """For benchmarks: return what was done since the last time, and the processor time used in all."""
        usage = {"cpu": time.process_time(), "calls": dict(self.calls), "writes": self.writes}
        self.calls, self.writes = Counter(), []
        return usage

    def _callback(self, table: str, key: Item) -> Item | None:
        return self.callbacks.get((key["owner"]["S"], key["event"]["S"])) if table == KEPT else None

    def _written(self, count: int) -> None:
        self.writes.append((time.time(), count))


if __name__ == "__main__":
    asyncio.run(serve(Cloud().answer))
