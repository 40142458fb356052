"""Decide which addresses and ports a customer's URL may reach."""
