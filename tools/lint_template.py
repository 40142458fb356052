"""Lint the translated template, since cfn-lint misses wrong runtimes, enum values and time-outs in the SAM file."""

import json

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.match import Match

from local.template import REGION, Template

IGNORED_CHECKS = {
    "I3011": "tables and key are retained, a test says so; queues and logs are to go with their stack",
}
"""Checks of cfn-lint that do not fit, each with the reason."""


def complaints(translated: Template) -> list[str]:
    """Return cfn-lint's findings, hints included, each with its line in .aws-sam/translated.json."""
    config = ManualArgs(regions=[REGION], include_checks=["I"], ignore_checks=list(IGNORED_CHECKS))
    matches = lint(as_text(translated), config=config)
    return [f"{match.rule.id} {_place(match)}: {match.message} (line {match.linenumber})" for match in matches]


def as_text(translated: Template) -> str:
    """Return the template as JSON, whose lines the findings count."""
    return json.dumps(translated, indent=2) + "\n"


def _place(match: Match) -> str:
    return "/".join(str(step) for step in match.path or ())
