"""What each release has stored and sent, a file for each format (`samples/`), and what today's code makes of it."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from api import service_key
from deliver.messages import read_message
from ringback.aws.kms import Credentials
from ringback.breaker import Breaker
from ringback.delivery.retry_message import FORMAT, build_retry_message
from ringback.json_text import to_compact_json
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
    PreviousSecret,
    SigningSecrets,
    delivery_id,
)
from ringback.storage.accounts import (
    CONTACT_FORMAT,
    SECRETS_FORMAT,
    contact_from_item,
    contact_to_item,
    secrets_from_item,
    secrets_to_item,
)
from ringback.storage.callbacks import CALLBACK_FORMAT, callback_from_item, callback_to_item
from ringback.storage.compression import unpack
from ringback.storage.deliveries import DELIVERY_FORMAT, delivery_from_item, delivery_to_item

FOLDER = Path(__file__).parent / "samples"
RETENTION = timedelta(days=30)
NOW = datetime(2026, 11, 23, 17, 36, 0, 123_000, tzinfo=UTC)
OWNER = "1000001#3215551212"

type Stored = Any
"""An item in DynamoDB's own JSON, or the text of a message."""


# ── Reading the files ─────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def cases(name: str, number: int) -> Mapping[str, Stored]:
    """The samples of one format, each by what it is a case of."""
    text = (FOLDER / f"{name}.{number}.json").read_text(encoding="utf-8")
    return cast("Mapping[str, Stored]", json.loads(text, object_hook=_typed))


