"""What is taught: units, the scripts that they are written in, and the answers known to be right or wrong."""
