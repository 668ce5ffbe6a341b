"""Unit 01: the mistakes that students make, and right answers written otherwise, to try the graders on.

docs/writing-a-unit.md says how this file is read.
"""

# %% words
{
    "stacked": "the stacked [state; x]",
    "tanh_c": "the tanh of the next memory",
    "cell_caches": "the list of cell caches",
    "reversed_states": "the states of the reader from the right",
    "both": "the stacked states of both readers",
    "inputs": "what a layer reads",
    "total": "the gradients that are summed over the steps",
    "dstacked": "the gradient of the stacked [a_prev; xt]",
    "dW{gate}": "the gradients of the gates' weights",
    "db{gate}": "the gradients of the gates' biases",
    "W{gate}": "the gates' weights",
    "cache": "the cache",
    "caches": "the caches",
    "x": "the input `x`",
    "y": "the predictions",
    "name": "the gradients that are summed over the steps",
}

# %% words exercise="rnn_cell_backward"
{"dz": "the gradient before the tanh"}

# %% words exercise="lstm_cell_backward"
{
    "dc": "the whole gradient of the next memory",
    "dz": "the gradient before each gate's activation",
    "f": "the gradient before the forget gate's sigmoid",
    "i": "the gradient before the update gate's sigmoid",
    "c": "the gradient before the candidate's tanh",
    "o": "the gradient before the output gate's sigmoid",
    "gate": "each gate",
}

# %% words exercise="rnn_backward"
{"step": "what the cell gives back", "da_prev": "the gradient from later steps", "dxt": "the step's input gradient"}

# %% words exercise="lstm_backward"
{
    "step": "what the cell gives back",
    "da_prev": "the hidden state's gradient from later steps",
    "dc_prev": "the memory's gradient from later steps",
    "dxt": "the step's input gradient",
    "gate": "each gate",
}

# %% words exercise="gru_cell_forward"
{"c_next": "the next state", "c_prev": "the state before"}

# %% words exercise="gru_forward"
{"c": "the states", "c_next": "the state", "c0": "the first state `c0`"}

# %% words exercise="rnn_forward"
{"a_next": "the hidden state"}

# %% words exercise="lstm_forward"
{"a_next": "the hidden state", "c_next": "the memory", "hidden": "the hidden state", "memory": "the memory"}

# %% words exercise="brnn_forward"
{"a_forward": "the states from the left", "a_backward": "the states from the right", "a0": "the zero first state"}

# %% words exercise="deep_rnn_forward"
{"a": "the list of the layers' states", "a0": "the zero first state", "parameters": "the layer's parameters"}


# %% equivalent="wrong_function-c97fca" exercise="rnn_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_function-d133e4" exercise="rnn_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_function-33d711" exercise="lstm_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_function-33d711-2" exercise="lstm_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_function-dbaeb6" exercise="lstm_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_function-1cb508" exercise="gru_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_function-7b92ba" exercise="gru_forward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_constant-ed8969" exercise="brnn_forward" because="Waa is square: both of its axes are n_a"

# %% equivalent="wrong_name-644733" exercise="brnn_forward" because="both readers have the same n_a, or Wy's 2 n_a columns would not be one half for each"

# %% equivalent="wrong_constant-ed8969" exercise="deep_rnn_forward" because="Waa is square: both of its axes are n_a"

# %% equivalent="wrong_function-6ae1f9" exercise="rnn_backward" because="every step is filled in, so what the array begins with does not matter"

# %% equivalent="wrong_name-57beb7" exercise="lstm_cell_backward" because="the memory has as many rows as the hidden state"

# %% equivalent="wrong_function-b19f6f" exercise="lstm_backward" because="every step is filled in, so what the array begins with does not matter"


# %% mistake="softmax_over_batch" exercise="rnn_cell_forward" kind="axis" says="the softmax runs over the examples instead of the classes"
def rnn_cell_forward(xt, a_prev, parameters):
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
    z = parameters["Wya"] @ a_next + parameters["by"]
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    yt_pred = powers / powers.sum(axis=1, keepdims=True)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% mistake="sigmoid_prediction" exercise="rnn_cell_forward" kind="activation" says="the prediction goes through a sigmoid instead of the softmax"
def rnn_cell_forward(xt, a_prev, parameters):
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
    yt_pred = sigmoid(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% mistake="no_bias" exercise="rnn_cell_forward" kind="term_left_out" says="the bias `ba` is left out of the next hidden state"
def rnn_cell_forward(xt, a_prev, parameters):
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev)
    yt_pred = softmax(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% mistake="predicts_from_the_state_before" exercise="rnn_cell_forward" kind="taken_for_another" says="the prediction is made from the hidden state before the step instead of the one after it"
def rnn_cell_forward(xt, a_prev, parameters):
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
    yt_pred = softmax(parameters["Wya"] @ a_prev + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% mistake="relu_state" exercise="rnn_cell_forward" kind="activation" says="the hidden state goes through a ReLU instead of a tanh"
def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.maximum(0, Waa @ a_prev + Wax @ xt + parameters["ba"])
    yt_pred = softmax(Wya @ a_next + parameters["by"])
    cache = (a_next, a_prev, xt, parameters)
    return a_next, yt_pred, cache


# %% mistake="bias_after_the_tanh" exercise="rnn_cell_forward" kind="order" says="the bias `ba` is added after the tanh instead of before it"
def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt) + parameters["ba"]
    yt_pred = softmax(Wya @ a_next + parameters["by"])
    cache = (a_next, a_prev, xt, parameters)
    return a_next, yt_pred, cache


# %% mistake="no_bias_of_the_prediction" exercise="rnn_cell_forward" kind="term_left_out" says="the bias `by` is left out of the prediction"
def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + parameters["ba"])
    yt_pred = softmax(Wya @ a_next)
    cache = (a_next, a_prev, xt, parameters)
    return a_next, yt_pred, cache


# %% mistake="logits" exercise="rnn_cell_forward" kind="activation" says="the softmax is left out, so that the prediction holds logits"
def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + parameters["ba"])
    yt_pred = Wya @ a_next + parameters["by"]
    cache = (a_next, a_prev, xt, parameters)
    return a_next, yt_pred, cache


# %% mistake="state_not_carried" exercise="rnn_forward" kind="not_carried" says="every step starts from the first hidden state `a0`: the state is not carried on"
def rnn_forward(x, a0, parameters):
    results = [rnn_cell_forward(x[:, :, t], a0, parameters) for t in range(x.shape[2])]
    a, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(y, axis=2), (list(caches), x)


# %% mistake="zero_first_state" exercise="rnn_forward" kind="start" says="the first hidden state is zero instead of `a0`"
def rnn_forward(x, a0, parameters):
    a_next = np.zeros_like(a0)
    results = []
    for t in range(x.shape[2]):
        results.append(rnn_cell_forward(x[:, :, t], a_next, parameters))
        a_next = results[-1][0]
    a, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(y, axis=2), (list(caches), x)


# %% mistake="last_step_missing" exercise="rnn_forward" kind="loop_ends" says="the loop leaves out the last step"
def rnn_forward(x, a0, parameters):
    n_y, n_a = parameters["Wya"].shape
    a, y = np.zeros((n_a, *x.shape[1:])), np.zeros((n_y, *x.shape[1:]))
    caches, a_next = [], a0
    for t in range(x.shape[2] - 1):
        a_next, y[:, :, t], cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        caches.append(cache)
    return a, y, (caches, x)


# %% mistake="always_the_first_input" exercise="rnn_forward" kind="wrong_step" says="every step reads the first step's input"
def rnn_forward(x, a0, parameters):
    results, a_next = [], a0
    for _ in range(x.shape[2]):
        results.append(rnn_cell_forward(x[:, :, 0], a_next, parameters))
        a_next = results[-1][0]
    a, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(y, axis=2), (list(caches), x)


# %% mistake="time_first" exercise="rnn_forward" kind="axis" says="the steps are along the first axis instead of the last"
def rnn_forward(x, a0, parameters):
    results, a_next = [], a0
    for t in range(x.shape[2]):
        results.append(rnn_cell_forward(x[:, :, t], a_next, parameters))
        a_next = results[-1][0]
    a, y, caches = zip(*results)
    return np.stack(a), np.stack(y), (list(caches), x)


# %% mistake="one_step_short" exercise="rnn_forward" kind="loop_ends" says="the loop leaves out the last step, so that there is one step too few"
def rnn_forward(x, a0, parameters):
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wya"].shape
    a = np.zeros((n_a, m, T_x - 1))
    y_pred = np.zeros((n_y, m, T_x - 1))
    cell_caches = []
    a_next = a0
    for t in range(T_x - 1):
        a_next, y_pred[:, :, t], cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        cell_caches.append(cache)
    return a, y_pred, (cell_caches, x)


# %% mistake="one_array_for_all_steps" exercise="rnn_forward" kind="shared" says="all steps share one array, so that each of them holds the last hidden state in the end"
def rnn_forward(x, a0, parameters):
    state, states, predictions, cell_caches = a0.copy(), [], [], []
    for t in range(x.shape[2]):
        state[...], prediction, cache = rnn_cell_forward(x[:, :, t], state.copy(), parameters)
        states.append(state)
        predictions.append(prediction)
        cell_caches.append(cache)
    return np.stack(states, axis=2), np.stack(predictions, axis=2), (cell_caches, x)


