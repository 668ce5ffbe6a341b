"""Unit 03: the mistakes that students make, and right answers written otherwise, to try the graders on.

docs/writing-a-unit.md says how this file is read.
"""

# %% words
{
    "tokens": "the tokens",
    "now": "the tick that is reached",
    "until": "where the rest is cut",
    "starts": "where the windows start",
    "places": "the places of the windows' tokens",
    "weights": "the shaped probabilities",
    "events": "the events",
    "x": "what the cell reads",
    "a": "the hidden state `a`",
    "c": "the memory `c`",
    "a_next": "the new hidden state",
    "c_next": "the new memory",
    "outputs": "the probabilities of the steps",
    "model": "the model",
    "number": "the number of the token",
    "end": "the end of the chorus",
}

# %% words exercise="encode_chorus"
{
    "tokens": "the tokens",
    "tokens[0]": "the tokens' durations",
    "tokens[1]": "the tokens' pitches",
    "len(tokens)": "the number of tokens",
}

# %% words exercise="decode_tokens"
{
    "notes[0]": "the notes' onsets",
    "notes[1]": "the notes' durations",
    "notes[2]": "the notes' pitches",
    "len(notes)": "the number of notes",
}

# %% words exercise="to_midi"
{
    "events[0]": "the events' waiting times",
    "events[1]": "the events' pitches",
    "events[2]": "the events' velocities",
    "len(events)": "the number of events",
}

# ------------------------------------------------------------------------------------------------------- encode_chorus


# %% mistake="rests_not_cut" exercise="encode_chorus" kind="condition" says="rests are not cut at bar lines"
def encode_chorus(notes, length):
    tokens, now = [], 0
    for onset, duration, pitch in [*notes, (length, 0, None)]:
        if onset > now:
            tokens.append((onset - now, REST))
        if pitch is not None:
            tokens.append((duration, pitch))
        now = onset + duration
    return tokens


# %% mistake="no_last_rest" exercise="encode_chorus" kind="condition" says="the rests after the last note are missing"
def encode_chorus(notes, length):
    tokens, now = [], 0
    for onset, duration, pitch in notes:
        while now < onset:
            until = min(onset, now - now % TICKS_PER_BAR + TICKS_PER_BAR)
            tokens.append((until - now, REST))
            now = until
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="no_rests" exercise="encode_chorus" kind="condition" says="silence is left out"
def encode_chorus(notes, length):
    return [(duration, pitch) for _, duration, pitch in notes]


# %% mistake="bars_from_the_rest" exercise="encode_chorus" kind="condition" says="rests are cut every 48 ticks from their own beginning, not at bar lines"
def encode_chorus(notes, length):
    tokens, now = [], 0
    for onset, duration, pitch in [*notes, (length, 0, REST)]:
        while now < onset:
            rest = min(TICKS_PER_BAR, onset - now)
            tokens.append((rest, REST))
            now += rest
        if duration:
            tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="pitch_first" exercise="encode_chorus" kind="exchanged" says="duration and pitch are in each other's place"
