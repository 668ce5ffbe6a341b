"""Unit 05: the mistakes that students make, and right answers written otherwise, to try the graders on.

docs/writing-a-unit.md says how this file is read.
"""

# %% words
{
    "ids": "the numbers",
    "characters": "the characters by their numbers",
    "vocabulary": "the vocabulary",
    "energies": "the energies",
    "mask": "the mask",
    "weights": "the attention weights",
    "context": "the context",
    "largest": "what is subtracted from the energies",
    "powers": "the powers of the energies",
    "total": "the sum of a row",
    "from_a": "what comes from `a`",
    "from_s": "what comes from the state",
    "hidden": "what is inside the tanh",
    "s_prev": "the state before the step",
    "a": "what the encoder says",
    "s": "the state `s`",
    "c": "the memory `c`",
    "rows": "the rows of the map",
    "written": "the characters that are written",
    "right": "whether each date is right",
    "groups": "the groups of lengths",
    "by_length": "the shares by length",
    "probabilities": "the probabilities",
    "outputs": "the probabilities of the steps",
    "model": "the model",
    "encoder": "the encoder",
    "step": "the step",
    "embedded": "the embedded text",
    "said": "what the encoder says",
    "is_text": "the encoder's mask",
    "s_next": "the new state",
    "c_next": "the new memory",
    "Wea": "the weights of `a`",
    "Wes": "the weights of the state",
    "be": "the bias of the energies",
    "ve": "the last weights of the energies",
    "width": "the width of a group",
    "T_y": "the number of characters to write",
    "texts": "the texts",
    "text": "the text",
}

# --------------------------------------------------------------------------------------------------------- encode_text


# %% mistake="unknown_raises" exercise="encode_text" kind="text" says="a character that is not in the vocabulary raises instead of becoming UNKNOWN"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary[character] for character in text[:T_x]]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="unknown_left_out" exercise="encode_text" kind="condition" says="unknown characters are left out instead of becoming UNKNOWN"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary[character] for character in text if character in vocabulary][:T_x]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="unknown_as_padding" exercise="encode_text" kind="padding" says="unknown characters become padding"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, PAD) for character in text[:T_x]]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="padded_in_front" exercise="encode_text" kind="order" says="the padding stands in front of the text"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, UNKNOWN) for character in text[:T_x]]
    return np.array([PAD] * (T_x - len(ids)) + ids, dtype="int32")


# %% mistake="not_cut" exercise="encode_text" kind="boundary" says="a text that is too long is not cut off"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, UNKNOWN) for character in text]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="not_padded" exercise="encode_text" kind="left_undone" says="the text is not padded"
def encode_text(text, vocabulary, T_x):
    return np.array([vocabulary.get(character, UNKNOWN) for character in text[:T_x]], dtype="int32")


# %% mistake="cut_in_front" exercise="encode_text" kind="boundary" says="of a text that is too long the end is kept, not the beginning"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, UNKNOWN) for character in text[-T_x:]]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="padded_with_unknown" exercise="encode_text" kind="padding" says="the text is padded with UNKNOWN instead of PAD"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, UNKNOWN) for character in text[:T_x]]
    return np.array(ids + [UNKNOWN] * (T_x - len(ids)), dtype="int32")


# %% mistake="nothing_written" exercise="encode_text" kind="left_undone" says="the numbers of the characters are never written: all is padding"
def encode_text(text, vocabulary, T_x):
    return np.zeros(T_x, dtype="int32")


# %% mistake="one_too_few" exercise="encode_text" kind="form" says="there is one number too few"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, UNKNOWN) for character in text[:T_x]]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")[: T_x - 1]


