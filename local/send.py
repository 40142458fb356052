"""`make send`: make something happen on a number of the local stack, and say what came of it and where to look.

EVENT, NUMBER, ACCOUNT and DATA say what happens; URL and METHOD say where a request about it goes.
"""

import argparse
import json
import secrets
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from local.api import Api
from local.aws.cloud import Cloud
from local.aws.daemon import running
from local.demo.curl import write_header
from local.demo.examples import SCENES
from local.demo.happening import Happening, parse_happening
from local.demo.platform import put
from local.errors import LocalError, reported
from local.issuer import issuer
from local.paths import Paths
from ringback.catalog.payload import Scope

ATTEMPT_SECONDS: Final = 30
"""Seconds to wait for the first attempt: a cold start, and 15 for the receiver."""
POLL_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One event on its way through the local stack."""

    happening: Happening
    api: Api
    cloud: Cloud

    def set_callback(self, url: str, method: str) -> Iterator[str]:
        """Send requests about it to *url* from now on."""
        kind = self.happening.kind
        fields = {"type": "Callback", "url": url, "method": method or kind.methods[-1].value}
        whose = {"fonenumber": self.happening.fonenumber} if kind.scope is Scope.NUMBER else {}
        self.api.call("POST", f"/v2/{kind.name}", {**whose, **fields})
        yield f"Set {kind.name} of {self._whose}: {fields['method']} {url}"

    def put(self, url: str) -> str:
        """Put the event on the queue, and return its id."""
        event_id = f"send-{secrets.token_hex(8)}"
        put(self.cloud, json.dumps(self.happening.message(event_id, url=url), ensure_ascii=False))
        return event_id

    @property
    def is_wanted(self) -> bool:
        """Whether there is a callback for it."""
        kind = self.happening.kind
        if kind.scope is Scope.MESSAGE:
            return True
        if kind.scope is Scope.ACCOUNT:
            shown = self.api.call("GET", f"/v2/{kind.name}")["account"]
        else:
            number = quote(self.happening.fonenumber, safe="")
            shown = self.api.call("GET", f"/v2/fonenumbers/{number}")["fonenumber"][kind.options]
        return bool(shown[kind.short_name]["type"] != "None")

    def followed(self, event_id: str) -> dict[str, Any] | None:
        """Return its delivery as soon as an attempt was made, or None if that takes too long."""
        until = time.monotonic() + ATTEMPT_SECONDS
        while time.monotonic() < until:
            listed = self.api.call("GET", f"{self.log}?event={self.happening.kind.name}&limit=10")["deliveries"]
            for delivery in listed:
                if delivery["event_id"] == event_id and delivery["last_attempt"]:
                    return dict(delivery)
            time.sleep(POLL_SECONDS)
        return None

    @property
    def log(self) -> str:
        """The path of the log that has it."""
        number = quote(self.happening.fonenumber, safe="")
        return f"/v2/fonenumbers/{number}/deliveries" if number else "/v2/accounts/deliveries"

    @property
    def _whose(self) -> str:
        return f"{self.happening.fonenumber or 'the account'} (account {self.happening.account})"


def send(happening: Happening, paths: Paths, *, url: str = "", method: str = "") -> Iterator[str]:
    """Send the event, and yield what there is to say as it comes.

    Raises:
        LocalError: no local AWS is running, or the API refuses *url* or *method*.
    """
    kind = happening.kind
    if kind.scope is Scope.MESSAGE and not url:
        raise LocalError(f"the callback of {kind.name} travels inside each event: say where it goes, URL=http://…")
    if running(paths) is None:
        raise LocalError("no local AWS runs; `make up` starts one")
    cloud = Cloud.saved(paths)
    token = issuer(paths, cloud.endpoint).token(happening.account)
    sending = Sending(happening=happening, api=Api(str(cloud.api), token), cloud=cloud)
    try:
        if url and kind.scope is not Scope.MESSAGE:
            yield from sending.set_callback(url, method)
        event_id = sending.put(url)
        yield "The platform's message, on the Events queue now:"
        yield f"   {json.dumps(happening.message(event_id, url=url), ensure_ascii=False)}"
        if happening.unknown:
            yield f"{kind.name} does not have {', '.join(happening.unknown)}: counted, and not sent."
        yield from _outcome(sending, event_id)
        write_header(paths.header_of(happening.account), token)
        header = shlex.quote(f"@{paths.header_of(happening.account)}")
        yield "The log has every attempt:"
        yield f"   curl -sS -H {header} {shlex.quote(f'{cloud.api}{sending.log}?limit=10')}; echo"
    finally:
        sending.api.close()


def _outcome(sending: Sending, event_id: str) -> Iterator[str]:
    if not sending.is_wanted:
        kind = sending.happening.kind.name
        yield f"Nobody wants to know: no callback is set for {kind} there. URL=http://127.0.0.1:8000/hook sets one."
        return
    delivery = sending.followed(event_id)
    if delivery is None:
        yield f"No attempt within {ATTEMPT_SECONDS} s: .local/ministack.log and `make dead-letters` may say why."
        return
    attempt, then = delivery["last_attempt"], delivery["next_attempt"]
    yield f"Delivery {delivery['id']} is {delivery['status']}:"
    yield (
        f"   attempt {attempt['number']} after {attempt['milliseconds']} ms: {attempt['outcome']}, {attempt['detail']}"
        f"{f'; the next at {then}' if then else ''}"
    )


def sent(arguments: Sequence[str], paths: Paths) -> Iterator[str]:
    """Do the same for what a command line asks for."""
    parser = argparse.ArgumentParser(prog="local.send", description=__doc__)
    parser.add_argument("--event", default=SCENES[0].kind, help="its kind, by the catalogue")
    parser.add_argument("--number", default="", help="the number that it happens on")
    parser.add_argument("--account", default="")
    parser.add_argument("--data", default="", help="a JSON object; the catalogue's example has the rest")
    parser.add_argument("--url", default="", help="have requests about it go there from now on")
    parser.add_argument("--method", default="", help="how: GET, POST or JSON")
    asked = parser.parse_args(arguments)
    happening = parse_happening(asked.event, account=asked.account, number=asked.number, data=asked.data)
    return send(happening, paths, url=asked.url, method=asked.method)


def main() -> int:
    """Return status 1 if it cannot be sent; whatever the receiver makes of it is reported, and is not an error."""
    for line in sent(sys.argv[1:], Paths()):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(reported(main))
