"""What SES reports of a mail turns off the callback that it was sent for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.aws.cloud import Cloud
from local.aws.stack import STACK
from local.demo.mailbox import DeadLetter, letters
from ringback.email.ses import build_tag
from ringback.models import build_owner
from ringback.storage.accounts import CONTACT
from tests.e2e.customer import FONENUMBER, HELLO, Customer, eventually
from tests.e2e.notices import Notices

EVENTS = Path(__file__).parents[2] / "events"
KIND = "messages/receive_notify"
NOTES = {"mail-bounced": "the mail bounced: General", "mail-complained": "the recipient complained about the mail"}
STAND_IN = "stand-in.ses"
"""Nobody but SES may put events of the source `aws.ses`, here as on AWS."""


class Ses:
    """Reports on SES's behalf: by the stack's own rule, copied for events of another source."""

    def __init__(self, cloud: Cloud) -> None:
        self._events = cloud.client("events")
        resources = cloud.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        self._names = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
        self.rule = self._events.describe_rule(Name=self._names["MailFeedbackRule"])["EventPattern"]

    def report(self, name: str, customer: Customer, address: str) -> None:
        """What a file of events/ says, about the mail to an *address* of the customer."""
        copy, rule = f"feedback-{customer.account}", self._names["MailFeedbackRule"]
        targets = self._events.list_targets_by_rule(Rule=rule)["Targets"]
        self._events.put_rule(Name=copy, EventPattern=json.dumps(json.loads(self.rule) | {"source": [STAND_IN]}))
        self._events.put_targets(Rule=copy, Targets=targets)
        event = self.event(name, customer, address)
        entry = {"Source": STAND_IN, "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        self._events.put_events(Entries=[entry])

    def event(self, name: str, customer: Customer, address: str) -> dict[str, Any]:
        """The same, as SES puts it on the bus."""
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
        mail = event["detail"]["mail"]
        mail["destination"] = [address]
        mail["tags"]["callback"] = [build_tag((build_owner(customer.account, FONENUMBER), KIND))]
        mail["tags"]["delivery"] = [build_tag((one["owner"], one["delivery"])) for one in customer.deliveries()]
        mail["tags"]["ses:configuration-set"] = [self._names["MailConfiguration"]]
        return event

    def would_match(self, event: Mapping[str, Any]) -> bool:
        """Whether the stack's own rule takes *event*."""
        answer = self._events.test_event_pattern(EventPattern=self.rule, Event=json.dumps(event))
        matches: bool = answer["Result"]
        return matches


@pytest.fixture
def ses(cloud: Cloud) -> Ses:
    return Ses(cloud)


def sent(customer: Customer, to: str) -> list[DeadLetter]:
    return [letter for letter in letters(customer.cloud.endpoint) if letter.to == to]


@pytest.mark.parametrize("name", ["mail-bounced", "mail-complained"])
def test_a_mail_that_bounces_or_is_complained_about_turns_its_callback_off(
    customer: Customer, ses: Ses, name: str
) -> None:
    """From the mail to the mail about it, which the account's contact gets; the platform is told as well."""
    address, contact = f"owner.{customer.account}@example.com", f"contact.{customer.account}@example.com"
    item = {"owner": build_owner(customer.account, ""), "event": CONTACT, "email": contact}
    table = customer.cloud.outputs["CallbacksTable"]
    customer.cloud.client("dynamodb").put_item(TableName=table, Item={key: {"S": text} for key, text in item.items()})
    customer.wants(KIND, email=address)
    customer.happens(KIND, HELLO)
    eventually(lambda: sent(customer, address))
    eventually(customer.deliveries)
    told = Notices(customer)

    ses.report(name, customer, address)

    reason = eventually(lambda: (customer.callback(KIND) or {}).get("disabled"))
    [letter] = eventually(lambda: sent(customer, contact))
    assert f"reason: {reason}\n" in letter.text
    eventually(lambda: told.kinds() == {"callback.disabled"})
    [delivery] = customer.deliveries()
    assert delivery["note"].startswith(NOTES[name])


def test_the_stack_s_rule_takes_what_ses_reports_of_its_mails_alone(customer: Customer, ses: Ses) -> None:
    report = ses.event("mail-bounced", customer, "owner@example.com")
    assert ses.would_match(report)

    assert not ses.would_match(report | {"detail-type": "Email Delivered"})
    assert not ses.would_match(report | {"source": STAND_IN})
    report["detail"]["mail"]["tags"]["ses:configuration-set"] = ["of-another-stack"]
    assert not ses.would_match(report)
