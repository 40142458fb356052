"""The console as it is served."""

import re

import pytest

from tests.integration.calling import Api, calling
from tests.integration.stack import Stack

PACKED = {"accept-encoding": "gzip"}


def files_of(api: Api) -> list[str]:
    return re.findall(r'(?:href|src)="(console/[^"]+)"', api.get("/console", account=None).text)


def test_the_page_may_run_its_own_script_ask_its_own_api_and_nothing_else(shared_api: Api) -> None:
    page = shared_api.get("/console", account=None, headers=PACKED)

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def test_its_files_are_there_for_ever_and_of_their_types(shared_api: Api) -> None:
    for path in files_of(shared_api):
        file = shared_api.get(f"/{path}", account=None, headers=PACKED)
        assert (file.status, file.headers["content-encoding"]) == (200, "gzip")
        assert file.headers["content-type"] == ("text/css" if path.endswith(".css") else "text/javascript")
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["x-content-type-options"] == "nosniff"
    assert len(files_of(shared_api)) == 2


def test_whoever_has_the_page_is_not_sent_it_again(shared_api: Api) -> None:
    first = shared_api.get("/console", account=None)
    again = shared_api.get("/console", account=None, headers={"if-none-match": first.headers["etag"]})

    assert (again.status, again.text) == (304, "")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/console/0123456789abcdef/console.js", "/console/{v}/main.js", "/console/{v}/..%2Fapp.py"]
)
def test_no_other_file_is_there(shared_api: Api, path: str) -> None:
    [version, *_] = re.findall(r"console/(\w+)/", shared_api.get("/console", account=None).text)

    assert shared_api.get(f"/console/{path.replace('{v}', version)}", account=None).status == 404


def test_the_page_with_a_slash_finds_its_files(shared_api: Api) -> None:
    assert shared_api.get("/console/", account=None).status == 200
    for path in files_of(shared_api):
        assert shared_api.get(f"/console/{path}", account=None).status == 200


def test_where_it_is_off_it_is_not_there(shared_stack: Stack) -> None:
    with calling(shared_stack, CONSOLE="off") as api:
        assert api.get("/console", account=None).status == 404
        assert api.get("/console/0123456789abcdef/console.js", account=None).status == 404
