"""What is a fault of ours, and what our log says of it and of everything else."""

import json
import logging

import pytest

from tests.integration.calling import Api

SECRET = "planted-password"
NUMBER_PATH = "/v2/fonenumbers/3215551212"
SET = {"fonenumber": "3215551212", "type": "Callback", "url": f"https://a.example.com/?{SECRET}", "method": "GET"}


def lines(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, object]]:
    return [vars(line) for line in caplog.records if line.message == message]


def test_every_request_is_one_line_without_bodies_and_queries(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.post("/v2/messages/receive_notify", SET)
    api.get(f"{NUMBER_PATH}/deliveries?event={SECRET}")
    api.get(f"/v2/{SECRET}")
    api.get("/v2/events", account=None)

    assert [(line["route"], line["account"], line["status"]) for line in lines(caplog, "api.called")] == [
        ("POST /v2/messages/receive_notify", "1000001", 200),
        ("GET /v2/fonenumbers/{fonenumber}/deliveries", "1000001", 400),
        (None, None, 404),
        ("GET /v2/events", None, 401),
    ]
    assert SECRET not in json.dumps([vars(line) for line in caplog.records], default=str)


def test_a_fault_of_ours_says_no_more_than_that_it_is_one(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:

        def explode(*_: object) -> None:
            raise ZeroDivisionError(SECRET)

        monkeypatch.setattr(api.parts.numbers, "shown", explode)
        answer = api.get(NUMBER_PATH)

    assert (answer.status, answer.message) == (500, "internal error; quote this request's id")
    [line] = [line for line in caplog.records if line.message == "api.failed"]
    assert (line.levelno, vars(line)["fault"], vars(line)["where"][-1][:7]) == (
        logging.ERROR,
        "ZeroDivisionError",
        "explode",
    )
    assert SECRET not in json.dumps([vars(line) for line in caplog.records], default=str)


def test_a_table_out_of_reach_is_worth_another_try(api: Api) -> None:
    api.stack.dynamodb.delete_table(TableName=api.stack.environment["CALLBACKS_TABLE"])

    answer = api.get(NUMBER_PATH)

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert answer.message == "temporarily unavailable; try again"
