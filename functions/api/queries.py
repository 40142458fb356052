"""Query strings: a name that an operation does not have is a mistake, not something to ignore."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from ringback.errors import InvalidSetting
from ringback.texts import shown


def only_known_names(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[object]:
    """Refuse a request whose query has another name than its operation's parameters.

    Raises:
        InvalidSetting: it has.
    """
    allowed = [parameter.alias for parameter in app.context["_route"].dependant.query_params]
    for name in app.current_event.query_string_parameters:
        if name not in allowed:
            what = f"unknown parameter; allowed: {', '.join(allowed) or 'none'}"
            raise InvalidSetting(shown(name).strip('"'), what)
    return next_middleware(app)
