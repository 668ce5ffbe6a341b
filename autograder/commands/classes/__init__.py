"""The commands that lay out a class folder and fill it."""
