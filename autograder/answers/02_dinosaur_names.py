"""Known answers of unit 02: mistakes that students make, and right answers written otherwise."""

# %% words
{
    "xt": "the input of the step",
    "indices": "the list of drawn indices",
    "index": "the index that is drawn",
    "logits": "the logits",
    "Wa": "the weights `Wa`",
    "ba": "the bias `ba`",
}

# %% words exercise="build_vocabulary"
{"characters": "the sorted characters", "character": "a character", "index": "an index"}

# %% words exercise="log_probability"
{
    "X": "the inputs",
    "Y": "the right characters",
    "steps": "the steps",
    "a_prev": "the hidden state before the first step",
}

# %% words exercise="perplexity"
{"total": "the sum of the log-probabilities", "characters": "the number of characters"}

# %% words exercise="clip_by_norm"
{"norm": "the common norm", "factor": "the factor for all arrays"}

# %% words exercise="smooth"
{"average": "the running average"}


# %% mistake="newline_by_sorting" exercise="build_vocabulary" kind="order" says="the newline is left to its place in sorted order, which is not always the first"
def build_vocabulary(text):
    characters = sorted(set(text) | {"\n"})
    return {c: i for i, c in enumerate(characters)}, {i: c for i, c in enumerate(characters)}


# %% mistake="newline_forgotten" exercise="build_vocabulary" kind="text" says="a text without a newline gets a vocabulary without one"
def build_vocabulary(text):
    characters = sorted(set(text))
    return {c: i for i, c in enumerate(characters)}, dict(enumerate(characters))


# %% mistake="in_order_of_appearance" exercise="build_vocabulary" kind="order" says="the characters stand in the order in which they first occur, not sorted"
def build_vocabulary(text):
    characters = list(dict.fromkeys("\n" + text))
    return {c: i for i, c in enumerate(characters)}, dict(enumerate(characters))


# %% mistake="small_letters" exercise="build_vocabulary" kind="text" says="capitals are turned into small letters"
def build_vocabulary(text):
    characters = ["\n"] + sorted(set(text.lower()) - {"\n"})
    return {c: i for i, c in enumerate(characters)}, dict(enumerate(characters))


# %% mistake="way_back_is_the_way_there" exercise="build_vocabulary" kind="form" says="both dictionaries go from characters to indices"
def build_vocabulary(text):
    characters = ["\n"] + sorted(set(text) - {"\n"})
    char_to_ix = {c: i for i, c in enumerate(characters)}
    return char_to_ix, char_to_ix


# %% mistake="newline_last" exercise="build_vocabulary" kind="order" says="the newline has the last index instead of 0"
def build_vocabulary(text):
    characters = sorted(set(text) - {"\n"}) + ["\n"]
    char_to_ix, ix_to_char = {}, {}
    for index, character in enumerate(characters):
        char_to_ix[character] = index
        ix_to_char[index] = character
    return char_to_ix, ix_to_char


# %% mistake="counted_from_one" exercise="build_vocabulary" kind="number" says="the indices begin at 1 instead of 0"
def build_vocabulary(text):
    characters = ["\n"] + sorted(set(text) - {"\n"})
    char_to_ix, ix_to_char = {}, {}
    for index, character in enumerate(characters, start=1):
        char_to_ix[character] = index
        ix_to_char[index] = character
    return char_to_ix, ix_to_char


# %% mistake="dictionaries_exchanged" exercise="build_vocabulary" kind="exchanged" says="the two dictionaries are returned in each other's place"
def build_vocabulary(text):
    characters = ["\n"] + sorted(set(text) - {"\n"})
    char_to_ix, ix_to_char = {}, {}
    for index, character in enumerate(characters):
        char_to_ix[character] = index
        ix_to_char[index] = character
    return ix_to_char, char_to_ix


# %% paraphrase="key_function" exercise="build_vocabulary"
def build_vocabulary(text):
    ordered = sorted(set(text + "\n"), key=lambda c: (c != "\n", c))
    to_ix = dict(zip(ordered, range(len(ordered))))
    return to_ix, {i: c for c, i in to_ix.items()}


# %% paraphrase="loop" exercise="build_vocabulary"
def build_vocabulary(text):
    char_to_ix, ix_to_char = {"\n": 0}, {0: "\n"}
    for character in sorted(set(text)):
        if character not in char_to_ix:
            ix_to_char[len(char_to_ix)] = character
            char_to_ix[character] = len(char_to_ix)
    return char_to_ix, ix_to_char


# %% paraphrase="numpy_unique" exercise="build_vocabulary"
def build_vocabulary(text):
    found = [str(c) for c in np.unique(list(text + "\n")) if c != "\n"]
    characters = ["\n", *found]
    return {c: np.int64(i) for i, c in enumerate(characters)}, {i: c for i, c in enumerate(characters)}


# %% mistake="product_first" exercise="log_probability" kind="overflow" says="the probabilities are multiplied before the logarithm, and a long text's product is too small for a float64"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    _, y_pred = forward(X, np.zeros(parameters["ba"].shape), parameters)
    return float(np.log(np.prod(y_pred[Y[0], 0, np.arange(Y.shape[1])])))


# %% mistake="end_left_out" exercise="log_probability" kind="average" says="the probability of EOS is left out"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    _, y_pred = forward(X, np.zeros(parameters["ba"].shape), parameters)
    return float(sum(np.log(y_pred[Y[0, t], 0, t]) for t in range(len(name))))


# %% mistake="base_two" exercise="log_probability" kind="related_function" says="the logarithm is taken to base 2"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    _, y_pred = forward(X, np.zeros(parameters["ba"].shape), parameters)
    return float(np.sum(np.log2(y_pred[Y[0], 0, np.arange(Y.shape[1])])))