# %% mistake="states_and_predictions_exchanged" exercise="rnn_forward" kind="exchanged" says="the hidden states and the predictions are returned in each other's place"
def rnn_forward(x, a0, parameters):
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wya"].shape
    a = np.zeros((n_a, m, T_x))
    y_pred = np.zeros((n_y, m, T_x))
    cell_caches = []
    a_next = a0
    for t in range(T_x):
        a_next, y_pred[:, :, t], cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        cell_caches.append(cache)
    return y_pred, a, (cell_caches, x)


# %% mistake="stacked_the_other_way" exercise="lstm_cell_forward" kind="order" says="the input is stacked above the hidden state instead of below it"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([xt, a_prev])
    ft, it, ot = (sigmoid(parameters["W" + g] @ stacked + parameters["b" + g]) for g in "fio")
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


# %% mistake="no_tanh_of_memory" exercise="lstm_cell_forward" kind="activation" says="the tanh of the next memory is left out of the next hidden state"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft, it, ot = (sigmoid(parameters["W" + g] @ stacked + parameters["b" + g]) for g in "fio")
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    c_next = ft * c_prev + it * cct
    a_next = ot * c_next
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


# %% mistake="sigmoid_candidate" exercise="lstm_cell_forward" kind="activation" says="the candidate goes through a sigmoid instead of a tanh"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft, it, cct, ot = (sigmoid(parameters["W" + g] @ stacked + parameters["b" + g]) for g in "fico")
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


# %% mistake="forget_and_update_swapped" exercise="lstm_cell_forward" kind="exchanged" says="the forget gate and the update gate have changed places in the next memory"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft, it, ot = (sigmoid(parameters["W" + g] @ stacked + parameters["b" + g]) for g in "fio")
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    c_next = it * c_prev + ft * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


# %% mistake="predicts_from_memory" exercise="lstm_cell_forward" kind="taken_for_another" says="the prediction is made from the memory instead of the hidden state"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft, it, ot = (sigmoid(parameters["W" + g] @ stacked + parameters["b" + g]) for g in "fio")
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


# %% mistake="tanh_of_the_candidate" exercise="lstm_cell_forward" kind="taken_for_another" says="the hidden state is made with the tanh of the candidate instead of the tanh of the next memory"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(parameters["Wf"] @ stacked + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ stacked + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ stacked + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(cct)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% mistake="tanh_of_the_memory_before" exercise="lstm_cell_forward" kind="taken_for_another" says="the hidden state is made with the tanh of the memory before instead of the tanh of the next one"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(parameters["Wf"] @ stacked + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ stacked + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ stacked + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_prev)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% mistake="coupled_gates" exercise="lstm_cell_forward" kind="one_minus" says="one minus the forget gate stands in the place of the update gate in the next memory"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(parameters["Wf"] @ stacked + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ stacked + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ stacked + parameters["bo"])
    c_next = ft * c_prev + (1 - ft) * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% mistake="state_for_memory" exercise="lstm_cell_forward" kind="taken_for_another" says="the forget gate multiplies the hidden state before instead of the memory before"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(parameters["Wf"] @ stacked + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ stacked + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ stacked + parameters["bo"])
    c_next = ft * a_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% mistake="tanh_gates" exercise="lstm_cell_forward" kind="activation" says="the three gates go through a tanh instead of a sigmoid"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.concatenate([a_prev, xt])
    ft = np.tanh(parameters["Wf"] @ stacked + parameters["bf"])
    it = np.tanh(parameters["Wi"] @ stacked + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    ot = np.tanh(parameters["Wo"] @ stacked + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# %% mistake="memory_starts_at_a0" exercise="lstm_forward" kind="start" says="the memory starts at `a0` instead of zero"
def lstm_forward(x, a0, parameters):
    a_next, c_next, results = a0, a0, []
    for t in range(x.shape[2]):
        results.append(lstm_cell_forward(x[:, :, t], a_next, c_next, parameters))
        a_next, c_next = results[-1][:2]
    a, c, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(y, axis=2), np.stack(c, axis=2), (list(caches), x)


# %% mistake="memory_not_carried" exercise="lstm_forward" kind="not_carried" says="the memory is zero at every step: it is not carried on"
def lstm_forward(x, a0, parameters):
    a_next, results = a0, []
    for t in range(x.shape[2]):
        results.append(lstm_cell_forward(x[:, :, t], a_next, np.zeros_like(a0), parameters))
        a_next = results[-1][0]
    a, c, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(y, axis=2), np.stack(c, axis=2), (list(caches), x)


# %% mistake="memory_and_prediction_swapped" exercise="lstm_forward" kind="exchanged" says="the memories and the predictions are returned in each other's place"
def lstm_forward(x, a0, parameters):
    a_next, c_next, results = a0, np.zeros_like(a0), []
    for t in range(x.shape[2]):
        results.append(lstm_cell_forward(x[:, :, t], a_next, c_next, parameters))
        a_next, c_next = results[-1][:2]
    a, c, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(c, axis=2), np.stack(y, axis=2), (list(caches), x)


# %% mistake="states_swapped_on_the_way" exercise="lstm_forward" kind="exchanged" says="the hidden state and the memory change places from one step to the next"
def lstm_forward(x, a0, parameters):
    a_next, c_next, results = a0, np.zeros_like(a0), []
    for t in range(x.shape[2]):
        results.append(lstm_cell_forward(x[:, :, t], a_next, c_next, parameters))
        c_next, a_next = results[-1][:2]
    a, c, y, caches = zip(*results)
    return np.stack(a, axis=2), np.stack(y, axis=2), np.stack(c, axis=2), (list(caches), x)


# %% mistake="one_step_short" exercise="lstm_forward" kind="loop_ends" says="the loop leaves out the last step, so that there is one step too few"
def lstm_forward(x, a0, parameters):
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    a, c = np.zeros((n_a, m, T_x - 1)), np.zeros((n_a, m, T_x - 1))
    y = np.zeros((n_y, m, T_x - 1))
    cell_caches = []
    a_next, c_next = a0, np.zeros_like(a0)
    for t in range(T_x - 1):
        a_next, c_next, y[:, :, t], cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t], c[:, :, t] = a_next, c_next
        cell_caches.append(cache)
    return a, y, c, (cell_caches, x)


# %% mistake="hidden_state_not_carried" exercise="lstm_forward" kind="not_carried" says="every step starts from the first hidden state `a0`: the hidden state is not carried on"
def lstm_forward(x, a0, parameters):
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    a, c = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x))
    y = np.zeros((n_y, m, T_x))
    cell_caches = []
    a_next, c_next = a0, np.zeros_like(a0)
    for t in range(T_x):
        a_next, c_next, y[:, :, t], cache = lstm_cell_forward(x[:, :, t], a0, c_next, parameters)
        a[:, :, t], c[:, :, t] = a_next, c_next
        cell_caches.append(cache)
    return a, y, c, (cell_caches, x)


# %% mistake="states_and_memories_exchanged" exercise="lstm_forward" kind="exchanged" says="the hidden states and the memories are returned in each other's place"
def lstm_forward(x, a0, parameters):
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    a, c = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x))
    y = np.zeros((n_y, m, T_x))
    cell_caches = []
    a_next, c_next = a0, np.zeros_like(a0)
    for t in range(T_x):
        a_next, c_next, y[:, :, t], cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t], c[:, :, t] = a_next, c_next
        cell_caches.append(cache)
    return c, y, a, (cell_caches, x)


# %% mistake="gate_the_other_way_round" exercise="gru_cell_forward" kind="one_minus" says="the update gate multiplies the old state, and one minus it the candidate: it should be the other way round"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = np.tanh(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])
    c_next = (1 - ut) * cct + ut * c_prev
    y = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return c_next, y, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% mistake="no_relevance_gate" exercise="gru_cell_forward" kind="factor_left_out" says="the relevance gate is left out of the candidate"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    y = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return c_next, y, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% mistake="relevance_after_the_product" exercise="gru_cell_forward" kind="order" says="the relevance gate multiplies after the matrix product instead of before it"
