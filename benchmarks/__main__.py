"""`make bench`: measure and print the table; RECORD=1 keeps it in results.json and README.md."""

import argparse
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.machine import description
from benchmarks.table import fill, lines

RECORDED = Path(__file__).with_name("results.json")
"""What the README shows."""

LATEST = Path(".local/bench.json")
"""A file beside it, so that looking at a change leaves nothing to commit."""

NAMES = (
    *("cpu", "sending", "throughput", "tls", "wall", "hanging", "waiting"),
    *("latency", "fairness", "calls", "init", "memory", "growth"),
)
"""The benchmarks, one module each, in the order of the table."""


def main() -> int:
    """Measure what is asked for, each name in its own process, so that none inherits another's memory."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all of them unless given")
    parser.add_argument("--here", action="store_true", help="measure one name in this process and print JSON")
    parser.add_argument("--record", action="store_true", help="keep the results in results.json and README.md")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if asked.here:
        figures = import_module(f"benchmarks.{asked.names[0]}").measure()
        print(json.dumps([figure.as_json() for figure in figures]))
        return 0
    file = RECORDED if asked.record else LATEST
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    failed = [name for name in asked.names or NAMES if not _measured(name, results)]
    kept = {name: results[name] for name in NAMES if name in results}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.record:
        fill(RECORDED.with_name("README.md"), "\n".join(lines(kept)))
    print("\n".join(lines({name: kept[name] for name in asked.names or NAMES if name in kept})))
    return len(failed)


def _measured(name: str, results: dict[str, Any]) -> bool:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    machine = description()
    command = [sys.executable, "-m", "benchmarks", "--here", name]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ourselves
    if process.returncode:
        print(f"{name} did not end well: status {process.returncode}", file=sys.stderr)
        return False
    results[name] = {"machine": machine, "figures": json.loads(process.stdout.splitlines()[-1])}
    return True


if __name__ == "__main__":
    sys.exit(main())
