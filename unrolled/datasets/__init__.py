"""The data of the course, read from where they are installed: a loader a set."""
