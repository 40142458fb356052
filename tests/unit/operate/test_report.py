import json
from dataclasses import replace
from datetime import UTC, datetime

from operate.letters import DeadLetter
from operate.report import lines_of, summary

LETTER = DeadLetter(
    id="22592e75-3004-169b-970b-e1aa82da221e",
    receipt="AQEB",
    body=json.dumps({"event": "messages/teleported", "account": "1000001", "data": {"msg": "see you at nine"}}),
    group="1000001",
    sent=datetime(2026, 11, 23, 17, 36, tzinfo=UTC),
    attributes={
        "reason": "unknown_event",
        "detail": "there is no event messages/teleported, given by you",
        "logged": "there is no event messages/teleported",
    },
)


def test_a_letter_is_shown_without_what_a_person_wrote() -> None:
    assert list(lines_of(1, LETTER, body=False)) == [
        "1  unknown_event   sent 2026-11-23 17:36:00 UTC",
        "   from        deliver, which could not read it: there is no event messages/teleported",
        "   account     1000001",
        "   event       messages/teleported",
        "   fields      event, account, data (msg)",
        "   size        90 bytes",
        "   letter      22592e75-3004-169b-970b-e1aa82da221e",
    ]


def test_detail_and_body_are_shown_to_who_asks_for_them() -> None:
    assert list(lines_of(1, LETTER, body=True))[-2:] == [
        "   detail      there is no event messages/teleported, given by you",
        f"   body        {LETTER.body}",
    ]


def test_nothing_in_a_letter_can_command_the_terminal() -> None:
    hostile = replace(LETTER, body='{"event": "\\u001b[2J", "a\\nb": 1}\x1b[2J', attributes={"ERROR_CODE": "\x1b]0;"})

    assert all(line.isprintable() for line in lines_of(1, hostile, body=True))


def test_the_summary_counts_by_reason() -> None:
    letters = [LETTER, replace(LETTER, source="retries"), replace(LETTER, source="events")]

    assert list(summary("ringback", 1_200, letters)) == [
        "Dead letters in ringback: about 1,200, 3 shown.",
        "      2  poison",
        "      1  unknown_event",
    ]


def test_an_empty_queue_says_so() -> None:
    assert list(summary("ringback", 0, [])) == ["No dead letters in ringback."]


def test_a_count_that_lags_behind_does_not_contradict_what_is_shown() -> None:
    assert next(summary("ringback", 0, [LETTER])) == "Dead letters in ringback: about 1, 1 shown."
