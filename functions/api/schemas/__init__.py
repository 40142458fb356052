"""What requests and answers look like: the schemas of the OpenAPI document."""