# %% mistake="state_forgotten" exercise="log_probability" kind="not_carried" says="every letter is judged from a hidden state of zeros, so nothing is remembered"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    total = 0.0
    for t in range(Y.shape[1]):
        _, logits = step(X[:, :, t], np.zeros(parameters["ba"].shape), parameters)
        total += np.log(np.exp(logits) / np.exp(logits).sum())[Y[0, t], 0]
    return float(total)


# %% mistake="mean_of_logs" exercise="log_probability" kind="average" says="the mean of the logarithms is returned, not their sum"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    _, y_pred = forward(X, np.zeros(parameters["ba"].shape), parameters)
    return float(np.mean(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])])))


# %% mistake="eos_as_start" exercise="log_probability" kind="start" says="the first input is EOS as a one-hot column, not a column of zeros"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    X[0, 0, 0] = 1.0
    _, y_pred = forward(X, np.zeros(parameters["ba"].shape), parameters)
    return float(np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])])))


# %% mistake="probability" exercise="log_probability" kind="related_function" says="the probability itself is returned instead of its logarithm"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    a_prev = np.zeros(parameters["ba"].shape)
    _, y_pred = forward(X, a_prev, parameters)
    steps = np.arange(Y.shape[1])
    return float(np.prod(y_pred[Y[0], 0, steps]))


# %% mistake="loss" exercise="log_probability" kind="sign" says="the sign is the other way round: it is the loss instead of the logarithm of the probability"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    a_prev = np.zeros(parameters["ba"].shape)
    _, y_pred = forward(X, a_prev, parameters)
    steps = np.arange(Y.shape[1])
    return -float(np.sum(np.log(y_pred[Y[0], 0, steps])))


# %% mistake="first_letter_left_out" exercise="log_probability" kind="wrong_step" says="the probability of the first letter is left out"
def log_probability(name, parameters, char_to_ix):
    X, Y = encode(name, char_to_ix)
    a_prev = np.zeros(parameters["ba"].shape)
    _, y_pred = forward(X, a_prev, parameters)
    steps = np.arange(Y.shape[1])
    return float(np.sum(np.log(y_pred[Y[0], 0, steps][1:])))


# %% mistake="largest_probabilities" exercise="log_probability" kind="taken_for_another" says="the largest probability of each step is taken instead of the right letter's"
def log_probability(name, parameters, char_to_ix):
    X, _ = encode(name, char_to_ix)
    a_prev = np.zeros(parameters["ba"].shape)
    _, y_pred = forward(X, a_prev, parameters)
    return float(np.sum(np.log(y_pred[:, 0].max(axis=0))))


# %% paraphrase="step_by_step" exercise="log_probability"
def log_probability(name, parameters, char_to_ix):
    a, x = np.zeros_like(parameters["ba"]), np.zeros((len(char_to_ix), 1))
    total = 0.0
    for character in name + "\n":
        a, logits = step(x, a, parameters)
        z = logits[:, 0] - logits.max()
        total += z[char_to_ix[character]] - np.log(np.exp(z).sum())
        x = np.eye(len(char_to_ix))[:, [char_to_ix[character]]]
    return total


# %% paraphrase="loop_over_columns" exercise="log_probability"
def log_probability(name, parameters, char_to_ix):
    inputs, answers = encode(name, char_to_ix)
    y = forward(inputs, np.zeros((parameters["Wa"].shape[0], 1)), parameters)[1]
    return sum(np.log(column[answer]) for column, answer in zip(y[:, 0].T, answers[0]))


# %% paraphrase="one_hot_answers" exercise="log_probability"
def log_probability(name, parameters, char_to_ix):
    inputs, answers = encode(name, char_to_ix)
    y = forward(inputs, np.zeros(parameters["ba"].shape), parameters)[1][:, 0]
    return np.log(y.T[np.eye(len(char_to_ix), dtype=bool)[answers[0]]]).sum()


# %% mistake="mean_over_names" exercise="perplexity" kind="average" says="the mean is taken over names, so that a short name counts as much as a long one"
def perplexity(names, parameters, char_to_ix):
    return float(np.exp(np.mean([-log_probability(n, parameters, char_to_ix) / (len(n) + 1) for n in names])))


# %% mistake="ends_not_counted" exercise="perplexity" kind="average" says="the ends of the names are not counted as characters"
def perplexity(names, parameters, char_to_ix):
    total = sum(log_probability(name, parameters, char_to_ix) for name in names)
    return float(np.exp(-total / max(1, sum(len(name) for name in names))))


# %% mistake="sign" exercise="perplexity" kind="sign" says="the sign in the exponent is the other way round"
def perplexity(names, parameters, char_to_ix):
    total = sum(log_probability(name, parameters, char_to_ix) for name in names)
    return float(np.exp(total / sum(len(name) + 1 for name in names)))


# %% mistake="mean_of_perplexities" exercise="perplexity" kind="average" says="the perplexities of the names are averaged, instead of the losses of the characters"
def perplexity(names, parameters, char_to_ix):
    return float(np.mean([np.exp(-log_probability(n, parameters, char_to_ix) / (len(n) + 1)) for n in names]))


# %% mistake="a_name_is_a_step" exercise="perplexity" kind="average" says="the sum is divided by the number of names, not of characters"
def perplexity(names, parameters, char_to_ix):
    return float(np.exp(-sum(log_probability(n, parameters, char_to_ix) for n in names) / len(names)))


# %% mistake="mean_loss" exercise="perplexity" kind="related_function" says="the mean loss is returned, and its exponential is left out"
def perplexity(names, parameters, char_to_ix):
    total = sum(log_probability(name, parameters, char_to_ix) for name in names)
    characters = sum(len(name) + 1 for name in names)
    return float(-total / characters)


# %% mistake="power_of_two" exercise="perplexity" kind="related_function" says="2 is raised to the mean loss, though the logarithms are natural ones"
def perplexity(names, parameters, char_to_ix):
    total = sum(log_probability(name, parameters, char_to_ix) for name in names)
    characters = sum(len(name) + 1 for name in names)
    return float(2.0 ** (-total / characters))


