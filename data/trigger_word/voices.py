"""Who speaks: every voice, the engine that makes it, whose voice it is, and which part of the data it belongs to."""

from __future__ import annotations

from typing import Any, NamedTuple


class Voice(NamedTuple):
    """One voice.

    Attributes:
        name: unlike every other voice's; its file of sound is called so.
        engine: the program that speaks.
        speaker: whose voice it is: a real person, if one was recorded, otherwise the synthetic voice itself.
        part: ``train``, ``validation`` or ``test``; the same for all voices of a speaker.
        licence: a key of ``LICENCES``.
        settings: what the engine needs to know.
    """

    name: str
    engine: str
    speaker: str
    part: str
    licence: str
    settings: dict[str, Any]


LICENCES = {
    "CC0-1.0": "computed from rules, no recorded speech in it; we claim nothing",
    "Festvox": "from recorded speech, free to use, change and pass on with the notice in the card",
}

# The five real speakers whose recordings flite and festival speak with, and the part that each belongs to with all that
# is made of them. Two of them are spoken by both programs.
SPEAKERS = {"slt": "train", "kal": "train", "rms": "train", "ked": "validation", "awb": "test"}

# espeak-ng's variants of a human sort (no robots, whisperers or monsters), those left out that can hardly be told from
# another one; each speaks with one of the English accents.
VARIANTS = (
    "Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky",
    "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "RicishayMax", "RicishayMax2", "adam", "anika",
    "announcer", "antonio", "aunty", "belinda", "boris", "caleb", "croak", "david", "ed", "edward", "edward2", "f1",
    "f2", "f3", "f4", "f5", "grandma", "grandpa", "gustave", "iven", "iven2", "iven3", "iven4", "john", "klatt",
    "klatt2", "klatt3", "klatt4", "klatt5", "linda", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "marcelo",
    "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby",
    "steph", "steph2", "steph3", "travis", "victor", "zac",
)  # fmt: skip
ACCENTS = (  # "en" is the one of Great Britain; called "en-gb", espeak-ng forgets the variant
    "en-us", "en", "en-us", "en-gb-x-rp", "en-us-nyc", "en-gb-scotland", "en-us", "en-029", "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
)  # fmt: skip
TAIL = {"validation": (5,), "test": (2, 8)}  # which of every twelve variants are held out

# Centimetres of vocal tract, semitones of pitch above middle C, percent of breath, part.
TUBES = (
    (17.5, -12.0, 0.5, "train"),
    (15.0, 0.0, 1.5, "train"),
    (12.5, 2.5, 1.5, "train"),
    (10.0, 5.0, 1.5, "train"),
    (16.2, -8.0, 3.0, "train"),
    (18.8, -15.0, 1.0, "train"),
    (13.8, -4.0, 2.5, "validation"),
    (17.0, -6.0, 2.5, "validation"),
    (14.2, 3.0, 4.0, "test"),
    (19.8, -10.0, 2.0, "test"),
)

# How WORLD turns a real speaker into another one: pitch times, formants times, and how lively the melody is.
# A woman is turned downwards rather than upwards.
TURNS = (
    (0.80, 0.90, 0.8),
    (1.12, 0.88, 1.0),
    (1.25, 1.08, 1.2),
    (1.55, 1.16, 1.0),
    (0.72, 1.06, 1.3),
    (1.90, 1.25, 0.9),
)
LOWER_TURNS = (
    (0.55, 0.84, 0.9),
    (0.62, 0.92, 1.2),
    (0.78, 0.88, 1.0),
    (0.88, 1.08, 1.3),
    (1.22, 1.10, 0.8),
    (1.40, 1.22, 1.0),
)


def cast() -> list[Voice]:
    """All voices, in a fixed order."""
    voices = []
    for number, variant in enumerate(VARIANTS):
        part = next((part for part, places in TAIL.items() if number % 12 in places), "train")
        settings = {"variant": variant, "accent": ACCENTS[number % len(ACCENTS)]}
        voices.append(Voice(f"espeak-{variant}", "espeak", f"espeak-{variant}", part, "CC0-1.0", settings))
    recorded = [
        Voice(f"flite-{speaker}", "flite", speaker, SPEAKERS[speaker], "Festvox", {"voice": voice})
        for speaker, voice in (("awb", "awb"), ("kal", "kal16"), ("rms", "rms"), ("slt", "slt"))
    ] + [
        Voice(f"festival-{speaker}", "festival", speaker, SPEAKERS[speaker], "Festvox", {"voice": voice})
        for speaker, voice in (("kal", "kal_diphone"), ("ked", "ked_diphone"), ("slt", "cmu_us_slt_arctic_hts"))
    ]
    voices += recorded
    for number, (tract, pitch, breath, part) in enumerate(TUBES, 1):
        name = f"gnuspeech-{number:02d}"
        settings = {"tract": tract, "pitch": pitch, "breath": breath}
        voices.append(Voice(name, "gnuspeech", name, part, "CC0-1.0", settings))
    for source in ("flite-awb", "flite-kal", "flite-rms", "flite-slt", "festival-ked"):
        origin = next(voice for voice in recorded if voice.name == source)
        for number, (pitch, formants, melody) in enumerate(LOWER_TURNS if origin.speaker == "slt" else TURNS, 1):
            settings = {"source": source, "pitch": pitch, "formants": formants, "melody": melody}
            name = f"world-{origin.speaker}-{number}"
            voices.append(Voice(name, "world", origin.speaker, origin.part, origin.licence, settings))
    return voices
