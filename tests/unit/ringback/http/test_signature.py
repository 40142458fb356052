"""Signatures by the Standard Webhooks rule."""

from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ringback.errors import InfrastructureError, InvalidSetting
from ringback.http.signature import LEAST_BYTES, MAX_BYTES, encode_secret, parse_secret, sign

SW1 = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SW2 = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{"test": 2432232314}'


@pytest.mark.parametrize(
    ("secret", "message_id", "timestamp", "body", "signature"),
    [
        (
            SW1,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            BODY,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            SW2,
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1649367553,
            '{"email":"test@example.com","username":"test_user"}',
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
    ],
)
def test_signatures_are_those_of_the_reference_libraries(
    secret: str, message_id: str, timestamp: int, body: str, signature: str
) -> None:
    assert sign(message_id, timestamp, body.encode(), [secret]) == signature


@pytest.mark.parametrize("body", [b"/notify.php?message=hello%20world", b"{}", "é😀".encode()])
@pytest.mark.parametrize("secret", [SW1, SW2])
def test_a_receiver_with_either_secret_verifies_during_a_rotation(body: bytes, secret: str) -> None:
    """One entry for each valid secret."""
    headers = signed(body, [SW2, SW1])

    verify(secret, body, headers)
    assert headers["webhook-signature"].count("v1,") == 2


@pytest.mark.parametrize(
    "changed",
    [{"webhook-id": "msg_2"}, {"webhook-signature": "v1,"}, {"webhook-signature": "v1,AAAA"}],
)
def test_a_changed_request_does_not_verify(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(SW1, b"{}", signed(b"{}", [SW1]) | changed)


def test_a_foreign_secret_does_not_verify() -> None:
    with pytest.raises(WebhookVerificationError):
        verify(SW2, b"{}", signed(b"{}", [SW1]))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", SW1.removeprefix("whsec_"), "whsec_not base64", "whsec_ab cd", "whsec_A"]
)
def test_an_unusable_secret_is_our_fault_and_stays_secret(secret: str) -> None:
    with pytest.raises(InfrastructureError) as caught:
        sign("msg_1", 0, b"", [secret])

    assert str(caught.value) == "a signing secret is not whsec_ and base64"


def signed(body: bytes, secrets: list[str]) -> dict[str, str]:
    """The headers of a request that is sent now."""
    now = int(datetime.now(UTC).timestamp())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign("msg_1", now, body, secrets),
    }


def verify(secret: str, body: bytes, headers: dict[str, str]) -> None:
    """What a receiver does."""
    Webhook(secret).verify(body, headers, json_parse=False)


@pytest.mark.parametrize("size", [LEAST_BYTES, 25, 32, MAX_BYTES])
def test_a_secret_of_a_customer_s_own_is_taken_as_it_is(size: int) -> None:
    secret = encode_secret(bytes(range(size)))

    assert parse_secret(secret) == secret
    Webhook(parse_secret(secret))
    assert parse_secret(SW1) == SW1


def test_bits_beyond_the_last_byte_are_left_out() -> None:
    """Some libraries refuse them, others do not see them."""
    secret = encode_secret(bytes(25))

    assert parse_secret(secret.replace("A==", "B==")) == secret


@pytest.mark.parametrize("size", [0, 1, LEAST_BYTES - 1, MAX_BYTES + 1])
def test_a_key_is_neither_short_nor_long(size: int) -> None:
    with pytest.raises(InvalidSetting, match=f"^secret: given {size} bytes in base64; expected whsec_ and 24 to 64 "):
        parse_secret(encode_secret(bytes(size)))
