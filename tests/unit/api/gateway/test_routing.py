"""Paths and verbs."""

import pytest

from api.gateway.errors import Problem
from api.gateway.routing import Paths, Routes


@pytest.fixture(scope="module")
def paths() -> Paths:
    routes = Routes("Things")
    for verb, path in [
        ("GET", "/v2/things"),
        ("GET", "/v2/things/{thing}"),
        ("PUT", "/v2/things/{thing}"),
        ("POST", "/v2/things/new"),
    ]:
        routes.operation(verb, path, name=f"{verb} {path}", summary="")(lambda: None)
    return Paths([routes])


@pytest.mark.parametrize(
    ("verb", "path", "found"),
    [
        ("GET", "/v2/things", "/v2/things"),
        ("PUT", "/v2/things/a b", "/v2/things/{thing}"),
        ("POST", "/v2/things/new", "/v2/things/new"),
        ("GET", "/v2/things/new", "/v2/things/{thing}"),
    ],
)
def test_an_operation_is_found_by_verb_and_path(paths: Paths, verb: str, path: str, found: str) -> None:
    operation = paths.find(verb, path)

    assert (operation.verb, operation.path) == (verb, found)


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("DELETE", "/v2/things", "GET"),
        ("HEAD", "/v2/things/a", "GET, PUT"),
        ("TRACE", "/v2/things/new", "GET, POST, PUT"),
    ],
)
def test_a_verb_that_a_path_lacks_is_told_which_it_has(paths: Paths, verb: str, path: str, allowed: str) -> None:
    with pytest.raises(Problem) as caught:
        paths.find(verb, path)

    assert caught.value.status == 405
    assert caught.value.headers == {"Allow": allowed}
    assert caught.value.message == f"{verb} is not allowed on this path; allowed: {allowed}"


@pytest.mark.parametrize(
    "path", ["", "/", "/v2", "/v2/things/", "/v2/things/a/b", "/v2/thingsx", "/v2.things", "//v2/things"]
)
def test_there_is_no_other_path(paths: Paths, path: str) -> None:
    with pytest.raises(Problem) as caught:
        paths.find("GET", path)

    assert caught.value.status == 404
