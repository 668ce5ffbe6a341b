"""The experiments of unit 06's checks: what is drawn by chance is asked often, and a toy hears a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from unrolled.arrays import Case
from unrolled.checking.compare import describe
from unrolled.checking.experiment import Wrong, cases_of, expect, wrong
from unrolled.checking.limits import TimeLimit, one_call

UNIT = "06_trigger_word"
Array = np.ndarray
CALLS = 400
SAMPLES_PER_MS = 16


def named(exercise: str) -> dict[str, Case]:
    """The public cases of an exercise, by their own names."""
    start = f"{exercise}/"
    return {name.removeprefix(start): case for name, case in cases_of(UNIT).items() if name.startswith(start)}


# ------------------------------------------------------------------------------------------------------------- segments


def examine_overlaps(is_overlapping: Callable[..., Any]) -> None:
    """Every pair is asked; the first wrong one is told."""
    answers: list[tuple[tuple[int, int], list, bool, bool]] = []
    for case in named("is_overlapping").values():
        segment, previous = case.inputs["segment_time"], list(case.inputs["previous_segments"])
        given = list(previous)
        got = is_overlapping(segment, given)
        if given != previous:
            wrong("It changes previous_segments in place, which the caller still needs.")
        if not isinstance(got, (bool, np.bool_)):
            cause = "what is returned when the loop comes to its end?" if got is None else ""
            wrong(f"It should return True or False; it returned {describe(got)}.", cause)
        answers.append((segment, previous, bool(got), case.outputs["overlapping"]))
    for segment, previous, said, right in answers:
        if said != right:
            cause = _why_not_overlapping(segment, previous, answers) if right else ""
            told = f"For {segment} and the previous segments {previous} it says {said}."
            wrong(told, cause, [said for *_, said, _ in answers])


def _why_not_overlapping(segment: tuple[int, int], previous: list, answers: Sequence[tuple]) -> str:
    """What overlaps have in common that are not seen; the first of them is the given segment's."""
    missed: dict[bool, list[int]] = {True: [], False: []}
    for (start, end), others, said, right in answers:
        if right:
            met = next(k for k, (first, last) in enumerate(others) if first <= end and start <= last)
            missed[said].append(met)
    if missed[True] and not {*missed[True]} & {*missed[False]}:
        return "each of the previous segments counts, and one is enough."
    if any(segment[0] == end or segment[1] == start for start, end in previous):
        return "an end belongs to the segment."
    return "either may begin first, and one may lie inside the other."


def examine_insertion(insert: Callable[..., Any], is_overlapping: Any = None) -> None:
    """Every start that is free must be possible, and no other; the sound must be the sum."""
    for name, case in named("insert_audio_clip").items():
        background, clip, previous, _ = case.inputs.values()
        free, rng, starts = case.outputs["starts"], np.random.default_rng(1), []
        for _ in range(CALLS if len(free) > 1 else 3):
            got = _inserted(insert, background, clip, previous, rng, free)
            if got[1] is None:
                _given_up(got[0], background, len(free))
                continue
            if not free:
                reason = "longer than the background" if name == "too_long" else "put where no free place is"
                wrong(f"A clip that is {reason} should not be inserted: return the background and None.")
            starts.append(_placed(*got, background, clip, previous, free))
        if missing := [start for start in free if start not in starts]:
            if starts.count(free[0]) == len(starts):
                wrong("It always takes the same place.", "the start is drawn with rng, anew at each call.")
            ends = {free[0]: "at the very beginning", free[-1]: "at the very end"}
            where = ends.get(missing[0], "in some free places")
            told = f"In {CALLS} calls no clip was put {where}, where it fits."
            wrong(told, "the first and the last start count too.")
    _chance_from_rng(insert)


