"""Compare rows of callbacks with what is set, by the rules of the API, and write them as the API does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from operate.rows import Row
from ringback.aws.dynamodb import Key
from ringback.callbacks.identifiers import parse_account, parse_fonenumber
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import Scope, lookup
from ringback.errors import InfrastructureError, InvalidSetting
from ringback.models import Callback, build_owner, split_owner
from ringback.ssrf.rules import Network
from ringback.storage.numbers import Numbers

MAX_FAULTS = 5
"""Numbers in a row at which AWS may fail before the import stops, since the next ones would fail as well."""


class Verdict(StrEnum):
    """What to do with a row."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    """A rule is broken, and the file has to be corrected."""
    FAILED = "failed"
    """AWS failed, and the row is to be tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of the row that begins at a *line*."""

    line: int
    verdict: Verdict
    about: str
    """Whose callback it is, or why there is none; never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a row wants: a callback under a key, or none there."""

    line: int
    key: Key
    callback: Callback | None


class Import:
    """Compares what rows want with what is set, and writes the difference if asked to."""

    def __init__(self, *, numbers: Numbers, allowed: Iterable[Network], write: bool) -> None:
        self._numbers = numbers
        self._allowed = tuple(allowed)
        self._write = write

    def run(self, rows: Iterable[Row]) -> Iterator[Judged]:
        """Judge every row: refused rows first, then the others number by number.

        Raises:
            InfrastructureError: AWS failed at several numbers in a row.
        """
        wanted: dict[Key, Wanted] = {}
        for row in rows:
            try:
                one = self._wanted(row, wanted)
            except InvalidSetting as error:
                yield Judged(line=row.line, verdict=Verdict.REFUSED, about=str(error))
            else:
                if one:
                    wanted[one.key] = one
                else:
                    yield Judged(line=row.line, verdict=Verdict.UNCHANGED, about="the same as a row above")
        yield from self._all(_by_owner(wanted.values()))

    def _wanted(self, row: Row, before: Mapping[Key, Wanted]) -> Wanted | None:
        """Return what *row* wants, unless a row *before* it wants the same."""
        if row.refused:
            raise InvalidSetting("row", row.refused)
        wanted = wanted_by(row, self._allowed)
        other = before.get(wanted.key)
        if other and other.callback != wanted.callback:
            raise InvalidSetting("event", f"line {other.line} sets the same callback to something else")
        return None if other else wanted

    def _all(self, owners: Iterable[list[Wanted]]) -> Iterator[Judged]:
        faults = 0
        for rows in owners:
            try:
                judged = self._one(rows)
            except InfrastructureError as fault:
                faults += 1
                if faults == MAX_FAULTS:
                    raise
                judged = [
                    Judged(line=row.line, verdict=Verdict.FAILED, about=f"{_whose(row)}: {fault}") for row in rows
                ]
            else:
                faults = 0
            yield from judged

    def _one(self, rows: list[Wanted]) -> list[Judged]:
        """Write the *rows* of one owner, all of them or none."""
        current = self._numbers.callbacks(rows[0].key[0])
        judged = [(row, _verdict(current.get(row.key[1]), row.callback)) for row in rows]
        if self._write:
            self._numbers.change({row.key: row.callback for row, verdict in judged if verdict is not Verdict.UNCHANGED})
        return [Judged(line=row.line, verdict=verdict, about=_whose(row)) for row, verdict in judged]


def wanted_by(row: Row, allowed: Iterable[Network]) -> Wanted:
    """Return what *row* wants, by the rules of the API.

    Raises:
        InvalidSetting: a rule is broken; the message never repeats a password.
    """
    fields = dict(row.fields)
    account = parse_account(_named(fields, "account", "account_id"))
    number = _named(fields, "fonenumber", "number")
    kind = lookup(fields.pop("event", None))
    if kind.scope is Scope.ACCOUNT and number:
        raise InvalidSetting("number", f"leave it out; {kind.name} is set for the whole account")
    owner = build_owner(account, parse_fonenumber(number) if kind.scope is Scope.NUMBER else "")
    callback = parse_public_setting(kind, fields, owner=owner, allowed=allowed)
    return Wanted(line=row.line, key=(owner, kind.name), callback=callback)


def _named(fields: dict[str, object], name: str, other: str) -> object:
    """Return the value that is given under one of its two names."""
    first, second = fields.pop(name, None), fields.pop(other, None)
    if first and second and first != second:
        raise InvalidSetting(other, f"conflicts with its alias {name}: they differ")
    return second if first is None else first


def _by_owner(wanted: Iterable[Wanted]) -> Iterable[list[Wanted]]:
    owners: dict[str, list[Wanted]] = {}
    for one in wanted:
        owners.setdefault(one.key[0], []).append(one)
    return owners.values()


def _verdict(before: Callback | None, after: Callback | None) -> Verdict:
    if before is None:
        return Verdict.NEW if after else Verdict.UNCHANGED
    if after is None:
        return Verdict.REMOVED
    # One that was turned off meanwhile stays so: only a customer knows whether the endpoint is back.
    return Verdict.UNCHANGED if after == replace(before, disabled="") else Verdict.CHANGED


def _whose(row: Wanted) -> str:
    account, fonenumber = split_owner(row.key[0])
    return " ".join(filter(None, (account, fonenumber, row.key[1])))
