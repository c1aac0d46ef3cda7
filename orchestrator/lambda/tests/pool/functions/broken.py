"""A function that cannot begin."""

raise RuntimeError("no configuration")
