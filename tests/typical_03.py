"""Mistakes that students of unit 03 typically make, in a student's own words, and what has to be said of each.

A name → the exercise, what is changed in :data:`RIGHT`, and a pattern that the sentence of the public
check, and that of the verdict, must match.
"""

from __future__ import annotations

RIGHT = """
import numpy as np

def encode_chorus(notes, length):
    tokens, now = [], 0
    for onset, duration, pitch in [*notes, (length, 0, None)]:
        while now < onset:
            line = now - now % TICKS_PER_BAR + TICKS_PER_BAR
            rest = min(onset, line) - now
            tokens.append((rest, REST))
            now += rest
        if pitch is not None:
            tokens.append((duration, pitch))
            now = onset + duration
    return tokens

def decode_tokens(tokens):
    notes, onset = [], 0
    for duration, pitch in tokens:
        if pitch != REST:
            notes.append((onset, duration, pitch))
        onset += duration
    return notes

def make_windows(tokens, conditions, T_x, hop):
    starts = list(range(0, len(tokens) - T_x, hop))
    X = np.zeros((len(starts), T_x), dtype=tokens.dtype)
    C = np.zeros((len(starts), T_x, conditions.shape[1]), dtype=conditions.dtype)
    Y = np.zeros_like(X)
    for row, start in enumerate(starts):
        X[row] = tokens[start : start + T_x]
        C[row] = conditions[start + 1 : start + T_x + 1]
        Y[row] = tokens[start + 1 : start + T_x + 1]
    return X, C, Y

def make_layers(n_a, n_values, n_conditions):
    cell = keras.layers.LSTMCell(n_a)
    output = keras.layers.Dense(n_values, activation="softmax")
    cell.build((None, n_values + n_conditions))
    output.build((None, n_a))
    return {"cell": cell, "output": output}

def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input((T_x,), dtype="int32")
    conditions = keras.Input((T_x, n_conditions))
    a0 = keras.Input((n_a,))
    c0 = keras.Input((n_a,))
    a, c, steps = a0, c0, []
    for t in range(T_x):
        hot = ops.one_hot(tokens[:, t], n_values)
        xt = ops.concatenate([hot, conditions[:, t]], axis=-1)
        _, (a, c) = layers_["cell"](xt, [a, c])
        steps.append(layers_["output"](a))
    y = ops.stack(steps, axis=1)
    model = keras.Model([tokens, conditions, a0, c0], y)
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model

def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token = keras.Input((), dtype="int32")
    condition = keras.Input((n_conditions,))
    a_in = keras.Input((n_a,))
    c_in = keras.Input((n_a,))
    read = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    _, (a_out, c_out) = layers_["cell"](read, [a_in, c_in])
    return keras.Model([token, condition, a_in, c_in], [layers_["output"](a_out), a_out, c_out])

def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    p = np.asarray(probabilities).astype("float64")
    p = p ** (1 / temperature)
    if top_k is not None:
        kept = np.argsort(p)[-top_k:]
        mask = np.zeros(len(p))
        mask[kept] = 1
        p = p * mask
    p = p / p.sum()
    return int(rng.choice(len(p), p=p))

def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = np.zeros((1, n_a), dtype="float32")
    c = np.zeros((1, n_a), dtype="float32")
    token = vocabulary.index(COUNT_IN)
    tokens, now = [], 0
    total = len(sheet) * GRID
    while now < total:
        row = sheet[now // GRID]
        p, a, c = ask(one_step_model, np.array([token]), row[None], a, c)
        token = sample_token(p[0], rng, temperature, top_k)
        duration, pitch = vocabulary[token]
        duration = min(duration, total - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens

def to_midi(notes, on_beat=80, off_beat=92):
    events, last = [], 0
    for onset, duration, pitch in notes:
        loud = on_beat if onset % jazz.TICKS_PER_BEAT == 0 else off_beat
        events.append((onset - last, pitch, loud))
        events.append((duration, pitch, 0))
        last = onset + duration
    return events
"""

ONSET = "notes.append((onset, duration, pitch))"
COMPILED = '    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")\n'
ASKED = "ask(one_step_model, np.array([token]), row[None], a, c)"
CELL = '_, (a, c) = layers_["cell"](xt, [a, c])'
STEPPED = '_, (a_out, c_out) = layers_["cell"](read, [a_in, c_in])'

