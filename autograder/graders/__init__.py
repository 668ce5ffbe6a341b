"""The hidden graders: one pytest module a unit, run by :mod:`autograder.examination.hidden_tests`."""