# %% mistake="padding_in_front_too" exercise="encode_text" kind="order" says="there is padding in front of the text, too"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, UNKNOWN) for character in text[:T_x]]
    return np.array([PAD] + ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="unknown_as_a_character" exercise="encode_text" kind="text" says="unknown characters get the number of a known one, not UNKNOWN"
def encode_text(text, vocabulary, T_x):
    ids = [vocabulary.get(character, 2) for character in text[:T_x]]
    return np.array(ids + [PAD] * (T_x - len(ids)), dtype="int32")


# %% mistake="too_long_raises" exercise="encode_text" kind="boundary" says="a text that is too long is not cut off, and finds no room"
def encode_text(text, vocabulary, T_x):
    ids = np.zeros(T_x, dtype="int32")
    for place, character in enumerate(text):
        ids[place] = vocabulary.get(character, UNKNOWN)
    return ids


# %% equivalent="change_an_argument-b30d12" exercise="encode_text" because="a string cannot be changed in place"


# %% paraphrase="filled" exercise="encode_text"
def encode_text(text, vocabulary, T_x):
    ids = np.zeros(T_x, dtype=int)
    for place, character in enumerate(text):
        if place == T_x:
            break
        ids[place] = vocabulary[character] if character in vocabulary else UNKNOWN
    return ids


# %% paraphrase="padded_by_numpy" exercise="encode_text"
def encode_text(text, vocabulary, T_x):
    ids = np.array([vocabulary.get(character, 1) for character in text], dtype="int64")[:T_x]
    return np.pad(ids, (0, T_x - ids.size))


# %% paraphrase="while_short" exercise="encode_text"
def encode_text(text, vocabulary, T_x):
    ids = []
    for character in text:
        try:
            ids.append(vocabulary[character])
        except KeyError:
            ids.append(UNKNOWN)
    while len(ids) < T_x:
        ids.append(PAD)
    return np.asarray(ids[:T_x])


# ---------------------------------------------------------------------------------------------------------- decode_ids


# %% mistake="stops_at_padding" exercise="decode_ids" kind="condition" says="it stops at the first padding"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    text = ""
    for number in ids:
        if number == PAD:
            break
        text += characters.get(int(number), "?")
    return text


# %% mistake="unknown_forgotten" exercise="decode_ids" kind="condition" says="numbers without a character are left out instead of becoming question marks"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    return "".join(characters.get(int(number), "") for number in ids)


# %% mistake="padding_as_question_mark" exercise="decode_ids" kind="padding" says="padding becomes question marks"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    return "".join(characters.get(int(number), "?") for number in ids)


# %% mistake="by_place" exercise="decode_ids" kind="taken_for_another" says="a number is taken for the place of a character in the vocabulary"
def decode_ids(ids, vocabulary):
    characters = list(vocabulary)
    known = [int(number) for number in ids if number != PAD]
    return "".join(characters[number] if number < len(characters) else "?" for number in known)


# %% mistake="list_of_characters" exercise="decode_ids" kind="form" says="the characters are not joined to one string"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    return [characters.get(int(number), "?") for number in ids if number != PAD]


# %% mistake="only_unknown" exercise="decode_ids" kind="text" says="only UNKNOWN becomes a question mark, other numbers without a character raise"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    characters[UNKNOWN] = "?"
    return "".join(characters[int(number)] for number in ids if number != PAD)


# %% mistake="unknown_for_padding" exercise="decode_ids" kind="condition" says="UNKNOWN is left out instead of PAD"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    return "".join(characters.get(int(number), "?") for number in ids if number != UNKNOWN)


# %% mistake="all_question_marks" exercise="decode_ids" kind="taken_for_another" says="every number becomes a question mark: no character is found"
def decode_ids(ids, vocabulary):
    return "?" * sum(number != PAD for number in ids)


# %% mistake="padding_kept_only" exercise="decode_ids" kind="padding" says="only the padding is kept, and the characters are left out"
def decode_ids(ids, vocabulary):
    return "?" * sum(number == PAD for number in ids)


# %% mistake="question_marks_for_padding_too" exercise="decode_ids" kind="padding" says="every number becomes a question mark, padding too"
def decode_ids(ids, vocabulary):
    return "?" * len(ids)


# %% mistake="unknown_raises" exercise="decode_ids" kind="text" says="a number without a character raises an exception instead of becoming a question mark"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    return "".join(characters[number] for number in ids if number != PAD)


# %% mistake="unknown_and_padding_left_out" exercise="decode_ids" kind="condition" says="UNKNOWN is left out like PAD, and should become a question mark"
def decode_ids(ids, vocabulary):
    characters = {number: character for character, number in vocabulary.items()}
    return "".join(characters.get(int(number), "?") for number in ids if number not in (PAD, UNKNOWN))


# %% paraphrase="loop" exercise="decode_ids"
def decode_ids(ids, vocabulary):
    text = ""
    for number in ids:
        if number == PAD:
            continue
        found = "?"
        for character, other in vocabulary.items():
            if other == number:
                found = character
        text += found
    return text


# %% paraphrase="keys_and_values" exercise="decode_ids"
def decode_ids(ids, vocabulary):
    numbers, characters = list(vocabulary.values()), list(vocabulary.keys())
    kept = [number for number in np.asarray(ids).tolist() if number != 0]
    return "".join([characters[numbers.index(number)] if number in numbers else "?" for number in kept])


# %% paraphrase="zipped" exercise="decode_ids"
def decode_ids(ids, vocabulary):
    back = dict(zip(vocabulary.values(), vocabulary.keys()))
    back[PAD] = ""
    out = []
    for number in map(int, ids):
        out.append(back[number] if number in back else "?")
    return "".join(out)


# ------------------------------------------------------------------------------------------------------ masked_softmax


# %% mistake="over_the_batch" exercise="masked_softmax" kind="axis" says="the softmax runs over the batch instead of the places"
def masked_softmax(energies, mask):
    largest = np.max(energies, axis=0, keepdims=True, where=mask, initial=energies.min())
    powers = np.where(mask, np.exp(np.minimum(energies - largest, 0)), 0)
    return powers / np.maximum(powers.sum(axis=0, keepdims=True), 1)


# %% mistake="no_mask" exercise="masked_softmax" kind="padding" says="the mask is not used, so the padding has a share"
def masked_softmax(energies, mask):
    powers = np.exp(energies - energies.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% mistake="other_way_round" exercise="masked_softmax" kind="padding" says="the mask is used the other way round: the text has no share"
def masked_softmax(energies, mask):
    hidden = np.where(mask, -1e9, energies)
    powers = np.exp(hidden - hidden.max(axis=1, keepdims=True)) * ~mask
    return powers / np.maximum(powers.sum(axis=1, keepdims=True), 1e-12)


# %% mistake="mask_after_softmax" exercise="masked_softmax" kind="order" says="the mask comes after the softmax, so what is left does not sum to 1"
def masked_softmax(energies, mask):
    powers = np.exp(energies - energies.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) * mask


# %% mistake="overflow" exercise="masked_softmax" kind="overflow" says="nothing is subtracted from the energies, so the exponential of a large one overflows"
def masked_softmax(energies, mask):
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.where(mask, np.exp(energies), 0)
        total = powers.sum(axis=1, keepdims=True)
        return powers / np.where(total == 0, 1, total)


# %% mistake="largest_of_padding" exercise="masked_softmax" kind="overflow" says="the energies of the padding have a say in what is subtracted"
def masked_softmax(energies, mask):
    powers = np.exp(energies - energies.max(axis=1, keepdims=True)) * mask
    total = powers.sum(axis=1, keepdims=True)
    return powers / np.where(total == 0, 1, total)


# %% mistake="largest_of_all" exercise="masked_softmax" kind="overflow" says="the largest energy of the whole batch is subtracted, not that of the row"
def masked_softmax(energies, mask):
    largest = np.max(energies, where=mask, initial=energies.min())
    powers = np.where(mask, np.exp(np.minimum(energies - largest, 0)), 0)
    total = powers.sum(axis=1, keepdims=True)
    return powers / np.where(total == 0, 1, total)


# %% mistake="empty_row_divided" exercise="masked_softmax" kind="overflow" says="a row without text is divided by its sum, which is 0"
def masked_softmax(energies, mask):
    largest = np.max(energies, axis=1, keepdims=True, where=mask, initial=energies.min())
    powers = np.where(mask, np.exp(np.minimum(energies - largest, 0)), 0)
    with np.errstate(invalid="ignore"):
        return powers / powers.sum(axis=1, keepdims=True)


# %% mistake="empty_row_shares" exercise="masked_softmax" kind="padding" says="in a row without text the padding gets equal shares"
def masked_softmax(energies, mask):
    hidden = np.where(mask, energies, -1e9)
    powers = np.exp(hidden - hidden.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% mistake="over_everything" exercise="masked_softmax" kind="axis" says="all weights of the batch together sum to 1, not those of each row"
def masked_softmax(energies, mask):
    hidden = np.where(mask, energies, -np.inf)
    powers = np.exp(hidden - (energies[mask].max() if mask.any() else 0))
    total = powers.sum()
    return powers / (total if total > 0 else 1)


# %% mistake="no_exponential" exercise="masked_softmax" kind="related_function" says="the energies are divided by their sum, without an exponential"
def masked_softmax(energies, mask):
    shares = np.where(mask, np.abs(energies), 0)
    total = shares.sum(axis=1, keepdims=True)
    return shares / np.where(total == 0, 1, total)


# %% mistake="energies_times_mask" exercise="masked_softmax" kind="padding" says="the energies are multiplied by the mask: those of the padding become 0, and exp(0) is a share"
def masked_softmax(energies, mask):
    hidden = energies * mask
    powers = np.exp(hidden - hidden.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% mistake="other_sign" exercise="masked_softmax" kind="sign" says="the energies have the other sign"
def masked_softmax(energies, mask):
    turned = -energies
    largest = np.max(turned, axis=1, keepdims=True, where=mask, initial=turned.min())
    powers = np.exp(np.where(mask, turned - largest, -np.inf))
    return powers / np.maximum(powers.sum(axis=1, keepdims=True), 1)


# %% mistake="by_the_mean" exercise="masked_softmax" kind="related_function" says="the exponentials are divided by their mean, not by their sum"
def masked_softmax(energies, mask):
    weights = np.zeros(energies.shape)
    for i in range(len(energies)):
        kept = energies[i, mask[i]]
        if kept.size:
            powers = np.exp(kept - kept.max())
            weights[i, mask[i]] = powers / powers.mean()
    return weights


# %% mistake="nothing_written" exercise="masked_softmax" kind="left_undone" says="the weights are never written: all of them are 0"
def masked_softmax(energies, mask):
    return np.zeros(energies.shape)


# %% mistake="first_text_left_out" exercise="masked_softmax" kind="left_undone" says="the first text is left out"
def masked_softmax(energies, mask):
    largest = np.max(energies, axis=1, keepdims=True, where=mask, initial=energies.min())
    powers = np.exp(np.where(mask, energies - largest, -np.inf))
    powers[0] = 0
    return powers / np.maximum(powers.sum(axis=1, keepdims=True), 1)


# %% mistake="equal_shares" exercise="masked_softmax" kind="taken_for_another" says="the energies are not used: all characters of a text have the same share"
def masked_softmax(energies, mask):
    return mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)


# %% mistake="one_by_the_sum" exercise="masked_softmax" kind="related_function" says="1 is divided by the sum, not the exponential of the place"
def masked_softmax(energies, mask):
    weights = np.zeros(energies.shape)
    for i in range(len(energies)):
        kept = energies[i, mask[i]]
        if kept.size:
            weights[i, mask[i]] = 1 / np.exp(kept - kept.max()).sum()
    return weights


# %% mistake="not_divided" exercise="masked_softmax" kind="conversion" says="the exponentials are not divided by their sum"
def masked_softmax(energies, mask):
    largest = np.max(energies, axis=1, keepdims=True, where=mask, initial=energies.min())
    return np.exp(np.where(mask, energies - largest, -np.inf))


# %% equivalent="swap_parts-6bb470" exercise="masked_softmax" because="the larger of two numbers is the same in either order"


# %% paraphrase="row_by_row" exercise="masked_softmax"
def masked_softmax(energies, mask):
    weights = np.zeros(energies.shape)
    for i in range(len(energies)):
        kept = energies[i][mask[i]]
        if kept.size:
            powers = np.exp(kept - kept.max())
            weights[i, mask[i]] = powers / powers.sum()
    return weights


# %% paraphrase="minus_infinity" exercise="masked_softmax"
def masked_softmax(energies, mask):
    hidden = np.where(mask, energies, -np.inf)
    largest = hidden.max(axis=-1, keepdims=True)
    powers = np.exp(hidden - np.where(np.isfinite(largest), largest, 0))
    total = powers.sum(axis=-1, keepdims=True)
    return np.divide(powers, total, out=np.zeros_like(powers), where=total > 0)


# %% paraphrase="log_of_sum" exercise="masked_softmax"
def masked_softmax(energies, mask):
    hidden = np.where(mask, energies, -1e30)
    logs = np.logaddexp.reduce(hidden, axis=1)
    return np.where(mask, np.exp(np.minimum(hidden - logs[:, None], 0)), 0.0)


# %% paraphrase="keras_softmax" exercise="masked_softmax"
def masked_softmax(energies, mask):
    hidden = np.where(mask, energies, -1e18)
    shares = ops.convert_to_numpy(ops.softmax(ops.convert_to_tensor(hidden), axis=-1))
    return shares * mask


# --------------------------------------------------------------------------------------------------- additive_energies


# %% mistake="no_state" exercise="additive_energies" kind="term_left_out" says="the state is left out of the energies"
def additive_energies(a, s_prev, parameters):
    return (np.tanh(a @ parameters["Wea"] + parameters["be"]) @ parameters["ve"])[:, :, 0]


# %% mistake="no_tanh" exercise="additive_energies" kind="activation" says="the tanh is missing"
def additive_energies(a, s_prev, parameters):
    hidden = a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :]
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="no_bias" exercise="additive_energies" kind="term_left_out" says="the bias is left out of the energies"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"])[:, None, :])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="bias_outside" exercise="additive_energies" kind="order" says="the bias is added after the tanh, not inside"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"])[:, None, :]) + parameters["be"]
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="plain_sum" exercise="additive_energies" kind="factor_left_out" says="the hidden layer is summed without its weights ve"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :])
    return hidden.sum(axis=2)


