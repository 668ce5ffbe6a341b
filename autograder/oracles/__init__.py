"""Oracles, one module a unit: right answers that owe nothing to our solutions, a function an exercise, quick enough to
be called while grading; ``hidden_cases()`` and ``public_cases()`` are what ``authoring.references`` stores."""