def encode_chorus(notes, length):
    def rests(now, end):
        tokens = []
        while now < end:
            until = min(end, (now // TICKS_PER_BAR + 1) * TICKS_PER_BAR)
            tokens.append((REST, until - now))
            now = until
        return tokens
    tokens, now = [], 0
    for onset, duration, pitch in notes:
        tokens += rests(now, onset)
        tokens.append((pitch, duration))
        now = onset + duration
    return tokens + rests(now, length)


# %% mistake="time_does_not_move" exercise="encode_chorus" kind="not_carried" says="time does not move on with the notes, so that the rests become too long"
def encode_chorus(notes, length):
    def rests(now, end):
        tokens = []
        while now < end:
            until = min(end, (now // TICKS_PER_BAR + 1) * TICKS_PER_BAR)
            tokens.append((until - now, REST))
            now = until
        return tokens
    tokens, now = [], 0
    for onset, duration, pitch in notes:
        tokens += rests(now, onset)
        tokens.append((duration, pitch))
        now = onset
    return tokens + rests(now, length)


# %% mistake="onsets_kept" exercise="encode_chorus" kind="form" says="the tokens are triples with the onset, instead of duration and pitch"
def encode_chorus(notes, length):
    def rests(now, end):
        tokens = []
        while now < end:
            until = min(end, (now // TICKS_PER_BAR + 1) * TICKS_PER_BAR)
            tokens.append((now, until - now, REST))
            now = until
        return tokens
    tokens, now = [], 0
    for onset, duration, pitch in notes:
        tokens += rests(now, onset)
        tokens.append((onset, duration, pitch))
        now = onset + duration
    return tokens + rests(now, length)


# %% equivalent="swap_parts-c5d5ff" exercise="encode_chorus" because="the smaller of two numbers is the same in either order"

# %% paraphrase="tick_by_tick" exercise="encode_chorus"
def encode_chorus(notes, length):
    begins = {onset: (duration, pitch) for onset, duration, pitch in notes}
    tokens, tick, silence = [], 0, 0
    while tick < length:
        if tick % TICKS_PER_BAR == 0 or tick in begins:
            if silence:
                tokens.append((silence, REST))
            silence = 0
        if tick in begins:
            tokens.append(begins[tick])
            tick += begins[tick][0]
        else:
            silence += 1
            tick += 1
    if silence:
        tokens.append((silence, REST))
    return tokens


# %% paraphrase="modulo" exercise="encode_chorus"
def encode_chorus(notes, length):
    tokens = []
    now = 0
    for onset, duration, pitch in list(notes) + [(length, 0, None)]:
        gap = onset - now
        while gap > 0:
            piece = min(gap, 48 - now % 48)
            tokens.append((piece, 0))
            now, gap = now + piece, gap - piece
        if pitch is not None:
            tokens.append((duration, pitch))
            now = onset + duration
    return tokens


# %% paraphrase="bar_lines_first" exercise="encode_chorus"
def encode_chorus(notes, length):
    tokens = []
    ends = [0] + [note[0] + note[1] for note in notes]
    onsets = [note[0] for note in notes] + [length]
    for k, (start, stop) in enumerate(zip(ends, onsets)):
        lines = [line for line in range(0, length, TICKS_PER_BAR) if start < line < stop]
        cuts = [start, *lines, stop]
        tokens.extend([(b - a, REST) for a, b in zip(cuts, cuts[1:]) if b > a])
        if k < len(notes):
            tokens.append([int(notes[k][1]), int(notes[k][2])])
    return [tuple(token) for token in tokens]


# ------------------------------------------------------------------------------------------------------- decode_tokens


# %% mistake="rests_take_no_time" exercise="decode_tokens" kind="not_carried" says="rests do not move time on"
def decode_tokens(tokens):
    notes, now = [], 0
    for duration, pitch in tokens:
        if pitch != REST:
            notes.append((now, duration, pitch))
            now += duration
    return notes


# %% mistake="rests_kept" exercise="decode_tokens" kind="form" says="rests stay among the notes"
def decode_tokens(tokens):
    notes, now = [], 0
    for duration, pitch in tokens:
        notes.append((now, duration, pitch))
        now += duration
    return notes


# %% mistake="moved_on_first" exercise="decode_tokens" kind="order" says="the onset is taken after time has moved on"
def decode_tokens(tokens):
    notes, now = [], 0
    for duration, pitch in tokens:
        now += duration
        if pitch != REST:
            notes.append((now, duration, pitch))
    return notes


# %% mistake="first_tick_missing" exercise="decode_tokens" kind="start" says="the first token begins at tick 1 instead of 0"
def decode_tokens(tokens):
    notes, now = [], 1
    for duration, pitch in tokens:
        if pitch != REST:
            notes.append((now, duration, pitch))
        now += duration
    return notes


# %% mistake="order_of_the_triple" exercise="decode_tokens" kind="exchanged" says="the triples hold duration, onset, pitch instead of onset, duration, pitch"
def decode_tokens(tokens):
    notes, now = [], 0
    for duration, pitch in tokens:
        if pitch != REST:
            notes.append((duration, now, pitch))
        now += duration
    return notes


# %% mistake="ends_for_durations" exercise="decode_tokens" kind="taken_for_another" says="the triples hold the end of a note instead of its duration"
def decode_tokens(tokens):
    notes, now = [], 0
    for duration, pitch in tokens:
        if pitch != REST:
            notes.append((now, now + duration, pitch))
        now += duration
    return notes


# %% paraphrase="cumulative_sum" exercise="decode_tokens"
def decode_tokens(tokens):
    durations = np.array([duration for duration, _ in tokens])
    onsets = np.cumsum(durations) - durations
    return [(onset, *token) for onset, token in zip(onsets, tokens) if token[1]]


# %% paraphrase="comprehension" exercise="decode_tokens"
def decode_tokens(tokens):
    return [
        (sum(before[0] for before in tokens[:k]), duration, pitch)
        for k, (duration, pitch) in enumerate(tokens)
        if pitch > 0
    ]


# %% paraphrase="generator" exercise="decode_tokens"
def decode_tokens(tokens):
    def walk():
        now = 0
        for token in tokens:
            if token[1] != 0:
                yield now, token[0], token[1]
            now = now + token[0]

    return list(walk())


# -------------------------------------------------------------------------------------------------------- make_windows


# %% mistake="no_shift" exercise="make_windows" kind="wrong_step" says="the targets are the inputs themselves"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places + 1], tokens[places]


# %% mistake="conditions_of_x" exercise="make_windows" kind="wrong_step" says="the conditions are read where the inputs begin, not the targets"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places], tokens[places + 1]


# %% mistake="last_window_lost" exercise="make_windows" kind="boundary" says="the last window is left out"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x - 1, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places + 1], tokens[places + 1]


# %% mistake="targets_rolled" exercise="make_windows" kind="wrong_step" says="the last target of a window is its first token"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    X = tokens[places]
    return X, conditions[places + 1], np.roll(X, -1, axis=1)


# %% mistake="no_shape_when_empty" exercise="make_windows" kind="form" says="the arrays lose their shape when no window fits"
def make_windows(tokens, conditions, T_x, hop):
    X, C, Y = [], [], []
    for start in range(0, len(tokens) - T_x, hop):
        X.append(tokens[start : start + T_x])
        C.append(conditions[start + 1 : start + T_x + 1])
        Y.append(tokens[start + 1 : start + T_x + 1])
    return np.array(X), np.array(C), np.array(Y)


# %% mistake="hop_unused" exercise="make_windows" kind="option" says="a window begins at every token: hop is not used"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, 1)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places + 1], tokens[places + 1]


# %% mistake="without_overlap" exercise="make_windows" kind="taken_for_another" says="a window begins where the one before it has ended, instead of hop tokens later"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, T_x)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places + 1], tokens[places + 1]


# %% mistake="conditions_and_targets_exchanged" exercise="make_windows" kind="exchanged" says="the conditions and the targets are returned in each other's place"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], tokens[places + 1], conditions[places + 1]


# %% mistake="two_tokens_later" exercise="make_windows" kind="number" says="the targets are two tokens later instead of one"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places + 1], tokens[np.minimum(places + 2, len(tokens) - 1)]


# %% mistake="inputs_and_targets_exchanged" exercise="make_windows" kind="exchanged" says="the inputs and the targets are returned in each other's place"
def make_windows(tokens, conditions, T_x, hop):
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places + 1], conditions[places + 1], tokens[places]


# %% paraphrase="lists" exercise="make_windows"
def make_windows(tokens, conditions, T_x, hop):
    X, C, Y = [], [], []
    start = 0
    while start + T_x < len(tokens):
        X.append(tokens[start : start + T_x])
        C.append(conditions[start + 1 : start + 1 + T_x])
        Y.append(tokens[start + 1 : start + 1 + T_x])
        start += hop
    m, n_c = len(X), conditions.shape[1]
    return np.reshape(X, (m, T_x)).astype(int), np.reshape(C, (m, T_x, n_c)), np.reshape(Y, (m, T_x)).astype(int)


# %% paraphrase="sliding" exercise="make_windows"
def make_windows(tokens, conditions, T_x, hop):
    if len(tokens) <= T_x:
        return np.zeros((0, T_x), int), np.zeros((0, T_x, conditions.shape[1])), np.zeros((0, T_x), int)
    view = np.lib.stride_tricks.sliding_window_view
    both = view(tokens, T_x + 1)[::hop]
    read = view(conditions, T_x + 1, axis=0)[::hop].transpose(0, 2, 1)
    return both[:, :-1], read[:, 1:], both[:, 1:]


# %% paraphrase="filled" exercise="make_windows"
def make_windows(tokens, conditions, T_x, hop):
    m = max(0, (len(tokens) - T_x - 1) // hop + 1)
    X = np.zeros((m, T_x), dtype=int)
    Y = np.zeros((m, T_x), dtype=int)
    C = np.zeros((m, T_x, conditions.shape[1]))
    for i in range(m):
        for t in range(T_x):
            X[i, t] = tokens[i * hop + t]
            Y[i, t] = tokens[i * hop + t + 1]
            C[i, t] = conditions[i * hop + t + 1]
    return X, C, Y


# --------------------------------------------------------------------------------------------------------- make_layers


# %% mistake="no_softmax" exercise="make_layers" kind="activation" says="the output layer has no softmax"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.LSTMCell(n_a), layers.Dense(n_values)
    cell.build((None, n_values + n_conditions))
    output.build((None, n_a))
    return {"cell": cell, "output": output}


# %% mistake="sigmoid" exercise="make_layers" kind="activation" says="the output layer has a sigmoid instead of a softmax"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.LSTMCell(n_a), layers.Dense(n_values, activation="sigmoid")
    cell.build((None, n_values + n_conditions))
    output.build((None, n_a))
    return {"cell": cell, "output": output}


# %% mistake="sizes_swapped" exercise="make_layers" kind="exchanged" says="the sizes of the two layers are swapped"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.LSTMCell(n_values), layers.Dense(n_a, activation="softmax")
    cell.build((None, n_values + n_conditions))
    output.build((None, n_values))
    return {"cell": cell, "output": output}


# %% mistake="gru" exercise="make_layers" kind="layer" says="the cell is that of a GRU"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.GRUCell(n_a), layers.Dense(n_values, activation="softmax")
    cell.build((None, n_values + n_conditions))
    output.build((None, n_a))
    return {"cell": cell, "output": output}


# %% mistake="whole_layer" exercise="make_layers" kind="layer" says="an LSTM layer, which has the loop inside, stands in the place of the cell"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.LSTM(n_a, return_state=True), layers.Dense(n_values, activation="softmax")
    cell.build((None, None, n_values + n_conditions))
    output.build((None, n_a))
    return {"cell": cell, "output": output}


# %% mistake="kept_layers" exercise="make_layers" kind="new_layers" says="the same layers come back from every call"
kept = {}


def make_layers(n_a, n_values, n_conditions):
    sizes = n_a, n_values, n_conditions
    if sizes not in kept:
        cell, output = layers.LSTMCell(n_a), layers.Dense(n_values, activation="softmax")
        cell.build((None, n_values + n_conditions))
        output.build((None, n_a))
        kept[sizes] = {"cell": cell, "output": output}
    return kept[sizes]


# %% mistake="relu_cell" exercise="make_layers" kind="activation" says="the cell squashes with a ReLU instead of a tanh"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.LSTMCell(n_a, activation="relu"), layers.Dense(n_values, activation="softmax")
    cell.build((None, n_values + n_conditions))
    output.build((None, n_a))
    return {"cell": cell, "output": output}


# %% mistake="condition_forgotten" exercise="make_layers" kind="layer" says="the cell is built without room for the condition"
def make_layers(n_a, n_values, n_conditions):
    cell, output = layers.LSTMCell(n_a), layers.Dense(n_values, activation="softmax")
    cell.build((None, n_values))
    output.build((None, n_a))
    return {"cell": cell, "output": output}


# %% mistake="not_built" exercise="make_layers" kind="layer" says="the layers are not built"
def make_layers(n_a, n_values, n_conditions):
    return {"cell": layers.LSTMCell(n_a), "output": layers.Dense(n_values, activation="softmax")}


# %% paraphrase="named_arguments" exercise="make_layers"
def make_layers(n_a, n_values, n_conditions):
    made = dict()
    made["cell"] = keras.layers.LSTMCell(units=n_a, name="shared_cell")
    made["output"] = keras.layers.Dense(units=n_values, activation=keras.activations.softmax, name="shared_output")
    for name, n_in in {"cell": n_conditions + n_values, "output": n_a}.items():
        made[name].build(input_shape=(1, n_in))
    return made


# %% paraphrase="own_layer" exercise="make_layers"
class Choice(keras.layers.Layer):
    """A Dense layer with a softmax, written by hand."""

    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, a):
        return keras.ops.softmax(keras.ops.matmul(a, self.kernel) + self.bias)


def make_layers(n_a, n_values, n_conditions):
    made = {"cell": keras.layers.LSTMCell(n_a, unit_forget_bias=False), "output": Choice(n_values)}
    made["cell"].build((None, n_values + n_conditions))
    made["output"].build((None, n_a))
    return made


# %% paraphrase="called_once" exercise="make_layers"
def make_layers(n_a, n_values, n_conditions):
    output = layers.Dense(n_values, "softmax", kernel_initializer="he_normal")
    cell = layers.LSTMCell(n_a, kernel_initializer="glorot_uniform", seed=3)
    zeros = ops.zeros((1, n_a))
    a, _ = cell(ops.zeros((1, n_values + n_conditions)), [zeros, zeros])
    output(a)
    return dict(output=output, cell=cell)


# ------------------------------------------------------------------------------------------------ build_training_model


# %% mistake="new_output_each_step" exercise="build_training_model" kind="new_layers" says="an output layer is made anew at each step"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers.Dense(n_values, activation="softmax")(a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="layers_of_its_own" exercise="build_training_model" kind="new_layers" says="the model makes layers of its own instead of using the given ones"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    cell, output = layers.LSTMCell(n_a), layers.Dense(n_values, activation="softmax")
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = cell(x[:, t], [a, c])
        outputs.append(output(a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="late_lambda" exercise="build_training_model" kind="wrong_step" says="a Lambda reads the loop variable after the loop, so every step sees the last token"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        step = layers.Lambda(lambda z: z[:, t], output_shape=(n_values + n_conditions,))(x)  # noqa: B023
        _, (a, c) = layers_["cell"](step, [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="state_not_carried" exercise="build_training_model" kind="not_carried" says="every step starts from the first state"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    outputs = []
    for t in range(T_x):
        a, _ = layers_["cell"](x[:, t], [a0, c0])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="wrong_loss" exercise="build_training_model" kind="loss" says="the loss is a mean squared error"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(
        keras.optimizers.Adam(learning_rate),
        lambda y, p: ops.mean((ops.one_hot(ops.cast(y, "int32"), n_values) - p) ** 2),
    )
    return model


# %% mistake="not_compiled" exercise="build_training_model" kind="loss" says="the model is not compiled"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    return keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))


# %% mistake="default_rate" exercise="build_training_model" kind="option" says="the given learning rate is not used"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


# %% mistake="sgd" exercise="build_training_model" kind="loss" says="the optimizer is plain gradient descent instead of Adam"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="steps_first" exercise="build_training_model" kind="axis" says="time stands in front of the batch in the output"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=0))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="loss_for_one_hot" exercise="build_training_model" kind="loss" says="the loss is the one for one-hot columns, and the targets are whole numbers"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input((T_x,), dtype="int32")
    conditions = keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c = a0, c0
    outputs = []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "categorical_crossentropy")
    return model


# %% mistake="condition_first" exercise="build_training_model" kind="order" says="the condition stands before the one-hot token"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input((T_x,), dtype="int32")
    conditions = keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([conditions, ops.one_hot(tokens, n_values)], axis=-1)
    a, c = a0, c0
    outputs = []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="states_exchanged" exercise="build_training_model" kind="exchanged" says="the hidden state a and the memory c go into the cell in each other's place"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input((T_x,), dtype="int32")
    conditions = keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c = a0, c0
    outputs = []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [c, a])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="reads_the_memory" exercise="build_training_model" kind="taken_for_another" says="the output layer reads the memory c instead of the hidden state a"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input((T_x,), dtype="int32")
    conditions = keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c = a0, c0
    outputs = []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](c))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="starts_from_zeros" exercise="build_training_model" kind="start" says="the first states that go in are not used: every window starts from zeros"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input((T_x,), dtype="int32")
    conditions = keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    a, c = a0 * 0, c0 * 0
    outputs = []
    for t in range(T_x):
        _, (a, c) = layers_["cell"](x[:, t], [a, c])
        outputs.append(layers_["output"](a))
    model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% equivalent="drop_option-0dbdaa" exercise="build_training_model" because="one_hot makes whole numbers of a float input by itself"

# %% paraphrase="step_by_step" exercise="build_training_model"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens = keras.Input(shape=(T_x,), dtype="int64", name="tokens")
    conditions = keras.Input(shape=(T_x, n_conditions), name="conditions")
    a0 = keras.Input(shape=(n_a,), name="a0")
    c0 = keras.Input(shape=(n_a,), name="c0")
    state, outputs = [a0, c0], []
    for t in range(T_x):
        one_hot = ops.one_hot(tokens[:, t], n_values)
        seen = keras.layers.Concatenate()([one_hot, conditions[:, t, :]])
        output, state = layers_["cell"](seen, state)
        outputs.append(ops.expand_dims(layers_["output"](output), 1))
    model = keras.Model(inputs=[tokens, conditions, a0, c0], outputs=ops.concatenate(outputs, axis=1))
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


# %% paraphrase="rnn_layer" exercise="build_training_model"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(tokens, n_values), conditions], axis=-1)
    states = keras.layers.RNN(layers_["cell"], return_sequences=True)(x, initial_state=[a0, c0])
    model = keras.Model([tokens, conditions, a0, c0], layers_["output"](states))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% paraphrase="bound_lambda" exercise="build_training_model"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    one_hot = layers.Lambda(lambda z: ops.one_hot(z, n_values), output_shape=(T_x, n_values))(tokens)
    x = ops.concatenate([one_hot, conditions], axis=2)
    a, c, outputs = a0, c0, []
    for t in range(T_x):
        step = layers.Lambda(lambda z, t=t: z[:, t], output_shape=(n_values + n_conditions,))(x)
        a, (_, c) = layers_["cell"](step, states=[a, c])
        outputs.append(layers.Reshape((1, n_values))(layers_["output"](a)))
    whole = layers.Concatenate(axis=1)(outputs) if T_x > 1 else outputs[0]
    model = keras.Model([tokens, conditions, a0, c0], whole)
    model.compile(keras.optimizers.Adam(learning_rate, clipnorm=1e6), "sparse_categorical_crossentropy")
    return model


# %% paraphrase="output_once" exercise="build_training_model"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    tokens, conditions = keras.Input((T_x,), dtype="int32"), keras.Input((T_x, n_conditions))
    a0, c0 = keras.Input((n_a,)), keras.Input((n_a,))
    a, c, hidden = a0, c0, []
    for t in range(T_x):
        x = ops.concatenate([ops.one_hot(tokens[:, t], n_values), conditions[:, t]], axis=1)
        a, [a, c] = layers_["cell"](x, (a, c))
        hidden.append(a)
    model = keras.Model([tokens, conditions, a0, c0], layers_["output"](ops.stack(hidden, 1)))
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(
        keras.optimizers.Adam(learning_rate),
        lambda y, p: loss(ops.one_hot(ops.cast(y, "int32"), n_values), p),
        run_eagerly=True,
    )
    return model


# ------------------------------------------------------------------------------------------------ build_one_step_model


# %% mistake="own_layers" exercise="build_one_step_model" kind="new_layers" says="new layers are made instead of using the given ones"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    _, (a_next, c_next) = layers.LSTMCell(n_a)(x, [a, c])
    return keras.Model(
        [token, condition, a, c], [layers.Dense(n_values, activation="softmax")(a_next), a_next, c_next]
    )


# %% mistake="old_state_out" exercise="build_one_step_model" kind="not_carried" says="the state that comes out is the one that went in"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    _, (a_next, _) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), a_next, c])


# %% mistake="c_for_a" exercise="build_one_step_model" kind="taken_for_another" says="the output layer reads the memory c instead of the hidden state a"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    _, (a_next, c_next) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], [layers_["output"](c_next), a_next, c_next])


# %% mistake="only_probabilities" exercise="build_one_step_model" kind="form" says="the model gives no state back"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    _, (a_next, _) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], layers_["output"](a_next))


# %% mistake="condition_first" exercise="build_one_step_model" kind="order" says="the condition stands before the one-hot token"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([condition, ops.one_hot(token, n_values)], axis=-1)
    _, (a_next, c_next) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), a_next, c_next])


# %% mistake="fresh_state" exercise="build_one_step_model" kind="start" says="the step starts from zeros instead of the state that goes in"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    _, (a_next, c_next) = layers_["cell"](x, [ops.zeros_like(a), ops.zeros_like(c)])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), a_next, c_next])


# %% mistake="states_out_exchanged" exercise="build_one_step_model" kind="exchanged" says="the new a and the new c come out in each other's place"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=1)
    _, (a_next, c_next) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), c_next, a_next])