# %% mistake="tanh_last" exercise="additive_energies" kind="order" says="the tanh comes after the last product, not before"
def additive_energies(a, s_prev, parameters):
    hidden = a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :]
    return np.tanh((hidden @ parameters["ve"])[:, :, 0])


# %% mistake="axis_kept" exercise="additive_energies" kind="form" says="the last axis, of length 1, is not dropped"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :])
    return hidden @ parameters["ve"]


# %% mistake="two_tanhs" exercise="additive_energies" kind="activation" says="what comes from a and what comes from the state go through a tanh each, not their sum"
def additive_energies(a, s_prev, parameters):
    from_a = np.tanh(a @ parameters["Wea"])
    from_s = np.tanh(s_prev @ parameters["Wes"] + parameters["be"])
    return ((from_a + from_s[:, None, :]) @ parameters["ve"])[:, :, 0]


# %% mistake="relu" exercise="additive_energies" kind="activation" says="a ReLU stands in the place of the tanh"
def additive_energies(a, s_prev, parameters):
    hidden = a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :]
    return (np.maximum(hidden, 0) @ parameters["ve"])[:, :, 0]


# %% mistake="already_softmax" exercise="additive_energies" kind="activation" says="the energies have gone through a softmax already"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :])
    energies = (hidden @ parameters["ve"])[:, :, 0]
    powers = np.exp(energies - energies.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% mistake="state_of_the_first_text" exercise="additive_energies" kind="wrong_step" says="all texts are compared with the state of the first one"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev[:1] @ parameters["Wes"] + parameters["be"])[:, None, :])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="state_subtracted" exercise="additive_energies" kind="sign" says="what comes from the state is subtracted, not added"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] - (s_prev @ parameters["Wes"])[:, None, :] + parameters["be"])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="bias_subtracted" exercise="additive_energies" kind="sign" says="the bias is subtracted, not added"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"] - parameters["be"])[:, None, :])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="only_the_state" exercise="additive_energies" kind="term_left_out" says="what the encoder says is left out of the energies"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(0 * a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="state_first" exercise="additive_energies" kind="order" says="the state and a are joined in another order than their weights"
