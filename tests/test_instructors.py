"""A newcomer does the whole of docs/instructors.md, from a fresh clone, for a class of 30; what the page promises."""

from __future__ import annotations

import csv
import getpass
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lms_archives import canvas, moodle, write_zip
from nbgrader.api import Gradebook
from pages import ROOT, blocks, fresh_clone, typed
from typer.main import get_command
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.classmates import everywhere, rnn_step_by_step
from autograder.classmates.sheets import Sheet
from autograder.course.units import find_unit
from autograder.examination.verdict import ExerciseVerdict, Verdict
from autograder.gradebook.history.changes import changes, in_words
from autograder.gradebook.people.roster import BadRoster, read_roster
from autograder.sandbox import confine

UNIT = "01_rnn_step_by_step"
LONG = "Maximiliane-" * 15  # 180 letters
NAMES = [
    ("Ada", "Lovelace"),
    ("Émile", "O'Neill, Jr."),
    ('Bob "the Loop"', "Østergård"),
    ("Ngọc Anh", "Nguyễn"),
    (LONG, "Müller"),
    ("José María", "de la Cruz y Peña"),
    *((f"Student {number}", f"von Beispiel-{chr(65 + number)}") for number in range(23)),
]
ME = getpass.getuser()  # who hands in through nbgrader's exchange has the name of an account
EARLY, LATE, A_BIT_LATE = (2030, 1, 14, 12, 0, 0), (2030, 1, 17, 12, 0, 0), (2030, 1, 16, 0, 30, 0)
HINT = "Read once more what a gate multiplies."


def write_list(path: Path, header: str) -> list[str]:
    """The class list: 29 people with odd names, the second of whom has three hours more, and me."""
    ids = []
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, header.strip().split(","))
        rows.writeheader()
        for number, (first, last) in enumerate([*NAMES, ("M", "E")]):
            name = ME if number == len(NAMES) else {0: "ada", 4: LONG, 5: "josé maría"}.get(number, f"s{number:02}")
            ids.append(name)
            minutes = 180 if number == 1 else ""
            row = {"id": name, "first_name": first, "last_name": last, "lms_user_id": 4000 + number}
            rows.writerow(row | {"email": "", "extra_minutes": minutes})
    return ids


def hand_in(folder: Path) -> None:
    """What 29 people hand in, in the learning management systems' zip files; one is late, one a little."""
    unit = find_unit(UNIT)
    known = {mate.name: mate for mate in [*everywhere.classmates(), *rnn_step_by_step.classmates()]}
    kinds = ("perfect", "softmax_axis", "first_half", "no_bias", "moved_cells", "lost_metadata")
    work = [known[kind].files(Sheet(unit).explain())[f"{UNIT}.ipynb"] for kind in kinds]
    by_time: dict[tuple[int, ...], dict[str, bytes]] = {EARLY: {}, LATE: {}, A_BIT_LATE: {}}
    for number, (first, last) in enumerate(NAMES[:18]):
        when = {0: LATE, 1: A_BIT_LATE}.get(number, EARLY)
        name = canvas(f"{last}, {first}", 4000 + number, f"{UNIT}-{number}.ipynb", late=when != EARLY)
        by_time[when][name] = work[number % len(work)]
    write_zip(folder / "canvas.zip", by_time[EARLY])
    for when in (LATE, A_BIT_LATE):
        add_to_zip(folder / "canvas.zip", by_time[when], when)
    files = {
        moodle(f"{first} {last}", 900 + number, "my work.ipynb"): work[number % len(work)]
        for number, (first, last) in enumerate(NAMES[18:], 18)
    }
    write_zip(folder / "moodle.zip", files, EARLY)


def add_to_zip(path: Path, files: dict[str, bytes], when: tuple[int, ...]) -> None:
    import zipfile

    with zipfile.ZipFile(path, "a") as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, when), content, zipfile.ZIP_DEFLATED)


def hand_in_through_the_exchange(exchange: Path) -> None:
    """What ``nbgrader submit`` leaves: a folder that tells who, what and when."""
    folder = exchange / "sequences" / "inbound" / f"{ME}+{UNIT}+2030-01-14 12:00:00.000000 UTC+secret"
    folder.mkdir(parents=True)
    (folder / f"{UNIT}.ipynb").write_bytes(find_unit(UNIT).release_notebook.read_bytes())
    (folder / "timestamp.txt").write_text("2030-01-14 12:00:00.000000 UTC")


