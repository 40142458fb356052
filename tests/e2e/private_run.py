"""One run of the built stack in which everything happens, with something private wherever there is room for it."""

import json
from pathlib import Path
from typing import Any

from local.api import Api
from local.aws.cloud import Cloud
from local.demo.mailbox import letters
from local.demo.receiver import Receiver
from local.issuer import issuer
from local.paths import Paths
from ringback.email.ses import build_tag
from ringback.models import build_owner
from tests.e2e.customer import FONENUMBER, HELLO, Customer, dead_letters, eventually
from tests.e2e.notices import Bus
from tests.e2e.planting import Planted, Receivers, with_a_password_that_does_not_open

KIND = "messages/receive_notify"
REPORTS = Path(__file__).parents[2] / "events"
PATIENCE = 60
"""Seconds: one attempt takes 15 until it has failed."""


class Run:
    """One of each kind that can happen."""

    def __init__(self, cloud: Cloud, paths: Paths, receiver: Receiver) -> None:
        self.planted = Planted()
        self.bus = Bus(cloud, f"notices-{self.planted.run}")
        self._cloud, self._paths, self._receiver = cloud, paths, receiver
        self._customers: list[Customer] = []
        self.receivers = Receivers(self.planted.text("answer"))
        receiver.reply = self.receivers

    def happens(self) -> None:
        """All of it; the end is awaited."""
        for word in ("fine", "fails", "moved", "gone", "echoes", "hangs"):
            self._delivers(f"{self._receiver.url}/{word}-")
        for place in ("http://169.254.169.254/", "http://127.0.0.1:1025/", "http://ringback.invalid/"):
            self._delivers(place)
        self._delivers(f"{self._receiver.url}/fine-", text=self.planted.text("x" * 65_600))
        self._travels()
        self._is_malformed()
        self._is_unusable()
        self._is_mailed()
        self._cannot_open_a_password()
        self._is_asked_of_the_api()
        self._is_declared()
        self._customers[0].requeue()
        eventually(lambda: all(self._is_attempted(customer) for customer in self._customers), seconds=PATIENCE)

    def _is_attempted(self, customer: Customer) -> bool:
        return any(delivery["attempts"] for delivery in customer.deliveries())

    def _customer(self) -> Customer:
        customer = Customer(self._cloud)
        self._customers.append(customer)
        return customer

    def _delivers(self, place: str, *, text: str = "") -> None:
        """A GET, whose query has the text of the message, with a user name, a password and a signature."""
        customer, plant = self._customer(), self.planted.text
        url = f"{place}{plant('path')}?{plant('query')}={plant('value')}&m=((msg))"
        customer.signs_with("whsec_" + self.planted.secret(f"{self.planted.run}{'A' * 16}"))
        customer.wants(KIND, method="GET", url=url, url_username=plant("user"), url_password=plant("password"))
        customer.happens(KIND, HELLO | {"msg": text or plant("text"), plant("field"): plant("unknown")})

    def _travels(self) -> None:
        customer, plant = self._customer(), self.planted.text
        callback = {"url": f"{self._receiver.url}/fails-{plant('path')}?{plant('query')}=((dc))"}
        callback |= {"url_username": plant("user"), "url_password": plant("password")}
        customer.happens("messages/confirm", HELLO | {"msg": plant("text"), "dc": plant("code")}, callback=callback)

    def _is_malformed(self) -> None:
        customer, plant = Customer(self._cloud), self.planted.text
        customer.happens("calls/receive_notify", {"billable_seconds": plant("number")})
        customer.happens(KIND, {"msg": [plant("text")]})
        customer.happens(KIND, {"msg": plant("text"), "message": plant("text")})
        customer.happens("messages/teleported", {"msg": plant("text")})
        customer.happens("messages/confirm", {"msg": plant("text")}, callback={"url": [plant("path")]})
        self._cloud.client("sqs").send_message(
            QueueUrl=self._cloud.outputs["EventsQueueUrl"],
            MessageBody=f'{{"event": "{KIND}", "data": {{"msg": "{plant("text")}"',
            MessageGroupId=customer.account,
        )
        eventually(lambda: len(dead_letters(self._cloud, customer.account)) >= 6, seconds=PATIENCE)

    def _is_unusable(self) -> None:
        """The callback of a customer breaks a rule: it is in the customer's log."""
        plant = self.planted.text
        for url in (
            f"{self._receiver.url}/{plant('path')}?(({plant('token')}))",
            f"{self._receiver.url}/{plant('path')}?{plant('query')}=((msg)",
            f"gopher://{plant('host')}/{plant('path')}",
        ):
            self._customer().happens("messages/confirm", {"msg": plant("text")}, callback={"url": url})

    def _is_mailed(self) -> None:
        """The first mail bounces, the second is complained about."""
        for name in ("mail-bounced", "mail-complained"):
            customer, address = self._customer(), f"{self.planted.text('mailbox')}@example.com"
            customer.wants(KIND, email=address)
            customer.happens(KIND, HELLO | {"msg": self.planted.text("text")})
            eventually(lambda: self._has_got(address))  # noqa: B023 - it has, before the next one
            self._invoke("FeedbackFunctionName", self._report(name, customer, address))

    def _has_got(self, address: str) -> bool:
        return any(letter.to == address for letter in letters(self._cloud.endpoint))

    def _report(self, name: str, customer: Customer, address: str) -> dict[str, Any]:
        text = (REPORTS / f"{name}.json").read_text(encoding="utf-8").replace("owner@example.com", address)
        report: dict[str, Any] = json.loads(text)
        for bounced in report["detail"].get("bounce", {}).get("bouncedRecipients", ()):
            bounced["diagnosticCode"] = f"smtp; 550 {self.planted.text('diagnosis')}"
        report["detail"]["mail"]["tags"]["callback"] = [build_tag((build_owner(customer.account, FONENUMBER), KIND))]
        return report

    def _cannot_open_a_password(self) -> None:
        """A fault of ours: KMS refuses; the message goes back, and finds no callback the next time."""
        customer, plant = Customer(self._cloud), self.planted.text
        url = f"{self._receiver.url}/{plant('path')}"
        customer.wants(KIND, method="JSON", url=url, url_username=plant("user"), url_password=plant("password"))
        with_a_password_that_does_not_open(customer, KIND)
        event = customer.event(KIND, HELLO | {"msg": plant("text")}, id="unopened")
        record = {"messageId": "unopened", "body": json.dumps(event), "attributes": {}}
        self._invoke("DeliverFunctionName", {"Records": [record]})

    def _is_asked_of_the_api(self) -> None:
        customer, plant = self._customer(), self.planted.text
        token = issuer(self._paths, self._cloud.endpoint).token(customer.account, jti=plant("token"))
        self.planted.secret(token)
        number = f"/v2/fonenumbers/{FONENUMBER}"
        setting = {"type": "Callback", "method": "GET", "url": f"{self._receiver.url}/fine-{plant('path')}?m=((msg))"}
        setting |= {"url_username": plant("user"), "url_password": plant("password")}
        api = Api(str(self._cloud.api), token)
        try:
            self.planted.secret(api.call("POST", "/v2/accounts/signing_secret")["signing_secret"]["secret"])
            self.planted.secret(api.call("POST", "/v2/accounts/signing_secret/rotate")["signing_secret"]["secret"])
            api.call("PUT", "/v2/accounts/contact", {"email": f"{plant('contact')}@example.com"})
            api.call("POST", f"/v2/{KIND}", {"fonenumber": FONENUMBER} | setting)
            api.call("POST", f"{number}/{KIND}/preview", {"data": HELLO | {"msg": plant("text")}})
            api.call("POST", f"{number}/{KIND}/test", {"data": HELLO | {"msg": plant("text")}})
            wrong = {"fonenumber": FONENUMBER, "type": "Callback", "url_password": [plant("password")]}
            assert api.ask("POST", f"/v2/{KIND}", wrong).status_code == 400
            assert api.ask("GET", f"{number}?{plant('query')}=1").status_code == 400
        finally:
            api.close()
        refused = Api(str(self._cloud.api), f"{token}{plant('token')}")
        assert refused.ask("GET", number).status_code == 401
        refused.close()
        customer.happens(KIND, HELLO | {"msg": plant("text")})

    def _is_declared(self) -> None:
        """As CloudFormation asks: once it takes the answer, once it refuses that, once a property is wrong."""
        plant = self.planted.text
        properties = {"Account": self._customers[0].account, "Fonenumber": FONENUMBER, "Event": "calls/receive_notify"}
        properties |= {"Type": "Callback", "Method": "JSON", "Url": f"https://example.com/{plant('path')}"}
        properties |= {"UrlUsername": plant("user"), "UrlPassword": plant("password")}
        for word, more in (("fine", {}), ("refuses", {}), ("fine", {"UrlPassword": [plant("password")]})):
            event = {"RequestType": "Create", "StackId": "stack", "RequestId": "1", "LogicalResourceId": "Callback"}
            event |= {"ResponseURL": f"{self._receiver.url}/{word}-{plant('place')}?signature={plant('signature')}"}
            self._invoke("CallbackResourceArn", event | {"ResourceProperties": properties | more})

    def _invoke(self, function: str, event: object) -> None:
        self._cloud.client("lambda").invoke(
            FunctionName=self._cloud.outputs[function], Payload=json.dumps(event).encode()
        )
