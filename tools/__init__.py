"""Do what the Makefile runs: set-up, lint of the template, generated pages, releases."""
