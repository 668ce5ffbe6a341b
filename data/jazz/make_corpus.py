"""Make the corpus: choruses.txt and the MIDI files, from the forms, cells, licks and rhythms beside this script.

    python data/jazz/make_corpus.py            write them
    python data/jazz/make_corpus.py --check    say whether they are what this script writes, and write nothing

Every chorus has its own seed, made of its name, so one chorus can be made without the others.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import forms
import lines

from unrolled.datasets.jazz import NAMES, Chorus, Note, write_chorus
from unrolled.sound.midi import write_midi

SEED = "unrolled jazz 2"
HERE = Path(__file__).parent
# The one lick that every player knows, as semitones from note to note, in its two endings: not ours, so not in here.
KNOWN = ((2, 1, 2, -4, 2, -3), (2, 1, 2, -3, -4, 2))
LONG_FORM = 10  # bars: longer forms get fewer choruses, so that no form has most of the notes


def takes(form: str) -> int:
    """How many choruses of a form in one key."""
    return 4 if forms.FORMS[form].count("|") >= LONG_FORM else 5


def held_out(form: str, key: int) -> bool:
    """Two keys of every form are kept from training, each key in two forms."""
    place = list(forms.FORMS).index(form)
    return key in (5 * place % 12, (5 * place + 7) % 12)


def make_chorus(form: str, key: int, take: int) -> Chorus:
    name = f"{form}-{NAMES[key]}-{take}"
    for attempt in itertools.count():
        rng = Random(f"{SEED} {name} {attempt}")
        chords = forms.changes(form, key, rng)
        notes = lines.improvise(chords, form.startswith("blues"), rng)
        if not quotes(notes):
            break
    return Chorus(name, form, key, rng.randrange(126, 200, 6), chords, notes)


def quotes(notes: Sequence[Note]) -> bool:
    """Whether chance has played a lick that is not ours."""
    steps = [after.pitch - before.pitch for before, after in itertools.pairwise(notes)]
    return any(tuple(steps[at : at + len(known)]) == known for known in KNOWN for at in range(len(steps)))


def make_corpus() -> list[tuple[str, Chorus]]:
    """(part, chorus) in the order of the file."""
    return [
        ("held_out" if held_out(form, key) else "train", make_chorus(form, key, take))
        for form in forms.FORMS
        for key in range(12)
        for take in range(1, takes(form) + 1)
    ]


def write(folder: Path) -> None:
    corpus = make_corpus()
    head = "# Unrolled's jazz choruses, CC BY 4.0. Derived by make_corpus.py, see README.md."
    blocks = [head, *(write_chorus(chorus, split) for split, chorus in corpus)]
    (folder / "choruses.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8", newline="\n")
    (folder / "midi").mkdir(exist_ok=True)
    for form in forms.FORMS:
        write_midi(folder / "midi" / f"{form}.mid", [chorus for _, chorus in corpus if chorus.form == form])


def differences(folder: Path, made: Path) -> list[str]:
    """The files that are missing, changed or not made by this script."""
    ours = {path.relative_to(made): path.read_bytes() for path in made.rglob("*") if path.is_file()}
    there = [path for path in (folder / "choruses.txt", *folder.glob("midi/*")) if path.exists()]
    theirs = {path.relative_to(folder): path.read_bytes() for path in there}
    return sorted(str(name) for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def main() -> None:
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    if not sys.argv[1:]:
        write(HERE)
        return
    with tempfile.TemporaryDirectory() as made:
        write(Path(made))
        found = differences(HERE, Path(made))
    if found:
        sys.exit(f"not what make_corpus.py writes: {', '.join(found)}. Run it without --check.")


if __name__ == "__main__":
    main()
