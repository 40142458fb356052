"""The outside of a function on 127.0.0.1: AWS, which is moto behind a socket, and the customers' receivers.

Every request of a function is one step; the script says what goes wrong there. The state is in this process, so that a
function that is killed leaves it as it would leave AWS.
"""

import json
import os
import re
import signal
import socket
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from local.demo.receiver import Request, read_request
from local.invocation import AWS_ACCESS, REGION, api_variables
from tests.chaos.steps import BATCHES, RECEIVER, Act, Script, Step, passes
from tests.integration.receivers import Receiver
from tests.integration.stack import Stack, deployed, moto_answer

ERRORS = {
    Act.REFUSE: (400, "AccessDeniedException"),
    Act.THROTTLE: (400, "ThrottlingException"),
    Act.BREAK: (500, "InternalServerError"),
}
"""Answers of AWS that are errors: status and code."""

HOSTS = {"ses": "email"}
"""Services whose host has another name than their signatures."""

EMPTY: Mapping[str, dict[str, Any]] = {
    "BatchGetItem": {"Responses": {}},
    "BatchWriteItem": {},
    "BatchExecuteStatement": {"Responses": []},
    "SendMessageBatch": {"Successful": []},
}
"""What batch calls answer that did nothing."""

CONDITIONAL = re.compile(rb'"ConditionExpression"|"INSERT INTO ')
"""Writes that could fail against themselves when they are sent again."""

NOT_DONE = frozenset({Act.KILL_BEFORE, Act.REFUSE, Act.THROTTLE, Act.BREAK, Act.RESET, Act.HANG})
NOT_ANSWERED = frozenset({Act.KILL_BEFORE, Act.KILL_DONE, Act.RESET, Act.LOSE})


@dataclass(slots=True, kw_only=True)
class World:
    """One stack with its receivers, and a script of what goes wrong."""

    stack: Stack
    aws: Receiver
    customers: Receiver
    script: Script = passes
    victim: int | None = None
    """The process that is killed."""
    steps: list[Step] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)
    """Requests that receivers got, by their `webhook-id`."""
    received: list[tuple[str, Request]] = field(default_factory=list)
    """The same with their paths."""
    queued: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Entries that wait on queues, by the queue's name."""
    taken: list[Step] = field(default_factory=list)
    """Calls of AWS that were done, whatever came of their answers."""
    shown: list[str] = field(default_factory=list)
    """Signing secrets that customers were shown."""
    healthy: bool = False
    """Whether every receiver answers with 200, whatever its path says."""
    _moto: Lock = field(default_factory=Lock)
    _counting: Lock = field(default_factory=Lock)

    @property
    def environment(self) -> dict[str, str]:
        """What a function is started with."""
        return self.stack.environment | {
            **AWS_ACCESS,
            "AWS_ENDPOINT_URL": self.endpoint,
            **api_variables(REQUESTS_PER_SECOND="1000", BURST="1000"),
            "RETRIES_QUEUE_URL": f"{self.endpoint}/123456789012/Retries",
            "DEAD_LETTERS_URL": f"{self.endpoint}/123456789012/DeadLetters",
        }

    @property
    def endpoint(self) -> str:
        """Where AWS is."""
        return f"http://127.0.0.1:{self.aws.port}"

    def url(self, path: str) -> str:
        """A receiver that does what the first word of *path* says: ok, down, later, gone."""
        return f"http://127.0.0.1:{self.customers.port}/{path}"

    def begins(self, script: Script, victim: int | None = None) -> None:
        """From now on *script* says what goes wrong; steps are counted from 1 on."""
        with self._counting:
            self.steps.clear()
            self.script, self.victim = script, victim

    def dead(self) -> list[dict[str, Any]]:
        """What lies in the dead letters."""
        return self.queued.get("DeadLetters", [])

    def mails(self) -> int:
        """Mails for customers that SES took."""
        return sum(step.operation == "outbound-emails" for step in self.taken)

    def serve_aws(self, receiver: Receiver, sock: socket.socket) -> None:
        """Answer one connection of a client of AWS."""
        while (request := read_request(sock)) is not None:
            service, operation = _called(request)
            act = self._step(service, operation, is_conditional=CONDITIONAL.search(request.body) is not None)
            if act is Act.PARTIAL and operation not in BATCHES:
                act = Act.PASS
            answer = b"" if act in NOT_DONE else self._done(service, operation, request, partial=act is Act.PARTIAL)
            if act in ERRORS:
                answer = _error(*ERRORS[act])
            self._goes_on(receiver, sock, act, answer)

    def serve_customer(self, receiver: Receiver, sock: socket.socket) -> None:
        """Answer one connection of `deliver`."""
        while (request := read_request(sock)) is not None:
            path = request.line.split(" ")[1]
            act = self._step(RECEIVER, path.split("/")[1])
            if act not in NOT_DONE:
                with self._counting:
                    self.arrived[request.headers.get("webhook-id", "")] += 1
                    self.received.append((path, request))
            self._goes_on(receiver, sock, act, self._reply(path))

    def _reply(self, path: str) -> bytes:
        kind = "ok" if self.healthy else path.split("/")[1]
        status, header = {
            "down": ("503 Down", ""),
            "later": ("503 Later", "Retry-After: 3600\r\n"),
            "gone": ("410 Gone", ""),
        }.get(kind, ("200 OK", ""))
        return f"HTTP/1.1 {status}\r\n{header}Content-Length: 2\r\n\r\nok".encode()

    def _step(self, service: str, operation: str, *, is_conditional: bool = False) -> Act:
        with self._counting:
            number = len(self.steps) + 1
            step = Step(number=number, service=service, operation=operation, is_conditional=is_conditional)
            self.steps.append(step)
            return self.script(step)

    def _goes_on(self, receiver: Receiver, sock: socket.socket, act: Act, answer: bytes) -> None:
        if act in {Act.KILL_BEFORE, Act.KILL_DONE} and self.victim is not None:
            os.kill(self.victim, signal.SIGKILL)
        if act in NOT_ANSWERED:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionResetError
        if act in {Act.HANG, Act.MUTE}:
            with suppress(OSError):
                sock.recv(1)  # until the client gives up
            raise ConnectionResetError
        if not receiver.stopped.is_set():
            sock.sendall(answer)

    def _done(self, service: str, operation: str, request: Request, *, partial: bool) -> bytes:
        """Do what *request* asks for; a *partial* one by half."""
        body = request.body
        rest: dict[str, Any] = {}
        if partial:
            asked, rest = _halved(operation, json.loads(body))
            if not asked:
                return _http(200, json.dumps(_with(EMPTY[operation], rest)).encode())
            body = json.dumps(asked).encode()
        self.taken.append(Step(number=0, service=service, operation=operation))
        with self._moto:
            status, kind, answer = _moto(service, request, body)
            if operation == "SendMessageBatch" and status == 200:
                self._queue(json.loads(body), json.loads(answer))
        if rest and status == 200:
            answer = json.dumps(_with(json.loads(answer), rest))
        return _http(status, answer.encode(), kind)

    def _queue(self, asked: Mapping[str, Any], answered: Mapping[str, Any]) -> None:
        taken = {entry["Id"] for entry in answered.get("Successful", [])}
        name = asked["QueueUrl"].rsplit("/", 1)[1]
        self.queued.setdefault(name, []).extend(entry for entry in asked["Entries"] if entry["Id"] in taken)


