"""`make unpack`: shows deliveries, as the AWS CLI has printed their items, with what is packed in them."""

import json
import sys
from argparse import ArgumentParser
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from local.errors import LocalError, reported
from ringback.models import time_in_id
from ringback.storage.compression import unpack
from ringback.timestamps import from_millis, to_iso

type Typed = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's own JSON."""


def shown(item: Typed, *, bodies: bool) -> dict[str, Any]:
    """Return *item* as a person reads it; its data, which hold private texts, only with *bodies*.

    Raises:
        LocalError: it is no delivery.
    """
    try:
        packed: dict[str, Any] = unpack(b64decode(item["packed"]["B"]))
        happened = packed.pop("time") if "time" in packed else time_in_id(item["delivery"]["S"])
        created = happened + packed.pop("created")
        data, attempts = packed.pop("data"), packed.pop("attempts")
        beside = {
            name: next(iter(value.values())) for name, value in item.items() if name not in {"packed", "callback"}
        }
        whole = packed | beside | {"time": to_iso(from_millis(happened)), "created": to_iso(from_millis(created))}
        whole |= {"due": to_iso(from_millis(int(beside["due"])))} if "due" in beside else {}
        whole |= {"data": data} if bodies else {}
        return whole | {"attempts": [one | {"at": to_iso(from_millis(created + one["at"]))} for one in attempts]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LocalError("this is no delivery; pipe `aws dynamodb get-item … --output json` into it") from error


def items_in(text: str) -> list[Typed]:
    """Return the items that the AWS CLI has printed: of a get-item, a query or a scan, or of its `--query Item`.

    Raises:
        LocalError: it is no JSON.
    """
    try:
        printed: Any = json.loads(text)
    except ValueError as error:
        raise LocalError("this is no JSON; the AWS CLI prints it with --output json") from error
    if isinstance(printed, dict):
        printed = printed.get("Items", [printed.get("Item", printed)])
    return list(printed)


def main(given: Sequence[str] = ()) -> int:
    """Read what is printed, and show it."""
    parser = ArgumentParser(prog="unpack", description=__doc__)
    parser.add_argument("--bodies", action="store_true", help="show the events' data too: they hold private texts")
    bodies = parser.parse_args(given).bodies
    for item in items_in(sys.stdin.read()):
        print(json.dumps(shown(item, bodies=bodies), ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(reported(lambda: main(sys.argv[1:])))
