"""Judge addresses and ports: a customer's URL may lead to all but special-purpose ones (IANA's registries, RFC 6890).

This has its own table, because `ipaddress.is_global` lets multicast, NAT64, 6to4 and more through.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import inet_aton, inet_ntoa

type Address = IPv4Address | IPv6Address

type Network = IPv4Network | IPv6Network

MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4 addresses in IPv6 notation (RFC 4291, 2.5.5.2), judged as the IPv4 addresses that they are."""

REFUSED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("unspecified", ("0.0.0.0/32", "::/128")),
    ("of this network", ("0.0.0.0/8",)),
    ("loopback", ("127.0.0.0/8", "::1/128")),
    ("private", ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    ("link-local", ("169.254.0.0/16", "fe80::/10")),  # the clouds' metadata services live here
    ("shared by carrier-grade NAT", ("100.64.0.0/10",)),
    ("for protocol assignments", ("192.0.0.0/24",)),
    ("for documentation", ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")),
    ("for benchmarking", ("198.18.0.0/15", "2001:2::/48")),
    ("for black holes (AS112)", ("192.31.196.0/24", "192.175.48.0/24", "2001:4:112::/48", "2620:4f:8000::/48")),
    ("for multicast tunnels (AMT)", ("192.52.193.0/24", "2001:3::/32")),
    ("6to4", ("192.88.99.0/24", "2002::/16")),
    ("multicast", ("224.0.0.0/4", "ff00::/8")),
    ("broadcast", ("255.255.255.255/32",)),
    ("NAT64", ("64:ff9b::/96", "64:ff9b:1::/48")),
    ("IPv4 in IPv6", ("::/96", "::ffff:0:0:0/96")),  # "compatible" and "translated"; mapped ones never get here
    ("discard-only", ("100::/64",)),
    ("Teredo", ("2001::/32",)),
    ("for protocol assignments", ("2001::/23",)),
    ("unique-local", ("fc00::/7",)),
    ("site-local", ("fec0::/10",)),
    ("for segment routing", ("5f00::/16",)),
    # All of IPv6 but 2000::/3, the only space ever assigned for the Internet (RFC 4291, 2.4).
    ("reserved", ("240.0.0.0/4", "::/3", "4000::/2", "8000::/1")),
)
"""Completes "the address is …" for each group of ranges; the first range that contains an address names it."""

_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""The third quarter of an IPv6 address whose last quarter is a tunnelled IPv4 address (RFC 5214, 6.1)."""

_TABLE: tuple[tuple[Network, str], ...] = tuple((ip_network(cidr), name) for name, cidrs in REFUSED for cidr in cidrs)

PORTS = ((80, 80), (443, 443), (1_024, 65_535))
"""First and last port of each allowed range: the web's, and those above 1,023; in between are services such as SMTP
that nobody must reach through us (docs/decisions/0005)."""


def plain(address: Address) -> Address:
    """Return the address that a packet goes to: the IPv4 address behind a mapped one, else *address* itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def refusal(address: str, allowed: Iterable[Network] = ()) -> str | None:
    """Say why nothing may be sent to *address* ("127.0.0.1 is loopback"), or return None if it may."""
    if "%" in address:
        return f"{address} has a zone"
    try:
        judged = plain(ip_address(address))
    except ValueError:
        return f"{address!r} is no address"
    if any(judged in network for network in allowed):
        return None
    name = next((name for network, name in _TABLE if judged in network), None) or _tunnelled(judged)
    return f"{address} is {name}" if name else None


def refusal_of_host(host: str, allowed: Iterable[Network] = ()) -> str | None:
    """Say why nothing may be sent to a *host* that is an address or always means this machine, or return None.

    This is for early messages: it judges whatever resolvers take for an address (`0x7f.1`, `2130706433`), but no names.
    """
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return refusal("127.0.0.1", allowed) and f"{host} is loopback"
    try:
        address = inet_ntoa(inet_aton(host)) if ":" not in host else host
    except OSError:
        return None
    return refusal(address, allowed)


def _tunnelled(address: Address) -> str | None:
    is_isatap = address.version == 6 and int(address) >> 32 & 0xFFFF_FFFF in _ISATAP  # noqa: PLR2004 - of IP
    return "ISATAP" if is_isatap else None


def parse_networks(text: str) -> tuple[Network, ...]:
    """Parse a comma-separated list of networks (the variable ALLOWED_NETWORKS).

    Raises:
        ValueError: an entry is not a network; the message names it and says what is allowed.
    """
    return tuple(_network(entry.strip()) for entry in text.split(",") if entry.strip())


def _network(entry: str) -> Network:
    try:
        network = ip_network(entry)
    except ValueError as error:
        message = f"{error}; allowed are networks, comma-separated, such as 127.0.0.0/8, 10.1.2.3 or ::1/128"
        raise ValueError(message) from None
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
        message = f"{entry} is IPv4 in IPv6 spelling, which is judged as IPv4: write the IPv4 network"
        raise ValueError(message)
    return network


def is_allowed_port(port: int) -> bool:
    """Tell whether callbacks may go to *port*; asked when a URL is parsed, and by the guard before each attempt."""
    return any(first <= port <= last for first, last in PORTS)