def gru_cell_forward(xt, c_prev, parameters):
    n_a = c_prev.shape[0]
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    Wc = parameters["Wc"]
    cct = np.tanh(rt * (Wc[:, :n_a] @ c_prev) + Wc[:, n_a:] @ xt + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    y = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return c_next, y, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% mistake="candidate_only" exercise="gru_cell_forward" kind="term_left_out" says="the old state is left out of the next state"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = np.tanh(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])
    c_next = ut * cct
    y = softmax(parameters["Wy"] @ c_next + parameters["by"])
    return c_next, y, (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% mistake="sigmoid_candidate" exercise="gru_cell_forward" kind="activation" says="the candidate goes through a sigmoid instead of a tanh"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = sigmoid(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache


# %% mistake="gates_exchanged" exercise="gru_cell_forward" kind="exchanged" says="the update gate and the relevance gate have changed places"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    ut, rt = rt, ut
    cct = np.tanh(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache


# %% mistake="stacked_the_other_way" exercise="gru_cell_forward" kind="order" says="the input is stacked above the state instead of below it"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([xt, c_prev])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = np.tanh(parameters["Wc"] @ np.concatenate([xt, rt * c_prev]) + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache


# %% mistake="tanh_of_the_state" exercise="gru_cell_forward" kind="activation" says="the next state goes through one tanh too many"
def gru_cell_forward(xt, c_prev, parameters):
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = np.tanh(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])
    c_next = np.tanh(ut * cct + (1 - ut) * c_prev)
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache


# %% mistake="zero_first_state" exercise="gru_forward" kind="start" says="the first state is zero instead of `c0`"
def gru_forward(x, c0, parameters):
    c_next, results = np.zeros_like(c0), []
    for t in range(x.shape[2]):
        results.append(gru_cell_forward(x[:, :, t], c_next, parameters))
        c_next = results[-1][0]
    c, y, caches = zip(*results)
    return np.stack(c, axis=2), np.stack(y, axis=2), (list(caches), x)


# %% mistake="state_not_carried" exercise="gru_forward" kind="not_carried" says="every step starts from the first state `c0`: the state is not carried on"
def gru_forward(x, c0, parameters):
    c, y, caches = zip(*[gru_cell_forward(x[:, :, t], c0, parameters) for t in range(x.shape[2])])
    return np.stack(c, axis=2), np.stack(y, axis=2), (list(caches), x)


# %% mistake="last_step_only" exercise="gru_forward" kind="form" says="only the last step is returned instead of all of them"
def gru_forward(x, c0, parameters):
    c_next, caches = c0, []
    for t in range(x.shape[2]):
        c_next, y, cache = gru_cell_forward(x[:, :, t], c_next, parameters)
        caches.append(cache)
    return c_next[:, :, None], y[:, :, None], (caches, x)


# %% mistake="states_and_predictions_exchanged" exercise="gru_forward" kind="exchanged" says="the states and the predictions are returned in each other's place"
def gru_forward(x, c0, parameters):
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    c, y = np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x))
    cell_caches = []
    c_next = c0
    for t in range(T_x):
        c_next, y[:, :, t], cache = gru_cell_forward(x[:, :, t], c_next, parameters)
        c[:, :, t] = c_next
        cell_caches.append(cache)
    return y, c, (cell_caches, x)


# %% mistake="not_turned_back" exercise="brnn_forward" kind="order" says="the states of the reader from the right are not turned back into the order of the input"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, a0, parameters_forward)[0]
    a_backward = rnn_forward(x[:, :, ::-1], a0, parameters_backward)[0]
    both = np.concatenate([a_forward, a_backward])
    return softmax(np.einsum("ya,amt->ymt", Wy, both) + by[:, :, None]), a_forward, a_backward


# %% mistake="reads_forward_twice" exercise="brnn_forward" kind="order" says="the second reader reads from the left as well"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, a0, parameters_forward)[0]
    a_backward = rnn_forward(x, a0, parameters_backward)[0]
    both = np.concatenate([a_forward, a_backward])
    return softmax(np.einsum("ya,amt->ymt", Wy, both) + by[:, :, None]), a_forward, a_backward


