"""Mistakes that students of unit 05 typically make, in a student's own words, and what has to be said of each.

A name → the exercise, what is changed in :data:`RIGHT`, and a pattern that the sentence of the public
check, and that of the verdict, must match.
"""

from __future__ import annotations

RIGHT = """
def encode_text(text, vocabulary, T_x):
    ids = np.full(T_x, PAD)
    for place, character in enumerate(text[:T_x]):
        ids[place] = vocabulary.get(character, UNKNOWN)
    return ids

def decode_ids(ids, vocabulary):
    letters = {number: character for character, number in vocabulary.items()}
    text = ""
    for number in ids:
        if number == PAD:
            continue
        text += letters.get(number, "?")
    return text

def masked_softmax(energies, mask):
    hidden = np.where(mask, energies, -np.inf)
    top = np.max(hidden, axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    powers = np.exp(hidden - top)
    total = np.sum(powers, axis=1, keepdims=True)
    return powers / np.where(total > 0, total, 1)

def additive_energies(a, s_prev, parameters):
    from_a = np.matmul(a, parameters["Wea"])
    from_s = np.matmul(s_prev, parameters["Wes"])[:, None, :]
    hidden = np.tanh(from_a + from_s + parameters["be"])
    return np.matmul(hidden, parameters["ve"])[..., 0]

def one_step_attention(a, s_prev, parameters, mask):
    energies = additive_energies(a, s_prev, parameters)
    alphas = masked_softmax(energies, mask)
    context = (alphas[:, :, None] * a).sum(axis=1)
    return context, alphas

@keras.saving.register_keras_serializable(package="mine")
class Attention(layers.Layer):
    def __init__(self, n_e, **kwargs):
        super().__init__(**kwargs)
        self.n_e = n_e
        self.of_a = layers.Dense(n_e, use_bias=False)
        self.of_s = layers.Dense(n_e)
        self.energy = layers.Dense(1, use_bias=False)

    def build(self, a_shape, s_prev_shape):
        self.of_a.build(a_shape)
        self.of_s.build(s_prev_shape)
        self.energy.build((*a_shape[:-1], self.n_e))

    def call(self, a, s_prev, mask):
        inside = self.of_a(a) + self.of_s(s_prev)[:, None, :]
        e = self.energy(ops.tanh(inside))[:, :, 0]
        e = ops.where(mask, e, -1e9)
        alphas = ops.softmax(e, axis=1)
        alphas = alphas * ops.cast(mask, "float32")
        context = ops.sum(alphas[:, :, None] * a, axis=1)
        return context, alphas

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}

def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    text = ops.not_equal(ids, PAD)
    x = layers.Embedding(n_human, n_x)(ids)
    reader = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))
    said = reader(x, mask=text)
    encoder = keras.Model(ids, [said, text])
    a = keras.Input((T_x, 2 * n_a))
    mask = keras.Input((T_x,), dtype="bool")
    s = keras.Input((n_s,))
    c = keras.Input((n_s,))
    context, alphas = attention(a, s, mask)
    _, (s_new, c_new) = layers.LSTMCell(n_s)(context, [s, c])
    answer = layers.Dense(n_machine, activation="softmax")(s_new)
    step = keras.Model([a, mask, s, c], [answer, alphas, s_new, c_new])
    return {"encoder": encoder, "step": step}

def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    text = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(text)
    s = zero_state(a, n_s)
    c = zero_state(a, n_s)
    answers = []
    for _ in range(T_y):
        p, _, s, c = step([a, mask, s, c])
        answers.append(p)
    model = keras.Model(text, ops.stack(answers, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model

def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    ids = np.array([encode_text(text, human, T_x) for text in texts])
    a, mask = ask(encoder, ids)
    s = np.zeros((len(texts), n_s), dtype="float32")
    c = np.zeros((len(texts), n_s), dtype="float32")
    numbers = []
    for _ in range(T_y):
        p, _, s, c = ask(step, a, mask, s, c)
        numbers.append(np.argmax(p, axis=-1))
    return [decode_ids(row, machine) for row in np.stack(numbers, axis=1)]

def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    ids = encode_text(text, human, T_x)[None]
    a, mask = ask(encoder, ids)
    s = np.zeros((1, n_s), dtype="float32")
    c = np.zeros((1, n_s), dtype="float32")
    table = []
    for _ in range(T_y):
        p, alphas, s, c = ask(step, a, mask, s, c)
        table.append(alphas[0, : len(text)])
    return np.array(table)

def exact_match(texts, predicted, expected, width):
    hits = [one == other for one, other in zip(predicted, expected)]
    groups = {}
    for text, hit in zip(texts, hits):
        start = len(text) // width * width
        groups.setdefault(start, []).append(hit)
    return float(np.mean(hits)), {start: float(np.mean(part)) for start, part in groups.items()}
"""

