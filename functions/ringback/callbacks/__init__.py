"""Turn what a customer sets into a callback, or refuse it with a reason."""