def additive_energies(a, s_prev, parameters):
    repeated = np.repeat(s_prev[:, None, :], a.shape[1], axis=1)
    W = np.concatenate([parameters["Wea"], parameters["Wes"]])
    hidden = np.tanh(np.concatenate([repeated, a], axis=2) @ W + parameters["be"])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="first_place_only" exercise="additive_energies" kind="wrong_step" says="every energy is written to the first place, over the one before"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :])
    energies = np.zeros(a.shape[:2])
    energies[:, 0] = (hidden @ parameters["ve"])[:, -1, 0]
    return energies


# %% mistake="last_text_left_out" exercise="additive_energies" kind="left_undone" says="the last text is left out"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :])
    energies = (hidden @ parameters["ve"])[:, :, 0]
    energies[-1] = 0
    return energies


# %% mistake="multiplied" exercise="additive_energies" kind="product" says="what comes from a and what comes from the state are multiplied, not added"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh((a @ parameters["Wea"]) * (s_prev @ parameters["Wes"])[:, None, :] + parameters["be"])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% mistake="sigmoid" exercise="additive_energies" kind="activation" says="a sigmoid stands in the place of the tanh"
def additive_energies(a, s_prev, parameters):
    hidden = a @ parameters["Wea"] + (s_prev @ parameters["Wes"] + parameters["be"])[:, None, :]
    return (1 / (1 + np.exp(-hidden)) @ parameters["ve"])[:, :, 0]


# %% mistake="no_axis_for_the_places" exercise="additive_energies" kind="form" says="what comes from the state has no axis for the places, so it does not fit to what comes from a"
def additive_energies(a, s_prev, parameters):
    hidden = np.tanh(a @ parameters["Wea"] + s_prev @ parameters["Wes"] + parameters["be"])
    return (hidden @ parameters["ve"])[:, :, 0]


# %% paraphrase="place_by_place" exercise="additive_energies"
def additive_energies(a, s_prev, parameters):
    m, T_x, _ = a.shape
    energies = np.zeros((m, T_x))
    for i in range(m):
        for place in range(T_x):
            inside = parameters["Wea"].T @ a[i, place] + parameters["Wes"].T @ s_prev[i] + parameters["be"]
            energies[i, place] = parameters["ve"][:, 0] @ np.tanh(inside)
    return energies


# %% paraphrase="concatenated" exercise="additive_energies"
def additive_energies(a, s_prev, parameters):
    repeated = np.repeat(s_prev[:, None, :], a.shape[1], axis=1)
    both = np.concatenate([a, repeated], axis=-1)
    W = np.vstack([parameters["Wea"], parameters["Wes"]])
    return np.squeeze(np.tanh(both @ W + parameters["be"]) @ parameters["ve"], axis=-1)


# %% paraphrase="einsum" exercise="additive_energies"
def additive_energies(a, s_prev, parameters):
    Wea, Wes, be, ve = (parameters[name] for name in ("Wea", "Wes", "be", "ve"))
    inside = np.einsum("mtn,ne->mte", a, Wea) + np.einsum("ms,se->me", s_prev, Wes)[:, np.newaxis] + be
    return np.einsum("mte,eo->mt", np.tanh(inside), ve)


# -------------------------------------------------------------------------------------------------- one_step_attention


# %% mistake="plain_mean" exercise="one_step_attention" kind="related_function" says="the context is the plain mean of a, without the weights"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return a.mean(axis=1), weights


# %% mistake="plain_sum" exercise="one_step_attention" kind="factor_left_out" says="the context is the plain sum of a, without the weights"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return a.sum(axis=1), weights


# %% mistake="weighted_mean" exercise="one_step_attention" kind="related_function" says="the weighted places are averaged instead of summed"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return (weights[:, :, None] * a).mean(axis=1), weights


# %% mistake="over_the_features" exercise="one_step_attention" kind="axis" says="the context is summed over the features of a instead of the places"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return (weights[:, :, None] * a).sum(axis=2), weights


# %% mistake="over_the_batch" exercise="one_step_attention" kind="axis" says="the context is summed over the texts instead of the places"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return (weights[:, :, None] * a).sum(axis=0), weights


# %% mistake="other_order" exercise="one_step_attention" kind="exchanged" says="weights and context are returned in the other order"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return weights, (weights[:, :, None] * a).sum(axis=1)


# %% mistake="no_mask" exercise="one_step_attention" kind="padding" says="the mask is not handed on, so the padding has a share"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), np.ones(mask.shape, dtype=bool))
    return (weights[:, :, None] * a).sum(axis=1), weights


# %% mistake="mask_turned" exercise="one_step_attention" kind="padding" says="the mask is handed on the other way round"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), ~mask)
    return (weights[:, :, None] * a).sum(axis=1), weights


# %% mistake="energies_for_weights" exercise="one_step_attention" kind="taken_for_another" says="the context is made with the energies instead of the weights"
def one_step_attention(a, s_prev, parameters, mask):
    energies = additive_energies(a, s_prev, parameters)
    return (energies[:, :, None] * a).sum(axis=1), masked_softmax(energies, mask)


# %% mistake="not_summed" exercise="one_step_attention" kind="not_summed" says="the context is not summed over the places: it has still an axis for them"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return weights[:, :, None] * a, weights


# %% mistake="state_of_zeros" exercise="one_step_attention" kind="start" says="zeros go into the energies in the place of the state"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, np.zeros_like(s_prev), parameters), mask)
    return (weights[:, :, None] * a).sum(axis=1), weights


# %% mistake="best_place_only" exercise="one_step_attention" kind="related_function" says="the context is what stands at the place with the largest weight, not a weighted sum"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return a[np.arange(len(a)), weights.argmax(axis=1)], weights


# %% mistake="energies_returned" exercise="one_step_attention" kind="form" says="the energies are returned instead of the weights"
def one_step_attention(a, s_prev, parameters, mask):
    energies = additive_energies(a, s_prev, parameters)
    weights = masked_softmax(energies, mask)
    return (weights[:, :, None] * a).sum(axis=1), energies


# %% paraphrase="einsum" exercise="one_step_attention"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    return np.einsum("mtn,mt->mn", a, weights), weights


# %% paraphrase="product" exercise="one_step_attention"
def one_step_attention(a, s_prev, parameters, mask):
    alphas = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    context = np.matmul(alphas[:, None, :], a)
    return context.squeeze(1), alphas


# %% paraphrase="text_by_text" exercise="one_step_attention"
def one_step_attention(a, s_prev, parameters, mask):
    weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)
    contexts = []
    for shares, places in zip(weights, a):
        contexts.append(sum(share * place for share, place in zip(shares, places)))
    return np.array(contexts), weights


