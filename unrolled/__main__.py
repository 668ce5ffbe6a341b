"""``python -m unrolled`` is the ``unrolled`` command."""

from unrolled.cli import app

app(prog_name="unrolled")
