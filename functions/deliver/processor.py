"""The processor that this execution environment runs on."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress


def keep_to_one(environment: Mapping[str, str], choose: Callable[[Sequence[int]], int]) -> None:
    """On Lambda, have this thread and all that it starts stay on one processor, whichever *choose* takes.

    Python runs one thread at a time. On two processors each short system call hands that turn over and waits to get
    it back: an eighth of a batch's CPU (docs/decisions/0010). Nowhere else: it would hold a whole test run there.
    """
    if "AWS_LAMBDA_RUNTIME_API" in environment:
        with suppress(OSError):  # a system that does not let us is merely slower
            os.sched_setaffinity(0, {choose(sorted(os.sched_getaffinity(0)))})