# %% mistake="states_in_exchanged" exercise="build_one_step_model" kind="exchanged" says="the hidden state a and the memory c go into the cell in each other's place"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=1)
    _, (a_next, c_next) = layers_["cell"](x, [c, a])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), a_next, c_next])


# %% mistake="old_states_out" exercise="build_one_step_model" kind="not_carried" says="both states that come out, a and c, are the ones that went in"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=1)
    _, (a_next, _) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), a, c])


# %% equivalent="drop_option-3fe07a" exercise="build_one_step_model" because="one_hot makes whole numbers of a float input by itself"

# %% paraphrase="tuple_of_outputs" exercise="build_one_step_model"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    inputs = [
        keras.Input(shape=(), dtype="int32", name="token"),
        keras.Input(shape=(n_conditions,), name="condition"),
        keras.Input(shape=(n_a,), name="a"),
        keras.Input(shape=(n_a,), name="c"),
    ]
    one_hot = keras.layers.Lambda(lambda token: ops.one_hot(token, n_values), output_shape=(n_values,))(inputs[0])
    output, state = layers_["cell"](keras.layers.Concatenate()([one_hot, inputs[1]]), inputs[2:])
    return keras.Model(inputs, (layers_["output"](output), *state))


# %% paraphrase="rnn_of_one_step" exercise="build_one_step_model"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=-1)
    output, a_next, c_next = keras.layers.RNN(layers_["cell"], return_state=True)(
        ops.expand_dims(x, 1), initial_state=[a, c]
    )
    return keras.Model([token, condition, a, c], [layers_["output"](output), a_next, c_next])


