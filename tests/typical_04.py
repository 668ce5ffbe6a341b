"""Mistakes that students of unit 04 typically make, in a student's own words, and what has to be said of each.

A name → the exercise, what is changed in :data:`RIGHT`, and a pattern that the sentence of the public
check, and that of the verdict, must match.
"""

from __future__ import annotations

RIGHT = """
def bio_to_spans(tags):
    spans = []
    start, kind = None, None
    for t, tag in enumerate(tags):
        goes_on = kind is not None and tag == "I-" + kind
        if kind is not None and not goes_on:
            spans.append((start, t, kind))
            kind = None
        if tag != "O" and not goes_on:
            start, kind = t, tag[2:]
    if kind is not None:
        spans.append((start, len(tags), kind))
    return spans

def build_vocabulary(sentences, max_words):
    counts = Counter()
    for sentence in sentences:
        counts.update(sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))[:max_words]
    vocabulary = {PAD: 0, UNK: 1}
    for number, word in enumerate(ordered):
        vocabulary[word] = number + 2
    return vocabulary

def word_features(word):
    all_capitals = word.isupper() and sum(letter.isalpha() for letter in word) >= 2
    looks = [
        word[0].isupper(),
        all_capitals,
        not all_capitals and any(letter.isupper() for letter in word[1:]),
        any(letter.isdigit() for letter in word),
        word.isdigit(),
        "-" in word,
        not any(letter.isalnum() for letter in word),
        word[0].isupper() and word[1:] in ("", "."),
        "." in word and any(letter.isalpha() for letter in word),
        "'" in word,
        len(word) <= 3,
        len(word) >= 9,
    ]
    small = word.lower()
    for ending in ENDINGS:
        looks.append(small.endswith(ending) and small != ending)
    return np.array(looks, dtype="float32")

def encode_sentences(sentences, vocabulary, T_x):
    m = len(sentences)
    ids = np.zeros((m, T_x), dtype="int32")
    features = np.zeros((m, T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((m, T_x), dtype=bool)
    for i, sentence in enumerate(sentences):
        words = sentence[:T_x]
        for t, word in enumerate(words):
            ids[i, t] = vocabulary.get(word, vocabulary[UNK])
            features[i, t] = word_features(word)
        mask[i, : len(words)] = True
    return ids, features, mask

def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids = keras.Input((None,), dtype="int32")
    features = keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = layers.Embedding(n_words, n_e)(ids)
    x = layers.Concatenate()([x, features])
    for number in range(n_layers):
        lstm = layers.LSTM(n_a, return_sequences=True)
        if bidirectional:
            lstm = layers.Bidirectional(lstm)
        x = lstm(x, mask=mask)
    out = layers.Dense(2 * n_kinds + 1, activation="softmax")(x)
    return keras.Model([ids, features, mask], out)

def masked_loss(y, probabilities, mask):
    picked = ops.take_along_axis(probabilities, y[..., None], axis=-1)[..., 0]
    cost = -ops.log(ops.maximum(picked, 1e-7))
    real = ops.cast(mask, "float32")
    return ops.sum(cost * real) / ops.maximum(ops.sum(real), 1.0)

def masked_accuracy(y, probabilities, mask):
    best = ops.argmax(probabilities, axis=-1)
    hits = ops.cast(ops.cast(best, "int32") == ops.cast(y, "int32"), "float32")
    real = ops.cast(mask, "float32")
    n = ops.sum(real)
    return ops.sum(hits * real) / ops.maximum(n, 1.0)

def entity_scores(gold, predicted):
    true = {(i, *span) for i, tags in enumerate(gold) for span in bio_to_spans(tags)}
    found = {(i, *span) for i, tags in enumerate(predicted) for span in bio_to_spans(tags)}
    result = {}
    for kind in ["all", *{name[-1] for name in true | found}]:
        a = {name for name in true if kind in ("all", name[-1])}
        b = {name for name in found if kind in ("all", name[-1])}
        both = len(a & b)
        precision = both / len(b) if b else 0.0
        recall = both / len(a) if a else 0.0
        f1 = 2 * precision * recall / (precision + recall) if both else 0.0
        result[kind] = {"precision": precision, "recall": recall, "f1": f1}
    return result

def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for j, tag in enumerate(tags):
        if tag[0] == "I":
            for i, before in enumerate(tags):
                allowed[i, j] = before[0] != "O" and before[2:] == tag[2:]
            allowed[n, j] = False
    return allowed

def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    penalty = np.where(allowed, 0.0, -np.inf)
    score = log_probabilities[0] + penalty[-1]
    back = []
    for t in range(1, length):
        table = score[:, None] + penalty[:-1]
        back.append(np.argmax(table, axis=0))
        score = np.max(table, axis=0) + log_probabilities[t]
    path = [int(np.argmax(score))]
    for pointers in back[::-1]:
        path.append(int(pointers[path[-1]]))
    path.reverse()
    return path

def find_entities(sentence, model, vocabulary, tags):
    matches = [match for match in WORD.finditer(sentence)]
    words = [match.group() for match in matches]
    if not words:
        return []
    p = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    best = constrained_decode(np.log(p), len(words), allowed_transitions(tags))
    names = []
    for i, j, kind in bio_to_spans([tags[k] for k in best]):
        start = matches[i].start()
        end = matches[j - 1].end()
        names.append((sentence[start:end], kind, start, end))
    return names
"""

