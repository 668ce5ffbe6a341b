"""What a graded class teaches its instructor: figures, pictures and sentences on one page."""
