"""`feedback`: what SES reports of mails, and what becomes of their callbacks, on moto."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from api.schemas.callbacks import describe_health
from feedback import app, environment
from local.invocation import Context
from ringback.email.ses import build_tag
from ringback.errors import InfrastructureError
from ringback.models import (
    Attempt,
    AttemptReason,
    Callback,
    CallbackType,
    Delivery,
    DeliveryStatus,
    Event,
    Method,
    Outcome,
)
from tests.integration.delivering import Output, down, lines, metrics
from tests.integration.stack import SENDER, Stack, client
from tests.integration.telling import contact

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

EVENTS = Path(__file__).parents[3] / "events"
OWNER, KIND = "1000001#3215551204", "messages/receive_notify"
EMAIL = Callback(owner=OWNER, event=KIND, type=CallbackType.EMAIL, email="owner@example.com")
BOUNCED = "mail to this address bounced: General, 5.1.1"


@dataclass(frozen=True, slots=True)
class Mailing:
    """A deployed stack with one customer who wants mail."""

    stack: Stack

    def reported(self, name: str, **changes: Any) -> None:
        """SES reports what a file of events/ says, with *changes* of the mail."""
        event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
        event["detail"]["mail"] |= changes
        app.lambda_handler(event, cast("LambdaContext", Context(function_name="feedback")))

    def set(self, callback: Callback) -> None:
        self.stack.callbacks().put(callback)

    def callback(self) -> Callback | None:
        return self.stack.callbacks().load([(OWNER, KIND)]).callback((OWNER, KIND))

    def disabled(self) -> str:
        """Why the customer's callback is off; empty while it is on."""
        callback = self.callback()
        assert callback
        return callback.disabled


@pytest.fixture
def mailing(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailing]:
    """A fresh execution environment for each test."""
    monkeypatch.setattr(environment.logger.registered_handler, "stream", Output())
    monkeypatch.setattr(environment, "client", client)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    environment.environment.cache_clear()
    stack.callbacks().put(EMAIL)
    yield Mailing(stack)
    environment.environment.cache_clear()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mail-bounced", BOUNCED),
        ("mail-suppressed", "mail to this address bounced: OnAccountSuppressionList, 5.1.1"),
        ("mail-complained", "the recipient complained about a mail: abuse"),
    ],
)
def test_a_mail_that_does_not_arrive_or_is_not_wanted_turns_its_callback_off(
    mailing: Mailing, told: list[dict[str, Any]], letters: list[dict[str, Any]], name: str, reason: str
) -> None:
    """And the platform and the account's contact are told, as of any other that is turned off."""
    contact(mailing.stack, "contact@example.com")

    mailing.reported(name)

    callback = mailing.callback()
    assert callback == replace(EMAIL, disabled=reason)
    shown = describe_health(callback)
    assert shown.pop("since")
    assert shown == {"state": "disabled", "because": reason}
    [entry] = told
    assert (entry["Source"], entry["DetailType"]) == ("ringback", "callback.disabled")
    assert entry["Detail"].pop("at")
    assert entry["Detail"] == {
        "account": "1000001",
        "fonenumber": "3215551204",
        "event": KIND,
        "host": "",
        "reason": reason,
    }
    [letter] = letters
    assert letter["Destination"] == {"ToAddresses": ["contact@example.com"]}
    text = letter["Content"]["Simple"]["Body"]["Text"]["Data"]
    assert f"\nevent: {KIND}\naddress: owner@example.com\nreason: {reason}\n" in text
    assert "Until you set it again, its deliveries are cancelled" in text


@pytest.mark.parametrize("name", ["mail-soft-bounced", "mail-rejected"])
def test_what_may_pass_or_was_our_mail_s_fault_changes_nothing(
    mailing: Mailing, told: list[dict[str, Any]], letters: list[dict[str, Any]], name: str
) -> None:
    contact(mailing.stack, "contact@example.com")

    mailing.reported(name)

    assert (mailing.disabled(), told, letters) == ("", [], [])


def test_the_same_report_twice_turns_off_and_tells_once(
    mailing: Mailing, told: list[dict[str, Any]], letters: list[dict[str, Any]]
) -> None:
    """EventBridge hands an event over at least once; and mails that were under way bounce too."""
    contact(mailing.stack, "contact@example.com")

    for name in ("mail-bounced", "mail-bounced", "mail-complained"):
        mailing.reported(name)

    assert mailing.disabled() == BOUNCED
    assert (len(told), len(letters)) == (1, 1)


def test_case_makes_no_other_address(mailing: Mailing) -> None:
    mailing.set(replace(EMAIL, email="Owner@Example.com"))

    mailing.reported("mail-bounced", destination=["owner@EXAMPLE.com"])

    assert mailing.disabled() == BOUNCED


