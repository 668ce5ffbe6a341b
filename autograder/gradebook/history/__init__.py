"""What has changed in a class's grades from one run to the next."""