# %% mistake="one_set_of_parameters" exercise="brnn_forward" kind="wrong_step" says="both readers use the first one's parameters"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, a0, parameters_forward)[0]
    a_backward = rnn_forward(x[:, :, ::-1], a0, parameters_forward)[0][:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    return softmax(np.einsum("ya,amt->ymt", Wy, both) + by[:, :, None]), a_forward, a_backward


# %% mistake="starts_where_the_other_ended" exercise="brnn_forward" kind="start" says="the second reader starts from the first one's last state instead of zero"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, a0, parameters_forward)[0]
    a_backward = rnn_forward(x[:, :, ::-1], a_forward[:, :, -1], parameters_backward)[0][:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    return softmax(np.einsum("ya,amt->ymt", Wy, both) + by[:, :, None]), a_forward, a_backward


# %% mistake="stacked_the_other_way" exercise="brnn_forward" kind="order" says="the readers' states are stacked in the wrong order before the prediction"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward = rnn_forward(x, a0, parameters_forward)[0]
    a_backward = rnn_forward(x[:, :, ::-1], a0, parameters_backward)[0][:, :, ::-1]
    both = np.concatenate([a_backward, a_forward])
    return softmax(np.einsum("ya,amt->ymt", Wy, both) + by[:, :, None]), a_forward, a_backward


# %% mistake="turned_along_the_examples" exercise="brnn_forward" kind="axis" says="what the second reader reads is turned round along the examples instead of the steps"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward, _, _ = rnn_forward(x, a0, parameters_forward)
    reversed_states, _, _ = rnn_forward(x[:, ::-1], a0, parameters_backward)
    a_backward = reversed_states[:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    y = softmax(np.tensordot(Wy, both, axes=1) + by[:, :, None])
    return y, a_forward, a_backward


# %% mistake="turned_along_the_features" exercise="brnn_forward" kind="axis" says="what the second reader reads is turned round along the features instead of the steps"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward, _, _ = rnn_forward(x, a0, parameters_forward)
    reversed_states, _, _ = rnn_forward(x[::-1], a0, parameters_backward)
    a_backward = reversed_states[:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    y = softmax(np.tensordot(Wy, both, axes=1) + by[:, :, None])
    return y, a_forward, a_backward


# %% mistake="predicts_before_turning_back" exercise="brnn_forward" kind="order" says="the predictions read the second reader's states before these are turned back"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward, _, _ = rnn_forward(x, a0, parameters_forward)
    reversed_states, _, _ = rnn_forward(x[:, :, ::-1], a0, parameters_backward)
    a_backward = reversed_states[:, :, ::-1]
    both = np.concatenate([a_forward, reversed_states])
    y = softmax(np.tensordot(Wy, both, axes=1) + by[:, :, None])
    return y, a_forward, a_backward


# %% mistake="first_layers_prediction" exercise="deep_rnn_forward" kind="taken_for_another" says="the predictions are the first layer's instead of the last one's"
def deep_rnn_forward(x, layers):
    a, y = [], None
    for parameters in layers:
        a0 = np.zeros((parameters["Waa"].shape[0], x.shape[1]))
        x, predicted, _ = rnn_forward(x, a0, parameters)
        y = predicted if y is None else y
        a.append(x)
    return a, y


# %% mistake="all_layers_read_x" exercise="deep_rnn_forward" kind="taken_for_another" says="every layer reads the input instead of the layer below"
def deep_rnn_forward(x, layers):
    a = []
    for parameters in layers:
        n_a, n_x = parameters["Wax"].shape
        seen = np.zeros((n_x, *x.shape[1:]))
        seen[: min(n_x, len(x))] = x[: min(n_x, len(x))]
        states, y, _ = rnn_forward(seen, np.zeros((n_a, x.shape[1])), parameters)
        a.append(states)
    return a, y


# %% mistake="reads_the_step_before" exercise="deep_rnn_forward" kind="wrong_step" says="a layer reads the layer below one step too late"
def deep_rnn_forward(x, layers):
    a = []
    for number, parameters in enumerate(layers):
        a0 = np.zeros((parameters["Waa"].shape[0], x.shape[1]))
        below = x if number == 0 else np.concatenate([np.zeros_like(x[:, :, :1]), x[:, :, :-1]], axis=2)
        x, y, _ = rnn_forward(below, a0, parameters)
        a.append(x)
    return a, y


# %% mistake="top_down" exercise="deep_rnn_forward" kind="order" says="the layers' states are returned from the last layer to the first"
def deep_rnn_forward(x, layers):
    a = []
    for parameters in layers:
        a0 = np.zeros((parameters["Waa"].shape[0], x.shape[1]))
        x, y, _ = rnn_forward(x, a0, parameters)
        a.insert(0, x)
    return a, y


# %% mistake="last_layer_only" exercise="deep_rnn_forward" kind="form" says="only the last layer's states are returned instead of every layer's"
def deep_rnn_forward(x, layers):
    a = []
    inputs = x
    for parameters in layers:
        a0 = np.zeros((parameters["Waa"].shape[0], x.shape[1]))
        inputs, y, _ = rnn_forward(inputs, a0, parameters)
        a.append(inputs)
    return a[-1:], y


# %% mistake="tanh_slope_of_the_slope" exercise="rnn_cell_backward" kind="taken_for_another" says="the tanh's slope is taken at the state after the step as if that were before the tanh"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - np.tanh(a_next) ** 2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="slope_not_squared" exercise="rnn_cell_backward" kind="chain_rule" says="the square is missing in the tanh's slope"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="averaged_over_examples" exercise="rnn_cell_backward" kind="average" says="the weights' and the bias's gradients are averaged over the examples instead of summed"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    m = xt.shape[1]
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T / m,
        "dWaa": dz @ a_prev.T / m,
        "dba": np.sum(dz, axis=1, keepdims=True) / m,
    }


# %% mistake="weights_gradient_with_a_next" exercise="rnn_cell_backward" kind="taken_for_another" says="the gradient of the recurrent weights, `dWaa`, is taken with the state after the step instead of the one before"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_next.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="slope_of_the_state_before" exercise="rnn_cell_backward" kind="taken_for_another" says="the tanh's slope is taken from the hidden state before instead of the next one"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_prev**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="no_slope" exercise="rnn_cell_backward" kind="chain_rule" says="the tanh's slope is left out of every gradient"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="slope_upside_down" exercise="rnn_cell_backward" kind="sign" says="the tanh's slope has the wrong sign"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (a_next**2 - 1)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="state_gradient_without_the_slope" exercise="rnn_cell_backward" kind="chain_rule" says="the gradient of the hidden state before, `da_prev`, is made from `da_next` as it came, without the tanh's slope"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ da_next,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="bias_averaged" exercise="rnn_cell_backward" kind="average" says="the bias's gradient is averaged over the examples instead of summed"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.mean(dz, axis=1, keepdims=True),
    }


# %% mistake="input_weights_without_the_slope" exercise="rnn_cell_backward" kind="chain_rule" says="the gradient of the input's weights, `dWax`, is made from `da_next` as it came, without the tanh's slope"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": da_next @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


# %% mistake="only_the_first_steps_gradient" exercise="rnn_backward" kind="wrong_step" says="only the first step's `da` is used: what it holds for later steps changes nothing"
def rnn_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx, later, sums = np.zeros((x.shape[0], m, T_x)), np.zeros((n_a, m)), {}
    for t in range(T_x - 1, -1, -1):
        step = rnn_cell_backward(da[:, :, 0] + later, cells[t])
        later, dx[:, :, t] = step["da_prev"], step["dxt"]
        for name in ("dWax", "dWaa", "dba"):
            sums[name] = sums.get(name, 0) + step[name]
    return {"dx": dx, "da0": later, **sums}


# %% mistake="first_steps_gradient_and_state" exercise="rnn_backward" kind="wrong_step" says="every step is handed the first step's `da` and hidden states: what later steps have changes nothing"
def rnn_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx, later, sums = np.zeros((x.shape[0], m, T_x)), np.zeros((n_a, m)), {}
    for t in range(T_x - 1, -1, -1):
        step = rnn_cell_backward(da[:, :, 0], (*cells[0][:2], x[:, :, t], cells[0][3]))
        later, dx[:, :, t] = step["da_prev"], step["dxt"]
        for name in ("dWax", "dWaa", "dba"):
            sums[name] = sums.get(name, 0) + step[name]
    return {"dx": dx, "da0": later, **sums}


# %% mistake="later_steps_left_out" exercise="rnn_backward" kind="term_left_out" says="the gradient from later steps is not added to that of each step's own loss"
def rnn_backward(da, caches):
    cells, x = caches
    steps = [rnn_cell_backward(da[:, :, t], cells[t]) for t in range(da.shape[2])]
    gradients = {name: sum(step[name] for step in steps) for name in ("dWax", "dWaa", "dba")}
    return {"dx": np.stack([step["dxt"] for step in steps], axis=2), "da0": steps[0]["da_prev"], **gradients}


# %% mistake="last_step_only" exercise="rnn_backward" kind="form" says="the weights' gradients are those of one step instead of the sum over all"
def rnn_backward(da, caches):
    cells, x = caches
    dx, carried = np.zeros((x.shape[0], *da.shape[1:])), np.zeros(da.shape[:2])
    for t in reversed(range(da.shape[2])):
        step = rnn_cell_backward(da[:, :, t] + carried, cells[t])
        carried = step["da_prev"]
        dx[:, :, t] = step["dxt"]
    return {"dx": dx, "da0": carried, **{name: step[name] for name in ("dWax", "dWaa", "dba")}}


# %% mistake="forwards" exercise="rnn_backward" kind="order" says="the loop runs forwards in time instead of backwards"
def rnn_backward(da, caches):
    cells, x = caches
    dx, carried = np.zeros((x.shape[0], *da.shape[1:])), np.zeros(da.shape[:2])
    total = {"dWax": 0, "dWaa": 0, "dba": 0}
    for t in range(da.shape[2]):
        step = rnn_cell_backward(da[:, :, t] + carried, cells[t])
        carried = step["da_prev"]
        dx[:, :, t] = step["dxt"]
        total = {name: value + step[name] for name, value in total.items()}
    return {"dx": dx, "da0": carried, **total}


# %% mistake="length_of_the_caches" exercise="rnn_backward" kind="taken_for_another" says="the number of steps is that of the caches instead of that of `da`"
def rnn_backward(da, caches):
    cells, x = caches
    T_x = len(cells)
    dx, carried = np.zeros(x.shape), np.zeros(da.shape[:2])
    total = {"dWax": 0, "dWaa": 0, "dba": 0}
    for t in reversed(range(T_x)):
        step = rnn_cell_backward(da[:, :, t - T_x] + carried, cells[t])
        carried = step["da_prev"]
        dx[:, :, t] = step["dxt"]
        total = {name: value + step[name] for name, value in total.items()}
    return {"dx": dx, "da0": carried, **total}


# %% mistake="first_gradient_of_the_last_step" exercise="rnn_backward" kind="wrong_step" says="`da0` is the gradient at the last step instead of the one before the first step"
def rnn_backward(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros((x.shape[0], m, T_x))
    total = {"dWax": np.zeros((n_a, x.shape[0])), "dWaa": np.zeros((n_a, n_a)), "dba": np.zeros((n_a, 1))}
    da_prev = da0 = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        step = rnn_cell_backward(da[:, :, t] + da_prev, cell_caches[t])
        da_prev = step["da_prev"]
        da0 = da_prev if t == T_x - 1 else da0
        dx[:, :, t] = step["dxt"]
        for name in total:
            total[name] += step[name]
    return {"dx": dx, "da0": da0, **total}


# %% mistake="averaged_over_the_steps" exercise="rnn_backward" kind="average" says="the weights' gradients are averaged over the steps instead of summed"
def rnn_backward(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros((x.shape[0], m, T_x))
    total = {"dWax": np.zeros((n_a, x.shape[0])), "dWaa": np.zeros((n_a, n_a)), "dba": np.zeros((n_a, 1))}
    da_prev = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        step = rnn_cell_backward(da[:, :, t] + da_prev, cell_caches[t])
        da_prev = step["da_prev"]
        dx[:, :, t] = step["dxt"]
        for name in total:
            total[name] += step[name] / T_x
    return {"dx": dx, "da0": da_prev, **total}


# %% mistake="no_gradient_through_the_hidden_state" exercise="lstm_cell_backward" kind="term_left_out" says="the hidden state's gradient does not flow into the memory"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dz = {
        "f": dc_next * c_prev * ft * (1 - ft),
        "i": dc_next * cct * it * (1 - it),
        "c": dc_next * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    stacked, n_a = np.concatenate([a_prev, xt]), len(a_prev)
    below = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc_next * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="slope_of_the_memory" exercise="lstm_cell_backward" kind="taken_for_another" says="the tanh's slope is taken from the memory itself instead of from its tanh"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dc = dc_next + da_next * ot * (1 - c_next**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    stacked, n_a = np.concatenate([a_prev, xt]), len(a_prev)
    below = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="memory_gradient_not_multiplied" exercise="lstm_cell_backward" kind="chain_rule" says="the gradient of the memory before, `dc_prev`, is not multiplied by the forget gate"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    stacked, n_a = np.concatenate([a_prev, xt]), len(a_prev)
    below = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="candidate_slope_of_a_sigmoid" exercise="lstm_cell_backward" kind="chain_rule" says="the candidate's slope is that of a sigmoid instead of a tanh"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * cct * (1 - cct),
        "o": da_next * np.tanh(c_next) * ot * (1 - ot),
    }
    stacked, n_a = np.concatenate([a_prev, xt]), len(a_prev)
    below = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="output_gate_with_the_memory" exercise="lstm_cell_backward" kind="taken_for_another" says="the output gate's gradient is taken with the memory instead of its tanh"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * c_next * ot * (1 - ot),
    }
    stacked, n_a = np.concatenate([a_prev, xt]), len(a_prev)
    below = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": below[n_a:], "da_prev": below[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="no_slope_of_the_forget_gate" exercise="lstm_cell_backward" kind="chain_rule" says="the slope of the forget gate's sigmoid is left out of its gradient"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev,
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="no_slope_of_the_update_gate" exercise="lstm_cell_backward" kind="chain_rule" says="the slope of the update gate's sigmoid is left out of its gradient"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct,
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="no_slope_of_the_output_gate" exercise="lstm_cell_backward" kind="chain_rule" says="the slope of the output gate's sigmoid is left out of its gradient"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c,
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="no_slope_of_the_candidate" exercise="lstm_cell_backward" kind="chain_rule" says="the slope of the candidate's tanh is left out of its gradient"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it,
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="forget_gate_with_the_next_memory" exercise="lstm_cell_backward" kind="taken_for_another" says="the forget gate's gradient is taken with the next memory instead of the memory before"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_next * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="gradient_of_the_memory_goes_on_as_it_came" exercise="lstm_cell_backward" kind="term_left_out" says="the gradient of the memory before, `dc_prev`, lacks what comes through the hidden state"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc_next * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="weights_averaged" exercise="lstm_cell_backward" kind="average" says="the weights' and the biases' gradients are averaged over the examples instead of summed"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_prev.shape[0]
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * tanh_c * ot * (1 - ot),
    }
    stacked = np.concatenate([a_prev, xt])
    dstacked = sum(parameters[f"W{gate}"].T @ dz[gate] for gate in dz)
    gradients = {"dxt": dstacked[n_a:], "da_prev": dstacked[:n_a], "dc_prev": dc * ft}
    for gate in dz:
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T / xt.shape[1]
        gradients[f"db{gate}"] = np.mean(dz[gate], axis=1, keepdims=True)
    return gradients


# %% mistake="neither_gradient_carried" exercise="lstm_backward" kind="not_carried" says="the gradients of later steps are not handed back: neither the hidden state's nor the memory's is carried on to the step before"
def lstm_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx, later, sums = np.zeros((x.shape[0], m, T_x)), np.zeros((n_a, m)), {}
    for t in range(T_x - 1, -1, -1):
        step = lstm_cell_backward(da[:, :, t], np.zeros((n_a, m)), cells[t])
        later, dx[:, :, t] = step["da_prev"], step["dxt"]
        for name in [kind + gate for kind in ("dW", "db") for gate in "fico"]:
            sums[name] = sums.get(name, 0) + step[name]
    return {"dx": dx, "da0": later, **sums}


# %% mistake="running_sum_twice" exercise="lstm_backward" kind="added_twice" says="the running sum of the weights' gradients is counted twice at every step"
def lstm_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx, later, memory, sums = np.zeros((x.shape[0], m, T_x)), np.zeros((n_a, m)), np.zeros((n_a, m)), {}
    for t in range(T_x - 1, -1, -1):
        step = lstm_cell_backward(da[:, :, t] + later, memory, cells[t])
        later, memory, dx[:, :, t] = step["da_prev"], step["dc_prev"], step["dxt"]
        for name in [kind + gate for kind in ("dW", "db") for gate in "fico"]:
            sums[name] = 2 * sums.get(name, 0) + step[name]
    return {"dx": dx, "da0": later, **sums}


# %% mistake="memory_gradient_not_carried" exercise="lstm_backward" kind="not_carried" says="the memory's gradient is not carried on to the step before"
def lstm_backward(da, caches):
    cells, x = caches
    carried, steps = np.zeros(da.shape[:2]), []
    for t in reversed(range(da.shape[2])):
        steps.append(lstm_cell_backward(da[:, :, t] + carried, np.zeros(da.shape[:2]), cells[t]))
        carried = steps[-1]["da_prev"]
    total = {f"d{kind}{gate}": sum(step[f"d{kind}{gate}"] for step in steps) for kind in "Wb" for gate in "fico"}
    return {"dx": np.stack([step["dxt"] for step in steps[::-1]], axis=2), "da0": carried, **total}


# %% mistake="hidden_gradient_not_carried" exercise="lstm_backward" kind="term_left_out" says="the hidden state's gradient from later steps is not added to that of each step's own loss"
def lstm_backward(da, caches):
    cells, x = caches
    dc, steps = np.zeros(da.shape[:2]), []
    for t in reversed(range(da.shape[2])):
        steps.append(lstm_cell_backward(da[:, :, t], dc, cells[t]))
        dc = steps[-1]["dc_prev"]
    total = {f"d{kind}{gate}": sum(step[f"d{kind}{gate}"] for step in steps) for kind in "Wb" for gate in "fico"}
    return {"dx": np.stack([step["dxt"] for step in steps[::-1]], axis=2), "da0": steps[-1]["da_prev"], **total}


# %% mistake="one_step_only" exercise="lstm_backward" kind="not_summed" says="the weights' gradients are those of one step instead of the sum over all"
def lstm_backward(da, caches):
    cells, x = caches
    dx, carried, dc = np.zeros((x.shape[0], *da.shape[1:])), np.zeros(da.shape[:2]), np.zeros(da.shape[:2])
    for t in reversed(range(da.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + carried, dc, cells[t])
        carried, dc = step["da_prev"], step["dc_prev"]
        dx[:, :, t] = step["dxt"]
    return {"dx": dx, "da0": carried, **{f"d{kind}{gate}": step[f"d{kind}{gate}"] for kind in "Wb" for gate in "fico"}}


# %% mistake="first_gradient_before_the_first_step" exercise="lstm_backward" kind="wrong_step" says="`da0` is the gradient at the last step instead of the one before the first step"
def lstm_backward(da, caches):
    cells, x = caches
    carried, dc, steps = np.zeros(da.shape[:2]), np.zeros(da.shape[:2]), []
    for t in reversed(range(da.shape[2])):
        steps.append(lstm_cell_backward(da[:, :, t] + carried, dc, cells[t]))
        carried, dc = steps[-1]["da_prev"], steps[-1]["dc_prev"]
    total = {f"d{kind}{gate}": sum(step[f"d{kind}{gate}"] for step in steps) for kind in "Wb" for gate in "fico"}
    return {"dx": np.stack([step["dxt"] for step in steps[::-1]], axis=2), "da0": steps[0]["da_prev"], **total}


# %% mistake="forwards" exercise="lstm_backward" kind="order" says="the loop runs forwards in time instead of backwards"
def lstm_backward(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    n_x = x.shape[0]
    dx = np.zeros((n_x, m, T_x))
    total = {f"dW{gate}": np.zeros((n_a, n_a + n_x)) for gate in "fico"}
    total |= {f"db{gate}": np.zeros((n_a, 1)) for gate in "fico"}
    da_prev, dc_prev = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in range(T_x):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, cell_caches[t])
        da_prev, dc_prev = step["da_prev"], step["dc_prev"]
        dx[:, :, t] = step["dxt"]
        for name in total:
            total[name] += step[name]
    return {"dx": dx, "da0": da_prev, **total}


# %% mistake="averaged_over_the_steps" exercise="lstm_backward" kind="average" says="the weights' gradients are averaged over the steps instead of summed"
def lstm_backward(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    n_x = x.shape[0]
    dx = np.zeros((n_x, m, T_x))
    total = {f"dW{gate}": np.zeros((n_a, n_a + n_x)) for gate in "fico"}
    total |= {f"db{gate}": np.zeros((n_a, 1)) for gate in "fico"}
    da_prev, dc_prev = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, cell_caches[t])
        da_prev, dc_prev = step["da_prev"], step["dc_prev"]
        dx[:, :, t] = step["dxt"]
        for name in total:
            total[name] += step[name] / T_x
    return {"dx": dx, "da0": da_prev, **total}


# %% paraphrase="einsum" exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    z = np.einsum("ax,xm->am", parameters["Wax"], xt) + np.einsum("ab,bm->am", parameters["Waa"], a_prev)
    hidden = 1 - 2 / (np.exp(2 * (z + parameters["ba"])) + 1)
    logits = np.einsum("ya,am->ym", parameters["Wya"], hidden) + parameters["by"]
    logits -= logits.max(axis=0)
    return hidden, np.exp(logits) / np.exp(logits).sum(axis=0), (hidden, a_prev, xt, parameters)


# %% paraphrase="einsum" exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    steps = [(a0, None, None)]
    for t in range(x.shape[2]):
        steps.append(rnn_cell_forward(x[..., t], steps[-1][0], parameters))
    states, predictions, caches = zip(*steps[1:])
    return np.stack(states, axis=-1), np.stack(predictions, axis=-1), (list(caches), x)


# %% paraphrase="einsum" exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    n_a = a_prev.shape[0]
    gates = {}
    for letter in "ofic":
        W = parameters["W" + letter]
        z = (
            np.einsum("ab,bm->am", W[:, :n_a], a_prev)
            + np.einsum("ax,xm->am", W[:, n_a:], xt)
            + parameters["b" + letter]
        )
        gates[letter] = np.tanh(z) if letter == "c" else (1 + np.tanh(z / 2)) / 2
    c_next = np.add(np.multiply(gates["i"], gates["c"]), np.multiply(gates["f"], c_prev))
    a_next = np.multiply(np.tanh(c_next), gates["o"])
    y = softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, gates["f"], gates["i"], gates["c"], gates["o"], xt, parameters)
    return a_next, c_next, y, cache


# %% paraphrase="einsum" exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    hidden, memory, outputs = a0, np.zeros(a0.shape), []
    for xt in x.transpose(2, 0, 1):
        hidden, memory, y, cache = lstm_cell_forward(xt, hidden, memory, parameters)
        outputs.append((hidden, y, memory, cache))
    a, y, c = (np.stack(part, axis=2) for part in list(zip(*outputs))[:3])
    return a, y, c, ([output[3] for output in outputs], x)


# %% paraphrase="einsum" exercise="gru_cell_forward"
def gru_cell_forward(xt, c_prev, parameters):
    n = c_prev.shape[0]

    def before(letter, state):
        W = parameters["W" + letter]
        return np.einsum("ab,bm->am", W[:, :n], state) + np.einsum("ax,xm->am", W[:, n:], xt) + parameters["b" + letter]

    u, r = sigmoid(before("u", c_prev)), sigmoid(before("r", c_prev))
    candidate = np.tanh(before("c", np.einsum("am,am->am", r, c_prev)))
    c_next = c_prev - u * (c_prev - candidate)
    y = softmax(np.einsum("ya,am->ym", parameters["Wy"], c_next) + parameters["by"])
    return c_next, y, (c_next, c_prev, u, r, candidate, xt, parameters)


# %% paraphrase="einsum" exercise="gru_forward"
def gru_forward(x, c0, parameters):
    from functools import reduce

    def step(done, xt):
        return [*done, gru_cell_forward(xt, done[-1][0] if done else c0, parameters)]

    done = reduce(step, np.moveaxis(x, 2, 0), [])
    return np.dstack([d[0] for d in done]), np.dstack([d[1] for d in done]), ([d[2] for d in done], x)


# %% paraphrase="einsum" exercise="brnn_forward"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    n_a, m = len(parameters_forward["ba"]), x.shape[1]
    there, _, _ = rnn_forward(x, np.zeros((n_a, m)), parameters_forward)
    back, _, _ = rnn_forward(np.flip(x, 2), np.zeros((n_a, m)), parameters_backward)
    back = np.flip(back, axis=2)
    logits = np.einsum("ya,amt->ymt", Wy[:, :n_a], there) + np.einsum("ya,amt->ymt", Wy[:, n_a:], back)
    return softmax(logits + by[..., np.newaxis]), there, back


# %% paraphrase="einsum" exercise="deep_rnn_forward"
def deep_rnn_forward(x, layers):
    states = [x]
    for layer in layers:
        states.append(rnn_forward(states[-1], np.zeros((layer["Wax"].shape[0], x.shape[1])), layer)[0])
    logits = np.einsum("ya,amt->ymt", layers[-1]["Wya"], states[-1]) + layers[-1]["by"][:, :, None]
    return states[1:], softmax(logits)


# %% paraphrase="einsum" exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, p = cache
    d = np.einsum("am,am->am", da_next, 1 - np.square(a_next))
    return dict(
        dba=np.einsum("am->a", d).reshape(-1, 1),
        dWaa=np.einsum("am,bm->ab", d, a_prev),
        dWax=np.einsum("am,xm->ax", d, xt),
        da_prev=np.einsum("ab,am->bm", p["Waa"], d),
        dxt=np.einsum("ax,am->xm", p["Wax"], d),
    )


# %% paraphrase="einsum" exercise="rnn_backward"
def rnn_backward(da, caches):
    cells, x = caches
    steps, from_later = [], 0.0
    for t in np.arange(da.shape[-1])[::-1]:
        steps.append(rnn_cell_backward(da[..., t] + from_later, cells[t]))
        from_later = steps[-1]["da_prev"]
    out = {key: np.add.reduce([step[key] for step in steps]) for key in ("dba", "dWaa", "dWax")}
    out.update(da0=from_later, dx=np.stack([step["dxt"] for step in reversed(steps)], axis=-1))
    return out


# %% paraphrase="einsum" exercise="lstm_cell_backward"
def lstm_cell_backward(da_next, dc_next, cache):
    _, c_next, a_prev, c_prev, f, i, g, o, xt, p = cache
    dc = dc_next + da_next * o / np.cosh(c_next) ** 2
    d = {"f": c_prev * dc * (f - f**2), "i": g * dc * (i - i**2), "c": i * dc * (1 - g) * (1 + g)}
    d["o"] = np.tanh(c_next) * da_next * (o - o**2)
    n = len(a_prev)
    out = {"dc_prev": f * dc, "da_prev": 0, "dxt": 0}
    for letter in d:
        W = p["W" + letter]
        out["da_prev"] = out["da_prev"] + np.einsum("ab,am->bm", W[:, :n], d[letter])
        out["dxt"] = out["dxt"] + np.einsum("ax,am->xm", W[:, n:], d[letter])
        left, right = np.einsum("am,bm->ab", d[letter], a_prev), np.einsum("am,xm->ax", d[letter], xt)
        out["dW" + letter], out["db" + letter] = np.hstack([left, right]), np.einsum("am->a", d[letter])[:, None]
    return out


# %% paraphrase="einsum" exercise="lstm_backward"
def lstm_backward(da, caches):
    cells, x = caches
    da_prev = dc_prev = np.zeros(da.shape[:2])
    found = []
    for da_t, cell in zip(np.moveaxis(da, 2, 0)[::-1], cells[: da.shape[2]][::-1]):
        found.insert(0, lstm_cell_backward(da_t + da_prev, dc_prev, cell))
        da_prev, dc_prev = found[0]["da_prev"], found[0]["dc_prev"]
    out = {key: np.stack([g[key] for g in found]).sum(axis=0) for key in found[0] if key[1] in "Wb"}
    return out | {"da0": da_prev, "dx": np.dstack([g["dxt"] for g in found])}


# %% paraphrase="loops" exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    n_y, n_a = parameters["Wya"].shape
    m = xt.shape[1]
    a_next, yt_pred = np.empty((n_a, m)), np.empty((n_y, m))
    for example in range(m):
        for unit in range(n_a):
            z = parameters["ba"][unit, 0]
            z += np.dot(parameters["Waa"][unit], a_prev[:, example]) + np.dot(parameters["Wax"][unit], xt[:, example])
            a_next[unit, example] = np.tanh(z)
        scores = np.array([parameters["Wya"][k] @ a_next[:, example] + parameters["by"][k, 0] for k in range(n_y)])
        powers = np.exp(scores - max(scores))
        yt_pred[:, example] = powers / sum(powers)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# %% paraphrase="loops" exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    (m, T_x), (n_y, n_a) = x.shape[1:], parameters["Wya"].shape
    a, y_pred, caches = np.empty((n_a, m, T_x)), np.empty((n_y, m, T_x)), []
    t = 0
    while t < T_x:
        before = a[:, :, t - 1] if t > 0 else a0
        a[:, :, t], y_pred[:, :, t], cache = rnn_cell_forward(x[:, :, t], before.copy(), parameters)
        caches = caches + [cache]
        t += 1
    return a, y_pred, (caches, x)


# %% paraphrase="loops" exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    n_a, m = a_prev.shape
    f, i, g, o, c, a = (np.zeros((n_a, m)) for _ in range(6))
    for k in range(m):
        column = np.append(a_prev[:, k], xt[:, k])
        for j in range(n_a):
            z = [parameters["W" + s][j] @ column + parameters["b" + s][j, 0] for s in "fico"]
            f[j, k], i[j, k], o[j, k] = (1 / (1 + np.exp(-z[s])) for s in (0, 1, 3))
            g[j, k] = np.tanh(z[2])
            c[j, k] = f[j, k] * c_prev[j, k] + i[j, k] * g[j, k]
            a[j, k] = o[j, k] * np.tanh(c[j, k])
    y = softmax(parameters["Wy"] @ a + parameters["by"])
    return a, c, y, (a, c, a_prev, c_prev, f, i, g, o, xt, parameters)


# %% paraphrase="loops" exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    T_x = x.shape[2]
    a, c, y, caches = [a0], [np.zeros(a0.shape)], [], []
    for t in range(T_x):
        step = lstm_cell_forward(x[:, :, t], a[t], c[t], parameters)
        for kept, part in zip((a, c, y, caches), step):
            kept.append(part)
    a, y, c = (np.moveaxis(np.array(kept), 0, 2) for kept in (a[1:], y, c[1:]))
    return a, y, c, (caches, x)


# %% paraphrase="loops" exercise="gru_cell_forward"
def gru_cell_forward(xt, c_prev, parameters):
    n_a, m = c_prev.shape
    u, r, g, c = (np.zeros((n_a, m)) for _ in range(4))
    for k in range(m):
        column = np.r_[c_prev[:, k], xt[:, k]]
        for j in range(n_a):
            u[j, k] = 1 / (1 + np.exp(-(parameters["Wu"][j] @ column + parameters["bu"][j, 0])))
            r[j, k] = 1 / (1 + np.exp(-(parameters["Wr"][j] @ column + parameters["br"][j, 0])))
        column = np.r_[r[:, k] * c_prev[:, k], xt[:, k]]
        for j in range(n_a):
            g[j, k] = np.tanh(parameters["Wc"][j] @ column + parameters["bc"][j, 0])
            c[j, k] = u[j, k] * g[j, k] + c_prev[j, k] - u[j, k] * c_prev[j, k]
    y = softmax(parameters["Wy"] @ c + parameters["by"])
    return c, y, (c, c_prev, u, r, g, xt, parameters)


# %% paraphrase="loops" exercise="gru_forward"
def gru_forward(x, c0, parameters):
    T_x = x.shape[2]
    c, y = np.empty(c0.shape + (T_x,)), np.empty((len(parameters["by"]), x.shape[1], T_x))
    caches = [None] * T_x
    state = c0.copy()
    for t in range(0, T_x, 1):
        state, y[..., t], caches[t] = gru_cell_forward(x[..., t], state, parameters)
        c[..., t] = state
    return c, y, (caches, x)


# %% paraphrase="loops" exercise="brnn_forward"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    T_x, m, n_a = x.shape[2], x.shape[1], parameters_forward["Wax"].shape[0]
    a_forward, a_backward = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x))
    y = np.zeros((Wy.shape[0], m, T_x))
    left = right = np.zeros((n_a, m))
    for t in range(T_x):
        left, _, _ = rnn_cell_forward(x[:, :, t], left, parameters_forward)
        right, _, _ = rnn_cell_forward(x[:, :, T_x - 1 - t], right, parameters_backward)
        a_forward[:, :, t], a_backward[:, :, T_x - 1 - t] = left, right
    for t in range(T_x):
        y[:, :, t] = softmax(Wy @ np.vstack([a_forward[:, :, t], a_backward[:, :, t]]) + by)
    return y, a_forward, a_backward