@pytest.mark.parametrize(
    "now",
    [
        replace(EMAIL, email="new@example.com"),
        Callback(owner=OWNER, event=KIND, type=CallbackType.CALLBACK, method=Method.GET, url="https://example.com/"),
    ],
    ids=["another address", "a URL"],
)
def test_a_report_of_an_address_that_is_not_set_any_more_says_nothing_about_what_is(
    mailing: Mailing, now: Callback
) -> None:
    mailing.set(now)

    mailing.reported("mail-bounced")

    assert mailing.callback() == now


def test_a_callback_that_is_changed_at_the_same_moment_stays_on(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch, told: list[dict[str, Any]]
) -> None:
    """Between reading it and turning it off."""
    update: Callable[..., Any] = mailing.stack.dynamodb.update_item

    def changed_before(**request: Any) -> Any:
        mailing.set(replace(EMAIL, email="new@example.com"))
        return update(**request)

    monkeypatch.setattr(mailing.stack.dynamodb, "update_item", changed_before)

    mailing.reported("mail-bounced")

    assert (mailing.disabled(), told) == ("", [])


def test_what_was_set_a_moment_ago_is_what_counts(mailing: Mailing) -> None:
    """The environment has seen the callback before, with an address that worked."""
    mailing.set(replace(EMAIL, email="other@example.com"))
    mailing.reported("mail-bounced")
    mailing.set(EMAIL)

    mailing.reported("mail-bounced")

    assert mailing.disabled() == BOUNCED


def test_setting_the_callback_again_turns_it_on(mailing: Mailing) -> None:
    mailing.reported("mail-bounced")

    mailing.set(EMAIL)

    assert mailing.disabled() == ""


def test_a_callback_that_is_gone_stays_gone(mailing: Mailing, told: list[dict[str, Any]]) -> None:
    mailing.stack.callbacks().remove((OWNER, KIND))

    mailing.reported("mail-bounced")

    assert (mailing.callback(), told) == (None, [])


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"callback": ["made-by-somebody-else"]},
        {"callback": [build_tag(("1000001#*", "contact"))]},
        {"callback": [build_tag((OWNER, "messages/confirm"))]},
    ],
    ids=["none", "another's", "no callback", "inside an event"],
)
def test_a_mail_for_no_callback_of_ours_is_a_line_in_the_log(
    mailing: Mailing,
    capsys: pytest.CaptureFixture[str],
    told: list[dict[str, Any]],
    letters: list[dict[str, Any]],
    tags: dict[str, list[str]],
) -> None:
    """Above all a mail to a contact: no mail is sent about it."""
    contact(mailing.stack, "owner@example.com")

    mailing.reported("mail-bounced", tags=tags)

    output = capsys.readouterr().out
    [line] = lines(output, "mail.bounced")
    assert (line["final"], line["disabled"]) == (True, False)
    assert metrics(output) == {"MailBounced": 1}
    assert (mailing.disabled(), told, letters) == ("", [], [])


def test_an_address_that_is_its_account_s_contact_too_gets_no_mail_about_itself(
    mailing: Mailing, told: list[dict[str, Any]], letters: list[dict[str, Any]]
) -> None:
    contact(mailing.stack, "Owner@example.com")

    mailing.reported("mail-complained")

    assert mailing.disabled()
    assert len(told) == 1
    assert letters == []


def test_the_mail_to_the_contact_is_about_no_callback(mailing: Mailing, letters: list[dict[str, Any]]) -> None:
    """So that what SES reports of it turns off nothing."""
    contact(mailing.stack, "contact@example.com")

    mailing.reported("mail-bounced")

    [letter] = letters
    assert (letter["FromEmailAddress"], letter["ConfigurationSetName"]) == (SENDER, "Mail")
    assert "EmailTags" not in letter


def test_the_log_says_all_but_the_address(mailing: Mailing, capsys: pytest.CaptureFixture[str]) -> None:
    contact(mailing.stack, "contact@example.com")

    for name in ("mail-bounced", "mail-soft-bounced", "mail-complained", "mail-rejected"):
        mailing.reported(name)

    output = capsys.readouterr().out
    [hard, soft] = lines(output, "mail.bounced")
    assert hard["mail"] == "0100019ab1c2d3e4-5f607182-93a4-4b5c-8d6e-7f8091a2b3c4-000000"
    assert (hard["account"], hard["fonenumber"], hard["event"]) == ("1000001", "3215551204", KIND)
    assert (hard["why"], hard["final"], hard["disabled"]) == ("General, 5.1.1", True, True)
    assert (soft["why"], soft["final"], soft["disabled"]) == ("MailboxFull, 4.2.2", False, False)
    assert [len(lines(output, line)) for line in ("mail.complained", "mail.rejected", "callback.disabled")] == [1] * 3
    assert metrics(output) == {"MailBounced": 2, "MailComplained": 1, "MailRejected": 1, "CallbacksDisabled": 1}
    assert "@example.com" not in output


