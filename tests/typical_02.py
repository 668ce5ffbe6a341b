"""Mistakes that students of unit 02 typically make, in a student's own words, and what has to be said of each.

A name → the exercise, what is changed in :data:`RIGHT`, and a pattern that the sentence of the public
check, and that of the verdict, must match.
"""

from __future__ import annotations

RIGHT = """
import numpy as np

def build_vocabulary(text):
    letters = sorted(set(text) | {"\\n"}, key=lambda letter: (letter != "\\n", letter))
    char_to_ix = {letter: place for place, letter in enumerate(letters)}
    return char_to_ix, {place: letter for letter, place in char_to_ix.items()}

def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    start = np.zeros_like(parameters["ba"])
    a, y_pred = forward(X, start, parameters)
    answers = Y[0]
    return float(sum(np.log(y_pred[letter, 0, t]) for t, letter in enumerate(answers)))

def perplexity(names, parameters, char_to_ix):
    logs = [log_probability(name, parameters, char_to_ix) for name in names]
    lengths = [len(name) + 1 for name in names]
    return float(np.exp(-sum(logs) / sum(lengths)))

def softmax_temperature(logits, temperature):
    z = logits / temperature
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)

def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    a = np.zeros_like(parameters["ba"])
    x = np.zeros((len(char_to_ix), 1))
    indices = []
    for _ in range(max_length):
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        drawn = int(rng.choice(len(p), p=p))
        indices.append(drawn)
        if drawn == char_to_ix["\\n"]:
            break
        x = np.zeros_like(x)
        x[drawn] = 1
    return indices

def clip(gradients, max_value):
    return {key: np.clip(array, -max_value, max_value) for key, array in gradients.items()}

def clip_by_norm(gradients, max_norm):
    total = np.sqrt(sum((array ** 2).sum() for array in gradients.values()))
    if total <= max_norm:
        return {key: array.copy() for key, array in gradients.items()}
    return {key: array * max_norm / total for key, array in gradients.items()}

def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    loss = -float(sum(np.log(y_pred[letter, 0, t]) for t, letter in enumerate(Y[0])))
    grads = backward(X, Y, a_prev, a, y_pred, parameters)
    clipped = clip(grads, max_value)
    new = {key: parameters[key] - learning_rate * clipped["d" + key] for key in parameters}
    return new, loss, clipped, a[:, :, -1]

def smooth(losses, weight=0.99):
    smoothed = [losses[0]]
    for loss in losses[1:]:
        smoothed.append(weight * smoothed[-1] + (1 - weight) * loss)
    return np.array(smoothed)

def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(names))
        for k in order:
            X, Y = encode(names[k], char_to_ix)
            zero = np.zeros_like(parameters["ba"])
            parameters, loss, _, _ = optimize(X, Y, zero, parameters, learning_rate, max_value)
            losses.append(loss / (len(names[k]) + 1))
    return parameters, np.array(losses)
"""

LETTERS = 'sorted(set(text) | {"\\n"}, key=lambda letter: (letter != "\\n", letter))'
SUM = "float(sum(np.log(y_pred[letter, 0, t]) for t, letter in enumerate(answers)))"
EXP = "float(np.exp(-sum(logs) / sum(lengths)))"
DRAW = "drawn = int(rng.choice(len(p), p=p))"
CLIP = "np.clip(array, -max_value, max_value)"
TOTAL = "np.sqrt(sum((array ** 2).sum() for array in gradients.values()))"
STEP = 'parameters[key] - learning_rate * clipped["d" + key]'
SMOOTHED = "weight * smoothed[-1] + (1 - weight) * loss"

