"""One recording made into many: other voices, other rooms, other microphones. NumPy alone.

A detector that has heard ninety voices in silence knows ninety voices in silence. What is drawn here is what else can
happen to sound on its way: somebody speaks faster or with a longer throat, the room answers, the microphone colours,
something else is heard as well. Everything random comes from a ``numpy.random.Generator``, so that the same seed makes
the same sound.

Sounds are float arrays (n,), mono, ``RATE`` samples a second; they are never changed, and what comes back is float32.
``vary_voice`` is for a clip before it is put into its background, ``vary_scene`` for the whole mixture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unrolled.datasets.trigger_word import RATE

Samples = NDArray[np.float32]
LOUDEST = 0.99


def gain(samples: ArrayLike, decibels: float) -> Samples:
    """Louder by this many decibels (20 are a factor of 10), softer if negative; peaks may leave -1 to 1."""
    return _sound(samples) * np.float32(10 ** (decibels / 20))


def limit(samples: ArrayLike) -> Samples:
    """Within -1 and 1: if a peak is higher, everything is made softer by the same factor."""
    sound = _sound(samples)
    peak = float(np.max(np.abs(sound), initial=0.0))
    return sound * np.float32(LOUDEST / peak) if peak > LOUDEST else sound.copy()


def loudness(samples: ArrayLike) -> float:
    """Root mean square; 0 for an empty sound."""
    sound = _sound(samples)
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2))) if len(sound) else 0.0


# A voice


def resample(samples: ArrayLike, factor: float) -> Samples:
    """As if a tape ran ``factor`` times as fast: shorter, and pitch and formants as many times higher.

    Returns round(n / factor) samples, by linear interpolation.
    """
    sound = _sound(samples)
    _positive(factor)
    at = np.arange(round(len(sound) / factor)) * factor
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32) if len(sound) else sound.copy()


def stretch(samples: ArrayLike, factor: float) -> Samples:
    """``factor`` times as long at the same pitch (waveform similarity overlap-add; Verhelst and Roelands, 1993).

    The sound is cut into overlapping pieces of 30 ms, which are laid down at another distance than they were taken at.
    Each is taken where it continues the one before best, up to 7 ms from where it should be.
    """
    sound = _sound(samples)
    _positive(factor)
    piece, reach = RATE * 30 // 1000, RATE * 7 // 1000
    hop = piece // 2
    if len(sound) < 2 * piece or abs(factor - 1) < 0.01:
        return sound.copy()
    length = round(len(sound) * factor)
    padded = np.concatenate([np.zeros(reach, np.float32), sound, np.zeros(2 * piece + 2 * reach, np.float32)])
    out = np.zeros(length + 2 * piece, dtype=np.float32)
    window = np.hanning(piece + 1)[:piece].astype(np.float32)  # two of them, half a piece apart, add up to 1
    follows = padded[reach : reach + piece]
    for to in range(0, length + hop, hop):
        near = min(round(to / factor), len(sound))
        around = padded[near : near + piece + 2 * reach]
        shift = 2 * int(np.argmax(np.correlate(around[::2], follows[::2], "valid"))) if to else reach
        start = near + shift
        out[to : to + piece] += window * padded[start : start + piece]
        follows = padded[start + hop : start + hop + piece]
        if len(follows) < piece:
            break
    return out[:length]


def vary_voice(samples: ArrayLike, rng: np.random.Generator, strength: float = 1.0) -> Samples:
    """The same words by a voice up to a fifth higher or lower in frequency, up to a third slower or faster.

    Args:
        samples: a clip of one voice.
        strength: 0 changes nothing, 1 is what unit 06 trains with.
    """
    pitch = float(np.exp(strength * rng.uniform(-0.20, 0.20)))
    pace = float(np.exp(strength * rng.uniform(-0.30, 0.36)))
    return stretch(resample(samples, pitch), pitch * pace)


# Rooms, microphones, lines


def room_response(rng: np.random.Generator, seconds: float, distance: float) -> Samples:
    """What a clap sounds like in a room: the direct sound, then echoes that come thicker and fade.

    Args:
        seconds: until the echoes are 60 dB softer; 0.2 is a furnished room, 1 a hall.
        distance: energy of all echoes beside that of the direct sound; 0 is a microphone at the lips, 1 across a table.

    Returns:
        About ``seconds * RATE`` samples, the first of them 1: nothing is moved in time.
    """
    _positive(seconds)
    count = max(2, round(seconds * RATE))
    time = np.arange(count) / RATE
    echoes = rng.standard_normal(count) * 10 ** (-3 * time / seconds)
    echoes *= rng.random(count) < np.minimum(1, 0.02 + time / 0.05)  # single reflections first
    echoes[: RATE // 500] = 0  # a wall is at least 30 cm away
    echoes = np.convolve(echoes, np.ones(3) / 3)[:count]  # air and curtains swallow the treble
    energy = float(np.sum(echoes**2))
    response = echoes * np.sqrt(distance / energy) if energy > 0 else np.zeros(count)
    response[0] = 1.0
    return response.astype(np.float32)


def reverberate(samples: ArrayLike, response: ArrayLike) -> Samples:
    """The sound in a room: convolved with the room's response, as long as before."""
    sound, echo = _sound(samples), _sound(response)
    size = _fast_size(len(sound) + len(echo))
    out = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(echo, size), size)
    return out[: len(sound)].astype(np.float32)


