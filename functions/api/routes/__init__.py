"""The API's routes, by noun; each adapts a request to a story and its result to an answer."""
