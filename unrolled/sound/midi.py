"""Choruses as MIDI files and back.

A file has one tempo track with the chord symbols as markers, a solo track, and a track of held chords, so that any
player or notation program shows and plays the course's music. What is read again are the markers and the solo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike

import mido

from unrolled.datasets.jazz import TICKS_PER_BEAT, TICKS_PER_CHORD, Chord, Chorus, Note

SOLO_PROGRAM, CHORD_PROGRAM = 66, 4  # General MIDI, from 0: tenor saxophone, electric piano
SOLO_VELOCITY, ACCENT, CHORD_VELOCITY = 84, 10, 52
RESOLUTION = 40 * TICKS_PER_BEAT  # ticks of the file in a beat: a common resolution that ours divides
SCALE = RESOLUTION // TICKS_PER_BEAT

Timed = tuple[int, mido.Message | mido.MetaMessage]  # ticks from the beginning of the file; what happens


def write_midi(path: str | PathLike[str], choruses: Chorus | Sequence[Chorus]) -> None:
    """Write one chorus, or several one after the other, as a standard MIDI file (type 1)."""
    choruses = [choruses] if isinstance(choruses, Chorus) else list(choruses)
    tracks: dict[str, list[Timed]] = {"chord symbols": [], "solo": [], "chords": []}
    start = 0
    for chorus in choruses:
        tracks["chord symbols"] += _symbols(chorus, start)
        tracks["solo"] += _solo(chorus, start)
        tracks["chords"] += _held_chords(chorus, start)
        start += chorus.length * SCALE
    file = mido.MidiFile(type=1, ticks_per_beat=RESOLUTION)
    for channel, (name, events) in enumerate(tracks.items()):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        if channel:
            program = {"solo": SOLO_PROGRAM, "chords": CHORD_PROGRAM}[name]
            track.append(mido.Message("program_change", program=program, channel=channel - 1))
        file.tracks.append(_relative(track, events))
    file.save(path)


def read_midi(path: str | PathLike[str]) -> list[Chorus]:
    """Read what :func:`write_midi` wrote. Raises ``ValueError`` if the tracks of its choruses are missing."""
    file = mido.MidiFile(path)
    tracks = {track.name: list(_absolute(track, file.ticks_per_beat)) for track in file.tracks}
    if not {"chord symbols", "solo"} <= tracks.keys():
        raise ValueError(f"{path} has no tracks called 'chord symbols' and 'solo': it is not one of the course's")
    heads: list[tuple[int, list[str], int]] = []
    chords: list[tuple[int, Chord]] = []
    for tick, message in tracks["chord symbols"]:
        if message.type == "set_tempo":
            heads.append((tick, [], round(mido.tempo2bpm(message.tempo))))
        elif message.type == "text":
            heads[-1][1].extend(message.text.split())
        elif message.type == "marker":
            chords.append((tick, Chord.parse(message.text)))
    return list(_choruses(heads, chords, _sounding(tracks["solo"])))


def _symbols(chorus: Chorus, start: int) -> Iterator[Timed]:
    yield start, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(chorus.tempo))
    yield start, mido.MetaMessage("text", text=f"{chorus.name} {chorus.form} {chorus.key}")
    for place, chord in enumerate(chorus.chords):
        yield start + place * TICKS_PER_CHORD * SCALE, mido.MetaMessage("marker", text=chord.symbol)


def _solo(chorus: Chorus, start: int) -> Iterator[Timed]:
    for note in chorus.notes:
        # Swing players lean on the notes off the beat.
        velocity = SOLO_VELOCITY + (ACCENT if note.onset % TICKS_PER_BEAT else 0)
        yield from _note(note.pitch, velocity, 0, start + note.onset * SCALE, start + note.end * SCALE)


def _held_chords(chorus: Chorus, start: int) -> Iterator[Timed]:
    at = 0
    while at < len(chorus.chords):
        end = at + 1
        while end < len(chorus.chords) and chorus.chords[end] == chorus.chords[at] and end % 2:
            end += 1
        for pitch in voicing(chorus.chords[at]):
            begin, finish = (start + place * TICKS_PER_CHORD * SCALE for place in (at, end))
            yield from _note(pitch, CHORD_VELOCITY, 1, begin, finish)
        at = end


def voicing(chord: Chord) -> tuple[int, ...]:
    """Root in the bass and the other three tones in one hand, around middle C."""
    root = 40 + (chord.root - 4) % 12  # E ... Eb, where a double bass is at home
    return (root, *sorted(52 + (tone - 52) % 12 for tone in chord.tones[1:]))


def _note(pitch: int, velocity: int, channel: int, start: int, end: int) -> Iterator[Timed]:
    yield start, mido.Message("note_on", note=pitch, velocity=velocity, channel=channel)
    yield end, mido.Message("note_on", note=pitch, velocity=0, channel=channel)  # as note_off, but one byte shorter


def _relative(track: mido.MidiTrack, events: Sequence[Timed]) -> mido.MidiTrack:
    """Events with the time since the one before, as a file wants them; of one moment, ends come before beginnings."""
    now = 0
    for tick, message in sorted(events, key=lambda event: (event[0], getattr(event[1], "velocity", 0) > 0)):
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def _absolute(track: mido.MidiTrack, resolution: int) -> Iterator[Timed]:
    """Events with the time since the beginning, in the course's ticks."""
    now = 0
    for message in track:
        now += message.time
        yield round(now * TICKS_PER_BEAT / resolution), message


def _sounding(events: Sequence[Timed]) -> list[Note]:
    notes, begun = [], dict[int, int]()
    for tick, message in events:
        if message.type in ("note_on", "note_off"):
            if message.note in begun:
                onset = begun.pop(message.note)
                notes.append(Note(onset, tick - onset, message.note))
            if message.type == "note_on" and message.velocity > 0:
                begun[message.note] = tick
    return sorted(notes)


def _choruses(
    heads: Sequence[tuple[int, list[str], int]], chords: Sequence[tuple[int, Chord]], notes: Sequence[Note]
) -> Iterator[Chorus]:
    """Cut the file's chords and notes where its choruses begin."""
    ends = [tick for tick, *_ in heads[1:]] + [chords[-1][0] + TICKS_PER_CHORD if chords else 0]
    for (start, (name, form, key), tempo), end in zip(heads, ends, strict=True):
        here = tuple(chord for tick, chord in chords if start <= tick < end)
        played = tuple(note._replace(onset=note.onset - start) for note in notes if start <= note.onset < end)
        yield Chorus(name, form, int(key), tempo, here, played)