TYPICAL: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "the newline where sorting puts it": ("build_vocabulary", [(LETTERS, "sorted(set(text))")], "newline"),
    "the newline last": ("build_vocabulary", [(LETTERS, 'sorted(set(text) - {"\\n"}) + ["\\n"]')], "newline"),
    "counted from one": (
        "build_vocabulary",
        [("enumerate(letters)}", "enumerate(letters, 1)}")],
        "begin at 1|newline has the index 0",
    ),
    "small letters only": ("build_vocabulary", [("set(text) |", "set(text.lower()) |")], "capitals"),
    "in order of appearance": (
        "build_vocabulary",
        [(LETTERS, 'list(dict.fromkeys("\\n" + text))')],
        "order in which they first occur",
    ),
    "EOS not counted": ("log_probability", [("answers = Y[0]", "answers = Y[0, :-1]")], "EOS is left out"),
    "the sign of the logarithm": ("log_probability", [(SUM, "-" + SUM)], "sign is the other way"),
    "the probability itself": (
        "log_probability",
        [(SUM, "float(np.exp(" + SUM[6:] + ")")],
        "probability itself|it is the probability",
    ),
    "a mean of logarithms": ("log_probability", [(SUM, f"{SUM} / len(answers)")], "mean"),
    "base two": (
        "log_probability",
        [
            (
                "sum(np.log(y_pred[letter, 0, t]) for t, letter in enumerate(answers))",
                "sum(np.log2(y_pred[letter, 0, t]) for t, letter in enumerate(answers))",
            )
        ],
        "base 2",
    ),
    "a product of many": (
        "log_probability",
        [(SUM, "float(np.log(np.prod([y_pred[letter, 0, t] for t, letter in enumerate(answers)])))")],
        "too small|multiplied before the logarithm",
    ),
    "ends not counted": (
        "perplexity",
        [("lengths = [len(name) + 1 for", "lengths = [len(name) for")],
        "ends of the names",
    ),
    "a mean of perplexities": (
        "perplexity",
        [(EXP, "float(np.mean([np.exp(-log / length) for log, length in zip(logs, lengths)]))")],
        "perplexities .*averaged",
    ),
    "a mean over names": (
        "perplexity",
        [(EXP, "float(np.exp(-np.mean([log / length for log, length in zip(logs, lengths)])))")],
        "mean is taken over names",
    ),
    "the sign of the exponent": ("perplexity", [("np.exp(-sum(logs)", "np.exp(sum(logs)")], "sign in the exponent"),
    "no exponential": ("perplexity", [(EXP, "float(-sum(logs) / sum(lengths))")], "mean loss"),
    "divided by the number of names": (
        "perplexity",
        [("/ sum(lengths)", "/ len(names)")],
        "number of (names|characters)",
    ),
    "multiplied by the temperature": (
        "softmax_temperature",
        [("logits / temperature", "logits * temperature")],
        "multiplied by the temperature",
    ),
    "temperature after the softmax": (
        "softmax_temperature",
        [
            ("z = logits / temperature", "z = logits"),
            (
                "return e / e.sum(axis=0, keepdims=True)",
                "e = e / e.sum(axis=0, keepdims=True) / temperature\n    return e / e.sum(axis=0, keepdims=True)",
            ),
        ],
        "changes nothing|temperature is not used",
    ),
    "temperature not used": (
        "softmax_temperature",
        [("z = logits / temperature", "z = logits")],
        "temperature is not used|changes nothing",
    ),
    "overflow": ("softmax_temperature", [("np.exp(z - z.max(axis=0, keepdims=True))", "np.exp(z)")], "overflow"),
    "over the columns": (
        "softmax_temperature",
        [
            ("e.sum(axis=0, keepdims=True)", "e.sum(axis=1, keepdims=True)"),
            ("z.max(axis=0, keepdims=True)", "z.max(axis=1, keepdims=True)"),
        ],
        "over the columns|sums to 1 along axis 1",
    ),
    "over everything": (
        "softmax_temperature",
        [("e.sum(axis=0, keepdims=True)", "e.sum()")],
        "all columns together|several axes together|`axis` of the sum is missing",
    ),
    "EOS left out of the list": (
        "sample",
        [
            (
                '        indices.append(drawn)\n        if drawn == char_to_ix["\\n"]:\n            break\n',
                '        if drawn == char_to_ix["\\n"]:\n            break\n        indices.append(drawn)\n',
            )
        ],
        "EOS that was drawn",
    ),
    "goes on after EOS": (
        "sample",
        [('        if drawn == char_to_ix["\\n"]:\n            break\n', "")],
        "(ends at|after) EOS",
    ),
    "state of sampling not carried": (
        "sample",
        [("        a, logits = step(x, a, parameters)", "        _, logits = step(x, a, parameters)")],
        "hidden state is not carried",
    ),
    "letter not fed back": ("sample", [("x[drawn] = 1", "x[drawn] = 0")], "not handed to the next step"),
    "one-hot not cleared": ("sample", [("        x = np.zeros_like(x)\n", "")], "keeps the ones"),
    "the most likely letter": ("sample", [(DRAW, "drawn = int(p.argmax())")], "nothing is drawn|most likely letter"),
    "uniform": ("sample", [(DRAW, "drawn = int(rng.choice(len(p)))")], "equal chances"),
    "temperature of sampling ignored": (
        "sample",
        [("p = softmax_temperature(logits, temperature)", "p = softmax_temperature(logits, 1.0)")],
        "temperature is not used",
    ),
    "starts with EOS": (
        "sample",
        [("    x = np.zeros((len(char_to_ix), 1))\n", "    x = np.eye(len(char_to_ix))[:, :1]\n")],
        "first input is",
    ),
    "the world's generator": (
        "sample",
        [(DRAW, "drawn = int(np.random.choice(len(p), p=p))")],
        "global generator|from rng",
    ),
    "nothing clipped": ("clip", [(CLIP, "array.copy()")], "nothing is clipped"),
    "only large ones": ("clip", [(CLIP, "np.minimum(array, max_value)")], "negative numbers are not clipped"),
    "clipped in place": ("clip", [(CLIP, "np.clip(array, -max_value, max_value, out=array)")], "in place"),
    "scaled as a whole": ("clip", [(CLIP, "array * min(1, max_value / np.abs(array).max())")], "scaled as a whole"),
    "each by its own norm": (
        "clip_by_norm",
        [
            (
                "    return {key: array * max_norm / total for",
                "    return {key: array * min(1, max_norm / np.linalg.norm(array)) for",
            ),
            ("    if total <= max_norm:", "    if total < 0:"),
        ],
        "own norm",
    ),
    "no root": ("clip_by_norm", [(TOTAL, TOTAL[7:])], "square of the norm"),
    "always scaled": (
        "clip_by_norm",
        [("    if total <= max_norm:", "    if total == 0:")],
        "short (gradients|enough)|made longer|left as they are",
    ),
    "by value instead": (
        "clip_by_norm",
        [("array * max_norm / total", "np.clip(array, -max_norm, max_norm)")],
        "one by one",
    ),
    "uphill": ("optimize", [(STEP, STEP.replace(" - ", " + "))], "uphill|added instead of taken away"),
    "not clipped": ("optimize", [("clipped = clip(grads, max_value)", "clipped = grads")], "not clipped"),
    "clipped too late": ("optimize", [(STEP, STEP.replace("clipped", "grads"))], "before clipping"),
    "without a_prev": (
        "optimize",
        [
            (
                "    a, y_pred = forward(X, a_prev, parameters)\n    loss",
                "    a_prev = np.zeros_like(a_prev)\n    a, y_pred = forward(X, a_prev, parameters)\n    loss",
            )
        ],
        "given hidden state is not used",
    ),
    "the sign of the loss": ("optimize", [("loss = -float", "loss = float")], "sign of the loss"),
    "mean loss": ("optimize", [("enumerate(Y[0])))\n    grads", "enumerate(Y[0]))) / Y.size\n    grads")], "mean"),
    "the old parameters": (
        "optimize",
        [("return new, loss", "return parameters, loss")],
        "old parameters|before the step",
    ),
    "rate ignored": ("optimize", [("learning_rate * clipped", "0.01 * clipped")], "learning rate is not used"),
    "begins at zero": (
        "smooth",
        [
            (
                "    smoothed = [losses[0]]\n    for loss in losses[1:]:\n",
                "    smoothed = [0.0]\n    for loss in losses:\n",
            ),
            ("return np.array(smoothed)", "return np.array(smoothed[1:])"),
        ],
        "starts at zero",
    ),
    "weights swapped": ("smooth", [(SMOOTHED, "(1 - weight) * smoothed[-1] + weight * loss")], "weights .*swapped"),
    "whole names": (
        "train_model",
        [("losses.append(loss / (len(names[k]) + 1))", "losses.append(loss)")],
        "whole names|not divided",
    ),
    "EOS of a name not counted": (
        "train_model",
        [("loss / (len(names[k]) + 1)", "loss / len(names[k])")],
        "end of the name is not counted",
    ),
    "nothing shuffled": (
        "train_model",
        [("rng.permutation(len(names))", "range(len(names))")],
        "order of the (list|names)",
    ),
    "state carried over": (
        "train_model",
        [
            (
                'zero = np.zeros_like(parameters["ba"])',
                'zero = np.zeros_like(parameters["ba"]) if not losses else last',
            ),
            ("parameters, loss, _, _ =", "parameters, loss, _, last ="),
        ],
        "hidden state that the name before|hidden state of zeros",
    ),
}
TOLD_BY_THE_GRADER = ("sample", "train_model")
"""What is drawn by chance is not compared call by call."""
