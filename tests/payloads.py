"""The payloads of events/: whose they are, and what becomes of those for `deliver`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

EVENTS = Path(__file__).parents[1] / "events"
FILES = sorted(path.name for path in EVENTS.glob("*.json"))

ACCOUNT = "1000001"
INLINE = "https://receipts.example.com"
"""Stands in message-receipt.json for a server of the customer."""

NOTIFY, SENT, CALL, MADE = (
    "messages/receive_notify",
    "messages/send_notify",
    "calls/receive_notify",
    "calls/send_notify",
)
GET = {"type": "Callback", "method": "GET", "url": "/?text=((msg))"}
POST = {"type": "Callback", "method": "POST", "url": "/"}
JSON = {"type": "Callback", "method": "JSON", "url": "/"}
EMAIL = {"type": "Email", "email": "owner@example.com"}

HELLO = b'{"to":"%s","from":"3215551111","message":"hello world","id":"%s"}'
TEXT = "Café at 5? 😀\\nBring 50% & a+b"
ID = b"0c4055acc5cc2736d818c96f4421b2f5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is set, and what then arrives."""

    kind: str = NOTIFY
    fonenumber: str = "3215551212"
    fields: Mapping[str, str] = field(default_factory=dict)
    requests: tuple[tuple[str, bytes], ...] = ()
    """Request lines and bodies, in any order."""
    content_type: str = "application/json"
    mails: int = 0
    buried: tuple[str, ...] = ()
    """Reasons of dead letters, in any order."""


CASES = {
    "message-get.json": Case(
        fonenumber="3215551201", fields=GET, requests=(("GET /?text=hello%20world HTTP/1.1", b""),)
    ),
    "message-post.json": Case(
        fonenumber="3215551202",
        fields=POST,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551202", ID)),),
        content_type="application/x-www-form-urlencoded",
    ),
    "message-json.json": Case(
        fonenumber="3215551203", fields=JSON, requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", ID)),)
    ),
    "message-email.json": Case(fonenumber="3215551204", fields=EMAIL, mails=1),
    "message-sent.json": Case(
        kind=SENT,
        fields=JSON | {"url": "/sent?text=((msg))"},
        requests=(
            (
                "POST /sent?text=Caf%C3%A9%20at%205%3F%20%F0%9F%98%80%0ABring%2050%25%20%26%20a%2Bb HTTP/1.1",
                f'{{"to":"3215551111","from":"3215551212","message":"{TEXT}",'
                '"id":"7d1f0b0e9a5c4f6b8e2d3c4b5a697887"}'.encode(),
            ),
        ),
    ),
    "message-itself.json": Case(
        kind="messages/receive",
        fields=POST,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551212", ID)),),
        content_type="application/x-www-form-urlencoded",
    ),
    "message-receipt.json": Case(
        kind="messages/confirm",
        requests=(
            (
                "POST /7d1f0b0e9a5c4f6b8e2d3c4b5a697887?state=delivered HTTP/1.1",
                f'{{"to":"3215551111","from":"3215551212","message":"{TEXT}","id":"7d1f0b0e9a5c4f6b8e2d3c4b5a697887",'
                '"deliverystate":"delivered","deliverycode":"000"}'.encode(),
            ),
        ),
    ),
    "call-begins.json": Case(
        kind=CALL,
        fields=JSON | {"url": "/((status))/((disposition))"},
        requests=(
            (
                "POST /BEGIN/ HTTP/1.1",
                (
                    b'{"account_code":"1000001","direction":"INBOUND","status":"BEGIN","from":"3215551111",'
                    b'"to":"3215551212","type":"VOICE","uid":"5f0c7ad1-3a52-4c8e-9a7d-2f6b1c0e9d43"}'
                ),
            ),
        ),
    ),
    "call-ends.json": Case(
        kind=CALL,
        fields=JSON | {"url": "/((status))/((disposition))"},
        requests=(
            (
                "POST /END/ANSWERED HTTP/1.1",
                (
                    b'{"account_code":"1000001","direction":"INBOUND","status":"END","from":"3215551111",'
                    b'"to":"3215551212","type":"VOICE","disposition":"ANSWERED",'
                    b'"uid":"5f0c7ad1-3a52-4c8e-9a7d-2f6b1c0e9d43","billable_seconds":74}'
                ),
            ),
        ),
    ),
    "call-made.json": Case(
        kind=MADE,
        fields=GET | {"url": "/?how=((disposition))&seconds=((billable_seconds))"},
        requests=(("GET /?how=FAILED%3A486&seconds=0 HTTP/1.1", b""),),
    ),
    "call-record.json": Case(
        kind="accounts/cdr_notify",
        fonenumber="",
        fields={"method": "JSON", "url": "/cdr"},
        requests=(
            (
                "POST /cdr HTTP/1.1",
                (
                    b'{"account_code":"1000001","direction":"INBOUND","status":"END","from":"3215551111",'
                    b'"to":"3215551212","type":"VOICE","disposition":"ANSWERED",'
                    b'"uid":"5f0c7ad1-3a52-4c8e-9a7d-2f6b1c0e9d43","billable_seconds":74}'
                ),
            ),
        ),
    ),
    "fax-received.json": Case(
        kind="faxes/receive_notify",
        fields=JSON,
        requests=(
            (
                "POST / HTTP/1.1",
                (
                    b'{"uid":"b7c0a3d2-9e41-4f58-8f2a-6d5c4b3a2918","account_code":"1000001","status":"SUCCESS",'
                    b'"from":"3215551111","to":"3215551212","timestamp":"2026-11-23T17:36:00Z",'
                    b'"file":"https://faxes.example.com/b7c0a3d2.pdf","type":"FAX","attempts":1,"pages":3,'
                    b'"pages_transmitted":3}'
                ),
            ),
        ),
    ),
    "fax-sent.json": Case(
        kind="faxes/send_notify",
        fields=GET | {"url": "/?status=((status))&pages=((pages_transmitted))/((pages))"},
        requests=(("GET /?status=FAILED&pages=1/3 HTTP/1.1", b""),),
    ),
    "from-sns.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", b"1d5166bdd6dd3847e929d07a5532c306")),),
    ),
    "from-eventbridge.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", b"2e6277cee7ee4958fa3ae18b6643d417")),),
    ),
    "unknown-field.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", b"3f7388dff8ff5a690b4bf29c7754e528")),),
    ),
    "batch-with-malformed.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(
            ("POST / HTTP/1.1", HELLO % (b"3215551203", b"40849900090b6b7a1c5c03ad8865f639")),
            ("POST / HTTP/1.1", HELLO % (b"3215551203", b"51950011111c7c8b2d6d14be99760740")),
        ),
        buried=("bad_fonenumber", "not_json", "unknown_event"),
    ),
    "retry.json": Case(
        fonenumber="3215551203", fields=JSON, requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", ID)),)
    ),
}


def payloads() -> Mapping[str, list[str]]:
    """The files of each function, as the README has them."""
    readme = (EVENTS / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^## For `(\w+)`$", readme, flags=re.MULTILINE)[1:]
    return {
        function: re.findall(r"^\| `(.+?)` \|", section, flags=re.MULTILINE)
        for function, section in zip(sections[::2], sections[1::2], strict=True)
    }