# %% paraphrase="loops" exercise="deep_rnn_forward"
def deep_rnn_forward(x, layers):
    m, T_x = x.shape[1:]
    states = [np.zeros((layer["Waa"].shape[0], m)) for layer in layers]
    kept, y = [[] for _ in layers], []
    for t in range(T_x):
        seen = x[:, :, t]
        for number, layer in enumerate(layers):
            states[number], prediction, _ = rnn_cell_forward(seen, states[number], layer)
            seen = states[number]
            kept[number].append(seen)
        y.append(prediction)
    return [np.stack(steps, axis=2) for steps in kept], np.stack(y, axis=2)


# %% paraphrase="loops" exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    n_a, m = a_next.shape
    out = {"dxt": np.zeros(xt.shape), "da_prev": np.zeros((n_a, m)), "dba": np.zeros((n_a, 1))}
    out["dWax"], out["dWaa"] = np.zeros((n_a, len(xt))), np.zeros((n_a, n_a))
    for k in range(m):
        for j in range(n_a):
            d = da_next[j, k] * (1 - a_next[j, k]) * (1 + a_next[j, k])
            out["dxt"][:, k] += d * parameters["Wax"][j]
            out["da_prev"][:, k] += d * parameters["Waa"][j]
            out["dWax"][j] += d * xt[:, k]
            out["dWaa"][j] += d * a_prev[:, k]
            out["dba"][j, 0] += d
    return out


