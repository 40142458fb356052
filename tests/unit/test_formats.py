"""What other releases have stored and sent, read and written by this one (decision 0013)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from api.gateway.cursor import CURSOR_PURPOSE, Cursors
from api.gateway.sessions import SESSION_PURPOSE, Session, build_token, parse_session
from api.routes.deliveries import AGAIN
from api.service_key import derived
from ringback.errors import InfrastructureError, MalformedEvent
from ringback.models import DeliveryStatus
from ringback.notify.status_event import StatusEventBus, StatusEventKind, about_callback, about_failure
from ringback.storage.compression import DICTIONARY, pack
from ringback.storage.deliveries import delivery_from_item
from tests import stored
from tests.stored import HTTP, KINDS, MEANINGS, NEW, NOW, OWNER, RETRIED, Stored

SAMPLES = [(name, number, case) for (name, number), cases in MEANINGS.items() for case in cases]
NEWEST = [(name, number, case) for name, number, case in SAMPLES if number == KINDS[name].newest]


def number_of(sample: Stored) -> int:
    number = json.loads(sample).get("version", 1) if isinstance(sample, str) else sample.get("format", {"N": 1})["N"]
    return int(number)


def written(name: str) -> int:
    """The format that this release writes; the one before its newest where that is only read so far."""
    of_newest = max(one for one in MEANINGS if one[0] == name)
    case, meaning = next(iter(MEANINGS[of_newest].items()))
    return number_of(KINDS[name].write(meaning, stored.cases(*of_newest)[case]))


WRITTEN = [(name, number, case) for name, number, case in SAMPLES if number == written(name) and case != "unnumbered"]


def with_number(sample: Stored, number: object) -> Stored:
    """*sample* of another format; of none where *number* is None."""
    if isinstance(sample, str):
        message = {name: value for name, value in json.loads(sample).items() if name != "version"}
        return json.dumps(message | ({} if number is None else {"version": number}))
    item = {name: value for name, value in sample.items() if name != "format"}
    return item | ({} if number is None else {"format": {"N": str(number)}})


def with_more(sample: Stored) -> Stored:
    """*sample* with what a later release might add."""
    if isinstance(sample, str):
        return json.dumps(json.loads(sample) | {"later": {"a": [1]}})
    return sample | {"later": {"S": "x"}, "much_later": {"M": {"a": {"L": [{"N": "1"}]}}}, "flag": {"BOOL": True}}


def whole(meaning: object) -> tuple[object, object]:
    """With the breaker, which does not count when callbacks are compared."""
    return meaning, getattr(meaning, "breaker", None)


# ── Numbered: what is read whole ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "number", "case"), SAMPLES)
def test_every_format_is_read(name: str, number: int, case: str) -> None:
    """By this release, whichever wrote it; to the last field."""
    assert whole(KINDS[name].read(stored.cases(name, number)[case])) == whole(MEANINGS[name, number][case])


@pytest.mark.parametrize(("name", "number", "case"), WRITTEN)
def test_what_is_written_is_of_the_format_that_it_says(name: str, number: int, case: str) -> None:
    """Another shape needs another number, or the release before reads what it does not know."""
    sample = stored.cases(name, number)[case]
    if not isinstance(sample, str):
        by_others = stored.NOT_WRITTEN_WHOLE.get(name, frozenset())
        sample = {attribute: value for attribute, value in sample.items() if attribute not in by_others}

    item = KINDS[name].write(MEANINGS[name, number][case], sample)

    assert stored.readable(item) == stored.readable(sample), (
        f"{case} is not written as in tests/samples/{name}.{number}.json. Leave that file as it is: raise FORMAT"
        f" in {KINDS[name].where}, read both, and add {name}.{number + 1}.json (CONTRIBUTING: Changing a format)"
    )


@pytest.mark.parametrize("name", KINDS)
def test_what_is_written_can_be_read_by_the_release_before(name: str) -> None:
    """As far as a number can tell: it is the newest that is read, or the one before."""
    assert KINDS[name].newest - 1 <= written(name) <= KINDS[name].newest


@pytest.mark.parametrize("name", KINDS)
def test_every_format_has_samples_and_meanings(name: str) -> None:
    every = list(range(1, KINDS[name].newest + 1))

    assert stored.formats(name) == every, f"tests/samples/ has a file for each format of {KINDS[name].where}"
    assert [number for of, number in MEANINGS if of == name] == every
    for number in every:
        assert stored.cases(name, number).keys() == MEANINGS[name, number].keys()


@pytest.mark.parametrize(("name", "number", "case"), [one for one in SAMPLES if one[1] == 1])
def test_what_has_no_number_is_of_the_first_format(name: str, number: int, case: str) -> None:
    sample = stored.cases(name, number)[case]

    assert KINDS[name].read(with_number(sample, None)) == MEANINGS[name, number][case]


@pytest.mark.parametrize(("name", "number", "case"), NEWEST)
def test_what_a_later_release_adds_is_no_matter(name: str, number: int, case: str) -> None:
    """As long as its number is the same."""
    sample = stored.cases(name, number)[case]

    assert KINDS[name].read(with_more(sample)) == MEANINGS[name, number][case]


@pytest.mark.parametrize(("name", "number", "case"), NEWEST)
def test_what_only_a_newer_release_can_read_is_refused(name: str, number: int, case: str) -> None:
    """Whatever else is in it; the reason says which formats there are."""
    sample = with_number(stored.cases(name, number)[case], number + 1)

    with pytest.raises(InfrastructureError, match=rf"is of format {number + 1}, .* newer release .* up to {number}$"):
        KINDS[name].read(sample)


@pytest.mark.parametrize("name", ["delivery", "callback", "signing_secret", "contact", "service_key"])
def test_a_number_that_is_none_is_a_fault_and_no_crash(name: str) -> None:
    sample = next(iter(stored.cases(name, 1).values()))

    with pytest.raises(InfrastructureError, match="is not stored as it should be: KeyError"):
        KINDS[name].read(sample | {"format": {"S": "two"}})


@pytest.mark.parametrize("version", ["two", None, [2]])
def test_a_retry_whose_version_is_no_number_is_malformed(version: object) -> None:
    """None of our releases wrote it."""
    body = json.dumps(json.loads(stored.cases("retry", 1)["due"]) | {"version": version})

    with pytest.raises(MalformedEvent, match="bad_retry"):
        KINDS["retry"].read(body)


def test_a_newer_retry_is_known_by_its_delivery_alone() -> None:
    """It is no malformed one, whatever else it holds: dead letters would have it at once."""
    with pytest.raises(InfrastructureError, match="a retry is of format 7"):
        KINDS["retry"].read('{"version":7,"delivery":"019a"}')


def test_the_dictionary_that_deliveries_are_packed_with_never_changes() -> None:
    """Those of ten years may be kept; another one comes with another format, in a file of its own."""
    digest = hashlib.sha256(DICTIONARY.read_bytes()).hexdigest()

    assert digest == "ea8ba302d9bfc9e473256efabf5bf68bb93fac2533b9971a6ef75a873c2feded"


@pytest.mark.parametrize("packed", [b"", b"x", b"\x28\xb5\x2f\xfd", pack([1]), pack({"data": {}})])
def test_what_is_not_packed_as_it_should_be_is_a_fault_and_no_crash(packed: bytes) -> None:
    item = stored.cases("delivery", 1)["due_soon"] | {"packed": {"B": packed}}

    with pytest.raises(InfrastructureError, match="a delivery is not stored as it should be"):
        delivery_from_item(item)


def test_what_was_changed_in_place_counts_more_than_what_is_packed() -> None:
    """As sending a delivery again does."""
    changed = {"reason": {"S": "redelivery"}, "tries": {"N": "0"}, "status": {"S": "pending"}}

    delivery = delivery_from_item(stored.cases("delivery", 1)["failed"] | changed)

    assert (delivery.reason, delivery.tries, delivery.status) == ("redelivery", 0, "pending")


@pytest.mark.parametrize("attribute", ["status", "reason"])
def test_a_word_of_a_later_release_is_a_fault_and_no_crash(attribute: str) -> None:
    """Statuses, reasons and outcomes that are new."""
    item = stored.cases("delivery", 1)["due_soon"] | {attribute: {"S": "later"}}

    with pytest.raises(InfrastructureError, match="a delivery is not stored as it should be: ValueError"):
        delivery_from_item(item)


def test_a_callback_inside_a_delivery_has_a_format_of_its_own() -> None:
    item = stored.cases("delivery", 1)["with_its_callback"]
    callback = with_number(item["callback"]["M"], KINDS["callback"].newest + 1)

    with pytest.raises(InfrastructureError, match="a callback is of format"):
        KINDS["delivery"].read(item | {"callback": {"M": callback}})


# ── Not numbered: what never changes its meaning ──────────────────────────────────────────────────────────────────────


class Bus:
    """Takes notices."""

    def __init__(self) -> None:
        self.details: dict[str, object] = {}

    def put_events(self, *, Entries: list[Mapping[str, Any]]) -> dict[str, int]:  # noqa: N803 - EventBridge's name
        self.details |= {entry["DetailType"]: json.loads(entry["Detail"]) for entry in Entries}
        return {"FailedEntryCount": 0}


def test_notices_are_what_the_platform_s_rules_were_written_for() -> None:
    """A key that is there stays; a new meaning has a new key, or a new kind of notice."""
    bus = Bus()
    changes = [kind for kind in StatusEventKind if kind is not StatusEventKind.DELIVERY_FAILED]
    notices = [about_callback(kind, HTTP, at=NOW, reason="10 failures in a row") for kind in changes]
    failed = replace(RETRIED, status=DeliveryStatus.FAILED)

    StatusEventBus(lambda: cast("Any", bus)).put([*notices, about_failure(failed, HTTP, at=NOW)])

    assert bus.details == stored.unnumbered("notices")


CURSORS = {
    "log": (NEW.id, OWNER, "failed", "", ""),
    "numbers": ("3215551212", "1000001"),
    "sending_again": (NEW.id, OWNER, AGAIN, "failed", "", ""),
}


@pytest.mark.parametrize("case", CURSORS)
def test_a_cursor_from_before_an_upgrade_goes_on(case: str) -> None:
    """And one from after it, once the upgrade was taken back."""
    position, *of = CURSORS[case]
    cursor, cursors = stored.unnumbered("cursors")[case], Cursors(lambda: derived(bytes(range(32)), CURSOR_PURPOSE))

    assert cursors.position_in(cursor, *of) == position
    assert cursors.cursor_for(position, *of) == cursor


SESSION = Session(
    account="1000001",
    expires=datetime(2026, 11, 24, tzinfo=UTC),
    read_only=True,
    fonenumbers=("+4930123456", "3215551212"),
)


def test_a_link_to_the_console_from_before_an_upgrade_is_good() -> None:
    token, key = stored.unnumbered("session")["bounded"], derived(bytes(range(32)), SESSION_PURPOSE)

    assert parse_session(token, lambda: key, NOW) == SESSION
    assert build_token(SESSION, key) == token


def test_a_credential_opens_in_the_context_that_it_was_sealed_in() -> None:
    """KMS binds it to owner and event; a release that named another context could open none."""
    sealed = stored.cases("callback", 1)["password"]["url_password"]["B"]

    assert stored.credentials().open(sealed, owner=OWNER, event="calls/receive_notify") == "planted-password"
    with pytest.raises(InfrastructureError):
        stored.credentials().open(sealed, owner=OWNER, event="calls/send_notify")
