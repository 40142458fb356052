"""No text costs much more processor time than a plain one of its length, up to the lengths that we are handed.

One event or request must not use up the time of the others. Costs are compared with each other, on this machine and
at this moment: what grows with the square of its length is a hundred times over what is let pass here.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from api.dispatch import refuse_repeated
from api.gateway.body import readable as readable_body
from api.gateway.content_types import FORM, JSON
from api.gateway.cursor import Cursors
from deliver.dead_letters import MAX_BODY, DeadLetters
from deliver.messages import MAX_BYTES, read_message
from ringback.callbacks.identifiers import parse_account, parse_fonenumber, parse_mailbox
from ringback.callbacks.rules import check_credentials, parse_callback_url
from ringback.callbacks.url import MAX_CHARACTERS, MAX_RENDERED, parse_url
from ringback.catalog.payload import CATALOGUE
from ringback.delivery.render import render
from ringback.errors import InfrastructureError, RingbackError
from ringback.http.excerpt import readable as readable_answer
from ringback.http.response import parse_retry_after
from ringback.http.signature import parse_secret
from ringback.models import Callback, CallbackType, Event, Method
from ringback.redaction import without_secrets
from ringback.text import quote_value
from ringback.timestamps import parse_time

TIMES_AS_MUCH = 100
"""What a text may cost in plain ones; the worst of those that grow with their length alone is at 35."""

HEADER = 10_240
"""Bytes of all headers, and of the line, of a request that API Gateway takes (quotas of HTTP APIs)."""

ANSWER_HEAD = 65_536
"""Bytes of an answer's headers that are read."""

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
KIND = CATALOGUE["messages/receive_notify"]
EVENT = Event(kind=KIND.name, account="1", fonenumber="3215551212", id="x", time=NOW, data={})
MESSAGE = {"event": KIND.name, "account": "1", "fonenumber": "3215551212", "id": "x", "time": "2026-11-23T17:36:00Z"}
HOST = "https://my.example.com"

UNITS = (
    *("(", "((", "((a", "((a))", "((zz))", "((mesage", "(({zz}))", "{{a", "){", "(mesag))", "(0)", "( ", "a(", "[a]"),
    *("[", "0", "9", "+2", "2-", "00", "1(", "-", " ", "\t", ".", "a.", "_a", "a@", ":", "//", "?", "&", "a=b;", ","),
    *("%20", "%28", "+%20", '"', "\\", "\0", "\ud800", "charset=", "a;", "\N{LATIN SMALL LETTER SHARP S}", "\ufdfa"),
    *("\N{COMBINING ACUTE ACCENT}", ".\N{LATIN SMALL LETTER E WITH ACUTE}", "\N{IDEOGRAPHIC FULL STOP}"),
    "\N{GRINNING FACE}",
)
"""What texts are made of that parsers have trouble with: what opens and does not close, what is rewritten longer."""

DIFFERENT = "".join(map(chr, random.Random(1).sample(range(0x4E00, 0x9FFF), 20_000)))  # noqa: S311 - Punycode's worst
NESTED = f"{'[' * 40_000}{']' * 40_000}"

SHAPES = {
    "lists in lists": NESTED,
    "objects in objects": '{"event":' * 20_000,
    "a retry of lists": f'{{"delivery":"d","due":1,"owner":{NESTED}}}',
    "a retry of fewer lists": f'{{"delivery":"d","due":1,"owner":{NESTED[35_500:44_500]}}}',
    "digits": f'{{"delivery":"d","owner":"o","due":{"9" * 250_000}}}',
    "digits in text": f'{{"delivery":"d","owner":"o","due":"{"9" * 250_000}"}}',
    "digits before a point": f'{{"account":1{"0" * 250_000}.5,"event":"{KIND.name}"}}',
    "digits after a point": json.dumps(MESSAGE | {"data": {"msg": 0.5}}).replace("0.5", f"0.{'1' * 250_000}"),
    "numbers": f'{{"event":[{",".join(["-0"] * 80_000)}]}}',
    "fields": json.dumps(MESSAGE | {"data": dict.fromkeys(map(str, range(16_000)))}),
    "wrappings": '{"detail-type":"x","detail":' * 9_000 + "1" + "}" * 9_000,
}
"""Messages that have as much of something as there is room for."""


def _record(body: str) -> Mapping[str, object]:
    return {"messageId": "m", "body": body}


def _event(**fields: object) -> None:
    read_message(_record(json.dumps(MESSAGE | fields)))