def grade_by_hand(course: Path) -> None:
    """What formgrader writes when somebody grades: points and a comment for every answer that waits."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(UNIT):
            for grade in submission.notebooks[0].grades:
                if grade.needs_manual_grade:
                    grade.manual_score, grade.needs_manual_grade = 3, False
            for comment in submission.notebooks[0].comments:
                if comment.name == "why_gates":
                    comment.manual_comment = HINT
        gradebook.db.commit()


@pytest.mark.timeout(900)
@pytest.mark.skipif(confine.available() is not None, reason=f"grading needs the lockdown: {confine.available()}")
def test_a_newcomer_does_the_whole_page(tmp_path: Path) -> None:
    page = list(blocks("instructors.md"))
    header = next(block for block in page if block.kind == "csv").text.splitlines()[0] + "\n"
    students = write_list(tmp_path / "students.csv", header)
    hand_in(tmp_path)
    exchange, course = tmp_path / "exchange", tmp_path / "class"
    exchange.mkdir()
    exchange.chmod(0o777)
    surroundings = {"HOME": str(tmp_path), "TZ": "UTC", "PYTHONPATH": str(fresh_clone(tmp_path / "clone"))}
    where = typed("python -c 'import autograder; print(autograder.__file__)'", tmp_path, **surroundings)
    assert where.stdout.strip() == str(tmp_path / "clone" / "autograder" / "__init__.py")
    said: dict[str, list[str]] = {}
    graded = 0
    for block in page:
        if block.kind == "python":
            with (course / "nbgrader_config.py").open("a") as settings:
                settings.write("\n" + block.text.replace("/srv/nbgrader/exchange", str(exchange)))
        if block.kind != "sh":
            continue
        for command in block.text.splitlines():
            if command.startswith("cd class && nbgrader collect"):
                hand_in_through_the_exchange(exchange)
            done = typed(command, tmp_path, **surroundings)
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            said.setdefault(block.heading, []).append(done.stdout + done.stderr)
            if command.startswith("python -m autograder grade"):
                graded += 1
                if graded == 1:
                    grade_by_hand(course)

    assert "30 students (30 new, 0 changed)" in said["1. The course folder"][0]
    assert f"{UNIT}: 18 placed" in said["3. Collect"][0] and f"{UNIT}: 11 placed" in said["3. Collect"][1]
    assert {path.name for path in (course / "submitted").iterdir()} == set(students)
    with (course / "canvas.csv").open(encoding="utf-8") as file:
        rows = {row["SIS Login ID"]: row for row in csv.DictReader(file) if row["ID"]}
    assert set(rows) == set(students)
    assert float(rows["ada"][UNIT]) == pytest.approx(98 * 0.8)  # two days late
    assert float(rows["s01"][UNIT]) == pytest.approx(94.71)  # half an hour late, with three hours more
    assert float(rows["s02"][UNIT]) == 43 + 6 and rows["s01"]["Student"] == "O'Neill, Jr., Émile"
    for student in students:
        shown = (course / "feedback" / student / UNIT / f"{UNIT}.html").read_text(encoding="utf-8")
        assert HINT in shown or student == ME  # I have left the questions as they were
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", shown.partition('id="notebook"')[0])
    assert (course / f"report-{UNIT}.html").is_file() and list((tmp_path / "sources").glob("**/*.py"))


def test_what_the_page_says_can_go_wrong_is_what_the_programs_say() -> None:
    text = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", text.partition("## When something goes wrong")[2], re.MULTILINE)
    ours = "\n".join(path.read_text() for path in sorted((ROOT / "autograder").rglob("*.py")))
    said = re.sub(r'"\s*\n\s*f?"', "", ours)  # strings that are broken into lines
    assert len(headings) > 12
    for heading in headings[:-1]:  # the last is no message of a program
        for piece in re.split(r" … | …|… |, ", heading):
            words = re.sub(r"\b2\b", "{len(found)}", piece).strip()
            assert words in said, f"no program says {words!r} ({heading})"


# The roster


def roster(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def run(*words: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,a@b.org,7\n", "utf-8-sig"),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,Unit 1 (55)\n"
            "    Points Possible,,,,,100\n"
            '"Lovelace, Ada",7,u1,ada,A,\n',
            "utf-8",
        ),
        ("First name;Last name;Username;Email address;Groups\nAda;Lovelace;ada;a@b.org;\n", "utf-16"),
        ("Full name\tEmail address\tUsername\nAda Lovelace\ta@b.org\tada\n", "utf-8"),
    ],
)
def test_lists_of_canvas_and_moodle_are_read_as_they_are(text: str, encoding: str, tmp_path: Path) -> None:
    (person,), _ = read_roster(roster(tmp_path / "list.csv", text, encoding))
    assert (person.id, person.first_name, person.last_name) == ("ada", "Ada", "Lovelace")
    assert person.lms_user_id in ("7", "") and person.email in ("a@b.org", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id\n\nada\nada\n", "line 4: the id 'ada' is that of line 3, too"),
        ("id,first_name\n,Ada\n", "line 2: there is no id"),
        ("id\n../ada\n", "holds a slash"),
        ("id\n.ada\n", "begins with a dot"),
        ("id\n" + "é" * 101 + "\n", "longer than 200 bytes"),
        ("id\na\x07da\n", "no screen can show"),
        ("id,email\nada,nowhere\n", "line 2: 'nowhere' is no email address"),
        ("id,extra_minutes\nada,-5\n", "line 2: extra_minutes is a whole number"),
        ("id,lms_user_id\nada,1\nbob,1\n", "line 3: the lms_user_id '1' is that of line 2, too"),
        ("id,last_name\nada,O'Neill, Jr.\n", "line 2: 3 fields, and 2 columns"),
        ('id,last_name\nada,"open\n', "not CSV"),
        ("name\nada\n", "line 1: there is no column id"),
        ("id,extra_minute\nada,5\n", "line 1: nobody knows the column 'extra_minute'"),
        ("id,id\nada,ada\n", "the column id is there twice"),
        ("id\n", "nobody below"),
        ("", "is empty"),
    ],
)
def test_a_list_with_something_wrong_is_not_taken(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(BadRoster) as caught:
        read_roster(roster(tmp_path / "list.csv", text))
    assert says in str(caught.value)


def test_a_roster_is_taken_as_a_whole_and_updates_without_losing(tmp_path: Path) -> None:
    course, path = tmp_path / "class", tmp_path / "list.csv"
    said = run("course", course, "--roster", roster(path, "id,email\nada,nowhere\n,\nbob,no\n"), status=2)
    assert "line 2" in said and "line 4" in said and not course.exists()
    assert "not UTF-8" in run("course", course, "--roster", roster(path, "id\nJöns\n", "latin-1"), status=2)
    assert "cannot be read" in run("course", course, "--roster", tmp_path / "none.csv", status=2)
    assert "is a file" in run("course", path, status=2)
    run("course", course, "--roster", roster(path, "id,first_name,email\nada,Ada,a@b.org\nbob,Bob,\n"))
    said = run("course", course, "--roster", roster(path, "id,last_name,email\nada,Lovelace,\ncleo,Cleo,\n"))
    assert "3 students (1 new, 1 changed)" in said
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        ada = gradebook.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "Lovelace", "a@b.org")


def test_extra_time_follows_the_roster_and_what_a_person_grants_stays(tmp_path: Path) -> None:
    course, path = tmp_path / "class", tmp_path / "list.csv"
    run("course", course, "--roster", roster(path, "id,extra_minutes\nada,60\nbob,60\n"))
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_assignment(UNIT)
        for student in ("ada", "bob"):
            gradebook.add_submission(UNIT, student)
        gradebook.grant_extension(UNIT, "ada", minutes=60)  # as grading does
        gradebook.grant_extension(UNIT, "bob", days=2)
    run("course", course, "--roster", roster(path, "id,extra_minutes\nada,90\nbob,90\n"))
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        minutes = {s.student_id: s.extension.total_seconds() / 60 for s in gradebook.assignment_submissions(UNIT)}
    assert minutes == {"ada": 90, "bob": 2 * 24 * 60}


# What a regrade says


def verdict(seed: int, *exercises: ExerciseVerdict) -> Verdict:
    return Verdict("ada", UNIT, "graded", 0.1, (), exercises, seed)


def test_a_regrade_says_whose_points_have_changed_and_why() -> None:
    said = ("most likely: the memory starts at `a0`", "hidden states, caches: a differs in all places")
    wrong = ExerciseVerdict("lstm_forward", "incorrect", 0, 7, said)
    better = replace(wrong, score=4.5, messages=("caches: what was returned is not made as described",))
    worse = ExerciseVerdict("gru_forward", "incorrect", 1, 5, ("other sizes: raised",))
    right = ExerciseVerdict("gru_forward", "correct", 5, 5)

    def lines(before: Verdict, after: Verdict) -> list[str]:
        found = changes(before, after)
        return list(in_words(found, {"ada": (before.score, after.score)}))

    assert lines(verdict(3, wrong, right), verdict(3, better, worse)) == [
        "ada 5 → 5.5: lstm_forward: hidden states now accepted; gru_forward: other sizes not accepted any more"
    ]
    assert lines(verdict(3, wrong), verdict(4, better)) == ["ada 0 → 4.5: another notebook was handed in"]
    assert lines(verdict(3, wrong), verdict(3, replace(wrong, messages=()))) == []


def test_a_student_who_handed_in_nothing_is_told_apart_from_a_misspelt_one(tmp_path: Path) -> None:
    folder = tmp_path / "submitted" / "josé maría" / UNIT
    folder.mkdir(parents=True)
    (folder / f"{UNIT}.ipynb").write_text("{}")
    said = run("grade", UNIT, "--course", tmp_path, "--student", "jose maria", status=2)
    assert "did you mean 'josé maría'?" in said
    assert "the name of the folder" in run("grade", UNIT, "--course", tmp_path, "--student", "x", status=2)
    loose = folder / f"{UNIT}.ipynb"
    assert "give --course" in run("grade", UNIT, loose, "--student", "x", status=2)


# Every command


def commands() -> list[str]:
    return sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_with_an_example_and_names_what_it_was_not_told(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")
    shown = run(command, "--help")
    assert f"Example: python -m autograder {command}" in " ".join(shown.split()), shown
    said = run(command, "--no-such-option", status=2)
    assert said.startswith(f"{command}: ") and "--no-such-option" in said and len(said.strip().splitlines()) == 1
    assert f"python -m autograder {command} --help" in said