# %% paraphrase="weighted_mean" exercise="perplexity"
def perplexity(names, parameters, char_to_ix):
    lengths = np.array([len(name) + 1 for name in names])
    losses = np.array([-log_probability(name, parameters, char_to_ix) for name in names]) / lengths
    return np.exp(np.average(losses, weights=lengths))


# %% paraphrase="power_of_two" exercise="perplexity"
def perplexity(names, parameters, char_to_ix):
    bits = -sum(log_probability(name, parameters, char_to_ix) for name in names) / np.log(2)
    return 2.0 ** (bits / len("\n".join(names) + "\n"))


# %% paraphrase="without_log_probability" exercise="perplexity"
def perplexity(names, parameters, char_to_ix):
    surprises = []
    for name in names:
        X, Y = encode(name, char_to_ix)
        _, y = forward(X, np.zeros(parameters["ba"].shape), parameters)
        surprises.extend(-np.log(y[answer, 0, t]) for t, answer in enumerate(Y[0]))
    return float(np.exp(np.mean(surprises)))


# %% mistake="multiplied" exercise="softmax_temperature" kind="related_function" says="the logits are multiplied by the temperature, not divided"
def softmax_temperature(logits, temperature):
    powers = np.exp(temperature * (logits - np.max(logits, axis=0)))
    return powers / np.sum(powers, axis=0)


# %% mistake="after_the_softmax" exercise="softmax_temperature" kind="order" says="the probabilities are divided by the temperature, not the logits, which changes nothing"
def softmax_temperature(logits, temperature):
    powers = np.exp(logits - np.max(logits, axis=0))
    p = powers / np.sum(powers, axis=0) / temperature
    return p / p.sum(axis=0, keepdims=True)


# %% mistake="overflow" exercise="softmax_temperature" kind="overflow" says="large logits overflow in the exponential"
def softmax_temperature(logits, temperature):
    with np.errstate(all="ignore"):
        e = np.exp(logits / temperature)
        return e / e.sum(axis=0, keepdims=True)


# %% mistake="largest_of_all" exercise="softmax_temperature" kind="overflow" says="the largest logit of all columns is subtracted, so that a column of small ones is lost"
def softmax_temperature(logits, temperature):
    with np.errstate(all="ignore"):
        powers = np.exp((logits - logits.max()) / temperature)
        return powers / powers.sum(axis=0, keepdims=True)


# %% mistake="smallest_subtracted" exercise="softmax_temperature" kind="overflow" says="the smallest logit of a column is subtracted, so that large ones still overflow"
def softmax_temperature(logits, temperature):
    with np.errstate(all="ignore"):
        powers = np.exp((logits - logits.min(axis=0, keepdims=True)) / temperature)
        return powers / powers.sum(axis=0, keepdims=True)


# %% mistake="over_the_batch" exercise="softmax_temperature" kind="axis" says="the softmax runs over the columns, not over the characters"
def softmax_temperature(logits, temperature):
    cooled = logits / temperature
    powers = np.exp(cooled - np.max(cooled, axis=1, keepdims=True))
    return powers / np.sum(powers, axis=1, keepdims=True)


# %% mistake="over_everything" exercise="softmax_temperature" kind="axis" says="all columns together sum to 1, instead of each"
def softmax_temperature(logits, temperature):
    e = np.exp((logits - logits.max()) / temperature)
    return e / e.sum()


# %% mistake="in_place" exercise="softmax_temperature" kind="in_place" says="the given logits are changed in place"
def softmax_temperature(logits, temperature):
    logits /= temperature
    logits -= np.max(logits, axis=0)
    return np.exp(logits) / np.sum(np.exp(logits), axis=0)


# %% mistake="temperature_unused" exercise="softmax_temperature" kind="option" says="the temperature is not used"
def softmax_temperature(logits, temperature):
    cooled = logits + 0.0
    powers = np.exp(cooled - np.max(cooled, axis=0))
    return powers / np.sum(powers, axis=0)


# %% mistake="logarithm_left_on" exercise="softmax_temperature" kind="related_function" says="the logarithms of the probabilities are returned instead of the probabilities"
def softmax_temperature(logits, temperature):
    cooled = logits / temperature
    powers = np.exp(cooled - np.max(cooled, axis=0))
    return np.log(powers / np.sum(powers, axis=0))


# %% paraphrase="by_logarithm" exercise="softmax_temperature"
def softmax_temperature(logits, temperature):
    cooled = (logits - logits.max(axis=0)) / temperature
    return np.exp(cooled - np.log(np.exp(cooled).sum(axis=0)))


# %% paraphrase="power_of_probabilities" exercise="softmax_temperature"
def softmax_temperature(logits, temperature):
    shifted = logits - np.max(logits, axis=0, keepdims=True)
    powers = np.exp(shifted) ** (1 / temperature)
    return powers / powers.sum(axis=0, keepdims=True)


# %% paraphrase="column_by_column" exercise="softmax_temperature"
def softmax_temperature(logits, temperature):
    beta = 1.0 / temperature
    columns = []
    for column in logits.T:
        powers = np.exp(beta * (column - max(column)))
        columns.append(powers / sum(powers))
    return np.stack(columns, axis=1)


# %% equivalent="change_an_argument-006075" exercise="sample" because="the index of the newline is 0, and twice 0 is 0"

# %% equivalent="swap_parts-fbd2fe" exercise="sample" because="both are columns of zeros, used once, and only stacked on one another"


# %% mistake="greedy" exercise="sample" kind="draws" says="the most likely letter is taken, nothing is drawn"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        indices.append(int(np.argmax(logits)))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="uniform" exercise="sample" kind="draws" says="all letters are drawn with equal chances"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        indices.append(int(rng.integers(len(char_to_ix))))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="temperature_ignored" exercise="sample" kind="option" says="the temperature is not used"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        indices.append(int(rng.choice(len(logits), p=softmax_temperature(logits, 1.0)[:, 0])))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="one_hot_not_cleared" exercise="sample" kind="added_twice" says="the input keeps the ones of all earlier letters"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        indices.append(int(rng.choice(len(p), p=p)))
        if indices[-1] == 0:
            break
        x[indices[-1]] = 1
    return indices


