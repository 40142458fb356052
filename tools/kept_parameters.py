"""Tell whether a samconfig.toml keeps parameters of a deployment: `python -m tools.kept_parameters samconfig.toml`.

`sam deploy --guided` writes them there. From then on, a plain `sam deploy` sends those instead of what the stack has.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

OF_A_DEPLOYMENT = ("deploy", "global")
"""Commands whose settings apply to `sam deploy`."""


def tables(text: str) -> Iterator[str]:
    """Return the tables of a samconfig.toml's *text* that keep parameters."""
    for stage, commands in tomllib.loads(text).items():
        for command in OF_A_DEPLOYMENT:
            settings = commands.get(command, {}) if isinstance(commands, dict) else {}
            if settings.get("parameters", {}).get("parameter_overrides"):
                yield f"{stage}.{command}.parameters"


def main() -> int:
    """Return status 1 if there are any."""
    path = Path(sys.argv[1])
    kept = list(tables(path.read_text(encoding="utf-8")))
    if not kept:
        return 0
    print(
        f"{path}: parameter_overrides in [{'], ['.join(kept)}]; a stack keeps its parameters itself, and `sam deploy` "
        f"would put these in their place. `sam deploy --guided` writes them: `git checkout {path}` takes them out "
        "again, and docs/deploy.md says how parameters are changed.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
