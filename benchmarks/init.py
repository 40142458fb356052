"""Measure cold starts: what Lambda's runtime interface emulator reports for the built `deliver`."""

import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.handler import surroundings
from benchmarks.servers import serving
from local.aws.functions import Function, built
from local.aws.runtime import emulated
from local.errors import LocalError
from local.paths import Paths

RUNS = 9
BASELINE = "boto3, requests, two clients"

SIMPLEST = """
import boto3, requests
dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
def lambda_handler(event, context):
    return {}
"""


def measure() -> list[Figure]:
    """Compare the built function with one that only imports and creates clients; both with the same compiled layers."""
    with serving("cloud") as cloud, tempfile.TemporaryDirectory() as folder:
        simplest = Path(folder)
        (simplest / "simplest.py").write_text(SIMPLEST, encoding="utf-8")
        deliver = replace(_deliver(), environment=surroundings(cloud))
        functions = {
            "ours": deliver,
            BASELINE: replace(deliver, code=simplest, handler="simplest.lambda_handler"),
        }
        inits: dict[str, list[float]] = {name: [] for name in functions}
        both: dict[str, list[float]] = {name: [] for name in functions}
        for run in range(RUNS + 1):
            for name, function in functions.items():
                init, invoke = _durations(function)
                if run:
                    inits[name].append(init)
                    both[name].append(init + invoke)
    return [
        _figure("init of the built deliver (INIT REPORT)", inits),
        _figure("the same with its first invocation, of an empty batch, which makes the clients", both),
    ]


def _deliver() -> Function:
    try:
        return built("DeliverFunction", Paths())
    except LocalError as error:
        raise SystemExit(str(error)) from None


def _figure(measurement: str, spent: dict[str, list[float]]) -> Figure:
    ours = spent.pop("ours")
    return Figure(
        measurement=measurement,
        unit="ms",
        ours=ours,
        baselines=spent,
        against=BASELINE,
        must=1.06,
        aim=1.0,
        note="layers and functions compiled; boto3 is this machine's, compiled too",
    )


def _durations(function: Function) -> tuple[float, float]:
    """Return milliseconds of the init, and of the first invocation."""
    with emulated(function) as runtime:
        answer = runtime.invoke(b'{"Records":[]}')
        if answer.error:
            raise AssertionError(answer)
        return runtime.milliseconds()
