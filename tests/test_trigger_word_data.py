"""The trigger word's sounds are what their card says: clips whole, no speaker in two parts, every licence named."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from unrolled.datasets import trigger_word as data
from unrolled.datasets.trigger_word import OTHER_WORDS, PARTS, RATE, WORD
from unrolled.sound import augment

FOLDER = Path(__file__).parents[1] / "data" / "trigger_word"
CARD = (FOLDER / "README.md").read_text(encoding="utf-8")
CLIPS = {part: data.load_clips(part) for part in PARTS}
SENTENCES = {part: data.load_sentences(part) for part in PARTS}
BACKGROUNDS = {part: data.load_backgrounds(part) for part in PARTS}
EVERY_CLIP = [clip for part in PARTS for clip in CLIPS[part]]
EVERY_SENTENCE = [clip for part in PARTS for clip in SENTENCES[part]]


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


VOICES = rows("voices.csv")


def digest(paths: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def loudness(samples: np.ndarray) -> np.ndarray:
    """Of every 10 ms."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))


# The files and the card


def test_card_tells_the_truth():
    spoken, rooms = (sorted((FOLDER / name).glob("*.ogg")) for name in ("voices", "backgrounds"))
    clips = rows("clips.csv")
    facts = [
        f"{len(VOICES)} voices",
        f"{len(EVERY_CLIP):,} words",
        f"{len(EVERY_SENTENCE):,} sentences",
        f"{len(rooms)} backgrounds",
        f"{len(OTHER_WORDS)} other words",
        f"{sum(clip.word == WORD for clip in EVERY_CLIP):,} times",
        f"{sum(len(clip.samples) for clip in [*EVERY_CLIP, *EVERY_SENTENCE]) / RATE / 60:.0f} minutes",
        *(f"{sum(path.stat().st_size for path in paths):,}" for paths in (spoken, rooms)),
        *(digest(paths) for paths in (spoken, rooms, [FOLDER / "clips.csv"], [FOLDER / "voices.csv"])),
        *(f"{(FOLDER / name).stat().st_size:,}" for name in ("clips.csv", "voices.csv")),
        *(f"`{word}`" for word in (WORD, *OTHER_WORDS)),
        "soundfile",
    ]
    assert [fact for fact in facts if fact not in CARD] == []
    assert len(clips) == len(EVERY_CLIP) + len(EVERY_SENTENCE)


def test_card_counts_voices_and_speakers_of_each_part_and_engine():
    for engine in {voice["engine"] for voice in VOICES}:
        counts = [sum(v["engine"] == engine and v["part"] == part for v in VOICES) for part in PARTS]
        assert f"| `{engine}` | {counts[0]} | {counts[1]} | {counts[2]} |" in CARD
    speakers = [len({v["speaker"] for v in VOICES if v["part"] == part}) for part in PARTS]
    assert f"| speakers | {speakers[0]} | {speakers[1]} | {speakers[2]} |" in CARD


def test_card_names_every_voice_with_its_licence():
    for voice in VOICES:
        assert f"`{voice['voice'].partition('-')[2]}`" in CARD, voice["voice"]
        assert voice["licence"] in ("CC0-1.0", "Festvox")
        recorded = voice["engine"] in ("flite", "festival", "world")
        assert (voice["licence"] == "Festvox") == recorded, voice["voice"]
    assert "CC0 1.0" in CARD and "Permission is hereby granted" in CARD
    for copyright in ("Carnegie Mellon University", "Kevin Lenzo", "Centre for Speech Technology Research"):
        assert copyright in CARD


def test_all_of_it_is_small_and_nothing_is_there_that_nobody_reads():
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= 15_000_000
    assert {path.stem for path in (FOLDER / "voices").iterdir()} == {voice["voice"] for voice in VOICES}
    assert {path.suffix for path in files} <= {".ogg", ".csv", ".md", ".py", ".mjs"}


def test_sound_is_mono_ogg_opus_with_a_fixed_stream_number():
    for path in FOLDER.rglob("*.ogg"):
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.format, info.subtype) == (RATE, 1, "OGG", "OPUS"), path
        assert path.read_bytes()[14:18] == (1).to_bytes(4, "little"), path


# Who speaks


def test_enough_voices_engines_words():
    assert len({clip.voice for clip in EVERY_CLIP}) == len(VOICES) >= 90
    assert len({clip.engine for clip in EVERY_CLIP}) >= 4
    assert len({clip.word for clip in EVERY_CLIP}) >= 21
    assert len(set(OTHER_WORDS)) == len(OTHER_WORDS) >= 20 and WORD not in OTHER_WORDS


def test_every_voice_says_every_word_and_two_sentences():
    said = defaultdict(Counter)
    for clip in EVERY_CLIP:
        said[clip.voice][clip.word] += 1
    assert set(map(str, (dict(counts) for counts in said.values()))) == {
        str({WORD: 4, **{word: 1 for word in OTHER_WORDS}})
    }
    assert Counter(clip.voice for clip in EVERY_SENTENCE) == {voice["voice"]: 2 for voice in VOICES}


