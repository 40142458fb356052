"""docs/api.md, read by a person who pastes every line of it."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from api.app import api as application
from api.gateway.openapi import EXAMPLES
from api.schemas.callbacks import URL
from api.schemas.deliveries import DELIVERY_ID
from ringback.catalog.payload import CATALOGUE
from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome, delivery_id
from tests.integration.calling import ACCOUNT, NOW, Api
from tests.integration.certificates import Authority
from tests.integration.gateway import TOKEN, listening
from tests.integration.receivers import Receiver
from tools.api_page import PATH, SETTINGS

NUMBER = "3215551212"
GONE = Attempt(
    number=1,
    at=NOW + timedelta(milliseconds=1_204),
    reason=AttemptReason.EVENT,
    outcome=Outcome.GONE,
    status=410,
    milliseconds=87,
    detail="HTTP 410",
    excerpt="Gone",
    method="POST",
    url="https://my.example.com/hook",
    headers={"content-type": "text/plain", "server": "nginx"},
)
BACKLOGS = re.compile(
    r"### (\w+) (\S+)\n(?:(?!\n### ).)*?```sh\n(curl .*?)\n```\n\n`(\d+)`\n\n```json\n(.*?)\n```", re.DOTALL
)
FORMS = (
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    re.compile(r"[0-9a-f]{32}"),
    re.compile(r"test-[0-9a-f]{16}"),
    re.compile(r"(https://[\w.-]+|\.\./\.\.)/console#session=[\w-]+\.[\w-]{43}"),
    re.compile(r"whsec_[A-Za-z0-9+/]{43}="),
)
"""Texts that are others each time: they are compared by their form."""

HOST = "https://my.example.com"
"""Of the page's callbacks; what really sends, sends to a receiver of the test's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """One request of the page, and its answer."""

    verb: str
    path: str
    curl: str
    status: int
    answer: Any

    @property
    def operation(self) -> str:
        """Its name in the document."""
        name: str = application.document(SETTINGS)["paths"][self.path][self.verb.lower()]["operationId"]
        return name

    @property
    def starts_from_nothing(self) -> bool:
        """Whether it sets what the page's other lines find set."""
        return self.operation.startswith(("set_", "create_"))


LINES_OF_THE_PAGE = [
    Backlog(verb=verb, path=path, curl=curl, status=int(status), answer=json.loads(answer))
    for verb, path, curl, status, answer in BACKLOGS.findall(PATH.read_text(encoding="utf-8"))
]


def failed(kind: str, event_id: str, *, fonenumber: str = "") -> Delivery:
    """A delivery of the catalogue's example whose one attempt was answered with 410."""
    data = CATALOGUE[kind].example
    event = Event(kind=kind, account=ACCOUNT, fonenumber=fonenumber, id=event_id, time=NOW, data=data)
    return Delivery(
        id=delivery_id(event),
        event=event,
        created=NOW + timedelta(milliseconds=1_190),
        status=DeliveryStatus.FAILED,
        attempts=(GONE,),
        tries=1,
        reason=AttemptReason.RETRY,
    )


OF_THE_NUMBER = failed("messages/receive_notify", "0c4055acc5cc2736d818c96f4421b2f5", fonenumber=NUMBER)
OF_THE_ACCOUNT = failed("accounts/cdr_notify", "1795455360.1187")


def furnish(api: Api) -> None:
    """What the page's introduction says that the account has."""
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, "type": "Callback", "url": URL, "method": "GET"})
    api.post("/v2/accounts/cdr_notify", {"method": "JSON", "url": "https://my.example.com/cdr"})
    api.post("/v2/accounts/signing_secret")
    api.put("/v2/accounts/contact", {"email": "name@example.com"})
    api.stack.deliveries().record([OF_THE_NUMBER, OF_THE_ACCOUNT], parked=lambda _: False)


