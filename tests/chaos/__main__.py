"""`make chaos`: runs the campaigns, prints the table, and keeps it in results.json and docs/reliability.md."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.machine import description
from tests.chaos.campaigns import CAMPAIGNS
from tests.chaos.rows import HEADER, RULE, line
from tests.chaos.size import LEAN, WHOLE
from tools.page_parts import filled

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
PART = "last run"


def main() -> int:
    """Run what is asked for; the exit status says how many campaigns found something."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CAMPAIGNS)}; all of them unless given")
    parser.add_argument("--lean", action="store_true", help="the small part that `make test` runs; nothing is kept")
    asked = parser.parse_args()
    if unknown := set(asked.names) - CAMPAIGNS.keys():
        parser.error(f"there is no campaign {', '.join(sorted(unknown))}; there are {', '.join(CAMPAIGNS)}")
    size = LEAN if asked.lean else WHOLE
    print(f"seed {size.seed}", file=sys.stderr)
    results = {} if asked.lean or not RESULTS.exists() else json.loads(RESULTS.read_text(encoding="utf-8"))
    found = 0
    for name in asked.names or CAMPAIGNS:
        print(f"{name} …", file=sys.stderr, flush=True)
        began, machine = time.monotonic(), description()
        row = CAMPAIGNS[name](size).as_json()
        print(f"{name}: {time.monotonic() - began:.0f} s", *row["red"], sep="\n  ", file=sys.stderr, flush=True)
        found += bool(row["red"])
        results[name] = {"machine": machine, "seed": size.seed, "row": row}
        if not asked.lean:
            _keep({name: results[name] for name in CAMPAIGNS if name in results})
    print("\n".join(_lines({name: results[name] for name in asked.names or CAMPAIGNS})))
    return found


def _keep(results: Mapping[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), PART, "\n".join(_lines(results))), encoding="utf-8")


def _lines(results: Mapping[str, Any]) -> list[str]:
    rows = [line(result["row"]) for result in results.values()]
    when = [
        f"`{name}`: {result['machine']['when']}, seed {result['seed']}, {result['machine']['processor']}, "
        f"{result['machine']['cores']} cores, load {result['machine']['load']} at the start.  "
        for name, result in results.items()
    ]
    return [HEADER, RULE, *rows, "", *when]


if __name__ == "__main__":
    sys.exit(main())
