import re

from ringback import VERSION
from tools.bill_of_materials import LOCKED, bill, packages


def test_it_has_every_package_that_is_locked_for_the_layers() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in LOCKED)
    locked = {f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"^(\S+)==(\S+)", text, re.MULTILINE)}

    assert {component["purl"] for component in bill()["components"]} == locked
    assert len(locked) > 5
    assert bill()["metadata"]["component"]["version"] == VERSION


def test_a_package_has_the_hashes_that_the_build_checks() -> None:
    digests = ["a" * 64, "b" * 64]
    hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in digests)

    (package,) = packages(f"# made\nsome-thing==1.2.post1 ; python_version >= '3' \\\n{hashes}\n    # via other\n")

    assert (package.name, package.version, list(package.hashes)) == ("some-thing", "1.2.post1", digests)