# %% paraphrase="loops" exercise="rnn_backward"
def rnn_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx, dWax, dWaa, dba, later = [None] * T_x, 0, 0, 0, np.zeros((n_a, m))
    t = T_x
    while t:
        t -= 1
        step = rnn_cell_backward(later + da[:, :, t], cells[t])
        dx[t], later = step["dxt"], step["da_prev"]
        dWax, dWaa, dba = dWax + step["dWax"], dWaa + step["dWaa"], dba + step["dba"]
    return {"dx": np.stack(dx, 2), "da0": later, "dWax": dWax, "dWaa": dWaa, "dba": dba}


# %% paraphrase="loops" exercise="lstm_cell_backward"
def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    dot = da_next * np.tanh(c_next)
    dc = da_next * ot * (1 - np.tanh(c_next) ** 2)
    dc += dc_next
    dit, dft, dcct, dc_prev = dc * cct, dc * c_prev, dc * it, dc * ft
    dot, dit, dft = dot * ot * (1 - ot), dit * it * (1 - it), dft * ft * (1 - ft)
    dcct = dcct * (1 - cct * cct)
    n_a, m = a_prev.shape
    below = np.zeros((n_a + len(xt), m))
    out = {"dc_prev": dc_prev}
    for name, d in (("f", dft), ("i", dit), ("c", dcct), ("o", dot)):
        dW, db = np.zeros((n_a, n_a + len(xt))), np.zeros((n_a, 1))
        for k in range(m):
            below[:, k] += parameters["W" + name].T.dot(d[:, k])
            dW += np.outer(d[:, k], np.concatenate((a_prev[:, k], xt[:, k])))
            db[:, 0] += d[:, k]
        out["dW" + name], out["db" + name] = dW, db
    out["da_prev"], out["dxt"] = below[:n_a], below[n_a:]
    return out


