"""What the platform and an account's contact are told."""