def _inline(**fields: object) -> None:
    _event(event="messages/confirm", callback={"url": HOST, **fields})


def _body(text: str, content_type: str) -> None:
    readable_body({"body": text, "headers": {"content-type": content_type}})


def _rendered(text: str, *, target: str = "/", method: Method = Method.GET) -> None:
    callback = Callback(
        owner="1#3215551212", event=KIND.name, type=CallbackType.CALLBACK, method=method, url=f"{HOST}{target}"
    )
    render(callback, delivery="d", event=replace(EVENT, data={"message": text}), at=NOW)


def _mailed(text: str) -> None:
    callback = Callback(owner="1#3215551212", event=KIND.name, type=CallbackType.EMAIL, email="a@example.com")
    render(callback, delivery="d", event=replace(EVENT, data={"message": text}), at=NOW)


class _Queue:
    def send(self, _: object) -> list[object]:
        return []


@dataclass(frozen=True, slots=True)
class Parser:
    """Something that reads text of up to *most* characters."""

    name: str
    parse: Callable[[str], object]
    most: int

    def __str__(self) -> str:
        return self.name


PARSERS = (
    Parser("a URL's host", lambda text: parse_url(f"https://{text}"), MAX_CHARACTERS - 8),
    Parser("a URL's host in Chinese", lambda text: parse_url(f"https://中{text}"), MAX_CHARACTERS - 9),
    Parser("a URL's port", lambda text: parse_url(f"{HOST}:{text}"), MAX_CHARACTERS - 23),
    Parser("a URL's IPv6 address", lambda text: parse_url(f"https://[{text}]"), MAX_CHARACTERS - 10),
    Parser("a URL's path", lambda text: parse_callback_url(f"{HOST}/{text}", KIND), MAX_CHARACTERS - 23),
    Parser("a token", lambda text: parse_callback_url(f"{HOST}/(({text}))", KIND), MAX_CHARACTERS - 27),
    Parser("a URL that is too long", lambda text: parse_callback_url(f"{HOST}/{text}", KIND), MAX_BYTES),
    Parser("a mailbox", parse_mailbox, MAX_BYTES),
    Parser("a mailbox's domain", lambda text: parse_mailbox(f"a@{text}"), 252),
    Parser("credentials", lambda text: check_credentials(text, text), MAX_BYTES),
    Parser("a number", parse_fonenumber, MAX_BYTES),
    Parser("a number abroad", lambda text: parse_fonenumber(f"+2{text}x"), MAX_BYTES),
    Parser("a number at home", lambda text: parse_fonenumber(f" 1{text}x"), MAX_BYTES),
    Parser("a number as long as they get", lambda text: parse_fonenumber(f"+2{text}"), 62),
    Parser("an account", parse_account, MAX_BYTES),
    Parser("a time", lambda text: parse_time(f"2026-11-23T17:36:00.{text}"), MAX_BYTES),
    Parser("a secret", lambda text: parse_secret(f"whsec_{text}"), MAX_BYTES),
    Parser("a Retry-After", lambda text: parse_retry_after(text, NOW), ANSWER_HEAD),
    Parser("a Retry-After's date", lambda text: parse_retry_after(f"Mon, 23 Nov 2026 {text}", NOW), ANSWER_HEAD),
    Parser("an answer's type", lambda text: readable_answer(b"\xff" * 4096, content_type=text), ANSWER_HEAD),
    Parser("an answer's coding", lambda text: readable_answer(b"\xff" * 4096, content_encoding=text), ANSWER_HEAD),
    Parser("an answer", lambda text: readable_answer(text.encode(errors="replace")), MAX_BYTES),
    Parser("a value that is shown", quote_value, MAX_BYTES),
    Parser("a cursor", lambda text: Cursors(lambda: bytes(32)).position_in(text, "1"), HEADER),
    Parser("a query", lambda text: refuse_repeated({"rawQueryString": text}), HEADER),
    Parser("a request's type", lambda text: _body("{}", f"{JSON};{text}"), HEADER),
    Parser("a body of JSON", lambda text: _body(text, JSON), MAX_BYTES // 4),
    Parser("a field of JSON", lambda text: _body(json.dumps({text: text}), JSON), MAX_BYTES // 16),
    Parser("a form", lambda text: _body(text, FORM), MAX_BYTES // 4),
    Parser("a message", lambda text: read_message(_record(text)), MAX_BYTES // 4),
    Parser("an event's name", lambda text: _event(event=text), MAX_BYTES // 8),
    Parser("an event's number", lambda text: _event(fonenumber=text), MAX_BYTES // 8),
    Parser("an event's account", lambda text: _event(account=text), MAX_BYTES // 8),
    Parser("an event's id", lambda text: _event(id=text), MAX_BYTES // 8),
    Parser("an event's time", lambda text: _event(time=text), MAX_BYTES // 8),
    Parser("an event's value", lambda text: _event(data={"msg": text}), MAX_BYTES // 8),
    Parser("an event's field", lambda text: _event(data={text: 1}), MAX_BYTES // 8),
    Parser("a wrapped event", lambda text: _event(Type="Notification", Message=text), MAX_BYTES // 8),
    Parser("an inline URL's host", lambda text: _inline(url=f"https://{text}"), MAX_CHARACTERS - 8),
    Parser("an inline URL", lambda text: _inline(url=f"{HOST}/{text}"), MAX_BYTES // 8),
    Parser("an inline callback's method", lambda text: _inline(method=text), MAX_BYTES // 8),
    Parser("an inline callback's type", lambda text: _inline(type=text), MAX_BYTES // 8),
    Parser("an inline callback's field", lambda text: _inline(**{text: "x"}), MAX_BYTES // 8),
    Parser("an inline callback's user", lambda text: _inline(url_username=text, url_password=text), MAX_BYTES // 16),
    Parser("a rendered body", lambda text: _rendered(text, method=Method.JSON), MAX_BYTES // 4),
    Parser("a rendered URL", lambda text: _rendered(text, target="/((msg))"), MAX_BYTES // 16),
    Parser("a rendered URL, all tokens", lambda text: _rendered(text, target=f"/{'((msg))' * 580}"), MAX_BYTES // 16),
    Parser("a rendered URL, as it is shown", lambda text: without_secrets(f"{HOST}/?{text}"), MAX_RENDERED),
    Parser("a rendered URL of secrets", lambda text: without_secrets(f"{HOST}/?{'?key' * 1000}{text}"), MAX_RENDERED),
    Parser("a rendered mail", _mailed, MAX_BYTES // 16),
)


@pytest.mark.parametrize("parser", PARSERS, ids=str)
def test_no_text_costs_much_more_than_a_plain_one(parser: Parser) -> None:
    allowed = _allowed(parser.parse, "a" * parser.most)

    for text in _texts(parser.most):
        assert _cost_at_most(allowed, parser.parse, text), text[:20]


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
def test_no_shape_of_json_costs_much_more_than_plain_text(body: str) -> None:
    """Levels, digits, numbers and fields, as many as a message has room for; each is read, or told what is wrong."""
    allowed = _allowed(lambda text: read_message(_record(text)), "a" * len(body))

    assert len(body) <= MAX_BYTES
    assert _cost_at_most(allowed, read_message, _record(body))


def test_the_longest_dead_letter_is_made_in_no_time() -> None:
    """Whatever it was, it comes here."""
    letters = DeadLetters(queue=_Queue())  # type: ignore[arg-type] # what becomes of them is not asked

    def bury(body: str) -> None:
        try:
            read_message(_record(body))
        except RingbackError as error:
            letters.send(_record(body), error)  # type: ignore[arg-type] # reading raises nothing else

    allowed = _allowed(bury, "a" * MAX_BODY)

    for text in ("\ud800" * 300_000, "\0" * MAX_BODY, "{" * MAX_BODY):
        assert _cost_at_most(allowed, bury, text)


def _texts(most: int) -> Iterator[str]:
    yield DIFFERENT[:most]
    for unit in UNITS:
        yield (unit * (most // len(unit) + 1))[:most]


def _allowed(parse: Callable[[str], object], plain: str) -> float:
    """Seconds that a text as long as *plain* may take; a loop over it counts as plain where *parse* is quicker."""
    return TIMES_AS_MUCH * max(_cost(parse, plain), _cost(_walk, plain.ljust(5_000)))


def _walk(text: str) -> None:
    for _ in text:
        pass


def _cost_at_most[Given](seconds: float, parse: Callable[[Given], object], given: Given) -> bool:
    """Whether one of five tries costs no more; the first does, nearly always."""
    return any(_once(parse, given) <= seconds for _ in range(5))


def _cost[Given](parse: Callable[[Given], object], given: Given) -> float:
    return min(_once(parse, given) for _ in range(5))


def _once[Given](parse: Callable[[Given], object], given: Given) -> float:
    began = time.process_time()
    with suppress(RingbackError, ValueError, InfrastructureError):
        parse(given)
    return time.process_time() - began
