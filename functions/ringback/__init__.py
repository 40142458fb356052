"""What the functions of Ringback share: the nouns, the rules, and one module per outside system."""

VERSION = "1.0.0"
"""Version of the product, as its receivers see it in `User-Agent`."""
