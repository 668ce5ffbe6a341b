"""Oracles, one module a unit: right answers that owe nothing to our solutions.

A unit's module has one function an exercise, with the exercise's signature and documented return value, quick enough
to be called while grading; and ``hidden_cases()`` and ``public_cases()``, from which
``autograder.authoring.references`` makes files. The outputs in these come from a library's own layers and gradients;
a test holds the quick functions against it.
"""
