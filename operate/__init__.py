"""What the people who run a stack do with it, on the local AWS as on AWS."""