# %% paraphrase="subclass" exercise="build_one_step_model"
class OneStep(keras.Model):
    def __init__(self, layers_, n_values):
        super().__init__()
        self.cell, self.choice, self.n_values = layers_["cell"], layers_["output"], n_values

    def call(self, inputs):
        token, condition, a, c = inputs
        x = ops.concatenate([ops.one_hot(ops.cast(token, "int32"), self.n_values), condition], axis=-1)
        a, (_, c) = self.cell(x, [a, c])
        return self.choice(a), a, c


def build_one_step_model(layers_, n_a, n_values, n_conditions):
    model = OneStep(layers_, n_values)
    zeros = [ops.zeros((1,), "int32"), ops.zeros((1, n_conditions)), ops.zeros((1, n_a)), ops.zeros((1, n_a))]
    model(zeros)
    return model


# -------------------------------------------------------------------------------------------------------- sample_token


# %% mistake="greedy" exercise="sample_token" kind="draws" says="the most probable token is taken every time"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    return int(np.argmax(probabilities))


# %% mistake="global_chance" exercise="sample_token" kind="generator" says="chance comes from numpy.random instead of the given generator"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(np.random.choice(len(weights), p=weights / weights.sum()))


# %% mistake="temperature_inverted" exercise="sample_token" kind="related_function" says="the temperature works the other way round"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** temperature
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="probabilities_as_logits" exercise="sample_token" kind="related_function" says="the probabilities go through another softmax instead of their logarithms"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.exp(np.asarray(probabilities, dtype="float64") / temperature)
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="top_k_of_the_least" exercise="sample_token" kind="draws" says="the least probable tokens are kept"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    if top_k is not None:
        weights[np.argsort(weights)[top_k:]] = 0
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="top_k_unused" exercise="sample_token" kind="option" says="all tokens may be drawn, top_k is not used"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="temperature_unused" exercise="sample_token" kind="option" says="the temperature is not used"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.array(probabilities, dtype="float64")
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="place_among_the_kept" exercise="sample_token" kind="taken_for_another" says="the place among the kept tokens is returned instead of the token"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    if top_k is not None:
        weights = np.sort(weights)[-top_k:]
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="in_place" exercise="sample_token" kind="in_place" says="the given probabilities are changed in place"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    if top_k is not None:
        probabilities[np.argsort(probabilities)[:-top_k]] = 0
    weights = probabilities.astype("float64") ** (1 / temperature)
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="divided_by_the_temperature" exercise="sample_token" kind="related_function" says="the probabilities are divided by the temperature, which changes nothing"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") / temperature
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(rng.choice(len(weights), p=weights / weights.sum()))