@pytest.mark.parametrize("operation", ["batch_get_item", "update_item"])
def test_a_table_that_does_not_answer_makes_lambda_try_again(
    mailing: Mailing, told: list[dict[str, Any]], operation: str
) -> None:
    """Nothing is told before it is done."""
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(mailing.stack.dynamodb, operation, down(operation))
        with pytest.raises(InfrastructureError):
            mailing.reported("mail-bounced")
    assert told == []

    mailing.reported("mail-bounced")

    assert mailing.disabled() == BOUNCED
    assert len(told) == 1


@pytest.mark.parametrize(("service", "operation"), [("events", "put_events"), ("sesv2", "send_email")])
def test_who_cannot_be_told_holds_nothing_up(
    mailing: Mailing,
    break_call: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    service: str,
    operation: str,
) -> None:
    contact(mailing.stack, "contact@example.com")
    break_call(service, operation)

    mailing.reported("mail-bounced")

    assert mailing.disabled() == BOUNCED
    assert len(lines(capsys.readouterr().out, "notifications.unsent")) == 1


def test_what_is_no_report_of_ses_is_an_error(mailing: Mailing) -> None:
    """Lambda tries it twice more and then puts it into the dead letters."""
    del mailing

    with pytest.raises(InfrastructureError, match="reading a report of SES"):
        app.lambda_handler({"detail": {"eventType": "Delivery"}}, cast("LambdaContext", Context()))


# ── What a report says in the delivery of its mail ────────────────────────────────────────────────────────────────────

SENT = datetime(2026, 11, 23, 17, 36, 1, tzinfo=UTC)
MAILED = Attempt(
    number=1, at=SENT, reason=AttemptReason.EVENT, outcome=Outcome.DELIVERED, milliseconds=9, detail="SES took it as 1"
)
DELIVERY = Delivery(
    id="01a2097a9c00d5d981b4cb27a1dc95cb",
    event=Event(kind=KIND, account="1000001", fonenumber="3215551204", id="1", time=SENT, data={"message": "hello"}),
    created=SENT,
    status=DeliveryStatus.DELIVERED,
    attempts=(MAILED,),
    tries=1,
)
TAGS = {"callback": [build_tag((OWNER, KIND))], "delivery": [build_tag((OWNER, DELIVERY.id))]}


def recorded(mailing: Mailing, delivery: Delivery = DELIVERY) -> None:
    mailing.stack.deliveries().record([delivery], parked=lambda _: False)


def stored(mailing: Mailing) -> Delivery:
    key = (OWNER, DELIVERY.id)
    return mailing.stack.deliveries().load([key]).deliveries[key]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("mail-bounced", "the mail bounced: General, 5.1.1"),
        ("mail-soft-bounced", "the mail bounced and is lost; the next one may arrive: MailboxFull, 4.2.2"),
        ("mail-complained", "the recipient complained about the mail: abuse"),
        ("mail-rejected", "SES did not send the mail: Bad content"),
    ],
)
def test_a_delivery_says_what_became_of_its_mail(mailing: Mailing, name: str, note: str) -> None:
    """It was delivered, as far as we could see; a report that comes twice says the same."""
    recorded(mailing)

    mailing.reported(name, tags=TAGS)
    mailing.reported(name, tags=TAGS)

    assert stored(mailing) == replace(DELIVERY, version=1, note=note)


def test_one_that_is_sent_again_meanwhile_is_left_alone(mailing: Mailing) -> None:
    pending = replace(DELIVERY, status=DeliveryStatus.PENDING, due=SENT)
    recorded(mailing, pending)

    mailing.reported("mail-bounced", tags=TAGS)

    assert stored(mailing) == replace(pending, version=1)
    assert mailing.disabled() == BOUNCED


def test_a_report_that_is_faster_than_the_record_comes_again(mailing: Mailing, told: list[dict[str, Any]]) -> None:
    """Lambda tries it again after a minute; what else is to be done is done at once, and once."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    with pytest.raises(InfrastructureError, match="before the record of its delivery"):
        mailing.reported("mail-bounced", tags=TAGS, timestamp=now)
    assert mailing.disabled() == BOUNCED
    recorded(mailing)

    mailing.reported("mail-bounced", tags=TAGS, timestamp=now)

    assert stored(mailing).note == "the mail bounced: General, 5.1.1"
    assert len(told) == 1


def test_a_delivery_that_is_gone_by_now_is_no_fault(mailing: Mailing) -> None:
    mailing.reported("mail-bounced", tags=TAGS)

    assert mailing.disabled() == BOUNCED
