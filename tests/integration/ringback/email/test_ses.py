"""Handing mail to SES, on moto."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ringback.email.message import Mail
from ringback.email.ses import MailSender, build_tag
from ringback.errors import AttemptFailed, InfrastructureError
from ringback.models import Outcome
from tests.integration.stack import SENDER, Stack, client

CALLBACK = ("1000001#3215551212", "messages/receive_notify")
DELIVERY = ("1000001#3215551212", "0" * 32)
MAIL = Mail(
    callback=CALLBACK, delivery=DELIVERY, to="owner@example.com", subject="Subject", text="Text", html="<p>Text</p>"
)


def sender(stack: Stack, configuration: str = "Mail") -> MailSender:
    return MailSender(sender=SENDER, configuration=configuration, ses=lambda: stack.ses)


def test_ses_is_asked_to_report_and_told_what_the_mail_is_for(stack: Stack, letters: list[dict[str, Any]]) -> None:
    assert sender(stack).send(MAIL).outcome is Outcome.DELIVERED

    [letter] = letters
    assert letter["ConfigurationSetName"] == "Mail"
    assert letter["EmailTags"] == [
        {"Name": "callback", "Value": build_tag(CALLBACK)},
        {"Name": "delivery", "Value": build_tag(DELIVERY)},
    ]
    assert letter["FromEmailAddress"] == SENDER
    assert letter["Destination"] == {"ToAddresses": ["owner@example.com"]}


def test_a_mail_that_is_sent_for_no_callback_says_so_by_having_no_tag(
    stack: Stack, letters: list[dict[str, Any]]
) -> None:
    sender(stack).send(replace(MAIL, callback=None, delivery=None))

    [letter] = letters
    assert letter["ConfigurationSetName"] == "Mail"
    assert "EmailTags" not in letter


def test_without_a_configuration_nothing_is_reported(stack: Stack, letters: list[dict[str, Any]]) -> None:
    sender(stack, configuration="").send(MAIL)

    [letter] = letters
    assert {"ConfigurationSetName", "EmailTags"}.isdisjoint(letter)


@pytest.mark.parametrize("callback", [CALLBACK, None], ids=["of a callback", "to a contact"])
def test_every_mail_asks_auto_responders_to_be_silent_and_nobody_to_keep_a_bounce(
    stack: Stack, letters: list[dict[str, Any]], callback: tuple[str, str] | None
) -> None:
    """Botocore checks the names against SES's own model; Exchange's word for bounces is NDR, and All has it in it."""
    sender(stack).send(replace(MAIL, callback=callback))

    [letter] = letters
    headers = {header["Name"]: header["Value"] for header in letter["Content"]["Simple"]["Headers"]}
    assert headers["Auto-Submitted"] == "auto-generated"
    assert {"NDR", "All"}.isdisjoint(headers["X-Auto-Response-Suppress"].split(", "))
    assert {"OOF", "AutoReply"} <= set(headers["X-Auto-Response-Suppress"].split(", "))


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("TooManyRequestsException", 429, Outcome.MAIL_DELAYED),
        ("SomethingNew", 503, Outcome.MAIL_DELAYED),
        ("MessageRejected", 400, Outcome.MAIL_REJECTED),
        ("BadRequestException", 400, Outcome.MAIL_REJECTED),
    ],
)
def test_what_ses_says_of_a_mail(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, code: str, status: int, outcome: Outcome
) -> None:
    refuse(monkeypatch, code, status)

    with pytest.raises(AttemptFailed) as failed:
        sender(stack).send(MAIL)

    assert failed.value.outcome is outcome


@pytest.mark.parametrize("code", ["NotFoundException", "MailFromDomainNotVerifiedException", "SendingPausedException"])
def test_what_ses_says_of_us_is_our_fault(stack: Stack, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """No such configuration set, above all; the customer's delivery is not failed for that."""
    refuse(monkeypatch, code, 400)

    with pytest.raises(InfrastructureError, match=code):
        sender(stack).send(MAIL)


@pytest.mark.parametrize(
    ("unverified", "fault"),
    [(f"{SENDER}, owner@example.com", InfrastructureError), ("owner@example.com", AttemptFailed)],
)
def test_a_sender_that_is_not_verified_is_our_fault_and_a_recipient_in_the_sandbox_is_not(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, unverified: str, fault: type[Exception]
) -> None:
    """The customers' mails wait for the platform to verify its address; they are not failed for that."""
    text = "Email address is not verified. The following identities failed the check in region US-EAST-1: "
    refuse(monkeypatch, "MessageRejected", 400, f"{text}{unverified}")

    with pytest.raises(fault) as raised:
        sender(stack).send(MAIL)

    assert "@" not in str(raised.value)


def refuse(monkeypatch: pytest.MonkeyPatch, code: str, status: int, text: str = "") -> None:
    def send_email(**_: object) -> None:
        error = {"Code": code, "Message": text}
        raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")  # type: ignore[typeddict-item]

    monkeypatch.setattr(client("sesv2"), "send_email", send_email)