# %% mistake="state_not_carried" exercise="sample" kind="not_carried" says="the hidden state is not carried from step to step"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        _, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        indices.append(int(rng.choice(len(p), p=p)))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="starts_with_eos" exercise="sample" kind="start" says="the first input is EOS as a one-hot column, not a column of zeros"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    eye = np.eye(len(char_to_ix))
    index, a, indices = 0, np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(eye[:, [index]], a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(len(p), p=p))
        indices.append(index)
        if index == 0:
            break
    return indices


# %% mistake="without_eos" exercise="sample" kind="left_undone" says="the EOS that was drawn is left out of the list"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(len(p), p=p))
        if index == 0:
            break
        indices.append(index)
        x = np.zeros_like(x)
        x[index] = 1
    return indices


# %% mistake="eos_added" exercise="sample" kind="boundary" says="an EOS is added to a name that was cut off"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices, index = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), [], None
    while index != 0 and len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(len(p), p=p))
        indices.append(index)
        x = np.zeros_like(x)
        x[index] = 1
    if len(indices) == max_length:
        indices.append(0)
    return indices


# %% mistake="global_generator" exercise="sample" kind="generator" says="NumPy's global generator is used instead of rng"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        indices.append(int(np.random.choice(len(p), p=p)))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="seeds_the_world" exercise="sample" kind="generator" says="NumPy's global generator is seeded on the way"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    np.random.seed(0)
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        indices.append(int(rng.choice(len(p), p=p)))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="own_generator" exercise="sample" kind="generator" says="a generator of its own is made, so that every name is the same"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    rng = np.random.default_rng(0)
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        indices.append(int(rng.choice(len(p), p=p)))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="fresh_draws_from_a_copy" exercise="sample" kind="generator" says="a copy of rng is drawn from, so that one generator gives one and the same name"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    import copy

    rng = copy.deepcopy(rng)
    x, a, indices = np.zeros((len(char_to_ix), 1)), np.zeros(parameters["ba"].shape), []
    while len(indices) < max_length:
        a, logits = step(x, a, parameters)
        p = softmax_temperature(logits, temperature)[:, 0]
        indices.append(int(rng.choice(len(p), p=p)))
        if indices[-1] == 0:
            break
        x = np.zeros_like(x)
        x[indices[-1]] = 1
    return indices


# %% mistake="letter_not_fed_back" exercise="sample" kind="not_carried" says="the input stays a column of zeros: the letter that was drawn is not handed to the next step"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    n_x = len(char_to_ix)
    xt, a = np.zeros((n_x, 1)), np.zeros(parameters["ba"].shape)
    indices = []
    while len(indices) < max_length:
        a, logits = step(xt, a, parameters)
        probabilities = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(n_x, p=probabilities))
        indices.append(index)
        if index == char_to_ix["\n"]:
            break
        xt = np.zeros((n_x, 1))
        xt[index] = 0.0
    return indices


# %% mistake="one_too_many" exercise="sample" kind="boundary" says="one index more than max_length may be drawn"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    n_x = len(char_to_ix)
    xt, a = np.zeros((n_x, 1)), np.zeros(parameters["ba"].shape)
    indices = []
    while len(indices) <= max_length:
        a, logits = step(xt, a, parameters)
        probabilities = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(n_x, p=probabilities))
        indices.append(index)
        if index == char_to_ix["\n"]:
            break
        xt = np.zeros((n_x, 1))
        xt[index] = 1.0
    return indices


# %% mistake="letters_instead_of_indices" exercise="sample" kind="form" says="the characters are returned instead of their indices"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    n_x = len(char_to_ix)
    xt, a = np.zeros((n_x, 1)), np.zeros(parameters["ba"].shape)
    indices = []
    while len(indices) < max_length:
        a, logits = step(xt, a, parameters)
        probabilities = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(n_x, p=probabilities))
        indices.append(index)
        if index == char_to_ix["\n"]:
            break
        xt = np.zeros((n_x, 1))
        xt[index] = 1.0
    return [list(char_to_ix)[index] for index in indices]


# %% mistake="eos_does_not_end" exercise="sample" kind="condition" says="nothing ends at EOS: letters are drawn until max_length is reached"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    n_x = len(char_to_ix)
    xt, a = np.zeros((n_x, 1)), np.zeros(parameters["ba"].shape)
    indices = []
    while len(indices) < max_length:
        a, logits = step(xt, a, parameters)
        probabilities = softmax_temperature(logits, temperature)[:, 0]
        index = int(rng.choice(n_x, p=probabilities))
        indices.append(index)
        xt = np.zeros((n_x, 1))
        xt[index] = 1.0
    return indices


# %% paraphrase="inverse_of_the_cumulative_sum" exercise="sample"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    identity = np.eye(len(char_to_ix))
    a, x, drawn = np.zeros_like(parameters["ba"]), np.zeros((len(char_to_ix), 1)), []
    for _ in range(max_length):
        a, z = step(x, a, parameters)
        steps = np.cumsum(softmax_temperature(z, temperature))
        drawn.append(int(np.searchsorted(steps, rng.random() * steps[-1], side="right")))
        if drawn[-1] == char_to_ix["\n"]:
            return drawn
        x = identity[:, drawn[-1]][:, None]
    return drawn


# %% paraphrase="gumbel" exercise="sample"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    a, x, drawn = np.zeros_like(parameters["ba"]), np.zeros((len(char_to_ix), 1)), []
    while len(drawn) < max_length and (not drawn or drawn[-1] != 0):
        a, z = step(x, a, parameters)
        drawn.append((z[:, 0] / temperature + rng.gumbel(size=len(z))).argmax().item())
        x = 1.0 * (np.arange(len(z))[:, None] == drawn[-1])
    return drawn


