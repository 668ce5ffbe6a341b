"""The page of a class report: one HTML file that asks for nothing else and runs no script.

The template escapes whatever it is given; pictures come as SVG that was built, not pasted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import mean, median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.reporting.alike import CHANCE, COMMON, DEALS, FEWEST, MOST, Alike
from autograder.reporting.charts import WEAK, histogram, parts_plot, shares_plot
from autograder.reporting.figures import FEWEST as FEWEST_FOR_PARTS
from autograder.reporting.figures import KINDS, Bin, PartFigures, attempted, outcomes, part_figures, sentences, spread
from autograder.reporting.odd import odd_submissions
from autograder.reporting.parts import Part
from autograder.reporting.results import ClassResults

SHOWN_SENTENCES, SHOWN_SLOWEST = 12, 6
STRONG = 0.4  # a part that tells at least so much tells good from weak well
MARKS = dict(zip(KINDS, "●◐○!TX·", strict=True))
"""As in the table that ``grade`` shows."""


def render(results: ClassResults, parts: dict[str, tuple[Part, ...]], alike: Alike | None, source: str) -> str:
    """The page. ``alike``: None where there are no notebooks to compare; ``source``: what the figures come from."""
    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"points": points, "percent": percent, "some": some, "words": discrimination_in_words}
    told = part_figures(results.verdicts, parts)
    return environment.get_template("page.html.jinja").render(
        unit=results.unit,
        style=(here / "page.css").read_text(encoding="utf-8"),
        source=source,
        today=date.today(),
        results=results,
        odd=odd_submissions(results),
        alike=alike,
        kinds=KINDS,
        marks=MARKS,
        **_points(results),
        exercises=_exercises(results, told),
        telling=_telling([each for figures in told.values() for each in figures]),
        unreadable=sum(each.status == "unreadable" for each in results.verdicts),
        tried=sum(map(attempted, results.verdicts)),
        said=sentences(results.verdicts, parts),
        shown_sentences=SHOWN_SENTENCES,
        time=_time(results),
        pairs_plot=_pairs_plot(alike),
        limits={"fewest": FEWEST, "most": MOST, "deals": DEALS, "common": COMMON, "for_parts": FEWEST_FOR_PARTS}
        | {"beyond": round(DEALS * CHANCE)},
    )


def points(value: float) -> str:
    """Points as people write them: at most two places."""
    return f"{round(value, 2):g}"


def percent(share: float) -> str:
    """A share in whole percent; 100% and 0% only for all and for none."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        return "over 99%"
    return "under 1%" if whole == 0 and share > 0 else f"{whole}%"


def some(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 pair``, ``2 pairs``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def discrimination_in_words(figures: PartFigures) -> str:
    """What a part's discrimination means."""
    if not figures.tried:
        return "nobody was judged"
    if figures.passed == figures.tried:
        return "everybody has it"
    if not figures.passed:
        return "nobody has it"
    if figures.discrimination is None:
        return "too few to say" if figures.tried < FEWEST_FOR_PARTS else "the rest is the same for all"
    if figures.discrimination < 0:
        return "the wrong way round"
    return "well" if figures.discrimination >= STRONG else "hardly" if figures.discrimination < WEAK else "some"


def _points(results: ClassResults) -> dict[str, Any]:
    """Points of the exercises and, where there is a gradebook, those that count there."""
    most = round(sum(exercise.points for exercise in results.unit.exercises), 2)
    scores = [verdict.score for verdict in results.verdicts]
    drawn = histogram("scores", "Points of the exercises", spread(scores, most), "points", "submissions")
    found = {"scores": scores, "most": most, "scores_plot": drawn, "middle": median(scores) if scores else None}
    found |= {"average": mean(scores) if scores else None, "full": sum(score == most for score in scores)}
    held = [each for name, each in (results.standings or {}).items()]
    totals = [max(each.total, 0.0) for each in held]
    whole = results.unit.max_score
    title = "Points in the gradebook"
    plot = histogram("totals", title, spread(totals, whole), "points", "submissions") if totals else None
    return found | {
        "totals": totals,
        "whole": whole,
        "totals_plot": plot,
        "totals_middle": median(totals) if totals else None,
        "waiting": sum(each.waiting for each in held),
        "waiting_for": sum(bool(each.waiting) for each in held),
        "bin_rows": [(_from_to(each, most), each.count) for each in spread(scores, most)],
    }


def _from_to(each: Bin, most: float) -> str:
    """The points of a bin: its upper end belongs to the next one, but for the last."""
    low, high = points(each.low), points(each.high)
    return f"{low} to {high}" if each.high == most else f"from {low}, below {high}"


def _exercises(results: ClassResults, told: dict[str, list[PartFigures]]) -> list[dict[str, Any]]:
    """For each exercise: what became of the answers, the mean of its points, its parts."""
    counted = outcomes(results.verdicts)
    readable = [verdict for verdict in results.verdicts if verdict.status != "unreadable"]
    found = []
    for number, exercise in enumerate(results.unit.exercises):
        scores = [verdict.exercises[number].score for verdict in readable]
        counts = counted.get(exercise.id, Counter())
        shown = [(kind, counts[kind]) for kind in KINDS if counts[kind]]
        found.append(
            {
                **{"id": exercise.id, "most": exercise.points, "mean": mean(scores) if scores else None},
                **{"counts": shown, "number": len(readable), "parts": told[exercise.id]},
            }
        )
    return found


def _telling(figures: Sequence[PartFigures]) -> dict[str, Any]:
    """The parts that a person should know of, and the picture of all that have a figure."""
    tried = [each for each in figures if each.tried]
    measured = [(each, each.discrimination) for each in tried if each.discrimination is not None]
    measured.sort(key=lambda pair: pair[1])
    title = "Each part: how many have it, and how well it tells good from weak"
    return {
        "plot": parts_plot("parts", title, figures) if measured else None,
        "everybody": [each for each in tried if each.passed == each.tried],
        "nobody": [each for each in tried if not each.passed],
        "weak": [each for each, value in measured if value < WEAK],
        "best": [each for each, value in measured[::-1] if value >= STRONG][:5],
        "measured": len(measured),
    }


def _time(results: ClassResults) -> dict[str, Any]:
    """What judging took, in seconds, and by whom most of it was."""
    ranked = sorted(results.verdicts, key=lambda each: -each.seconds)
    slowest, rest = ranked[:SHOWN_SLOWEST], ranked[SHOWN_SLOWEST:]
    whole = sum(each.seconds for each in ranked)
    return {
        "whole": whole,
        "middle": median(each.seconds for each in ranked) if ranked else None,
        "slowest": slowest,
        "share": sum(each.seconds for each in slowest) / whole if whole else 0.0,
        "rest": len(rest),
        "rest_mean": mean(each.seconds for each in rest) if rest else None,
        "longest": ranked[0].seconds if ranked else 0.0,
    }


def _pairs_plot(alike: Alike | None) -> str | None:
    if alike is None or alike.bound is None:
        return None
    title = "Every pair of submissions, by how much of their own code they share"
    return shares_plot("pairs", title, alike.shares, alike.bound)
