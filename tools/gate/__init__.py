"""Find before a deployment what is wrong with a template, as far as a machine can see it without AWS."""
