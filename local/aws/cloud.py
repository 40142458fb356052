"""Show the local AWS to its users: an endpoint, and the stack's outputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from local.errors import LocalError
from local.paths import Paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A local AWS with the stack on it."""

    endpoint: str
    region: str
    api: str | None = None
    """Base URL of the HTTP API; None until something is deployed."""
    token: str | None = field(default=None, repr=False)
    """A token for calling the API as account 1000001; None like `api`."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    key: str = "test"
    """Access key; any will do, unless MiniStack was told to enforce permissions."""
    secret: str = field(default="test", repr=False)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
        """Create a boto3 client of *service*."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
        )

    def save(self, paths: Paths) -> None:
        """Write `outputs.json`, completely or not at all."""
        found = {name: getattr(self, name) for name in ("endpoint", "region", "api", "token")}
        text = json.dumps(found | {"outputs": dict(self.outputs)}, indent=2)
        new = paths.outputs.with_suffix(".new")
        new.write_text(f"{text}\n", encoding="utf-8")
        new.replace(paths.outputs)

    @classmethod
    def saved(cls, paths: Paths) -> "Cloud":
        """Return the local AWS that `make up` started.

        Raises:
            LocalError: there is none.
        """
        try:
            return cls(**json.loads(paths.outputs.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise LocalError("there is no local AWS yet; `make up` starts one") from None
