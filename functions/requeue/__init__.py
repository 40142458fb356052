"""The function that sends due and waiting deliveries back to the queue."""
