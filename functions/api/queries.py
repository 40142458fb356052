"""What an operation does not have is a mistake, not something to ignore: in its query, and in a body nobody reads."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from api.bodies import parse_json
from api.problems import given_twice
from ringback.errors import InvalidSetting
from ringback.texts import shown


def refuse_repeated(event: Mapping[str, Any]) -> None:
    """Refuse a request whose query has a parameter more than once; API Gateway makes one of them, with commas.

    Raises:
        Problem: it has (400).
    """
    seen: set[str] = set()
    for name, _ in parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True):
        if name in seen:
            raise given_twice(name)
        seen.add(name)


def only_known_names(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[object]:
    """Refuse a request whose query has another name than its operation's parameters, or that has fields for no reader.

    Raises:
        InvalidSetting: it has.
        Problem: its body is no object (400).
    """
    takes = app.context["_route"].dependant
    allowed = [parameter.alias for parameter in takes.query_params]
    for name in app.current_event.query_string_parameters:
        if name not in allowed:
            what = f"unknown parameter; allowed: {', '.join(allowed) or 'none'}"
            raise InvalidSetting(shown(name).strip('"'), what)
    if not takes.body_params and (body := app.current_event.body):
        for name in parse_json(body):
            raise InvalidSetting(shown(name).strip('"'), "unknown field; this request takes none")
    return next_middleware(app)
