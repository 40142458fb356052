"""Where requests come from, in answers."""

from pydantic import Field

from api.schemas.base import Output, shown_as


class Egress(Output):
    """The addresses that HTTP requests to customers come from."""

    fixed: bool = Field(description="Whether requests come from these addresses only.")
    addresses: list[str] = Field(description="IPv4 addresses; empty if none are fixed.")


class EgressAnswer(Output):
    """The same for every account."""

    model_config = shown_as({"egress": {"fixed": True, "addresses": ["192.0.2.10", "192.0.2.20"]}})

    egress: Egress