def _inserted(
    insert: Callable[..., Any], background: Array, clip: Array, previous: list, rng: Any, free: Sequence[int]
) -> tuple[Any, Any]:
    """One call: audio and segment; the inputs must be left alone."""
    copies: tuple[Any, ...] = background.copy(), clip.copy(), list(previous)
    try:
        with one_call():
            got = insert(*copies, rng)
    except ValueError as error:
        if len(clip) > len(background):
            raise Wrong("It raises ValueError for a clip longer than the background.", "ask for it first.") from error
        raise
    except TimeLimit as late:
        late.args = (f"{late.args[0]} The background has {'free places' if free else 'no free place'} there.",)
        raise
    names = "background", "audio_clip", "previous_segments"
    given: tuple[Any, ...] = background, clip, previous
    for what, before, after in zip(names, given, copies, strict=True):
        if len(before) != len(after) or not np.array_equal(before, after):
            wrong(f"It changes {what} in place, which the next example needs as it was.", "work on a copy.")
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        wrong(f"It should return two values, audio and segment; it returned {describe(got)}.")
    audio, segment = got
    if not isinstance(audio, np.ndarray) or audio.shape != background.shape:
        wrong(f"The audio should be as long as the background; it is {describe(audio)}.")
    return audio, segment


def _given_up(audio: Array, background: Array, free: int) -> None:
    if free:
        wrong("It gave up, and there are free places.", "try MAX_TRIES times, and draw a new start each time.")
    if not np.array_equal(audio, background):
        wrong("It gives up, and the audio is not the background.", "a clip without a place is not added.")


def _placed(audio: Array, segment: Any, background: Array, clip: Array, previous: list, free: Sequence[int]) -> int:
    """The start of a clip that was put in, after seeing that it is there, and only there."""
    if not isinstance(segment, (tuple, list)) or len(segment) != 2:
        wrong(f"The segment should be a pair (start, end); it is {describe(segment)}.")
    start, end = (int(moment) for moment in segment)
    length = free_length(clip)
    if end - start != length - 1:
        cause = "the end is the last millisecond that the clip touches." if end - start == length else ""
        wrong(f"A clip of {length} milliseconds has the segment ({start}, {end}).", cause)
    if start not in free:
        wrong(f"A clip of {length} milliseconds was put at {start}, which is not free; taken is {previous}.")
    if np.abs(audio).max() > 1 + 1e-6:
        wrong("Some samples of the audio are beyond −1 or 1.", "divide the whole sum by its largest absolute value.")
    if cause := _how_mixed(audio, background, clip, start):
        wrong("The audio is not background plus clip.", cause)
    return start


def _how_mixed(audio: Array, background: Array, clip: Array, start: int) -> str:
    """How a wrong audio was put together, as far as that can be told; "" for a right one."""

    def laid(first: int) -> Array:
        silence = np.zeros(len(background))
        silence[first : first + len(clip)] = clip[: len(background) - first]
        return silence

    first = start * SAMPLES_PER_MS
    total, only_clip = background + laid(first), laid(first)
    loudest = np.abs(total).max()
    mistakes = (
        (background, "the clip is not in it."),
        (np.where(only_clip != 0, only_clip, background), "the clip takes the place of the background: add the two."),
        (np.clip(total, -1, 1), "a sum that is too loud is cut off: turn all of it down, and cut nothing off."),
        (total / loudest, "the sum is turned down or up even where it is within −1 and 1."),
        (background + laid(start), "the clip is not where its segment says: a segment is in milliseconds."),
    )
    if np.allclose(audio, total / max(1.0, loudest), atol=1e-5):
        return ""
    fitting = (cause for mixed, cause in mistakes if np.allclose(audio, mixed, atol=1e-5))
    return next(fitting, "the clip is added to the background where its segment says, and nothing else is changed.")


def _chance_from_rng(insert: Callable[..., Any]) -> None:
    case = named("insert_audio_clip")["loud"]
    runs = []
    for seed in (1, 1, 2):
        rng = np.random.default_rng(seed)
        background, clip, previous, _ = case.inputs.values()
        runs.append([_inserted(insert, background, clip, previous, rng, case.outputs["starts"])[1] for _ in range(6)])
    if runs[0] != runs[1]:
        wrong("Two generators with the same seed put the clip in different places.", "all chance has to come from rng.")


