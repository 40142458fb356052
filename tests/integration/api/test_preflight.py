"""Pages that call the API from a browser (CORS): API Gateway judges their origins, the function does not look."""

from typing import TYPE_CHECKING, cast

import pytest

from api import app
from api.dispatch import PREFLIGHT
from local.invocation import Context
from tests.integration.calling import Answered, Api, answered, request

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ASKS = {"origin": "https://app.example.com", "access-control-request-method": "POST"}


def preflight(path: str, route: str) -> Answered:
    event = request("OPTIONS", path, headers=dict(ASKS), account=None) | {"routeKey": route}
    return answered(app.lambda_handler(event, cast("LambdaContext", Context(function_name="api"))))


@pytest.mark.parametrize("path", ["/v2/messages/receive_notify", "/v2/events", "/nowhere"])
def test_a_preflight_is_good_and_tells_nothing(shared_api: Api, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """Of whatever path, without an account: it does nothing, and API Gateway adds what the browser asks for."""
    del shared_api

    answer = preflight(path, PREFLIGHT)

    assert (answer.status, answer.headers, answer.text) == (204, {}, "")
    assert caplog.records[-1].__dict__["route"] == PREFLIGHT


def test_without_that_route_options_is_a_verb_like_any_other(shared_api: Api) -> None:
    del shared_api

    answer = preflight("/v2/messages/receive_notify", "$default")

    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_an_origin_changes_no_answer(shared_api: Api) -> None:
    plain, asked = shared_api.get("/v2/events"), shared_api.get("/v2/events", headers=dict(ASKS))

    assert (asked.status, asked.headers, asked.text) == (plain.status, plain.headers, plain.text)
