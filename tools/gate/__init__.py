"""The gate before a deployment: what is wrong with a template that a machine can see without AWS."""
