"""Unrolled: a hands-on course on sequence models. This package is what students install."""