# %% paraphrase="multinomial" exercise="sample"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    a, x, index, drawn = np.zeros_like(parameters["ba"]), np.zeros((len(char_to_ix), 1)), -1, []
    while index != char_to_ix["\n"]:
        if len(drawn) == max_length:
            break
        a, z = step(x, a, parameters)
        x = rng.multinomial(1, softmax_temperature(z, temperature)[:, 0]).astype(float)[:, None]
        index = int(x.argmax())
        drawn.append(index)
    return drawn


# %% paraphrase="all_chance_in_advance" exercise="sample"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    n_a = len(parameters["ba"])
    a, seen, indices = np.zeros(n_a), np.zeros(len(char_to_ix)), []
    for chance in rng.uniform(size=max_length):
        a = np.tanh(parameters["Wa"][:, :n_a] @ a + parameters["Wa"][:, n_a:] @ seen + parameters["ba"][:, 0])
        z = (parameters["Wya"] @ a + parameters["by"][:, 0]) / temperature
        p = np.exp(z - z.max())
        p /= p.sum()
        index = 0
        while index < len(p) - 1 and chance >= p[index]:
            chance -= p[index]
            index += 1
        indices.append(index)
        if index == 0:
            break
        seen = np.zeros(len(char_to_ix))
        seen[index] = 1.0
    return indices


# %% equivalent="wrong_comparison-1babd1" exercise="clip" because="a number that is max_value itself is replaced by max_value"

# %% words exercise="clip"
{"clipped": "the clipped gradients", "too_large": "the numbers beyond the bounds"}

# %% words exercise="softmax_temperature"
{"cooled": "the logits divided by the temperature", "powers": "the exponentials"}


# %% mistake="in_place" exercise="clip" kind="in_place" says="the given arrays are clipped in place"
def clip(gradients, max_value):
    for gradient in gradients.values():
        np.clip(gradient, -max_value, max_value, out=gradient)
    return gradients


# %% mistake="nothing_clipped" exercise="clip" kind="left_undone" says="nothing is clipped: every number comes back as it was"
def clip(gradients, max_value):
    return {name: np.array(gradient) for name, gradient in gradients.items()}


# %% mistake="only_above" exercise="clip" kind="boundary" says="large negative numbers are not clipped"
def clip(gradients, max_value):
    return {name: np.minimum(gradient, max_value) for name, gradient in gradients.items()}


# %% mistake="one_bound" exercise="clip" kind="boundary" says="the lower bound has lost its minus sign"
def clip(gradients, max_value):
    return {name: np.clip(gradient, max_value, max_value) for name, gradient in gradients.items()}


# %% mistake="all_to_the_bounds" exercise="clip" kind="condition" says="small numbers are moved to the bounds, too"
def clip(gradients, max_value):
    return {name: np.where(gradient > 0, max_value, -max_value) for name, gradient in gradients.items()}


# %% mistake="size_only" exercise="clip" kind="related_function" says="negative numbers lose their sign"
def clip(gradients, max_value):
    return {name: np.minimum(np.abs(gradient), max_value) for name, gradient in gradients.items()}


# %% mistake="fixed_keys" exercise="clip" kind="form" says="only the keys of this network are clipped, others are lost"
def clip(gradients, max_value):
    return {
        name: np.clip(gradients[name], -max_value, max_value)
        for name in ("dWa", "dba", "dWya", "dby")
        if name in gradients
    }


# %% mistake="set_to_zero" exercise="clip" kind="condition" says="numbers beyond the bounds become zero instead of the bound"
def clip(gradients, max_value):
    return {name: np.where(np.abs(gradient) > max_value, 0.0, gradient) for name, gradient in gradients.items()}


# %% mistake="scaled" exercise="clip" kind="related_function" says="each array is scaled as a whole instead of being clipped number by number"
def clip(gradients, max_value):
    clipped = {}
    for name, gradient in gradients.items():  # np.clip does the same to an array in one call
        clipped[name] = gradient.copy()
        clipped[name] *= min(1.0, max_value / np.abs(gradient).max())
    return clipped


# %% paraphrase="np_clip" exercise="clip"
def clip(gradients, max_value):
    return {name: np.clip(gradient, -max_value, max_value) for name, gradient in gradients.items()}


# %% paraphrase="two_bounds" exercise="clip"
def clip(gradients, max_value):
    clipped = {}
    for key in gradients:
        clipped[key] = np.maximum(np.minimum(gradients[key], max_value), -max_value)
    return clipped


# %% paraphrase="copies" exercise="clip"
def clip(gradients, max_value):
    copies = {key: array.copy() for key, array in gradients.items()}
    for array in copies.values():
        array[array > max_value] = max_value
        array[array < -max_value] = -max_value
    return copies


# %% paraphrase="sign_and_size" exercise="clip"
def clip(gradients, max_value):
    return dict((key, np.sign(array) * np.minimum(np.abs(array), max_value)) for key, array in gradients.items())


# %% equivalent="wrong_comparison-ee25d3" exercise="clip_by_norm" because="where the norm is max_norm the factor is 1 either way"


# %% mistake="each_by_itself" exercise="clip_by_norm" kind="related_function" says="every array is clipped by its own norm"
def clip_by_norm(gradients, max_norm):
    return {n: g * min(1.0, max_norm / max(np.linalg.norm(g), 1e-300)) for n, g in gradients.items()}


# %% mistake="always_scaled" exercise="clip_by_norm" kind="condition" says="short gradients are made longer"
def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))
    return {n: g * (max_norm / norm if norm else 1.0) for n, g in gradients.items()}


# %% mistake="no_root" exercise="clip_by_norm" kind="related_function" says="the square of the norm is used in the place of the norm"
def clip_by_norm(gradients, max_norm):
    norm = sum(np.sum(g**2) for g in gradients.values())
    return {n: g * (max_norm / norm if norm > max_norm else 1.0) for n, g in gradients.items()}