# ----------------------------------------------------------------------------------------------------------- Attention


# %% mistake="made_in_call" exercise="Attention" kind="new_layers" says="weights are made anew in each call"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(layers.Dense(self.n_e, use_bias=False)(a) + layers.Dense(self.n_e)(s_prev)[:, None, :])
        energies = layers.Dense(1, use_bias=False)(hidden)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="two_biases" exercise="Attention" kind="layer" says="both products have a bias, where one is enough"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e
        self.from_a, self.from_s = layers.Dense(n_e), layers.Dense(n_e)
        self.energy = layers.Dense(1)

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(self.from_a(a) + self.from_s(s_prev)[:, None, :])
        energies = self.energy(hidden)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="no_mask" exercise="Attention" kind="padding" says="the mask is not used"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        weights = ops.softmax((hidden @ self.ve)[:, :, 0], axis=-1)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="mask_turned" exercise="Attention" kind="padding" says="the mask is used the other way round"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, -1e9, energies), axis=-1)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="mask_after_softmax" exercise="Attention" kind="order" says="the mask comes after the softmax, so what is left does not sum to 1"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(energies, axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="softmax_over_the_batch" exercise="Attention" kind="axis" says="the softmax runs over the batch instead of the places"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=0)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="empty_text" exercise="Attention" kind="padding" says="the padding of an empty text has equal shares instead of none"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="no_state" exercise="Attention" kind="term_left_out" says="the state is left out of the energies"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + self.be)
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="no_tanh" exercise="Attention" kind="activation" says="the energies are computed without a tanh"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :]
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="plain_mean" exercise="Attention" kind="related_function" says="the context is the plain mean of a, without the weights"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.mean(a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="not_registered" exercise="Attention" kind="form" says="the class is not registered, so it is not found when a file is loaded"
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return {**super().get_config(), "n_e": self.n_e}


# %% mistake="config_forgets" exercise="Attention" kind="form" says="the configuration does not say how many units the layer has"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e

    def build(self, a_shape, s_prev_shape):
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        return ops.sum(weights[:, :, None] * a, axis=1), weights

    def get_config(self):
        return super().get_config()


# %% equivalent="change_an_argument-c934f2" exercise="Attention" because="a tensor is not changed in place: the name gets another one"

# %% equivalent="change_an_argument-ef4775" exercise="Attention" because="a tensor is not changed in place: the name gets another one"

# %% equivalent="wrong_axis-fc32a5" exercise="Attention" because="axis 1 is the last one"


# %% paraphrase="dense_layers" exercise="Attention"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.n_e = n_e
        self.from_a = layers.Dense(n_e, use_bias=False)
        self.from_s = layers.Dense(n_e)
        self.energy = layers.Dense(1, use_bias=False)

    def build(self, a_shape, s_prev_shape):
        self.from_a.build(a_shape)
        self.from_s.build(s_prev_shape)
        self.energy.build((*a_shape[:-1], self.n_e))

    def call(self, a, s_prev, mask):
        hidden = ops.tanh(self.from_a(a) + ops.expand_dims(self.from_s(s_prev), 1))
        energies = ops.squeeze(self.energy(hidden), axis=-1)
        powers = ops.exp(energies - ops.max(energies, axis=1, keepdims=True)) * ops.cast(mask, "float32")
        weights = powers / (ops.sum(powers, axis=1, keepdims=True) + 1e-12)
        return ops.einsum("mt,mtn->mn", weights, a), weights

    def get_config(self):
        config = super().get_config()
        config["n_e"] = self.n_e
        return config


# %% paraphrase="no_config" exercise="Attention"
@keras.saving.register_keras_serializable()
class Attention(keras.layers.Layer):
    def __init__(self, n_e, **kwargs):
        super().__init__(**kwargs)
        self.units = n_e

    def build(self, a_shape, s_prev_shape):
        self.v = self.add_weight(shape=(self.units, 1), name="v")
        self.b = self.add_weight(shape=(self.units,), name="b", initializer=keras.initializers.Zeros())
        self.Ws = self.add_weight(shape=(s_prev_shape[-1], self.units), name="Ws")
        self.Wa = self.add_weight(shape=(a_shape[-1], self.units), name="Wa")

    def call(self, a, s_prev, mask):
        inside = ops.matmul(a, self.Wa) + ops.matmul(s_prev, self.Ws)[:, None] + self.b
        e = ops.matmul(ops.tanh(inside), self.v)
        visible = ops.cast(mask, "float32")[:, :, None]
        weights = ops.softmax(e - (1 - visible) * 1e9, axis=1) * visible
        return ops.sum(weights * a, axis=1), weights[:, :, 0]


# %% paraphrase="unbuilt_dense" exercise="Attention"
@keras.saving.register_keras_serializable(package="mine", name="Looking")
class Attention(layers.Layer):
    def __init__(self, n_e, **options):
        super().__init__(**options)
        self.supports_masking = True
        self.n_e = n_e
        self.from_s = layers.Dense(n_e, use_bias=False)
        self.from_a = layers.Dense(n_e)
        self.energy = layers.Dense(1, use_bias=False)

    def call(self, a, s_prev, mask):
        s = ops.repeat(ops.expand_dims(s_prev, 1), a.shape[1], axis=1)
        energies = self.energy(ops.tanh(self.from_s(s) + self.from_a(a)))[..., 0]
        energies = ops.where(mask, energies, -1e8)
        weights = keras.activations.softmax(energies)
        weights = ops.where(mask, weights, 0.0)
        return ops.matmul(weights[:, None, :], a)[:, 0], weights

    def get_config(self):
        return dict(super().get_config(), n_e=self.n_e)


# --------------------------------------------------------------------------------------------------------- build_parts


# %% mistake="one_direction" exercise="build_parts" kind="layer" says="the encoder reads in one direction only"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    said = layers.LSTM(2 * n_a, return_sequences=True)(layers.Embedding(n_human, n_x)(ids), mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="padding_read" exercise="build_parts" kind="padding" says="the encoder reads the padding, since its LSTM does not get the mask"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(layers.Embedding(n_human, n_x)(ids))
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="backward_not_turned" exercise="build_parts" kind="order" says="the backward direction's states stand in the order in which they were read"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    forward = layers.LSTM(n_a, return_sequences=True)(embedded, mask=is_text)
    backward = layers.LSTM(n_a, return_sequences=True, go_backwards=True)(embedded, mask=is_text)
    encoder = keras.Model(ids, [ops.concatenate([forward, backward], axis=-1), is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="state_ignored" exercise="build_parts" kind="start" says="the cell starts from zeros instead of the state that goes in"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [ops.zeros_like(s), ops.zeros_like(c)])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="looks_with_the_memory" exercise="build_parts" kind="taken_for_another" says="attention reads the memory c instead of the state s"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, c, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="old_state_out" exercise="build_parts" kind="not_carried" says="the state that comes out of the step is the one that went in"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s, c], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="no_softmax" exercise="build_parts" kind="activation" says="the output layer has no softmax"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine)(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="last_state_only" exercise="build_parts" kind="form" says="the encoder gives its last state only, not that of every step"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="mask_turned" exercise="build_parts" kind="padding" says="the encoder's mask is True for the padding"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_padding = ops.equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=ops.logical_not(is_padding))
    encoder = keras.Model(ids, [said, is_padding], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="added_directions" exercise="build_parts" kind="layer" says="the encoder's two directions are added instead of put side by side"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True), merge_mode="sum")(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% mistake="state_for_context" exercise="build_parts" kind="taken_for_another" says="the cell reads the mean of a instead of the context"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text], name="encoder")
    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    _, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(ops.mean(a, axis=1), [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next], name="step")
    return {"encoder": encoder, "step": step}