LOSS = "return ops.sum(cost * real) / ops.maximum(ops.sum(real), 1.0)"
ACCURACY = "return ops.sum(hits * real) / ops.maximum(n, 1.0)"
COUNTED = 'real = ops.cast(mask, "float32")\n    n'
SORTED = "sorted(counts, key=lambda word: (-counts[word], word))[:max_words]"
WIDE = "layers.LSTM(n_a, return_sequences=True)"
SPANS = {who: f"enumerate({who}) for span in bio_to_spans(tags)" for who in ("gold", "predicted")}
WORDS = '[(t, tag[2:]) for t, tag in enumerate(tags) if tag != "O"]'
VITERBI = RIGHT[RIGHT.index("        table = score") : RIGHT.index("    return path\n")]
GREEDY = """        back.append(int(np.argmax(score)))
        score = penalty[back[-1]] + log_probabilities[t]
    path = back + [int(np.argmax(score))]
"""

TYPICAL: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "the last name lost": (
        "bio_to_spans",
        [("    if kind is not None:\n        spans.append((start, len(tags), kind))\n", "")],
        "ends with the sentence is lost",
    ),
    "last word instead of end": (
        "bio_to_spans",
        [
            ("spans.append((start, t, kind))", "spans.append((start, t - 1, kind))"),
            ("len(tags), kind", "len(tags) - 1, kind"),
        ],
        "place of the last word",
    ),
    "end one short at the end of the sentence": (
        "bio_to_spans",
        [("len(tags), kind", "len(tags) - 1, kind")],
        "ends with the sentence lacks its last word",
    ),
    "I- after O dropped": (
        "bio_to_spans",
        [('if tag != "O" and not goes_on', 'if tag[0] == "B" and not goes_on')],
        "I- that continues nothing is dropped",
    ),
    "I- of another kind goes on": (
        "bio_to_spans",
        [('tag == "I-" + kind', 'tag[0] == "I"')],
        "I- of another kind goes on",
    ),
    "names side by side merged": (
        "bio_to_spans",
        [('tag == "I-" + kind', "tag[2:] == kind")],
        "side by side are merged",
    ),
    "each word a name": ("bio_to_spans", [('kind is not None and tag == "I-" + kind', "False")], "each word of a name"),
    "a name at the first word lost": (
        "bio_to_spans",
        [
            ("if kind is not None and not goes_on", "if start and not goes_on"),
            ("kind = None\n", "start = kind = None\n"),
        ],
        "begins with the sentence is lost",
    ),
    "most_common": (
        "build_vocabulary",
        [(SORTED, "[word for word, _ in counts.most_common(max_words)]")],
        "order of the text",
    ),
    "PAD and UNK counted": ("build_vocabulary", [(SORTED, SORTED[:-1] + " - 2]")], "counted among"),
    "all words taken in": ("build_vocabulary", [(SORTED, SORTED[:-12])], "max_words is not used"),
    "ids from 0": ("build_vocabulary", [("= number + 2", "= number")], "belongs to PAD"),
    "the first capital is inside": ("word_features", [("in word[1:]),", "in word),")], "first character counts"),
    "the word is the ending": ("word_features", [(" and small != ending", "")], "nothing but an ending"),
    "padded in front": (
        "encode_sentences",
        [
            ("enumerate(words):", "enumerate(words, T_x - len(words)):"),
            ("[i, : len(words)]", "[i, T_x - len(words) :]"),
        ],
        "padding stands in front",
    ),
    "the last words kept": ("encode_sentences", [("sentence[:T_x]", "sentence[-T_x:]")], "last words are kept"),
    "mask the wrong way round": (
        "encode_sentences",
        [("return ids, features, mask", "return ids, features, ~mask")],
        "wrong way round",
    ),
    "no mask at all": (
        "encode_sentences",
        [("mask = np.zeros((m, T_x), dtype=bool)", "mask = np.ones((m, T_x), dtype=bool)")],
        "mask is True everywhere",
    ),
    "unknown words raise": (
        "encode_sentences",
        [("vocabulary.get(word, vocabulary[UNK])", "vocabulary[word]")],
        "id of UNK",
    ),
    "mask forgotten": ("build_tagger", [("lstm(x, mask=mask)", "lstm(x)")], "mask does not reach"),
    "mask of the embedding lost": (
        "build_tagger",
        [
            ("layers.Embedding(n_words, n_e)", "layers.Embedding(n_words, n_e, mask_zero=True)"),
            ("lstm(x, mask=mask)", "lstm(x)"),
        ],
        "mask does not reach",
    ),
    "mask of the wrong polarity": (
        "build_tagger",
        [("lstm(x, mask=mask)", "lstm(x, mask=ops.logical_not(mask))")],
        "mask is used the wrong way round",
    ),
    "padding set to zero": (
        "build_tagger",
        [("lstm(x, mask=mask)", 'lstm(x * ops.cast(mask, "float32")[..., None])')],
        "setting the padding to zero",
    ),
    "only the first layer masked": (
        "build_tagger",
        [
            ("lstm(x, mask=mask)", "lstm(x, mask=mask if number == 0 else None)"),
            ("(lstm)\n", "(lstm)\n        x = x + 0.0\n"),
        ],
        "first LSTM layer only",
    ),
    "last state only": ("build_tagger", [(WIDE, WIDE.replace("True", "number + 1 < n_layers"))], "last state only"),
    "one direction": (
        "build_tagger",
        [("        if bidirectional:\n            lstm = layers.Bidirectional(lstm)\n", "")],
        "one direction only",
    ),
    "directions added": (
        "build_tagger",
        [("Bidirectional(lstm)", 'Bidirectional(lstm, merge_mode="sum")')],
        "side by side",
    ),
    "no tag for O": ("build_tagger", [("2 * n_kinds + 1", "2 * n_kinds")], "as many units as there are tags"),
    "no softmax": ("build_tagger", [(', activation="softmax")', ")")], "softmax is missing"),
    "softmax over the words": (
        "build_tagger",
        [('1, activation="softmax")(x)', "1)(x)\n    out = ops.softmax(out, axis=1)")],
        "over the steps",
    ),
    "features left out": (
        "build_tagger",
        [("    x = layers.Concatenate()([x, features])\n", "")],
        "features are not read",
    ),
    "padding in the mean": ("masked_loss", [(LOSS, "return ops.mean(cost)")], "padding takes part"),
    "a mean of means": (
        "masked_loss",
        [(LOSS, "return ops.mean(ops.sum(cost * real, 1) / ops.maximum(ops.sum(real, 1), 1.0))")],
        "sentences' means",
    ),
    "no minus": ("masked_loss", [("cost = -ops.log", "cost = ops.log")], "minus sign"),
    "no floor": ("masked_loss", [("ops.maximum(picked, 1e-7)", "picked")], "probabilities of 0"),
    "no words to divide by": (
        "masked_loss",
        [("/ ops.maximum(ops.sum(real), 1.0)", "/ ops.sum(real)")],
        "divide[sd] by 0",
    ),
    "a cost a sentence": (
        "masked_loss",
        [(LOSS, "return ops.sum(cost * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1.0)")],
        "one for all words|take the mean over all",
    ),
    "words called O dropped": (
        "masked_accuracy",
        [(COUNTED, COUNTED.replace("(mask", "(mask & (best > 0)"))],
        "that the model calls O are dropped",
    ),
    "words that are O dropped": (
        "masked_accuracy",
        [(COUNTED, COUNTED.replace("(mask", "(mask & (y > 0)"))],
        "right tag is O are dropped",
    ),
    "word by word": (
        "entity_scores",
        [(spans, spans.replace("bio_to_spans(tags)", WORDS)) for spans in SPANS.values()],
        "words are counted",
    ),
    "precision and recall exchanged": (
        "entity_scores",
        [
            ("precision = both / len(b) if b", "precision = both / len(a) if a"),
            ("recall = both / len(a) if a", "recall = both / len(b) if b"),
        ],
        "exchanged|each other's place",
    ),
    "sentences confused": (
        "entity_scores",
        [(f"(i, *span) for i, tags in {spans}", f"span for i, tags in {spans}") for spans in SPANS.values()],
        "different sentences",
    ),
    "nothing found": ("entity_scores", [("both / len(b) if b else 0.0", "both / len(b)")], "divide[sd] by 0"),
    "kinds of the truth only": ("entity_scores", [("name in true | found}]", "name in true}]")], "only found"),
    "plain mean for F1": (
        "entity_scores",
        [("2 * precision * recall / (precision + recall) if both else 0.0", "(precision + recall) / 2")],
        "plain mean",
    ),
    "rows and columns": (
        "allowed_transitions",
        [("    return allowed\n", "    allowed[:n] = allowed[:n].T.copy()\n    return allowed\n")],
        "rows and columns are exchanged",
    ),
    "anything may begin": (
        "allowed_transitions",
        [("            allowed[n, j] = False\n", "")],
        "may begin with any tag",
    ),
    "I- after B- only": ("allowed_transitions", [('before[0] != "O"', 'before[0] == "B"')], "may not follow an I-"),
    "any kind before": ("allowed_transitions", [(" and before[2:] == tag[2:]", "")], "of another kind"),
    "forbidden for allowed": (
        "allowed_transitions",
        [("    return allowed\n", "    return ~allowed\n")],
        "True and False are exchanged",
    ),
    "step by step": ("constrained_decode", [(VITERBI, GREEDY)], "step by step"),
    "allowed the other way": (
        "constrained_decode",
        [("+ penalty[:-1]\n", "+ penalty[:-1].T\n")],
        "rows and columns of what is allowed",
    ),
    "the beginning is free": (
        "constrained_decode",
        [("log_probabilities[0] + penalty[-1]", "log_probabilities[0]")],
        "beginning is not constrained",
    ),
    "padding decoded": ("constrained_decode", [("range(1, length)", "range(1, len(log_probabilities))")], "padding"),
    "path backwards": ("constrained_decode", [("    path.reverse()\n", "")], "reverse order"),
    "a mild penalty": ("constrained_decode", [("0.0, -np.inf)", "0.0, -1.0)")], "only made less likely"),
    "cut at spaces": (
        "find_entities",
        [("WORD.finditer(sentence)", 're.finditer(r"\\S+", sentence)')],
        "cut at spaces|cut the sentence with WORD",
    ),
    "place searched": (
        "find_entities",
        [("start = matches[i].start()", "start = sentence.find(words[i])")],
        "searched for",
    ),
    "places in words": ("find_entities", [("kind, start, end))", "kind, i, j))")], "places in words"),
    "one character short": ("find_entities", [("kind, start, end))", "kind, start, end - 1))")], "last character"),
    "no logarithm": ("find_entities", [("constrained_decode(np.log(p),", "constrained_decode(p,")], "logarithms"),
    "best tag of each word": (
        "find_entities",
        [("constrained_decode(np.log(p), len(words), allowed_transitions(tags))", "p.argmax(axis=-1)")],
        "best allowed",
    ),
    "asked about nothing": (
        "find_entities",
        [("    if not words:\n        return []\n    p =", "    p =")],
        "without words|nothing",
    ),
}
TOLD_BY_THE_GRADER = ("find_entities",)
"""What is asked of a toy model is not compared call by call."""
