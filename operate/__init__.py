"""Run a stack: what its operators do, on the local AWS as on AWS."""
