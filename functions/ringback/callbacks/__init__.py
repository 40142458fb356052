"""What a customer sets becomes a callback, or is refused with a reason."""
