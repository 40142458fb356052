"""The breakers of callbacks, on their items in the Callbacks table on moto."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.schemas.callbacks import describe_health
from ringback.breaker import HEALTHY, Breaker
from ringback.models import Callback, CallbackType, Method
from tests.integration.stack import Stack

OWNER = "1000001#3215551212"
KIND = "messages/receive_notify"
KEY = (OWNER, KIND)
CALLBACK = Callback(
    owner=OWNER, event=KIND, type=CallbackType.CALLBACK, method=Method.JSON, url="https://example.com/?m=((msg))"
)
NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)


@pytest.fixture
def failing(stack: Stack) -> Callback:
    """A callback with ten failures."""
    stack.callbacks().put(CALLBACK)
    breaker = stack.health().failed(CALLBACK, 10, since=NOW)
    assert breaker
    return replace(CALLBACK, breaker=breaker)


@pytest.fixture
def opened(stack: Stack, failing: Callback) -> Callback:
    """The same, open."""
    breaker = failing.breaker.opened(NOW, max)
    assert stack.health().open(failing, breaker)
    return replace(failing, breaker=breaker)


def stored(stack: Stack) -> Callback:
    found = stack.callbacks().load([KEY]).callback(KEY)
    assert found
    return found


def test_failures_add_up_and_it_has_been_failing_since_the_first(stack: Stack, failing: Callback) -> None:
    later = datetime(2026, 11, 24, tzinfo=UTC)

    assert stack.health().failed(failing, 2, since=later) == Breaker(failures=12, failing_since=NOW)
    assert stored(stack).breaker == Breaker(failures=12, failing_since=NOW)


def test_of_two_environments_one_opens_it(stack: Stack, failing: Callback) -> None:
    """So that it is announced once."""
    breaker = failing.breaker.opened(NOW, max)

    assert [stack.health().open(failing, breaker) for _ in range(2)] == [True, False]
    assert stored(stack).breaker == breaker


def test_what_has_recovered_meanwhile_is_not_opened(stack: Stack, failing: Callback) -> None:
    stack.health().recovered(failing)
    stack.health().failed(failing, 1, since=NOW)

    assert not stack.health().open(failing, failing.breaker.opened(NOW, max))


def test_of_two_environments_one_makes_the_probe(stack: Stack, opened: Callback) -> None:
    probed = opened.breaker.probed(NOW, max)

    assert [stack.health().claim(opened, probed) for _ in range(2)] == [True, False]
    assert stored(stack).breaker == probed


def test_of_two_environments_one_sees_it_close(stack: Stack, opened: Callback) -> None:
    health = stack.health()

    assert [health.recovered(opened), health.recovered(opened)] == [opened.breaker, None]
    assert stored(stack).breaker == HEALTHY


def test_a_disabled_callback_stays_off_until_it_is_set_again(stack: Stack, opened: Callback) -> None:
    """Its setting stays, so that its owner sees what was wrong with it; nothing that is still under way matters."""
    health = stack.health()

    assert [health.disable(opened, "gone", at=NOW), health.disable(opened, "again", at=NOW)] == [True, False]
    assert health.recovered(opened) is None
    assert health.failed(opened, 1, since=NOW) is None
    since = "2026-11-23T17:36:00.000Z"
    assert describe_health(stored(stack)) == {"state": "disabled", "because": "gone", "since": since}
    assert stored(stack) == replace(CALLBACK, disabled="gone")
    stack.callbacks().put(CALLBACK)
    assert describe_health(stored(stack)) == {"state": "healthy"}


def test_a_mail_is_turned_off_while_it_goes_to_the_same_address(stack: Stack) -> None:
    """It has no URL to be known by."""
    mail = Callback(owner=OWNER, event=KIND, type=CallbackType.EMAIL, email="owner@example.com")
    stack.callbacks().put(mail)
    health = stack.health()

    assert not health.disable(replace(mail, email="old@example.com"), "bounced", at=NOW)
    assert [health.disable(mail, "bounced", at=NOW), health.disable(mail, "again", at=NOW)] == [True, False]
    assert stored(stack) == replace(mail, disabled="bounced")


def test_a_test_that_succeeds_turns_it_on_again(stack: Stack, opened: Callback) -> None:
    stack.health().disable(opened, "gone", at=NOW)

    assert stack.health().enable(opened)
    assert describe_health(stored(stack)) == {"state": "healthy"}


def test_a_callback_that_was_changed_or_removed_meanwhile_is_left_alone(stack: Stack, opened: Callback) -> None:
    """The old URL's outcomes say nothing about the new one, nor do they bring back what was removed."""
    health = stack.health()

    def changes() -> list[object]:
        return [
            health.failed(opened, 1, since=NOW),
            health.open(opened, opened.breaker),
            health.claim(opened, opened.breaker),
            health.recovered(opened),
            health.disable(opened, "gone", at=NOW),
            health.enable(opened),
        ]

    stack.callbacks().put(replace(CALLBACK, url="https://example.com/new"))
    assert not any(changes())
    stack.callbacks().remove(KEY)
    assert not any(changes())
    assert stack.items("CALLBACKS_TABLE") == []


def test_requeue_reads_breakers_without_opening_a_password(stack: Stack, opened: Callback) -> None:
    """It may not use the key. What is off or not set is not open."""
    off, unset = replace(CALLBACK, owner="1#2"), ("1#3", KIND)
    stack.callbacks().put(off)
    stack.health().failed(off, 10, since=NOW)
    stack.health().open(off, opened.breaker)
    stack.health().disable(off, "gone", at=NOW)

    keys = [KEY, (off.owner, KIND), unset]
    assert stack.health().breakers(keys) == dict(zip(keys, [opened.breaker, HEALTHY, HEALTHY], strict=True))


def test_the_api_shows_the_state_and_since_when(stack: Stack, opened: Callback) -> None:
    since = {"failures": 10, "since": "2026-11-23T17:36:00.000Z"}

    assert describe_health(replace(opened, breaker=Breaker(failures=10, failing_since=NOW))) == {
        "state": "failing",
        **since,
    }
    until = {"until": "2026-11-23T17:37:06.000Z", "gives_up": "2026-11-28T17:36:00.000Z"}
    assert describe_health(stored(stack)) == {"state": "open", **since, **until}


def test_a_write_whose_answer_is_lost_counts_once_and_is_known_for_our_own(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first failure to the recovery, and off and on: each is sent twice, and none passes for another's."""
    stack.callbacks().put(CALLBACK)
    stack.lose_answers(monkeypatch, "update_item")
    health = stack.health()

    breaker = health.failed(CALLBACK, 10, since=NOW)
    assert breaker == Breaker(failures=10, failing_since=NOW)
    failing = replace(CALLBACK, breaker=breaker)
    opened = replace(failing, breaker=failing.breaker.opened(NOW, max))
    assert health.open(failing, opened.breaker)
    probed = replace(opened, breaker=opened.breaker.probed(NOW, max))
    assert health.claim(opened, probed.breaker)
    assert health.recovered(probed) == probed.breaker
    assert health.disable(CALLBACK, "gone", at=NOW)
    assert health.enable(CALLBACK)
    assert describe_health(stored(stack)) == {"state": "healthy"}
