"""Judges template.yaml, and leaves what CloudFormation would get in .aws-sam/translated.json."""

import sys
from pathlib import Path

from tools.gate.checks import complaints
from tools.lint_template import as_text
from tools.template import InvalidTemplate, load, translate

SOURCE = Path("template.yaml")
TRANSLATED = Path(".aws-sam/translated.json")


def main() -> int:
    """Exit status 1 if there is anything to complain about."""
    try:
        translated = translate(load(SOURCE), {})
        TRANSLATED.parent.mkdir(exist_ok=True)
        TRANSLATED.write_text(as_text(translated), encoding="utf-8")
        found = complaints(translated)
    except InvalidTemplate as error:
        found = [str(error)]
    for complaint in found:
        print(f"{SOURCE}: {complaint}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
