"""Unrolled: a hands-on course on sequence models. This package is what students install."""

from unrolled import earlier as _earlier  # noqa: F401 - from here on, modules are found by their earlier names, too
