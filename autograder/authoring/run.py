"""Run a whole worked notebook, training included, and read what it has reached.

The notebook runs in a kernel of its own, as in JupyterLab, in an empty folder. Its last training cell leaves a
dictionary ``results``: the numbers for which the course sets targets, by name. A unit without targets leaves none.
"""

from __future__ import annotations

import json as json_format
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # these take a second to import, and --help should not wait for it
    from nbclient import NotebookClient
    from nbformat import NotebookNode

    from autograder.course.units import Unit

SECONDS_A_CELL = 600
READ_RESULTS = "import json; print(json.dumps(globals().get('results', {}), default=float))"


class RunFailed(Exception):
    """The worked notebook does not run as it should; the message says which cell and why."""


@dataclass(frozen=True)
class Run:
    """A run of a worked notebook: its seconds, the start of the kernel left out, and the numbers it has reached."""

    unit: str
    seconds: float
    results: dict[str, float]


def run_notebook(unit: Unit, progress: Callable[[str], None] = lambda text: None) -> Run:
    """Run every cell of the worked notebook of a unit in one kernel.

    Raises:
        RunFailed: the notebook is not built, a cell raises or takes too long, a check is not content, or ``results``
            are no numbers.
    """
    import nbformat
    from nbclient import NotebookClient

    if not unit.source_notebook.is_file():
        raise RunFailed(f"{unit.source_notebook} is missing; run `python -m autograder build`")
    notebook = nbformat.read(unit.source_notebook, as_version=4)
    reading = nbformat.v4.new_code_cell(READ_RESULTS, id="results")
    notebook.cells.append(reading)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(
            notebook,
            timeout=SECONDS_A_CELL,
            kernel_name="python3",
            resources=resources,
            extra_arguments=["--log-level=ERROR"],  # a kernel's warnings about its own sockets help nobody here
        )
        with client.setup_kernel():
            began = time.perf_counter()
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type == "code" and cell is not reading:
                    progress(f"cell {number + 1} of {len(notebook.cells) - 1}")
                    _execute(client, cell, number)
            seconds = time.perf_counter() - began
            _execute(client, reading, len(notebook.cells) - 1)
    return Run(unit.slug, round(seconds, 2), _numbers(reading.outputs))


def _execute(client: NotebookClient, cell: NotebookNode, number: int) -> None:
    """Run one cell. Raises RunFailed when it raises, takes too long, or is a check that is not content."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    where = f"cell {number + 1} ({cell.get('id', '?')})"
    try:
        client.execute_cell(cell, number)
    except CellExecutionError as error:
        raise RunFailed(f"{where} raised {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise RunFailed(f"{where} took more than {SECONDS_A_CELL} s") from None
    except DeadKernelError:
        raise RunFailed(f"the kernel ended in {where}") from None
    if cell.source.startswith("checks."):
        said = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        if "correct" not in said.partition(":")[0].split():
            raise RunFailed(f"{where}: the check says: {said or 'nothing'}")


def _numbers(outputs: list[NotebookNode]) -> dict[str, float]:
    """What the notebook left in ``results``."""
    text = "".join(output.get("text", "") for output in outputs)
    try:
        results = json_format.loads(text)
    except ValueError:
        results = None
    if not isinstance(results, dict) or not all(isinstance(value, int | float) for value in results.values()):
        raise RunFailed(f"`results` should be a dictionary of names and numbers; it is {text.strip()[:200]}")
    return results
