"""Public checks: what a notebook's check cells call, one module a unit (``unrolled.checks.rnn_step_by_step``).

A check runs the student's function on public cases and says what is right, what is not, and what the likely cause is.
It knows the expected values from stored cases and holds no solution. To add a unit, write a module like
:mod:`unrolled.checks.rnn_step_by_step`: one :class:`unrolled.checks.trial.Check` an exercise.
"""
