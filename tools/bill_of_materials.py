"""Print the third-party packages that a stack runs, as CycloneDX 1.6: `python -m tools.bill_of_materials`.

It reads the locked requirements of the layers and of the console's library, so it has every package, its version, and
the hashes that are checked at installation.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringback import VERSION

PROJECT = Path(__file__).parents[1]
LOCKED = tuple(PROJECT / "layers" / layer / "requirements.txt" for layer in ("dependencies", "api"))

CONSOLE = PROJECT / "requirements/console/package-lock.json"

_PACKAGE = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)[^\n]*\n((?: +--hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", re.MULTILINE
)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A locked package."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """Digests of its files; the build installs one of them."""
    algorithm: str = "SHA-256"
    registry: str = "pypi"

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:{self.registry}/{self.name}@{self.version}"


def packages(locked: str) -> Iterator[Package]:
    """Read the packages of a requirements file's text."""
    for name, version, hashes in _PACKAGE.findall(locked):
        yield Package(name=name, version=version, hashes=tuple(_HASH.findall(hashes)))


def vendored(lock: Path = CONSOLE) -> Iterator[Package]:
    """Read what the console's library is made of: the packages in npm's *lock* that are not tools."""
    for path, one in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if path and not one.get("dev"):
            digest = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
            name = path.removeprefix("node_modules/")
            yield Package(name=name, version=one["version"], hashes=(digest,), algorithm="SHA-512", registry="npm")


def bill() -> dict[str, Any]:
    """Return the bill of materials; the same locked files give the same one."""
    of_layers = (package for path in LOCKED for package in packages(path.read_text(encoding="utf-8")))
    found = {package.purl: package for package in (*of_layers, *vendored())}
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
        "hashes": [{"alg": package.algorithm, "content": one} for one in package.hashes],
    }


if __name__ == "__main__":
    print(json.dumps(bill(), indent=2))
