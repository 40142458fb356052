"""A page of the platform's calls the API from a browser, as far as MiniStack does what API Gateway does.

It answers preflights before it looks at any route; AWS looks at `PreflightRoute` (tests/unit/template).
"""

import pytest
import requests

from local.aws.cloud import Cloud
from local.aws.stack import PARAMETERS
from tests.e2e.access import ON_THE_OPEN_ONE

pytestmark = ON_THE_OPEN_ONE  # API Gateway alone has a part in it

ORIGIN = PARAMETERS["AllowedOrigins"]


def asked(cloud: Cloud, verb: str, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(verb, f"{cloud.api}/v2/fonenumbers", headers=named, timeout=30)


def test_a_preflight_is_answered_without_a_token(cloud: Cloud) -> None:
    answer = asked(
        cloud,
        "OPTIONS",
        origin=ORIGIN,
        access_control_request_method="PUT",
        access_control_request_headers="content-type,token",
    )

    assert answer.ok
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "PUT" in answer.headers["access-control-allow-methods"].split(",")
    assert {"content-type", "token"} <= set(answer.headers["access-control-allow-headers"].split(","))
    assert "access-control-allow-credentials" not in answer.headers


def test_a_page_still_needs_a_token(cloud: Cloud) -> None:
    refused = asked(cloud, "GET", origin=ORIGIN)
    answer = asked(cloud, "GET", origin=ORIGIN, token=str(cloud.token))

    assert refused.status_code == 401
    assert answer.ok
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-expose-headers"] == "retry-after"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3001", "null"])
def test_other_pages_are_told_nothing(cloud: Cloud, origin: str) -> None:
    preflight = asked(cloud, "OPTIONS", origin=origin, access_control_request_method="GET")
    answer = asked(cloud, "GET", origin=origin, token=str(cloud.token))

    for one in (preflight, answer):
        assert "access-control-allow-origin" not in one.headers
