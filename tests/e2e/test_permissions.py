"""Without an issuer of tokens the platform calls the API, and who may is a matter of IAM."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests import Response

from local.aws.cloud import Cloud
from local.aws.ministack import stop
from local.demo.receiver import Receiver
from local.paths import Paths
from local.up import up
from tests.e2e.customer import FONENUMBER, HELLO, Customer, eventually


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The stack on a strict MiniStack, without an issuer of tokens."""
    paths = Paths(home=tmp_path_factory.mktemp("signed"))
    try:
        yield up(paths, strict=True, tokens=False)
    finally:
        stop(paths)


def signed(cloud: Cloud, verb: str, path: str, account: str, body: Mapping[str, object] | None = None) -> Response:
    """A call by the platform for *account*, signed as AWS wants it."""
    headers = {"account": account} | ({"Content-Type": "application/json"} if body else {})
    url = f"{cloud.api}{path}"
    request = AWSRequest(verb, url, headers=headers, data=json.dumps(body) if body else b"")
    SigV4Auth(Credentials(cloud.key, cloud.secret), "execute-api", cloud.region).add_auth(request)
    return requests.request(verb, url, headers=dict(request.headers), data=request.body, timeout=30)


@pytest.fixture
def platform(cloud: Cloud) -> Cloud:
    """The same cloud for somebody who may do one thing: call the API."""
    return with_policy(cloud, "platform", {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"})


def test_without_an_issuer_the_platform_calls_the_api_with_its_signature(
    platform: Cloud, customer: Customer, receiver: Receiver
) -> None:
    """And the API may do all that it has to: set, seal, list, test, mail, log, sign, send again."""
    account, number = customer.account, f"/v2/fonenumbers/{FONENUMBER}"
    wanted = {"fonenumber": FONENUMBER, "type": "Callback", "method": "JSON", "url": receiver.url}
    sealed = wanted | {"url_username": "alice", "url_password": "open sesame"}
    mail = {"fonenumber": FONENUMBER, "type": "Email", "email": f"owner.{account}@example.com"}
    calls: list[tuple[str, str, dict[str, object]]] = [
        ("POST", "/v2/messages/receive_notify", {**sealed}),
        ("POST", "/v2/faxes/receive_notify", {**mail}),
        ("POST", "/v2/accounts/signing_secret", {}),
        ("POST", "/v2/accounts/signing_secret/rotate", {}),
        ("PUT", "/v2/accounts/contact", {"email": f"owner.{account}@example.com"}),
        ("GET", number, {}),
        ("GET", "/v2/fonenumbers", {}),
        ("POST", f"{number}/messages/receive_notify/test", {}),
        ("POST", f"{number}/faxes/receive_notify/test", {}),
        ("GET", f"{number}/deliveries", {}),
        ("GET", f"{number}/health", {}),
        ("DELETE", "/v2/accounts/signing_secret", {}),
        ("POST", "/v2/messages/receive_notify", {"fonenumber": FONENUMBER, "type": "None"}),
        ("POST", "/v2/messages/send_notify", {**wanted}),
    ]
    for verb, path, body in calls:
        answer = signed(platform, verb, path, account, body)
        assert answer.ok, f"{verb} {path}: {answer.text}"
    assert all(one["status"] == "delivered" for one in customer.deliveries())

    customer.happens("messages/send_notify", HELLO)
    eventually(lambda: len(receiver.exchanges) == 2)
    sent = receiver.exchanges[1].request.header("webhook-id")
    eventually(lambda: customer.statuses().count("delivered") == 3)
    answer = signed(platform, "POST", f"{number}/deliveries/{sent}/redeliver", account)
    assert answer.ok, answer.text
    eventually(lambda: len(receiver.exchanges) == 3)


def test_unsigned_or_signed_by_somebody_who_may_not_the_api_is_closed(cloud: Cloud, platform: Cloud) -> None:
    stranger = with_policy(cloud, "stranger", {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})

    unsigned = requests.get(f"{cloud.api}/v2/fonenumbers", headers={"account": "1000001"}, timeout=30)
    assert unsigned.status_code == HTTPStatus.FORBIDDEN
    assert signed(stranger, "GET", "/v2/fonenumbers", "1000001").status_code == HTTPStatus.FORBIDDEN
    assert signed(replace(platform, secret="guessed"), "GET", "/v2/events", "1").status_code == HTTPStatus.FORBIDDEN
    assert requests.get(f"{cloud.api}/docs", timeout=30).ok


def test_the_platform_has_to_say_for_which_account_it_calls(platform: Cloud) -> None:
    answer = signed(platform, "GET", "/v2/fonenumbers", "")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "account: missing" in answer.json()["message"]


def with_policy(cloud: Cloud, name: str, statement: Mapping[str, str]) -> Cloud:
    """The same cloud, for a user who may do what *statement* says."""
    iam = cloud.client("iam")
    user = f"{name}-{secrets.token_hex(4)}"
    iam.create_user(UserName=user)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return replace(cloud, key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def test_a_function_whose_role_lost_its_policy_is_refused(cloud: Cloud, customer: Customer) -> None:
    """Which is why the second run of the other tests says something about the roles."""
    iam, name = cloud.client("iam"), cloud.outputs["RequeueFunctionName"]
    arn = cloud.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    policy = {"RoleName": arn.rpartition("/")[2], "PolicyName": "requeue"}
    document = json.dumps(iam.get_role_policy(**policy)["PolicyDocument"])
    assert "errorType" not in customer.requeue()

    iam.delete_role_policy(**policy)

    assert "AccessDenied" in customer.requeue()["errorMessage"]
    iam.put_role_policy(**policy, PolicyDocument=document)
    assert "errorType" not in customer.requeue()
