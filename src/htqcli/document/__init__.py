"""A text and where everything in it is."""
