"""Who may call, how often, and what they can never see."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ringback.models import build_owner
from tests.integration.calling import ACCOUNT, OTHER_ACCOUNT, Api, calling
from tests.integration.stack import Stack

NUMBER = "3215551212"


@pytest.fixture
def limited(stack: Stack) -> Iterator[Api]:
    """The API with the limits of the template."""
    with calling(stack, BURST="20") as api:
        yield api


def burst(api: Api, requests: int, account: str = ACCOUNT) -> list[int]:
    return [api.get("/v2/events", account=account).status for _ in range(requests)]


def test_a_token_without_an_account_is_401(api: Api) -> None:
    answer = api.get("/v2/events", account=None)

    assert (answer.status, answer.message) == (401, "token: missing; send it as a header")


def test_an_account_in_the_body_or_in_a_header_is_never_the_caller(api: Api) -> None:
    api.post(
        "/v2/messages/receive_notify",
        {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"},
        headers={"account": OTHER_ACCOUNT},
    )

    assert [item["owner"]["S"] for item in api.stack.items("CALLBACKS_TABLE")] == [build_owner(ACCOUNT, NUMBER)]


def test_with_iam_the_platform_names_the_account(stack: Stack) -> None:
    with calling(stack, AUTHORIZATION="iam") as api:
        missing = api.get("/v2/fonenumbers")
        assert (missing.status, missing.message[:16]) == (400, "account: missing")
        fields = {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"}
        api.post("/v2/messages/receive_notify", fields, headers={"account": "7"}, account=None)

        [number] = api.get("/v2/fonenumbers", headers={"account": "7"}, account=None).json["fonenumbers"]
        assert number["fonenumber"] == NUMBER
        blocks = api.get(f"/v2/fonenumbers/{NUMBER}", headers={"account": "8"}).json["fonenumber"]["message_options"]
        assert {block["type"] for block in blocks.values()} == {"None"}
        schemes = api.get("/v2/openapi.json", account=None).json["components"]["securitySchemes"]
        assert {scheme["name"] for scheme in schemes.values()} == {"Authorization", "account"}


def test_twenty_at_once_and_then_ten_a_second(limited: Api) -> None:
    assert burst(limited, 21) == [200] * 20 + [429]
    refused = limited.get("/v2/events")
    assert (refused.headers["retry-after"], refused.message) == (
        "1",
        "too many requests; the limit per account is 10 requests a second, in bursts of up to 20",
    )
    assert burst(limited, 1, OTHER_ACCOUNT) == [200]

    limited.clock.passes(seconds=1)
    assert burst(limited, 11) == [200] * 10 + [429]
    limited.clock.passes(seconds=10)
    assert burst(limited, 21) == [200] * 20 + [429]


def test_a_call_at_rest_costs_one_write(limited: Api) -> None:
    calls: list[str] = []
    limited.parts.rate._table.client.meta.events.register(  # noqa: SLF001 - what AWS is asked
        "before-call.dynamodb", lambda model, **_: calls.append(model.name), unique_id="count"
    )
    burst(limited, 1)
    limited.clock.passes(seconds=1)
    burst(limited, 1)
    limited.parts.rate._table.client.meta.events.unregister("before-call.dynamodb", unique_id="count")  # noqa: SLF001

    assert calls == ["UpdateItem"] * 2


def test_if_requests_cannot_be_counted_they_are_answered(limited: Api, caplog: pytest.LogCaptureFixture) -> None:
    limited.stack.dynamodb.delete_table(TableName=limited.stack.environment["CALLBACKS_TABLE"])

    assert burst(limited, 1) == [200]
    assert "request.uncounted" in [line.message for line in caplog.records]


def test_what_is_another_account_s_looks_as_if_it_were_not_there(api: Api) -> None:
    fields = {"fonenumber": NUMBER, "type": "Callback", "method": "JSON", "url": "https://my.example.com/"}
    api.post("/v2/messages/receive_notify", fields)
    path = f"/v2/fonenumbers/{NUMBER}"

    def seen(number_path: str) -> list[tuple[int, str]]:
        """What the other account gets for a number."""
        answers = [
            api.get(number_path, account=OTHER_ACCOUNT),
            api.get(f"{number_path}/deliveries", account=OTHER_ACCOUNT),
            api.post(f"{number_path}/messages/receive_notify/preview", account=OTHER_ACCOUNT),
            api.post(f"{number_path}/redeliver", {"since": "2026-01-01"}, account=OTHER_ACCOUNT),
        ]
        return [(answer.status, answer.text.replace(number_path[-10:], "N")) for answer in answers]

    assert seen(path) == seen("/v2/fonenumbers/3215559999")
    assert api.get("/v2/fonenumbers", account=OTHER_ACCOUNT).json["fonenumbers"] == []
    api.put(path, {"fonenumber": {}}, account=OTHER_ACCOUNT)
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, "type": None}, account=OTHER_ACCOUNT)
    assert api.get(path).json["fonenumber"]["message_options"]["receive_notify"]["type"] == "Callback"


def test_no_request_reads_a_key_of_another_account(limited: Api) -> None:
    """So there is nothing to guess, and nothing to time."""
    asked: list[tuple[str, str]] = []

    def note(params: dict[str, object], model: Any, **_: object) -> None:
        asked.append((model.name, repr(params["body"])))

    events = limited.parts.rate._table.client.meta.events  # noqa: SLF001 - what AWS is asked
    events.register("before-call.dynamodb", note, unique_id="note")
    path = f"/v2/fonenumbers/{NUMBER}"
    limited.get(path)
    limited.put(path, {"fonenumber": {"call_options": {"send_notify": {"type": "Email", "email": "a@example.com"}}}})
    limited.get("/v2/fonenumbers")
    limited.get(f"{path}/deliveries")
    limited.post(f"{path}/redeliver", {"since": "2026-01-01"})
    limited.post(f"{path}/calls/send_notify/test")
    limited.post("/v2/accounts/signing_secret")
    limited.get("/v2/accounts/contact")
    events.unregister("before-call.dynamodb", unique_id="note")

    for operation, body in asked:
        accounts = {*re.findall(r'"(\w+)#', body), *re.findall(r'":account": {"S": "(\w+)"}', body)}
        assert accounts == {ACCOUNT}, body
        assert operation != "Scan"


def test_the_documentation_is_open_and_nothing_else(api: Api) -> None:
    paths = api.get("/v2/openapi.json", account=None).json["paths"]

    statuses = {
        api.call(verb.upper(), path.replace("{", "").replace("}", ""), account=None).status
        for path, verbs in paths.items()
        for verb in verbs
    }

    assert statuses == {401}
    assert api.get("/docs", account=None).status == 200


def test_time_that_goes_back_does_no_harm(limited: Api) -> None:
    burst(limited, 5)
    limited.clock.now -= timedelta(seconds=1)

    assert burst(limited, 5) == [200] * 5