# %% mistake="zero_divided" exercise="clip_by_norm" kind="overflow" says="gradients of zero are divided by their norm of zero"
def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))
    with np.errstate(all="ignore"):
        return {n: np.where(norm > max_norm, g * max_norm / norm, g * norm / norm) for n, g in gradients.items()}


# %% mistake="largest_number" exercise="clip_by_norm" kind="related_function" says="the largest number is taken for the norm"
def clip_by_norm(gradients, max_norm):
    norm = max(np.abs(g).max() for g in gradients.values())
    return {n: g * (max_norm / norm if norm > max_norm else 1.0) for n, g in gradients.items()}


# %% mistake="in_place" exercise="clip_by_norm" kind="in_place" says="the given arrays are scaled in place"
def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))
    if norm > max_norm:
        for g in gradients.values():
            g *= max_norm / norm
    return gradients


# %% mistake="by_value" exercise="clip_by_norm" kind="related_function" says="the numbers are clipped one by one, which bends the direction"
def clip_by_norm(gradients, max_norm):
    return {name: np.clip(gradient, -max_norm, max_norm) for name, gradient in gradients.items()}


# %% mistake="sum_of_norms" exercise="clip_by_norm" kind="average" says="the norms of the arrays are added, instead of the squares of all numbers under one root"
def clip_by_norm(gradients, max_norm):
    norm = sum(np.linalg.norm(gradient) for gradient in gradients.values())
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: factor * gradient for name, gradient in gradients.items()}


# %% mistake="upside_down" exercise="clip_by_norm" kind="product" says="the factor is upside down: the norm is divided by its bound"
def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))
    factor = norm / max_norm if norm > max_norm else 1.0
    return {name: factor * gradient for name, gradient in gradients.items()}


# %% paraphrase="one_long_vector" exercise="clip_by_norm"
def clip_by_norm(gradients, max_norm):
    length = np.linalg.norm(np.concatenate([array.ravel() for array in gradients.values()]))
    if length <= max_norm:
        return {key: array.copy() for key, array in gradients.items()}
    return {key: array / length * max_norm for key, array in gradients.items()}


# %% paraphrase="norm_of_norms" exercise="clip_by_norm"
def clip_by_norm(gradients, max_norm):
    norms = [np.linalg.norm(array.flat) for array in gradients.values()]
    scale = max(1.0, np.hypot.reduce(norms) / max_norm)
    return {key: array / scale for key, array in gradients.items()}


# %% paraphrase="with_minimum" exercise="clip_by_norm"
def clip_by_norm(gradients, max_norm):
    squares = 0.0
    for array in gradients.values():
        for number in array.ravel():
            squares += float(number) ** 2
    factor = min(1.0, max_norm / squares**0.5) if squares > 0 else 1.0
    return {key: np.multiply(array, factor) for key, array in gradients.items()}


# %% mistake="uphill" exercise="optimize" kind="sign" says="the gradients are added instead of taken away"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y, parameters), max_value)
    return {k: v + learning_rate * gradients["d" + k] for k, v in parameters.items()}, loss, gradients, a[:, :, -1]


# %% mistake="not_clipped" exercise="optimize" kind="left_undone" says="the gradients are not clipped"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = backward(X, Y, a_prev, a, y, parameters)
    return {k: v - learning_rate * gradients["d" + k] for k, v in parameters.items()}, loss, gradients, a[:, :, -1]


# %% mistake="clipped_too_late" exercise="optimize" kind="taken_for_another" says="the step is made with the gradients as they were before clipping"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    raw = backward(X, Y, a_prev, a, y, parameters)
    new = {k: v - learning_rate * raw["d" + k] for k, v in parameters.items()}
    return new, loss, clip(raw, max_value), a[:, :, -1]


# %% mistake="in_place" exercise="optimize" kind="in_place" says="the given parameters are changed in place"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y, parameters), max_value)
    for name in parameters:
        parameters[name] -= learning_rate * gradients["d" + name]
    return parameters, loss, gradients, a[:, :, -1]


# %% mistake="mean_loss" exercise="optimize" kind="average" says="the loss is the mean over the steps, not the sum"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.mean(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y, parameters), max_value)
    return {k: v - learning_rate * gradients["d" + k] for k, v in parameters.items()}, loss, gradients, a[:, :, -1]


# %% mistake="first_state" exercise="optimize" kind="wrong_step" says="the state after the first step is returned, not the last"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y, parameters), max_value)
    return {k: v - learning_rate * gradients["d" + k] for k, v in parameters.items()}, loss, gradients, a[:, :, 0]


# %% mistake="starts_from_zeros" exercise="optimize" kind="start" says="the given hidden state is not used, it starts from zeros"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a_prev = np.zeros_like(a_prev)
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y, parameters), max_value)
    return {k: v - learning_rate * gradients["d" + k] for k, v in parameters.items()}, loss, gradients, a[:, :, -1]


# %% mistake="by_norm" exercise="optimize" kind="related_function" says="the gradients are clipped by norm instead of by value"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip_by_norm(backward(X, Y, a_prev, a, y, parameters), max_value)
    return {k: v - learning_rate * gradients["d" + k] for k, v in parameters.items()}, loss, gradients, a[:, :, -1]


# %% mistake="sign_of_the_loss" exercise="optimize" kind="sign" says="the sign of the loss is the other way round"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    loss = np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y_pred, parameters), max_value)
    new_parameters = {name: value - learning_rate * gradients[f"d{name}"] for name, value in parameters.items()}
    return new_parameters, loss, gradients, a[:, :, -1]


# %% mistake="state_before" exercise="optimize" kind="taken_for_another" says="the hidden state from before the first step is returned instead of the one after the last"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y_pred, parameters), max_value)
    new_parameters = {name: value - learning_rate * gradients[f"d{name}"] for name, value in parameters.items()}
    return new_parameters, loss, gradients, a_prev


