"""Signature Version 4: the same as AWS publishes, and as botocore computes."""

from calendar import timegm
from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from ringback.aws.request_signer import RequestSigner

AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def test_a_request_of_aws_s_own_test_suite_is_signed_as_it_says() -> None:
    """`post-vanilla` of the SigV4 test suite that AWS publishes."""
    signer = RequestSigner(
        service="service", region="us-east-1", host="example.amazonaws.com", clock=lambda: timegm(AT.timetuple())
    )
    credentials = ReadOnlyCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)

    signed = signer.headers(b"", {}, credentials)

    assert signed["x-amz-date"] == "20150830T123600Z"
    assert signed["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        " SignedHeaders=host;x-amz-date,"
        " Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )


@given(
    body=st.binary(),
    secret=st.text(min_size=1),
    token=st.none() | st.text("ABCxyz/+=", min_size=1),
    place=st.sampled_from([("us-east-1", ""), ("eu-central-2", ":8000")]),
    day=st.integers(1, 3),
)
def test_botocore_signs_the_same(body: bytes, secret: str, token: str | None, place: tuple[str, str], day: int) -> None:
    """Keys of a day are kept: another day, region or secret has another."""
    region, port = place
    at = datetime(2026, 11, day, 23, 59, 59, tzinfo=UTC)
    host = f"dynamodb.{region}.amazonaws.com{port}"
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.BatchGetItem"}
    credentials = ReadOnlyCredentials("AKIDEXAMPLE", secret, token)
    signer = RequestSigner(service="dynamodb", region=region, host=host, clock=at.timestamp)

    ours = signer.headers(body, headers, credentials)

    theirs = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    theirs.headers["X-Amz-Date"] = ours["x-amz-date"]
    if token:
        theirs.headers["X-Amz-Security-Token"] = token
    theirs.context["timestamp"] = ours["x-amz-date"]
    auth = SigV4Auth(Credentials("AKIDEXAMPLE", secret, token), "dynamodb", region)
    request = auth.canonical_request(theirs)
    signature = auth.signature(auth.string_to_sign(theirs, request), theirs)
    assert ours["authorization"].endswith(f"Signature={signature}")
    assert ours.get("x-amz-security-token") == token
