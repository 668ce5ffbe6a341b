"""Students of unit 01: right answers written otherwise, and the mistakes that this subject invites."""

from __future__ import annotations

from autograder.classmates.sheets import Classmate, Deserved, Sheet


def classmates() -> list[Classmate]:
    """All of them."""
    return [
        Classmate("einsum", "right, with einsum, loops and other names", _einsum, Sheet.full),
        Classmate("private_cache", "right, with caches of its own layout", _private_cache, Sheet.full),
        _slip("softmax_axis", "softmax over the examples instead of the classes", "rnn_cell_forward", *SOFTMAX_AXIS),
        _slip("no_bias", "the forget gate has no bias", "lstm_cell_forward", ' + parameters["bf"])', ")"),
        _slip("gru_swapped", "the GRU's gate works the wrong way round", "gru_cell_forward", *GRU_SWAPPED),
        _slip("starts_at_a0", "the LSTM's memory starts at a0 instead of zero", "lstm_forward", *STARTS_AT_A0),
        _slip("not_turned_back", "states of the backward direction not turned back", "brnn_forward", *NOT_TURNED),
        _slip("not_accumulated", "BPTT: the last step's gradients instead of the sum", "rnn_backward", "+=", "="),
        _slip("no_way_back", "BPTT: no gradient from the later steps", "lstm_backward", *NO_WAY_BACK),
        _slip("in_place", "changes the arrays that it is given", "rnn_cell_backward", *IN_PLACE),
        Classmate("raises", "shapes that do not fit", _raises, lambda sheet: sheet.full("gru_cell_forward")),
    ]


def _slip(name: str, about: str, exercise: str, right: str, wrong: str) -> Classmate:
    """All solved, with one thing wrong in one exercise: the others are graded on their own merit."""

    def files(sheet: Sheet) -> dict[str, bytes]:
        return sheet.solve().slip(exercise, right, wrong).explain().files()

    def deserves(sheet: Sheet) -> Deserved:
        return sheet.full(some=(exercise,))

    return Classmate(name, about, files, deserves)


SOFTMAX_AXIS = (
    'softmax(Wya @ a_next + parameters["by"])',
    'softmax((Wya @ a_next + parameters["by"]).T).T',
)
GRU_SWAPPED = ("ut * cct + (1 - ut) * c_prev", "(1 - ut) * cct + ut * c_prev")
STARTS_AT_A0 = ("a0, np.zeros_like(a0)", "a0, a0")
NOT_TURNED = ("reversed_states[:, :, ::-1]", "reversed_states")
NO_WAY_BACK = ("da[:, :, t] + da_prev,", "da[:, :, t],")
IN_PLACE = ("dz = da_next * (1 - a_next**2)", "dz = da_next\n    dz *= 1 - a_next**2")


def _raises(sheet: Sheet) -> dict[str, bytes]:
    sheet.solve().slip("gru_cell_forward", "np.concatenate([c_prev, xt])", "np.concatenate([c_prev, xt], axis=1)")
    return sheet.files()


def _private_cache(sheet: Sheet) -> dict[str, bytes]:
    """Forward passes that remember what this student needs, and backward passes that read just that."""
    cell = 'cache = {"new": a_next, "old": a_prev, "in": xt, "weights": parameters}'
    lstm = 'cache = {"states": [a_next, c_next, a_prev, c_prev], "gates": [ft, it, cct, ot], "rest": (xt, parameters)}'
    sheet.solve()
    sheet.slip("rnn_cell_forward", "cache = (a_next, a_prev, xt, parameters)", cell)
    sheet.slip("lstm_cell_forward", "cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)", lstm)
    sheet.slip(
        "rnn_cell_backward",
        "a_next, a_prev, xt, parameters = cache",
        'a_next, a_prev, xt, parameters = cache["new"], cache["old"], cache["in"], cache["weights"]',
    )
    sheet.slip(
        "lstm_cell_backward",
        "_, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache",
        "(_, c_next, a_prev, c_prev), (ft, it, cct, ot), (xt, parameters) = cache.values()",
    )
    return sheet.files()


