"""Who is in a class: the roster read from a CSV file, and who has more time."""
