"""Ways to write a host that leads to where callbacks must not go."""

import json
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_network
from pathlib import Path

from ringback.ssrf.rules import REFUSED

KNOWN = json.loads(Path(__file__).with_name("special.json").read_text(encoding="utf-8"))
"""`deny` has addresses, `urls` has URLs; none of them may be connected to."""

TARGETS = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.0.1", "0.0.0.0")  # noqa: S104 - to be refused
"""IPv4 addresses that are written in every way."""

CIRCLED = str.maketrans("0123456789.", "⓪①②③④⑤⑥⑦⑧⑨。")
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")  # noqa: RUF001 - they are the point

STATUSES = (300, 301, 302, 303, 305, 307, 308)
"""Of redirects."""


def special_addresses() -> list[str]:
    """Each known one, and the first and the last of every range that is refused, in IPv6 spelling too."""
    found = dict.fromkeys(KNOWN["deny"])
    for _, cidrs in REFUSED:
        for cidr in cidrs:
            network = ip_network(cidr)
            for address in (network[0], network[-1]):
                found[str(address)] = None
                if isinstance(address, IPv4Address):
                    found |= dict.fromkeys((f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}"))
    return list(found)


def spellings(address: str) -> Iterator[str]:
    """An IPv4 *address* as a host, in all the ways that resolvers have taken for one."""
    number = int(IPv4Address(address))
    parts = [int(part) for part in address.split(".")]
    yield from (address, f"{address}.", str(number), hex(number), f"0{number:o}", f"{number + 2**32}")
    yield ".".join(hex(part) for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"{part:#010x}" for part in parts)
    yield ".".join(f"{part:08o}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{hex(parts[0])}.{parts[1]}.0{parts[2]:o}.{parts[3]}"
    yield f"{parts[0] + 256}.{parts[1]}.{parts[2]}.{parts[3]}"
    yield from (address.translate(CIRCLED), address.translate(FULL_WIDTH), address.replace(".", "%2e"))
    yield from (f"[::ffff:{address}]", f"[::{address}]", f"[64:ff9b::{address}]", f"[::ffff:0:{address}]")
    yield from (f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]", f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]")
    yield from (f"[::ffff:{address}%25lo]", f"[fe80::5efe:{address}]", f"[v1.{address}]", f"[{address}]")
    yield from (f"good.example@{address}", f"good.example:80@{address}", f"{address}\\@good.example", f"{address}#")
    yield from (f"good.example\t{address}", f" {address}", f"{address}\x00.good.example", f"{address},good.example")


def urls(port: int) -> list[str]:
    """Each form as a URL; those that say no port go to *port*, where somebody listens."""
    hosts = [host for address in TARGETS for host in spellings(address)]
    hosts += [f"[{text}]" if ":" in text else text for text in special_addresses()]
    hosts += ["localhost", "LOCALHOST", "localhost.", "x.localhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]"]
    found = [f"http://{host}:{port}/" for host in hosts] + KNOWN["urls"]
    return list(dict.fromkeys(found))
