"""A newcomer: somebody who has the bundle and a terminal, and types what the page says, without a network."""

from __future__ import annotations

import os
import re
import shlex
import site
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pexpect
from bs4 import BeautifulSoup

from autograder.course.units import Unit, marks

PROMPT = "[a newcomer]$ "
ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>(][B0]?)|\r")
SECONDS = 240  # for one command, on a busy machine


def page_commands(page: Path) -> dict[str, list[str]]:
    """The commands of a bundle's page, by the heading under which they stand."""
    commands: dict[str, list[str]] = {}
    heading = ""
    for tag in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find_all(["h2", "pre"]):
        if tag.name == "h2":
            heading = tag.get_text()
        else:
            commands.setdefault(heading, []).extend(tag.get_text().strip().splitlines())
    return commands


def computer(folder: Path) -> dict[str, str]:
    """A computer that has Python and what the course needs, but not the course: the environment of its terminals.

    pip finds every package that it would have to load from the network as if it had been loaded already, each in the
    version that these tests run with, and no package index.
    """
    packages = folder / "packages"
    packages.mkdir(parents=True)
    for place in map(Path, site.getsitepackages()):
        for path in place.iterdir():
            if not re.match(r"_*(?:editable_*)*(?:impl_)?unrolled", path.name) and path.suffix != ".pth":
                (packages / path.name).symlink_to(path)
    programs = folder / "programs"
    programs.mkdir()
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    (programs / "jupyter").write_text('#!/bin/sh\nshift\nexec python -m jupyterlab "$@"\n')
    (programs / "jupyter").chmod(0o755)
    share = Path(sys.prefix) / "share" / "jupyter"
    away = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    return away | {
        "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "PS1": PROMPT,
        "PYTHONPATH": str(packages),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "VIRTUAL_ENV_DISABLE_PROMPT": "1",
        "no_proxy": "127.0.0.1,localhost",
        "JUPYTERLAB_DIR": str(share / "lab"),
    }


@dataclass
class Terminal:
    """A terminal in a folder."""

    shell: pexpect.spawn

    def type(self, line: str, status: int = 0) -> str:
        """Type a line, and wait for what comes; without colours. Fails when the exit status is another."""
        self.shell.sendline(line)
        self.shell.expect_exact(PROMPT, timeout=SECONDS)
        said = ANSI.sub("", self.shell.before).partition("\n")[2]
        self.shell.sendline("echo status=$?")
        self.shell.expect(r"status=(\d+)\r")
        found = int(self.shell.match[1])
        self.shell.expect_exact(PROMPT)
        assert found == status, f"{line}: exit status {found}\n{said}"
        return said


@contextmanager
def terminal(folder: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    """Open a terminal in a folder; it is closed with what runs in it."""
    shell = pexpect.spawn(
        "/bin/bash",
        ["--norc", "--noprofile"],
        cwd=str(folder),
        env=environment | {"PWD": str(folder)},
        encoding="utf-8",
        dimensions=(50, 160),
        timeout=60,
    )
    try:
        shell.expect_exact(PROMPT)
        shell.sendline(f"PS1={shlex.quote(PROMPT)}; bind 'set enable-bracketed-paste off'")
        shell.expect_exact(PROMPT)
        yield Terminal(shell)
    finally:
        shell.close(force=True)


def solve(notebook: Path, unit: Unit, only: str = "") -> None:
    """Write the worked answers into the cells of a notebook, as an editor would; ``only`` one of them, if named."""
    worked = {cell.id: cell.source for cell in nbformat.read(unit.source_notebook, 4).cells}
    nodes = nbformat.read(notebook, 4)
    for cell in nodes.cells:
        if marks(cell).get("solution") and only in ("", cell.id):
            cell.source = worked[cell.id]
    nbformat.write(nodes, notebook)
