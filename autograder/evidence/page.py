"""docs/evidence.md: one page with the evidence of all units, made from the records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.course.units import Unit, all_units
from autograder.evidence.records import kept

PAGE = Path("docs/evidence.md")
HEAD = """\
# Evidence

What the commands found out about each unit, kept in `autograder/evidence/records/` and put together here by the same
commands. `make test` fails when anything that the evidence hangs on has changed since, and judges a sample of the
trials anew, another one each time. Edit nothing here.
"""
AUDIT = """
## The graders, tried on known answers

`make audit`. Wrong answers are mutants of the worked solution and mistakes that students make; *named* says of how many
faults in paraphrases the message names the place, in functions and in answers that build Keras layers; *misnamed* of
how many another one.
"""
AUDIT_HEAD = (
    "unit | exercises | wrong answers | killed | equivalent | paraphrases | accepted "
    "| named in functions | named in models | misnamed"
)
RUN = """
## What the lessons reach

`.venv/bin/python -m autograder run UNIT --write`, the whole worked notebook, training included. Seconds are those of
the machine that it ran on.
"""
BENCH = """
## Grading beside stock nbgrader

`.venv/bin/python -m autograder bench UNIT --write`: the same submissions, cells and tests on both sides, in turn.
"""
BENCH_HEAD = "unit | nbgrader, s a submission | grade, s a submission | times as fast | rounds"


def write_page(root: Path) -> None:
    """Put the page together anew."""
    (root / PAGE).write_text(page(all_units(root)), encoding="utf-8")


def page(units: Iterable[Unit]) -> str:
    """The page's text."""
    records = {unit.slug: kept(unit) for unit in units}
    with_part = {part: {s: r[part] for s, r in records.items() if part in r} for part in ("audit", "run", "bench")}
    audits = [_audit_row(slug, record["exercises"]) for slug, record in with_part["audit"].items()]
    runs = [_run_row(slug, record) for slug, record in with_part["run"].items()]
    races = [_bench_row(slug, record) for slug, record in with_part["bench"].items()]
    return (
        HEAD
        + (AUDIT + _table(AUDIT_HEAD, audits) + _equivalents(with_part["audit"]))
        + (RUN + _table("unit | seconds | reached", runs))
        + (BENCH + _table(BENCH_HEAD, races))
    )


def _table(head: str, rows: list[str]) -> str:
    rule = " | ".join("---" for _ in head.split(" | "))
    return "\n" + "\n".join(f"| {row} |" for row in [head, rule, *rows]) + "\n"


def _audit_row(slug: str, exercises: list[dict[str, Any]]) -> str:
    counts = [_total(exercises, name) for name in ("mutants", "killed", "equivalent", "paraphrases", "accepted")]
    functions = [exercise for exercise in exercises if not exercise["builds_layers"]]
    layers = [exercise for exercise in exercises if exercise["builds_layers"]]
    shares = [_share(functions, "named"), _share(layers, "named"), _share(exercises, "misnamed")]
    return " | ".join([slug, str(len(exercises)), *map(str, counts), *shares])


def _total(exercises: list[dict[str, Any]], name: str) -> int:
    values = (exercise[name] for exercise in exercises)
    return sum(value if isinstance(value, int) else len(value) for value in values)


def _share(exercises: list[dict[str, Any]], name: str) -> str:
    faults, told = _total(exercises, "diagnosed"), _total(exercises, name)
    return f"{told} of {faults} ({told / faults:.0%})" if faults else ""


def _equivalents(audits: dict[str, Any]) -> str:
    lines = [
        f"- {slug}, `{exercise['exercise']}`: {entry['because']} (`{entry['id']}`)"
        for slug, record in audits.items()
        for exercise in record["exercises"]
        for entry in exercise["equivalent"]
    ]
    return "\nChanges that compute the same as the solution, and why:\n\n" + "\n".join(lines) + "\n" if lines else ""


def _run_row(slug: str, record: dict[str, Any]) -> str:
    reached = ", ".join(f"{name} {value:.4g}" for name, value in record["results"].items())
    return f"{slug} | {record['seconds']:.0f} | {reached or 'no targets'}"


def _bench_row(slug: str, record: dict[str, Any]) -> str:
    rounds = ", ".join(f"{ratio:g}" for ratio in record["rounds"])
    return f"{slug} | {record['nbgrader_seconds']:.2f} | {record['seconds']:.3f} | {record['ratio']:g} | {rounds}"
