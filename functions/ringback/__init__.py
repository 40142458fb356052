"""Hold what two or more functions share: the nouns and the rules, and a package for each outside system."""

VERSION = "1.0.0"
"""The product's version, which receivers see in `User-Agent`."""