# %% mistake="uniform" exercise="sample_token" kind="draws" says="all tokens are drawn with equal chances"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(rng.choice(len(weights), p=(weights > 0) / np.sum(weights > 0)))


# %% mistake="own_generator" exercise="sample_token" kind="generator" says="a generator of its own is made, so that every draw is the same"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(np.random.default_rng(0).choice(len(weights), p=weights / weights.sum()))


# %% equivalent="drop_option-97faac" exercise="sample_token" because="a Generator allows for the rounding of float32 probabilities"

# %% paraphrase="inverse_cdf" exercise="sample_token"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    p = np.array(probabilities, dtype=np.float64)
    order = np.argsort(-p)
    if top_k:
        order = order[:top_k]
    weights = p[order] ** (1.0 / temperature)
    edges = np.cumsum(weights)
    return order[np.searchsorted(edges, rng.random() * edges[-1], side="right").clip(0, len(order) - 1)]


# %% paraphrase="gumbel" exercise="sample_token"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    logits = np.log(np.asarray(probabilities, dtype="float64") + 1e-300) / temperature
    if top_k is not None and top_k < len(logits):
        logits[logits < np.sort(logits)[-top_k]] = -np.inf
    return int(np.argmax(logits + rng.gumbel(size=logits.shape)))


# %% paraphrase="log_softmax" exercise="sample_token"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    with np.errstate(divide="ignore"):
        logits = np.log(np.asarray(probabilities).astype("float64")) / temperature
    kept = np.argsort(logits)[::-1][: top_k or len(logits)]
    powers = np.exp(logits[kept] - logits[kept].max())
    return rng.choice(kept, p=powers / powers.sum())


