"""What must be alike on two machines for a verdict of the one to be a verdict of the other."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata

from autograder.course.units import Unit
from autograder.judging.submissions import grader_digest
from autograder.sandbox import confine

PACKAGES = ("unrolled", "numpy", "tensorflow", "keras", "scipy")
"""Distributions that reach into what students' functions and graders compute."""

Likeness = Mapping[str, str]


@lru_cache
def likeness(unit: Unit, accept_risk: bool = False) -> Likeness:
    """What judges a unit here: the grader's fingerprint, versions, and whether students' code is locked down."""
    lacking = confine.available()
    return {
        "graders": grader_digest(unit)[:16],
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: metadata.version(name) for name in PACKAGES},
        "lockdown": lacking if lacking and not accept_risk else "as here",
    }


def differences(here: Likeness, there: Likeness) -> str:
    """What differs on the other machine and what to do about it, as a sentence's end; empty if nothing does."""
    unlike = [name for name, value in here.items() if there.get(name) != value]
    found = [f"{name} {there.get(name, 'missing')} (here {here[name]})" for name in unlike]
    if not found:
        return ""
    if there.get("lockdown") != here["lockdown"]:
        return f"cannot lock a student's code down: {there.get('lockdown')}"
    what = "check out the same commit there" if there.get("graders") != here["graders"] else "run `make setup` there"
    return f"has {', '.join(found)}: {what}, and start the worker again"
