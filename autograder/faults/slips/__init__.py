"""Mutation operators by kind of slip; :mod:`autograder.faults.operators` has them all, in order."""
