"""What a log line says of a fault."""

import traceback
from typing import Any

from ringback.errors import OurFault


def fault_fields(fault: Exception) -> dict[str, Any]:
    """The keys of a log line about *fault*: our own words, or the type and place of what nobody foresaw.

    Not the text of that: it may hold anything, a password too.
    """
    if isinstance(fault, OurFault):
        return {"fault": str(fault)}
    frames = traceback.extract_tb(fault.__traceback__)
    return {"fault": type(fault).__name__, "where": [f"{frame.name}:{frame.lineno}" for frame in frames]}