# %% paraphrase="multinomial" exercise="sample_token"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    p = [float(value) ** (1 / temperature) for value in probabilities]
    if top_k is not None:
        best = sorted(range(len(p)), key=lambda k: p[k], reverse=True)[:top_k]
        p = [value if k in best else 0.0 for k, value in enumerate(p)]
    total = sum(p)
    return int(np.flatnonzero(rng.multinomial(1, [value / total for value in p]))[0])


# ------------------------------------------------------------------------------------------------------------ generate


# %% mistake="count_in_again" exercise="generate" kind="not_carried" says="the count-in goes in at every step instead of the token that was chosen"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    now, end, tokens = 0, len(sheet) * GRID, []
    while now < end:
        first = np.array([vocabulary.index(COUNT_IN)])
        probabilities, a, c = ask(one_step_model, first, sheet[now // GRID][None], a, c)
        duration, pitch = vocabulary[sample_token(probabilities[0], rng, temperature, top_k)]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="state_forgotten" exercise="generate" kind="not_carried" says="the state goes back to zero at every step"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, _, _ = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="memory_forgotten" exercise="generate" kind="not_carried" says="the memory c goes back to zero at every step"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, _ = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="one_chord" exercise="generate" kind="wrong_step" says="the lead sheet is read at the beginning only"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[0][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="row_by_row" exercise="generate" kind="wrong_step" says="the lead sheet is read row by row, one for each token, not by time"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[len(tokens)][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="counted_in" exercise="generate" kind="start" says="the bar of the count-in is taken from the chorus"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), TICKS_PER_BAR, len(sheet) * GRID, [COUNT_IN]
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="too_long" exercise="generate" kind="boundary" says="the last token is not shortened"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        tokens.append(vocabulary[number])
        now += vocabulary[number][0]
    return tokens


# %% mistake="always_the_best" exercise="generate" kind="draws" says="the most probable token is taken instead of drawing one"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = int(np.argmax(probabilities[0]))
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="knobs_unused" exercise="generate" kind="option" says="temperature and top-k are not handed on"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="mixed" exercise="generate" kind="form" says="the state goes in as tensors beside arrays, which a Keras model refuses"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number, now, end, tokens = vocabulary.index(COUNT_IN), 0, len(sheet) * GRID, []
    while now < end:
        probabilities, a, c = one_step_model([np.array([number]), sheet[now // GRID][None], a, c])
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="count_in_returned" exercise="generate" kind="start" says="the count-in stands among the tokens that are returned"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number = vocabulary.index(COUNT_IN)
    now, end = 0, len(sheet) * GRID
    tokens = [COUNT_IN]
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% mistake="numbers_instead_of_tokens" exercise="generate" kind="form" says="the numbers of the tokens are returned instead of the tokens"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number = vocabulary.index(COUNT_IN)
    now, end = 0, len(sheet) * GRID
    tokens = []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append(number)
        now += duration
    return tokens


# %% mistake="hidden_state_forgotten" exercise="generate" kind="not_carried" says="the hidden state a goes back to zero at every step"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = c = np.zeros((1, n_a), dtype="float32")
    number = vocabulary.index(COUNT_IN)
    now, end = 0, len(sheet) * GRID
    tokens = []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], np.zeros((1, n_a), dtype="float32"), c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens


# %% equivalent="drop_option-b19c3e" exercise="generate" because="Keras makes float32 of float64 inputs"

# %% equivalent="swap_parts-126f62" exercise="generate" because="the smaller of two numbers is the same in either order"

# %% paraphrase="predict" exercise="generate"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a, c = np.zeros((1, n_a)), np.zeros((1, n_a))
    x, solo, left = np.array([[vocabulary.index(COUNT_IN)]]), [], len(sheet) * GRID
    while left > 0:
        row = len(sheet) - left // GRID
        p, a, c = one_step_model.predict([x, sheet[row : row + 1], a, c], verbose=0)
        x[0, 0] = sample_token(p[0], rng, top_k=top_k, temperature=temperature)
        duration, pitch = vocabulary[x[0, 0]]
        solo.append((min(duration, left), pitch))
        left -= duration
    return solo


# %% paraphrase="tensors" exercise="generate"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    state = [ops.zeros((1, n_a)), ops.zeros((1, n_a))]
    token, tokens, tick = COUNT_IN, [], 0
    while tick < len(sheet) * GRID:
        number = ops.convert_to_tensor([vocabulary.index(token)])
        condition = ops.convert_to_tensor(sheet[tick // GRID : tick // GRID + 1])
        probabilities, *state = one_step_model([number, condition, *state], training=False)
        chosen = sample_token(ops.convert_to_numpy(probabilities)[0], rng, temperature, top_k)
        token = vocabulary[chosen]
        tokens.append(token)
        tick += token[0]
    surplus = tick - len(sheet) * GRID
    tokens[-1] = (tokens[-1][0] - surplus, tokens[-1][1])
    return tokens


# %% paraphrase="own_sampling" exercise="generate"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    a = np.zeros((1, n_a), "float32")
    c = np.zeros_like(a)
    place, moment, solo = vocabulary.index(COUNT_IN), 0, []
    while moment < len(sheet):
        p, a, c = ask(one_step_model, np.array([place], "int32"), sheet[[moment]], a, c)
        logits = np.log(np.asarray(p[0], "float64") + 1e-30) / temperature
        if top_k is not None:
            logits[np.argsort(-logits)[top_k:]] = -np.inf
        weights = np.exp(logits - logits.max())
        place = int(rng.choice(len(weights), p=weights / weights.sum()))
        length = min(vocabulary[place][0] // GRID, len(sheet) - moment)
        solo.append((length * GRID, vocabulary[place][1]))
        moment += length
    return solo


# ------------------------------------------------------------------------------------------------------------- to_midi


# %% mistake="absolute_times" exercise="to_midi" kind="taken_for_another" says="the waits count from the beginning instead of from the event before"
def to_midi(notes, on_beat=80, off_beat=92):
    events = []
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(onset, pitch, velocity), (onset + duration, pitch, 0)]
    return events


# %% mistake="from_onset_to_onset" exercise="to_midi" kind="taken_for_another" says="a note waits from the onset before instead of from the end before"
def to_midi(notes, on_beat=80, off_beat=92):
    events, now = [], 0
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(onset - now, pitch, velocity), (duration, pitch, 0)]
        now = onset
    return events


# %% mistake="accents_swapped" exercise="to_midi" kind="exchanged" says="the velocities on and off the beat are swapped"
def to_midi(notes, on_beat=80, off_beat=92):
    events, now = [], 0
    for onset, duration, pitch in notes:
        velocity = on_beat if onset % jazz.TICKS_PER_BEAT else off_beat
        events += [(onset - now, pitch, velocity), (duration, pitch, 0)]
        now = onset + duration
    return events


# %% mistake="no_rests" exercise="to_midi" kind="condition" says="a note begins at once where the one before it has ended, rests or not"
def to_midi(notes, on_beat=80, off_beat=92):
    events = []
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(0, pitch, velocity), (duration, pitch, 0)]
    return events


# %% mistake="first_from_its_onset" exercise="to_midi" kind="start" says="the first note does not wait for its onset"
def to_midi(notes, on_beat=80, off_beat=92):
    events = []
    now = notes[0][0] if notes else 0
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(onset - now, pitch, velocity), (duration, pitch, 0)]
        now = onset + duration
    return events


# %% mistake="no_end" exercise="to_midi" kind="left_undone" says="the events that end the notes are missing"
def to_midi(notes, on_beat=80, off_beat=92):
    events, now = [], 0
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(onset - now, pitch, velocity)]
        now = onset + duration
    return events


# %% mistake="velocity_first" exercise="to_midi" kind="exchanged" says="pitch and velocity are in each other's place"
def to_midi(notes, on_beat=80, off_beat=92):
    events, now = [], 0
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(onset - now, velocity, pitch), (duration, 0, pitch)]
        now = onset + duration
    return events


# %% mistake="one_velocity" exercise="to_midi" kind="condition" says="notes on the beat and between beats have the same velocity"
def to_midi(notes, on_beat=80, off_beat=92):
    events, now = [], 0
    for onset, duration, pitch in notes:
        velocity = on_beat
        events += [(onset - now, pitch, velocity), (duration, pitch, 0)]
        now = onset + duration
    return events


# %% paraphrase="sorted_events" exercise="to_midi"
def to_midi(notes, on_beat=80, off_beat=92):
    timed = []
    for onset, duration, pitch in notes:
        timed += [(onset, 1, pitch, on_beat if onset % 12 == 0 else off_beat), (onset + duration, 0, pitch, 0)]
    timed.sort()
    events, before = [], 0
    for tick, _, pitch, velocity in timed:
        events.append((tick - before, pitch, velocity))
        before = tick
    return events


# %% paraphrase="differences" exercise="to_midi"
def to_midi(notes, on_beat=80, off_beat=92):
    if not notes:
        return []
    table = np.array(notes)
    ticks = np.column_stack([table[:, 0], table[:, 0] + table[:, 1]]).ravel()
    waits = np.diff(ticks, prepend=0)
    pitches = np.repeat(table[:, 2], 2)
    loud = np.where(table[:, 0] % 12 == 0, on_beat, off_beat)
    velocities = np.column_stack([loud, np.zeros_like(loud)]).ravel()
    return list(zip(waits, pitches, velocities))


# %% paraphrase="previous_end" exercise="to_midi"
def to_midi(notes, on_beat=80, off_beat=92):
    events = []
    for k, (onset, duration, pitch) in enumerate(notes):
        ended = 0 if k == 0 else notes[k - 1][0] + notes[k - 1][1]
        events.append((onset - ended, pitch, (on_beat, off_beat)[onset % jazz.TICKS_PER_BEAT > 0]))
        events.append((duration, pitch, 0))
    return events
