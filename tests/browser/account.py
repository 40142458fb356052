"""An account in which everything has happened that a customer asks about at night."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ringback.catalog.payload import lookup
from ringback.models import (
    Attempt,
    AttemptReason,
    Callback,
    Delivery,
    DeliveryStatus,
    Event,
    Outcome,
    build_owner,
    delivery_id,
)
from tests.browser.portal import Portal

NUMBER = "3215551212"
OTHER = "3215550099"
KIND = "messages/receive_notify"
HOST = "https://hooks.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One account, seeded and looked at without a browser."""

    portal: Portal
    account: str

    def api(self, verb: str, path: str, body: object = None) -> Any:
        """Ask the API."""
        return self.portal.api(verb, f"/v2/{path}", body, account=self.account)

    def wants(self, kind: str, number: str = NUMBER, **fields: str) -> None:
        """Set a callback; a JSON request unless *fields* say otherwise."""
        given = fields or {"type": "Callback", "method": "JSON", "url": f"{HOST}/{kind}"}
        whose = {} if kind.startswith("accounts/") else {"fonenumber": number}
        self.api("POST", kind, {**whose, **given})

    def keeps(self, *deliveries: Delivery) -> None:
        """Have *deliveries* in the log."""
        self.portal.stack.deliveries().record(deliveries, parked=lambda _: False)

    def turns_off(self, why: str, number: str = NUMBER, kind: str = KIND) -> None:
        """Have deliver give up the callback."""
        key = build_owner(self.account, number), kind
        callback = self.portal.stack.callbacks().load([key]).found[key]
        assert isinstance(callback, Callback)
        self.portal.stack.health().disable(callback, why, at=datetime.now(UTC))

    def happened(
        self, minutes: float, *tries: Attempt, kind: str = KIND, number: str = NUMBER, **data: str
    ) -> Delivery:
        """A delivery of the catalogue's example, so many minutes ago, delivered if its last attempt was."""
        time = datetime.now(UTC) - timedelta(minutes=minutes)
        values = {**lookup(kind).example, **data}
        event = Event(
            kind=kind, account=self.account, fonenumber=number, id=f"event-{minutes:g}", time=time, data=values
        )
        attempts = tuple(
            replace(one, number=at + 1, at=time + timedelta(seconds=31 * at)) for at, one in enumerate(tries)
        )
        good = bool(tries) and tries[-1].outcome is Outcome.DELIVERED
        status = DeliveryStatus.DELIVERED if good else DeliveryStatus.FAILED
        return Delivery(
            id=delivery_id(event), event=event, created=time, attempts=attempts, tries=len(tries), status=status
        )


def attempt(outcome: Outcome, status: int | None = None, detail: str = "", **more: Any) -> Attempt:
    """One try; its number and time come with its delivery."""
    return Attempt(
        number=1,
        at=datetime.now(UTC),
        reason=AttemptReason.EVENT,
        outcome=outcome,
        status=status,
        milliseconds=more.pop("milliseconds", 87),
        detail=detail or (f"HTTP {status}" if status else outcome.value),
        method="POST",
        url=f"{HOST}/{KIND}",
        **more,
    )


GOOD = attempt(Outcome.DELIVERED, 200, excerpt="ok", headers={"content-type": "text/plain", "server": "nginx"})
BUSY = attempt(Outcome.STATUS, 503, excerpt="<h1>Down for maintenance</h1>", headers={"retry-after": "120"})
LATE = attempt(Outcome.TIMEOUT, detail="no answer within 15 s", milliseconds=15_004)
EXPIRED = attempt(Outcome.TLS, detail="the certificate has expired")


def fill(customer: Customer) -> None:
    """Three numbers, the account's own callback, and a day's deliveries."""
    customer.wants(KIND, type="Callback", method="GET", url=f"{HOST}/sms.php?from=((from))&text=((msg))")
    customer.wants("calls/receive_notify")
    customer.wants("faxes/receive_notify", type="Email", email="fax@example.com")
    customer.wants(KIND, OTHER)
    customer.wants("calls/send_notify", OTHER, type="Callback", method="POST", url="https://crm.example.net/calls")
    customer.wants(KIND, "3215550100", type="Email", email="owner@example.com")
    customer.wants("accounts/cdr_notify", type="Callback", method="JSON", url=f"{HOST}/cdr")
    due = datetime.now(UTC) + timedelta(hours=2, minutes=3)
    retried = customer.happened(3, BUSY, LATE, replace(BUSY, reason=AttemptReason.RETRY), message="Is it open?")
    customer.keeps(
        customer.happened(1, GOOD, message="hello world"),
        replace(retried, status=DeliveryStatus.PENDING, due=due),
        customer.happened(9, EXPIRED, number=OTHER, message="See you at eight"),
        customer.happened(14, GOOD, kind="calls/receive_notify"),
        customer.happened(25, LATE, replace(GOOD, reason=AttemptReason.REDELIVERY), message="Thanks!"),
        customer.happened(50, attempt(Outcome.DNS, detail="hooks.example.com does not exist")),
        customer.happened(65, GOOD, kind="accounts/cdr_notify", number=""),
        *(customer.happened(70 + 10 * ago, GOOD, message=f"Order {4711 + ago} is ready") for ago in range(30)),
    )
