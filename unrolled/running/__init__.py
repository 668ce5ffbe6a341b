"""Run a whole notebook and its checks: in this process, in a warm one, and to the end whatever its cells do."""
