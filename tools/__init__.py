"""What the Makefile runs: set-up, lint of the template, test suites with their prices."""
