"""Which URLs may be set, and the pieces that they are sent in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.callbacks.url import MAX_CHARACTERS, parse_url
from ringback.errors import InvalidSetting
from ringback.models import Url

LEFT_TO_THE_GUARD = {
    "http://0/": "0",
    "http://127.1": "127.1",
    "http://0.0.0.0:80": "0.0.0.0",  # noqa: S104 - refused as an address, never bound
    "http://2130706433/": "2130706433",
    "http://3232235521/": "3232235521",
    "http://2852039166/": "2852039166",
    "http://o177.0.0.1/": "o177.0.0.1",
    "http://0o177.0.0.1/": "0o177.0.0.1",
    "http://q177.0.0.1/": "q177.0.0.1",
    "http://0xc0a80101": "0xc0a80101",
    "http://0251.00376.000251.0000376/": "0251.00376.000251.0000376",
    "http://0251.254.169.254/": "0251.254.169.254",
    "http://7147006462/": "7147006462",
    "http://[::]:80/": "::",
    "http://[0:0:0:0:0:ffff:127.0.0.1]": "0:0:0:0:0:ffff:127.0.0.1",
    "http://[fd00:ec2::254]/latest/meta-data/": "fd00:ec2::254",
    "http://localhost:80": "localhost",
    "http://localh.st": "localh.st",
    "https://127.0.0.1": "127.0.0.1",
    "https://[::1]:9876": "::1",
    "https://[0000:0000:0000:0000:0000:ffff:7f00:0001]:9854": "0000:0000:0000:0000:0000:ffff:7f00:0001",
}
"""Forms that are a name or an address like any other: the guard judges what they resolve to."""

REFUSED_HERE = {
    "http://127。0。0。1/",
    "http://127.1.1.1:80\\@127.2.2.2:80/",
    "http://127.1.1.1:80\\@@127.2.2.2:80/",
    "dict://127.0.0.1:11211/",
    "ftp://127.0.0.1/",
    "https://@[::1]:9876",
    "https://1:2@[::1]:9876",
    "https://[::1%lo]",
    "https://::1",
}


def refusal(text: str, *, https_only: bool = False) -> str:
    with pytest.raises(InvalidSetting) as caught:
        parse_url(text, https_only=https_only)
    assert caught.value.field == "url"
    return caught.value.message


@pytest.mark.parametrize("text", sorted(REFUSED_HERE))
def test_forms_that_aim_at_confusion_are_refused(text: str) -> None:
    assert refusal(text)


@pytest.mark.parametrize(("text", "host"), LEFT_TO_THE_GUARD.items())
def test_forms_that_only_a_resolver_understands_have_one_plain_host(text: str, host: str) -> None:
    """What is judged and what is dialled are the same parsed value."""
    assert parse_url(text).host == host


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "https://my.example.com/notify.php?message=((msg))",
            Url(
                scheme="https",
                authority="my.example.com",
                host="my.example.com",
                port=443,
                target="/notify.php?message=((msg))",
            ),
        ),
        ("HTTP://A.Example", Url(scheme="http", authority="A.Example", host="a.example", port=80, target="/")),
        ("http://a:8080?q=((to))", Url(scheme="http", authority="a:8080", host="a", port=8080, target="/?q=((to))")),
        ("https://a:80/", Url(scheme="https", authority="a:80", host="a", port=80, target="/")),
        ("https://a.b./x", Url(scheme="https", authority="a.b.", host="a.b", port=443, target="/x")),
        (
            "https://[2001:DB8::1]:443",
            Url(scheme="https", authority="[2001:DB8::1]:443", host="2001:db8::1", port=443, target="/"),
        ),
        ("http://a/x#part", Url(scheme="http", authority="a", host="a", port=80, target="/x")),
        ("http://a#part", Url(scheme="http", authority="a", host="a", port=80, target="/")),
    ],
)
def test_a_url_is_cut_into_its_pieces(text: str, url: Url) -> None:
    """Host and authority are told apart; a fragment is for browsers and not sent."""
    assert parse_url(text) == url


@pytest.mark.parametrize(
    "target",
    [
        "/a/../b",
        "/./",
        "//x",
        "/%2f%2F%7e~",
        "/?",
        "/?q=%zz&&=",
        "/;p=1?a?b/c",
        "/[x]{y}|^`<>\"'",
        "/@x:y@",
        "/?u=http://b@c/",
        "/$(id)",
    ],
)
def test_path_and_query_stay_byte_for_byte(target: str) -> None:
    """Nothing is normalised, decoded or encoded again."""
    assert parse_url(f"https://a{target}").target == target


@pytest.mark.parametrize(
    "text",
    [
        "((to))://a/",
        "http((to))://a/",
        "https://((to))/",
        "https://a.((to)):80/",
        "https://a:((to))/",
        "https://a((msg))",
        "https://{{to}}?x",
        "https://((to))#x",
    ],
)
def test_a_token_before_the_path_is_refused(text: str) -> None:
    """A caller's text must never choose the host."""
    assert "token before the path" in refusal(text)