# %% equivalent="drop_option-605b6c" exercise="build_parts" because="Keras takes numbers for a mask of True and False"

# %% equivalent="drop_option-968854" exercise="build_parts" because="an embedding makes whole numbers of its input"


# %% paraphrase="two_directions" exercise="build_parts"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input(shape=(T_x,), dtype="int64", name="ids")
    mask = ids > 0
    x = keras.layers.Embedding(n_human, n_x)(ids)
    backward = keras.layers.LSTM(n_a, return_sequences=True, go_backwards=True)
    forward = keras.layers.LSTM(n_a, return_sequences=True)
    from_the_end = ops.flip(backward(x, mask=mask), axis=1)
    encoder = keras.Model(ids, [keras.layers.Concatenate()([forward(x, mask=mask), from_the_end]), mask])

    inputs = [
        keras.Input((T_x, 2 * n_a), name="a"),
        keras.Input((T_x,), dtype="bool", name="mask"),
        keras.Input((n_s,), name="s"),
        keras.Input((n_s,), name="c"),
    ]
    context, weights = attention(inputs[0], inputs[2], inputs[1])
    s, state = keras.layers.LSTMCell(n_s)(context, inputs[2:])
    return dict(step=keras.Model(inputs, [layers.Dense(n_machine, "softmax")(s), weights, *state]), encoder=encoder)


# %% paraphrase="mask_zero" exercise="build_parts"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    ids = keras.Input((T_x,), dtype="int32")
    embedding = layers.Embedding(n_human, n_x, mask_zero=True)
    a = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True), merge_mode="concat")(embedding(ids))
    encoder = keras.Model(ids, [a, embedding.compute_mask(ids)])

    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    state = [keras.Input((n_s,)), keras.Input((n_s,))]
    context, weights = attention(a, state[0], mask)
    output, s, c = layers.LSTM(n_s, return_state=True)(ops.expand_dims(context, 1), initial_state=state)
    answer = layers.Softmax()(layers.Dense(n_machine)(output))
    return {"encoder": encoder, "step": keras.Model([a, mask, *state], [answer, weights, s, c])}


# %% paraphrase="subclass" exercise="build_parts"
class Reader(keras.Model):
    def __init__(self, n_human, n_x, n_a):
        super().__init__()
        self.embedding = layers.Embedding(n_human, n_x)
        self.both = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))

    def call(self, ids):
        mask = ops.not_equal(ids, 0)
        return self.both(self.embedding(ids), mask=mask), mask


class Writer(keras.Model):
    def __init__(self, attention, n_s, n_machine):
        super().__init__()
        self.attention, self.cell = attention, layers.LSTMCell(n_s)
        self.output_layer = layers.Dense(n_machine, activation="softmax")

    def call(self, inputs):
        a, mask, s, c = inputs
        context, weights = self.attention(a, s, mask)
        s, (_, c) = self.cell(context, [s, c])
        return self.output_layer(s), weights, s, c


def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    encoder, step = Reader(n_human, n_x, n_a), Writer(attention, n_s, n_machine)
    a, mask = encoder(ops.ones((1, T_x), dtype="int32"))
    step([a, mask, ops.zeros((1, n_s)), ops.zeros((1, n_s))])
    return {"encoder": encoder, "step": step}


# ---------------------------------------------------------------------------------------------------- build_translator


# %% mistake="copied_each_step" exercise="build_translator" kind="new_layers" says="each step is a copy with weights of its own"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = keras.models.clone_model(step)([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="a_copy_of_the_step" exercise="build_translator" kind="new_layers" says="the translator uses a copy of the step, not the given one"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    own = keras.models.clone_model(step)
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = own([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="state_not_carried" exercise="build_translator" kind="not_carried" says="every step starts from the first state"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = [step([a, mask, s, c])[0] for _ in range(T_y)]
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="memory_not_carried" exercise="build_translator" kind="not_carried" says="the memory c does not go on to the next step"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, _ = step([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="state_swapped" exercise="build_translator" kind="exchanged" says="the new s and the new c change places from step to step"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, c, s = step([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="steps_first" exercise="build_translator" kind="axis" says="time stands in front of the batch in the output"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=0))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="last_step_only" exercise="build_translator" kind="form" says="only the last step's probabilities come out"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
    model = keras.Model(ids, probabilities)
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="padding_looked_at" exercise="build_translator" kind="padding" says="the step gets a mask that is True everywhere"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    mask = ops.ones_like(mask)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# %% mistake="wrong_loss" exercise="build_translator" kind="loss" says="the loss is a mean squared error"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
        outputs.append(probabilities)
    answers = ops.stack(outputs, axis=1)
    model = keras.Model(ids, answers)
    n = answers.shape[-1]
    model.compile(
        keras.optimizers.Adam(learning_rate), lambda y, p: ops.mean((ops.one_hot(ops.cast(y, "int32"), n) - p) ** 2)
    )
    return model


# %% mistake="not_compiled" exercise="build_translator" kind="loss" says="the model is not compiled"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
        outputs.append(probabilities)
    return keras.Model(ids, ops.stack(outputs, axis=1))


# %% mistake="default_rate" exercise="build_translator" kind="option" says="the given learning rate is not used"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


# %% equivalent="drop_option-968854" exercise="build_translator" because="an embedding makes whole numbers of its input"

# %% equivalent="wrong_steps-938b8b" exercise="build_translator" because="the number of the step is not used"


# %% paraphrase="new_axis" exercise="build_translator"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    inputs = keras.Input(shape=(T_x,), dtype="int32", name="text")
    said, mask = encoder(inputs)
    state = [zero_state(said, n_s)] * 2
    answers = []
    for _ in range(T_y):
        probabilities, weights, *state = step([said, mask] + state)
        answers.append(layers.Reshape((1, -1))(probabilities))
    whole = layers.Concatenate(axis=1)(answers) if T_y > 1 else answers[0]
    model = keras.Model(inputs=inputs, outputs=whole)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate, clipnorm=1e6),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


# %% paraphrase="own_zeros" exercise="build_translator"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    zeros = ops.tile(ops.cast(ids[:, :1] * 0, "float32"), (1, n_s))
    s, c, t, outputs = zeros, zeros, 0, []
    while t < T_y:
        answer = step([a, mask, s, c])
        outputs, s, c, t = [*outputs, answer[0]], answer[2], answer[3], t + 1
    model = keras.Model([ids], ops.transpose(ops.stack(outputs), (1, 0, 2)))
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return model


# %% paraphrase="subclass" exercise="build_translator"
@keras.saving.register_keras_serializable(package="unrolled")
class Translator(keras.Model):
    def __init__(self, encoder, step, T_y, n_s, **options):
        super().__init__(**options)
        self.encoder, self.step, self.T_y, self.n_s = encoder, step, T_y, n_s

    def call(self, ids):
        a, mask = self.encoder(ids)
        s = c = zero_state(a, self.n_s)
        outputs = []
        for _ in range(self.T_y):
            probabilities, _, s, c = self.step([a, mask, s, c])
            outputs.append(probabilities)
        return ops.stack(outputs, axis=1)

    def get_config(self):
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in ("encoder", "step")}
        return {**super().get_config(), **parts, "T_y": self.T_y, "n_s": self.n_s}

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config.pop(name)) for name in ("encoder", "step")}
        return cls(**parts, **config)