# %% mistake="unclipped_returned" exercise="optimize" kind="taken_for_another" says="the step is made with clipped gradients, but those from before clipping are returned"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])]))
    raw = backward(X, Y, a_prev, a, y_pred, parameters)
    gradients = clip(raw, max_value)
    new_parameters = {name: value - learning_rate * gradients[f"d{name}"] for name, value in parameters.items()}
    return new_parameters, loss, raw, a[:, :, -1]


# %% mistake="rate_unused" exercise="optimize" kind="option" says="the learning rate is not used"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y_pred, parameters), max_value)
    new_parameters = {name: value - 0.01 * gradients[f"d{name}"] for name, value in parameters.items()}
    return new_parameters, loss, gradients, a[:, :, -1]


# %% mistake="old_parameters" exercise="optimize" kind="left_undone" says="the parameters are returned as they were before the step"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y_pred, parameters), max_value)
    return parameters, loss, gradients, a[:, :, -1]


# %% paraphrase="four_lines_of_update" exercise="optimize"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    grads = backward(X, Y, a_prev, a, y_pred, parameters)
    grads = clip(grads, max_value)
    new = {}
    new["Wa"] = parameters["Wa"] - learning_rate * grads["dWa"]
    new["ba"] = parameters["ba"] - learning_rate * grads["dba"]
    new["Wya"] = parameters["Wya"] - learning_rate * grads["dWya"]
    new["by"] = parameters["by"] - learning_rate * grads["dby"]
    loss = 0.0
    for t in range(Y.shape[1]):
        loss -= np.log(y_pred[Y[0, t], 0, t])
    return new, loss, grads, a[:, 0, -1:]


# %% paraphrase="copies_then_in_place" exercise="optimize"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    ours = {name: value.copy() for name, value in parameters.items()}
    a, probabilities = forward(X, a_prev, ours)
    gradients = clip(backward(X, Y, a_prev, a, probabilities, ours), max_value)
    for name, value in ours.items():
        value -= learning_rate * gradients["d" + name]
    picked = np.take_along_axis(probabilities[:, 0], Y, axis=0)
    return ours, -np.log(picked).sum().item(), gradients, a[:, :, X.shape[2] - 1]


# %% paraphrase="np_clip_itself" exercise="optimize"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    a, y_pred = forward(X, a_prev, parameters)
    one_hot = np.eye(y_pred.shape[0])[Y[0]].T
    loss = -np.log((one_hot * y_pred[:, 0]).sum(axis=0)).sum()
    raw = backward(X, Y, a_prev, a, y_pred, parameters)
    gradients = {key: np.clip(array, -max_value, max_value) for key, array in raw.items()}
    new = {key[1:]: parameters[key[1:]] - learning_rate * array for key, array in gradients.items()}
    return new, loss, gradients, a[..., -1]


# %% mistake="starts_at_zero" exercise="smooth" kind="start" says="the average starts at zero, so the curve begins too low"
def smooth(losses, weight=0.99):
    average, out = 0.0, []
    for loss in losses:
        average = weight * average + (1 - weight) * loss
        out.append(average)
    return np.array(out)


# %% mistake="weights_swapped" exercise="smooth" kind="exchanged" says="the weights of the old average and of the new loss are swapped"
def smooth(losses, weight=0.99):
    average, out = losses[0], []
    for loss in losses:
        average = (1 - weight) * average + weight * loss
        out.append(average)
    return np.array(out)


# %% mistake="plain_mean" exercise="smooth" kind="related_function" says="it is the plain mean of all losses so far"
def smooth(losses, weight=0.99):
    return np.cumsum(losses) / np.arange(1, len(losses) + 1)


# %% mistake="previous_loss" exercise="smooth" kind="taken_for_another" says="the previous loss is used in the place of the previous average"
def smooth(losses, weight=0.99):
    losses = np.asarray(losses, dtype=float)
    return np.concatenate([losses[:1], weight * losses[:-1] + (1 - weight) * losses[1:]])


# %% mistake="one_too_few" exercise="smooth" kind="form" says="the first value is missing"
def smooth(losses, weight=0.99):
    out = [losses[0]]
    for loss in losses[1:]:
        out.append(weight * out[-1] + (1 - weight) * loss)
    return np.array(out[1:])


# %% mistake="weight_unused" exercise="smooth" kind="option" says="the weight is not used"
def smooth(losses, weight=0.99):
    average, smoothed = losses[0], []
    for loss in losses:
        average = 0.99 * average + 0.01 * loss
        smoothed.append(average)
    return np.array(smoothed)


# %% mistake="nothing_smoothed" exercise="smooth" kind="left_undone" says="the losses come back as they were: nothing is smoothed"
def smooth(losses, weight=0.99):
    average, smoothed = losses[0], []
    for loss in losses:
        average = weight * average + (1 - weight) * loss
        smoothed.append(loss)
    return np.array(smoothed)


# %% mistake="not_weighted" exercise="smooth" kind="factor_left_out" says="the new loss is added whole instead of with one minus the weight"
def smooth(losses, weight=0.99):
    average, smoothed = losses[0], []
    for loss in losses:
        average = weight * average + loss
        smoothed.append(average)
    return np.array(smoothed)


# %% paraphrase="previous_entry" exercise="smooth"
def smooth(losses, weight=0.99):
    out = np.array(losses, dtype=float)
    for k in range(1, len(out)):
        out[k] = weight * out[k - 1] + (1 - weight) * out[k]
    return out


# %% paraphrase="small_corrections" exercise="smooth"
def smooth(losses, weight=0.99):
    result = [float(losses[0])]
    for loss in losses[1:]:
        result.append(result[-1] + (1 - weight) * (loss - result[-1]))
    return np.asarray(result)


