"""Hands one payload to deliver on the local AWS: `python -m local.invoke events/message-json.json`."""

import sys
from pathlib import Path

from local.cloud import Cloud
from local.errors import LocalError, reported
from local.places import Places


def main() -> int:
    """Print what deliver answers; status 1 if it fails."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and its one argument
        raise LocalError("one argument: a file of events/")
    cloud = Cloud.saved(Places())
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.outputs["DeliverFunctionName"], Payload=Path(sys.argv[1]).read_bytes()
    )
    print(answer["Payload"].read().decode())
    return 1 if "FunctionError" in answer else 0


if __name__ == "__main__":
    sys.exit(reported(main))
