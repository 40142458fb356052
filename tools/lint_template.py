"""Lints the translated template: on the SAM file cfn-lint misses wrong runtimes, enum values and time-outs."""

import json
import sys
from pathlib import Path

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.match import Match

from tools.template import REGION, InvalidTemplate, Template, load, translate

SOURCE = Path("template.yaml")
TRANSLATED = Path(".aws-sam/translated.json")

IGNORED_CHECKS = {
    "I3011": "tables and key are retained, a test says so; queues and logs are to go with their stack",
}
"""Checks of cfn-lint that do not fit, each with the reason."""


def complaints(translated: Template) -> list[str]:
    """What cfn-lint has to say, hints included; one line each, led by the line number in `as_text`."""
    config = ManualArgs(regions=[REGION], include_checks=["I"], ignore_checks=list(IGNORED_CHECKS))
    matches = lint(as_text(translated), config=config)
    return [f"{match.linenumber}: {match.rule.id} {_place(match)}: {match.message}" for match in matches]


def as_text(translated: Template) -> str:
    """The template as JSON, whose lines the complaints count."""
    return json.dumps(translated, indent=2) + "\n"


def main() -> int:
    """Exit status 1 if there is anything to complain about."""
    try:
        translated = translate(load(SOURCE), {})
    except InvalidTemplate as error:
        print(f"{SOURCE}: {error}", file=sys.stderr)
        return 1
    TRANSLATED.parent.mkdir(exist_ok=True)
    TRANSLATED.write_text(as_text(translated), encoding="utf-8")
    found = complaints(translated)
    for complaint in found:
        print(f"{TRANSLATED}:{complaint}", file=sys.stderr)
    return 1 if found else 0


def _place(match: Match) -> str:
    return "/".join(str(step) for step in match.path or ())


if __name__ == "__main__":
    sys.exit(main())
