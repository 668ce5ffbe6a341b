"""Public checks: what a notebook's check cells call, one module a unit, named after it; :mod:`unrolled.checking` is
their machinery, and ``cases/`` holds the expected values."""
