"""``python -m autograder release``: what students get, scanned for leaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.usage import fail_if_any, wrong


def release(
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to make; dist/unrolled-VERSION by default.")
    ] = None,
    zipped: Annotated[bool, typer.Option("--zip", help="Write a zip file beside the folder, too.")] = False,
) -> None:
    """Make what a student gets: notebooks, a wheel with the data, and a page; refuse if it would give anything away.

    Example: python -m autograder release --to handout --zip
    """
    from autograder.bundling.bundle import NoPlace, Refused, default_folder
    from autograder.bundling.bundle import release as make
    from autograder.bundling.wheel import WheelFailed
    from autograder.course.known_answers import UnreadableAnswers

    folder = to or default_folder()
    try:
        made = make(folder, zipped=zipped)
    except NoPlace as error:
        wrong("release", str(error))
    except Refused as error:
        fail_if_any(error.problems)
    except (WheelFailed, UnreadableAnswers) as error:
        fail_if_any([error])
    except OSError as error:
        wrong("release", f"{error.filename or folder}: {error.strerror}; nothing was put into place")
    else:
        typer.echo(f"{made.folder}: {made.files} files, and none of them gives anything away.")
        if made.archive:
            typer.echo(f"{made.archive}: the same, to hand out.")
