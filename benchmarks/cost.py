"""Compute dollars per million deliveries from measured figures and list prices, as `docs/cost.svg` and a table.

`python -m benchmarks.cost` writes the tables of docs/cost.md and draws the plot.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from benchmarks.cpu import BY_TENS
from benchmarks.item import CALL, FAX, MESSAGE, item_bytes
from benchmarks.table import fill

HERE = Path(__file__).parent
_FACTS = json.loads((HERE / "prices.json").read_text(encoding="utf-8"))
PRICES: Mapping[str, float] = {name: price for one in _FACTS["lists"] for name, price in one["prices"].items()}
MILLION = 1_000_000
FULL_CORE_MB = 1769
"""Memory at which Lambda gives one whole processor; below, its share of one (AWS's documentation)."""

INDEX_BYTES = 100
"""What DynamoDB adds to each stored item."""
WRITE_BYTES = 1024
"""What a write unit writes."""
GIGABYTE = 1024**3
LOG_KB = 0.6
ATTEMPT_SECONDS = 15
BATCHES = {"prompt": 10, "thrifty": 100}
"""Messages that an invocation of deliver gets at most, by the parameter Batching."""
WINDOW_SECONDS = {"prompt": 0, "thrifty": 1}
AWS_SECONDS = 0.02
"""Seconds for which an invocation waits for its tables."""
RATES = (1, 10, 100, 500, 2_000)
"""Events a second, for the table by rate."""
MONTH_SECONDS = 2_628_000
HANGING = (0.001, 0.01, 0.05)
"""Shares of attempts."""
POLLERS = {"five at a time": 5, "a hundred": 100}
"""Concurrent invocations: as many as Lambda starts with, and as many as EventsConcurrency allows."""
FAILURES_TO_OPEN = 10
SLOW_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is sent and how, and the size of the function."""

    answer_ms: float = 200
    batch: float = BATCHES["prompt"]
    """Messages that an invocation of deliver gets."""
    sent_together: int = 10
    """Events that the platform puts on the queue with one call."""
    memory_mb: int = 512
    cpu_ms: float
    """Processor time of a delivery, on one whole processor."""
    invocation_ms: float
    """Processor time of an invocation in addition to its deliveries': calls of AWS, and the batch's bookkeeping."""
    log: bool = True
    """Whether the table keeps each delivery."""
    success_log_rate: float = 0.01
    attempts_at_once: int = 200
    hanging: float = 0.0
    """Share of attempts whose endpoint never answers."""
    days: int = 30
    """Days for which a delivery is kept."""
    item_bytes: float = 0
    """Bytes of its item; 0 stands for as many text messages as calls."""
    backup: bool = False
    """Whether the log can be restored to any point in time (`LogRecovery`)."""


def seconds_of(setup: Setup) -> float:
    """Return how long an invocation without hanging endpoints lasts."""
    slower: float = FULL_CORE_MB / min(setup.memory_mb, FULL_CORE_MB) / 1000
    waiting = ceil(setup.batch / setup.attempts_at_once) * setup.answer_ms / 1000
    own = setup.invocation_ms * slower
    return max(own + setup.batch * setup.cpu_ms * slower, own + waiting) + AWS_SECONDS


def gathered(setup: Setup, batching: str, *, rate: float, pollers: int) -> float:
    """Return the messages of a batch at *rate* a second: what arrives while each of *pollers* is busy or gathers."""
    batch, most = 1.0, BATCHES[batching]
    for _ in range(20):  # the larger the batch, the longer it takes, so that more arrive meanwhile
        busy = WINDOW_SECONDS[batching] + seconds_of(replace(setup, batch=batch))
        batch = min(max(rate * busy / pollers, 1.0), most)
    return batch


def lambda_dollars(setup: Setup, seconds_held: float = ATTEMPT_SECONDS) -> float:
    """Return the cost per million: an invocation lasts as long as its processor time, or its slowest answer if longer.

    With a hanging endpoint in it, it lasts *seconds_held*.
    """
    usual = seconds_of(setup)
    holds: float = 1 - (1 - setup.hanging) ** setup.batch
    seconds = (1 - holds) * usual + holds * max(usual, seconds_held)
    gigabytes = setup.memory_mb / 1024
    invocations = MILLION / setup.batch
    return invocations * (seconds * gigabytes * PRICES["lambda_gb_second_arm64"] + PRICES["lambda_request"])


def parts(setup: Setup) -> dict[str, float]:
    """Return dollars per million delivered events, by purpose.

    Each event is for another number, so each has a callback to read: half a unit, like the delivery that does not exist
    yet, since the read need not be consistent. A batch of one account reads its signing secrets once.
    """
    lanes = MILLION / setup.sent_together + 2 * MILLION / min(setup.batch, 10)  # send; receive and delete by tens
    size = setup.item_bytes or item_bytes()
    stored = MILLION * (size + INDEX_BYTES) / GIGABYTE * setup.days / 30  # gigabyte months
    sums = {
        "Lambda": lambda_dollars(setup),
        "SQS": lanes * PRICES["sqs_request"],
        "reading what is set": MILLION * (1 + 1 / setup.batch) * PRICES["dynamodb_read_unit"] / 2,
        "looking it up in the log": MILLION * PRICES["dynamodb_read_unit"] / 2,
        "writing the log": MILLION * ceil(size / WRITE_BYTES) * PRICES["dynamodb_write_unit"],
        "its storage": stored * PRICES["dynamodb_gb_month"],
        "its backup (point in time)": stored * PRICES["dynamodb_backup_gb_month"] if setup.backup else 0,
        "log lines": MILLION * setup.success_log_rate * LOG_KB / 1024 / 1024 * PRICES["logs_gb"],
    }
    if not setup.log:
        for part in ("looking it up in the log", "writing the log", "its storage", "its backup (point in time)"):
            sums[part] = 0
    return sums


def dollars(setup: Setup) -> float:
    """Return the sum."""
    return sum(parts(setup).values())


def others() -> dict[str, float]:
    """Return the prices of other senders, per million."""
    month = _FACTS["hours_per_month"]
    hours = 2 * PRICES["ec2_t4g_medium_hour"] + PRICES["rds_t4g_medium_hour"] + PRICES["elasticache_t4g_small_hour"]
    return {
        "EventBridge API destinations": MILLION
        * (PRICES["eventbridge_custom_event"] + PRICES["eventbridge_api_destination_invocation"]),
        "SNS over HTTP": MILLION * (PRICES["sns_http_delivery"] + PRICES["sns_publish"]),
        "always on, at 10 million a month": hours * month / 10,
        "always on, at 100 million a month": hours * month / 100,
    }


def measured() -> Setup:
    """Return the setup with the processor time of results.json: what batches of ten take and of a hundred do not."""
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))["cpu"]["figures"]
    by_hundreds = results[0]["ours"]["median"] / 1000
    by_tens = next(one for one in results if BY_TENS in one["measurement"])["ours"]["median"] / 1000
    invocation = (by_tens - by_hundreds) / (1 / 10 - 1 / 100)
    return Setup(cpu_ms=by_hundreds - invocation / 100, invocation_ms=invocation)


def sequential() -> float:
    """Return Lambda's share of the handler that people write, per million, at 200 ms and batches of 10."""
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    cpu = results["cpu"]["figures"][0]["baselines"]["sequential handler"]["median"] / 1000
    return lambda_dollars(replace(measured(), cpu_ms=cpu, batch=10, attempts_at_once=1))


def table() -> Iterator[str]:
    """Return the numbers of docs/cost.md, as Markdown."""
    both = [replace(measured(), batch=batch) for batch in BATCHES.values()]
    yield "| part, dollars per million | " + " | ".join(BATCHES) + " |\n|---|---|---|"
    shares = [parts(setup) for setup in both]
    yield from (f"| {name} | " + " | ".join(f"{share[name]:.3f}" for share in shares) + " |" for name in shares[0])
    yield _row("**all**", both, dollars)
    yield _row("kept for 7 days", both, lambda setup: dollars(replace(setup, days=7)))
    yield _row("kept for 4 days", both, lambda setup: dollars(replace(setup, days=4)))
    yield _row("with the log's backup", both, lambda setup: dollars(replace(setup, backup=True)))
    yield _row("without the log in the table", both, lambda setup: dollars(replace(setup, log=False)))
    yield _row("with a log line for every attempt", both, lambda setup: dollars(replace(setup, success_log_rate=1.0)))
    yield _row("events sent one by one", both, lambda setup: dollars(replace(setup, sent_together=1)))
    yield "\n| event, 300 bytes of JSON if it is a message | bytes of its item | prompt | thrifty |\n|---|---|---|---|"
    yield from _by_event(both)
    yield "\n| others | dollars per million |\n|---|---|"
    yield from (f"| {name} | {value:.2f} |" for name, value in others().items())
    yield f"| Lambda's share of the sequential handler | {sequential():.2f} |\n"
    yield from _by_rate()
    yield "| Lambda's share | " + " | ".join(f"{ms} ms" for ms in (50, 200, 1000)) + " |\n|---|---|---|---|"
    for memory in (256, 512, 1024, 1769):
        for batch in BATCHES.values():
            cells = (replace(measured(), memory_mb=memory, batch=batch, answer_ms=ms) for ms in (50, 200, 1000))
            yield f"| {memory} MB, batches of {batch} | " + " | ".join(f"{lambda_dollars(c):.3f}" for c in cells) + " |"
    yield "\n| attempts that hang: Lambda's share | prompt | thrifty | prompt, with the breaker | thrifty, with it |"
    yield "|---|---|---|---|---|"
    for share in HANGING:
        bare = [lambda_dollars(replace(setup, hanging=share)) for setup in both]
        kept = [with_breaker(setup, share) for setup in both]
        yield f"| {share:.1%} | " + " | ".join(f"{value:.2f}" for value in bare + kept) + " |"
    yield "\n| answers after 5 s: Lambda's share | prompt | thrifty | prompt, by the retries lane | thrifty, by it |"
    yield "|---|---|---|---|---|"
    for share in HANGING:
        held = [lambda_dollars(replace(setup, hanging=share), seconds_held=SLOW_SECONDS) for setup in both]
        apart = [by_the_retries_lane(setup, share) for setup in both]
        yield f"| {share:.1%} | " + " | ".join(f"{value:.2f}" for value in held + apart) + " |"


def _by_event(both: Sequence[Setup]) -> Iterator[str]:
    sizes = {
        "a text message": item_bytes(MESSAGE),
        "a call": item_bytes(CALL),
        "a fax": item_bytes(FAX),
        "a text message with 1,000 bytes of JSON": item_bytes(MESSAGE, 1_000),
    }
    for name, size in sizes.items():
        cells = " | ".join(f"{dollars(replace(setup, item_bytes=size)):.3f}" for setup in both)
        yield f"| {name} | {size:.0f} | {cells} |"


def _row(name: str, setups: Sequence[Setup], price: Callable[[Setup], float]) -> str:
    return f"| {name} | " + " | ".join(f"{price(setup):.3f}" for setup in setups) + " |"


def _by_rate() -> Iterator[str]:
    """Return what it costs if batches are not full, because events trickle in one by one."""
    columns = [(batching, many, pollers) for batching in BATCHES for many, pollers in POLLERS.items()]
    yield "| events a second | " + " | ".join(f"{batching}, {many}" for batching, many, _ in columns) + " |"
    yield "|---|---|---|---|---|"
    for rate in RATES:
        cells = []
        for batching, _, pollers in columns:
            batch = gathered(measured(), batching, rate=rate, pollers=pollers)
            price = dollars(replace(measured(), batch=batch))
            month = price * rate * MONTH_SECONDS / MILLION
            cells.append(f"{price:.2f} a million, {month:,.0f} a month ({batch:.3g} a batch)")
        yield f"| {rate:,} | " + " | ".join(cells) + " |"
    yield ""


def by_the_retries_lane(setup: Setup, share: float) -> float:
    """Return Lambda's cost and the detour's: one more write and read, and a message that is sent, received and deleted.

    In that lane, batches are always of a hundred.
    """
    slow = replace(setup, answer_ms=SLOW_SECONDS * 1000, batch=BATCHES["thrifty"])
    way = PRICES["dynamodb_write_unit"] + PRICES["dynamodb_read_unit"] + 3 / 10 * PRICES["sqs_request"]
    return (1 - share) * lambda_dollars(setup) + share * (lambda_dollars(slow) + MILLION * way)


def with_breaker(setup: Setup, share: float) -> float:
    """Return the cost with dead endpoints of 1,000 events each: `FAILURES_TO_OPEN` attempts, then a probe an hour."""
    left = share * (FAILURES_TO_OPEN + 24) / 1000
    return lambda_dollars(replace(setup, hanging=left))


def plot() -> str:
    """Draw a bar for each sender, as SVG."""
    thrifty = replace(measured(), batch=BATCHES["thrifty"])
    bars = {
        "Ringback, prompt": dollars(measured()),
        "Ringback, thrifty": dollars(thrifty),
        "Ringback, thrifty, no log": dollars(replace(thrifty, log=False)),
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
