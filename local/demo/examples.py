"""Define what `make run` shows: one number, and a callback of each kind on it."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from local.demo.receiver import Reply, Request
from ringback.catalog.payload import lookup

FONENUMBER = "3215551212"
"""The number in the guide's examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One callback, and an event that triggers it."""

    kind: str
    fields: Mapping[str, str]
    """As a customer sets them; a `url` lacks the receiver's address."""
    about: str
    first: int = HTTPStatus.OK
    """What the receiver answers first; after that, always 200."""

    @property
    def path(self) -> str:
        """The path of the URL, which tells requests apart."""
        return self.fields.get("url", "").split("?", maxsplit=1)[0]

    @property
    def how(self) -> str:
        """The method, or `Email`."""
        return self.fields.get("method", self.fields["type"])

    def settings(self, receiver: str) -> dict[str, str]:
        """Return the fields to set, with the *receiver*'s address."""
        return dict(self.fields) | ({"url": receiver + self.fields["url"]} if self.path else {})


SCENES = (
    Scene(
        kind="messages/receive_notify",
        fields={"type": "Callback", "method": "GET", "url": "/notify.php?message=((msg))"},
        about="The data is in the URL, where the customer put a token.",
    ),
    Scene(
        kind="messages/send_notify",
        fields={"type": "Callback", "method": "POST", "url": "/sent.php"},
        about="All of the data is in the body, as JSON; the content type says form, as the guide has it.",
    ),
    Scene(
        kind="calls/receive_notify",
        fields={
            "type": "Callback",
            "method": "JSON",
            "url": "/calls?from=((from))",
            "url_username": "alice",
            "url_password": secrets.token_urlsafe(9),
        },
        about="The same with a JSON content type; here with a user name and password, too.",
    ),
    Scene(
        kind="faxes/receive_notify",
        fields={"type": "Email", "email": "owner@example.com"},
        about="A mail instead of a request.",
    ),
    Scene(
        kind="calls/send_notify",
        fields={"type": "Callback", "method": "JSON", "url": "/busy"},
        about="This receiver answers 503 at first. Ringback tries again after 5 s, then for three days.",
        first=HTTPStatus.SERVICE_UNAVAILABLE,
    ),
)


def scene_of(target: str) -> Scene | None:
    """Return the scene that a request for *target* belongs to."""
    path = target.split("?", maxsplit=1)[0]
    return next((scene for scene in SCENES if scene.path == path), None)


def mail_scene() -> Scene:
    """Return the scene that is an e-mail."""
    return next(scene for scene in SCENES if not scene.path)


def build_event(scene: Scene, *, account: str, now: datetime) -> str:
    """Build the platform's message for *scene*: the catalogue's example, happening *now*."""
    message = {
        "event": scene.kind,
        "account": account,
        "fonenumber": FONENUMBER,
        "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": dict(lookup(scene.kind).example),
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


class Endpoint:
    """The customer's server, which answers as the scenes say."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def reply(self, request: Request) -> Reply:
        """Return the reply to *request*."""
        scene = scene_of(request.target)
        if scene is None:
            return Reply(status=HTTPStatus.NOT_FOUND)
        first = scene.path not in self._seen
        self._seen.add(scene.path)
        return Reply(status=scene.first if first else HTTPStatus.OK)