ENCODED = "vocabulary.get(character, UNKNOWN)"
CELL = "_, (s_new, c_new) = layers.LSTMCell(n_s)(context, [s, c])"
STEP = "p, _, s, c = step([a, mask, s, c])"
ASKED = "p, _, s, c = ask(step, a, mask, s, c)"
LOOKED = "p, alphas, s, c = ask(step, a, mask, s, c)"
COMPILED = '    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")\n'

TYPICAL: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "unknown characters raise": ("encode_text", [(ENCODED, "vocabulary[character]")], "instead of becoming UNKNOWN"),
    "unknown characters are padding": (
        "encode_text",
        [(ENCODED, "vocabulary.get(character, PAD)")],
        "become padding",
    ),
    "padded in front": (
        "encode_text",
        [("enumerate(text[:T_x])", "enumerate(text[:T_x], max(T_x - len(text), 0))")],
        "padding stands in front",
    ),
    "the end is kept": ("encode_text", [("enumerate(text[:T_x])", "enumerate(text[-T_x:])")], "the end is kept"),
    "not padded": (
        "encode_text",
        [("    return ids\n\ndef decode", "    return ids[: len(text)]\n\ndef decode")],
        "not padded",
    ),
    "stops at the first padding": (
        "decode_ids",
        [("            continue\n", "            break\n")],
        "stops at the first",
    ),
    "question marks for padding": (
        "decode_ids",
        [("        if number == PAD:\n            continue\n", "")],
        "padding becomes question marks|none for PAD",
    ),
    "numbers without a character raise": (
        "decode_ids",
        [('letters.get(number, "?")', "letters[number]")],
        "instead of becoming a question mark",
    ),
    "softmax over the batch": (
        "masked_softmax",
        [("np.max(hidden, axis=1", "np.max(hidden, axis=0"), ("np.sum(powers, axis=1", "np.sum(powers, axis=0")],
        "over the batch",
    ),
    "mask forgotten": ("masked_softmax", [("np.where(mask, energies, -np.inf)", "energies")], "padding has a share"),
    "mask turned": (
        "masked_softmax",
        [("np.where(mask, energies, -np.inf)", "np.where(mask, -np.inf, energies)")],
        "other way round",
    ),
    "mask after the softmax": (
        "masked_softmax",
        [("np.where(mask, energies, -np.inf)", "energies"), ("/ np.where(total > 0, total, 1)", "/ total * mask")],
        "does not sum to 1",
    ),
    "energies times mask": (
        "masked_softmax",
        [("np.where(mask, energies, -np.inf)", "energies * mask")],
        "multiplied by the mask",
    ),
    "a large negative number for the padding": (
        "masked_softmax",
        [("energies, -np.inf)", "energies, -1e9)")],
        "without (any )?text",
    ),
    "nothing subtracted": ("masked_softmax", [("np.exp(hidden - top)", "np.exp(hidden)")], "overflow"),
    "the padding's largest subtracted": (
        "masked_softmax",
        [("np.max(hidden, axis=1", "np.max(energies, axis=1")],
        "what is subtracted",
    ),
    "energies without the state": ("additive_energies", [("from_a + from_s +", "from_a +")], "state is left out"),
    "no tanh": ("additive_energies", [("np.tanh(from_a + from_s", "(from_a + from_s")], "tanh is missing"),
    "a sigmoid for the tanh": (
        "additive_energies",
        [('np.tanh(from_a + from_s + parameters["be"])', '1 / (1 + np.exp(-(from_a + from_s + parameters["be"])))')],
        "sigmoid",
    ),
    "bias left out": ("additive_energies", [(' + parameters["be"]', "")], "bias is left out"),
    "the last axis kept": ("additive_energies", [('parameters["ve"])[..., 0]', 'parameters["ve"])')], "last axis"),
    "state without an axis for the places": (
        "additive_energies",
        [('parameters["Wes"])[:, None, :]', 'parameters["Wes"])')],
        "no axis for the places",
    ),
    "a plain mean": ("one_step_attention", [("(alphas[:, :, None] * a).sum(axis=1)", "a.mean(axis=1)")], "plain mean"),
    "summed over the features": ("one_step_attention", [("a).sum(axis=1)", "a).sum(axis=2)")], "over the features"),
    "no mask": (
        "one_step_attention",
        [("alphas = masked_softmax(energies, mask)", "alphas = masked_softmax(energies, np.ones_like(mask))")],
        "mask is not handed on",
    ),
    "the other mask": (
        "one_step_attention",
        [("alphas = masked_softmax(energies, mask)", "alphas = masked_softmax(energies, ~mask)")],
        "other way round",
    ),
    "energies for weights": (
        "one_step_attention",
        [("(alphas[:, :, None] * a)", "(energies[:, :, None] * a)")],
        "with the energies",
    ),
    "weights before context": (
        "one_step_attention",
        [("return context, alphas\n\n@", "return alphas, context\n\n@")],
        "other('s)? (order|place)",
    ),
    "weights made in call": (
        "Attention",
        [
            (
                "self.of_a(a) + self.of_s(s_prev)",
                "layers.Dense(self.n_e, use_bias=False)(a) + layers.Dense(self.n_e)(s_prev)",
            )
        ],
        "new weights at each call",
    ),
    "two biases": ("Attention", [("layers.Dense(n_e, use_bias=False)", "layers.Dense(n_e)")], "has a bias"),
    "layer with a softmax over the batch": (
        "Attention",
        [("ops.softmax(e, axis=1)", "ops.softmax(e, axis=0)")],
        "over the batch",
    ),
    "layer without a tanh": ("Attention", [("ops.tanh(inside)", "inside")], "tanh is missing"),
    "encoder in one direction": (
        "build_parts",
        [
            (
                "layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))",
                "layers.LSTM(2 * n_a, return_sequences=True)",
            )
        ],
        "one direction",
    ),
    "encoder without the mask": ("build_parts", [("reader(x, mask=text)", "reader(x)")], "reads the padding"),
    "encoder's last state": (
        "build_parts",
        [("layers.LSTM(n_a, return_sequences=True)", "layers.LSTM(n_a)")],
        "last state|every step's state",
    ),
    "attention on the memory": (
        "build_parts",
        [("attention(a, s, mask)", "attention(a, c, mask)")],
        "reads the memory c",
    ),
    "the state ignored": (
        "build_parts",
        [(CELL, CELL.replace("[s, c]", "[ops.zeros_like(s), ops.zeros_like(c)]"))],
        "starts from zeros",
    ),
    "s and c exchanged in the cell": (
        "build_parts",
        [(CELL, CELL.replace("[s, c]", "[c, s]"))],
        "gets s and c in each other's place",
    ),
    "the old state out": ("build_parts", [("alphas, s_new, c_new])", "alphas, s, c])")], "the one that went in"),
    "context not used": (
        "build_parts",
        [(CELL, CELL.replace("context", "ops.mean(a, axis=1)"))],
        "instead of the context|than the context",
    ),
    "new s and new c exchanged": (
        "build_parts",
        [("alphas, s_new, c_new])", "alphas, c_new, s_new])")],
        "each other's place",
    ),
    "no softmax": ("build_parts", [(', activation="softmax")(s_new)', ")(s_new)")], "has no softmax"),
    "state not passed on": (
        "build_translator",
        [(STEP, STEP.replace("p, _, s, c =", "p, _, _, _ ="))],
        "starts from the first state",
    ),
    "memory not passed on": (
        "build_translator",
        [(STEP, STEP.replace("p, _, s, c =", "p, _, s, _ ="))],
        "memory c does not go on",
    ),
    "s and c change places": (
        "build_translator",
        [(STEP, STEP.replace("p, _, s, c =", "p, _, c, s ="))],
        "change places",
    ),
    "state set back at each step": (
        "build_translator",
        [("        p, _, s, c = step", "        s = c = zero_state(a, n_s)\n        p, _, s, c = step")],
        "starts from the first state",
    ),
    "steps made anew": (
        "build_translator",
        [(STEP, STEP.replace("step(", "keras.models.clone_model(step)("))],
        "made anew",
    ),
    "steps first": (
        "build_translator",
        [("ops.stack(answers, axis=1)", "ops.stack(answers, axis=0)")],
        "axis 1|in front of the batch|axes are swapped",
    ),
    "no mask for the step": (
        "build_translator",
        [("    s = zero_state(a, n_s)\n    c", "    mask = ops.ones_like(mask)\n    s = zero_state(a, n_s)\n    c")],
        "does not get the encoder's mask",
    ),
    "not compiled": ("build_translator", [(COMPILED, "")], "not compiled"),
    "argmax over the texts": (
        "translate",
        [("np.argmax(p, axis=-1)", "np.argmax(p, axis=0)")],
        "last axis|among the texts",
    ),
    "state forgotten": (
        "translate",
        [(ASKED, ASKED.replace("p, _, s, c =", "p, _, _, _ ="))],
        "starts from the first state",
    ),
    "memory forgotten": (
        "translate",
        [(ASKED, ASKED.replace("p, _, s, c =", "p, _, s, _ ="))],
        "c that goes into the step does not belong",
    ),
    "steps as texts": (
        "translate",
        [("np.stack(numbers, axis=1)", "np.stack(numbers, axis=0)")],
        "row is a text|of one step",
    ),
    "read with T_y": (
        "translate",
        [("for text in texts])\n    a", "for text in texts])[:, :T_y]\n    a")],
        "should be \\(m, T_x\\)",
    ),
    "decoded with the other vocabulary": (
        "translate",
        [("decode_ids(row, machine)", "decode_ids(row, human)")],
        "not in the vocabulary of what is written",
    ),
    "a step too few": (
        "translate",
        [(f"T_y):\n        {ASKED}", f"T_y - 1):\n        {ASKED}")],
        "less than T_y times",
    ),
    "the map turned": (
        "attention_map",
        [("    return np.array(table)\n", "    return np.array(table).T\n")],
        "row for each|rows and columns",
    ),
    "the map not cut": ("attention_map", [("alphas[0, : len(text)]", "alphas[0]")], "cut off the padding|not cut"),
    "the map of the first state": (
        "attention_map",
        [(LOOKED, LOOKED.replace("alphas, s, c =", "alphas, _, _ ="))],
        "starts from the first state",
    ),
    "probabilities in the map": ("attention_map", [("table.append(alphas[0", "table.append(p[0")], "probabilities"),
    "characters counted": (
        "exact_match",
        [("one == other for", "np.mean([x == y for x, y in zip(one, other)]) for")],
        "characters are counted",
    ),
    "dates counted": (
        "exact_match",
        [("float(np.mean(hits))", "float(np.sum(hits))")],
        "how many there are|counts? the dates",
    ),
    "length of the answer": (
        "exact_match",
        [("zip(texts, hits)", "zip(predicted, hits)")],
        "length of what was written",
    ),
}
TOLD_BY_THE_GRADER = ("translate", "attention_map")
"""What is asked of toy models is not compared call by call."""