# %% paraphrase="accumulate" exercise="smooth"
def smooth(losses, weight=0.99):
    from itertools import accumulate

    return np.array(list(accumulate(losses, lambda average, loss: weight * average + (1 - weight) * loss)))


# %% equivalent="wrong_index-ef2e77" exercise="train_model" because="a random permutation, shifted by one place with the last name at the front, is a random permutation"

# %% equivalent="wrong_steps-77b14e" exercise="train_model" because="the number of the epoch is not used, so counting down is the same"


# %% mistake="no_shuffling" exercise="train_model" kind="draws" says="the names come in the order of the list, nothing is shuffled"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for name in names:
            X, Y = encode(name, char_to_ix)
            parameters, loss, _, _ = optimize(
                X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value
            )
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="one_order_for_all_epochs" exercise="train_model" kind="draws" says="the order is drawn once, and all epochs have the same"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses, order = [], rng.permutation(len(names))
    for _ in range(epochs):
        for index in order:
            X, Y = encode(names[index], char_to_ix)
            parameters, loss, _, _ = optimize(
                X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value
            )
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="with_replacement" exercise="train_model" kind="draws" says="names are drawn one by one, so that an epoch may see one twice and another never"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs * len(names)):
        X, Y = encode(names[rng.integers(len(names))], char_to_ix)
        parameters, loss, _, _ = optimize(X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value)
        losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="state_carried_over" exercise="train_model" kind="start" says="a name begins with the hidden state that the name before it has left"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses, a = [], np.zeros(parameters["ba"].shape)
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            parameters, loss, _, a = optimize(X, Y, a, parameters, learning_rate, max_value)
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="parameters_not_kept" exercise="train_model" kind="not_carried" says="every step starts from the first parameters, those of the step before are lost"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            trained, loss, _, _ = optimize(X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value)
            losses.append(loss / Y.shape[1])
    return trained, np.array(losses)


# %% mistake="loss_of_whole_names" exercise="train_model" kind="average" says="the losses are not divided by the number of characters"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            parameters, loss, _, _ = optimize(
                X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value
            )
            losses.append(loss)
    return parameters, np.array(losses)


# %% mistake="end_not_counted" exercise="train_model" kind="average" says="the losses are divided by the number of letters, and the end of the name is not counted"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            a_prev = np.zeros(parameters["ba"].shape)
            parameters, loss, _, _ = optimize(X, Y, a_prev, parameters, learning_rate, max_value)
            losses.append(loss / len(names[index]))
    return parameters, np.array(losses)


# %% mistake="list_shuffled" exercise="train_model" kind="in_place" says="the caller's list of names is shuffled in place"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        rng.shuffle(names)
        for name in names:
            X, Y = encode(name, char_to_ix)
            parameters, loss, _, _ = optimize(
                X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value
            )
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="global_shuffle" exercise="train_model" kind="generator" says="the order comes from NumPy's global generator"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for index in np.random.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            parameters, loss, _, _ = optimize(
                X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value
            )
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="own_seed" exercise="train_model" kind="generator" says="a generator of its own is made, so that the order is always the same"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses, rng = [], np.random.default_rng(1)
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            parameters, loss, _, _ = optimize(
                X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value
            )
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="settings_dropped" exercise="train_model" kind="option" says="learning_rate and max_value are not handed on"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            parameters, loss, _, _ = optimize(X, Y, np.zeros(parameters["ba"].shape), parameters)
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="one_epoch" exercise="train_model" kind="option" says="there is one epoch, whatever number is given"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(1):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            a_prev = np.zeros(parameters["ba"].shape)
            parameters, loss, _, _ = optimize(X, Y, a_prev, parameters, learning_rate, max_value)
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="first_parameters_returned" exercise="train_model" kind="taken_for_another" says="the parameters that were given are returned instead of the trained ones"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses, trained = [], parameters
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            a_prev = np.zeros(parameters["ba"].shape)
            trained, loss, _, _ = optimize(X, Y, a_prev, trained, learning_rate, max_value)
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)


# %% mistake="mean_of_each_epoch" exercise="train_model" kind="form" says="there is one loss for each epoch instead of one for each step"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            a_prev = np.zeros(parameters["ba"].shape)
            parameters, loss, _, _ = optimize(X, Y, a_prev, parameters, learning_rate, max_value)
            losses.append(loss / Y.shape[1])
    return parameters, np.reshape(losses, (epochs, -1)).mean(axis=1)


# %% paraphrase="shuffled_copy" exercise="train_model"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    order, losses = list(names), []
    for _ in range(epochs):
        rng.shuffle(order)
        for name in order:
            X, Y = encode(name, char_to_ix)
            zeros = np.zeros((parameters["ba"].shape[0], 1))
            parameters, loss, *_ = optimize(X, Y, zeros, parameters, learning_rate=learning_rate, max_value=max_value)
            losses.append(float(loss) / (len(name) + 1))
    return parameters, losses


# %% paraphrase="sorted_by_chance" exercise="train_model"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    pairs = [encode(name, char_to_ix) for name in names]
    a0, losses, now = np.zeros_like(parameters["ba"]), np.zeros(epochs * len(names)), dict(parameters)
    for k in range(epochs):
        for j, place in enumerate(np.argsort(rng.random(len(names)))):
            now, loss, _, _ = optimize(*pairs[place], a0, now, learning_rate, max_value)
            losses[k * len(names) + j] = loss / pairs[place][1].size
    return now, losses


# %% paraphrase="choice_without_replacement" exercise="train_model"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    losses = []
    orders = [rng.choice(len(names), size=len(names), replace=False) for _ in range(epochs)]
    for index in [index for order in orders for index in order]:
        X, Y = encode(names[index], char_to_ix)
        step_result = optimize(X, Y, np.zeros((len(parameters["ba"]), 1)), parameters, learning_rate, max_value)
        parameters = step_result[0]
        losses.append(step_result[1] / Y.shape[1])
    return parameters, np.asarray(losses)
