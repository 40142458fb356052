"""Call the API as a customer's program does."""

from collections.abc import Mapping
from typing import Any

import requests

from local.errors import LocalError

ANSWER_SECONDS = 60
"""Seconds: a cold start on a busy machine takes a few, the test of a callback up to 15."""


class Api:
    """The API at *base*, called with *token*, which names the account."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between this machine and itself
        self._session.headers["token"] = token

    def ask(self, verb: str, path: str, body: Mapping[str, object] | None = None, **other: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        """Return the response, whatever it is; *body* is sent as JSON."""
        return self._session.request(verb, f"{self._base}{path}", json=body, timeout=ANSWER_SECONDS, **other)

    def call(self, verb: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the object of a successful response.

        Raises:
            LocalError: the API refuses; the message is its own.
        """
        answer = self.ask(verb, path, body)
        if not answer.ok:
            raise LocalError(f"{verb} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def close(self) -> None:
        """Close its connections."""
        self._session.close()