@pytest.fixture(autouse=True, scope="module")
def trusted(authority: Authority) -> Iterator[None]:
    """The API's own attempts trust the tests' authority."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("ringback.http.tls.default_authorities", lambda: authority.file)
        yield


@pytest.fixture(scope="module")
def address(shared_api: Api) -> Iterator[str]:
    """Where the API listens."""
    with listening(shared_api) as address:
        yield address


def empty(api: Api) -> None:
    for table, sort in (("CALLBACKS_TABLE", "event"), ("DELIVERIES_TABLE", "delivery")):
        for item in api.stack.items(table):
            key = {"owner": item["owner"], sort: item[sort]}
            api.stack.dynamodb.delete_item(TableName=api.stack.environment[table], Key=key)


def pasted(line: Backlog, address: str, receivers: Mapping[str, Receiver]) -> tuple[int, Any]:
    """What a shell makes of *line*; *receivers* are for the operations that send."""
    receiver = receivers.get(line.operation)
    host = receiver.text_url.removesuffix("/hook") if receiver else HOST
    curl = line.curl.replace(HOST, host)
    delivery = OF_THE_NUMBER if "{fonenumber}" in line.path else OF_THE_ACCOUNT
    variables = {"API": address, "TOKEN": TOKEN, "DELIVERY": delivery.id, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    shell = ["sh", "-c", f"{curl} --silent --show-error --noproxy '*' --write-out '\n%{{http_code}}'"]
    done = subprocess.run(shell, env=variables, check=True, capture_output=True, text=True, timeout=30)  # noqa: S603
    text, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(text.replace(host, HOST))


def differences(shown: Any, answered: Any, where: str = "") -> Iterator[str]:
    """Where an answer is not what the page shows."""
    match shown, answered:
        case dict(), dict():
            if list(shown) != list(answered):
                yield f"{where}: {list(shown)}, answered {list(answered)}"
            for name in shown.keys() & answered.keys():
                yield from differences(shown[name], answered[name], f"{where}.{name}")
        case list(), list():
            if len(shown) != len(answered) and where != ".events":  # of the catalogue, it shows the first
                yield f"{where}: {len(shown)} entries, answered {len(answered)}"
            for number, (one, other) in enumerate(zip(shown, answered, strict=False)):
                yield from differences(one, other, f"{where}[{number}]")
        case str(), str() if any(form.fullmatch(shown) and form.fullmatch(answered) for form in FORMS):
            pass
        case int(), int() if where.endswith(".milliseconds"):
            pass
        case _:
            if shown != answered:
                yield f"{where}: {shown!r}, answered {answered!r}"


@pytest.mark.parametrize("line", LINES_OF_THE_PAGE, ids=lambda line: f"{line.verb} {line.path}")
def test_a_line_of_the_page_answers_what_the_page_shows(
    shared_api: Api, address: str, receiver: Receiver, secure_receiver: Receiver, line: Backlog
) -> None:
    empty(shared_api)
    if not line.starts_from_nothing:
        furnish(shared_api)

    status, answer = pasted(line, address, {"test": receiver, "test_cdr_notify": secure_receiver})

    assert (status, list(differences(line.answer, answer))) == (line.status, [])


PROBLEMS: dict[HTTPStatus, tuple[str, str, dict[str, Any]]] = {
    HTTPStatus.BAD_REQUEST: (
        *("POST", "/v2/messages/receive_notify"),
        {"form": {"fonenumber": NUMBER, "type": "Callback", "method": "PATCH", "url": HOST}},
    ),
    HTTPStatus.UNAUTHORIZED: ("GET", "/v2/fonenumbers", {"account": None}),
    HTTPStatus.NOT_FOUND: ("GET", f"/v2/fonenumbers/{NUMBER}/deliveries/{DELIVERY_ID}", {}),
    HTTPStatus.CONFLICT: ("POST", f"/v2/fonenumbers/{NUMBER}/deliveries/{OF_THE_NUMBER.id}/redeliver", {}),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("PUT", "/v2/accounts/contact", {"raw": b" " * 1_048_576}),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        *("PUT", "/v2/accounts/contact"),
        {"raw": b"<email/>", "headers": {"content-type": "text/xml"}},
    ),
}
"""How each is provoked, in an account that has no callback; 429 has its own test, and 500 and 503 are ours."""


@pytest.mark.parametrize("status", PROBLEMS, ids=int)
def test_a_problem_s_example_is_what_the_api_says(shared_api: Api, status: HTTPStatus) -> None:
    empty(shared_api)
    if status is HTTPStatus.CONFLICT:
        shared_api.stack.deliveries().record([OF_THE_NUMBER], parked=lambda _: False)
    verb, url, options = PROBLEMS[status]

    answered = shared_api.call(verb, url, **options)

    assert (answered.status, answered.message) == (status, EXAMPLES[status])


def test_every_operation_has_its_line() -> None:
    documented = {
        (verb.upper(), path) for path, verbs in application.document(SETTINGS)["paths"].items() for verb in verbs
    }

    assert {(line.verb, line.path) for line in LINES_OF_THE_PAGE} == documented


@pytest.mark.parametrize(
    ("delivery", "path"),
    [
        (OF_THE_NUMBER, "/v2/fonenumbers/{fonenumber}/deliveries/{delivery}"),
        (OF_THE_ACCOUNT, "/v2/accounts/deliveries/{delivery}"),
    ],
)
def test_the_example_s_id_is_that_of_its_event(delivery: Delivery, path: str) -> None:
    [line] = [line for line in LINES_OF_THE_PAGE if (line.verb, line.path) == ("GET", path)]

    assert line.answer["delivery"]["id"] == delivery.id
