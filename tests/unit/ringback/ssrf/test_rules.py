"""Which addresses a customer's URL may lead to."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.ssrf.rules import parse_networks, refusal

REFUSED = [
    *("10.0.0.1", "192.168.10.65", "192.168.0.1", "172.16.10.65", "172.31.255.255", "0.1.2.3", "0.0.0.0"),  # noqa: S104
    *("127.0.0.1", "127.0.0.254", "169.254.45.1", "169.254.169.254", "255.255.255.255", "224.1.2.3", "239.255.255.250"),
    *("192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.255", "198.51.100.65", "203.0.113.6"),
    *("100.64.0.0", "100.100.0.0", "100.127.255.255", "192.88.99.1", "192.88.99.3", "198.18.0.0", "198.19.255.255"),
    *("240.240.240.240", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1"),
    *("2001:db8::1", "3fff::dead:beef", "3fff:fff::1", "fdee:3a45:9057::1", "fd7a:115c:a1e0::1", "fd00:ec2::254"),
    *("2002:c000:204::dead:beef", "2002:a00:1::1", "64:ff9b::c0a8:0", "64:ff9b::ac1c:5", "64:ff9b::a00:1"),
    *("64:ff9b::ffff:ffff", "64:ff9b::c058:6301", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "100::1:2:3:4"),
    *("fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001::1", "2001:1ff::1", "2001:10::1", "5f00::1", "4000::1"),
    *("::ffff:0:7f00:1", "::5efe:7f00:1", "1::1", "::ffff:0:5db8:d822", "0:0:0:1::1"),
    *("2a00:1450:4001:1::5efe:7f00:1", "2a00:1450:4001:1:200:5efe:a00:1", "fe80::5efe:a00:1"),
    # The first is RFC 9780's dummy prefix, which common lists of addresses that may be called still let through.
    *("100:0:0:1::1", "1ff:ffff::1", "200::1", "1fff:ffff::1", "5000::1", "6000::1", "8000::1", "e000::1", "fe00::1"),
    *("2600::1%eth0", "::1%lo", "8.8.8.8%1", "", "localhost", "2130706433", "127.1", "0x7f000001"),
]

LET_THROUGH = [
    *("8.8.8.8", "1.1.1.1", "100.63.255.254", "100.128.0.1", "172.15.255.255", "172.32.0.0", "192.88.100.1"),
    *("198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "::ffff:808:808"),
    *("2606:4700:4700::1111", "2a00:1450:4001:1::200e", "2001:4860:4860::8888", "2001:200::1", "2000::1"),
    *("2fff::1", "3000::1", "3ffe:ffff::1"),
]


@pytest.mark.parametrize("address", REFUSED)
def test_nothing_is_sent_to_special_addresses(address: str) -> None:
    assert refusal(address) is not None


@pytest.mark.parametrize("address", LET_THROUGH)
def test_public_addresses_are_let_through(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("169.254.169.254", "169.254.169.254 is link-local"),
        ("::ffff:10.1.2.3", "::ffff:10.1.2.3 is private"),
        ("::1", "::1 is loopback"),
        ("::", ":: is unspecified"),
        ("64:ff9b::a9fe:a9fe", "64:ff9b::a9fe:a9fe is NAT64"),
        ("::7f00:1", "::7f00:1 is IPv4 in IPv6"),
        ("2a00::5efe:a00:1", "2a00::5efe:a00:1 is ISATAP"),
        ("2001:0:1::1", "2001:0:1::1 is Teredo"),
        ("100:0:0:1::1", "100:0:0:1::1 is reserved"),
        ("100::1", "100::1 is discard-only"),
        ("fd00::1", "fd00::1 is unique-local"),
        ("255.255.255.255", "255.255.255.255 is broadcast"),
        ("fe80::1%eth0", "fe80::1%eth0 has a zone"),
        ("nowhere", "'nowhere' is no address"),
    ],
)
def test_a_refusal_says_what_the_address_is(address: str, reason: str) -> None:
    assert refusal(address) == reason


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_in_ipv6_spelling(address: IPv4Address) -> None:
    """A mapped address reaches the IPv4 host that is in it."""
    mapped = IPv6Address(f"::ffff:{address}")

    assert (refusal(str(mapped)) is None) == (refusal(str(address)) is None)


@given(st.ip_addresses())
def test_what_python_calls_private_or_multicast_is_refused(address: IPv4Address | IPv6Address) -> None:
    """Python's own table has gaps; ours has none of these."""
    judged = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    if not judged.is_global or judged.is_multicast:
        assert refusal(str(address)) is not None


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_global_unicast_is_let_through(address: IPv6Address) -> None:
    """2000::/3 alone is given out for the Internet, whatever else is not listed as special (RFC 4291, 2.4)."""
    if address not in ip_network("2000::/3") and address.ipv4_mapped is None:
        assert refusal(str(address)) is not None


def test_allowed_networks_are_let_through() -> None:
    allowed = parse_networks("127.0.0.0/8, ::1")

    assert refusal("127.0.0.1", allowed) is None
    assert refusal("::ffff:127.0.0.1", allowed) is None
    assert refusal("::1", allowed) is None
    assert refusal("10.0.0.1", allowed) is not None


@pytest.mark.parametrize("text", ["", " ", " , ,"])
def test_no_network_is_allowed_by_default(text: str) -> None:
    assert parse_networks(text) == ()


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "loopback", "10.0.0.0/33", "::ffff:10.0.0.0/104", "1"])
def test_a_setting_that_is_no_network_is_named(entry: str) -> None:
    """The message has the entry and what is allowed."""
    with pytest.raises(ValueError, match=entry.replace("/", "./?")[:4]) as raised:
        parse_networks(f"127.0.0.0/8, {entry}")

    assert "network" in str(raised.value)
    assert entry in str(raised.value)
