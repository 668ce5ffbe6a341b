"""A graded class for other programs: learning platforms that take scores, detectors that take code."""
