"""Make the dictionary that deliveries are packed with: `python -m tools.packing_dictionary PATH`.

For a new format only: what was packed with a dictionary can be read with no other. It is trained on deliveries of every
kind of event as they mostly are, arrived at once and half of them text messages; and on English, of messages as numbers
get and send them and of this repository's pages.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backports.zstd import ZstdDict, train_dict

from ringback.catalog.kinds import CATALOGUE
from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome, Value, delivery_id
from ringback.storage.deliveries import DELIVERY_FORMAT, delivery_to_json

DOCS = Path(__file__).parents[1] / "docs"
SIZE = 16_384
"""Bytes; it saves four percent more than a quarter of that, and twice as many save nothing."""
SAMPLES = 8_000
TEXTS = ("messages/receive_notify", "messages/send_notify")
ANSWERS = ("", "", "ok", "OK", '{"status":"ok"}', '{"success":true}', '{"received":true}', "<!DOCTYPE html>", "success")
SERVERS = ("nginx", "nginx/1.24.0", "cloudflare", "Apache", "Microsoft-IIS/10.0", "gunicorn", "envoy", "awselb/2.0")
TYPES = ("application/json", "application/json; charset=utf-8", "text/html; charset=utf-8", "text/plain; charset=utf-8")
FAILURES = (
    (Outcome.STATUS, 500, "HTTP 500"),
    (Outcome.STATUS, 503, "HTTP 503"),
    (Outcome.STATUS, 404, "HTTP 404"),
    (Outcome.STATUS, 301, "HTTP 301"),
    (Outcome.TIMEOUT, None, "no complete answer within 15 s"),
    (Outcome.CONNECT, None, "no connection within 5 s"),
    (Outcome.DNS, None, "the host has no address"),
    (Outcome.TLS, None, "certificate verify failed: certificate has expired"),
)
HOSTS = ("hooks", "api", "www", "webhooks", "callbacks")
PATHS = ("/webhook", "/webhooks/sms", "/api/v1/callback", "/sms/receive", "/ringback", "/callback.php", "/hooks/calls")


MESSAGES = """
Your appointment with Dr Miller is confirmed for Tuesday, March 3 at 2:30 PM. Reply C to confirm or R to reschedule.
Hi Anna, just a reminder that your payment of $45.00 is due tomorrow. You can pay online or call us at (321) 555-0134.
Your verification code is 482913. Do not share it with anyone. It expires in 10 minutes.
Thanks for your order! It has been shipped and will arrive on Friday. Track it here: https://example.com/t/8fk2
Sorry I missed your call, I'm in a meeting right now. Can I call you back this afternoon?
Hello, we have received your message and someone from our team will get back to you within one business day.
OK see you there at 6. Do you need me to bring anything?
Your table for 4 is ready. Please come to the front desk within the next 15 minutes.
Reminder: your car is due for service. Call us to book a time that works for you. Reply STOP to opt out.
Good morning! We still have an opening today at 11:15 if you would like to come in earlier.
No worries, thank you so much for letting me know. Have a great weekend!
The technician is on the way and should be with you between 1 and 3 PM. Please make sure that someone is at home.
Your prescription is ready for pickup. We are open until 9 PM. Msg & data rates may apply.
Can you send me the address again please? I will be there in about twenty minutes.
Yes that works for us, what do you need from me to get started?
"""


def english() -> str:
    """Return as much of messages as of the pages' sentences, without what is code or Markdown."""
    text = " ".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))
    pages = re.sub(r"\s+", " ", re.sub(r"[`*_|#>\[\]()<>{}=\\/]", " ", text))
    messages = " ".join(MESSAGES.split()) + " "
    return pages + messages * (len(pages) // len(messages))


def deliveries(dice: random.Random, text: str) -> Iterator[Delivery]:
    """Yield deliveries as a stack has them, without end."""
    while True:
        yield delivery(dice, text)


def delivery(dice: random.Random, text: str, *, kind: str = "", size: int = 0) -> Delivery:
    """Return one, of any *kind*, with a text of any length; or with one that makes its data *size* bytes of JSON."""
    event = _event(dice, text, kind or _kind(dice), size)
    created = event.time + timedelta(milliseconds=dice.randrange(50, 2_000))
    made = Delivery(id=delivery_id(event), event=event, created=created)
    while dice.random() < 0.1:  # noqa: PLR2004 - one in ten fails, and one in ten of those again
        outcome, status, detail = dice.choice(FAILURES)
        made = made.after(
            _attempt(dice, made, outcome, status, detail),
            status=DeliveryStatus.PENDING,
            due=created + timedelta(hours=1),
        )
    return made.after(_attempt(dice, made, Outcome.DELIVERED, 200, ""), status=DeliveryStatus.DELIVERED, due=None)


def _kind(dice: random.Random) -> str:
    """Half of all are text messages."""
    return dice.choice(TEXTS if dice.random() < 0.5 else tuple(CATALOGUE))  # noqa: PLR2004 - half


def _event(dice: random.Random, text: str, kind: str, size: int) -> Event:
    fonenumber = _number(dice)
    identity = f"{dice.getrandbits(128):032x}"
    data = {name: _varied(dice, value) for name, value in CATALOGUE[kind].example.items()}
    for name, value in (("to", fonenumber), ("from", _number(dice)), ("id", identity), ("uid", identity)):
        if name in data:
            data[name] = value
    if "message" in data:
        data["message"] = ""
        room = size - len(json.dumps(data, separators=(",", ":"))) if size else dice.randrange(20, 320)
        start = dice.randrange(len(text) - room)
        data["message"] = text[start : start + room]
    return Event(
        kind=kind,
        account=str(dice.randrange(1_000_000, 9_999_999)),
        fonenumber=fonenumber,
        id=identity,
        time=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(milliseconds=dice.randrange(10**11)),
        data=data,
    )


def _number(dice: random.Random) -> str:
    return str(dice.randrange(2_010_000_000, 9_999_999_999))


def _varied(dice: random.Random, value: Value) -> Value:
    """Return *value* with other digits."""
    varied = re.sub("[0-9]", lambda _: str(dice.randrange(1, 10)), str(value))
    return int(varied) if isinstance(value, int) else varied


def _attempt(dice: random.Random, made: Delivery, outcome: Outcome, status: int | None, detail: str) -> Attempt:
    at = made.created + timedelta(milliseconds=dice.randrange(1, 400))
    answer = dice.choice(ANSWERS) if status else ""
    headers = {"server": dice.choice(SERVERS), "content-type": dice.choice(TYPES)}
    headers["date"] = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    host = f"{dice.choice(HOSTS)}.{_number(dice)[:4]}-{dice.choice(('shop', 'clinic', 'crm', 'example'))}.com"
    url = f"https://{host}{dice.choice(PATHS)}"
    method = dice.choice(("GET", "POST", "POST"))
    if method == "GET":
        url += f"?to={made.event.fonenumber}&from={_number(dice)}&message=********"
    return Attempt(
        number=made.next_attempt,
        at=at,
        reason=AttemptReason.RETRY if made.attempts else AttemptReason.EVENT,
        outcome=outcome,
        status=status,
        milliseconds=dice.randrange(20, 900) if status else 5_000,
        detail=detail,
        excerpt=answer,
        method=method,
        url=url,
        headers=headers if status else {},
    )


def trained() -> bytes:
    """Return a dictionary, whose number is the format's."""
    dice = random.Random(DELIVERY_FORMAT)  # noqa: S311 - the same ones each time
    text = english()
    samples = [
        json.dumps(delivery_to_json(one), ensure_ascii=False, separators=(",", ":")).encode()
        for one, _ in zip(deliveries(dice, text), range(SAMPLES), strict=False)
    ]
    content = train_dict(samples, SIZE).dict_content
    return numbered(content, DELIVERY_FORMAT)


def numbered(content: bytes, number: int) -> bytes:
    """Return the dictionary *content* with another *number*, which each frame names (RFC 8878, section 5)."""
    made = content[:4] + number.to_bytes(4, "little") + content[8:]
    if ZstdDict(made).dict_id != number:
        raise ValueError("no dictionary")
    return made


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    path = parser.parse_args().path
    path.write_bytes(trained())
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