def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    model = Translator(encoder, step, T_y, n_s)
    model(ops.zeros((1, T_x), dtype="int32"))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


# ----------------------------------------------------------------------------------------------------------- translate


# %% mistake="best_text" exercise="translate" kind="axis" says="the largest probability is looked for among the texts instead of the characters"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=0))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="state_forgotten" exercise="translate" kind="not_carried" says="every step starts from the first state"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, _, _ = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="memory_forgotten" exercise="translate" kind="not_carried" says="the memory c does not go on to the next step"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, _ = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="state_swapped" exercise="translate" kind="exchanged" says="the new s and the new c change places"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, c, s = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="steps_as_texts" exercise="translate" kind="taken_for_another" says="the characters of one step are joined, not those of one text"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=0)]


# %% mistake="drawn" exercise="translate" kind="draws" says="a character is drawn from the probabilities instead of taking the most likely one"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    rng = np.random.default_rng(0)
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        shares = probabilities.astype("float64")
        written.append([rng.choice(len(row), p=row / row.sum()) for row in shares])
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="human_vocabulary" exercise="translate" kind="taken_for_another" says="what is written is decoded with the vocabulary of what is read"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, human) for row in np.stack(written, axis=1)]


# %% mistake="first_text_only" exercise="translate" kind="left_undone" says="only the first text is translated"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(texts[0], human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(int(probabilities[0].argmax()))
    return [decode_ids(written, machine)]


# %% mistake="read_as_long_as_written" exercise="translate" kind="taken_for_another" says="as many characters are read as are written"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_y) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="second_best" exercise="translate" kind="taken_for_another" says="the least likely character is taken"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmin(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="nothing_written" exercise="translate" kind="left_undone" says="no character is ever written"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    return ["" for _ in texts]


# %% mistake="most_looked_at" exercise="translate" kind="taken_for_another" says="the place that is looked at most is written, not the most likely character"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        written.append(weights.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="backwards" exercise="translate" kind="order" says="the characters stand in the wrong order, the last one first"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.insert(0, probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% mistake="one_step_too_few" exercise="translate" kind="number" says="there is one step too few"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    a, mask = ask(encoder, np.stack([encode_text(text, human, T_x) for text in texts]))
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = [np.zeros(len(texts), dtype=int)]
    for _ in range(T_y - 1):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]


# %% equivalent="drop_option-78f899" exercise="translate" because="Keras makes float32 of float64 inputs"

# %% equivalent="wrong_steps-938b8b" exercise="translate" because="the number of the step is not used"


# %% paraphrase="one_by_one" exercise="translate"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    answers = []
    for text in texts:
        a, mask = ask(encoder, encode_text(text, human, T_x).reshape(1, T_x))
        s, c, numbers = np.zeros((1, n_s)), np.zeros((1, n_s)), []
        for _ in range(T_y):
            probabilities, weights, s, c = ask(step, a, mask, s, c)
            numbers.append(int(np.argmax(probabilities)))
        answers.append(decode_ids(np.array(numbers), machine))
    return answers


# %% paraphrase="tensors" exercise="translate"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    ids = np.array([encode_text(text, human, T_x) for text in texts])
    a, mask = encoder(ops.convert_to_tensor(ids))
    state = [ops.zeros((len(texts), n_s)), ops.zeros((len(texts), n_s))]
    numbers = np.zeros((len(texts), T_y), dtype=int)
    for t in range(T_y):
        probabilities, _, *state = step([a, mask, *state])
        numbers[:, t] = ops.convert_to_numpy(ops.argmax(probabilities, axis=-1))
    return [decode_ids(list(row), machine) for row in numbers]


# %% paraphrase="predict" exercise="translate"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    ids = np.zeros((len(texts), T_x), dtype="int32")
    for k, text in enumerate(texts):
        ids[k] = encode_text(text, human, T_x)
    a, mask = encoder.predict(ids, verbose=0)
    s, c = np.zeros((len(texts), n_s)), np.zeros((len(texts), n_s))
    answers = [""] * len(texts)
    for _ in range(T_y):
        p, _, s, c = step.predict([a, mask, s, c], verbose=0)
        best = np.argsort(p, axis=1)[:, -1]
        answers = [answer + decode_ids([number], machine) for answer, number in zip(answers, best)]
    return answers


# ------------------------------------------------------------------------------------------------------- attention_map


# %% mistake="turned" exercise="attention_map" kind="exchanged" says="rows and columns of the map are swapped"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows, axis=1)[: len(text)]


# %% mistake="not_cut" exercise="attention_map" kind="boundary" says="the map is not cut to the text"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows)


# %% mistake="probabilities" exercise="attention_map" kind="form" says="the rows hold the probabilities instead of the attention weights"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        rows.append(probabilities[0])
    return np.stack(rows)[:, : len(text)]


# %% mistake="state_forgotten" exercise="attention_map" kind="not_carried" says="every step starts from the first state"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, _, _ = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows)[:, : len(text)]


# %% mistake="batch_axis_kept" exercise="attention_map" kind="form" says="the batch axis of length 1 is not dropped"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.append(weights)
    return np.stack(rows)[:, :, : len(text)]