def _einsum(sheet: Sheet) -> dict[str, bytes]:
    return sheet.write(**EINSUM).explain().files()


EINSUM = {
    "rnn_cell_forward": """
def rnn_cell_forward(xt, a_prev, parameters):
    P = parameters
    hidden = np.einsum("ij,jm->im", P["Wax"], xt) + np.einsum("ij,jm->im", P["Waa"], a_prev) + P["ba"]
    hidden = 2 / (1 + np.exp(-2 * hidden)) - 1
    scores = np.dot(P["Wya"], hidden) + P["by"]
    scores = np.exp(scores - scores.max(0))
    return hidden, scores / scores.sum(0), (hidden, a_prev, xt, parameters)
""",
    "rnn_forward": """
def rnn_forward(x, a0, parameters):
    states, answers, memory = [], [], []
    for xt in np.moveaxis(x, 2, 0):
        state, answer, remembered = rnn_cell_forward(xt, states[-1] if states else a0, parameters)
        states.append(state), answers.append(answer), memory.append(remembered)
    return np.stack(states, axis=-1), np.stack(answers, axis=-1), (memory, x)
""",
    "lstm_cell_forward": """
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    W = np.vstack([parameters["W" + g] for g in "fico"])
    b = np.vstack([parameters["b" + g] for g in "fico"])
    f, i, c, o = np.split(W @ np.vstack((a_prev, xt)) + b, 4)
    f, i, o = (1 / (1 + np.exp(-z)) for z in (f, i, o))
    c = np.tanh(c)
    c_next = c * i + f * c_prev
    a_next = np.tanh(c_next) * o
    y = softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])
    return a_next, c_next, y, (a_next, c_next, a_prev, c_prev, f, i, c, o, xt, parameters)
""",
    "lstm_forward": """
def lstm_forward(x, a0, parameters):
    a, c, everything = a0, 0 * a0, []
    for t in range(x.shape[-1]):
        everything.append(lstm_cell_forward(x[..., t], a, c, parameters))
        a, c = everything[-1][:2]
    a, c, y, caches = zip(*everything)
    return np.dstack(a), np.dstack(y), np.dstack(c), (list(caches), x)
""",
    "gru_cell_forward": """
def gru_cell_forward(xt, c_prev, parameters):
    n = len(c_prev)

    def part(gate, memory):
        W = parameters["W" + gate]
        return W[:, :n] @ memory + W[:, n:] @ xt + parameters["b" + gate]

    update, relevance = sigmoid(part("u", c_prev)), sigmoid(part("r", c_prev))
    candidate = np.tanh(part("c", relevance * c_prev))
    c_next = c_prev + update * (candidate - c_prev)
    y = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return c_next, y, (c_next, c_prev, update, relevance, candidate, xt, parameters)
""",
    "gru_forward": """
def gru_forward(x, c0, parameters):
    results = []
    for t in range(x.shape[2]):
        results += [gru_cell_forward(x[:, :, t], results[-1][0] if t else c0, parameters)]
    return np.stack([r[0] for r in results], 2), np.stack([r[1] for r in results], 2), ([r[2] for r in results], x)
""",
    "brnn_forward": """
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    def read(p, steps):
        states, state = {}, np.zeros((p["Waa"].shape[0], x.shape[1]))
        for t in steps:
            states[t] = state = np.tanh(p["Wax"] @ x[:, :, t] + p["Waa"] @ state + p["ba"])
        return np.stack([states[t] for t in range(x.shape[2])], axis=2)

    there = read(parameters_forward, range(x.shape[2]))
    back = read(parameters_backward, reversed(range(x.shape[2])))
    n = there.shape[0]
    scores = np.einsum("ya,amt->ymt", Wy[:, :n], there) + np.einsum("ya,amt->ymt", Wy[:, n:], back)
    return softmax(scores + by[..., None]), there, back
""",
    "deep_rnn_forward": """
def deep_rnn_forward(x, layers):
    T_x, m = x.shape[2], x.shape[1]
    states = [np.zeros((len(layer["ba"]), m, T_x + 1)) for layer in layers]  # one more: the state before the first step
    for t in range(T_x):
        below = x[:, :, t]
        for layer, state in zip(layers, states):
            state[:, :, t + 1] = np.tanh(layer["Wax"] @ below + layer["Waa"] @ state[:, :, t] + layer["ba"])
            below = state[:, :, t + 1]
    top = np.einsum("ya,amt->ymt", layers[-1]["Wya"], states[-1][:, :, 1:]) + layers[-1]["by"][:, :, None]
    return [state[:, :, 1:] for state in states], softmax(top)
""",
    "rnn_cell_backward": """
def rnn_cell_backward(da_next, cache):
    after, before, seen, p = cache
    delta = da_next - da_next * np.square(after)
    g = dict(dxt=np.einsum("ax,am->xm", p["Wax"], delta), da_prev=np.einsum("ab,am->bm", p["Waa"], delta))
    g["dWax"] = sum(np.outer(delta[:, i], seen[:, i]) for i in range(delta.shape[1]))
    g["dWaa"] = sum(np.outer(delta[:, i], before[:, i]) for i in range(delta.shape[1]))
    g["dba"] = delta.sum(1).reshape(-1, 1)
    return g
""",
    "rnn_backward": """
def rnn_backward(da, caches):
    steps, carried = [], np.zeros(da.shape[:2])
    for t in range(da.shape[2] - 1, -1, -1):
        g = rnn_cell_backward(carried + da[:, :, t], caches[0][t])
        carried = g["da_prev"]
        steps.insert(0, g)
    gradients = {name: sum(g[name] for g in steps) for name in ("dWax", "dWaa", "dba")}
    return {**gradients, "dx": np.stack([g["dxt"] for g in steps], axis=2), "da0": carried}
""",
    "lstm_cell_backward": """
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, f, i, g, o, xt, p = cache
    squashed = np.tanh(c_next)
    d_c = da_next * o / np.cosh(c_next) ** 2 + dc_next
    d_f = c_prev * d_c * f * (1 - f)
    d_i = g * d_c * i * (1 - i)
    d_g = i * d_c * (1 - g * g)
    d_o = squashed * da_next * o * (1 - o)
    below = np.vstack([a_prev, xt])
    d_below = p["Wf"].T @ d_f + p["Wi"].T @ d_i + p["Wc"].T @ d_g + p["Wo"].T @ d_o
    d_a, d_x = np.split(d_below, [len(a_prev)])
    out = {"dxt": d_x, "da_prev": d_a, "dc_prev": d_c * f}
    for name, d in zip("fico", (d_f, d_i, d_g, d_o)):
        out["dW" + name], out["db" + name] = np.einsum("am,sm->as", d, below), d.sum(axis=1)[:, None]
    return out
""",
    "lstm_backward": """
def lstm_backward(da, caches):
    memories, x = caches
    T = da.shape[2]
    d_a, d_c, parts = 0.0, np.zeros(da.shape[:2]), []
    for t in range(T)[::-1]:
        parts.append(lstm_cell_backward(da[:, :, t] + d_a, d_c, memories[t]))
        d_a, d_c = parts[-1]["da_prev"], parts[-1]["dc_prev"]
    answer = {"dx": np.stack([part["dxt"] for part in parts[::-1]], axis=-1), "da0": d_a}
    for gate in "fico":
        for kind in ("dW", "db"):
            answer[kind + gate] = np.sum([part[kind + gate] for part in parts], axis=0)
    return answer
""",
}
