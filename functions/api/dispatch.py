"""Turn a request into its response: find the operation, authenticate, count, read the body, call the handler."""

import json
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.typing import LambdaContext

from api.config import ApiConfig
from api.context import RequestContext
from api.environment import Environment
from api.gateway.auth import get_account
from api.gateway.body import parse_json, readable
from api.gateway.content_types import JSON
from api.gateway.editions import Bodies, edition, get_base_url
from api.gateway.errors import Problem, answer, given_twice, lambda_answer, to_problem
from api.gateway.publication import Publication
from api.gateway.rate_limit import RateLimit
from api.gateway.routing import Operation, Paths, Routes, in_ascii, without_slash
from api.gateway.session_route import SESSION_ROUTE, get_path, get_stage, is_of_a_session, mirrored, to_session_path
from api.gateway.session_rules import admit
from api.gateway.sessions import SESSION_PURPOSE, TOKEN_HEADER, Session, parse_session
from ringback.errors import InfrastructureError, InvalidSetting, describe_error
from ringback.text import quote_value

PREFLIGHT = "OPTIONS /{proxy+}"
"""The route of CORS preflight requests; API Gateway itself adds the headers to a successful response.

It exists only in stacks with `AllowedOrigins`; in others no path allows OPTIONS.
"""

MAX_EDITIONS = 8
"""Editions of the OpenAPI document to keep, 0.2 MB each: two for every host name of the API."""


class Dispatcher:
    """All routes, and the steps that every request takes before it reaches its handler."""

    def __init__(self, routers: Iterable[Routes], *, logger: Logger) -> None:
        routers = tuple(routers)
        self.paths = Paths(routers)
        self._logger = logger
        self._resolver = APIGatewayHttpResolver(
            enable_validation=True,
            # A response that breaks its own schema is our error, not a 422 of the caller's.
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
            json_body_deserializer=parse_json,
        )
        self._resolver.use([only_known_names])
        for router in routers:
            self._resolver.include_router(router)
        self._resolver.exception_handler(Exception)(self._handle_error)
        self._documents: dict[ApiConfig, dict[str, Any]] = {}
        self.published = lru_cache(MAX_EDITIONS)(self._edition)

    def document(self, settings: ApiConfig) -> dict[str, Any]:
        """Return the OpenAPI document of a stack with these *settings*, building it once."""
        from api.gateway.openapi import document  # noqa: PLC0415 - few requests ask for it

        if settings not in self._documents:
            self._documents[settings] = document(self._resolver, self.paths, settings)
        return self._documents[settings]

    def _edition(self, settings: ApiConfig, base: str, bodies: Bodies) -> Publication:
        """Build the edition of the document that is served at *base*."""
        made = edition(self.document(settings), base, bodies)
        return Publication(
            content_type=JSON,
            text=json.dumps(made, ensure_ascii=False, separators=(",", ":")),
            headers={"Access-Control-Allow-Origin": "*"},
        )

    def answer(self, event: Mapping[str, Any], context: LambdaContext, environment: Environment) -> dict[str, Any]:
        """Answer a request of API Gateway, and log one line about it."""
        began = time.monotonic()
        line: dict[str, Any] = {"route": None, "account": None}
        try:
            answered = self._dispatch(without_slash(event), context, environment, line)
        except Exception as error:  # noqa: BLE001 - the one place where an error becomes an answer
            answered = lambda_answer(self._problem(error))
        milliseconds = round((time.monotonic() - began) * 1000)
        self._logger.info("api.called", extra={**line, "status": answered["statusCode"], "milliseconds": milliseconds})
        return answered

    def _dispatch(
        self, event: Mapping[str, Any], context: LambdaContext, environment: Environment, line: dict[str, Any]
    ) -> dict[str, Any]:
        """Take a request through all steps; *line* gets its route and account as soon as they are known."""
        if event.get("routeKey") == PREFLIGHT:
            line["route"] = PREFLIGHT
            return {"statusCode": HTTPStatus.NO_CONTENT.value, "headers": {}, "body": ""}
        at, session = environment.clock(), None
        if is_of_a_session(event):
            line["route"] = SESSION_ROUTE
            session = _session_in(event, environment, at)
            line["account"], event = session.account, mirrored(event)
        operation = self._find_operation(event)
        line["route"] = f"{operation.verb} {to_session_path(operation.path) if session else operation.path}"
        if not operation.open:
            line["account"] = session.account if session else get_account(event, environment.api)
            self._count(line["account"], at, environment.rate)
        if session:
            admit(session, operation, get_path(event))
        refuse_repeated(event)
        request = {**readable(event), "rawPath": in_ascii(event["rawPath"])}
        account = "" if operation.open else line["account"]
        call = self._context(event, environment, account=account, at=at, session=session)
        self._resolver.append_context(call=call)  # type: ignore[no-untyped-call] # of Powertools
        return self._resolver.resolve(request, context)

    def _context(
        self, event: Mapping[str, Any], environment: Environment, *, account: str, at: datetime, session: Session | None
    ) -> RequestContext:
        base = get_base_url(event)
        return RequestContext(
            account=account,
            at=at,
            environment=environment,
            headers=event.get("headers", {}),
            document=partial(self.published, environment.api, base),
            base=base and f"{base}{get_stage(event)}",
            session=session,
        )

    def _find_operation(self, event: Mapping[str, Any]) -> Operation:
        verb: str = event["requestContext"]["http"]["method"]
        return self.paths.find(verb.upper(), get_path(event))

    def _count(self, account: str, at: datetime, rate: RateLimit) -> None:
        try:
            rate.take(account, at)
        except InfrastructureError as fault:
            # Fail open: the throttling of API Gateway's stage still protects the stack.
            self._logger.warning("request.uncounted", extra=describe_error(fault))

    def _handle_error(self, error: Exception) -> Response[dict[str, object]]:
        return answer(self._problem(error))

    def _problem(self, error: Exception) -> Problem:
        problem = to_problem(error)
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._logger.error("api.failed", extra=describe_error(error))
        return problem


def _session_in(event: Mapping[str, Any], environment: Environment, at: datetime) -> Session:
    token = event.get("headers", {}).get(TOKEN_HEADER)
    return parse_session(token, partial(environment.service_key.derived, SESSION_PURPOSE, at), at)


def refuse_repeated(event: Mapping[str, Any]) -> None:
    """Refuse a request whose query repeats a parameter; API Gateway would join the values with commas.

    Raises:
        Problem: a parameter is given twice (400).
    """
    seen: set[str] = set()
    for name, _ in parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True):
        if name in seen:
            raise given_twice(name)
        seen.add(name)


def only_known_names(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[object]:
    """Refuse a request with a query parameter that its operation does not have, or with a body that it does not read.

    Raises:
        InvalidSetting: a parameter or field is unknown.
        Problem: the body is not a JSON object (400).
    """
    takes = app.context["_route"].dependant
    allowed = [parameter.alias for parameter in takes.query_params]
    for name in app.current_event.query_string_parameters:
        if name not in allowed:
            what = f"unknown parameter; allowed: {', '.join(allowed) or 'none'}"
            raise InvalidSetting(quote_value(name).strip('"'), what)
    if not takes.body_params and (body := app.current_event.body):
        for name in parse_json(body):
            raise InvalidSetting(quote_value(name).strip('"'), "unknown field; this request has no body fields")
    return next_middleware(app)
