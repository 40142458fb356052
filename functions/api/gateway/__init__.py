"""From API Gateway's event to a handler and back: routing, caller, rate limit, bodies, errors, OpenAPI."""
