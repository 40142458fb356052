"""Collect every check of the gate; importing them takes a second, because of cfn-lint."""

from collections.abc import Callable, Iterable, Mapping

from local.template import Template
from tools import lint_template
from tools.gate import metrics, wildcards, wiring

CHECKS: Mapping[str, Callable[[Template], Iterable[str]]] = {
    "wildcards": wildcards.complaints,
    "metrics": metrics.complaints,
    "wiring": wiring.complaints,
    "cfn-lint": lint_template.complaints,
}
"""Checks by the names that begin their complaints, the fast ones first."""


def complaints(translated: Template) -> list[str]:
    """Return the complaints of every check, one line each.

    Raises:
        InvalidTemplate: a dashboard is not JSON.
    """
    return [f"{name}: {complaint}" for name, check in CHECKS.items() for complaint in check(translated)]
