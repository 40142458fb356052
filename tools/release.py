"""`make release`: check that this commit can be a release, and write its version where it belongs.

It changes files and nothing else; it says what comes next (a commit, a tag).
"""

import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

PROJECT = Path(__file__).parents[1]
CHANGELOG = "CHANGELOG.md"
CODE = "functions/ringback/__init__.py"
TEMPLATE = "template.yaml"
SHOWN = ("README.md",)
"""Pages that show the version in a request's `User-Agent`; those that `make docs` writes follow by themselves."""

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_UNRELEASED = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_RELEASED = re.compile(r"^## (\d+\.\d+\.\d+) ", re.MULTILINE)


class NotReady(ValueError):  # noqa: N818 - says what is the matter
    """Why there is no release; a sentence for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Major, minor, patch."""

    parts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Version":
        """Parse the version in *text*.

        Raises:
            NotReady: it is not a version.
        """
        if not _VERSION.fullmatch(text):
            raise NotReady(f'the version is "{text}"; it has three numbers, as in 1.0.0')
        return cls(parts=tuple(map(int, text.split("."))))

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))


def released(version: Version, files: Mapping[str, str], today: date) -> dict[str, str]:
    """Return the texts of *files* as the release has them.

    Raises:
        NotReady: nothing has changed since the last release, or *version* is not newer.
    """
    changelog = files[CHANGELOG]
    changes = _UNRELEASED.search(changelog)
    if not changes or not changes[1].strip():
        raise NotReady(f'{CHANGELOG} has nothing below "## Unreleased"; a release has changes')
    earlier = [Version.of(text) for text in _RELEASED.findall(changelog)]
    if earlier and version.parts <= max(one.parts for one in earlier):
        raise NotReady(f"{version} is not newer than {max(earlier, key=lambda one: one.parts)}, which {CHANGELOG} has")
    heading = f"## Unreleased\n\n## {version} - {today.isoformat()}\n"
    texts = {name: re.sub(r"Ringback/\d+\.\d+\.\d+", f"Ringback/{version}", files[name]) for name in SHOWN}
    return texts | {
        TEMPLATE: re.sub(r"(?m)^(    SemanticVersion:) .*$", rf"\1 {version}", files[TEMPLATE]),
        CHANGELOG: changelog.replace("## Unreleased\n", heading, 1),
        CODE: re.sub(r'^VERSION = ".*"$', f'VERSION = "{version}"', files[CODE], flags=re.MULTILINE),
    }


def _refuse_changes(project: Path) -> None:
    line = ["git", "-C", str(project), "status", "--porcelain"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode or done.stdout:
        raise NotReady(f"the checkout has changes of its own; commit them first:\n{done.stdout or done.stderr}")


def main(given: Sequence[str], project: Path = PROJECT) -> int:
    """Return status 1 if there is a reason not to release."""
    parser = ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("version", help="such as 1.1.0")
    try:
        version = Version.of(parser.parse_args(given).version)
        _refuse_changes(project)
        files = {name: (project / name).read_text(encoding="utf-8") for name in (CHANGELOG, CODE, TEMPLATE, *SHOWN)}
        texts = released(version, files, datetime.now(UTC).date())
    except NotReady as reason:
        print(f"release: {reason}", file=sys.stderr)
        return 1
    for name, text in texts.items():
        (project / name).write_text(text, encoding="utf-8")
    print(f"Written for {version}: {', '.join(texts)}. Next:")
    print("  make docs lint test")
    print(f'  git commit --all --message "Release {version}" && git tag v{version}')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
