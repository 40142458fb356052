"""What all suites share."""

from hypothesis import settings

settings.register_profile("lean", max_examples=30, deadline=None)  # a shared machine makes single examples slow
settings.load_profile("lean")