def free_length(clip: Array) -> int:
    """Milliseconds that a clip touches."""
    return -(-len(clip) // SAMPLES_PER_MS)


# ------------------------------------------------------------------------------------------------------------- examples


def find_clip(
    x: Array, background: Array, clip: Array, picture: Callable[[Array, int, int], Array], frame: int, hop: int
) -> int | None:
    """The millisecond at which a clip lies in a spectrogram, or None: tried by a frame in its middle.

    All is so soft that no sum was turned down. Tried are places where every frame within the clip has changed.
    """
    first = SAMPLES_PER_MS * np.arange((len(background) - len(clip)) // SAMPLES_PER_MS + 1)
    k = -(-(first + (len(clip) - frame) // 2) // hop)
    before = picture(background, frame, hop)
    if before.shape != x.shape:
        return None
    unchanged = np.cumsum([0, *(np.abs(before - x) <= 0.02).all(axis=1)])  # so many frames before each
    within, beyond = -(-first // hop), (first + len(clip) - frame) // hop + 1
    fits = (within <= k) & (k < beyond) & (beyond < len(unchanged))
    fits &= unchanged[np.minimum(beyond, len(x))] == unchanged[np.minimum(within, len(x))]
    first, k = first[fits], k[fits]
    if not fits.any():
        return None
    within = (k * hop)[:, None] + np.arange(frame)
    seen = background[within] + clip[within - first[:, None]]
    pictures = picture(seen.ravel(), frame, frame)  # all of them, side by side
    there = np.isclose(pictures, x[k], atol=0.02).all(axis=1)
    return int(first[there.argmax()]) // SAMPLES_PER_MS if there.any() else None


def explain(x: Array, y: Array, given: Mapping[str, Any], picture: Callable, label: Callable) -> tuple[str, str] | None:
    """What is wrong with an example whose sounds are known, as sentence and cause; None if nothing is.

    ``given`` has ``background``, ``activates``, ``negatives``, ``frame``, ``hop``; ``picture`` and ``label`` are right
    versions of spectrogram and insert_ones.
    """
    background, frame, hop = (given[name] for name in ("background", "frame", "hop"))
    audio = background.copy()
    if (given["activates"] or given["negatives"]) and np.allclose(picture(background, frame, hop), x, atol=0.02):
        return "x is the spectrogram of the bare background: no clip is in it.", ""
    ends: dict[str, list[int]] = {"activates": [], "negatives": []}
    for kind, ends_of in ends.items():
        for clip in given[kind]:
            start = find_clip(x, background, clip, picture, frame, hop)
            if start is None:
                said = f"x does not show all the {kind}: one is missing, or lies over another clip."
                return said, _why_missing(x, given, picture)
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(clip)] += clip
            ends_of.append(start + free_length(clip) - 1)
    if not np.allclose(picture(audio, frame, hop), x, atol=0.02):
        return "x is not the spectrogram of the background with all clips in it.", ""
    empty = np.zeros((len(y), 1), dtype="float32")

    def labelled(moments: Sequence[int]) -> Array:
        labels = empty
        for moment in moments:
            labels = label(labels, moment)
        return labels

    activates, negatives = ends["activates"], ends["negatives"]
    if np.array_equal(y, labelled(activates)):
        return None
    starts = [moment - free_length(clip) + 1 for clip, moment in zip(given["activates"], activates, strict=True)]
    causes: tuple[tuple[Sequence[int], str], ...] = (
        ([*activates, *negatives], "negatives are labelled too: only the word gets ones."),
        (negatives, "the negatives are labelled instead of the activates."),
        (activates[-1:], "only the last activate is labelled: go on from the labels that you have."),
        (activates[:1], "only the first activate is labelled."),
        ([], "nothing is labelled: insert_ones returns new labels."),
        (starts, "the ones follow the start of the word, and should its end."),
    )
    fitting = (cause for moments, cause in causes if np.array_equal(y, labelled(moments)))
    return "x is right; the labels y do not belong to it.", next(fitting, "")


def _why_missing(x: Array, given: Mapping[str, Any], picture: Callable) -> str:
    """Why not all clips are heard, by those that are."""
    kinds, sizes = ("activates", "negatives"), (given["frame"], given["hop"])

    def is_heard(clip: Array) -> bool:
        return find_clip(x, given["background"], clip, picture, *sizes) is not None

    heard = {kind: [is_heard(clip) for clip in given[kind]] for kind in kinds}
    each = [*heard["activates"], *heard["negatives"]]
    if len(each) > 1 and each[-1] and not any(each[:-1]):
        return "each clip is put into the audio that the one before has left."
    for kind, other in (kinds, kinds[::-1]):
        if given[kind] and given[other] and not any(heard[kind]) and all(heard[other]):
            return f"the {kind} are not put in."
    return ""


def examine_examples(create: Callable[..., Any], insert: Any = None, label: Any = None, picture: Any = None) -> None:
    """Sounds that can be told apart are put together; where they lie is found by trying."""
    for function, name in ((insert, "insert_audio_clip"), (label, "insert_ones"), (picture, "spectrogram")):
        if not callable(function):
            wrong(f"It needs {name}: write that first.")
    for name, case in named("create_training_example").items():
        given, sizes = case.inputs, case.outputs
        try:
            x, y = _example(create, given, sizes)
        except (TypeError, IndexError) as error:
            if name in ("no_place", "too_long"):
                said = f"It raises {type(error).__name__} when no place is found for a clip."
                raise Wrong(said, "the segment is None then.") from error
            raise
        if name == "no_place":
            audio = given["background"] + given["activates"][0]
            over = picture(audio + given["activates"][1], sizes["frame"], sizes["hop"])
            if not np.allclose(picture(audio, sizes["frame"], sizes["hop"]), x, atol=0.02) or y.any():
                cause = "a segment may be None: then nothing is added and nothing is labelled."
                if np.allclose(over, x, atol=0.02):
                    cause = "a clip lies over another one: are the segments that are taken kept, and handed on?"
                wrong("When there is no place for a clip, x and y should show the others only.", cause)
            continue
        activates = [clip for clip in given["activates"] if len(clip) <= len(given["background"])]
        if told := explain(x, y, {**given, **sizes, "activates": activates}, picture, label):
            wrong(*told)


def _example(create: Callable[..., Any], given: Mapping[str, Any], sizes: Mapping[str, Any]) -> tuple[Array, Array]:
    background, lists = given["background"].copy(), (list(given["activates"]), list(given["negatives"]))
    got = create(background, *lists, np.random.default_rng(given["rng"]))
    if not np.array_equal(background, given["background"]):
        wrong("It changes the background in place, which the next example needs as it was.")
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        wrong(f"It should return two values, x and y; it returned {describe(got)}.")
    for name, value, due in zip("xy", got, (sizes["x_shape"], sizes["y_shape"]), strict=True):
        if not isinstance(value, np.ndarray) or value.shape != due:
            wrong(f"{name} should have the shape {due}; it is {describe(value)}.")
        if value.dtype != np.float32:
            wrong(f"{name} should be float32; it is {value.dtype}.")
    return got[0], got[1]


# ------------------------------------------------------------------------------------------------------------ in pieces


class Toy:
    """Stands in for a Listener: simple arithmetic on frames and state; it keeps what it was asked."""

    def __init__(self, kernel: int, stride: int) -> None:
        self.kernel, self.stride = kernel, stride
        self.states: list[Any] = []
        self.returned: list[Any] = []

    def predict(self, frames: Any, state: Any = None) -> tuple[Array, Array]:
        """A leaky sum of what is seen, as a probability."""
        frames = np.asarray(frames, dtype="float64")
        if frames.ndim != 2:
            wrong(f"The frames that go into the model have the shape {frames.shape}; it should be (n, frequencies).")
        if len(frames) < self.kernel:
            wrong("The model is asked with fewer frames than its convolution takes.", "wait until there are enough.")
        self.states.append(state)
        memory, answers = 0.0 if state is None else float(np.ravel(state)[0]), []
        for start in range(0, len(frames) - self.kernel + 1, self.stride):
            slope = np.linspace(-1, 1.5, self.kernel)
            memory = 0.8 * memory + np.tanh((frames[start : start + self.kernel].mean(axis=1) * slope).sum() / 30)
            answers.append(1 / (1 + np.exp(-memory)))
        self.returned.append(np.array([memory]))
        return np.array(answers), self.returned[-1]


def examine_stream(stream: Callable[..., Any], picture: Any = None) -> None:
    """The same sound whole and in pieces, sample borders and frame borders in all positions to each other."""
    if not callable(picture):
        wrong("It needs spectrogram: write that first.")
    sound = cases_of(UNIT)["sounds/stream"].inputs["sound"]
    frame, hop, kernel, stride = 20, 8, 3, 2
    right = Toy(kernel, stride).predict(picture(sound, frame, hop))[0]
    cuts = {
        "in one piece": [],
        "in two pieces": [150],
        "in pieces of one hop": list(range(hop, len(sound), hop)),
        "in pieces of any size": [3, 7, 50, 51, 121, 122, 240, 297],
        "in pieces of a single sample": list(range(1, len(sound))),
        "with empty pieces": [0, 90, 90, 90, 200, 300],
        "in pieces too short for a frame": [15, 15, 30],
    }
    for when, places in cuts.items():
        toy = Toy(kernel, stride)
        chunks = np.split(sound, places) if places != [15, 15, 30] else np.split(sound[:35], places)
        got = stream(toy, [chunk.copy() for chunk in chunks], frame, hop, kernel, stride)
        _answers(got, toy, chunks, right, when, (frame, hop, kernel, stride))
    if len(stream(Toy(kernel, stride), [], frame, hop, kernel, stride)) != 0:
        wrong("When no sound comes, it should return an empty list.")


def _answers(got: Any, toy: Toy, chunks: Sequence[Array], right: Array, when: str, sizes: tuple[int, ...]) -> None:
    frame, hop, kernel, stride = sizes
    if not isinstance(got, (list, tuple)) or len(got) != len(chunks):
        wrong(f"It should return a list with one array for each of the {len(chunks)} chunks; it is {describe(got)}.")
    if any(np.ndim(part) != 1 for part in got):
        wrong("Each entry of the list should be an array with one axis, empty if a chunk brings no answer.")
    for state, before in zip(toy.states[1:], toy.returned, strict=False):
        if state is None:
            wrong(f"Sound {when}: the model starts anew at a later chunk.", "hand its state back to it.")
        if not np.array_equal(state, before):
            wrong(f"Sound {when}: the state that goes in is not the one that came out the last time.")
    if toy.states and toy.states[0] is not None:
        wrong("The first state should be None.")
    needed = (kernel - 1) * hop + frame
    heard = np.cumsum([len(chunk) for chunk in chunks])
    known = np.where(heard >= needed, (heard - needed) // (hop * stride) + 1, 0)
    numbers = np.diff(known, prepend=0)
    found = np.array([len(part) for part in got])
    if found.sum() > known[-1]:
        wrong(f"Sound {when}: there are more answers than steps.", "a step is answered twice: drop what is done with.")
    if found.sum() < known[-1]:
        cause = "what is left of one chunk, samples and frames, belongs before the next."
        wrong(f"Sound {when}: there are fewer answers than for the whole.", cause)
    if not np.array_equal(found, numbers):
        wrong(f"Sound {when}: some answers come later than they could.", "answer as soon as the frames are there.")
    cause = "frames must go on across chunks: what is dropped, and what is kept?"
    whole = np.concatenate([np.asarray(part, dtype="float64") for part in [*got, np.zeros(0)]])
    expect(whole, right[: known[-1]], f"sound {when}: the answer", ("T_y",), cause)