# %% paraphrase="loops" exercise="lstm_backward"
def lstm_backward(da, caches):
    cells, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros((x.shape[0], m, T_x))
    sums = {}
    da_t, dc_t = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in range(T_x - 1, -1, -1):
        step = lstm_cell_backward(da_t + da[:, :, t], dc_t, cells[t])
        dx[:, :, t] = step.pop("dxt")
        da_t, dc_t = step.pop("da_prev"), step.pop("dc_prev")
        for key, value in step.items():
            sums[key] = sums.get(key, 0) + value
    return dict(sums, dx=dx, da0=da_t)


# %% paraphrase="one_matrix" exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    """One matrix [Waa | Wax | ba] on [a_prev; xt; 1]."""
    ones = np.ones((1, xt.shape[1]))
    W = np.hstack((parameters["Waa"], parameters["Wax"], parameters["ba"]))
    h = np.tanh(W.dot(np.vstack((a_prev, xt, ones))))
    V = np.hstack((parameters["Wya"], parameters["by"]))
    return h, softmax(V.dot(np.vstack((h, ones)))), (h, a_prev, xt, parameters)


# %% paraphrase="one_matrix" exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    """All products with x at once would do for the state; the cell makes the rest."""
    everything = []
    h = a0
    for index in range(x.shape[-1]):
        everything.append(rnn_cell_forward(np.take(x, index, axis=2), h, parameters))
        h, *_ = everything[-1]
    shape = (len(h), x.shape[1], x.shape[2])
    a = np.array([one[0] for one in everything]).transpose(1, 2, 0).reshape(shape)
    y = np.array([one[1] for one in everything]).transpose(1, 2, 0)
    return a, y, ([one[-1] for one in everything], x)


# %% paraphrase="one_matrix" exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    n = a_prev.shape[0]
    W = np.concatenate([parameters[name] for name in ("Wo", "Wc", "Wi", "Wf")])
    b = np.concatenate([parameters[name] for name in ("bo", "bc", "bi", "bf")])
    z = W @ np.concatenate([a_prev, xt], axis=0) + b
    ot, it, ft = sigmoid(z[:n]), sigmoid(z[2 * n : 3 * n]), sigmoid(z[3 * n :])
    cct = np.tanh(z[n : 2 * n])
    c_next = it * cct
    c_next = c_next + ft * c_prev
    a_next = np.tanh(c_next) * ot
    y = softmax(parameters["Wy"].dot(a_next) + parameters["by"])
    return a_next, c_next, y, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


# %% paraphrase="one_matrix" exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    def unroll(t, hidden, memory):
        if t == x.shape[2]:
            return []
        step = lstm_cell_forward(x[:, :, t], hidden, memory, parameters)
        return [step, *unroll(t + 1, step[0], step[1])]

    steps = unroll(0, a0, a0 * 0)
    a, c, y = (np.stack([step[k] for step in steps], axis=2) for k in range(3))
    return a, y, c, ([step[3] for step in steps], x)


# %% paraphrase="one_matrix" exercise="gru_cell_forward"
def gru_cell_forward(xt, c_prev, parameters):
    gates = sigmoid(
        np.vstack([parameters["Wr"], parameters["Wu"]]) @ np.vstack([c_prev, xt])
        + np.vstack([parameters["br"], parameters["bu"]])
    )
    relevance, update = np.split(gates, 2)
    cct = np.tanh(parameters["bc"] + parameters["Wc"] @ np.vstack([c_prev * relevance, xt]))
    keep = 1 - update
    c_next = keep * c_prev + update * cct
    return (
        c_next,
        softmax(parameters["by"] + parameters["Wy"] @ c_next),
        (c_next, c_prev, update, relevance, cct, xt, parameters),
    )


# %% paraphrase="one_matrix" exercise="gru_forward"
def gru_forward(x, c0, parameters):
    states, predictions, caches = [c0], [], []
    for t in range(x.shape[2]):
        state, prediction, cache = gru_cell_forward(x[:, :, t], states[-1], parameters)
        states += [state]
        predictions += [prediction]
        caches += [cache]
    return np.stack(states, axis=2)[:, :, 1:], np.stack(predictions, axis=2), (caches, x)