@cache
def unnumbered(name: str) -> Mapping[str, Stored]:
    """Samples of what has no format, because its meaning never changes."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    return cast("Mapping[str, Stored]", json.loads(text, object_hook=_typed))


def formats(name: str) -> list[int]:
    """The formats of which there are samples."""
    return sorted(int(path.name.split(".")[1]) for path in FOLDER.glob(f"{name}.*.json"))


def readable(sample: Stored) -> Stored:
    """*sample* with what is packed in it as it was before; another release of zstd may use other bytes for the same."""
    if isinstance(sample, str) or "packed" not in sample:
        return sample
    return sample | {"packed": unpack(sample["packed"]["B"])}


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": base64.b64decode(value["B"])} if value.keys() == {"B"} else value


class Kms:
    """Seals by writing the context beside the text, so that a sample opens as long as its context is what it was."""

    def encrypt(self, *, KeyId: str, Plaintext: bytes, EncryptionContext: dict[str, str]) -> dict[str, bytes]:  # noqa: ARG002, N803 - KMS's names
        return {"CiphertextBlob": to_compact_json([EncryptionContext, Plaintext.decode()]).encode()}

    def decrypt(self, *, KeyId: str, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> dict[str, bytes]:  # noqa: ARG002, N803 - as above
        context, text = json.loads(CiphertextBlob)
        if context != EncryptionContext:
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": text.encode()}


def credentials() -> Credentials:
    return Credentials(key="key", kms=lambda: cast("Any", Kms()))


# ── What they mean ────────────────────────────────────────────────────────────────────────────────────────────────────

EVENT = Event(
    kind="messages/receive_notify",
    account="1000001",
    fonenumber="3215551212",
    id="0c4055acc5cc2736d818c96f4421b2f5",
    time=NOW - timedelta(seconds=1),
    data={"to": "3215551212", "from": "3215551111", "message": "café ((to)) 😀"},
)
CALL = Event(
    kind="accounts/cdr_notify",
    account="1000001",
    fonenumber="",
    id="c1",
    time=NOW - timedelta(seconds=1),
    data={"uid": "c1", "duration": 17},
)
TRY = Attempt(
    number=1,
    at=NOW,
    reason=AttemptReason.EVENT,
    outcome=Outcome.STATUS,
    status=503,
    milliseconds=12,
    detail="HTTP 503",
    excerpt="busy",
)
UNANSWERED = Attempt(number=2, at=NOW, reason=AttemptReason.RETRY, outcome=Outcome.TIMEOUT, milliseconds=15_000)
ARRIVED = Attempt(
    number=1,
    at=NOW,
    reason=AttemptReason.EVENT,
    outcome=Outcome.DELIVERED,
    status=200,
    milliseconds=31,
    excerpt="ok",
    method="POST",
    url="https://example.com/hook?to=3215551212",
    headers={"content-type": "text/plain"},
)
NEW = Delivery(id="019ab1d25b230199aabbccddeeff0011", event=EVENT, created=NOW)
HTTP = Callback(
    owner=OWNER,
    event="messages/receive_notify",
    type=CallbackType.CALLBACK,
    method=Method.JSON,
    url="https://example.com/hook?to=((to))",
)
RECEIPT = Callback(
    owner=OWNER,
    event="messages/confirm",
    type=CallbackType.CALLBACK,
    method=Method.POST,
    url="https://example.com/receipt",
    url_username="me",
    url_password="planted-password",
)
REFUSED = Callback(
    owner=OWNER, event="messages/confirm", type=CallbackType.CALLBACK, refused="url: missing; a Callback needs one"
)
UNUSABLE = Attempt(
    number=1, at=NOW, reason=AttemptReason.EVENT, outcome=Outcome.UNUSABLE, milliseconds=0, detail=REFUSED.refused
)
RETRIED = replace(NEW, attempts=(TRY,), tries=1, reason=AttemptReason.RETRY, version=1)

MEANINGS: Mapping[tuple[str, int], Mapping[str, object]] = {
    ("delivery", 1): {
        "delivered": replace(RETRIED, attempts=(ARRIVED,), status=DeliveryStatus.DELIVERED),
        "due_soon": replace(RETRIED, due=NOW + timedelta(seconds=5)),
        "due_later": replace(RETRIED, attempts=(TRY, UNANSWERED), tries=2, due=NOW + timedelta(minutes=30), version=2),
        "in_line": replace(RETRIED, due=NOW + timedelta(days=29), note="waits until its endpoint answers again"),
        "sent_again": replace(
            RETRIED,
            attempts=(TRY, UNANSWERED),
            tries=0,
            due=NOW + timedelta(hours=1),
            reason=AttemptReason.REDELIVERY,
            version=4,
        ),
        "failed": replace(RETRIED, attempts=(TRY, UNANSWERED), tries=10, status=DeliveryStatus.FAILED, version=10),
        "cancelled": replace(NEW, status=DeliveryStatus.CANCELLED, note="the callback is not set any more", version=1),
        "test": replace(
            NEW, attempts=(TRY,), tries=1, status=DeliveryStatus.FAILED, reason=AttemptReason.TEST, version=1
        ),
        "of_an_account": replace(
            RETRIED, id=delivery_id(CALL), event=CALL, attempts=(ARRIVED,), status=DeliveryStatus.DELIVERED
        ),
        "with_its_callback": replace(
            RETRIED, event=replace(EVENT, kind="messages/confirm", callback=RECEIPT), due=NOW + timedelta(seconds=5)
        ),
        "with_a_refused_callback": replace(
            RETRIED,
            event=replace(EVENT, kind="messages/confirm", callback=REFUSED),
            attempts=(UNUSABLE,),
            status=DeliveryStatus.FAILED,
        ),
    },
    ("callback", 1): {
        "http": HTTP,
        "password": replace(RECEIPT, event="calls/receive_notify"),
        "mail": Callback(owner=OWNER, event="faxes/send_notify", type=CallbackType.EMAIL, email="someone@example.com"),
        "of_an_account": replace(HTTP, owner="1000001#*", event="accounts/cdr_notify", method=Method.GET),
        "turned_off": replace(HTTP, disabled="the receiver answered 410 Gone", disabled_at=NOW),
        "failing": replace(HTTP, breaker=Breaker(failures=4, failing_since=NOW)),
        "open": replace(
            HTTP,
            breaker=Breaker(failures=12, failing_since=NOW, open_until=NOW + timedelta(minutes=2), probes=1),
        ),
        "declared": HTTP,
    },
    ("signing_secret", 1): {
        "new": SigningSecrets(owner="1000001#*", current="whsec_bmV3", created=NOW),
        "rotated": SigningSecrets(
            owner="1000001#*",
            current="whsec_bmV3",
            created=NOW,
            previous=(
                PreviousSecret(secret="whsec_b2xk", until=NOW + timedelta(hours=24)),
                PreviousSecret(secret="whsec_b2xkZXI=", until=datetime(2026, 11, 24, 9, tzinfo=UTC)),
            ),
        ),
    },
    ("contact", 1): {"set": "someone@example.com", "unnumbered": "someone@example.com"},
    ("service_key", 1): {"made": bytes(range(32))},
    ("retry", 1): {"due": (OWNER, NEW.id, NOW + timedelta(seconds=5))},
}
"""By name and format: what each sample is read as."""

NOT_WRITTEN_WHOLE: Mapping[str, frozenset[str]] = {
    "callback": frozenset({"failures", "failing_since", "open_until", "probes", "writer", "declared_by"}),
}
"""Attributes that something else than `to_item` puts on an item; `tests/integration/test_formats.py` has them."""


# ── What is read and written today ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One thing that is stored or sent whole."""

    newest: int
    where: str
    """The module that has its format."""
    read: Callable[[Stored], object]
    write: Callable[[Any, Stored], Stored]
    """What is made of a meaning; the sample of it tells what else that depends on."""