def test_no_speaker_and_no_sentence_is_in_two_parts():
    for members in (
        [{clip.speaker for clip in CLIPS[part]} for part in PARTS],
        [{clip.word for clip in SENTENCES[part]} for part in PARTS],
        [{sound.tobytes() for sound in BACKGROUNDS[part]} for part in PARTS],
    ):
        assert sum(map(len, members)) == len(set.union(*members))


def test_what_is_made_of_a_real_speaker_stays_with_that_speaker():
    for voice in VOICES:
        if voice["engine"] == "world":
            source = re.search(r"source=(\S+)", voice["settings"])[1]
            origin = next(other for other in VOICES if other["voice"] == source)
            assert (voice["speaker"], voice["part"]) == (origin["speaker"], origin["part"])


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_a_real_speaker_and_three_engines(part):
    assert {clip.engine for clip in CLIPS[part]} & {"flite", "festival"}
    assert len({clip.engine for clip in CLIPS[part]}) >= 4
    assert len({clip.speaker for clip in CLIPS[part]}) >= 8


def test_sentences_do_not_say_the_word():
    for clip in EVERY_SENTENCE:
        assert WORD not in re.findall(r"[a-z]+", clip.word.lower())


def test_words_can_be_told_apart_by_engine():
    groups = data.by_engine(CLIPS["train"])
    assert sum(map(len, groups.values())) == len(CLIPS["train"])
    assert all(clip.engine == engine for engine, clips in groups.items() for clip in clips)


# Listening by measure


def test_clips_are_sound_of_a_reasonable_length_and_loudness():
    for clip in EVERY_CLIP:
        assert clip.samples.dtype == np.float32 and clip.samples.ndim == 1
        assert 0.25 <= len(clip.samples) / RATE <= 1.6, clip[1:]
        assert np.isfinite(clip.samples).all() and 0.1 < np.abs(clip.samples).max() <= 1, clip[1:]
        assert 0.05 < clip.samples.std() < 0.15, clip[1:]
    for clip in EVERY_SENTENCE:
        assert 1.2 <= len(clip.samples) / RATE <= 8, clip[1:]


def test_silence_is_trimmed_and_no_word_is_cut():
    """Within 60 ms of both ends a word begins and ends, and the very edge is softer than the word."""
    for clip in EVERY_CLIP:
        level = loudness(clip.samples)
        audible = np.flatnonzero(level > 0.008 * level.max())
        assert audible[0] <= 5 and len(level) - audible[-1] <= 6, clip[1:]
        edges = np.concatenate([clip.samples[:32], clip.samples[-32:]])
        assert np.abs(edges).max() < 0.35 * np.abs(clip.samples).max(), clip[1:]


def test_gaps_between_clips_are_silent():
    by_voice = defaultdict(list)
    for row in rows("clips.csv"):
        by_voice[row["voice"]].append((int(row["start"]), int(row["end"])))
    for voice, spans in by_voice.items():
        samples, _ = soundfile.read(FOLDER / "voices" / f"{voice}.ogg")
        assert spans == sorted(spans)
        ends = [0, *(end for _, end in spans)]
        starts = [*(start for start, _ in spans), len(samples)]
        for end, start in zip(ends, starts, strict=True):
            assert start - end >= 2400
            assert loudness(samples[end + 320 : start - 320]).max() < 0.01, voice


def shape(samples: np.ndarray) -> np.ndarray:
    """Twenty bands of log power at twenty-four places of a clip, whatever its length: a rough picture of a word."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 512)[::128] * np.hanning(512)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.unique(np.geomspace(3, 257, 21).astype(int))
    bands = np.log(np.array([power[:, a:b].mean(axis=1) for a, b in zip(edges, edges[1:], strict=False)]) + 1e-5)
    at = np.linspace(0, bands.shape[1] - 1, 24)
    picture = np.array([np.interp(at, np.arange(bands.shape[1]), band) for band in bands])
    return ((picture - picture.mean()) / picture.std()).ravel()


def test_clips_of_the_same_word_are_alike():
    """By the words' mean pictures in training, held-out voices are understood far more often than once in thirteen."""
    words = (WORD, *data.PLAIN_WORDS)
    pictures = {word: np.mean([shape(c.samples) for c in CLIPS["train"] if c.word == word], axis=0) for word in words}
    right = [
        max(words, key=lambda word: float(pictures[word] @ shape(clip.samples))) == clip.word
        for clip in (*CLIPS["validation"], *CLIPS["test"])
        if clip.word in words
    ]
    assert np.mean(right) > 0.6


def test_voices_can_be_told_apart():
    """No two voices of one engine and part say the word with the same samples."""
    seen = Counter(clip.samples[:4000].tobytes() for clip in EVERY_CLIP if clip.word == WORD)
    assert max(seen.values()) == 1


