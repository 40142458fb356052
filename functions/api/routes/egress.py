"""The route of the source addresses of requests, for customers' firewalls."""

from api.context import CurrentRequest
from api.gateway.routing import Routes
from api.schemas.egress import Egress, EgressAnswer

routes = Routes("Egress")

NOT_FIXED = EgressAnswer(egress=Egress(fixed=False, addresses=[]))
"""The response of a stack without fixed addresses."""


@routes.operation(
    "GET",
    "/v2/egress",
    name="get_egress",
    summary="Read the addresses that requests come from",
    description=(
        "For your firewall. If the addresses are not fixed, the list is empty and requests may come from any AWS"
        " address: verify the signature instead. E-mail is sent by Amazon SES from its own addresses."
    ),
    answer=NOT_FIXED.model_dump(),
)
def get_egress(call: CurrentRequest) -> EgressAnswer:
    """Return the fixed source addresses of this stack, if it has any."""
    addresses = call.environment.api.egress_addresses
    return EgressAnswer(egress=Egress(fixed=bool(addresses), addresses=list(addresses)))
