"""The exact request that goes out: fonestorm-facts.md, Bodies on the wire."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from ringback import VERSION
from ringback.callbacks.parse import parse_public_setting
from ringback.callbacks.url import MAX_RENDERED
from ringback.catalog.payload import CATALOGUE, lookup, read_data
from ringback.delivery.render import Rendered, render
from ringback.email.message import Mail
from ringback.errors import AttemptFailed, InfrastructureError
from ringback.http.request import HttpRequest
from ringback.models import Callback, CallbackType, Event, Method, Outcome, Url, Value

AT = datetime(2026, 11, 23, 17, 36, 0, 999_000, tzinfo=UTC)
HAPPENED = AT - timedelta(seconds=1, milliseconds=499)
KIND = "messages/receive_notify"
SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
GUIDE_BODY = b'{"to":"3215551212","from":"3215551111","message":"hello world","id":"0c4055acc5cc2736d818c96f4421b2f5"}'
ANY_TEXT = st.text(st.characters())
HTTP = Callback(
    owner="o",
    event=KIND,
    type=CallbackType.CALLBACK,
    method=Method.JSON,
    url="https://my.example.com/notify.php",
)
EMAIL = Callback(owner="o", event=KIND, type=CallbackType.EMAIL, email="bob@example.com")


def event(data: dict[str, Any] | None = None, *, kind: str = KIND) -> Event:
    values, _ = read_data(CATALOGUE[kind], CATALOGUE[kind].example if data is None else data)
    return Event(kind=kind, account="1000001", fonenumber="3215551212", id="1", time=HAPPENED, data=values)


def rendered(callback: Callback, data: dict[str, Any] | None = None, *, secrets: tuple[str, ...] = ()) -> Rendered:
    return render(callback, delivery="0193f5a0", event=event(data, kind=callback.event), at=AT, secrets=secrets)


def request(callback: Callback, data: dict[str, Any] | None = None, *, secrets: tuple[str, ...] = ()) -> HttpRequest:
    made = rendered(callback, data, secrets=secrets).request
    assert isinstance(made, HttpRequest)
    return made


def failure(callback: Callback, data: dict[str, Any] | None = None) -> str:
    with pytest.raises(AttemptFailed) as caught:
        rendered(callback, data)
    assert caught.value.outcome is Outcome.UNUSABLE
    assert "planted" not in str(caught.value)
    return caught.value.detail


def test_the_guide_s_get() -> None:
    """The guide's own example, to the byte; a GET has no body and no content type."""
    made = request(replace(HTTP, method=Method.GET, url="https://my.example.com/notify.php?message=((msg))"))

    assert made == HttpRequest(
        method="GET",
        url=Url(
            scheme="https",
            authority="my.example.com",
            host="my.example.com",
            port=443,
            target="/notify.php?message=hello%20world",
        ),
        headers=(
            ("User-Agent", f"Ringback/{VERSION}"),
            ("Accept", "*/*"),
            ("webhook-id", "0193f5a0"),
            ("webhook-timestamp", "1795455360"),
            ("webhook-event", KIND),
            ("webhook-event-time", "2026-11-23T17:35:59.500Z"),
            ("webhook-attempt", "1"),
        ),
        body=None,
    )


@pytest.mark.parametrize(
    ("method", "content_type"),
    [(Method.POST, "application/x-www-form-urlencoded"), (Method.JSON, "application/json")],
)
def test_the_guide_s_post_and_json_send_one_body_under_two_labels(method: Method, content_type: str) -> None:
    made = request(replace(HTTP, method=method))

    assert (made.method, made.url.target, made.body) == ("POST", "/notify.php", GUIDE_BODY)
    assert made.headers == (
        ("User-Agent", f"Ringback/{VERSION}"),
        ("Accept", "*/*"),
        ("Content-Type", content_type),
        ("webhook-id", "0193f5a0"),
        ("webhook-timestamp", "1795455360"),
        ("webhook-event", KIND),
        ("webhook-event-time", "2026-11-23T17:35:59.500Z"),
        ("webhook-attempt", "1"),
    )


@pytest.mark.parametrize("method", [Method.POST, Method.JSON])
def test_tokens_work_with_a_body_too(method: Method) -> None:
    made = request(replace(HTTP, method=method, url="http://a:8080?from=((from))&x={{message}}"))

    assert made.url.target == "/?from=3215551111&x=hello%20world"
    assert made.body == GUIDE_BODY


def test_a_get_without_tokens_carries_no_data() -> None:
    """Nothing is appended to the query."""
    assert request(replace(HTTP, method=Method.GET, url="https://a/?q=1")).url.target == "/?q=1"


