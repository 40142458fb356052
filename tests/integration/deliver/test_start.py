"""What `deliver` leaves behind when it has started as Lambda starts it."""

import os
import subprocess
import sys

from tests.integration.stack import Stack

STARTED = """
import gc
import deliver.app
print(gc.isenabled(), gc.get_freeze_count() > 10_000, deliver.app.environment.cache_info().currsize)
"""


def test_garbage_is_collected_again_once_it_has_started(stack: Stack) -> None:
    """It is not while Lambda imports it; what was made then is never looked through."""
    environment = os.environ | stack.environment | {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "AWS_REGION": "us-east-1"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)

    done = subprocess.run([sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own words

    assert done.stdout.split() == ["True", "True", "1"]
