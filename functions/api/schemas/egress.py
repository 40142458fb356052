"""Models of the source addresses of requests."""

from pydantic import Field

from api.schemas.base import Output, shown_as


class Egress(Output):
    """The source addresses of HTTP requests to customers."""

    fixed: bool = Field(description="Whether all requests come from these addresses.")
    addresses: list[str] = Field(description="The IPv4 addresses; empty if they are not fixed.")


class EgressAnswer(Output):
    """The source addresses, the same for every account."""

    model_config = shown_as({"egress": {"fixed": True, "addresses": ["192.0.2.10", "192.0.2.20"]}})

    egress: Egress
