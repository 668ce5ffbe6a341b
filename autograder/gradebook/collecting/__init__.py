"""Submissions taken out of the zip file that a learning management system makes, into a course folder."""
