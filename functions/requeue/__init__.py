"""The function that brings deliveries back when they are due."""
