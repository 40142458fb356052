import re

from ringback import VERSION
from tools.bill_of_materials import LOCKED, PROJECT, bill, packages


def test_it_has_every_package_that_is_locked_for_the_layers() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in LOCKED)
    locked = {f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"^(\S+)==(\S+)", text, re.MULTILINE)}

    bought = {component["purl"] for component in bill()["components"] if component["purl"].startswith("pkg:pypi/")}
    assert bought == locked
    assert len(locked) > 5
    assert bill()["metadata"]["component"]["version"] == VERSION


def test_it_has_what_the_console_s_library_is_made_of_as_its_notice_says() -> None:
    notice = (PROJECT / "functions/api/console/vendor.js").read_text(encoding="utf-8").partition("*/")[0].lower()
    vendored = [component for component in bill()["components"] if component["purl"].startswith("pkg:npm/")]

    assert {component["name"] for component in vendored} == {"htm", "preact"}
    for component in vendored:
        assert f"{component['name']} {component['version']}" in notice
        assert [len(one["content"]) for one in component["hashes"] if one["alg"] == "SHA-512"] == [128]


def test_a_package_has_the_hashes_that_the_build_checks() -> None:
    digests = ["a" * 64, "b" * 64]
    hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in digests)

    (package,) = packages(f"# made\nsome-thing==1.2.post1 ; python_version >= '3' \\\n{hashes}\n    # via other\n")

    assert (package.name, package.version, list(package.hashes)) == ("some-thing", "1.2.post1", digests)