def _called(request: Request) -> tuple[str, str]:
    """The service and the operation, as the signature and the headers of a call name them."""
    headers = request.headers
    service = headers["authorization"].split("/")[3]
    target = headers.get("x-amz-target", "")
    return service, target.rpartition(".")[2] or request.line.split(" ")[1].rpartition("/")[2]


def _moto(service: str, request: Request, body: bytes) -> tuple[int, str, str]:
    status, headers, text = moto_answer(request, f"{HOSTS.get(service, service)}.{REGION}.amazonaws.com", body)
    return status, headers.get("x-amzn-errortype", "") if status >= 400 else "", text


def _with(answer: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """*answer* to what was done, and *rest*; statements are answered in their order."""
    if isinstance(answer.get("Responses"), list):
        return answer | {"Responses": [*answer["Responses"], *rest["Responses"]]}
    return answer | rest


def _halved(operation: str, asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The half of a call that is done, empty where it asks for one thing, and what its answer says of the rest."""
    if operation == "SendMessageBatch":
        entries = asked["Entries"]
        half = len(entries) // 2
        failed = [{"Id": one["Id"], "SenderFault": False, "Code": "InternalError"} for one in entries[half:]]
        return (asked | {"Entries": entries[:half]} if half else {}), {"Failed": failed}
    if operation == "BatchExecuteStatement":
        entries = asked["Statements"]
        half = len(entries) // 2
        refused = {"Error": {"Code": "ThrottlingError", "Message": "busy"}}
        return ({"Statements": entries[:half]} if half else {}), {"Responses": [refused] * (len(entries) - half)}
    wanted, rest_name = asked["RequestItems"], "UnprocessedItems"
    if operation == "BatchGetItem":
        wanted, rest_name = {name: keys["Keys"] for name, keys in wanted.items()}, "UnprocessedKeys"
    done = {name: some[: len(some) // 2] for name, some in wanted.items()}
    rest = {name: some[len(some) // 2 :] for name, some in wanted.items()}
    if operation == "BatchGetItem":
        done, rest = (
            {name: {**asked["RequestItems"][name], "Keys": some} for name, some in half.items() if some}
            for half in (done, rest)
        )
    done = {name: some for name, some in done.items() if some}
    return ({"RequestItems": done} if done else {}), {rest_name: rest}


def _error(status: int, code: str) -> bytes:
    return _http(status, json.dumps({"__type": code, "message": "a fault of the campaign"}).encode(), code)


def _http(status: int, body: bytes, error: str = "") -> bytes:
    named = f"x-amzn-errortype: {error}\r\n" if error else ""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.0\r\n{named}Content-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


@contextmanager
def world() -> Iterator[World]:
    """A new world, with nothing in it."""
    with deployed() as stack, Receiver() as aws, Receiver() as customers:
        made = World(stack=stack, aws=aws, customers=customers)
        aws.behaviour, customers.behaviour = made.serve_aws, made.serve_customer
        yield made
