"""`make invoke FUNCTION=… EVENT=…`: run a built function under Lambda's runtime, on the tables and queues of `make up`.

The answer goes to standard output, what the function logs to standard error.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from local.aws.cloud import Cloud
from local.aws.daemon import running
from local.aws.functions import function
from local.aws.runtime import AttemptResult, emulated
from local.demo.receiver import Receiver
from local.errors import LocalError, reported
from local.paths import PROJECT, Paths
from local.signals import in_order

EVENTS = PROJECT / "events"


def invoke(name: str, event: Path, paths: Paths) -> AttemptResult:
    """Invoke the function that the template calls *name* with the payload in the file *event*.

    If the payload asks for an answer at a URL, as CloudFormation's does, return what was sent there.

    Raises:
        LocalError: there is no such file, no local AWS, or no such function.
    """
    payload = _read(event)
    if running(paths) is None:
        raise LocalError("no local AWS runs; `make up` starts one")
    target = function(name, paths, Cloud.saved(paths))
    with Receiver() as cloudformation, emulated(target) as runtime:
        answer = runtime.invoke(answerable(payload, cloudformation.url))
    told = [exchange.request.body.decode() for exchange in cloudformation.exchanges]
    return replace(answer, payload=told[0]) if told else answer


def answerable(payload: bytes, url: str) -> bytes:
    """Return *payload* with *url* as the place for its answer: CloudFormation accepts none that it did not ask for."""
    event = json.loads(payload)
    if not isinstance(event, dict) or "ResponseURL" not in event:
        return payload
    return json.dumps(event | {"ResponseURL": url}).encode()


def _read(event: Path) -> bytes:
    try:
        payload = event.read_bytes()
        json.loads(payload)
    except OSError:
        there = ", ".join(sorted(path.name for path in EVENTS.glob("*.json")))
        given = f'there is no file "{event}"' if event != Path() else "no file is named"
        raise LocalError(f"{given}; {EVENTS.name}/ has {there}") from None
    except ValueError as error:
        raise LocalError(f"{event} is not JSON: {error}") from None
    return payload


def show(answer: AttemptResult) -> None:
    """Print it; JSON is indented."""
    for line in answer.log:
        print(line, file=sys.stderr)
    try:
        print(json.dumps(json.loads(answer.payload), indent=2, ensure_ascii=False))
    except ValueError:
        print(answer.payload or answer.error)


def main() -> int:
    """Return status 1 if the function fails."""
    parser = argparse.ArgumentParser(prog="local.invoke", description=__doc__)
    parser.add_argument("function", help="as the template calls it")
    parser.add_argument("event", type=Path, help="a file such as those of events/")
    asked = parser.parse_args()
    with in_order():  # or the emulator and the function would go on
        answer = invoke(asked.function, asked.event, Paths())
    show(answer)
    return 1 if answer.error else 0


if __name__ == "__main__":
    sys.exit(reported(main))
