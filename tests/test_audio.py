"""What is heard: the right pitches at the right times, the chords under them, in a WAV file that any player reads."""

from __future__ import annotations

import io
import itertools
import wave

import numpy as np
import pytest

from unrolled.datasets.jazz import Chord, Chorus, Note, is_chord_tone, load_choruses
from unrolled.sound import audio

RATE = audio.SAMPLE_RATE


def chorus_of(notes=(), symbols=("C7", "C7"), tempo=120) -> Chorus:
    return Chorus("test", "test", 0, tempo, tuple(Chord.parse(symbol) for symbol in symbols), tuple(notes))


def loudness(samples: np.ndarray, start: float, end: float) -> float:
    """Root mean square between two seconds."""
    return float(np.sqrt(np.mean(np.square(samples[round(start * RATE) : round(end * RATE)], dtype=float))))


def power_at(samples: np.ndarray, hertz: float) -> float:
    """How strong a frequency is in the samples."""
    time = np.arange(len(samples)) / RATE
    return abs(np.mean(samples * np.hanning(len(samples)) * np.exp(-2j * np.pi * hertz * time)))


@pytest.mark.parametrize("pitch", [50, 60, 69, 86])
def test_solo_note_has_its_pitch_and_its_time(pitch):
    chorus = chorus_of([Note(12, 24, pitch)])  # at 120 beats a minute: from 0.5 to 1.5 seconds
    sound = audio.render(chorus, parts=["solo"])
    assert sound.dtype == np.float32 and len(sound) == 3 * RATE
    assert loudness(sound, 0, 0.49) == 0
    assert loudness(sound, 0.52, 1.45) > 0.1
    assert loudness(sound, 1.55, 3.0) < 1e-6

    middle = sound[round(0.55 * RATE) : round(1.4 * RATE)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2**18))
    heard = np.argmax(spectrum) * RATE / 2**18
    assert abs(12 * np.log2(heard / (440 * 2 ** ((pitch - 69) / 12)))) < 0.15  # semitones


def test_swing_is_heard_at_the_tempo():
    """The second note of a swung pair begins two thirds into the beat."""
    chorus = chorus_of([Note(0, 4, 60), Note(8, 4, 60)], tempo=150)  # a beat of 0.4 seconds
    sound = audio.render(chorus, parts=["solo"])
    assert loudness(sound, 0.18, 0.266) < 0.01 < loudness(sound, 0.268, 0.36)
    assert loudness(sound, 0.02, 0.12) > 0.05


@pytest.mark.parametrize("symbol", ["Cmaj7", "Ebm7", "F#m7b5", "G7alt", "Bbdim7", "A6"])
def test_the_chord_is_heard(symbol):
    chord = Chord.parse(symbol)
    sound = audio.render(chorus_of(symbols=[symbol] * 2), parts=["chords"])[: RATE // 2]
    strength = [sum(power_at(sound, audio.frequency(pitch)) for pitch in (48 + pc, 60 + pc)) for pc in range(12)]
    loudest = set(np.argsort(strength)[-3:].tolist())
    assert loudest == set(chord.tones[1:])  # the root is the bass's


def test_bass_walks_from_root_to_root():
    for chorus in load_choruses("held_out")[::9]:
        line = audio.walking_bass(chorus.chords)
        assert len(line) == 2 * len(chorus.chords)
        assert all(30 <= pitch <= 52 for pitch in line)
        for place, (before, chord) in enumerate(itertools.pairwise(chorus.chords), start=1):
            if before != chord:
                assert line[2 * place] % 12 == chord.root
                assert abs(line[2 * place] - line[2 * place - 1]) == 1
            assert is_chord_tone(chord, line[2 * place])


def test_every_part_is_heard_and_the_mix_is_not_too_loud():
    chorus = load_choruses("held_out")[20]
    for part in audio.LEVELS:
        assert loudness(audio.render(chorus, parts=[part]), 0, 5) > 0.01
    mix = audio.render(chorus)
    assert 0.85 < np.max(np.abs(mix)) <= 0.9001
    assert abs(float(np.mean(mix))) < 0.01
    assert np.array_equal(mix, audio.render(chorus))
    assert not np.any(audio.render(chorus, parts=[]))
    with pytest.raises(ValueError, match="no part is called drums"):
        audio.render(chorus, parts=["drums"])


def test_wav_is_read_by_another_reader():
    samples = np.array([0.0, 0.5, -0.5, 1.0, -1.0, 1.7, -3.0])
    with wave.open(io.BytesIO(audio.wav_bytes(samples, 8000))) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 7)
        back = np.frombuffer(file.readframes(7), "<i2") / 32767
    np.testing.assert_allclose(back, np.clip(samples, -1, 1), atol=1 / 32767)
    with pytest.raises(ValueError, match=r"\(2, 5\)"):
        audio.wav_bytes(np.zeros((2, 5)))


def test_player_carries_its_sound():
    chorus = chorus_of([Note(0, 12, 60)])
    shown = audio.player(chorus)
    assert shown.data == audio.wav_bytes(audio.render(chorus))
    assert "data:audio/wav;base64," in shown._repr_html_()