@pytest.mark.parametrize("text", ["https://a/?q=1#((msg))", "https://a#{{to}}"])
def test_a_token_in_the_fragment_is_refused(text: str) -> None:
    assert "token in the fragment" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://planted@a/",
        "https://bob:planted@a/",
        "http://:planted@a",
        "https://@a/",
        "HTTPS://b%40:planted@a?x",
        "bob:planted@a/x",
        "//bob:planted@a",
        "ftp://bob:planted@a",
    ],
)
def test_user_information_is_refused_without_being_repeated(text: str) -> None:
    """The message says where it belongs."""
    message = refusal(text)

    assert "url_username and url_password" in message
    assert "planted" not in message


@pytest.mark.parametrize(
    "text", ["https://bob:planted/x@a/", "https://bob:plan:ted@a/", "https://bob:pl/anted@a", "https://bob:planted?x@a"]
)
def test_no_message_repeats_a_password_that_ends_the_authority(text: str) -> None:
    """Its `/` or `?` makes it look like a port."""
    assert "pl" not in refusal(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("https://a/b c", "a space at character 12; write a space as %20"),
        ("https://a/b\u3000c", "white space (U+3000) at character 12; write a space as %20"),
        ("https://a/b\r\nc", "a line break at character 12; leave it out"),
        ("https://a/b\tc", "a tab at character 12; leave it out"),
        (" https://a/", "a space at the beginning; leave it out"),
        (
            "\ufeff https://a/",
            "a control or invisible character (U+FEFF) at character 1; only visible ASCII is allowed",
        ),
        ("https://a/ ", "a space at the end; leave it out"),
        ("https://a/\u3000", "white space (U+3000) at the end; leave it out"),
        ("https://a/\n", "a line break at the end; leave it out"),
        ("https://a/\r\n", "a line break at the end; leave it out"),
        ("https://a/\x00", "a control or invisible character (U+0000) at character 11; only visible ASCII is allowed"),
        (
            "https://a\u200b/",
            "a control or invisible character (U+200B) at character 10; only visible ASCII is allowed",
        ),
        (
            "https://a/\ud800",
            "a control or invisible character (U+D800) at character 11; only visible ASCII is allowed",
        ),
        ("https://a\\b/", "a backslash at character 10; write / or %5C"),
        ("https://a/?q=caf\u00e9", "\u00e9 at character 17 is not ASCII; write %C3%A9"),
        ("https://m\u00fcller.example/", "a host that is not ASCII; write xn--mller-kva.example"),
        ("https://stra\u00dfe.example:8080/", "a host that is not ASCII; write xn--strae-oqa.example"),
        ("http://127\u30020\u30020\u30021/", "a host that is not ASCII; write 127.0.0.1"),
        ("https://a\uff0fb/", "a host that is not ASCII; write its xn-- form"),
        ("https://\u00fc\ud800/", "a host that is not ASCII; write its xn-- form"),
    ],
)
def test_a_character_that_no_request_can_carry_is_refused_with_the_form_to_use(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example/x",
        "/x",
        "//a/x",
        "https:/a",
        "https:a",
        "https//a",
        "http",
        "://a",
        "1http://a",
        "?x=@",
        "x?m=a@b",
    ],
)
def test_a_url_that_is_not_absolute_is_refused(text: str) -> None:
    assert refusal(text) == "not absolute; it starts with https:// or http:// and a host"


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "javascript", "ws", "httpx", "git+ssh"])
def test_other_schemes_are_refused_by_name(scheme: str) -> None:
    assert refusal(f"{scheme}://a/") == f'given "{scheme}"://; allowed: https:// and http://'


