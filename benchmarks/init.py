"""Cold start: what Lambda's runtime interface emulator reports for the built `deliver`.

The emulator is the one inside aws-sam-cli, the runtime is `awslambdaric`, so no Docker is needed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from platform import machine
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.figures import Figure
from benchmarks.handler import surroundings
from benchmarks.servers import HOST, serving

RUNS = 9
PATIENCE_SECONDS = 20
PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / ".aws-sam" / "build"
PORT = 18_080
BASELINE = "boto3, requests, two clients"

_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKE = re.compile(r"INVOKE RTDONE\(.*duration: ([\d.]+)ms\)")

SIMPLEST = """
import boto3, requests
dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
def lambda_handler(event, context):
    return {}
"""


def measure() -> list[Figure]:
    """The built function beside one that only imports and makes clients; both with the same compiled layers."""
    if not BUILD.exists():
        raise SystemExit(f"{BUILD} is missing; `make build` makes it")
    with serving("cloud") as cloud, tempfile.TemporaryDirectory() as folder:
        simplest = Path(folder)
        (simplest / "simplest.py").write_text(SIMPLEST, encoding="utf-8")
        environment = os.environ | surroundings(cloud)
        functions = {
            "ours": (BUILD / "DeliverFunction", "deliver.app.lambda_handler"),
            BASELINE: (simplest, "simplest.lambda_handler"),
        }
        inits: dict[str, list[float]] = {name: [] for name in functions}
        both: dict[str, list[float]] = {name: [] for name in functions}
        for run in range(RUNS + 1):
            for name, (root, handler) in functions.items():
                init, invoke = _durations(root, handler, environment)
                if run:
                    inits[name].append(init)
                    both[name].append(init + invoke)
    return [
        _figure("init of the built deliver (INIT REPORT)", inits),
        _figure("the same with its first invocation, of an empty batch, which makes the clients", both),
    ]


def _figure(measurement: str, spent: dict[str, list[float]]) -> Figure:
    ours = spent.pop("ours")
    return Figure(
        measurement=measurement,
        unit="ms",
        ours=ours,
        baselines=spent,
        against=BASELINE,
        must=1.15,
        aim=1.0,
        note="layers and functions compiled; boto3 is this machine's, compiled too",
    )


def _durations(root: Path, handler: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds of the init, and of the first invocation."""
    with _emulated(root, handler, environment) as log:
        _invoke()
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            text = log.read_text(encoding="utf-8")
            init, invoke = _INIT.search(text), _INVOKE.search(text)
            if init and invoke:
                return float(init[1]), float(invoke[1])
            time.sleep(0.05)
    raise AssertionError(text)


@contextmanager
def _emulated(root: Path, handler: str, environment: Mapping[str, str]) -> Iterator[Path]:
    layers = [BUILD / name / "python" for name in ("DependenciesLayer", "RingbackLayer")]
    emulator = next(
        (PROJECT / ".tools" / "sam" / "lib").glob(f"*/site-packages/samcli/local/rapid/*-{_architecture()}")
    )
    with tempfile.TemporaryDirectory() as folder:
        executable = shutil.copy(emulator, folder)
        Path(executable).chmod(0o755)
        log = Path(folder, "log")
        command = [executable, "--runtime-interface-emulator-address", f"{HOST}:{PORT}", "--log-level", "info"]
        command += [sys.executable, "-m", "awslambdaric", handler]
        paths = os.pathsep.join(map(str, (root, *layers)))
        with log.open("w") as output:
            process = subprocess.Popen(  # noqa: S603 - the emulator that aws-sam-cli brought
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=root,
                env={**environment, "PYTHONPATH": paths},
                start_new_session=True,
            )
        try:
            yield log
        finally:
            os.killpg(process.pid, 9)
            process.wait()


def _invoke() -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(
                f"http://{HOST}:{PORT}/2015-03-31/functions/function/invocations", b'{"Records":[]}', timeout=30
            ) as answer:
                answer.read()
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _architecture() -> str:
    return "arm64" if machine() in ("arm64", "aarch64") else "x86_64"
