"""Lints the translated template: on the SAM file cfn-lint misses wrong runtimes, enum values and time-outs."""

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
    """What cfn-lint has to say, hints included; one line each, with the line of .aws-sam/translated.json."""
    config = ManualArgs(regions=[REGION], include_checks=["I"], ignore_checks=list(IGNORED_CHECKS))
    matches = lint(as_text(translated), config=config)
    return [f"{match.rule.id} {_place(match)}: {match.message} (line {match.linenumber})" for match in matches]


def as_text(translated: Template) -> str:
    """The template as JSON, whose lines the complaints count."""
    return json.dumps(translated, indent=2) + "\n"


def _place(match: Match) -> str:
    return "/".join(str(step) for step in match.path or ())
