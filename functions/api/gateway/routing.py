"""Routers that know the verbs of each path, so that a 405 can list them."""

import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler.api_gateway import Router

from api.gateway.errors import NO_SUCH_PATH, Problem, not_found
from ringback.frozen import frozen


@frozen
class Operation:
    """One verb of one path."""

    verb: str
    path: str
    """The path with its parameters in braces, as in OpenAPI."""
    open: bool
    """Whether it needs no account."""
    problems: tuple[HTTPStatus, ...]
    """Error statuses in addition to those of every operation."""
    body: object = None
    """An example of the request body, if that of its model does not fit."""
    answer: object = None
    """An example of the response, if that of its model does not fit."""
    query: str = ""
    """An example of the query string."""


class Routes(Router):
    """The routes under one tag of the document."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # of Powertools
        self.tag = tag
        self.operations: list[Operation] = []

    @property
    def paths(self) -> set[str]:
        """The paths of its operations."""
        return {operation.path for operation in self.operations}

    def operation[Handler: Callable[..., Any]](  # noqa: PLR0913 - the parts of an operation in OpenAPI
        self,
        verb: str,
        path: str,
        *,
        name: str,
        summary: str,
        description: str = "",
        problems: Iterable[HTTPStatus] = (),
        status: HTTPStatus = HTTPStatus.OK,
        open: bool = False,  # noqa: A002 - the word of the field
        documented: bool = True,
        body: object = None,
        answer: object = None,
        query: str = "",
    ) -> Callable[[Handler], Handler]:
        """Register a handler for *verb* on *path*, with its parameters in braces."""
        self.operations.append(
            Operation(
                verb=verb,
                path=path,
                open=open,
                problems=tuple(problems),
                body=body,
                answer=answer,
                query=query,
            )
        )
        registered: Callable[[Handler], Handler] = self.route(
            path.replace("{", "<").replace("}", ">"),
            verb,
            summary=summary,
            description=description or None,
            operation_id=name,
            tags=[self.tag],
            status_code=status.value,
            include_in_schema=documented,
        )
        return registered


class Paths:
    """All operations of the API, by path."""

    def __init__(self, routers: Iterable[Routes]) -> None:
        self._paths: dict[str, dict[str, Operation]] = {}
        for router in routers:
            for operation in router.operations:
                self._paths.setdefault(operation.path, {})[operation.verb] = operation
        # Fixed paths first, as in Powertools: parameters would match them as well.
        self._patterns = sorted(
            ((_pattern(path), verbs) for path, verbs in self._paths.items()), key=lambda entry: entry[0].groups
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __getitem__(self, path: str) -> Mapping[str, Operation]:
        return self._paths[path]

    def find(self, verb: str, path: str) -> Operation:
        """Return the operation that a request is for.

        Raises:
            Problem: there is no such path (404), or it does not have this verb (405).
        """
        found = [verbs for pattern, verbs in self._patterns if pattern.fullmatch(path)]
        if not found:
            raise not_found(NO_SUCH_PATH)
        for verbs in found:
            if verb in verbs:
                return verbs[verb]
        allowed = ", ".join(sorted({verb for verbs in found for verb in verbs}))
        what = f"{verb} is not allowed on this path; allowed: {allowed}"
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, what, {"Allow": allowed})


def without_slash(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *event* with a path without a trailing slash, which makes no difference here."""
    path = event["rawPath"]
    return {**event, "rawPath": path[:-1]} if path.endswith("/") and path != "/" else event


def in_ascii(path: str) -> str:
    """Percent-encode what is not ASCII in *path*: Powertools' routes do not match, say, a decoded no-break space."""
    return quote(path, safe=string.printable, errors="replace")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)))
