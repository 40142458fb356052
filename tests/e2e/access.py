"""On which local AWS a test runs: on an open one, and a second time where permissions are enforced."""

import pytest

OPEN = "open"
"""Every caller may do everything."""
STRICT = "strict"
"""What no policy allows is refused, as on AWS: a permission that a role lacks shows here."""

ACCESS = (OPEN, STRICT)

ON_THE_OPEN_ONE = pytest.mark.parametrize("access", [OPEN], indirect=True, scope="session")
"""For what a second time, with permissions, would not tell more about."""
