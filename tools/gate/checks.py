"""Every check of the gate; importing them takes a second, because cfn-lint does."""

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
"""By the names that lead their complaints, the quick ones first."""


def complaints(translated: Template) -> list[str]:
    """What every check has to say, one line each.

    Raises:
        InvalidTemplate: a dashboard is no JSON.
    """
    return [f"{name}: {complaint}" for name, check in CHECKS.items() for complaint in check(translated)]
