"""The function that customers and the platform call."""
