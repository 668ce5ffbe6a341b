"""What stands behind the commands that a student types: naming, running, showing, and what each command does."""