@pytest.mark.parametrize("part", PARTS)
def test_backgrounds_are_long_and_quieter_than_speech(part):
    assert len(BACKGROUNDS[part]) >= 5
    for sound in BACKGROUNDS[part]:
        assert sound.dtype == np.float32 and len(sound) >= 10 * RATE
        assert np.isfinite(sound).all() and 0.02 < sound.std() < 0.07 and np.abs(sound).max() <= 1


def test_loaded_sound_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        CLIPS["train"][0].samples[0] = 1


def test_unknown_part_is_refused_with_a_reason():
    for load in (data.load_clips, data.load_sentences, data.load_backgrounds):
        with pytest.raises(ValueError, match="no part is called 'dev': take one of 'train', 'validation', 'test'"):
            load("dev")


# One recording made into many


def sounds() -> list[np.ndarray]:
    empty = np.zeros(RATE, np.float32)
    return [EVERY_CLIP[7].samples, BACKGROUNDS["train"][0][: 4 * RATE], empty, np.ones(5, np.float32)]


@pytest.mark.parametrize("vary", [augment.vary_voice, augment.vary_scene])
def test_variation_follows_its_seed_and_leaves_its_input_alone(vary):
    for sound in sounds():
        before = sound.copy()
        once, again, other = (vary(sound, np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(once, again)
        np.testing.assert_array_equal(sound, before)
        assert once.dtype == np.float32 and not np.shares_memory(once, sound)
        if sound.std() > 0:
            assert not np.array_equal(once, other)


def test_scene_never_clips_and_keeps_every_sample_in_its_place():
    rng = np.random.default_rng(5)
    loud = np.sign(EVERY_CLIP[3].samples) * 0.98
    for sound in [*sounds(), loud.astype(np.float32)]:
        for _ in range(40):
            out = augment.vary_scene(sound, rng)
            assert len(out) == len(sound) and np.isfinite(out).all() and np.abs(out).max() <= 0.99 + 1e-6
    click = np.zeros(RATE, np.float32)
    click[5000] = 0.5
    response = augment.room_response(np.random.default_rng(1), 0.4, 0.5)
    assert np.argmax(np.abs(augment.reverberate(click, response))) == 5000


def test_strength_zero_changes_nothing():
    sound = EVERY_CLIP[7].samples
    np.testing.assert_array_equal(augment.vary_voice(sound, np.random.default_rng(0), 0), sound)
    np.testing.assert_array_equal(augment.vary_scene(sound, np.random.default_rng(0), 0), sound)


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def pitch_of(sound: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))) * RATE / len(sound)


def test_resampling_moves_pitch_and_stretching_does_not():
    faster = augment.resample(tone(440), 1.25)
    assert len(faster) == RATE / 1.25 and pitch_of(faster) == pytest.approx(550, rel=0.01)
    for factor in (0.8, 1.3):
        longer = augment.stretch(tone(440), factor)
        assert len(longer) == round(RATE * factor) and pitch_of(longer) == pytest.approx(440, rel=0.01)
        middle = longer[2000:-2000]
        assert np.sqrt((middle**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


def test_noise_is_as_far_below_the_sound_as_asked():
    sound, noise = tone(300), BACKGROUNDS["train"][1][:RATE]
    for decibels in (0.0, 10.0, 25.0):
        added = augment.add_noise(sound, noise, decibels) - sound
        assert 20 * np.log10(augment.loudness(sound) / augment.loudness(added)) == pytest.approx(decibels, abs=0.05)
    np.testing.assert_array_equal(augment.add_noise(sound, np.zeros(10), 5.0), sound)
    assert len(augment.add_noise(sound, noise[:777], 5.0)) == len(sound)


def test_a_microphone_makes_each_frequency_as_much_louder_as_it_says():
    for seed in range(4):
        decibels = augment.microphone(np.arange(8001), np.random.default_rng(seed))
        assert decibels.shape == (8001,) and decibels.min() >= -80 and decibels.max() <= 25
        for hertz in (300, 1500, 3000):
            heard = augment.colour(tone(hertz), np.random.default_rng(seed))
            louder = 20 * np.log10(augment.loudness(heard) / augment.loudness(tone(hertz)))
            assert louder == pytest.approx(decibels[hertz], abs=0.5)


def test_room_fades_by_sixty_decibels():
    response = augment.room_response(np.random.default_rng(3), 0.5, 1.0)
    early, late = (np.sqrt((response[a : a + 800].astype(float) ** 2).mean()) for a in (1600, 5600))
    assert 20 * np.log10(early / late) == pytest.approx(60 * 4000 / RATE / 0.5, abs=5)
    assert float((response[1:].astype(float) ** 2).sum()) == pytest.approx(1.0, rel=0.05)


def test_bad_arguments_are_refused_with_a_reason():
    with pytest.raises(ValueError, match=r"one axis; this has the shape \(2, 3\)"):
        augment.gain(np.zeros((2, 3)), 3)
    with pytest.raises(ValueError, match="greater than 0"):
        augment.stretch(tone(300), 0)
    with pytest.raises(ValueError, match="two steps or more"):
        augment.through_a_line(tone(300), 1)
