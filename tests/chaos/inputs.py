"""What fuzzers make: records of a queue, requests of the API, answers of receivers; most are valid ones, spoilt."""

import base64
import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ringback.catalog.payload import CATALOGUE
from tests.chaos.customers import ACCOUNT, KIND, fonenumber
from tests.integration.calling import handed_on, request
from tests.integration.lambdas import record

DEEP = "[" * 100_000
"""Deeper than any parser goes."""

HUGE = (DEEP, '{"a":' * 5_000, "1" * 5_000, '"' + "x" * 200_000 + '"', "\ufeff{}", "NaN", "{}" * 1_000)
"""Bodies that are not made at random."""

HUGE_TEXTS = ("x" * 5_000, "ｆ" * 1_000, "\u0301" * 1_000, "é" * 4_000)  # noqa: RUF001 - they are the point

TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\x00\r\n\t\u2028\ud800\U0001f600()%&=#/\\\"'<>;:", max_size=20),
    st.sampled_from(["", "0", "-1", "1e999", "null", "((msg))", "((", "))"]),
    st.integers(0, 3).map(lambda number: HUGE_TEXTS[number]),
)
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([0, -1, 2**31, 2**53 + 1, 2**64, 10**400, -(10**30), 1e-320])
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    SCALARS, lambda some: st.lists(some, max_size=4) | st.dictionaries(TEXTS, some, max_size=4), max_leaves=12
)
HOSTS = st.sampled_from(
    [
        "127.0.0.1:1024",
        "127.0.0.1",
        "[::1]:1024",
        "x.example:1024",
        "ｘ.example",  # noqa: RUF001 - as above
        "é" * 60,
        "a." * 120 + "b",
        "",
        "1",
        "[::1",
    ]
)
URLS = st.builds(
    lambda scheme, host, rest: f"{scheme}{host}{rest}",
    st.sampled_from(["https://", "http://", "HTTPS://", "ftp://", "//", "https:", ""]),
    HOSTS,
    TEXTS,
)
KINDS = st.sampled_from(sorted(CATALOGUE)) | TEXTS


