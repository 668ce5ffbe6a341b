"""The pictures of the course, drawn with matplotlib: a module a subject, in the colours of
:mod:`unrolled.plots.drawing`.
"""
