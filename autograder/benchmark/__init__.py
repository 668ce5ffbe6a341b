"""Grading timed beside stock nbgrader, on the same honest submissions."""
