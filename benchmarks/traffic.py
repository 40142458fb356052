"""Build events as SQS hands them to Lambda, and the callbacks that they are for."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

KIND = "messages/receive_notify"
BATCH = 100
HOSTS = 50
BODY_BYTES = 300
"""Size of the JSON that a receiver gets."""

SECRET = "whsec_" + "QUFB" * 8

TEXTS = """
Hey, are we still on for lunch on Thursday? I can do 12:30 at the usual place, or later if that suits you better. Let
me know! FreshCart: your groceries are being packed. Driver: Luis. Expected between 5:10 and 5:40 pm. Leave at door?
Answer YES or NO. Dear tenant, the water will be turned off on Monday from 8 am to noon because of repairs in the
basement. We apologise for the trouble. Your login code for Harbor Bank is 771402. Never give this code to somebody
else. If you did not ask for it, ring us on 800-555-0199. Mom said dinner is at seven, bring the folding chairs and
some ice if you have any left. Also Grandpa wants his ladder back lol We could not deliver your parcel because nobody
was in. Choose a new day at https://p.example.net/r/Qz81x or collect it from locker 14. Hi, this is Kim from Lakeside
Dental. Your cleaning is on Wed 14 Jan, 9:45. Text 1 if you will come, 2 if you want another day. I'm running late,
traffic is terrible on I-95. Start without me, I should make it by quarter past. Sorry everyone
"""
"""What people and companies write, for what is stored is packed: a text of nothing but `x` would take no room."""

_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Customers with one number and one callback each, in accounts of a hundred; all of them sign."""

    many: int
    port: int
    target: str = "/answer/0/2"
    scheme: str = "http"
    first: int = 0
    """Customers have numbers from here on."""
    size: int = BODY_BYTES
    """Bytes of an event's data."""

    def url(self, customer: int) -> str:
        """Customers share `HOSTS` hosts."""
        return f"{self.scheme}://127.0.0.{customer % HOSTS + 1}:{self.port}{self.target}"

    def items(self) -> Iterator[Mapping[str, Any]]:
        """Return what the Callbacks table holds for them."""
        for customer in range(self.first, self.first + self.many):
            account, fonenumber = _owner(customer)
            texts = {"owner": f"{account}#{fonenumber}", "account": account, "event": KIND, "type": "Callback"}
            texts |= {"method": "JSON", "url": self.url(customer)}
            yield {"format": {"N": "1"}} | {name: {"S": text} for name, text in texts.items()}
        for account in {_owner(customer)[0] for customer in range(self.first, self.first + self.many)}:
            secret = {"B": _base64(SECRET)}
            yield {"owner": {"S": f"{account}#*"}, "event": {"S": "signing_secret"}, "current": secret}

    def at_hang(self, run: int, many: int, port: int) -> Iterator[Mapping[str, Any]]:
        """Return callbacks at `/hang` for customers that no other *run* has; their events are `record(90_000 + …)`."""
        for place in range(many):
            account, fonenumber = _owner(90_000 + run * many + place)
            texts = {"owner": f"{account}#{fonenumber}", "account": account, "event": KIND, "type": "Callback"}
            texts |= {"method": "JSON", "url": f"http://127.0.1.{place + 1}:{port}/hang"}
            yield {"format": {"N": "1"}} | {name: {"S": text} for name, text in texts.items()}

    def record(self, customer: int) -> dict[str, Any]:
        """Return an event for *customer*."""
        account, fonenumber = _owner(self.first + customer)
        number = next(_numbers)
        body: dict[str, Any] = {"event": KIND, "account": account, "fonenumber": fonenumber}
        body |= {
            "id": f"{number:032x}",
            "time": "2026-11-23T17:36:00Z",
            "data": data(f"{number:032x}", fonenumber, self.size),
        }
        return {
            "messageId": f"00000000-0000-0000-0000-{number:012x}",
            "receiptHandle": "handle",
            "body": json.dumps(body),
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795000000000",
                "MessageGroupId": account,
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:events",
            "awsRegion": "us-east-1",
        }

    def batch(self, first: int = 0, size: int = BATCH) -> dict[str, Any]:
        """Return *size* events for one customer after the other, beginning with *first*, and round again."""
        return {"Records": [self.record((first + place) % self.many) for place in range(size)]}


def data(number: str, fonenumber: str, size: int = BODY_BYTES) -> dict[str, str]:
    """Return fields whose JSON has *size* bytes on the wire."""
    fields = {"to": fonenumber, "from": "3215551111", "message": "", "id": number}
    fields["message"] = text(size - len(json.dumps(fields, separators=(",", ":"))), int(number, 16))
    return fields


def text(size: int, start: int) -> str:
    """As much of `TEXTS`, from somewhere on."""
    words = " ".join(TEXTS.split()) + " "
    start %= len(words)
    return (words[start:] + words * (size // len(words) + 1))[:size]


def body() -> bytes:
    """Return what a receiver gets."""
    return json.dumps(data("0" * 32, "3215551212"), separators=(",", ":")).encode()


def _owner(customer: int) -> tuple[str, str]:
    return f"{1_000_000 + customer // 100}", f"321{customer:07}"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
