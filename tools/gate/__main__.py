"""Check template.yaml, write what CloudFormation would get to .aws-sam/translated.json, and lint the examples."""

import sys
from pathlib import Path

from local.template import InvalidTemplate, load, translate
from tools import lint_template
from tools.gate.checks import complaints
from tools.lint_template import as_text

SOURCE = Path("template.yaml")
TRANSLATED = Path(".aws-sam/translated.json")
EXAMPLES = Path("docs")
"""Where templates to be copied by others are."""


def main() -> int:
    """Return exit status 1 if there are complaints."""
    try:
        translated = translate(load(SOURCE), {})
        TRANSLATED.parent.mkdir(exist_ok=True)
        TRANSLATED.write_text(as_text(translated), encoding="utf-8")
        found = [f"{SOURCE}: {complaint}" for complaint in complaints(translated)]
    except InvalidTemplate as error:
        found = [f"{SOURCE}: {error}"]
    for example in sorted(EXAMPLES.glob("*.yaml")):
        found += [f"{example}: {complaint}" for complaint in lint_template.complaints(load(example))]
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