def microphone(hertz: ArrayLike, rng: np.random.Generator, strength: float = 1.0) -> NDArray[np.float64]:
    """How many decibels louder or softer a microphone has each frequency: smooth, often without deep or high sound.

    Args:
        hertz: (n_f,), frequencies.

    Returns:
        (n_f,) decibels between -80 and 25.
    """
    frequencies = np.maximum(np.asarray(hertz, dtype=np.float64), 1)
    octave = np.log2(np.maximum(frequencies, 20) / 20)  # 0 at 20 Hz, 8.6 at 8 kHz
    knots = np.linspace(0, octave[-1], 8)
    decibels = strength * np.interp(octave, knots, rng.normal(0, 4, len(knots)) + rng.normal(0, 0.8) * knots)
    low, high = 10 ** rng.uniform(1.3, 2.5), 10 ** rng.uniform(3.5, 3.95)
    if rng.random() < 0.6 * strength:
        decibels -= 12 * np.maximum(0, np.log2(low / frequencies))  # 12 dB an octave
    if rng.random() < 0.5 * strength:
        decibels -= 24 * np.maximum(0, np.log2(frequencies / high))
    return np.clip(decibels, -80, 25)


def colour(samples: ArrayLike, rng: np.random.Generator, strength: float = 1.0) -> Samples:
    """The sound as a random microphone has it."""
    sound = _sound(samples)
    if not len(sound):
        return sound.copy()
    size = _fast_size(len(sound))
    shape = 10 ** (microphone(np.fft.rfftfreq(size, 1 / RATE), rng, strength) / 20)
    return np.fft.irfft(np.fft.rfft(sound, size) * shape, size)[: len(sound)].astype(np.float32)


def through_a_line(samples: ArrayLike, steps: int) -> Samples:
    """Stored in few steps, closer together where it is soft, as telephones do it (mu-law): a grainy sound."""
    if steps < 2:
        raise ValueError(f"a sound needs two steps or more; these are {steps}")
    sound = limit(samples)
    bent = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256)
    stored = np.round(bent * (steps // 2)) / (steps // 2)
    return (np.sign(stored) * np.expm1(np.abs(stored) * np.log(256)) / 255).astype(np.float32)


def add_noise(samples: ArrayLike, noise: ArrayLike, decibels: float) -> Samples:
    """With the noise under it, so much softer than the sound: their loudnesses are ``decibels`` apart.

    Args:
        noise: repeated if it is shorter than the sound, cut off if it is longer.
    """
    sound, under = _sound(samples), _sound(noise)
    level = loudness(under)
    if not level or not len(sound):
        return sound.copy()
    under = np.resize(under, len(sound))
    return sound + under * np.float32(loudness(sound) / level * 10 ** (-decibels / 20))


def vary_scene(samples: ArrayLike, rng: np.random.Generator, strength: float = 1.0) -> Samples:
    """The whole mixture in another room, by another microphone, at another loudness, sometimes over a bad line.

    Args:
        samples: a background with words in it.
        strength: 0 leaves out room, microphone and line; 1 is what unit 06 trains with.

    Returns:
        As many samples, within -1 and 1. Nothing is moved in time, so labels stay right.
    """
    sound = _sound(samples)
    if rng.random() < 0.6 * strength:
        sound = reverberate(sound, room_response(rng, rng.uniform(0.08, 0.6), rng.uniform(0.05, 1.0) * strength))
    if rng.random() < 0.8 * strength:
        sound = colour(sound, rng, strength)
    if rng.random() < 0.3 * strength:
        sound = add_noise(sound, _hiss(rng, len(sound)), rng.uniform(8, 35))
    if rng.random() < 0.15 * strength:
        sound = through_a_line(sound, int(rng.choice([32, 64, 128, 256])))
    return limit(gain(sound, strength * rng.uniform(-18, 8)))


def _hiss(rng: np.random.Generator, count: int) -> Samples:
    """White noise, now and then smoothed into a deeper one."""
    noise = rng.standard_normal(count + 8).astype(np.float32)
    width = int(rng.choice([1, 2, 4, 8]))
    return np.convolve(noise, np.ones(width, np.float32))[:count] if count else noise[:0]


def _sound(samples: ArrayLike) -> Samples:
    sound = np.asarray(samples, dtype=np.float32)
    if sound.ndim != 1:
        raise ValueError(f"a mono sound has one axis; this has the shape {sound.shape}")
    return sound


def _positive(factor: float) -> None:
    if not factor > 0:
        raise ValueError(f"{factor} is no factor or duration: it must be greater than 0")


def _fast_size(count: int) -> int:
    """A length not shorter than this that the Fourier transform is quick at: 1, 3 or 5 times a power of two."""
    power = 1 << max(0, count - 1).bit_length()
    return min(size for size in (power, power * 3 // 4, power * 5 // 8) if size >= count)
