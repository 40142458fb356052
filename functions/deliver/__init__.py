"""The function that delivers."""