TYPICAL: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "rests not cut": ("encode_chorus", [("rest = min(onset, line) - now", "rest = onset - now")], "bar line"),
    "no rest at the end": (
        "encode_chorus",
        [("[*notes, (length, 0, None)]", "notes")],
        "after the last note|do not add up",
    ),
    "silence left out": ("encode_chorus", [("            tokens.append((rest, REST))\n", "")], "silence"),
    "duration and pitch exchanged": (
        "encode_chorus",
        [
            ("tokens.append((rest, REST))", "tokens.append((REST, rest))"),
            (
                "            tokens.append((duration, pitch))\n            now = onset",
                "            tokens.append((pitch, duration))\n            now = onset",
            ),
        ],
        "each other's place",
    ),
    "onsets kept": (
        "encode_chorus",
        [
            ("tokens.append((rest, REST))", "tokens.append((now, rest, REST))"),
            (
                "            tokens.append((duration, pitch))\n            now = onset",
                "            tokens.append((onset, duration, pitch))\n            now = onset",
            ),
        ],
        "triples",
    ),
    "rests take no time": (
        "decode_tokens",
        [("        onset += duration\n", "            onset += duration\n")],
        "time",
    ),
    "rests kept": (
        "decode_tokens",
        [
            (
                "        if pitch != REST:\n            notes.append((onset",
                "        if True:\n            notes.append((onset",
            )
        ],
        "rests",
    ),
    "moved on first": (
        "decode_tokens",
        [
            (
                f"        if pitch != REST:\n            {ONSET}\n        onset += duration\n",
                f"        onset += duration\n        if pitch != REST:\n            {ONSET}\n",
            )
        ],
        "after time has moved on|onsets",
    ),
    "ends for durations": (
        "decode_tokens",
        [("notes.append((onset, duration, pitch))", "notes.append((onset, onset + duration, pitch))")],
        "end of a note",
    ),
    "targets not shifted": (
        "make_windows",
        [("Y[row] = tokens[start + 1 : start + T_x + 1]", "Y[row] = tokens[start : start + T_x]")],
        "inputs themselves|same as X",
    ),
    "conditions of X": (
        "make_windows",
        [("C[row] = conditions[start + 1 : start + T_x + 1]", "C[row] = conditions[start : start + T_x]")],
        "where the (tokens of X|inputs) begin",
    ),
    "last window lost": (
        "make_windows",
        [("len(tokens) - T_x, hop)", "len(tokens) - T_x - 1, hop)")],
        "last window|as many windows",
    ),
    "hop not used": ("make_windows", [("len(tokens) - T_x, hop)", "len(tokens) - T_x)")], "hop is not used|windows"),
    "C and Y exchanged": ("make_windows", [("return X, C, Y", "return X, Y, C")], "each other's place"),
    "X and Y exchanged": ("make_windows", [("return X, C, Y", "return Y, C, X")], "each other's place"),
    "LSTM for LSTMCell": (
        "make_layers",
        [
            ("keras.layers.LSTMCell(n_a)", "keras.layers.LSTM(n_a)"),
            ("cell.build((None, n_values", "cell.build((None, None, n_values"),
        ],
        "loop inside",
    ),
    "a GRU cell": (
        "make_layers",
        [("keras.layers.LSTMCell(n_a)", "keras.layers.GRUCell(n_a)")],
        "weights of the shapes",
    ),
    "no softmax in the output": ("make_layers", [(', activation="softmax")', ")")], "softmax|probabilities"),
    "a sigmoid output": ("make_layers", [('activation="softmax"', 'activation="sigmoid"')], "sigmoid"),
    "a ReLU in the cell": ("make_layers", [("LSTMCell(n_a)", 'LSTMCell(n_a, activation="relu")')], "ReLU"),
    "no room for the condition": ("make_layers", [("n_values + n_conditions", "n_values")], "number of features"),
    "layers not built": ("make_layers", [("    cell.build((None, n_values + n_conditions))\n", "")], "no weights yet"),
    "the loss for one-hot columns": (
        "build_training_model",
        [('"sparse_categorical', '"categorical')],
        "one-hot columns",
    ),
    "squared error": (
        "build_training_model",
        [('"sparse_categorical_crossentropy"', '"mse"')],
        "squared error|cross-entropy",
    ),
    "condition before token": (
        "build_training_model",
        [("[hot, conditions[:, t]]", "[conditions[:, t], hot]")],
        "condition stands before",
    ),
    "a and c exchanged in training": (
        "build_training_model",
        [(CELL, CELL.replace("[a, c])", "[c, a])"))],
        "each other's place",
    ),
    "state not carried in training": (
        "build_training_model",
        [(CELL, CELL.replace("[a, c])", "[a0, c0])"))],
        "not carried on|first state",
    ),
    "reads the memory": (
        "build_training_model",
        [('steps.append(layers_["output"](a))', 'steps.append(layers_["output"](c))')],
        "memory c",
    ),
    "a new output layer each step": (
        "build_training_model",
        [('layers_["output"](a))', 'keras.layers.Dense(n_values, activation="softmax")(a))')],
        "made anew",
    ),
    "not compiled": (
        "build_training_model",
        [
            (
                COMPILED,
                "",
            )
        ],
        "not compiled",
    ),
    "only the last step": (
        "build_training_model",
        [("y = ops.stack(steps, axis=1)", "y = steps[-1]")],
        "output has shape",
    ),
    "steps first": (
        "build_training_model",
        [("ops.stack(steps, axis=1)", "ops.stack(steps, axis=0)")],
        "axes are swapped|in front of the batch",
    ),
    "new a and new c exchanged": ("build_one_step_model", [("a_out, c_out])", "c_out, a_out])")], "each other's place"),
    "a and c exchanged on the way in": (
        "build_one_step_model",
        [(STEPPED, STEPPED.replace("[a_in, c_in]", "[c_in, a_in]"))],
        "each other's place",
    ),
    "the old state out": (
        "build_one_step_model",
        [("(a_out), a_out, c_out])", "(a_out), a_in, c_in])")],
        "ones? that went in",
    ),
    "condition before token when playing": (
        "build_one_step_model",
        [("[ops.one_hot(token, n_values), condition]", "[condition, ops.one_hot(token, n_values)]")],
        "condition stands before",
    ),
    "output of c": ("build_one_step_model", [('layers_["output"](a_out)', 'layers_["output"](c_out)')], "memory c"),
    "no state given back": (
        "build_one_step_model",
        [('[layers_["output"](a_out), a_out, c_out]', 'layers_["output"](a_out)')],
        "three outputs",
    ),
    "temperature upside down": ("sample_token", [("p ** (1 / temperature)", "p ** temperature")], "other way round"),
    "temperature not used": ("sample_token", [("p ** (1 / temperature)", "p ** 1.0")], "temperature is not used"),
    "divided by the temperature": (
        "sample_token",
        [("p ** (1 / temperature)", "p / temperature")],
        "temperature is not used|changes nothing",
    ),
    "the best token always": ("sample_token", [("int(rng.choice(len(p), p=p))", "int(p.argmax())")], "most probable"),
    "top_k not used": ("sample_token", [("p = p * mask", "p = p")], "top_k|should not be drawn"),
    "the least probable kept": (
        "sample_token",
        [("np.argsort(p)[-top_k:]", "np.argsort(p)[:top_k]")],
        "least probable|should not be drawn",
    ),
    "state forgotten": (
        "generate",
        [(f"p, a, c = {ASKED}", f"p, _, _ = {ASKED}")],
        "state|comes? out goes in again|came out",
    ),
    "one chord throughout": ("generate", [("row = sheet[now // GRID]", "row = sheet[0]")], "lead sheet|read where"),
    "row by row": (
        "generate",
        [("row = sheet[now // GRID]", "row = sheet[min(len(tokens), len(sheet) - 1)]")],
        "row by row|read where",
    ),
    "last token too long": ("generate", [("        duration = min(duration, total - now)\n", "")], "shorten"),
    "count-in again and again": (
        "generate",
        [("ask(one_step_model, np.array([token])", "ask(one_step_model, np.array([vocabulary.index(COUNT_IN)])")],
        "count-in|token that goes into",
    ),
    "count-in returned": (
        "generate",
        [("tokens, now = [], 0\n    total", "tokens, now = [COUNT_IN], 0\n    total")],
        "count-in|do not add up",
    ),
    "absolute times": (
        "to_midi",
        [("events.append((onset - last, pitch, loud))", "events.append((onset, pitch, loud))")],
        "event before|tick that is reached is left out",
    ),
    "from onset to onset": ("to_midi", [("last = onset + duration", "last = onset")], "onset before"),
    "accents swapped": ("to_midi", [("== 0 else off_beat", "!= 0 else off_beat")], "velocities"),
    "one velocity for all": (
        "to_midi",
        [("on_beat if onset % jazz.TICKS_PER_BEAT == 0 else off_beat", "on_beat")],
        "same velocity|velocities",
    ),
    "notes never end": ("to_midi", [("        events.append((duration, pitch, 0))\n", "")], "end the notes"),
}
TOLD_BY_THE_GRADER = ("sample_token", "generate")
"""What is drawn by chance, or asked of a toy model, is not compared call by call."""
