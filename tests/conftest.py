"""What holds for every test."""

import signal

# A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
