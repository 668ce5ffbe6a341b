"""Plain samples as something to hear: a player in the notebook, and a chime put in where a word was found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unrolled.sound.audio import wav_bytes

if TYPE_CHECKING:
    from IPython.display import Audio

Samples = NDArray[np.float32]


def player(samples: ArrayLike, rate: int) -> Audio:
    """A player for the notebook, with the sound inside it; as loud as it is.

    Args:
        samples: (n,), between -1 and 1; what is louder is cut off.
        rate: samples a second.
    """
    from IPython.display import Audio  # not needed to make a chime

    return Audio(data=wav_bytes(samples, rate))


def chime(rate: int, seconds: float = 0.45) -> Samples:
    """Two bells, a fifth apart, that die away; at most 0.5 loud."""
    time = np.arange(round(seconds * rate)) / rate
    sound = np.zeros(len(time))
    for hertz, begins in ((880.0, 0.0), (1320.0, 0.09)):
        since = np.clip(time - begins, 0, None)
        rise = np.clip(since / 0.004, 0, 1)
        for overtone, strength in ((1, 1.0), (2.76, 0.25)):  # a bell's overtones are no whole multiples
            if overtone * hertz < 0.45 * rate:
                sound += strength * rise * np.exp(-since / 0.11) * np.sin(2 * np.pi * overtone * hertz * since)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def with_chimes(samples: ArrayLike, rate: int, times: Iterable[float]) -> Samples:
    """The sound with a chime at each of the ``times``, in seconds; turned down where the sum would leave -1 to 1."""
    mix = np.array(samples, dtype=np.float32)
    bell = chime(rate)
    for moment in times:
        first = round(moment * rate)
        mix[first : first + len(bell)] += bell[: max(0, len(mix) - first)]
    return mix / max(np.float32(1), np.abs(mix).max(initial=0))