def test_http_is_refused_where_the_event_takes_https_alone() -> None:
    assert parse_url("https://a/", https_only=True).scheme == "https"
    assert refusal("http://a/", https_only=True) == "given http://; this event takes https:// only"


@pytest.mark.parametrize(
    "host", ["", ".", "a..b", ".a", "a" * 64, "a." * 127 + "b", "a%2eb", "a!b", "a,b", "(a)", "a~", "<a>"]
)
def test_a_host_that_is_no_name_is_refused(host: str) -> None:
    assert "host" in refusal(f"https://{host}/")


@pytest.mark.parametrize("host", ["a" * 63, "a." * 126 + "b", "_x.a-b.c", "xn--mller-kva.example"])
def test_a_host_may_be_as_long_as_the_dns_takes(host: str) -> None:
    assert parse_url(f"https://{host}/").host == host


@pytest.mark.parametrize(
    "port",
    [
        "0",
        "22",
        "79",
        "81",
        "442",
        "444",
        "1023",
        "65536",
        "99999",
        "100000",
        "080",
        "-1",
        "+80",
        "8o",
        "",
        "80:80",
        "٨٠٨٠",
    ],
)
def test_other_ports_are_refused(port: str) -> None:
    """Mail, SSH and their like are no receivers of callbacks."""
    assert refusal(f"https://a:{port}/")
    assert refusal(f"https://[2001:db8::1]:{port}/")


@pytest.mark.parametrize("port", [80, 443, 1024, 8443, 65535])
def test_web_ports_and_all_above_1023_are_allowed(port: int) -> None:
    assert parse_url(f"http://a:{port}").port == port


def test_a_refused_port_is_answered_with_those_allowed() -> None:
    assert refusal("https://a:25/") == "port 25; allowed: 80, 443, 1024 to 65535"


@pytest.mark.parametrize(
    "host",
    [
        "[",
        "[]",
        "[::1",
        "[::1]x",
        "[::g]",
        "[127.0.0.1]",
        "[v1.a]",
        "[1:2:3]",
        "[::ffff:1.2.3.04]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "::1",
        "[[::1]]",
    ],
)
def test_a_malformed_ipv6_address_is_refused(host: str) -> None:
    assert refusal(f"https://{host}/")


def test_an_ipv6_address_without_brackets_is_told_from_a_bad_port() -> None:
    assert refusal("https://::1") == "a host with several colons; an IPv6 address goes in brackets"


def test_a_url_has_at_most_4096_characters() -> None:
    longest = "https://a/".ljust(MAX_CHARACTERS, "x")

    assert len(parse_url(longest).target) == MAX_CHARACTERS - len("https://a")
    assert refusal(f"{longest}x") == "4,097 characters; the maximum is 4,096"


@settings(max_examples=60)
@given(
    st.text(st.characters(), max_size=30).map(lambda text: f"https://{text}")
    | st.lists(
        st.sampled_from(
            ["http", "s", "://", "a", "@", ":", "80", "[", "]", "::1", "/", "?", "#", "((to))", "\\", "%", "é", "。"]
        )
    ).map("".join)
)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """And what is parsed leaves nothing to interpret before the path."""
    try:
        url = parse_url(text)
    except InvalidSetting:
        return
    assert text.lower().startswith(f"{url.scheme}://{url.authority.lower()}")
    assert not set("@\\((/?# ") & set(url.authority)
    assert url.target.startswith("/")
    assert url.target.isascii()
