"""Reading what SES reports."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedback.ses_events import Report, ReportKind, read_report
from ringback.email.ses import build_tag
from ringback.errors import InfrastructureError

EVENTS = Path(__file__).parents[3] / "events"
CALLBACK = ("1000001#3215551204", "messages/receive_notify")


def event(name: str, **changes: Any) -> dict[str, Any]:
    """A payload of events/, with *changes* of the object that its kind is about."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    found["detail"][found["detail"]["eventType"].lower()] |= changes
    return found


@pytest.mark.parametrize(
    ("name", "kind", "is_final", "why"),
    [
        ("mail-bounced", ReportKind.BOUNCED, True, "General, 5.1.1"),
        ("mail-suppressed", ReportKind.BOUNCED, True, "OnAccountSuppressionList, 5.1.1"),
        ("mail-soft-bounced", ReportKind.BOUNCED, False, "MailboxFull, 4.2.2"),
        ("mail-complained", ReportKind.COMPLAINED, True, "abuse"),
        ("mail-rejected", ReportKind.REJECTED, False, "Bad content"),
    ],
)
def test_what_ses_reports(name: str, kind: ReportKind, is_final: bool, why: str) -> None:  # noqa: FBT001 - a column
    assert read_report(event(name)) == Report(
        kind=kind,
        is_final=is_final,
        why=why,
        mail="0100019ab1c2d3e4-5f607182-93a4-4b5c-8d6e-7f8091a2b3c4-000000",
        to=frozenset({"owner@example.com"}),
        callback=CALLBACK,
        delivery=None,
        sent=datetime(2026, 11, 23, 17, 36, 2, 12_000, tzinfo=UTC),
    )


def test_a_report_names_the_delivery_that_its_mail_was_for() -> None:
    named = event("mail-bounced")
    named["detail"]["mail"]["tags"]["delivery"] = [build_tag(("1000001#3215551204", "0" * 32))]

    assert read_report(named).delivery == ("1000001#3215551204", "0" * 32)


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("mail-bounced", {}, "the mail bounced: General, 5.1.1"),
        (
            "mail-soft-bounced",
            {},
            "the mail bounced and is lost; the next one may arrive: MailboxFull, 4.2.2",
        ),
        ("mail-complained", {}, "the recipient complained about the mail: abuse"),
        (
            "mail-complained",
            {"complaintFeedbackType": "not-spam"},
            "the recipient withdrew a complaint about the mail: not-spam",
        ),
        ("mail-complained", {"complaintFeedbackType": None}, "the recipient complained about the mail"),
        ("mail-rejected", {}, "SES did not send the mail: Bad content"),
    ],
)
def test_a_customer_reads_it_in_words(name: str, changes: Mapping[str, object], words: str) -> None:
    assert read_report(event(name, **changes)).in_words == words


def test_a_complaint_that_is_taken_back_is_not_final() -> None:
    assert not read_report(event("mail-complained", complaintFeedbackType="not-spam")).is_final


@pytest.mark.parametrize("changes", [{"complaintFeedbackType": None}, {"complaintSubType": "OnAccountSuppressionList"}])
def test_a_complaint_need_not_say_of_what(changes: Mapping[str, object]) -> None:
    """Not every provider does; and SES reports one for an address that is on its list for an earlier one."""
    assert read_report(event("mail-complained", **changes)).is_final


def test_a_bounce_without_a_status_is_one_all_the_same() -> None:
    report = read_report(event("mail-bounced", bouncedRecipients=[{"emailAddress": "owner@example.com"}]))

    assert (report.is_final, report.why) == (True, "General")


@pytest.mark.parametrize("status", ["5.1.1 owner@example.com is gone", "owner@example.com", "5.1.1\n", 511, {}])
def test_nothing_that_a_foreign_server_wrote_is_quoted(status: object) -> None:
    """It may be the address, or a piece of the mail."""
    report = read_report(event("mail-bounced", bouncedRecipients=[{"status": status}]))

    assert report.why == "General"


def test_an_address_counts_whatever_its_case_and_is_in_no_text() -> None:
    mixed = event("mail-bounced")
    mixed["detail"]["mail"]["destination"] = ["Owner@Example.COM"]

    assert read_report(mixed).to == {"owner@example.com"}
    assert "example" not in repr(read_report(mixed)).lower()


def test_a_forwarder_s_address_is_not_what_the_mail_was_sent_to() -> None:
    """The bounce names the last address; the callback has the first."""
    report = read_report(event("mail-bounced", bouncedRecipients=[{"emailAddress": "elsewhere@example.net"}]))

    assert report.to == {"owner@example.com"}


@pytest.mark.parametrize("tags", [None, {}, {"callback": []}, {"callback": ["made-by-somebody-else"]}])
def test_a_mail_without_our_tag_is_about_no_callback(tags: Mapping[str, object] | None) -> None:
    untagged = event("mail-bounced")
    del untagged["detail"]["mail"]["tags"]
    if tags is not None:
        untagged["detail"]["mail"]["tags"] = tags

    assert read_report(untagged).callback is None


UNDATED = {"messageId": "1", "destination": [], "timestamp": "yesterday"}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"detail": "text"},
        {"detail": {"eventType": "Open"}},
        {"detail": {"eventType": []}},
        {"detail": {"eventType": "Bounce"}},
        {"detail": {"eventType": "Bounce", "bounce": {"bouncedRecipients": [1]}}},
        {"detail": {"eventType": "Reject", "reject": {"reason": ""}, "mail": UNDATED}},
        {"detail": {"eventType": "Complaint", "complaint": {}, "mail": {"tags": {"callback": [1]}}}},
        {"detail": {"eventType": "Reject", "reject": {"reason": ""}, "mail": {"messageId": "1", "destination": [1]}}},
    ],
)
def test_what_is_no_report_of_ses_says_so(broken: Mapping[str, Any]) -> None:
    with pytest.raises(InfrastructureError, match="reading a report of SES"):
        read_report(broken)
