"""The kinds of event there are, and how the data of an event is read."""
