"""Dollars per million deliveries: measured figures and list prices in, `docs/cost.svg` and a table out.

`python -m benchmarks.cost` writes the tables of docs/cost.md and draws the plot.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from benchmarks.table import fill

HERE = Path(__file__).parent
_FACTS = json.loads((HERE / "prices.json").read_text(encoding="utf-8"))
PRICES: Mapping[str, float] = {name: price for name, price in _FACTS.items() if isinstance(price, float | int)}
MILLION = 1_000_000
FULL_CORE_MB = 1769
"""Memory at which Lambda gives one whole processor; below, its share of one (AWS's documentation)."""

ITEM_KB = 0.91
"""A delivered event's item with 300 bytes of data and one attempt, 909 bytes; a write unit is up to 1 KB.

191 of them say how it was called and who answered, with a URL of 64 characters and three headers.
"""
INDEX_KB = 0.1
"""What DynamoDB adds to each stored item."""
LOG_KB = 0.6
ATTEMPT_SECONDS = 15
FAILURES_TO_OPEN = 10
SLOW_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is sent how, and what the function has."""

    answer_ms: float = 200
    batch: int = 100
    """Messages that an invocation of deliver gets."""
    sent_together: int = 10
    """Events that the platform puts on the queue with one call."""
    memory_mb: int = 512
    cpu_ms: float
    """Processor time of a delivery, on one whole processor."""
    log: bool = True
    """Whether the table keeps each delivery."""
    success_log_rate: float = 0.01
    attempts_at_once: int = 200
    hanging: float = 0.0
    """Share of attempts whose endpoint never answers."""
    days: int = 30
    """For which a delivery is kept."""


def lambda_dollars(setup: Setup, seconds_held: float = ATTEMPT_SECONDS) -> float:
    """Per million: an invocation lasts as long as its processor time takes, or its slowest answer if that is more.

    One that has an endpoint that hangs lasts *seconds_held*.
    """
    processor = setup.batch * setup.cpu_ms / 1000 * FULL_CORE_MB / min(setup.memory_mb, FULL_CORE_MB)
    waiting = ceil(setup.batch / setup.attempts_at_once) * setup.answer_ms / 1000
    usual = max(processor, waiting) + 0.02
    holds = 1 - (1 - setup.hanging) ** setup.batch
    seconds = (1 - holds) * usual + holds * max(usual, seconds_held)
    gigabytes = setup.memory_mb / 1024
    invocations = MILLION / setup.batch
    return invocations * (seconds * gigabytes * PRICES["lambda_gb_second_arm64"] + PRICES["lambda_request"])


def parts(setup: Setup) -> dict[str, float]:
    """Dollars per million delivered events, by what they are for.

    Each is of another number, so that each has a callback to read: one unit, consistently, as the delivery that is not
    there. A batch of one account reads its signing secrets once.
    """
    lanes = MILLION / setup.sent_together + 2 * MILLION / min(setup.batch, 10)  # send; receive and delete by tens
    stored = MILLION * (ITEM_KB + INDEX_KB) / 1024 / 1024 * setup.days / 30  # gigabyte months
    sums = {
        "Lambda": lambda_dollars(setup),
        "SQS": lanes * PRICES["sqs_request"],
        "reading what is set": MILLION * (1 + 1 / setup.batch) * PRICES["dynamodb_read_unit"],
        "reading and writing the log": MILLION
        * (ceil(ITEM_KB) * PRICES["dynamodb_write_unit"] + PRICES["dynamodb_read_unit"]),
        "its storage": stored * PRICES["dynamodb_gb_month"],
        "its backup (point in time)": stored * PRICES["dynamodb_backup_gb_month"],
        "log lines": MILLION * setup.success_log_rate * LOG_KB / 1024 / 1024 * PRICES["logs_gb"],
    }
    if not setup.log:
        for part in ("reading and writing the log", "its storage", "its backup (point in time)"):
            sums[part] = 0
    return sums


def dollars(setup: Setup) -> float:
    """All of it."""
    return sum(parts(setup).values())


def others() -> dict[str, float]:
    """Other senders, per million."""
    month = PRICES["hours_per_month"]
    hours = 2 * PRICES["ec2_t4g_medium_hour"] + PRICES["rds_t4g_medium_hour"] + PRICES["elasticache_t4g_small_hour"]
    return {
        "EventBridge API destinations": MILLION
        * (PRICES["eventbridge_custom_event"] + PRICES["eventbridge_api_destination_invocation"]),
        "SNS over HTTP": MILLION * (PRICES["sns_http_delivery"] + PRICES["sns_publish"]),
        "always on, at 10 million a month": hours * month / 10,
        "always on, at 100 million a month": hours * month / 100,
    }


def measured() -> Setup:
    """With the processor time of results.json."""
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    return Setup(cpu_ms=results["cpu"]["figures"][0]["ours"]["median"] / 1000)


def sequential() -> float:
    """Lambda's share of the handler that people write, per million, at 200 ms and batches of 10."""
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    cpu = results["cpu"]["figures"][0]["baselines"]["sequential handler"]["median"] / 1000
    return lambda_dollars(replace(measured(), cpu_ms=cpu, batch=10, attempts_at_once=1))


def table() -> Iterator[str]:
    """The numbers of docs/cost.md, as Markdown."""
    base = measured()
    yield "| part | dollars per million |\n|---|---|"
    yield from (f"| {name} | {value:.3f} |" for name, value in parts(base).items())
    yield f"| **all** | **{dollars(base):.2f}** |"
    yield f"| kept for 7 days | {dollars(replace(base, days=7)):.2f} |"
    yield f"| kept for 4 days | {dollars(replace(base, days=4)):.2f} |"
    yield f"| without the log in the table | {dollars(replace(base, log=False)):.2f} |"
    yield f"| with a log line for every attempt | {dollars(replace(base, success_log_rate=1.0)):.2f} |"
    yield f"| events sent one by one | {dollars(replace(base, sent_together=1)):.2f} |"
    yield from (f"| {name} | {value:.2f} |" for name, value in others().items())
    yield f"| Lambda's share of the sequential handler | {sequential():.2f} |\n"
    yield "| Lambda's share | " + " | ".join(f"{ms} ms" for ms in (50, 200, 1000)) + " |\n|---|---|---|---|"
    for memory in (256, 512, 1024, 1769):
        for batch in (10, 100):
            cells = (replace(base, memory_mb=memory, batch=batch, answer_ms=ms) for ms in (50, 200, 1000))
            yield f"| {memory} MB, batches of {batch} | " + " | ".join(f"{lambda_dollars(c):.3f}" for c in cells) + " |"
    yield "\n| attempts that hang | batches of 10 | batches of 100 | with the breaker |\n|---|---|---|---|"
    for share in (0.001, 0.01, 0.05):
        bare = (lambda_dollars(replace(base, batch=batch, hanging=share)) for batch in (10, 100))
        yield (
            f"| {share:.1%} | " + " | ".join(f"{value:.2f}" for value in bare) + f" | {with_breaker(base, share):.2f} |"
        )

    yield "\n| answers after 5 s | in the Events lane, batches of 100 | by the retries lane |\n|---|---|---|"
    for share in (0.001, 0.01, 0.05):
        held = lambda_dollars(replace(base, hanging=share), seconds_held=SLOW_SECONDS)
        yield f"| {share:.1%} | {held:.2f} | {by_the_retries_lane(base, share):.2f} |"


def by_the_retries_lane(setup: Setup, share: float) -> float:
    """Lambda, and what the way costs: a write and a read more, and a message that is sent, received and deleted."""
    slow = replace(setup, answer_ms=SLOW_SECONDS * 1000)
    way = PRICES["dynamodb_write_unit"] + PRICES["dynamodb_read_unit"] + 3 / 10 * PRICES["sqs_request"]
    return (1 - share) * lambda_dollars(setup) + share * (lambda_dollars(slow) + MILLION * way)


def with_breaker(setup: Setup, share: float) -> float:
    """Each dead endpoint makes `FAILURES_TO_OPEN` attempts, then a probe an hour; a thousand events an endpoint."""
    left = share * (FAILURES_TO_OPEN + 24) / 1000
    return lambda_dollars(replace(setup, hanging=left))


def plot() -> str:
    """A bar for each sender, as SVG."""
    bars = {
        "Ringback, log in the table": dollars(measured()),
        "Ringback, no log": dollars(replace(measured(), log=False)),
    }
    bars |= others()
    scale, height = 420 / max(bars.values()), 34
    rows = [
        f'<text x="255" y="{64 + place * height}" text-anchor="end">{name}</text>'
        f'<rect x="265" y="{48 + place * height}" width="{value * scale:.1f}" height="22" '
        f'fill="{"#2f6fde" if name.startswith("Ringback") else "#9aa4b2"}"/>'
        f'<text x="{273 + value * scale:.1f}" y="{64 + place * height}">${value:.2f}</text>'
        for place, (name, value) in enumerate(bars.items())
    ]
    tall = 60 + len(bars) * height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {tall}" font-family="sans-serif" font-size="13">'
        f'<rect width="760" height="{tall}" fill="white"/>'
        '<text x="20" y="28" font-size="16">Dollars per million deliveries, 200 ms answers</text>'
        + "".join(rows)
        + "</svg>\n"
    )


def main() -> None:
    """Print and draw."""
    text = "\n".join(table())
    print(text)
    fill(HERE.parent / "docs" / "cost.md", text)
    (HERE.parent / "docs" / "cost.svg").write_text(plot(), encoding="utf-8")


if __name__ == "__main__":
    main()
