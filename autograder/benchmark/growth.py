"""Whether grading stays as quick and as small at the end of a large class as it was at its beginning.

One course folder, one ``grade`` as an instructor types it, pages included, and the same command once more with nothing
new. A submission's time is that at which its autograded notebook was written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from autograder.benchmark.stock import SideFailed
from autograder.classmates.sheets import Classmate, Sheet
from autograder.course.units import Unit

WINDOWS = 10
LOOK_EVERY = 2.0  # seconds between two looks at the processes
SLOW = {"endless_loop", "endless_at_top", "eats_memory"}  # they take what a submission may take, whatever else happens
ROLES = {"examiner": "examiners", "clerk": "clerks"}
"""By the names of processes; and the others by words of their command lines."""
COLORS = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6B6B6B"
PROGRAMS = {"sandbox.nursery": "nursery", "forkserver": "server"}


@dataclass
class Growth:
    """Seconds a submission in each tenth of the class, and each role's memory (MiB, all its processes) at moments."""

    unit: str
    submissions: int
    seconds: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    whole_seconds: float = 0.0
    again_seconds: float = 0.0

    @property
    def ratio(self) -> float:
        """Seconds a submission in the last tenth, by those in the first."""
        return self.seconds[-1] / self.seconds[0]

    def grown(self, role: str) -> float:
        """Median memory in the last tenth of the run, by that in the second: by then all has been imported."""
        looks = self.memory[role]
        size = max(1, len(looks) // WINDOWS)
        return _median(looks[-size:]) / max(1.0, _median(looks[size : 2 * size] or looks))

    def result(self) -> dict[str, object]:
        """As ``--json`` has it."""
        return {
            "unit": self.unit,
            "submissions": self.submissions,
            "seconds": round(self.whole_seconds, 1),
            "seconds_each": [round(each, 4) for each in self.seconds],
            "ratio": round(self.ratio, 3),
            "again_seconds": round(self.again_seconds, 1),
            "memory_grown": {role: round(self.grown(role), 3) for role in self.memory},
        }


def growth(unit: Unit, submissions: int, jobs: int, kinds: Sequence[Classmate], told: Callable[[int], None]) -> Growth:
    """Make a class of so many, grade it twice, and say how it went.

    Args:
        kinds: who takes part, in turn; each hands in a notebook of their own.
        told: called now and then with the number of submissions that are done.

    Raises:
        SideFailed: ``grade`` failed.
    """
    run = Growth(unit.slug, submissions)
    with tempfile.TemporaryDirectory(prefix="unrolled-growth-") as name:
        folder = Path(name)
        _hand_in(folder, unit, submissions, kinds)
        began = time.monotonic()
        for done in _graded(folder, unit, jobs, run):
            told(done)
        run.whole_seconds = time.monotonic() - began
        run.seconds = _seconds_each(folder, unit)
        began = time.monotonic()
        for _ in _graded(folder, unit, jobs, None):
            pass
        run.again_seconds = time.monotonic() - began
    return run


def _hand_in(folder: Path, unit: Unit, submissions: int, kinds: Sequence[Classmate]) -> None:
    kinds = [kind for kind in kinds if kind.name not in SLOW]
    for number in range(submissions):
        sheet = Sheet(unit).add_code(f"# student {number}")
        kind = kinds[number % len(kinds)]
        place = folder / "submitted" / f"student{number:05}" / unit.slug
        place.mkdir(parents=True)
        for name, content in kind.files(sheet).items():
            (place / name).write_bytes(content)


def _graded(folder: Path, unit: Unit, jobs: int, run: Growth | None) -> Iterator[int]:
    """Grade, and yield now and then how many are done; what memory is used goes into ``run``."""
    command = [sys.executable, "-m", "autograder", "grade", unit.slug, "--course", str(folder), "--jobs", str(jobs)]
    log = folder / "log"
    with log.open("w") as said:
        grading = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    while grading.poll() is None:
        time.sleep(LOOK_EVERY)
        if run is not None:
            for role, size in _memory(grading.pid).items():
                run.memory[role].append(size)
        yield len(os.listdir(folder / "autograded")) if (folder / "autograded").is_dir() else 0
    if grading.returncode:
        raise SideFailed(f"grade failed:\n{log.read_text()[-2000:]}")


def _memory(pid: int) -> dict[str, float]:
    """MiB of each role's processes that stay: students' own, which come and go, are left out."""
    found: dict[str, float] = defaultdict(float)
    with suppress(psutil.Error):
        top = psutil.Process(pid)
        for process in [top, *top.children(recursive=True)]:
            with suppress(psutil.Error):
                line = " ".join(process.cmdline())
                rest = next((role for word, role in PROGRAMS.items() if word in line), "coordinator")
                role = ROLES.get(process.name(), rest)
                is_student = role == "nursery" and process.ppid() != pid
                is_tracker = "resource_tracker" in line
                if not is_student and not is_tracker:
                    found[role] += process.memory_info().rss / 2**20
    return found


def _seconds_each(folder: Path, unit: Unit) -> list[float]:
    """Mean seconds from one autograded notebook to the next, in each tenth; the first hundredth is the start's."""
    notebooks = (folder / "autograded").glob(f"*/{unit.slug}/{unit.slug}.ipynb")
    written = sorted(path.stat().st_mtime_ns for path in notebooks)
    written = written[len(written) // 100 + 1 :]
    edges = [round(place * (len(written) - 1) / WINDOWS) for place in range(WINDOWS + 1)]
    return [
        (written[end] - written[start]) / (end - start) / 1e9 for start, end in zip(edges, edges[1:], strict=False)
    ]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def draw(run: Growth, path: Path) -> None:
    """The curve, as a picture: seconds a submission and memory, along the class."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    middles = [(place + 0.5) * run.submissions / WINDOWS for place in range(WINDOWS)]
    above.plot(middles, run.seconds, "o-", color="#0072B2")
    above.set(ylabel="seconds a submission", ylim=(0, 1.5 * max(run.seconds)))
    above.set_title(f"{run.unit}: {run.submissions:,} submissions, last tenth / first = {run.ratio:.2f}", fontsize=11)
    for (role, looks), color in zip(run.memory.items(), COLORS, strict=False):
        places = [(place + 0.5) * run.submissions / len(looks) for place in range(len(looks))]
        below.plot(places, looks, color=color, label=role)
    most = max(max(looks) for looks in run.memory.values())
    below.set(ylabel="memory, MiB", xlabel="submissions graded", ylim=(0, 1.3 * most))  # room above for the names
    below.legend(frameon=False, ncols=len(COLORS), loc="upper center")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
