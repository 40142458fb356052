"""The items of both tables, each written and read in one module."""
