"""The twelve forms, written in C: progressions that belong to everybody, and no tune's melody or title.

A bar stands between bar lines; two symbols in a bar are half a bar each.
"""

from __future__ import annotations

from random import Random

from unrolled.datasets.jazz import Chord

FORMS = {
    "blues_major": "C7 | F7 | C7 | Gm7 C7 | F7 | Gbdim7 | C7 | Em7 A7b9 | Dm7 | G7 | C7 A7b9 | Dm7 G7",
    "blues_minor": "Cm7 | Fm7 | Cm7 | C7b9 | Fm7 | Fm7 | Cm7 | Cm7 | Ab7 | G7b9 | Cm7 Ab7 | Dm7b5 G7b9",
    "rhythm_changes_a": "C6 A7b9 | Dm7 G7 | Em7 A7b9 | Dm7 G7 | Gm7 C7 | F6 Gbdim7 | Em7 A7b9 | Dm7 G7",
    "rhythm_changes_bridge": "E7 | E7 | A7 | A7 | D7 | D7 | G7 | G7",
    "two_five_one_major": "Dm7 | G7 | Cmaj7 | A7b9 | Dm7 | G7 | Cmaj7 | C6",
    "two_five_one_minor": "Dm7b5 | G7b9 | Cm6 | Cm6 | Fm7 | Dm7b5 G7b9 | Cm6 | Cm6",
    "circle_of_fifths": "Gbm7b5 | B7b9 | Em7 | A7 | Am7 | D7 | Gmaj7 | Cmaj7 "
    "| Gbm7b5 | B7b9 | Em7 | A7 | Dm7 | G7 | C6 | C6",
    "turnaround": "Cmaj7 A7b9 | Dm7 G7 | Em7 Ebdim7 | Dm7 G7 | C7 A7b9 | D7 G7 | Cmaj7 Ebdim7 | Dm7 G7",
    "modal": "Cm7 | Cm7 | Cm7 | Cm7 | Ebm7 | Ebm7 | Cm7 | Cm7 "
    "| Dbmaj7 | Dbmaj7 | Dbmaj7 | Dbmaj7 | Cm7 | Cm7 | Cm7 | Cm7",
    "tritone_substitution": "Dm7 | Db7 | Cmaj7 | C6 | Gm7 | Gb7 | Fmaj7 | Dm7 Db7",
    "back_door": "Cmaj7 | Fm7 Bb7 | Cmaj7 | Gm7 C7 | Fmaj7 | Fm7 Bb7 | Em7 A7b9 | Dm7 G7",
    "falling_whole_tones": "Cmaj7 | Cm7 F7 | Bbmaj7 | Bbm7 Eb7 | Abmaj7 | Ab6 | Dm7b5 G7b9 | C6",
}

DOMINANTS = ("7", "7b9")
ALTERED_SHARE = 1 / 3  # of the dominants that fall a fifth into a chord of rest


def changes(form: str, key: int, rng: Random) -> tuple[Chord, ...]:
    """The form's chords in a key, one a half bar, with some of the dominants altered.

    Args:
        form: a key of ``FORMS``.
        key: pitch class of the key.
        rng: decides which dominants are altered; two half bars of one chord are altered together or not at all.
    """
    written: list[Chord] = []
    for bar in FORMS[form].split("|"):
        symbols = bar.split()
        written += [Chord.parse(symbol).transposed(key) for symbol in (symbols if len(symbols) == 2 else symbols * 2)]

    played = list(written)
    at = len(written) - 1
    while at > 0:
        first = at
        while first > 0 and written[first - 1] == written[at]:
            first -= 1
        following = written[(at + 1) % len(written)]
        falls_a_fifth = (written[at].root - following.root) % 12 == 7
        if written[at].quality in DOMINANTS and falls_a_fifth and rng.random() < ALTERED_SHARE:
            played[first : at + 1] = [Chord(written[at].root, "7alt")] * (at + 1 - first)
        at = first - 1
    return tuple(played)
