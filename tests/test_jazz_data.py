"""The jazz corpus is what its script makes and the music that its card says; what measures music measures right."""

from __future__ import annotations

import hashlib
import itertools
import re
import runpy
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from matplotlib.colors import to_hex

from unrolled.datasets import jazz
from unrolled.datasets.jazz import Chord, Chorus, Note
from unrolled.plots import music as plots_music
from unrolled.plots.drawing import GRADIENT, HIDDEN
from unrolled.sound.midi import read_midi, write_midi

FOLDER = Path(__file__).parents[1] / "data" / "jazz"
TRAIN, HELD_OUT = jazz.load_choruses("train"), jazz.load_choruses("held_out")
EVERYTHING = jazz.load_choruses("all")


def with_rests(chorus: Chorus) -> list[tuple[int, int]]:
    """(duration, pitch) of a chorus, rests cut at the bar lines."""
    at = {note.onset: note for note in chorus.notes}
    out, now, rest = [], 0, 0
    while now < chorus.length:
        if rest and (now in at or now % 48 == 0):
            out.append((rest, jazz.REST))
            rest = 0
        if now in at:
            out.append(at[now][1:])
            now = at[now].end
        else:
            rest, now = rest + 4, now + 4
    return out + [(rest, jazz.REST)] * (rest > 0)


def steps(chorus: Chorus) -> list[int]:
    """Semitones from note to note where no rest lies between."""
    return [b.pitch - a.pitch for a, b in itertools.pairwise(chorus.notes) if a.end == b.onset]


# The files


