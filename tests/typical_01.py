"""Mistakes that students of unit 01 typically make, in a student's own words, and what has to be said of each.

A name → the exercise, what is changed in :data:`right_answers.RIGHT`, and a pattern that the sentence of the public
check, and that of the verdict, must match.
"""

from __future__ import annotations

from right_answers import RIGHT as RIGHT
from right_answers import TANH

Typical = dict[str, tuple[str, list[tuple[str, str]], str]]

A_LIST = "    a_next, caches = a0, []\n"
LSTM_LOOP = "a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)"
LSTM_BACK = "step = lstm_cell_backward(da[:, :, t] + da_back, dc_back, cells[t])"
RNN_SUM = (
    '        dx[:, :, t], back = step.pop("dxt"), step.pop("da_prev")\n'
    "        total = {name: total.get(name, 0) + part for name, part in step.items()}\n"
)
LSTM_SUM = (
    'da_back, dc_back = step.pop("dxt"), step.pop("da_prev"), step.pop("dc_prev")\n'
    "        total = {name: total.get(name, 0) + part for name, part in step.items()}\n"
)

TYPICAL: Typical = {
    "tanh of the candidate for tanh of the memory": (
        "lstm_cell_forward",
        [("ot * np.tanh(c_next)\n    yt", "ot * np.tanh(cct)\n    yt")],
        "tanh of the candidate",
    ),
    "no tanh of the memory": (
        "lstm_cell_forward",
        [("ot * np.tanh(c_next)\n    yt", "ot * c_next\n    yt")],
        "tanh of (c_next|the next memory) is (missing|left out)",
    ),
    "a sigmoid candidate": (
        "lstm_cell_forward",
        [('cct = np.tanh(p["Wc"] @ stacked', 'cct = sigmoid(p["Wc"] @ stacked')],
        "candidate goes through a sigmoid",
    ),
    "tanh gates": (
        "lstm_cell_forward",
        [
            (
                f'{gate}t = sigmoid(p["W{gate}"] @ stacked + p["b{gate}"])\n',
                f'{gate}t = np.tanh(p["W{gate}"] @ stacked + p["b{gate}"])\n',
            )
            for gate in "fio"
        ],
        "gates go through a tanh",
    ),
    "forget and update swapped": (
        "lstm_cell_forward",
        [("c_next = ft * c_prev + it * cct", "c_next = it * c_prev + ft * cct")],
        "forget gate .*and the update gate .*(swapped|changed places)",
    ),
    "input above state": (
        "lstm_cell_forward",
        [("    ft = ", "    stacked = np.concatenate([xt, a_prev])\n    ft = ")],
        "x stands above a_prev|stacked above the hidden state",
    ),
    "state for memory": (
        "lstm_cell_forward",
        [("c_next = ft * c_prev", "c_next = ft * a_prev")],
        "hidden state before instead of the memory before",
    ),
    "update gate left out": ("lstm_cell_forward", [("+ it * cct", "+ cct")], "update gate is left out"),
    "predicts from the memory": (
        "lstm_cell_forward",
        [('p["Wy"] @ a_next + p["by"])\n    return a_next, c', 'p["Wy"] @ c_next + p["by"])\n    return a_next, c')],
        "from the memory instead of the hidden state",
    ),
    "state and memory exchanged": (
        "lstm_cell_forward",
        [("return a_next, c_next, yt_pred", "return c_next, a_next, yt_pred")],
        "(each other's|changed) place",
    ),
    "no softmax": (
        "rnn_cell_forward",
        [('softmax(p["Wya"] @ a_next + p["by"])', '(p["Wya"] @ a_next + p["by"])')],
        "softmax is (missing|left out)",
    ),
    "softmax over the examples": (
        "rnn_cell_forward",
        [('softmax(p["Wya"] @ a_next + p["by"])', 'softmax((p["Wya"] @ a_next + p["by"]).T).T')],
        "softmax runs over",
    ),
    "no tanh": ("rnn_cell_forward", [(TANH, TANH[7:])], "tanh,? (which )?is (missing|left out)"),
    "a ReLU for the tanh": ("rnn_cell_forward", [(TANH, f"np.maximum(0, {TANH[7:]})")], "ReLU"),
    "a sigmoid for the tanh": ("rnn_cell_forward", [(TANH, "sigmoid" + TANH[7:])], "sigmoid"),
    "bias left out": ("rnn_cell_forward", [(' + p["ba"])', ")")], "bias `?ba`? is left out"),
    "bias after the tanh": ("rnn_cell_forward", [(' + p["ba"])', ') + p["ba"]')], "added after the tanh"),
    "prediction from the old state": (
        "rnn_cell_forward",
        [('p["Wya"] @ a_next', 'p["Wya"] @ a_prev')],
        "state before|made from the new state",
    ),
    "Waa transposed": ("rnn_cell_forward", [('p["Waa"] @', 'p["Waa"].T @')], "transposed"),
    "state not carried": (
        "rnn_forward",
        [("rnn_cell_forward(x[:, :, t], a_next, parameters)", "rnn_cell_forward(x[:, :, t], a0, parameters)")],
        "not carried on",
    ),
    "always the first input": (
        "rnn_forward",
        [("rnn_cell_forward(x[:, :, t]", "rnn_cell_forward(x[:, :, 0]")],
        "first step's input",
    ),
    "a0 ignored": ("rnn_forward", [(A_LIST, A_LIST.replace("= a0", "= np.zeros_like(a0)"))], "zero instead of `a0`"),
    "last step missing": (
        "rnn_forward",
        [
            (
                "    for t in range(x.shape[2]):\n        a_next, yt, cache = rnn",
                "    for t in range(x.shape[2] - 1):\n        a_next, yt, cache = rnn",
            )
        ],
        "leaves out the last step",
    ),
    "memory starts at a0": (
        "lstm_forward",
        [("= a0, np.zeros_like(a0), [], []", "= a0, a0, [], []")],
        "memory starts at `a0`",
    ),
    "memory not carried": (
        "lstm_forward",
        [(LSTM_LOOP, LSTM_LOOP.replace("a_next, c_next, parameters", "a_next, 0 * c_next, parameters"))],
        "memory is zero at every step|memory.* is not carried",
    ),
    "hidden state not carried": (
        "lstm_forward",
        [(LSTM_LOOP, LSTM_LOOP.replace("a_next, c_next, parameters", "a0, c_next, parameters"))],
        "hidden state is not carried",
    ),
    "c and y exchanged": (
        "lstm_forward",
        [("return a, y, c, (caches", "return a, c, y, (caches")],
        "each other's place",
    ),
    "a and c exchanged": (
        "lstm_forward",
        [("return a, y, c, (caches", "return c, y, a, (caches")],
        "each other's place",
    ),
    "update gate upside down": (
        "gru_cell_forward",
        [("ut * cct + (1 - ut) * c_prev", "(1 - ut) * cct + ut * c_prev")],
        "1 − Γ_u are swapped|other way round",
    ),
    "no relevance gate": ("gru_cell_forward", [("[rt * c_prev, xt]", "[c_prev, xt]")], "relevance gate is left out"),
    "a sigmoid candidate in the GRU": (
        "gru_cell_forward",
        [('np.tanh(p["Wc"] @ np', 'sigmoid(p["Wc"] @ np')],
        "candidate goes through a sigmoid",
    ),
    "gates of the GRU exchanged": (
        "gru_cell_forward",
        [('    cct = np.tanh(p["Wc"] @ np', '    ut, rt = rt, ut\n    cct = np.tanh(p["Wc"] @ np')],
        "update gate .*and the relevance gate",
    ),
    "relevance gate after the product": (
        "gru_cell_forward",
        [
            (
                'np.tanh(p["Wc"] @ np.concatenate([rt * c_prev, xt]) + p["bc"])',
                'np.tanh(p["Wc"][:, :len(rt)] @ c_prev * rt + p["Wc"][:, len(rt):] @ xt + p["bc"])',
            )
        ],
        "after the matrix product",
    ),
    "first state of the GRU ignored": (
        "gru_forward",
        [("c_next, caches, steps = c0, [], []", "c_next, caches, steps = 0 * c0, [], []")],
        "zero instead of `c0`",
    ),
    "flipped along the examples": ("brnn_forward", [("x[:, :, ::-1]", "x[:, ::-1]")], "along the examples"),
    "flipped along the features": ("brnn_forward", [("x[:, :, ::-1]", "x[::-1]")], "along the features"),
    "both directions from the left": (
        "brnn_forward",
        [("rnn_forward(x[:, :, ::-1], ", "rnn_forward(x, "), ("[0][:, :, ::-1]", "[0]")],
        "from its end|from the left as well",
    ),
    "not turned back": ("brnn_forward", [("[0][:, :, ::-1]", "[0]")], "turned back"),
    "halves exchanged": (
        "brnn_forward",
        [("([a_forward, a_backward])", "([a_backward, a_forward])")],
        "stacked (the other way|in the wrong order)",
    ),
    "prediction of the first layer": (
        "deep_rnn_forward",
        [
            ("below, y, _ = rnn_forward(", "below, out, _ = rnn_forward("),
            ("a.append(below)", "a.append(below)\n        y = out if len(a) == 1 else y"),
        ],
        "last (one|layer)'s",
    ),
    "slope of the state before": (
        "rnn_cell_backward",
        [("(1 - a_next**2) * da_next", "(1 - a_prev**2) * da_next")],
        "slope is taken from the hidden state before",
    ),
    "no slope": (
        "rnn_cell_backward",
        [("(1 - a_next**2) * da_next", "da_next")],
        "derivative of the tanh is missing|slope is left out",
    ),
    "sign of the slope": (
        "rnn_cell_backward",
        [("(1 - a_next**2)", "(a_next**2 - 1)")],
        "wrong sign|sign is the other way",
    ),
    "da_prev from da_next": (
        "rnn_cell_backward",
        [('parameters["Waa"].T @ dz', 'parameters["Waa"].T @ da_next')],
        "without the tanh's slope",
    ),
    "bias averaged": (
        "rnn_cell_backward",
        [('"dba": dz.sum(axis', '"dba": dz.mean(axis')],
        "averaged over the examples",
    ),
    "later gradient not added": (
        "rnn_backward",
        [("da[:, :, t] + back, cells", "da[:, :, t], cells")],
        "later steps? is (missing|not added)",
    ),
    "gradients not summed": (
        "rnn_backward",
        [(RNN_SUM, RNN_SUM.replace("total.get(name, 0) + part", "part"))],
        "only the sum|instead of the sum|one step",
    ),
    "forwards through the backward pass": (
        "rnn_backward",
        [
            (
                "    for t in reversed(range(steps)):\n        step = rnn",
                "    for t in range(steps):\n        step = rnn",
            )
        ],
        "runs forwards",
    ),
    "forwards through the LSTM's": (
        "lstm_backward",
        [
            (
                "    for t in reversed(range(steps)):\n        step = lstm",
                "    for t in range(steps):\n        step = lstm",
            )
        ],
        "runs forwards",
    ),
    "slope of the forget gate missing": (
        "lstm_cell_backward",
        [("dc * c_prev * ft * (1 - ft)", "dc * c_prev")],
        "slope of the forget gate's sigmoid",
    ),
    "slope of the update gate missing": (
        "lstm_cell_backward",
        [("dc * cct * it * (1 - it)", "dc * cct")],
        "slope of the update gate's sigmoid",
    ),
    "slope of the output gate missing": (
        "lstm_cell_backward",
        [("da_next * np.tanh(c_next) * ot * (1 - ot)", "da_next * np.tanh(c_next)")],
        "slope of the output gate's sigmoid",
    ),
    "slope of the candidate missing": (
        "lstm_cell_backward",
        [("dc * it * (1 - cct**2)", "dc * it")],
        "slope of the candidate's tanh",
    ),
    "hidden state forgotten in dc": (
        "lstm_cell_backward",
        [("dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next")],
        "dc_prev does not change when da_next|does not flow into the memory",
    ),
    "dc_prev not multiplied": (
        "lstm_cell_backward",
        [('"dc_prev": dc * ft', '"dc_prev": dc')],
        "not multiplied by the forget gate|forget gate is left out",
    ),
    "neither gradient carried": (
        "lstm_backward",
        [(LSTM_BACK, "step = lstm_cell_backward(da[:, :, t], 0 * dc_back, cells[t])")],
        "neither|not handed",
    ),
    "da not handed back": ("lstm_backward", [("da[:, :, t] + da_back, dc", "da[:, :, t], dc")], "not handed|not added"),
    "dc not handed back": (
        "lstm_backward",
        [("da_back, dc_back, cells", "da_back, 0 * dc_back, cells")],
        "not (handed|carried)",
    ),
    "the LSTM's gradients not summed": (
        "lstm_backward",
        [(LSTM_SUM, LSTM_SUM.replace("total.get(name, 0) + part", "part"))],
        "only the sum|instead of the sum|one step",
    ),
}
TOLD_BY_THE_GRADER: tuple[str, ...] = ()
