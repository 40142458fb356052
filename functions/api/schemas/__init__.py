"""The models of request and response bodies, which are the schemas of the OpenAPI document."""
