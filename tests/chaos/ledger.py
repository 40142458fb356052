"""Where every event is: what a customer is promised, checked against the tables, the queues and the receivers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deliver.messages import read_message
from ringback.models import Event, delivery_id
from ringback.storage.compression import unpack
from ringback.storage.due_index import SHARDS, queued, sought
from tests.chaos.workers import Ended, Worker
from tests.chaos.world import World
from tests.integration.lambdas import record

RECEIVES = 5
"""Times that SQS hands out a message before it lies in the dead letters (template.yaml)."""

ON_THE_QUEUE = {partition(shard) for shard in SHARDS for partition in (queued, sought)}
"""Where deliveries are on the due index whose messages are said to be on the Retries queue."""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was found wrong; nothing is what is promised."""

    lost: list[str] = field(default_factory=list)
    """Events that are nowhere."""
    stuck: list[str] = field(default_factory=list)
    """Deliveries that are pending, and nothing will ever bring them back."""
    duplicated: int = 0
    """Requests that receivers got beyond one for each attempt that is recorded."""
    wrong: list[str] = field(default_factory=list)
    """Anything else that is promised and not kept."""

    @property
    def holds(self) -> bool:
        """Whether all that is promised was kept; a duplicate is allowed."""
        return not (self.lost or self.stuck or self.wrong)

    @property
    def red(self) -> list[str]:
        """All of it, one line each."""
        return [
            f"{name}: {text}"
            for name, texts in (("lost", self.lost), ("stuck", self.stuck), ("wrong", self.wrong))
            for text in texts
        ]


def events_of(records: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events among *records*, retries and malformed ones left out."""
    contents = (read_message(one).content for one in records if '"event"' in one["body"])
    return [content for content in contents if isinstance(content, Event)]


def balance(world: World, events: Iterable[Event]) -> Verdict:
    """Whether each of *events* has a delivery, and each delivery is settled, or will be brought back."""
    items = {(item["owner"]["S"], item["delivery"]["S"]): item for item in world.stack.items("DELIVERIES_TABLE")}
    verdict = Verdict()
    keys = {(event.owner, delivery_id(event)) for event in events}
    verdict.lost = ["#".join(key) for key in sorted(keys - items.keys())]
    deliveries = {key: item for key, item in items.items() if "packed" in item}
    for key, item in deliveries.items():
        if item["status"]["S"] == "pending" and not _comes_back(world, item, items):
            verdict.stuck.append(f"{'#'.join(key)} after {_attempts(item)} attempts")
    recorded = sum(map(_attempts, deliveries.values()))
    verdict.duplicated = max(0, sum(world.arrived.values()) + world.mails() - recorded)
    return verdict


def _attempts(item: Mapping[str, Any]) -> int:
    return len(unpack(item["packed"]["B"])["attempts"])


def _comes_back(world: World, item: Mapping[str, Any], items: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    """Whether something does, at once: the net for what is long overdue (`requeue.find_lost`) is not reckoned with."""
    shard = item.get("due_shard", {}).get("S", "")
    if shard in SHARDS:
        return True
    if shard in ON_THE_QUEUE:
        names = f'"delivery":"{item["delivery"]["S"]}","due":{item["due"]["N"]}}}'
        return any(entry["MessageBody"].endswith(names) for entry in world.queued.get("Retries", []))
    owner, event = shard.partition("#")[2].rsplit("#", 1)
    return "due_shard" in items.get((f"#{owner}", event), {})


def hand_out(worker: Worker, records: list[dict[str, Any]], *, receives: int = 1) -> tuple[list[dict[str, Any]], Ended]:
    """Have `deliver` handle *records* once; those that go back, all of them if it was killed."""
    for one in records:
        one["attributes"]["ApproximateReceiveCount"] = str(receives)
    ended = worker.invoke("deliver", {"Records": records})
    back = ended.back
    return [one for one in records if ended.answer is None or one["messageId"] in back], ended


def settle(worker: Worker, records: list[dict[str, Any]], *, receives: int = 2) -> list[dict[str, Any]]:
    """Hand out *records* until `deliver` is done with all; what is left after as often as SQS would."""
    for receive in range(receives, RECEIVES + 1):
        if not records:
            break
        records, _ = hand_out(worker, records, receives=receive)
    return records


def requeue(worker: Worker) -> Ended:
    """One minute's run."""
    return worker.invoke("requeue", {}, seconds=50)


def retries(world: World) -> list[dict[str, Any]]:
    """Everything that waits on the Retries queue, taken off it; whatever its delay is."""
    entries, world.queued["Retries"] = world.queued.get("Retries", []), []
    return [record(entry["MessageBody"], group=entry.get("MessageGroupId", "")) for entry in entries]
