"""Mistakes that students of unit 06 typically make, in a student's own words, and what has to be said of each.

A name → the exercise, what is changed in :data:`RIGHT`, and a pattern that the sentence of the public
check, and that of the verdict, must match.
"""

from __future__ import annotations

RIGHT = """
import numpy as np

def spectrogram(samples, frame, hop):
    if samples.ndim > 1:
        samples = np.mean(samples, axis=1)
    rows = []
    for k in range(0, len(samples) - frame + 1, hop):
        piece = samples[k : k + frame] * np.hanning(frame)
        rows.append(np.abs(np.fft.rfft(piece)) ** 2)
    power = np.array(rows).reshape(-1, frame // 2 + 1)
    return np.log(power + 1e-6)

def is_overlapping(segment_time, previous_segments):
    begin, finish = segment_time
    overlap = False
    for other_begin, other_finish in previous_segments:
        if begin <= other_finish and finish >= other_begin:
            overlap = True
    return overlap

def insert_audio_clip(background, audio_clip, previous_segments, rng):
    room = len(background) // SAMPLES_PER_MS
    ms = duration_ms(audio_clip)
    if ms > room:
        return background, None
    place, tries = None, 0
    while place is None and tries < MAX_TRIES:
        start = int(rng.integers(0, room - ms + 1))
        wanted = (start, start + ms - 1)
        if not is_overlapping(wanted, previous_segments):
            place = wanted
        tries += 1
    if place is None:
        return background.copy(), None
    mixed = np.array(background)
    sample = place[0] * SAMPLES_PER_MS
    mixed[sample : sample + len(audio_clip)] += audio_clip
    if np.max(np.abs(mixed)) > 1:
        mixed = mixed / np.max(np.abs(mixed))
    return mixed, place

def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = np.copy(y)
    end_step = segment_end_ms // step_ms
    for t in range(end_step + 1, end_step + n_ones + 1):
        if t < len(labels):
            labels[t, 0] = 1
    return labels

def create_training_example(background, activates, negatives, rng):
    sound, taken = background.copy(), []
    T_x, T_y = number_of_steps(len(background))
    labels = np.zeros((T_y, 1), dtype="float32")
    for word in activates:
        sound, where = insert_audio_clip(sound, word, taken, rng)
        if where is not None:
            taken.append(where)
            labels = insert_ones(labels, where[1])
    for other in negatives:
        sound, spot = insert_audio_clip(sound, other, taken, rng)
        if spot is not None:
            taken.append(spot)
    picture = spectrogram(sound, FRAME, HOP)
    return picture.astype("float32"), labels

def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    inputs = keras.Input(input_shape)
    h = layers.Rescaling(SCALE, OFFSET)(inputs)
    h = layers.Conv1D(filters, kernel_size, strides=stride)(h)
    h = layers.LayerNormalization(center=False, scale=False)(h)
    h = layers.Activation("relu")(h)
    for n in units:
        h = layers.GRU(n, return_sequences=True)(h)
    out = layers.Dense(1, activation="sigmoid")(h)
    model = keras.Model(inputs, out)
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="binary_crossentropy")
    return model

def detect(probabilities, threshold, refractory):
    found, last_fired = [], None
    was_high = False
    for t in range(len(probabilities)):
        high = probabilities[t] >= threshold
        if high and not was_high:
            seconds = t * STEP_MS / 1000
            if last_fired is None or seconds - last_fired >= refractory:
                found.append(seconds)
                last_fired = seconds
        was_high = high
    return found

def match_events(found, true, tolerance):
    still_open, hits = sorted(true), 0
    for guess in sorted(found):
        for event in still_open:
            if abs(guess - event) <= tolerance:
                still_open.remove(event)
                hits += 1
                break
    precision = hits / len(found) if len(found) > 0 else 0.0
    recall = hits / len(true) if len(true) > 0 else 0.0
    if hits == 0:
        return precision, recall, 0.0
    return precision, recall, 2 * precision * recall / (precision + recall)

def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    rest = np.zeros(0)
    kept = np.zeros((0, frame // 2 + 1))
    memory, results = None, []
    for chunk in chunks:
        rest = np.concatenate([rest, chunk])
        new = spectrogram(rest, frame, hop)
        rest = rest[len(new) * hop :]
        kept = np.concatenate([kept, new])
        if len(kept) < kernel:
            results.append(np.zeros(0))
            continue
        n = (len(kept) - kernel) // stride + 1
        p, memory = model.predict(kept[: (n - 1) * stride + kernel], memory)
        kept = kept[n * stride :]
        results.append(p)
    return results
"""

