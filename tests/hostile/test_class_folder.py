"""What students put into their folders, and into the texts of their notebooks, reaches nobody else.

One class: each attack beside an honest classmate, all of them graded by one run of the command. Whatever an attack
earns itself, the classmate has every point, nothing hangs, and every folder ends in a verdict or in a line that says
why not.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import nbformat
import pytest
from bs4 import BeautifulSoup
from class_of import FULL, SLUG, Class, Graded, locked, submission
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.gradebook.beside import shown_safely
from autograder.gradebook.harmless import LONGEST_PARSED
from autograder.sandbox import scratch

pytestmark = locked
NOTEBOOK = f"{SLUG}.ipynb"
PAGE = b"<!doctype html><script>fetch('/logout')</script>"


def nested(depth: int) -> str:
    """Stands for so many lists within each other: those that write notebooks cannot hold them either."""
    return f"NESTED {depth}"


def written(notebook: dict) -> dict[str, bytes]:
    """The files of a student with this notebook."""
    text = re.sub(r'"NESTED (\d+)"', lambda depth: "[" * int(depth[1]) + "]" * int(depth[1]), json.dumps(notebook))
    return {NOTEBOOK: text.encode()}


def with_cells(*cells: dict) -> dict[str, bytes]:
    """A right notebook with more cells."""
    notebook = json.loads(submission()[NOTEBOOK])
    notebook["cells"] += cells
    return written(notebook)


def with_fields(**fields: object) -> dict[str, bytes]:
    """A right notebook with other fields at the top of its JSON."""
    return written(json.loads(submission()[NOTEBOOK]) | fields)


def deep_picture(depth: int) -> dict:
    pictures = {"a.png": {"image/png": nested(depth)}, "b.png": nested(depth)}
    return new_markdown_cell("![a](attachment:a.png)") | {"attachments": pictures}


# Everybody here has the whole notebook right, so each of them has every point, too.
TEXTS = {
    "attribute_chain": with_cells(new_code_cell("# " + "a." * 100_000), new_code_cell("a." * 9_990 + "a")),
    "many_chains": with_cells(*[new_code_cell("a." * 9_990 + f"a{n}") for n in range(60)]),
    "compiler": with_cells(
        *map(
            new_code_cell, ("-" * 100_000 + "1", "f" + "(1)" * 100_000, "lambda: " * 30_000 + "1", "1+" * 100_000 + "1")
        )
    ),
    "begins": with_cells(new_markdown_cell(r"\begin{a}" * 50_000)),
    "many_begins": with_cells(*[new_markdown_cell(r"\begin{a}" * 2_000 + str(n)) for n in range(80)]),
    "brackets": with_cells(new_markdown_cell("[" * 500_000), new_markdown_cell("![a](" * 100_000)),
    "emphasis": with_cells(new_markdown_cell("*a_" * 300_000), new_markdown_cell("**a " * 4_000)),
    "quotes": with_cells(new_markdown_cell("> " * 100_000 + "a")),
    "lists": with_cells(new_markdown_cell("\n".join("  " * n + "- a" for n in range(900)))),
    "fence_in_a_slow_language": with_cells(new_markdown_cell("```perl\n" + "a." * 9_000 + "\n```")),
    "raw_page": with_cells(new_raw_cell(PAGE.decode() * 5_000)),
    "logout_picture": with_cells(new_markdown_cell("![a](/logout) ![b](https://example.org/b.png)")),
    "logout_link": with_cells(new_markdown_cell("[the plot](/logout) [b](//example.org) [c](https:/logout)")),
    "link_to_a_file": with_cells(new_markdown_cell("[my page](evil.html) [mine](files/evil.html)"))
    | {"evil.html": PAGE},
    "reference_link": with_cells(new_markdown_cell("[plot][1] ![plot][1]\n\n[1]: ../../../logout")),
    "mathjax": with_cells(new_markdown_cell(r"$\href{/logout}{a} \style{background:url(/logout)}{b} \bbox[/x]{c}$")),
    "terminal": with_cells(new_code_cell("print('\\x1b]0;owned\\x07' * 100)\nraise ValueError('\\x1b[2J')")),
    "surrogate_printed": with_cells(new_code_cell("print('\\ud800')"), new_code_cell("raise ValueError('\\udfff')")),
    "surrogate_shown": with_cells(new_code_cell("'\\ud800'"), new_code_cell("import sys\nsys.stderr.write('\\udc80')")),
    "surrogate_in_text": with_cells(new_markdown_cell("\ud800 words"), new_code_cell("# \udfff")),
    "surrogate_in_a_name": with_cells(new_code_cell("type('\\ud800', (Exception,), {})")),
    "deep_pictures": with_cells(deep_picture(600), deep_picture(900)),
    "deep_version": with_fields(nbformat=nested(600), metadata=nested(600), more=nested(900)),
    "deep_metadata": with_cells(new_code_cell("1") | {"metadata": {"a": nested(600), "tags": [nested(600)]}}),
    "many_outputs": with_cells(
        *[new_code_cell("print('x' * 60_000)\nimport sys\nsys.stderr.write('y' * 60_000)")] * 60
    ),
}
FILES = {
    "page": {"evil.html": PAGE, "evil.HTML": PAGE, "a/b/index.htm": PAGE, "evil.html.bin": PAGE, "evil": PAGE},
    "other_pages": {"e.xhtml": PAGE, "e.svg": PAGE, "e.xml": PAGE, "e.mht": PAGE, "e.shtml": PAGE, "e.pdf": PAGE},
    "odd_pages": {"data:text/html,a.txt": PAGE, "e.html ": PAGE, "e.html.": PAGE, "e.txt\\e.html": PAGE, ".html": PAGE},
    "program": {"e.js": b"alert(1)", "e.css": b"*{}", "e.wasm": b"\0asm", "sitecustomize.pyc": b"x", ".htaccess": b"x"},
    "long_name": {"n" * 245 + ".html": PAGE, "n" * 251 + ".txt": b"x", "é" * 120: b"x"},
    "control_letters": {"a\nb.txt": b"x", "\x1b[2J": b"x", "\u202egnp.exe": b"x"},
    "many": {f"{n}.txt": b"" for n in range(900)},
}


def deep_folders(place: Path) -> None:
    """1,200 folders within each other: made from within, as no path is that long."""
    here = os.getcwd()
    os.chdir(place)
    for _ in range(1_200):
        os.mkdir("d")
        os.chdir("d")
    Path("bottom.txt").write_text("x")
    os.chdir(here)


def timestamp_of_1_gb(place: Path) -> None:
    with open(place / "timestamp.txt", "wb") as file:
        file.truncate(1 << 30)


FOLDERS = {
    "deep_folders": deep_folders,
    "pipe": lambda place: os.mkfifo(place / "pipe.csv"),
    "link_to_all": lambda place: (place / "all").symlink_to("/"),
    "link_to_classmate": lambda place: (place / "his.ipynb").symlink_to(f"../../02_honest/{SLUG}/{NOTEBOOK}"),
    "timestamp_pipe": lambda place: os.mkfifo(place / "timestamp.txt"),
    "timestamp_huge": timestamp_of_1_gb,
    "timestamp_link": lambda place: (place / "timestamp.txt").symlink_to(f"../../02_honest/{SLUG}/{NOTEBOOK}"),
    "timestamp_folder": lambda place: (place / "timestamp.txt").mkdir(),
    "timestamp_zone": lambda place: (place / "timestamp.txt").write_text("2030-01-15 11:59:00 /etc/passwd"),
    "timestamp_never": lambda place: (place / "timestamp.txt").write_text("9999-12-31 23:59:59 -2359"),
    "timestamp_odd": lambda place: (place / "timestamp.txt").write_text("1 " * 40 + "99999999999999999999"),
}
UNGRADED = {
    "notebook_pipe": lambda place: os.mkfifo(place / NOTEBOOK),
    "notebook_link": lambda place: (place / NOTEBOOK).symlink_to(f"../../02_honest/{SLUG}/{NOTEBOOK}"),
    "notebook_folder": lambda place: (place / NOTEBOOK).mkdir(),
    "notebook_deep": lambda place: (place / NOTEBOOK).write_text("[" * 100_000 + "]" * 100_000),
    "notebook_of_values": lambda place: (place / NOTEBOOK).write_text("[" + "{}," * 6_000_000 + "1]"),
    "too_many_files": lambda place: [(place / f"{n}").touch() for n in range(1_001)],
    "too_many_entries": lambda place: [(place / f"{n}").mkdir() for n in range(10_001)],
    "too_much": lambda place: [(place / f"{n}").write_bytes(bytes(20 << 20)) for n in range(3)],
}
REFUSED = {"new\nline": "cannot be shown", "\udce9t\udce9": "cannot be shown", "\x1b[2Jname": "cannot be shown"}
REFUSED |= {".hidden": "begins with a dot", "n" * 230: "longer than"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    one = Class.at(tmp_path_factory.mktemp("hostile"))
    number = 0

    def beside_an_honest_one(kind: str, files: dict[str, bytes] | None) -> Path:
        nonlocal number
        number += 1
        one.hand_in(f"{number:02}_honest", submission() | {"mine.csv": b"1,2"})
        return one.hand_in(f"{number:02}_{kind}", files)

    for kind, files in TEXTS.items():
        beside_an_honest_one(kind, files)
    for kind, files in FILES.items():
        beside_an_honest_one(kind, submission() | files)
    for kind, change in FOLDERS.items():
        change(beside_an_honest_one(kind, submission()))
    for kind, change in UNGRADED.items():
        place = beside_an_honest_one(kind, {})
        place.mkdir(parents=True, exist_ok=True)
        change(place)
    for name in REFUSED:
        one.hand_in(name)
    (one.folder / "submitted" / "linked").symlink_to("02_honest")
    one.hand_in("other_unit").rename(one.folder / "submitted" / "other_unit" / "99_none")
    (one.folder / "submitted" / "a_file").mkdir()
    (one.folder / "submitted" / "a_file" / SLUG).write_text("x")
    yield one
    scratch.remove(one.folder)  # pytest could not: it does not get to the bottom of so many folders


@pytest.fixture(scope="module")
def graded(hostile: Class) -> Graded:
    return hostile.grade()


def pages(one: Class) -> Iterator[tuple[str, BeautifulSoup]]:
    for page in sorted(one.folder.glob(f"feedback/*/{SLUG}/{SLUG}.html")):
        yield page.parts[-3], BeautifulSoup(page.read_text(), "html.parser")


def test_no_honest_classmate_loses_anything(hostile: Class, graded: Graded) -> None:
    honest = {name: verdict["score"] for name, verdict in graded.verdicts.items() if name.endswith("_honest")}
    assert len(honest) == len(TEXTS) + len(FILES) + len(FOLDERS) + len(UNGRADED)
    assert set(honest.values()) == {FULL}, graded.said
    assert {graded.scores[name] for name in honest} == {FULL}


def test_every_folder_ends_in_a_verdict_or_in_a_line_that_says_why_not(hostile: Class, graded: Graded) -> None:
    ended = {name.partition("_")[2]: verdict for name, verdict in graded.verdicts.items()}
    lost = {name for name in [*TEXTS, *FILES, *FOLDERS] if ended[name]["score"] != FULL}
    assert not lost, [ended[name] for name in lost]
    assert {ended[name]["status"] for name in UNGRADED} == {"unreadable"}
    assert all(ended[name]["messages"] for name in UNGRADED)
    lines = graded.said.splitlines()
    for name, why in REFUSED.items():
        shown = name if name.isprintable() else ascii(name)[1:-1]
        assert [line for line in lines if line.startswith(f"{shown} was not graded") and why in line]
    assert [line for line in lines if line.startswith("linked was not graded") and "link" in line]
    assert [line for line in lines if line.startswith("a_file was not graded") and "no folder" in line]
    assert [line for line in lines if line.startswith(f"no {SLUG} from 1: other_unit")]
    assert graded.status == 1
    assert "\x1b" not in graded.said and "Traceback" not in graded.said
    assert len(graded.scores) == len(graded.verdicts)
    hostile.nothing_left()


def test_what_was_left_out_of_a_folder_is_told_to_its_student(graded: Graded) -> None:
    told = {name.partition("_")[2]: " ".join(verdict["messages"]) for name, verdict in graded.verdicts.items()}
    assert "folders more than 20 deep" in told["deep_folders"]
    assert "links" in told["link_to_classmate"] and "links" in told["pipe"]
    assert "cannot be shown" in told["control_letters"]


def test_a_classmates_file_is_nowhere_else(hostile: Class, graded: Graded) -> None:
    for student in ("link_to_classmate", "timestamp_link", "timestamp_zone", "timestamp_huge"):
        (folder,) = hostile.folder.glob(f"autograded/*_{student}/{SLUG}")
        assert [path.name for path in folder.iterdir()] == [NOTEBOOK]


def test_no_page_holds_a_script_or_an_address_that_acts_here(hostile: Class, graded: Graded) -> None:
    count = 0
    for student, page in pages(hostile):
        count += 1
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], student
            assert tag.name not in ("iframe", "object", "embed", "form", "base"), student
            for address in (tag.get("href"), tag.get("src"), tag.get("action")):
                where = urlparse(address or "")
                ours = tag.name == "script" or (address or "").startswith(("#", "data:image/", "https://"))
                assert address is None or ours, (student, address)
                assert "logout" not in (address or "") or where.netloc, student
        assert not [script for script in page.find_all("script") if "logout" in script.text], student
        assert "\\href{" not in page.text and "\\style{" not in page.text and "\\bbox[" not in page.text, student
    assert count == len(graded.verdicts)


def test_files_beside_a_notebook_are_of_kinds_that_no_browser_runs(hostile: Class, graded: Graded) -> None:
    shown = {path.suffix for path in hostile.folder.glob("autograded/**/*") if path.is_file()}
    assert shown <= {".ipynb", ".bin", ".txt", ".csv"}
    (folder,) = hostile.folder.glob(f"autograded/??_page/{SLUG}")
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {
        NOTEBOOK,
        "evil.html.bin",
        "evil.html-2.bin",
        "evil.HTML.bin",
        "a/b/index.htm.bin",
        "evil.bin",
    }
    (page,) = hostile.folder.glob(f"feedback/??_page/{SLUG}/{SLUG}.html")
    assert "is called" in page.read_text()
    (honest,) = hostile.folder.glob(f"autograded/01_honest/{SLUG}/mine.csv")
    assert honest.read_bytes() == b"1,2"


def test_long_texts_are_shown_as_they_stand(hostile: Class, graded: Graded) -> None:
    (folder,) = hostile.folder.glob(f"autograded/*_attribute_chain/{SLUG}")
    cells = nbformat.read(folder / NOTEBOOK, as_version=4).cells
    plain = [cell.metadata.get("magics_language") for cell in cells if len(cell.source) > LONGEST_PARSED]
    assert plain and set(plain) == {"text"}


@pytest.mark.parametrize(
    "name", ["a.html", "A.HTM", "x.svg", "data:text/html,x.txt", "x.html ", "x", "x.txt.", "é" * 200]
)
def test_names_are_safe_and_told_apart(name: str) -> None:
    files, renamed = shown_safely({name: b"1", f"{name}.bin": b"2", "plain.txt": b"3"})
    assert len(files) == 3 and "plain.txt" in files and set(renamed.values()) <= set(files)
    assert all(len(part.encode()) < 255 and ":" not in part for new in files for part in new.split("/"))
