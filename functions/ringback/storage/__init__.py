"""Write and read the items of both tables, each kind in one module."""