STARTS = "range(0, len(samples) - frame + 1, hop)"
ASKED = "begin <= other_finish and finish >= other_begin"
GIVEN_UP = "    if place is None:\n        return background.copy(), None\n"
TURNED_DOWN = "    if np.max(np.abs(mixed)) > 1:\n        mixed = mixed / np.max(np.abs(mixed))\n"
ADDED = "mixed[sample : sample + len(audio_clip)] += audio_clip"
LABELLED = "range(end_step + 1, end_step + n_ones + 1)"
WITHIN = "        if t < len(labels):\n            labels[t, 0] = 1\n"
FILLED = "labels = insert_ones(labels, where[1])"
LAID = "            taken.append(where)\n"
GRU = "h = layers.GRU(n, return_sequences=True)(h)"
NORMALISED = "layers.LayerNormalization(center=False, scale=False)(h)"
FIRED = "                last_fired = seconds\n"
NEAR = "abs(guess - event) <= tolerance"
USED_UP = "                still_open.remove(event)\n"

TYPICAL: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "axes swapped": (
        "spectrogram",
        [("return np.log(power + 1e-6)", "return np.log(power + 1e-6).T")],
        "axes are swapped",
    ),
    "no window": ("spectrogram", [(" * np.hanning(frame)", "")], "window"),
    "left channel": ("spectrogram", [("np.mean(samples, axis=1)", "samples[:, 0]")], "channel"),
    "mean over the wrong axis": ("spectrogram", [("np.mean(samples, axis=1)", "np.mean(samples, axis=0)")], "channel"),
    "stereo forgotten": (
        "spectrogram",
        [("    if samples.ndim > 1:\n        samples = np.mean(samples, axis=1)\n", "")],
        "channel",
    ),
    "amplitude": ("spectrogram", [("(np.fft.rfft(piece)) ** 2", "(np.fft.rfft(piece))")], "amplitude"),
    "decibels": ("spectrogram", [("return np.log(power + 1e-6)", "return 10 * np.log10(power + 1e-6)")], "decibels"),
    "no logarithm": ("spectrogram", [("np.log(power + 1e-6)", "power")], "logarithm is (missing|left out)"),
    "logarithm of silence": (
        "spectrogram",
        [("np.log(power + 1e-6)", "np.log(power)")],
        "nothing is added to the power",
    ),
    "last frame lost": (
        "spectrogram",
        [(STARTS, "range(0, len(samples) - frame, hop)")],
        "last frame is lost|missing at the end",
    ),
    "ends not counted": (
        "is_overlapping",
        [(ASKED, "begin < other_finish and finish > other_begin")],
        "end|millisecond",
    ),
    "looked at from one side": (
        "is_overlapping",
        [(ASKED, "other_begin <= begin <= other_finish")],
        "only the start|begins? first",
    ),
    "one inside the other": (
        "is_overlapping",
        [(ASKED, "other_begin <= begin <= other_finish or other_begin <= finish <= other_finish")],
        "around|inside the other",
    ),
    "the last one decides": (
        "is_overlapping",
        [(f"        if {ASKED}:\n            overlap = True\n", f"        overlap = {ASKED}\n")],
        "last of the previous",
    ),
    "or for and": ("is_overlapping", [(ASKED, ASKED.replace(" and ", " or "))], "both have to hold"),
    "nothing returned when free": (
        "is_overlapping",
        [("            overlap = True\n    return overlap\n", "            return True\n")],
        "True or False",
    ),
    "the other way round": ("is_overlapping", [("return overlap\n", "return not overlap\n")], "other way round"),
    "end one too far": (
        "insert_audio_clip",
        [("wanted = (start, start + ms - 1)", "wanted = (start, start + ms)")],
        "last millisecond",
    ),
    "inserted after giving up": (
        "insert_audio_clip",
        [(GIVEN_UP, "    place = place or wanted\n")],
        "where no free place|where another one is|no place is free",
    ),
    "cut off": ("insert_audio_clip", [(TURNED_DOWN, "    mixed = np.clip(mixed, -1, 1)\n")], "cut (off|nothing off)"),
    "not turned down": ("insert_audio_clip", [(TURNED_DOWN, "")], "beyond"),
    "turned down always": (
        "insert_audio_clip",
        [(TURNED_DOWN, "    mixed = mixed / np.max(np.abs(mixed))\n")],
        "even (where|when)",
    ),
    "in the background itself": (
        "insert_audio_clip",
        [("mixed = np.array(background)", "mixed = background")],
        "in place",
    ),
    "in the place of the background": (
        "insert_audio_clip",
        [(ADDED, ADDED.replace("+=", "="))],
        "takes the place of the background",
    ),
    "one try": ("insert_audio_clip", [("tries < MAX_TRIES", "tries < 1")], "g(a|i)ves? up"),
    "with the step of the end": (
        "insert_ones",
        [(LABELLED, "range(end_step, end_step + n_ones)")],
        "step in which the word ends|too early",
    ),
    "before the word": (
        "insert_ones",
        [(LABELLED, "range(max(0, end_step - n_ones + 1), end_step + 1)")],
        "before the end",
    ),
    "ones not cut": ("insert_ones", [(WITHIN, "        labels[t, 0] = 1\n")], "last step"),
    "a single one": ("insert_ones", [(LABELLED, "range(end_step + 1, end_step + 2)")], "single step"),
    "step of the lesson": (
        "insert_ones",
        [("segment_end_ms // step_ms", "segment_end_ms // STEP_MS")],
        "milliseconds of a step|length of a step",
    ),
    "as if ten seconds": (
        "insert_ones",
        [("segment_end_ms // step_ms", "int(segment_end_ms * len(y) / 10000.0)")],
        "ten seconds|milliseconds of a step",
    ),
    "labels anew": ("insert_ones", [("labels = np.copy(y)", "labels = np.zeros_like(y)")], "there before|lost"),
    "negatives labelled": (
        "create_training_example",
        [
            (
                "            taken.append(spot)\n",
                "            taken.append(spot)\n            labels = insert_ones(labels, spot[1])\n",
            )
        ],
        "only the word gets ones",
    ),
    "after the start of the word": (
        "create_training_example",
        [(FILLED, FILLED.replace("[1]", "[0]"))],
        "follow the start",
    ),
    "labels dropped": ("create_training_example", [(FILLED, "insert_ones(labels, where[1])")], "nothing is labelled"),
    "the background each time": (
        "create_training_example",
        [
            ("sound, where = insert_audio_clip(sound,", "sound, where = insert_audio_clip(background,"),
            ("sound, spot = insert_audio_clip(sound,", "sound, spot = insert_audio_clip(background,"),
        ],
        "the one before has left",
    ),
    "picture of the background": (
        "create_training_example",
        [("picture = spectrogram(sound,", "picture = spectrogram(background,")],
        "bare background",
    ),
    "segments not kept": (
        "create_training_example",
        [(LAID, ""), ("            taken.append(spot)\n", "            pass\n")],
        "over (one )?another",
    ),
    "None not expected": (
        "create_training_example",
        [
            (
                f"        if where is not None:\n{LAID}            {FILLED}",
                f"        taken.append(where)\n        {FILLED}",
            )
        ],
        "None|no place",
    ),
    "a label for each frame": (
        "create_training_example",
        [("np.zeros((T_y, 1)", "np.zeros((T_x, 1)")],
        "y (should have|has) (the )?shape",
    ),
    "no negatives": (
        "create_training_example",
        [("for other in negatives:", "for other in []:")],
        "negatives are not put in",
    ),
    "both directions": (
        "build_detector",
        [(GRU, "h = layers.Bidirectional(layers.GRU(n, return_sequences=True))(h)")],
        "bidirectional|both directions",
    ),
    "batch normalisation in training mode": (
        "build_detector",
        [(NORMALISED, "layers.BatchNormalization()(h, training=True)")],
        "batch normalisation|normalisation has weights",
    ),
    "the last output only": (
        "build_detector",
        [(GRU, "h = layers.GRU(n, return_sequences=n != units[-1])(h)")],
        "every step",
    ),
    "an LSTM": ("build_detector", [("layers.GRU(", "layers.LSTM(")], "LSTM"),
    "softmax of one number": (
        "build_detector",
        [('activation="sigmoid"', 'activation="softmax"')],
        "softmax over (a single|one) number",
    ),
    "no sigmoid": ("build_detector", [('(1, activation="sigmoid")', "(1)")], "sigmoid"),
    "no stride": ("build_detector", [("kernel_size, strides=stride)", "kernel_size)")], "stride"),
    "not normalised": ("build_detector", [(NORMALISED, "h")], "normalised"),
    "no ReLU": ("build_detector", [('layers.Activation("relu")(h)', "h")], "ReLU"),
    "ReLU before the normalisation": (
        "build_detector",
        [("strides=stride)", 'strides=stride, activation="relu")'), ('layers.Activation("relu")(h)', "h")],
        "ReLU",
    ),
    "every step a chime": (
        "detect",
        [
            ("if high and not was_high:", "if high:"),
            ("        if last_fired is None or seconds - last_fired >= refractory:\n", "        if True:\n"),
        ],
        "every step",
    ),
    "above the threshold": (
        "detect",
        [("probabilities[t] >= threshold", "probabilities[t] > threshold")],
        "just the threshold",
    ),
    "no refractory time": ("detect", [("seconds - last_fired >= refractory", "True")], "refractory"),
    "refractory time just over": (
        "detect",
        [("last_fired >= refractory", "last_fired > refractory")],
        "refractory time is just over|just refractory",
    ),
    "again without a rise": ("detect", [("if high and not was_high:", "if high:")], "without a new rise"),
    "counted from what was left out": ("detect", [(FIRED, "            last_fired = seconds\n")], "left out"),
    "steps for seconds": ("detect", [("t * STEP_MS / 1000", "t")], "numbers of steps"),
    "never at the first step": ("detect", [("was_high = False", "was_high = True")], "first step"),
    "an event found twice": ("match_events", [(USED_UP, "")], "several found ones|each is found once"),
    "late ones only": ("match_events", [(NEAR, "0 <= guess - event <= tolerance")], "before the true"),
    "within the tolerance": ("match_events", [(NEAR, "abs(guess - event) < tolerance")], "just the tolerance"),
    "nearest partner": (
        "match_events",
        [("for event in still_open:", "for event in sorted(still_open, key=lambda one: abs(one - guess)):")],
        "nearest|wrong partner",
    ),
    "not sorted": (
        "match_events",
        [("sorted(true), 0", "list(true), 0"), ("in sorted(found):", "in found:")],
        "not sorted|wrong partner",
    ),
    "nothing found": ("match_events", [(" if len(found) > 0 else 0.0", "")], "share of nothing|divided by zero"),
    "state given up": ("stream", [("+ kernel], memory)", "+ kernel])")], "anew"),
    "chunk by chunk": (
        "stream",
        [("rest = np.concatenate([rest, chunk])", "rest = chunk")],
        "left of (one|a) chunk|get lost",
    ),
    "overlap dropped": (
        "stream",
        [("rest = rest[len(new) * hop :]", "rest = rest[len(new) * hop + frame - hop :] if len(new) else rest")],
        "next frame|get lost|frames must go on|left of one chunk",
    ),
    "frames dropped": (
        "stream",
        [("kept = np.concatenate([kept, new])", "kept = new")],
        "left of (one|a) chunk|get lost",
    ),
    "samples kept": ("stream", [("        rest = rest[len(new) * hop :]\n", "")], "twice"),
    "no entry for a silent chunk": (
        "stream",
        [("            results.append(np.zeros(0))\n", "")],
        "one array for each",
    ),
}
TOLD_BY_THE_GRADER = ("insert_audio_clip", "create_training_example", "stream")
"""What is drawn by chance, or asked of a toy model, is not compared call by call."""
