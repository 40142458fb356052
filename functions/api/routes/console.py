"""The customer's console: a page and its files, open as the documentation is; what it shows comes from the API."""

from aws_lambda_powertools.event_handler import Response

from api.console_files import Console, console
from api.context import CurrentRequest, RequestContext
from api.gateway.errors import NO_SUCH_PATH, not_found
from api.gateway.publication import Publication
from api.gateway.routing import Routes

routes = Routes("Console")


@routes.operation("GET", "/console", name="get_console", summary="The console", open=True, documented=False)
def get_console(call: CurrentRequest) -> Response[str]:
    """Return the page."""
    return _of(call).page.answer(call.headers)


@routes.operation(
    "GET", "/console/{version}/{file}", name="get_console_file", summary="Its files", open=True, documented=False
)
def get_console_file(call: CurrentRequest, version: str, file: str) -> Response[str]:
    """Return one of its files, which never changes; a page that is older than the stack reloads into the newer one."""
    return _file(_of(call), version, file).answer(call.headers)


@routes.operation(
    "GET", "/console/console/{version}/{file}", name="get_console_file_", summary="Same", open=True, documented=False
)
def get_console_file_after_slash(call: CurrentRequest, version: str, file: str) -> Response[str]:
    """Return the same where the page was opened as `/console/`: its links are relative, because paths may be mapped."""
    return get_console_file(call, version, file)


def _of(call: RequestContext) -> Console:
    if not call.environment.console.on:
        raise not_found(NO_SUCH_PATH)
    return console(call.environment.console)


def _file(one: Console, version: str, file: str) -> Publication:
    if version != one.version or file not in one.files:
        raise not_found("this file belongs to another version of the page, or to none; load the page again")
    return one.files[file]
