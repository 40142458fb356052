"""The built functions under Lambda's own runtime: every payload of events/, and what is wrong with a function."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from local.aws.cloud import Cloud
from local.aws.daemon import HOST
from local.aws.functions import Function, function, names
from local.aws.ministack import any_free
from local.aws.runtime import READY_SECONDS, TIMED_OUT, Runtime, emulated
from local.demo.receiver import Receiver
from local.invoke import answerable, invoke
from local.paths import PROJECT, Paths
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.customer import FONENUMBER, Customer, dead_letters, eventually
from tests.payloads import ACCOUNT, CASES, EVENTS, FILES, INLINE, payloads

pytestmark = ON_THE_OPEN_ONE

type Runtimes = Callable[[str], Runtime]


@pytest.fixture(autouse=True)
def _on_the_open_one(access: str) -> None:
    """The emulator's functions have no roles."""
    del access


@pytest.fixture(scope="module")
def runtimes(cloud: Cloud, paths: Paths) -> Iterator[Runtimes]:
    """One emulator for each function, started when it is asked for."""
    with ExitStack() as running:
        yield cache(lambda name: running.enter_context(emulated(function(name, paths, cloud))))


def text_of(name: str, customer: Customer) -> str:
    """A payload that is about *customer*."""
    return (EVENTS / name).read_text(encoding="utf-8").replace(ACCOUNT, customer.account)


def returned(runtime: Runtime, payload: str) -> Any:
    answer = runtime.invoke(payload.encode())
    assert not answer.error, answer
    return json.loads(answer.payload)


@pytest.mark.parametrize("name", payloads()["DeliverFunction"])
def test_deliver_does_with_each_payload_what_its_row_says(
    runtimes: Runtimes, customer: Customer, receiver: Receiver, name: str
) -> None:
    """A receipt goes to a port where nobody listens; a call record has no callback, and a retry no delivery."""
    case = CASES[name]
    if case.fonenumber and case.fields:
        place = {"url": receiver.url + case.fields["url"]} if "url" in case.fields else {}
        customer.wants(case.kind, **{**case.fields, **place})
    payload = text_of(name, customer).replace(INLINE, f"https://{HOST}:{any_free()}")
    payload = payload.replace(case.fonenumber or FONENUMBER, FONENUMBER)

    assert returned(runtimes("DeliverFunction"), payload) == {"batchItemFailures": []}

    sent = [(one.request.line, one.request.body) for one in receiver.exchanges]
    if name not in ("message-receipt.json", "call-record.json", "retry.json"):
        assert sorted(sent) == sorted((line, about(body, case.fonenumber, customer)) for line, body in case.requests)
        assert customer.statuses() == ["delivered"] * (len(case.requests) + case.mails)
    assert len(dead_letters(customer.cloud, customer.account)) == len(case.buried)


def about(body: bytes, fonenumber: str, customer: Customer) -> bytes:
    return body.replace(fonenumber.encode(), FONENUMBER.encode()).replace(ACCOUNT.encode(), customer.account.encode())


@pytest.mark.parametrize("name", payloads()["RequeueFunction"])
def test_requeue_says_how_many_it_moved(runtimes: Runtimes, customer: Customer, name: str) -> None:
    assert returned(runtimes("RequeueFunction"), text_of(name, customer)).keys() == {"requeued"}


@pytest.mark.parametrize("name", payloads()["FeedbackFunction"])
def test_feedback_takes_each_report(runtimes: Runtimes, customer: Customer, name: str) -> None:
    """Those are about a callback that nobody has set here."""
    assert returned(runtimes("FeedbackFunction"), text_of(name, customer)) is None


def test_the_api_sets_reads_and_refuses(runtimes: Runtimes, customer: Customer) -> None:
    def answered(name: str) -> tuple[int, str]:
        answer = returned(runtimes("ApiFunction"), text_of(name, customer))
        return answer["statusCode"], answer["body"]

    status, body = answered("api-read.json")
    assert (status, "https://my.example.com/hook" in body) == (HTTPStatus.OK, False)
    assert answered("api-set.json")[0] == HTTPStatus.OK
    status, body = answered("api-read.json")
    assert (status, "https://my.example.com/hook" in body) == (HTTPStatus.OK, True)
    status, body = answered("api-typo.json")
    assert (status, "did you mean ((msg))?" in body) == (HTTPStatus.BAD_REQUEST, True)


def test_the_custom_resource_creates_and_deletes(runtimes: Runtimes, customer: Customer, receiver: Receiver) -> None:
    def told(name: str) -> str:
        payload = text_of(name, customer).replace("3215551206", FONENUMBER)
        asked = answerable(payload.encode(), receiver.url).decode()
        assert returned(runtimes("CallbackResourceFunction"), asked) is None
        return str(json.loads(receiver.exchanges[-1].request.body)["Status"])

    assert told("resource-create.json") == "SUCCESS"
    assert customer.callback("faxes/receive_notify")
    assert told("resource-delete.json") == "SUCCESS"
    assert customer.callback("faxes/receive_notify") is None


