"""Tell the platform and an account's contact what became of callbacks and deliveries."""