def _read_delivery(item: Stored) -> Delivery:
    delivery = delivery_from_item(item)
    if "callback" not in item:
        return delivery
    callback = callback_from_item(item["callback"]["M"], credentials())
    return replace(delivery, event=replace(delivery.event, callback=callback))


def _write_delivery(delivery: Delivery, sample: Stored) -> Stored:
    shard = sample.get("due_shard", {"S": ""})["S"]
    delivery = replace(delivery, backlog=shard if shard.count("#") > 1 else "")
    parked = not shard.startswith("queued#")
    item: dict[str, Any] = dict(delivery_to_item(delivery, parked=parked, retention=RETENTION))
    if delivery.event.callback:
        item["callback"] = {"M": callback_to_item(delivery.event.callback, credentials())}
    return item


def _read_retry(body: Stored) -> tuple[str, str, datetime]:
    content: Any = read_message({"messageId": "m", "body": body, "attributes": {}}).content
    if isinstance(content, Exception):
        raise content
    return content.owner, content.delivery, content.due


def _write_retry(retry: tuple[str, str, datetime], _: Stored) -> Stored:
    owner, delivery, due = retry
    return build_retry_message(owner=owner, delivery=delivery, due=due, now=NOW).body


KINDS: Mapping[str, Kind] = {
    "delivery": Kind(newest=DELIVERY_FORMAT, where="storage/deliveries.py", read=_read_delivery, write=_write_delivery),
    "callback": Kind(
        newest=CALLBACK_FORMAT,
        where="storage/callbacks.py",
        read=lambda item: callback_from_item(item, credentials()),
        write=lambda callback, _: callback_to_item(callback, credentials()),
    ),
    "signing_secret": Kind(
        newest=SECRETS_FORMAT,
        where="storage/accounts.py",
        read=lambda item: secrets_from_item(item, credentials()),
        write=lambda secrets, _: secrets_to_item(secrets, credentials()),
    ),
    "contact": Kind(
        newest=CONTACT_FORMAT,
        where="storage/accounts.py",
        read=contact_from_item,
        write=lambda address, _: contact_to_item("1000001", address),
    ),
    "service_key": Kind(
        newest=service_key.FORMAT,
        where="service_key.py",
        read=lambda item: service_key.from_item(item, credentials()),
        write=lambda key, _: service_key.to_item(key, credentials(), created=NOW),
    ),
    "retry": Kind(newest=FORMAT, where="delivery/retry_message.py", read=_read_retry, write=_write_retry),
}
