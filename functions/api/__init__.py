"""The function that customers and the platform talk to."""
