"""Runs test suites one after the other, then prints what each cost."""

import subprocess
import sys
import time

BUDGETS = {"unit": 5, "integration": 60, "chaos": 100, "e2e": 200}
"""Seconds that a suite may take on two cores; a slower one is marked, not failed, since machines differ."""


def main(names: list[str]) -> int:
    """Run the suites called *names*, all of them even if one fails; exit status 1 if one did."""
    unknown = [name for name in names if name not in BUDGETS]
    if unknown or not names:
        print(f"suites: {', '.join(unknown) or 'none named'}; there are {', '.join(BUDGETS)}", file=sys.stderr)
        return 2
    prices = [_run(name) for name in names]
    print("\nsuite          price   budget")
    for name, (seconds, passed) in zip(names, prices, strict=True):
        over = "" if seconds <= BUDGETS[name] else "  over its budget"
        print(f"{name:<12} {seconds:5.1f} s  {BUDGETS[name]:4d} s  {'passed' if passed else 'FAILED'}{over}")
    return 0 if all(passed for _, passed in prices) else 1


def _run(name: str) -> tuple[float, bool]:
    print(f"\n── {name} ──", flush=True)
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "pytest", f"tests/{name}"], check=False)  # noqa: S603 - our own words
    return time.monotonic() - started, done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