# %% mistake="memory_forgotten" exercise="attention_map" kind="not_carried" says="the memory c does not go on to the next step"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, _ = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows)[:, : len(text)]


# %% mistake="state_swapped" exercise="attention_map" kind="exchanged" says="the new s and the new c change places"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, c, s = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows)[:, : len(text)]


# %% mistake="backwards" exercise="attention_map" kind="order" says="the rows stand in the wrong order, the last step first"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.insert(0, weights[0])
    return np.stack(rows)[:, : len(text)]


# %% mistake="nothing_written" exercise="attention_map" kind="left_undone" says="the weights are never written: the map is 0"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    return np.zeros((T_y, min(len(text), T_x)))


# %% mistake="cut_one_short" exercise="attention_map" kind="boundary" says="the last character of the text is cut off"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows)[:, : min(len(text), T_x) - 1]


# %% equivalent="drop_option-9fe3de" exercise="attention_map" because="Keras makes float32 of float64 inputs"

# %% equivalent="wrong_steps-938b8b" exercise="attention_map" because="the number of the step is not used"


# %% paraphrase="filled" exercise="attention_map"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, np.array([encode_text(text, human, T_x)]))
    s, c = np.zeros((1, n_s)), np.zeros((1, n_s))
    n = min(len(text), T_x)
    table = np.zeros((T_y, n))
    for t in range(T_y):
        answer = ask(step, a, mask, s, c)
        table[t] = answer[1][0, :n]
        s, c = answer[2:]
    return table


# %% paraphrase="by_the_mask" exercise="attention_map"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = ask(encoder, encode_text(text, human, T_x)[np.newaxis])
    s = c = np.zeros((1, n_s), "float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.append(weights)
    return np.concatenate(rows)[:, mask[0]]


# %% paraphrase="tensors" exercise="attention_map"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    a, mask = encoder(ops.convert_to_tensor(encode_text(text, human, T_x)[None]))
    s = c = ops.zeros((1, n_s))
    rows = []
    for _ in range(T_y):
        _, weights, s, c = step([a, mask, s, c])
        rows.append(ops.convert_to_numpy(weights)[0])
    return np.array(rows)[:, : len(text)]


# --------------------------------------------------------------------------------------------------------- exact_match


# %% mistake="by_character" exercise="exact_match" kind="taken_for_another" says="right characters are counted instead of right dates"
def exact_match(texts, predicted, expected, width):
    right = np.array([np.mean([x == y for x, y in zip(one, other)]) for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="counted" exercise="exact_match" kind="form" says="right dates are counted, not divided by how many there are"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.sum()), {int(group): float(right[groups == group].sum()) for group in np.unique(groups)}


# %% mistake="numbered_groups" exercise="exact_match" kind="form" says="the groups are numbered 0, 1, 2 instead of named by their smallest length"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width for text in texts])
    return float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="length_of_the_answer" exercise="exact_match" kind="taken_for_another" says="the groups go by the length of what was written, not of the text"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in predicted])
    return float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="borders_below" exercise="exact_match" kind="boundary" says="a text whose length is a multiple of width falls into the group below"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([max(len(text) - 1, 0) // width * width for text in texts])
    return float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="share_of_all" exercise="exact_match" kind="average" says="the right dates of a group are divided by the number of all dates"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.mean()), {int(group): float((right & (groups == group)).mean()) for group in np.unique(groups)}


# %% mistake="mean_of_the_groups" exercise="exact_match" kind="average" says="the share of all is the mean of the groups, which are not equally large"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    by_length = {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}
    return float(np.mean(list(by_length.values()))), by_length


# %% mistake="no_groups" exercise="exact_match" kind="left_undone" says="nothing is put into the dictionary"
def exact_match(texts, predicted, expected, width):
    return float(np.mean([one == other for one, other in zip(predicted, expected)])), {}


# %% mistake="first_group_only" exercise="exact_match" kind="condition" says="only texts that are shorter than width are put into a group"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    short = np.array([len(text) < width for text in texts])
    return float(right.mean()), {0: float(right[short].mean())} if short.any() else {}


# %% mistake="shortest_group_only" exercise="exact_match" kind="condition" says="only the group of the shortest text is measured"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.mean()), {int(groups.min()): float(right[groups == groups.min()].mean())}


# %% mistake="dates_counted" exercise="exact_match" kind="form" says="of all dates, the right ones are counted and not divided by how many there are"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.sum()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="in_per_cent" exercise="exact_match" kind="units" says="the shares are in per cent, and should lie between 0 and 1"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return 100 * float(right.mean()), {int(group): 100 * float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="share_in_per_cent" exercise="exact_match" kind="units" says="the share of all is in per cent, and should lie between 0 and 1"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return 100 * float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="groups_counted" exercise="exact_match" kind="form" says="in the groups, right dates are counted and not divided by how many there are"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.mean()), {int(group): float(right[groups == group].sum()) for group in np.unique(groups)}


# %% mistake="one_off" exercise="exact_match" kind="taken_for_another" says="each translation is compared with the date of another text"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted[-1:] + predicted[:-1], expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% mistake="wrong_ones" exercise="exact_match" kind="condition" says="the wrong dates are counted instead of the right ones"
def exact_match(texts, predicted, expected, width):
    right = np.array([one != other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    return float(right.mean()), {int(group): float(right[groups == group].mean()) for group in np.unique(groups)}


# %% equivalent="wrong_constant-b598b3" exercise="exact_match" because="a group beyond the longest text is empty, and has no key"

# %% equivalent="wrong_function-e1f3d9" exercise="exact_match" because="groups beyond the longest text are empty, and have no key"


# %% paraphrase="counted_by_hand" exercise="exact_match"
def exact_match(texts, predicted, expected, width):
    hits, seen, total = {}, {}, 0
    for text, one, other in zip(texts, predicted, expected):
        group = (len(text) // width) * width
        seen[group] = seen.get(group, 0) + 1
        hits[group] = hits.get(group, 0) + int(one == other)
        total += one == other
    return total / len(texts), {group: hits[group] / seen[group] for group in seen}


# %% paraphrase="lists" exercise="exact_match"
def exact_match(texts, predicted, expected, width):
    by_group = {}
    for k in range(len(texts)):
        by_group.setdefault(len(texts[k]) - len(texts[k]) % width, []).append(predicted[k] == expected[k])
    share = np.mean([predicted[k] == expected[k] for k in range(len(texts))])
    return share, {group: np.mean(rights) for group, rights in by_group.items()}


# %% paraphrase="unique_groups" exercise="exact_match"
def exact_match(texts, predicted, expected, width):
    right = np.array([one == other for one, other in zip(predicted, expected)])
    groups = np.array([len(text) // width * width for text in texts])
    by_length = {int(group): right[groups == group].mean() for group in np.unique(groups)}
    return right.mean(), by_length