# %% paraphrase="one_matrix" exercise="brnn_forward"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    def read(parameters, steps):
        zero = np.zeros((parameters["Waa"].shape[0], x.shape[1]))
        return rnn_forward(steps, zero, parameters)[0]

    states = np.vstack([read(parameters_forward, x), read(parameters_backward, x[..., ::-1])[..., ::-1]])
    n_a, m, T_x = states.shape
    y = softmax(Wy @ states.reshape(n_a, m * T_x) + by).reshape(-1, m, T_x)
    return y, states[: n_a // 2], states[n_a // 2 :]


# %% paraphrase="one_matrix" exercise="deep_rnn_forward"
def deep_rnn_forward(x, layers):
    def climb(below, rest):
        layer, *above = rest
        states, y, _ = rnn_forward(below, np.zeros((len(layer["ba"]), below.shape[1])), layer)
        return ([states], y) if not above else ([states, *climb(states, above)[0]], climb(states, above)[1])

    return climb(x, list(layers))


# %% paraphrase="one_matrix" exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    state, before, seen, weights = cache
    delta = (1 - state * state) * da_next
    n_x = len(seen)
    joint = delta @ np.vstack([seen, before, np.ones((1, seen.shape[1]))]).T
    down = np.hstack([weights["Wax"], weights["Waa"]]).T @ delta
    return {
        "dWax": joint[:, :n_x],
        "dWaa": joint[:, n_x:-1],
        "dba": joint[:, -1:],
        "dxt": down[:n_x],
        "da_prev": down[n_x:],
    }


# %% paraphrase="one_matrix" exercise="rnn_backward"
def rnn_backward(da, caches):
    memories, x = caches
    T_x = da.shape[2]
    flow = np.zeros_like(da[:, :, 0])
    gradients = dict(dx=np.zeros((x.shape[0], x.shape[1], T_x)), dWax=0.0, dWaa=0.0, dba=0.0)
    for t, memory in reversed(list(enumerate(memories[:T_x]))):
        found = rnn_cell_backward(flow + da[:, :, t], memory)
        gradients["dx"][:, :, t] = found["dxt"]
        for key in ("dWax", "dWaa", "dba"):
            gradients[key] = gradients[key] + found[key]
        flow = found["da_prev"]
    gradients["da0"] = flow
    return gradients


# %% paraphrase="one_matrix" exercise="lstm_cell_backward"
def lstm_cell_backward(da_next, dc_next, cache):
    (_, memory, a_prev, c_prev, f, i, g, o, xt, P), n = cache, len(cache[2])
    squashed = np.tanh(memory)
    whole = dc_next + o * da_next - o * da_next * squashed * squashed
    slopes = np.vstack(
        [
            whole * c_prev * f * (1 - f),
            whole * g * i * (1 - i),
            whole * i * (1 - g * g),
            da_next * squashed * o * (1 - o),
        ]
    )
    W = np.vstack([P["Wf"], P["Wi"], P["Wc"], P["Wo"]])
    down, dW = W.T @ slopes, slopes @ np.vstack([a_prev, xt]).T
    out = {"da_prev": down[:n], "dxt": down[n:], "dc_prev": whole * f}
    for row, gate in enumerate("fico"):
        out["dW" + gate] = dW[row * n : (row + 1) * n]
        out["db" + gate] = slopes[row * n : (row + 1) * n].sum(1, keepdims=True)
    return out


# %% paraphrase="one_matrix" exercise="lstm_backward"
def lstm_backward(da, caches):
    T_x = da.shape[2]
    keys = [kind + gate for gate in "fico" for kind in ("dW", "db")]
    sums, dx = dict.fromkeys(keys, 0.0), []
    hidden, memory = np.zeros(da.shape[:2]), np.zeros(da.shape[:2])
    for back in range(1, T_x + 1):
        found = lstm_cell_backward(hidden + da[:, :, T_x - back], memory, caches[0][T_x - back])
        sums = {key: sums[key] + found[key] for key in keys}
        dx = [found["dxt"], *dx]
        hidden, memory = found["da_prev"], found["dc_prev"]
    return {"da0": hidden, "dx": np.stack(dx, axis=2)} | sums


# %% paraphrase="private_cache" exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
    yt_pred = softmax(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, yt_pred, {"slope": 1 - a_next**2, "seen": (xt, a_prev), "weights": parameters}


# %% paraphrase="private_cache" exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    dz = da_next * cache["slope"]
    (xt, a_prev), weights = cache["seen"], cache["weights"]
    dba = dz.sum(axis=1, keepdims=True)
    return {
        "dxt": weights["Wax"].T @ dz,
        "da_prev": weights["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dba,
    }


# %% paraphrase="private_cache" exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    stacked = np.vstack([a_prev, xt])
    gates = {gate: sigmoid(parameters["W" + gate] @ stacked + parameters["b" + gate]) for gate in "fio"}
    gates["c"] = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    c_next = gates["f"] * c_prev + gates["i"] * gates["c"]
    squashed = np.tanh(c_next)
    a_next = gates["o"] * squashed
    y = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, y, (stacked, gates, squashed, c_prev, parameters)


# %% paraphrase="private_cache" exercise="lstm_cell_backward"
def lstm_cell_backward(da_next, dc_next, cache):
    stacked, gates, squashed, c_prev, parameters = cache
    f, i, o, c = (gates[gate] for gate in "fioc")
    dc = dc_next + da_next * o * (1 - squashed**2)
    d = {"f": dc * c_prev * f * (1 - f), "i": dc * c * i * (1 - i), "c": dc * i * (1 - c**2)}
    d["o"] = da_next * squashed * o * (1 - o)
    below = sum(parameters["W" + gate].T @ d[gate] for gate in d)
    n = len(c_prev)
    out = {"dxt": below[n:], "da_prev": below[:n], "dc_prev": dc * f}
    for gate, slope in d.items():
        out["dW" + gate], out["db" + gate] = slope @ stacked.T, slope.sum(1)[:, None]
    return out


# %% paraphrase="private_caches_of_loops" exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    n_y, n_a = parameters["Wya"].shape
    a, y = np.zeros((n_a, *x.shape[1:])), np.zeros((n_y, *x.shape[1:]))
    state, memory = a0, {"x": x, "steps": x.shape[2]}
    for t in range(x.shape[2]):
        state, y[:, :, t], memory[t] = rnn_cell_forward(x[:, :, t], state, parameters)
        a[:, :, t] = state
    return a, y, memory


# %% paraphrase="private_caches_of_loops" exercise="rnn_backward"
def rnn_backward(da, caches):
    later, total, dx = np.zeros(da.shape[:2]), {}, []
    for t in reversed(range(da.shape[2])):
        step = rnn_cell_backward(da[:, :, t] + later, caches[t])
        dx.append(step.pop("dxt"))
        later = step.pop("da_prev")
        for name, value in step.items():
            total[name] = total.get(name, 0) + value
    return {"dx": np.stack(dx[::-1], axis=2), "da0": later, **total}


# %% paraphrase="private_caches_of_loops" exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    a, c, steps = a0, np.zeros_like(a0), []
    for t in range(x.shape[2]):
        steps.append(lstm_cell_forward(x[:, :, t], a, c, parameters))
        a, c = steps[-1][0], steps[-1][1]
    parts = [np.stack([step[k] for step in steps], axis=2) for k in (0, 2, 1)]
    return (*parts, [step[3] for step in steps])


# %% paraphrase="private_caches_of_loops" exercise="lstm_backward"
def lstm_backward(da, caches):
    da_prev, dc_prev, dx, total = np.zeros(da.shape[:2]), np.zeros(da.shape[:2]), [], {}
    for t in reversed(range(da.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, caches[t])
        dx.insert(0, step.pop("dxt"))
        da_prev, dc_prev = step.pop("da_prev"), step.pop("dc_prev")
        total = {name: value + total.get(name, 0) for name, value in step.items()}
    return {"dx": np.stack(dx, axis=2), "da0": da_prev, **total}


# %% paraphrase="single_precision" exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    weights = {name: value.astype(np.float32) for name, value in parameters.items()}
    a_next = np.tanh(
        weights["Wax"] @ xt.astype(np.float32) + weights["Waa"] @ a_prev.astype(np.float32) + weights["ba"]
    )
    return a_next, softmax(weights["Wya"] @ a_next + weights["by"]), (a_next, a_prev, xt, parameters)


# %% paraphrase="single_precision" exercise="gru_cell_forward"
def gru_cell_forward(xt, c_prev, parameters):
    x, old = xt.astype(np.float32), c_prev.astype(np.float32)
    weights = {name: value.astype(np.float32) for name, value in parameters.items()}
    stacked = np.concatenate([old, x])
    ut = sigmoid(weights["Wu"] @ stacked + weights["bu"])
    rt = sigmoid(weights["Wr"] @ stacked + weights["br"])
    cct = np.tanh(weights["Wc"] @ np.concatenate([rt * old, x]) + weights["bc"])
    c_next = ut * cct + (1 - ut) * old
    return c_next, softmax(weights["Wy"] @ c_next + weights["by"]), (c_next, c_prev, ut, rt, cct, xt, parameters)


# %% paraphrase="single_precision" exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    a_next, a_prev, xt, dz = (np.asarray(array, np.float32) for array in (a_next, a_prev, xt, da_next))
    Wax, Waa = parameters["Wax"].astype("float32"), parameters["Waa"].astype("float32")
    dz = dz * (1 - a_next**2)
    return {
        "dxt": Wax.T @ dz,
        "da_prev": Waa.T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(1)[:, None],
    }