def test_corpus_is_what_its_script_makes():
    command = [sys.executable, str(FOLDER / "make_corpus.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_of_the_script_sees_a_changed_a_missing_and_a_foreign_file(tmp_path):
    program = f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import pathlib, make_corpus as m; " + (
        "print(m.differences(*map(pathlib.Path, sys.argv[1:])))"
    )
    kept, made = tmp_path / "kept", tmp_path / "made"
    for folder in (kept, made):
        (folder / "midi").mkdir(parents=True)
        for name in ("choruses.txt", "midi/a.mid"):
            (folder / name).write_text("same")
    (kept / "choruses.txt").write_text("other")
    (kept / "midi" / "foreign.mid").touch()
    (made / "midi" / "missing.mid").touch()
    done = subprocess.run([sys.executable, "-c", program, kept, made], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(["choruses.txt", "midi/foreign.mid", "midi/missing.mid"])


def test_card_tells_the_truth():
    card = (FOLDER / "README.md").read_text()
    text = (FOLDER / "choruses.txt").read_bytes()
    midi = sorted((FOLDER / "midi").glob("*.mid"))
    digests = [hashlib.sha256(text).hexdigest(), hashlib.sha256(b"".join(p.read_bytes() for p in midi)).hexdigest()]
    for fact in (
        *digests,
        f"{len(text):,} bytes",
        f"{sum(p.stat().st_size for p in midi):,} bytes",
        f"{len(EVERYTHING)} choruses",
        f"{sum(len(chorus.notes) for chorus in EVERYTHING):,} notes",
        f"{len(TRAIN)} to train",
        f"{len(HELD_OUT)} held out",
        "CC BY 4.0",
    ):
        assert fact in card, fact


def test_midi_files_hold_the_whole_corpus():
    files = sorted((FOLDER / "midi").glob("*.mid"))
    read = [chorus for path in files for chorus in read_midi(path)]
    assert sorted(read, key=lambda chorus: chorus.name) == sorted(EVERYTHING, key=lambda chorus: chorus.name)


def test_midi_file_plays_the_notes_at_their_times(tmp_path):
    """Read with mido alone: the seconds and pitches that any player would play."""
    chorus = HELD_OUT[0]
    write_midi(tmp_path / "solo.mid", chorus)
    now, begun, ended = 0.0, [], []
    for message in mido.MidiFile(tmp_path / "solo.mid"):
        now += message.time
        if message.type == "note_on" and message.channel == 0:
            (begun if message.velocity else ended).append((now, message.note))
    tick = 60 / chorus.tempo / 12
    np.testing.assert_allclose(begun, [(note.onset * tick, note.pitch) for note in chorus.notes], atol=2e-3)
    np.testing.assert_allclose(ended, [(note.end * tick, note.pitch) for note in chorus.notes], atol=2e-3)


def test_foreign_midi_file_is_refused_with_a_reason(tmp_path):
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "other.mid")
    with pytest.raises(ValueError, match="it is not one of the course's"):
        read_midi(tmp_path / "other.mid")


# The music


def test_split_holds_out_two_keys_of_every_form_and_training_has_all_the_rest():
    trained = {(chorus.form, chorus.key) for chorus in TRAIN}
    kept = {(chorus.form, chorus.key) for chorus in HELD_OUT}
    assert not trained & kept
    assert len(trained | kept) == 12 * 12
    assert set(Counter(form for form, _ in kept).values()) == {2}
    assert set(Counter(key for _, key in kept).values()) == {2}
    assert TRAIN + HELD_OUT != EVERYTHING and sorted(map(repr, TRAIN + HELD_OUT)) == sorted(map(repr, EVERYTHING))
    with pytest.raises(ValueError, match="'test'"):
        jazz.load_choruses("test")  # type: ignore[arg-type]


def test_notes_are_on_the_grid_in_the_range_of_a_horn_and_one_at_a_time():
    assert len({chorus.name for chorus in EVERYTHING}) == len(EVERYTHING)
    for chorus in EVERYTHING:
        ends = [0, *(note.end for note in chorus.notes)]
        for note, before in zip(chorus.notes, ends, strict=False):
            assert before <= note.onset and note.onset % 4 == 0
            assert note.duration in jazz.NOTE_DURATIONS
            assert jazz.LOWEST_PITCH <= note.pitch <= jazz.HIGHEST_PITCH
        assert ends[-1] <= chorus.length


def test_no_held_out_token_is_new_and_there_are_few_enough_to_learn():
    trained = {token for chorus in TRAIN for token in with_rests(chorus)}
    assert {token for chorus in HELD_OUT for token in with_rests(chorus)} <= trained
    assert 150 <= len(trained) <= 350
    assert {duration for duration, pitch in trained if pitch == jazz.REST} <= set(jazz.REST_DURATIONS)


def test_eighths_swing():
    pairs = Counter(
        (a.duration, b.duration)
        for chorus in EVERYTHING
        for a, b in itertools.pairwise(chorus.notes)
        if a.onset % 12 == 0 and b.onset < a.onset + 12
    )
    triplets = sum(note.onset % 12 == 4 for chorus in EVERYTHING for note in chorus.notes)
    assert pairs[8, 4] / pairs.total() > 0.8
    assert not pairs.keys() & {(6, 6), (4, 8)}
    assert 100 < triplets < 0.1 * sum(len(chorus.notes) for chorus in EVERYTHING)


def test_lines_move_by_step_lead_into_the_chords_and_breathe():
    moves = Counter(abs(step) for chorus in EVERYTHING for step in steps(chorus))
    assert (moves[1] + moves[2]) / moves.total() > 0.6
    assert sum(count for step, count in moves.items() if step > 7) / moves.total() < 0.01
    assert moves[0] / moves.total() < 0.01

    phrases = [
        [note for _, note in group]
        for chorus in EVERYTHING
        for _, group in itertools.groupby(zip(breaths(chorus), chorus.notes, strict=True), key=lambda pair: pair[0])
    ]
    beats = np.array([(phrase[-1].end - phrase[0].onset) / 12 for phrase in phrases])
    assert np.median(beats) >= 4 and np.percentile(beats, 98) <= 20
    assert len(phrases) / len(EVERYTHING) >= 2

    # Into a new chord, beat one: how far away is it? Voice leading is by half steps and whole steps.
    into = Counter()
    for chorus in EVERYTHING:
        for a, b in itertools.pairwise(chorus.notes):
            new = b.onset % 24 == 0 and chorus.chords[b.onset // 24] != chorus.chords[b.onset // 24 - 1]
            if new and a.end == b.onset:
                into[abs(b.pitch - a.pitch)] += 1
    assert (into[1] + into[2]) / into.total() > 0.65


def breaths(chorus: Chorus) -> list[int]:
    """For each note, how many rests of a beat or more lie before it."""
    gaps = [b.onset - a.end >= 12 for a, b in itertools.pairwise(chorus.notes)]
    return [0, *itertools.accumulate(gaps)]


def test_strong_beats_have_chord_tones_and_a_third_of_the_dominants_is_altered():
    shares = {beats: [] for beats in [(1,), (1, 3), (1, 2, 3, 4)]}
    for beats, each in shares.items():
        for chorus in EVERYTHING:
            spelled = {symbol: spell(symbol) for symbol in {chord.symbol for chord in chorus.chords}}
            for note in chorus.notes:
                if note.onset % 12 == 0 and note.onset % 48 // 12 + 1 in beats:
                    each.append(note.pitch % 12 in spelled[chorus.chords[note.onset // 24].symbol])
    assert all(0.85 < np.mean(each) < 0.99 for each in shares.values())
    ours = [jazz.downbeat_chord_tone_share(chorus) for chorus in EVERYTHING]
    assert abs(np.nanmean(ours) - np.mean(shares[1, 3])) < 0.01

    altered = into_rest = 0
    for chorus in EVERYTHING:
        following = chorus.chords[1:] + chorus.chords[:1]
        for chord, target in zip(chorus.chords, following, strict=True):
            if chord.quality in ("7", "7b9", "7alt") and (chord.root - target.root) % 12 == 7:
                into_rest += 1
                altered += chord.quality == "7alt"
    assert 0.28 < altered / into_rest < 0.39


def spell(symbol: str) -> set[int]:
    """Pitch classes of a chord from its name, by another way than the module's table."""
    letters, accidental, quality = re.fullmatch(r"([A-G])(b?)(.*)", symbol).groups()  # type: ignore[union-attr]
    root = "C D EF G A B".index(letters) - len(accidental)
    third = 3 if quality.startswith(("m7", "m6", "dim")) else 4
    fifth = 6 if "b5" in quality or "dim" in quality else 8 if "alt" in quality else 7
    seventh = 11 if "maj" in quality else 9 if "6" in quality or "dim" in quality else 10
    return {(root + step) % 12 for step in (0, third, fifth, seventh)}


def test_licks_are_spliced_in_and_the_one_that_everybody_knows_is_not():
    licks = runpy.run_path(str(FOLDER / "licks.py"))["LICKS"]
    assert 60 <= len(licks) <= 100 and len(set(licks)) == len(licks)
    shapes = Counter()
    for chorus in EVERYTHING:
        for length in {len(lick.notes) for lick in licks}:
            for at in range(len(chorus.notes) - length + 1):
                shapes[shape([tuple(note) for note in chorus.notes[at : at + length]])] += 1
    used = [shapes[shape(lick.notes)] for lick in licks if len(lick.qualities) == 1]
    assert np.mean(np.array(used) > 0) > 0.9 and sum(used) > 500
    for chorus in EVERYTHING:
        line = steps(replace(chorus, notes=tuple(Note(i, 1, note.pitch) for i, note in enumerate(chorus.notes))))
        assert not {(2, 1, 2, -4, 2, -3), (2, 1, 2, -3, -4, 2)} & {tuple(line[i : i + 6]) for i in range(len(line))}


def shape(notes):
    """Onsets, durations and pitches from the first note on."""
    first, _, low = notes[0]
    return tuple((onset - first, duration, pitch - low) for onset, duration, pitch in notes)


# What measures the music


@pytest.mark.parametrize(
    ("symbol", "root", "tones"),
    [("C7", 0, {0, 4, 7, 10}), ("F#m7b5", 6, {6, 9, 0, 4}), ("Bbmaj7", 10, {10, 2, 5, 9}), ("G7alt", 7, {7, 11, 3, 5})],
)
def test_chord_symbols(symbol, root, tones):
    chord = Chord.parse(symbol)
    assert (chord.root, set(chord.tones)) == (root, tones)
    assert Chord.parse(chord.symbol) == chord
    assert set(chord.tones) <= set(chord.scale)
    assert all(jazz.is_chord_tone(chord, pitch) == (pitch % 12 in tones) for pitch in range(128))


@pytest.mark.parametrize("symbol", ["", "H7", "C9", "c7", "Cm7 "])
def test_unknown_chord_symbols_are_refused(symbol):
    with pytest.raises(ValueError, match="is no chord"):
        Chord.parse(symbol)


def test_chord_at_changes_on_the_half_bar_and_ends_with_the_chorus():
    chorus = replace(EVERYTHING[0], chords=(Chord(0, "7"), Chord(5, "m7")), notes=())
    assert [jazz.chord_at(chorus, tick).root for tick in (0, 23, 24, 47)] == [0, 0, 5, 5]
    for outside in (-1, 48):
        with pytest.raises(IndexError, match="48 ticks"):
            jazz.chord_at(chorus, outside)


def test_downbeat_share_counts_the_beats_that_it_is_asked_for():
    notes = (Note(0, 8, 61), Note(8, 4, 60), Note(12, 12, 60), Note(24, 12, 64), Note(36, 12, 62))
    chorus = replace(EVERYTHING[0], chords=(Chord(0, "7"),) * 2, notes=notes)
    assert jazz.downbeat_chord_tone_share(chorus) == 1 / 2
    assert jazz.downbeat_chord_tone_share(chorus, beats=(1, 2, 3, 4)) == 2 / 4
    assert np.isnan(jazz.downbeat_chord_tone_share(replace(chorus, notes=notes[1:2])))


def test_transposition_moves_chords_and_notes_together():
    chorus = TRAIN[7]
    moved = jazz.transpose(chorus, -5)
    assert moved.key == (chorus.key - 5) % 12 and moved.length == chorus.length
    assert [note.pitch + 5 for note in moved.notes] == [note.pitch for note in chorus.notes]
    assert jazz.downbeat_chord_tone_share(moved) == jazz.downbeat_chord_tone_share(chorus)
    assert jazz.transpose(moved, 5) == chorus


def test_longest_copied_run_finds_what_was_planted_and_agrees_with_counting():
    source = TRAIN[11]
    foreign = [Note(0, 7, 60), Note(7, 7, 61)]
    planted = foreign + [note._replace(onset=3 * note.onset) for note in source.notes[5:22]] + foreign
    assert jazz.longest_copied_run(planted, TRAIN) == 17  # pauses may differ
    assert jazz.longest_copied_run(foreign, TRAIN) == jazz.longest_copied_run([], TRAIN) == 0
    assert jazz.longest_copied_run(source.notes, TRAIN) == len(source.notes)

    solo, corpus = HELD_OUT[3].notes, TRAIN[:40]
    best = 0
    for chorus in corpus:  # the textbook's table of common endings
        before = [0] * (len(solo) + 1)
        for note in chorus.notes:
            row = [0] * (len(solo) + 1)
            for i, ours in enumerate(solo):
                row[i + 1] = before[i] + 1 if ours[1:] == note[1:] else 0
            best, before = max(best, *row), row
    assert jazz.longest_copied_run(solo, corpus) == best > 1


def test_text_of_a_chorus_is_read_as_it_was_written():
    for chorus in EVERYTHING[::50]:
        assert jazz.parse_chorus(jazz.write_chorus(chorus, "train")) == ("train", chorus)


# Pictures


def test_piano_roll_shows_every_note_in_the_colour_of_its_kind():
    chorus = HELD_OUT[5]
    figure = plots_music.piano_roll(chorus)
    drawn = Counter(to_hex(patch.get_facecolor()).upper() for axis in figure.axes for patch in axis.patches)
    inside = sum(jazz.is_chord_tone(jazz.chord_at(chorus, note.onset), note.pitch) for note in chorus.notes)
    assert (drawn[HIDDEN], drawn[GRADIENT]) == (inside, len(chorus.notes) - inside)
    names = {text.get_text() for axis in figure.axes for text in axis.texts}
    assert names == {chord.symbol for chord in chorus.chords}
    part = plots_music.piano_roll(chorus, bars=(2, 4), title="two bars")
    notes = [note for note in chorus.notes if 96 <= note.onset < 192]
    assert sum(to_hex(p.get_facecolor()).upper() in (HIDDEN, GRADIENT) for p in part.axes[0].patches) == len(notes)


def test_training_curve_and_token_histogram_draw_what_they_are_given():
    figure = plots_music.training_curve([1, 2], {"training": [3.5, 2.5]}, {"bigram": 3.06})
    assert [text.get_text() for text in figure.axes[0].texts] == ["bigram 3.06"]
    assert list(figure.axes[0].lines[0].get_ydata()) == [3.5, 2.5]

    tokens = [(8, 60)] * 10 + [(4, 62)] + [(48, jazz.REST)] * 100
    table = plots_music.token_histogram(tokens).axes[0].images[0].get_array()
    assert table.shape == (2 + 3, 3)
    assert [table[2, 1], table[4, 0], table[0, 2]] == [1, 0, 2]  # powers of ten
    assert np.ma.count(np.ma.masked_invalid(table)) == 3
