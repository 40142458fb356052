"""Calling the API as API Gateway does: HTTP API, payload 2.0."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from api import app, environment
from api.gateway.cursor import CURSOR_PURPOSE, Cursors
from api.gateway.session_route import SESSION_ROUTE
from local.invocation import Context, api_variables
from tests.integration.stack import Stack, client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
ACCOUNT = "1000001"
OTHER_ACCOUNT = "2000002"


async def loopback(*_: object) -> tuple[str, ...]:
    """What stands in for `Resolver.addresses` where every host is to lead to this machine."""
    return ("127.0.0.1",)


@dataclass(slots=True, kw_only=True)
class Moments:
    """A clock that the test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **units: float) -> None:
        """So much time goes by."""
        self.now += timedelta(**units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as a client sees it."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def message(self) -> str:
        """Of an error, which has its three fields and no more."""
        body = self.json
        assert set(body) == {"error", "message", "status_code"}, body
        assert body["status_code"] == self.status
        return str(body["message"])


@dataclass(slots=True, kw_only=True)
class Api:
    """The deployed API, with its execution environment at hand."""

    stack: Stack
    clock: Moments = field(default_factory=Moments)

    @property
    def parts(self) -> environment.Environment:
        made: environment.Environment = vars(app)["environment"]()
        return made

    def call(  # noqa: PLR0913 - the parts of a request
        self,
        verb: str,
        url: str,
        body: object = None,
        *,
        form: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        account: str | None = ACCOUNT,
        raw: bytes | None = None,
    ) -> Answered:
        """Make a request; *body* becomes JSON, *form* a form, *raw* is handed on as API Gateway does."""
        event = request(verb, url, headers=dict(headers or {}), account=account)
        if body is not None:
            event |= {"body": body if isinstance(body, str) else json.dumps(body)}
            event["headers"].setdefault("content-type", "application/json")
        if form is not None:
            encoded = form if isinstance(form, str) else urlencode(form)
            event |= {"body": base64.b64encode(encoded.encode()).decode(), "isBase64Encoded": True}
            event["headers"]["content-type"] = "application/x-www-form-urlencoded"
        if raw is not None:
            event |= handed_on(raw, event["headers"].get("content-type", ""))
        context = cast("LambdaContext", Context(function_name="api"))
        return answered(app.lambda_handler(event, context))

    def get(self, url: str, **options: Any) -> Answered:
        return self.call("GET", url, **options)

    def post(self, url: str, body: object = None, **options: Any) -> Answered:
        return self.call("POST", url, body, **options)

    def put(self, url: str, body: object = None, **options: Any) -> Answered:
        return self.call("PUT", url, body, **options)


def request(verb: str, url: str, *, headers: dict[str, str], account: str | None) -> dict[str, Any]:
    """The event of a request without a body; its token has *account* in the claim."""
    parts = urlsplit(url)
    authorizer = {} if account is None else {"authorizer": {"jwt": {"claims": {"account_id": account}, "scopes": None}}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": SESSION_ROUTE if parts.path.startswith("/session/") else "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            "http": {"method": verb, "path": parts.path, "sourceIp": "192.0.2.1", "userAgent": "test"},
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": 1795455360000,
            **authorizer,
        },
        "isBase64Encoded": False,
    }
    names: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        names[name] = f"{names[name]},{value}" if name in names else value
    return event | ({"queryStringParameters": names} if names else {})


def handed_on(body: bytes, content_type: str) -> dict[str, Any]:
    """A body in the event of an HTTP API: as text where its type is text, in base64 otherwise."""
    name = content_type.partition(";")[0].strip().lower()
    if name.startswith("text/") or name in {"application/json", "application/xml", "application/javascript"}:
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def answered(answer: Mapping[str, Any]) -> Answered:
    """What API Gateway makes of a function's *answer*."""
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    text = answer["body"] or ""
    if answer.get("isBase64Encoded"):
        raw = base64.b64decode(text)
        text = (gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw).decode()
    return Answered(status=answer["statusCode"], headers=headers, text=text)


def cursors_of(api: Api) -> Cursors:
    """Cursors as the stack itself makes them."""
    return Cursors(lambda: api.parts.service_key.derived(CURSOR_PURPOSE, api.clock()))


@contextmanager
def calling(stack: Stack, **variables: str) -> Iterator[Api]:
    """The API over JWT, in a fresh execution environment whose clock stands until it is moved.

    Requests are counted only where *variables* have a BURST: moto takes ten times as long for that as for the rest.
    """
    clock = Moments()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(environment, "client", client)
        made = environment.Environment(stack.environment | api_variables(**variables), clock=clock)
        monkeypatch.setattr(app, "environment", lambda: made)
        if "BURST" not in variables:
            monkeypatch.setattr(made.rate, "take", lambda *_: None)
        yield Api(stack=stack, clock=clock)
        made.close()


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    """The API on a stack of its own."""
    with calling(stack) as api:
        yield api


@pytest.fixture(scope="module")
def shared_api(shared_stack: Stack) -> Iterator[Api]:
    """The API on the module's stack."""
    with calling(shared_stack) as api:
        yield api
