"""A FoneStorm client on the local stack: it sets callbacks, sees what happened, and has it sent again."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from standardwebhooks import Webhook

from api.gateway.rate_limit import REQUESTS
from local.api import Api
from local.aws.cloud import Cloud
from local.demo.curl import lines, write_header
from local.demo.examples import SCENES
from local.demo.mailbox import letters
from local.demo.receiver import Receiver, Reply, Request
from local.issuer import issuer
from local.paths import Paths
from ringback.models import build_owner
from tests.e2e.customer import FONENUMBER, HELLO, Customer, eventually

NUMBER = f"/v2/fonenumbers/{FONENUMBER}"
CANCELLED = b'{"fonenumber":"3215551212","type":"None"}'
KINDS = [f"{group}/{name}" for group in ("messages", "calls", "faxes") for name in ("receive_notify", "send_notify")]


def set_six(api: Api, url: str, email: str) -> None:
    for kind in KINDS:
        wanted = {"type": "Callback", "method": "JSON", "url": f"{url}/{kind}"}
        if kind == "faxes/receive_notify":
            wanted = {"type": "Email", "email": email}
        api.call("POST", f"/v2/{kind}", {"fonenumber": "+1 (321) 555-1212"} | wanted)


def standing(number: dict[str, Any]) -> dict[str, str]:
    """The type of each of the six, by kind."""
    groups = {"message_options": "messages", "call_options": "calls", "fax_options": "faxes"}
    return {
        f"{groups[options]}/{name}": block["type"]
        for options, blocks in number["fonenumber"].items()
        if options in groups
        for name, block in blocks.items()
        if f"{groups[options]}/{name}" in KINDS
    }


@pytest.fixture
def token(cloud: Cloud, paths: Paths, customer: Customer) -> str:
    return issuer(paths, cloud.endpoint).token(customer.account)


@pytest.fixture
def api(cloud: Cloud, token: str) -> Iterator[Api]:
    """The API as the customer calls it."""
    caller = Api(str(cloud.api), token)
    yield caller
    caller.close()


def test_a_client_of_fonestorm_from_the_first_callback_to_a_redelivery(
    api: Api, cloud: Cloud, customer: Customer, receiver: Receiver
) -> None:
    """Six set, read back, put back, one cancelled; then events, verified; then one that failed is sent again."""
    email = f"owner.{customer.account}@example.com"
    secret = api.call("POST", "/v2/accounts/signing_secret")["signing_secret"]["secret"]
    set_six(api, receiver.url, email)
    number = api.call("GET", NUMBER)
    assert "None" not in standing(number).values()
    assert api.call("PUT", NUMBER, number) == number
    assert api.call("GET", NUMBER) == number
    assert [one["fonenumber"] for one in api.call("GET", "/v2/fonenumbers")["fonenumbers"]] == [FONENUMBER]
    api.call("POST", "/v2/calls/send_notify", {"fonenumber": FONENUMBER, "type": "None"})
    cancelled = api.call("GET", NUMBER)
    assert [kind for kind, type_ in standing(cancelled).items() if type_ == "None"] == ["calls/send_notify"]
    assert cancelled["fonenumber"]["call_options"]["send_notify"] == dict.fromkeys(
        ("type", "email", "method", "url"), ""
    ) | {"type": "None"}

    gone: list[Request] = []

    def reply(request: Request) -> Reply:
        """This server is broken for sent messages, once, and wants no retry of its own soon."""
        if request.target == "/messages/send_notify" and not gone:
            gone.append(request)
            return Reply(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=(("Retry-After", "600"),))
        return Reply()

    receiver.reply = reply
    for kind in ("messages/receive_notify", "faxes/receive_notify", "messages/send_notify"):
        customer.happens(kind, HELLO if kind.startswith("messages") else {"uid": "1", "status": "SUCCESS"})

    eventually(lambda: [one for one in letters(cloud.endpoint) if one.to == email])
    request = eventually(lambda: [one for one in received(receiver) if one.target == "/messages/receive_notify"])[0]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    assert Webhook(secret).verify(request.body, {name: request.header(name) for name in names})
    eventually(lambda: gone)
    failing = eventually(lambda: deliveries(api, event="messages/send_notify"))[0]
    assert failing["status"] == "pending"
    api.call("POST", f"{NUMBER}/deliveries/{failing['id']}/redeliver")
    eventually(lambda: deliveries(api, event="messages/send_notify", status="delivered"))
    attempts = api.call("GET", f"{NUMBER}/deliveries/{failing['id']}")["delivery"]["attempts"]
    assert [attempt["reason"] for attempt in attempts] == ["event", "redelivery"]
    assert {one["status"] for one in deliveries(api)} == {"delivered"}


def received(receiver: Receiver) -> list[Request]:
    return [exchange.request for exchange in receiver.exchanges]


def deliveries(api: Api, **wanted: str) -> list[dict[str, Any]]:
    answer = api.ask("GET", f"{NUMBER}/deliveries", params=wanted)
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


def test_a_number_of_another_country_from_its_callback_to_its_log(
    api: Api, customer: Customer, receiver: Receiver
) -> None:
    """Both forms of its path reach it through API Gateway."""
    kind = "messages/receive_notify"
    wanted = {"fonenumber": "+49 (30) 123456", "type": "Callback", "method": "JSON", "url": receiver.url}
    assert api.call("POST", f"/v2/{kind}", wanted)["fonenumber"]["fonenumber"] == "+4930123456"
    customer.happens(kind, HELLO, fonenumber="+49 30/123456")

    def log(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.call("GET", f"/v2/fonenumbers/{path}/deliveries")["deliveries"]
        return found

    (delivery,) = eventually(lambda: log("%2B4930123456"))
    assert (delivery["fonenumber"], delivery["status"]) == ("+4930123456", "delivered")
    assert log("+4930123456") == log("+49%2030%20123456") == [delivery]
    assert [one["fonenumber"] for one in api.call("GET", "/v2/fonenumbers")["fonenumbers"]] == ["+4930123456"]


def test_a_redelivery_of_all_that_failed(api: Api, customer: Customer, receiver: Receiver) -> None:
    """A dry run counts; the real one sends through the retries lane."""
    replies = [Reply(status=HTTPStatus.GONE), Reply()]
    receiver.reply = lambda _: replies.pop(0)
    set_six(api, receiver.url, "owner@example.com")
    customer.happens("messages/receive_notify", HELLO)
    eventually(lambda: deliveries(api, status="failed"))
    set_six(api, receiver.url, "owner@example.com")  # it was disabled by the 410

    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    wanted = {"status": "failed", "event": "messages/receive_notify", "since": since}
    assert api.call("POST", f"{NUMBER}/redeliver", wanted | {"dry_run": True})["redelivery"]["count"] == 1
    assert api.call("POST", "/v2/accounts/redeliver", wanted | {"dry_run": True})["redelivery"]["count"] == 1
    everywhere = [api.ask("GET", "/v2/accounts/deliveries", params=one).json() for one in ({}, {"status": "attention"})]
    assert [[one["status"] for one in listed["deliveries"]] for listed in everywhere] == [["failed"]] * 2
    assert api.call("GET", "/v2/fonenumbers?with=health")["health"]
    assert api.call("POST", f"{NUMBER}/redeliver", wanted)["redelivery"]["count"] == 1

    customer.requeue()
    eventually(lambda: deliveries(api, status="delivered"))
    assert len(receiver.exchanges) == 2


def test_preview_and_test_show_and_send_the_same_request(api: Api, receiver: Receiver) -> None:
    set_six(api, receiver.url, "owner@example.com")
    seen = api.call("POST", f"{NUMBER}/messages/receive_notify/preview")["preview"]
    assert not receiver.exchanges

    made = api.call("POST", f"{NUMBER}/messages/receive_notify/test")["delivery"]

    (request,) = received(receiver)
    assert seen["body"].encode() == request.body
    assert seen["url"] == receiver.url + request.target
    assert [attempt["reason"] for attempt in made["attempts"]] == ["test"]


def test_a_test_that_fails_is_in_the_log_and_is_not_tried_again(api: Api, receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(status=HTTPStatus.INTERNAL_SERVER_ERROR)
    set_six(api, receiver.url, "owner@example.com")

    made = api.call("POST", f"{NUMBER}/messages/receive_notify/test")["delivery"]

    assert [one["id"] for one in deliveries(api, status="failed")] == [made["id"]]


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "label", "body", "status"),
    [
        ("/v2/accounts/signing_secret", "text/plain;charset=UTF-8", b"", HTTPStatus.CREATED),
        ("/v2/accounts/signing_secret", "application/json", b"null", HTTPStatus.CREATED),
        ("/v2/accounts/signing_secret", FORM, b"", HTTPStatus.CREATED),
        ("/v2/calls/send_notify", f"{FORM};charset=GBK", b"fonenumber=3215551212&type=None", HTTPStatus.OK),
        ("/v2/calls/send_notify", 'application/vnd.api+json; charset="utf8"', CANCELLED, HTTPStatus.OK),
        ("/v2/calls/send_notify", "application/json", b'{"type":"\xe9"}', HTTPStatus.BAD_REQUEST),
        ("/v2/calls/send_notify", "application/octet-stream", CANCELLED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_a_body_comes_through_the_gateway_as_it_is_labelled(
    api: Api, path: str, label: str, body: bytes, status: HTTPStatus
) -> None:
    answer = api.ask("POST", path, data=body, headers={"Content-Type": label})

    assert answer.status_code == status, answer.text


def test_requests_are_counted(api: Api, cloud: Cloud, customer: Customer) -> None:
    """One that cannot be counted is served all the same, so only the table shows whether it was."""
    api.call("GET", "/v2/fonenumbers")

    key = {"owner": {"S": build_owner(customer.account, "")}, "event": {"S": REQUESTS}}
    assert "Item" in cloud.client("dynamodb").get_item(TableName=cloud.outputs["CallbacksTable"], Key=key)


def test_two_accounts_do_not_see_each_other(api: Api, cloud: Cloud, paths: Paths, receiver: Receiver) -> None:
    set_six(api, receiver.url, "owner@example.com")
    other = Api(str(cloud.api), issuer(paths, cloud.endpoint).token("1000002"))

    assert set(standing(other.call("GET", NUMBER)).values()) == {"None"}
    assert other.call("GET", f"{NUMBER}/deliveries")["deliveries"] == []
    other.close()


@pytest.mark.parametrize(
    "claims", [{"iss": "http://127.0.0.1/else"}, {"exp": 1}, {"aud": "another"}], ids=["issuer", "expired", "audience"]
)
def test_a_token_that_is_not_good_is_refused(
    cloud: Cloud, paths: Paths, customer: Customer, claims: dict[str, object]
) -> None:
    api = Api(str(cloud.api), issuer(paths, cloud.endpoint).token(customer.account, **claims))

    assert api.ask("GET", "/v2/fonenumbers").status_code == HTTPStatus.UNAUTHORIZED
    api.close()


def test_without_a_token_only_the_description_of_the_api_is_open(cloud: Cloud) -> None:
    api = Api(str(cloud.api), "")

    statuses = {path: api.ask("GET", path).status_code for path in ("/docs", "/v2/openapi.json", NUMBER, "/v2/events")}
    api.close()
    assert statuses == {"/docs": 200, "/v2/openapi.json": 200, NUMBER: 401, "/v2/events": 401}


def test_a_token_without_an_account_is_refused_by_the_function(cloud: Cloud, paths: Paths) -> None:
    api = Api(str(cloud.api), issuer(paths, cloud.endpoint).token("x", account_id="no#account"))

    answer = api.ask("GET", "/v2/fonenumbers")
    api.close()
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "claim account_id" in answer.json()["message"]


def test_the_curl_lines_of_make_run_work_as_they_stand(
    cloud: Cloud, paths: Paths, customer: Customer, receiver: Receiver, token: str
) -> None:
    write_header(paths.curl_header, token)
    scene = SCENES[0]
    customer.wants(scene.kind, **scene.settings(receiver.url))
    customer.happens(scene.kind, HELLO)
    delivery = eventually(lambda: received(receiver))[0].header("webhook-id")
    eventually(lambda: customer.statuses() == ["delivered"])

    asked = lines(str(cloud.api), paths.curl_header, scene, receiver=receiver.url, delivery=delivery)
    for about, line in asked:
        printed = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True).stdout  # noqa: S603, S607
        assert '"error"' not in printed, about
        assert "fonenumber" in printed or "preview" in printed or delivery in printed, about
        assert token not in line
    eventually(lambda: len(receiver.exchanges) == 2)
    assert paths.curl_header.stat().st_mode & 0o077 == 0