def test_every_function_has_a_payload_and_every_payload_is_run_here(paths: Paths) -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    by_row = {"DeliverFunction", "RequeueFunction", "FeedbackFunction"}
    others = chain(*(files for owner, files in payloads().items() if owner not in by_row))

    assert sorted(payloads()) == sorted(names(paths))
    assert sorted(chain(*payloads().values())) == FILES
    assert [name for name in others if f'"{name}"' not in here] == []


def test_make_invoke_gives_the_answer_that_went_to_cloudformation(cloud: Cloud, paths: Paths) -> None:
    """The resource of this payload was never made, so nothing is changed."""
    del cloud

    answer = invoke("CallbackResourceFunction", EVENTS / "resource-delete.json", paths)

    assert json.loads(answer.payload)["Status"] == "SUCCESS"
    assert "resource.changed" in answer.log[-1]


def test_what_a_handler_raises_is_the_error_of_the_answer_and_in_the_log(runtimes: Runtimes) -> None:
    answer = runtimes("DeliverFunction").invoke(b"{}")

    assert answer.error == "KeyError"
    assert any('"errorType": "KeyError"' in line for line in answer.log)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("DeliverFunction", "DEAD_LETTERS_URL"),
        ("RequeueFunction", "CALLBACKS_TABLE"),
        ("FeedbackFunction", "MAIL_CONFIGURATION"),
        ("ApiFunction", "BURST"),
        ("CallbackResourceFunction", "ALLOWED_NETWORKS"),
    ],
)
def test_without_a_variable_a_function_does_not_start_and_says_which_and_nothing_of_the_others(
    cloud: Cloud, paths: Paths, name: str, missing: str
) -> None:
    whole = function(name, paths, cloud)
    planted = {one: value if one.startswith("AWS_") else f"planted {one}" for one, value in whole.environment.items()}
    del planted[missing]

    with emulated(replace(whole, environment=planted)) as runtime:
        answer = runtime.invoke(b"{}")

    said = "\n".join((answer.payload, *answer.log))
    assert answer.error == "MissingVariable"
    assert json.loads(answer.payload)["requestId"] == ""  # at its start: no request has been handed over yet
    assert f"not set: {missing};" in said
    assert "planted" not in said


BROKEN = """
import os, time
def lambda_handler(event, context):
    print("began", event["do"])
    if event["do"] == "exit":
        os._exit(3)
    time.sleep(event["do"] == "sleep" and 9)
    return "well"
"""


@pytest.fixture
def broken(tmp_path: Path) -> Function:
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    seconds = {"AWS_LAMBDA_FUNCTION_TIMEOUT": "1"}
    return Function(handler="broken.lambda_handler", code=tmp_path, environment=seconds)


def test_a_function_that_ends_or_takes_too_long_has_failed_and_is_started_again(broken: Function) -> None:
    with emulated(broken) as runtime:
        answers = [runtime.invoke(json.dumps({"do": what}).encode()) for what in ("exit", "sleep", "work")]

    assert [answer.error for answer in answers] == ["Runtime.ExitError", TIMED_OUT, ""]
    assert [answer.log for answer in answers] == [("began exit",), ("began sleep",), ("began work",)]
    assert answers[-1].payload == '"well"'


HANGING = """
import fcntl, os, pathlib, time
def lambda_handler(event, context):
    with pathlib.Path(event["file"]).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{os.getppid()} ")
        file.flush()
        time.sleep(30)
"""
INVOKING = """
import sys
from pathlib import Path
from local import invoke
from local.aws.functions import Function
def hanging(name, places, cloud):
    return Function(handler=f"{name}.lambda_handler", code=Path(sys.argv[2]).parent)
invoke.running, invoke.Cloud.saved, invoke.function = bool, bool, hanging
invoke.main()
"""


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_make_invoke_leaves_nothing_behind_when_its_terminal_is_closed(tmp_path: Path, asked: signal.Signals) -> None:
    """The function has a file locked as long as it lives, and says there who has started it: the emulator."""
    (tmp_path / "hanging.py").write_text(HANGING, encoding="utf-8")
    file, event = tmp_path / "lives", tmp_path / "event.json"
    event.write_text(json.dumps({"file": str(file)}), encoding="utf-8")
    file.touch()
    signal.signal(asked, signal.SIG_DFL)  # whoever runs the tests under `nohup` hands an ignored SIGHUP down

    with subprocess.Popen([sys.executable, "-c", INVOKING, "hanging", str(event)], cwd=PROJECT) as process:  # noqa: S603
        emulator = int(eventually(file.read_text))
        process.send_signal(asked)
        status = process.wait(READY_SECONDS)

    with pytest.raises(ProcessLookupError):
        os.kill(emulator, signal.SIGTERM)
    assert eventually(lambda: is_unlocked(file))
    assert status == 128 + asked


def is_unlocked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
