"""The API's routes, by noun: each handler adapts a request to the code behind it, and its result to a response."""
