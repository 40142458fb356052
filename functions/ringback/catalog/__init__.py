"""Define the kinds of event, and read an event's data by its kind."""