def test_all_headers_in_their_order() -> None:
    """Basic by RFC 7617, with its own example; one signature for each valid secret."""
    callback = replace(HTTP, url_username="Aladdin", url_password="open sesame")
    headers = request(callback, secrets=SECRETS).headers

    assert [name for name, _ in headers] == [
        "User-Agent",
        "Accept",
        "Content-Type",
        "Authorization",
        "webhook-id",
        "webhook-timestamp",
        "webhook-event",
        "webhook-event-time",
        "webhook-attempt",
        "webhook-signature",
    ]
    assert dict(headers)["Authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert dict(headers)["webhook-signature"].count("v1,") == 2


def test_credentials_are_utf8() -> None:
    """RFC 7617's own example: test and 123£."""
    assert ("Authorization", "Basic dGVzdDoxMjPCow==") in request(
        replace(HTTP, url_username="test", url_password="123£")
    ).headers


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("secret", SECRETS)
def test_a_receiver_can_verify_what_it_gets(method: Method, secret: str) -> None:
    """With either secret, over exactly the bytes of the body, or of a GET's path and query: its values are there."""
    callback = replace(HTTP, method=method, url="https://a/?message=((msg))&from=((from))")
    made = render(
        callback, delivery="0193f5a0", event=event({"msg": "50% é"}), at=datetime.now(UTC), secrets=SECRETS
    ).request
    assert isinstance(made, HttpRequest)

    signed = b"/?message=50%25%20%C3%A9&from=" if method is Method.GET else made.body or b""
    Webhook(secret).verify(signed, dict(made.headers), json_parse=False)


def test_a_get_s_signature_is_of_no_other_values() -> None:
    callback = replace(HTTP, method=Method.GET, url="https://a/?message=((msg))")
    one, other = (
        dict(request(callback, {"msg": text}, secrets=SECRETS).headers)["webhook-signature"]
        for text in ("pay Bob", "pay Eve")
    )

    assert one != other


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45))], ids=str)
def test_the_event_s_own_time_is_in_utc_at_every_attempt(zone: timezone) -> None:
    """A receiver that sorts by the text sorts by the time."""
    happened = replace(event(), time=HAPPENED.astimezone(zone))
    later = render(HTTP, delivery="0193f5a0", event=happened, at=AT + timedelta(days=1), attempt=7).request

    assert isinstance(later, HttpRequest)
    assert dict(later.headers)["webhook-event-time"] == "2026-11-23T17:35:59.500Z"
    assert dict(later.headers)["webhook-attempt"] == "7"


def test_a_body_has_only_what_the_event_has_in_the_catalogue_s_order() -> None:
    """Integers stay integers, text is UTF-8 and not escaped."""
    made = request(
        replace(HTTP, event="calls/receive_notify"),
        {"billable_seconds": "42", "status": "END", "direction": "INBOUND", "uid": "café 😀\n", "disposition": None},
    )

    assert made.body == '{"direction":"INBOUND","status":"END","uid":"café 😀\\n","billable_seconds":42}'.encode()


def test_a_body_does_not_rely_on_who_made_the_event() -> None:
    """Order, keys and UTF-8 hold for data from the table as well."""
    stored = replace(event(), data={"message": "half \ud83d", "uid": "alias", "to": "3215551212"})
    made = render(HTTP, delivery="0193f5a0", event=stored, at=AT).request

    assert isinstance(made, HttpRequest)
    assert made.body == '{"to":"3215551212","message":"half \ufffd"}'.encode()


def test_an_event_without_data_has_an_empty_object() -> None:
    assert request(HTTP, {}).body == b"{}"


def test_tokens_without_a_value_are_empty_and_counted() -> None:
    """A call that begins has no disposition."""
    made = rendered(
        replace(
            HTTP,
            event="calls/receive_notify",
            method=Method.GET,
            url="https://a/?d=((disposition))&s=((status))&b=((billable_seconds))",
        ),
        {"status": "BEGIN"},
    )

    assert isinstance(made.request, HttpRequest)
    assert (made.request.url.target, made.empty_tokens) == ("/?d=&s=BEGIN&b=", 2)


@pytest.mark.parametrize("kind", [name for name, kind in CATALOGUE.items() if CallbackType.CALLBACK in kind.types])
def test_every_kind_s_example_is_rendered_with_every_method_and_token(kind: str) -> None:
    tokens = "&".join(f"{name}=(({name}))" for name in CATALOGUE[kind].names)
    for method in CATALOGUE[kind].methods:
        made = rendered(replace(HTTP, event=kind, method=method, url=f"https://a/?{tokens}"))

        assert isinstance(made.request, HttpRequest)
        assert made.empty_tokens == 0
        assert "((" not in made.request.url.target
        assert made.request.body is None or json.loads(made.request.body) == CATALOGUE[kind].example


