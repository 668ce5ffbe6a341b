"""What was found out about each unit and is kept: its audit, its whole run, its race beside stock nbgrader."""
