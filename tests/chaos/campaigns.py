"""The campaigns by name, in the order of the table."""

from collections.abc import Callable, Mapping

from tests.chaos import faults, fuzz, kills, lies, races, ssrf
from tests.chaos.rows import Row
from tests.chaos.size import Size

CAMPAIGNS: Mapping[str, Callable[[Size], Row]] = {
    "kills": kills.run,
    "faults": faults.run,
    "lies": lies.run,
    "ssrf": ssrf.run,
    "fuzz": fuzz.run,
    "races": races.run,
}