def test_a_mail_goes_to_the_address_that_is_set() -> None:
    made = rendered(EMAIL).request

    assert isinstance(made, Mail)
    assert made.to == "bob@example.com"
    assert "message: hello world\n" in made.text
    assert "Delivery 0193f5a0" in made.text


@pytest.mark.parametrize(
    ("callback", "detail"),
    [
        (replace(HTTP, url="https://my.example.com:25/?planted"), "url: port 25; allowed: 80, 443, 1024 to 65535"),
        (replace(HTTP, url="https://bob:planted@a/"), "url: a user name or password before the host"),
        (replace(HTTP, url="https://a/?planted=((nothing))"), "url: an unknown token; messages/receive_notify has"),
        (replace(HTTP, url="https://((to))/"), "url: a token before the path"),
        (replace(HTTP, url="https://a/planted\ud800"), "url: a control or invisible character (U+D800)"),
        (replace(HTTP, url=""), "url: missing"),
        (
            replace(HTTP, event="accounts/cdr_notify", url="http://a/"),
            "url: given http://; this event takes https:// only",
        ),
        (
            replace(HTTP, event="messages/receive", method=Method.GET),
            'method: given "GET"; messages/receive allows POST, JSON',
        ),
        (replace(HTTP, method=None), "method: missing"),
        (replace(HTTP, url_username="bob", url_password="planted\ud800"), "url_password: it has half a surrogate pair"),
        (replace(HTTP, type=CallbackType.NONE, method=None, url=""), "method: missing"),
        (replace(EMAIL, email="a@b.co\nBcc: c@d.co"), "email: no address that mail can be sent to"),
        (replace(EMAIL, event="accounts/cdr_notify"), 'type: given "Email"'),
        (replace(HTTP, event="messages/confirm", refused="url: not absolute"), "url: not absolute"),
    ],
)
def test_a_callback_that_breaks_a_newer_rule_is_unusable(callback: Callback, detail: str) -> None:
    """A callback is set once and used for years; the reason has no path, query or credential of it."""
    assert failure(callback).startswith(detail)


def test_a_kind_that_is_no_more_is_unusable() -> None:
    gone = Event(kind="pages/receive_notify", account="1", fonenumber="3215551212", id="1", time=AT, data={})

    with pytest.raises(AttemptFailed, match="unusable: event: given"):
        render(HTTP, delivery="0193f5a0", event=gone, at=AT)


def test_a_url_that_its_values_make_too_long_is_unusable() -> None:
    callback = replace(HTTP, url="https://a/?m=((msg))", method=Method.GET)
    longest = MAX_RENDERED - len("/?m=")

    assert len(request(callback, {"msg": "x" * longest}).url.target) == MAX_RENDERED
    assert failure(callback, {"msg": "x" * (longest + 1)}) == "url: 65,537 characters with its values; at most 65,536"


def test_a_bad_signing_secret_is_our_fault() -> None:
    """The message waits until the secret is repaired; it is no attempt."""
    with pytest.raises(InfrastructureError):
        rendered(HTTP, secrets=("whsec_",))


@given(
    st.sampled_from(
        ["https://a.b:8443/((msg))", "http://a.b/((from))/..;x?y=((msg))&z={{from}}", "https://[2001:db8::1]?((to))"]
    ),
    ANY_TEXT
    | st.sampled_from(
        ["@evil.example/", "//evil.example", "..", "\\\\evil", ":80@x", "#", "?", "((to))", "\r\nHost: x"]
    ),
    ANY_TEXT,
)
def test_no_value_changes_anything_before_the_path(url: str, message: str, sender: str) -> None:
    """A caller's text never chooses the host; each value decodes back to itself."""
    callback = parse_public_setting(
        lookup(KIND), {"type": "Callback", "method": "GET", "url": url}, owner="o", allowed=None
    )
    assert callback is not None
    values: dict[str, Value] = {"to": "3215551212", "from": sender, "message": message}
    happened = Event(kind=KIND, account="1", fonenumber="3215551212", id="1", time=AT, data=values)
    made = render(callback, delivery="0193f5a0", event=happened, at=AT).request
    assert isinstance(made, HttpRequest)

    before_path = url[: url.index("/", 8)] if "/" in url[8:] else url[: url.index("?")]
    assert f"{made.url.scheme}://{made.url.authority}" == before_path
    assert made.url.target.isascii()
    assert made.url.target.isprintable()
    assert " " not in made.url.target
    if url.endswith("/((msg))"):
        assert unquote(made.url.target[1:]) == message.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@given(st.dictionaries(st.sampled_from(["to", "from", "msg", "id"]), ANY_TEXT))
def test_any_data_makes_a_body_that_decodes_back_to_it(data: dict[str, str]) -> None:
    made = request(HTTP, data)

    assert list(json.loads(made.body or b"").items()) == list(event(data).data.items())
