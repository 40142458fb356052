"""Prints what of others a stack runs, as CycloneDX 1.6: `python -m tools.bill_of_materials`.

It is read from the locked requirements of the layers, so it has every package, its version, and the hashes that the
build checks.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringback import VERSION

PROJECT = Path(__file__).parents[1]
LOCKED = tuple(PROJECT / "layers" / layer / "requirements.txt" for layer in ("dependencies", "api"))

_PACKAGE = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)[^\n]*\n((?: +--hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", re.MULTILINE
)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that is locked."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256 of each of its files, of which the build takes one."""

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def packages(locked: str) -> Iterator[Package]:
    """Those of a requirements file's text."""
    for name, version, hashes in _PACKAGE.findall(locked):
        yield Package(name=name, version=version, hashes=tuple(_HASH.findall(hashes)))


def bill() -> dict[str, Any]:
    """The bill of materials; the same for the same locked files."""
    found = {package.purl: package for path in LOCKED for package in packages(path.read_text(encoding="utf-8"))}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "ringback", "version": VERSION}},
        "components": [_component(found[purl]) for purl in sorted(found)],
    }


def _component(package: Package) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "hashes": [_hash(one) for one in package.hashes],
    }


def _hash(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


if __name__ == "__main__":
    print(json.dumps(bill(), indent=2))
