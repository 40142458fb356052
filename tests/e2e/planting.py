"""Texts that must not be logged, planted wherever a customer or a receiver may put some."""

import base64
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Event

from local.demo.receiver import CRLF, Reply, Request
from tests.e2e.customer import Customer

LONGER_THAN_AN_ATTEMPT = 20
"""Seconds."""


@dataclass(slots=True)
class Planted:
    """Texts of one run, each with the place where it was planted in it."""

    run: str = field(default_factory=lambda: secrets.token_hex(8))
    _texts: list[str] = field(default_factory=list)

    def text(self, place: str) -> str:
        """A new text for *place*; it stays as it is in URLs and addresses."""
        text = f"{place}-{self.run}-{len(self._texts)}"
        self._texts.append(text)
        return text

    def secret(self, text: str) -> str:
        """One that others have made."""
        self._texts.append(text)
        return text

    def found_in(self, lines: Iterable[str]) -> Iterator[str]:
        """What was planted and is in *lines*, as it is or as HTTP Basic has it, with the line."""
        forms = {text: (text, *_encoded(text)) for text in [*self._texts, self.run]}
        for line in lines:
            yield from (f"{text}: {line}" for text, some in forms.items() if any(form in line for form in some))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Reply):
    """What a server says that does not speak HTTP."""

    raw: bytes

    def encode(self) -> bytes:
        return self.raw


class Receivers:
    """Answers by the first word of the path; each answer has *body* in it."""

    def __init__(self, body: str) -> None:
        self._body = body.encode()
        self.over = Event()

    def __call__(self, request: Request) -> Reply:
        word = request.target.strip("/").partition("-")[0]
        if word == "hangs":
            self.over.wait(LONGER_THAN_AN_ATTEMPT)
        if word == "echoes":
            return Said(raw=request.head + CRLF + CRLF + request.body)
        status = {"fails": 500, "moved": 302, "gone": 410, "refuses": 403}.get(word, 200)
        return Reply(status=status, headers=(("Location", f"/{self._body.decode()}"),), body=self._body)


def with_a_password_that_does_not_open(customer: Customer, kind: str) -> None:
    """As if it had been sealed for somebody else: KMS refuses it."""
    item = customer.callback(kind)
    assert item
    customer.cloud.client("dynamodb").update_item(
        TableName=customer.cloud.outputs["CallbacksTable"],
        Key={name: {"S": item[name]} for name in ("owner", "event")},
        UpdateExpression="SET url_password = :other",
        ExpressionAttributeValues={":other": {"B": b"sealed for somebody else"}},
    )


def _encoded(text: str) -> list[str]:
    """*text* in base64, at each of the three places where it may begin; its ends depend on their neighbours."""
    return [base64.b64encode(b" " * before + text.encode()).decode()[4:-4] for before in range(3)]
