"""What the tests of this folder share."""

from tests.integration.deliver.failing_endpoint import opened

__all__ = ["opened"]