@st.composite
def _spoilt(draw: Any, valid: SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A *valid* object of which some fields were replaced, left out, or added."""
    made = dict(draw(valid))
    for name in draw(st.lists(st.sampled_from(sorted(made)), max_size=3)):
        if draw(st.booleans()):
            made[name] = draw(VALUES)
        else:
            made.pop(name, None)
    more: dict[str, Any] = draw(st.dictionaries(TEXTS, VALUES, max_size=1))
    return made | more


EVENTS = st.fixed_dictionaries(
    {
        "event": KINDS,
        "account": st.just(ACCOUNT) | TEXTS,
        "fonenumber": st.just(fonenumber(2)) | TEXTS,
        "id": TEXTS,
        "time": st.just("2026-11-23T17:36:00Z") | TEXTS,
        "data": st.dictionaries(st.sampled_from(["to", "from", "msg", "id", "ds", "dc", "status"]) | TEXTS, VALUES),
        "callback": _spoilt(
            st.fixed_dictionaries({"url": URLS, "url_method": TEXTS, "url_username": TEXTS, "url_password": TEXTS})
        ),
    }
)
RETRIES = st.fixed_dictionaries(
    {
        "version": st.just(1) | NUMBERS,
        "owner": st.just(f"{ACCOUNT}#{fonenumber(2)}") | TEXTS,
        "delivery": TEXTS,
        "due": NUMBERS,
    }
)


def _wrapped(body: str, how: int) -> str:
    """*body* as SNS or EventBridge hand it on."""
    if how == 1:
        return json.dumps({"Type": "Notification", "Message": body})
    return f'{{"detail-type":"ringback.event","detail":{body}}}' if how == 2 else body


BODIES = st.one_of(
    st.builds(json.dumps, _spoilt(EVENTS)),
    st.builds(json.dumps, _spoilt(RETRIES)),
    st.builds(json.dumps, VALUES),
    st.builds(_wrapped, st.builds(json.dumps, _spoilt(EVENTS)), st.integers(0, 2)),
    st.text(max_size=200),
    st.integers(0, len(HUGE) - 1).map(lambda number: HUGE[number]),
)
RECORDS = st.builds(record, BODIES)
"""Records of a batch as Lambda gives them: any body, but the attributes that SQS sets."""

NUMBER = f"/v2/fonenumbers/{fonenumber(1)}"
ROUTES = st.sampled_from(
    [
        *(("POST", f"/v2/{kind}") for kind in sorted(CATALOGUE)),
        *(("POST", f"{NUMBER}/{kind}/{what}") for kind in sorted(CATALOGUE) for what in ("preview", "test")),
        *(("GET", f"/v2/events/{kind}") for kind in sorted(CATALOGUE)),
        *(("GET", f"{path}/deliveries") for path in (NUMBER, "/v2/accounts")),
        *(("POST", f"{path}/redeliver") for path in (NUMBER, "/v2/accounts")),
        *(("GET", f"{NUMBER}/deliveries/{'0' * 32}"), ("POST", f"{NUMBER}/deliveries/{'0' * 32}/redeliver")),
        *(("PUT", NUMBER), ("GET", NUMBER), ("GET", f"{NUMBER}/health"), ("GET", "/v2/fonenumbers")),
        *(("GET", "/v2/accounts/signing_secret"), ("POST", "/v2/accounts/signing_secret")),
        *(("POST", "/v2/accounts/signing_secret/rotate"), ("DELETE", "/v2/accounts/signing_secret")),
        *(("GET", "/v2/accounts/contact"), ("PUT", "/v2/accounts/contact"), ("GET", f"/v2/accounts/{ACCOUNT}")),
        *(("GET", "/v2/events"), ("GET", "/v2/egress"), ("GET", "/docs"), ("GET", "/v2/openapi.json")),
    ]
)
"""All there are."""

SEGMENTS = st.one_of(st.just("x" * 2_000), TEXTS.map(lambda text: quote(text, safe="", errors="replace")), TEXTS)


def _elsewhere(route: tuple[str, str], verb: str, segment: str, place: int) -> tuple[str, str]:
    """A *route* with one segment replaced."""
    segments = route[1].split("/")
    segments[place % len(segments)] = segment.encode(errors="replace").decode()  # a gateway brings UTF-8
    return verb, "/".join(segments)


VERBS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", "TRACE"])
PLACES = st.one_of(ROUTES, ROUTES, ROUTES, st.builds(_elsewhere, ROUTES, VERBS, SEGMENTS, st.integers(0, 9)))
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "cursor", "status", "event", "since", "until", "filter"]) | TEXTS,
    TEXTS | st.sampled_from(["1", "failed", "2026-01-01T00:00:00Z", KIND, "e30", "9" * 400]),
    max_size=4,
)
SETTINGS = _spoilt(
    st.fixed_dictionaries(
        {
            "fonenumber": st.just(fonenumber(1)) | VALUES,
            "type": st.sampled_from(["Callback", "Email", "None", "URL"]) | TEXTS,
            "method": st.sampled_from(["GET", "POST", "JSON"]) | TEXTS,
            "url": URLS,
            "email": TEXTS,
            "url_username": TEXTS,
            "url_password": TEXTS,
            "message_options": VALUES,
            "since": st.just("2026-01-01T00:00:00Z") | VALUES,
            "secret": VALUES,
            "dry_run": VALUES,
            "cursor": VALUES,
        }
    )
)
FORMS = st.builds(
    lambda depth, value: "fonenumber" + "[a]" * depth + "=" + quote(value, errors="replace"),
    st.integers(0, 60) | st.just(10_000),
    TEXTS,
)
RAW = st.one_of(
    st.builds(lambda value: json.dumps(value).encode(), SETTINGS),
    st.builds(lambda value: json.dumps(value).encode(), VALUES),
    FORMS.map(str.encode),
    st.integers(0, len(HUGE) - 1).map(lambda number: HUGE[number].encode()),
    st.binary(max_size=200),
    st.sampled_from([b"", b"{" * 1_000, b"\xff\xfe{}", b"null", b'{"fonenumber":{"fonenumber":{}}}']),
)
CONTENT_TYPES = st.sampled_from(
    [
        *(
            "application/json",
            "APPLICATION/JSON",
            "application/json; charset=utf-16",
            "application/x-www-form-urlencoded",
        ),
        *(
            "text/plain",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "",
            "x",
            "a/b;c",
        ),
    ]
)


@st.composite
def _requests(draw: Any) -> dict[str, Any]:
    """A request as API Gateway hands it on."""
    verb, path = draw(PLACES)
    event = request(verb, "/", headers={}, account=draw(st.sampled_from([ACCOUNT] * 9 + [None])))
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    names = draw(st.just({}) | QUERIES)
    event["rawQueryString"] = "&".join(
        f"{quote(n, errors='replace')}={quote(v, errors='replace')}" for n, v in names.items()
    )
    if names:
        event["queryStringParameters"] = names
    event["headers"] = draw(
        st.dictionaries(st.sampled_from(["accept", "if-none-match", "accept-encoding", "x"]), TEXTS)
    )
    kind = draw(st.none() | CONTENT_TYPES)
    if kind is not None:
        event["headers"]["content-type"] = kind
    if draw(st.booleans()):
        event |= handed_on(draw(RAW), kind or "")
    elif draw(st.integers(0, 9)) == 0:
        event |= {"body": base64.b64encode(draw(st.binary(max_size=20))).decode()[:-1], "isBase64Encoded": True}
    return event


REQUESTS = _requests()

BACKLOGS = st.one_of(
    st.sampled_from(
        [
            *(
                b"HTTP/1.1 200 OK\r\n",
                b"HTTP/1.1 100 Continue\r\n\r\n",
                b"HTTP/1.1 503 Oh\r\n",
                b"HTTP/1.0 200 OK\n",
                b"HTTP/1.1 ",
            ),
            *(
                b"Content-Length: 2\r\n",
                b"Content-Length: 0x5\r\n",
                b"Content-Length: 99999999\r\n",
                b"Content-Length:\r\n",
            ),
            *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n"),
            *(
                b"Retry-After: 5\r\n",
                b"\r\n",
                b"\n",
                b"\r",
                b": x\r\n",
                b" folded\r\n",
                b"0\r\n\r\n",
                b"2\r\nok\r\n",
                b"ffffffff\r\n",
            ),
        ]
    ),
    st.binary(max_size=30),
)
ANSWERS = st.lists(BACKLOGS, max_size=12)
"""Pieces of answers, as they come."""
