"""Unit 04: the mistakes that students make, and right answers written otherwise, to try the graders on.

docs/writing-a-unit.md says how this file is read.
"""

# %% words
{
    "spans": "the spans",
    "start": "where the name begins",
    "open_kind": "the kind of the open name",
    "place": "the place",
    "counts": "the counts of the words",
    "ordered": "the words in order",
    "capitals": "whether all is in capitals",
    "shape": "the features before the endings",
    "endings": "the features of the endings",
    "ids": "the ids",
    "features": "the features",
    "mask": "the mask",
    "n_f": "the number of features",
    "x": "what the layer reads",
    "layer": "the recurrent layer",
    "probabilities": "the probabilities",
    "right": "what is right",
    "paid": "the cost of each word",
    "weights": "the mask as numbers",
    "true": "the true names",
    "found": "the found names",
    "precision": "the precision",
    "recall": "the recall",
    "f1": "the F1",
    "table": "the table of scores",
    "before": "the tags that may stand before",
    "allowed": "what is allowed",
    "step": "what each step costs",
    "best": "the best sums",
    "ways": "the sums of all ways",
    "came_from": "the notes of where each path came from",
    "path": "the path",
    "matches": "the words with their places",
    "words": "the words",
    "letter": "the letter of the tag",
    "kind": "the kind of the name",
    "first": "the first word of the name",
    "last": "the word after the name",
    "end": "where the name ends",
}

# %% words exercise="build_vocabulary"
{"vocabulary": "what is returned"}

# %% words exercise="find_entities"
{"result": "the found names"}

# -------------------------------------------------------------------------------------------------------- bio_to_spans


# %% mistake="stray_inside_dropped" exercise="bio_to_spans" kind="condition" says="an I- that continues nothing is dropped, and should begin a name"
def bio_to_spans(tags):
    spans, start, kind = [], None, None
    for place, tag in enumerate(list(tags) + ["O"]):
        if start is not None and tag == f"I-{kind}":
            continue
        if start is not None:
            spans.append((start, place, kind))
        start, kind = (place, tag[2:]) if tag.startswith("B-") else (None, None)
    return spans


# %% mistake="kind_change_ignored" exercise="bio_to_spans" kind="condition" says="an I- of another kind goes on with the name, and should begin a new one"
def bio_to_spans(tags):
    spans, start, kind = [], None, None
    for place, tag in enumerate(list(tags) + ["O"]):
        if start is not None and tag.startswith("I-"):
            continue
        if start is not None:
            spans.append((start, place, kind))
        start, kind = (None, None) if tag == "O" else (place, tag[2:])
    return spans


# %% mistake="side_by_side_merged" exercise="bio_to_spans" kind="condition" says="two names of one kind side by side are merged: a B- always begins a name"
def bio_to_spans(tags):
    spans, start, kind = [], None, ""
    for place, tag in enumerate(list(tags) + ["O"]):
        now = tag[2:]
        if now == kind and start is not None:
            continue
        if start is not None:
            spans.append((start, place, kind))
        start, kind = (place, now) if now else (None, "")
    return spans


# %% mistake="last_name_lost" exercise="bio_to_spans" kind="condition" says="a name that ends with the sentence is lost"
def bio_to_spans(tags):
    spans, start, kind = [], None, ""
    for place, tag in enumerate(tags):
        if start is not None and tag == f"I-{kind}":
            continue
        if start is not None:
            spans.append((start, place, kind))
        start, kind = (place, tag[2:]) if tag != "O" else (None, "")
    return spans


# %% mistake="end_inclusive" exercise="bio_to_spans" kind="form" says="end is the place of the last word, and should be the place after it"
def bio_to_spans(tags):
    spans, start, kind = [], 0, ""
    for place, tag in enumerate(list(tags) + ["O"]):
        if tag[:1] == "I" and tag[2:] == kind:
            continue
        if kind:
            spans.append((start, place - 1, kind))
        start, kind = place, tag[2:]
    return spans


# %% mistake="word_by_word" exercise="bio_to_spans" kind="condition" says="each word of a name is made a name of its own"
def bio_to_spans(tags):
    return [(place, place + 1, tag[2:]) for place, tag in enumerate(tags) if tag != "O"]


# %% mistake="kind_with_letter" exercise="bio_to_spans" kind="form" says="the kind still carries its B- or I-"
def bio_to_spans(tags):
    spans, start, kind = [], 0, ""
    for place, tag in enumerate(list(tags) + ["O"]):
        if tag[:1] == "I" and tag[2:] == kind[2:]:
            continue
        if kind:
            spans.append((start, place, kind))
        start, kind = place, tag if tag != "O" else ""
    return spans


# %% mistake="order_of_span" exercise="bio_to_spans" kind="form" says="the parts of a span stand in another order: it should be start, end, kind"
def bio_to_spans(tags):
    spans, start, kind = [], 0, ""
    for place, tag in enumerate(list(tags) + ["O"]):
        if tag[:1] == "I" and tag[2:] == kind:
            continue
        if kind:
            spans.append((kind, start, place))
        start, kind = place, tag[2:]
    return spans


# %% mistake="only_three_kinds" exercise="bio_to_spans" kind="number" says="only the kinds of this corpus are known; the kinds may be any words"
def bio_to_spans(tags):
    spans, start, kind = [], 0, ""
    tags = [tag if tag[2:] in ("PER", "LOC", "ORG") else "O" for tag in tags]
    for place, tag in enumerate(tags + ["O"]):
        if tag[:1] == "I" and tag[2:] == kind:
            continue
        if kind:
            spans.append((start, place, kind))
        start, kind = place, tag[2:]
    return spans


# %% mistake="last_word_of_the_sentence_lost" exercise="bio_to_spans" kind="boundary" says="a name that ends with the sentence lacks its last word"
def bio_to_spans(tags):
    spans, start, kind = [], 0, ""
    for place, tag in enumerate(tags):
        if tag[:1] == "I" and tag[2:] == kind:
            continue
        if kind:
            spans.append((start, place, kind))
        start, kind = place, tag[2:]
    if kind:
        spans.append((start, len(tags) - 1, kind))
    return spans


# %% mistake="first_name_lost" exercise="bio_to_spans" kind="condition" says="a name that begins with the sentence is lost: place 0 is taken for no place at all"
def bio_to_spans(tags):
    spans, start, kind = [], None, None
    for place, tag in enumerate(tags):
        goes_on = kind is not None and tag == f"I-{kind}"
        if start and not goes_on:
            spans.append((start, place, kind))
            start = kind = None
        if tag != "O" and not goes_on:
            start, kind = place, tag[2:]
    if start:
        spans.append((start, len(tags), kind))
    return spans


# %% mistake="first_name_lost_but_at_the_end" exercise="bio_to_spans" kind="condition" says="a name that begins with the sentence is lost: place 0 is taken for no place at all"
def bio_to_spans(tags):
    spans, start, kind = [], None, None
    for place, tag in enumerate(tags):
        goes_on = kind is not None and tag == f"I-{kind}"
        if start and not goes_on:
            spans.append((start, place, kind))
            start = kind = None
        if tag != "O" and not goes_on:
            start, kind = place, tag[2:]
    if kind is not None:
        spans.append((start, len(tags), kind))
    return spans


# %% paraphrase="starts_then_ends" exercise="bio_to_spans"
def bio_to_spans(tags):
    n = len(tags)

    def begins(t):
        if tags[t] == "O":
            return False
        return tags[t].startswith("B-") or t == 0 or tags[t - 1][2:] != tags[t][2:]

    spans = []
    for t in range(n):
        if begins(t):
            end = t + 1
            while end < n and tags[end] != "O" and not begins(end):
                end += 1
            spans.append((t, end, tags[t].split("-", 1)[1]))
    return spans


# %% paraphrase="while_loop" exercise="bio_to_spans"
def bio_to_spans(tags):
    found = []
    t = 0
    while t < len(tags):
        if tags[t] == "O":
            t += 1
            continue
        kind = tags[t][2:]
        u = t + 1
        while u < len(tags) and tags[u] == "I-" + kind:
            u += 1
        found.append([t, u, kind])
        t = u
    return [tuple(span) for span in found]


# %% paraphrase="growing_last" exercise="bio_to_spans"
def bio_to_spans(tags):
    spans = []
    previous = "O"
    for t, tag in enumerate(tags):
        if tag != "O":
            letter, kind = tag.split("-", maxsplit=1)
            if letter == "I" and previous == kind:
                spans[-1] = (spans[-1][0], t + 1, kind)
            else:
                spans.append((t, t + 1, kind))
            previous = kind
        else:
            previous = "O"
    return spans


# ---------------------------------------------------------------------------------------------------- build_vocabulary


# %% mistake="ties_in_text_order" exercise="build_vocabulary" kind="order" says="words of equal frequency stand in the order of the text, and should be in alphabetical order"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    return {word: place for place, word in enumerate([PAD, UNK] + [word for word, _ in counts.most_common(max_words)])}


# %% mistake="ties_backwards" exercise="build_vocabulary" kind="order" says="words of equal frequency stand in alphabetical order backwards"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    return {word: place for place, word in enumerate([PAD, UNK, *ordered[:max_words]])}


# %% mistake="max_counts_special" exercise="build_vocabulary" kind="condition" says="PAD and UNK are counted among the max_words"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = [PAD, UNK] + sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate(ordered[:max_words])}


# %% mistake="ids_from_one" exercise="build_vocabulary" kind="number" says="the ids begin at 1: PAD has to be 0"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate([PAD, UNK, *ordered[:max_words]], start=1)}


# %% mistake="words_from_one" exercise="build_vocabulary" kind="number" says="the words' ids begin at 1, which belongs to UNK; the first word has 2"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    vocabulary = {PAD: 0, UNK: 1}
    for place, word in enumerate(ordered[:max_words]):
        vocabulary[word] = place + 1
    return vocabulary


# %% mistake="pad_and_unk_exchanged" exercise="build_vocabulary" kind="exchanged" says="PAD and UNK are exchanged: PAD is 0 and UNK is 1"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate([UNK, PAD, *ordered[:max_words]])}


# %% mistake="small_letters" exercise="build_vocabulary" kind="text" says="words are turned into small letters, and should be taken as they stand"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word.lower() for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate([PAD, UNK, *ordered[:max_words]])}


# %% mistake="alphabetical_only" exercise="build_vocabulary" kind="order" says="the words are sorted by the alphabet only, and should be sorted by frequency first"
def build_vocabulary(sentences, max_words):
    words = sorted({word for sentence in sentences for word in sentence})
    return {word: place for place, word in enumerate([PAD, UNK, *words[:max_words]])}


# %% mistake="once_a_sentence" exercise="build_vocabulary" kind="condition" says="a word is counted once a sentence, and should be counted each time it stands there"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in set(sentence))
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate([PAD, UNK, *ordered[:max_words]])}


# %% mistake="least_frequent" exercise="build_vocabulary" kind="order" says="the rarest words come first, and should come last"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (counts[word], word))
    return {word: place for place, word in enumerate([PAD, UNK, *ordered[:max_words]])}


# %% mistake="words_from_zero" exercise="build_vocabulary" kind="number" says="the words' ids begin at 0, which belongs to PAD; the first word has 2"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    vocabulary = {PAD: 0, UNK: 1}
    for place, word in enumerate(ordered[:max_words]):
        vocabulary[word] = place
    return vocabulary


# %% mistake="all_words_taken" exercise="build_vocabulary" kind="option" says="max_words is not used: all words are taken in"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: place for place, word in enumerate([PAD, UNK, *ordered])}


# %% mistake="from_ids_to_words" exercise="build_vocabulary" kind="exchanged" says="the dictionary leads from ids to words, and should lead from words to ids"
def build_vocabulary(sentences, max_words):
    from collections import Counter

    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return dict(enumerate([PAD, UNK, *ordered[:max_words]]))


# %% equivalent="wrong_steps-c6b9d9" exercise="build_vocabulary" because="each word gets the id of its own place, in whatever order they are numbered"

# %% equivalent="swap_parts-05c7bf" exercise="build_vocabulary" because="the smaller of two numbers is the same in either order"

# %% paraphrase="counter" exercise="build_vocabulary"
def build_vocabulary(sentences, max_words):
    from collections import Counter
    from itertools import chain

    counts = Counter(chain.from_iterable(sentences))
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:max_words]
    vocabulary = {"<pad>": 0, "<unk>": 1}
    for word, _ in most:
        vocabulary[word] = len(vocabulary)
    return vocabulary


# %% paraphrase="sorted_twice" exercise="build_vocabulary"
def build_vocabulary(sentences, max_words):
    text = [word for sentence in sentences for word in sentence]
    words = sorted(set(text))
    words.sort(key=text.count, reverse=True)
    return dict(zip([PAD, UNK] + words[:max_words], range(len(words) + 2)))


# %% paraphrase="numpy_unique" exercise="build_vocabulary"
def build_vocabulary(sentences, max_words):
    text = sum((list(sentence) for sentence in sentences), [])
    if not text:
        return {PAD: 0, UNK: 1}
    words, counts = np.unique(np.array(text), return_counts=True)
    order = np.argsort(-counts, kind="stable")[:max_words]
    return {PAD: 0, UNK: 1} | {str(words[place]): rank + 2 for rank, place in enumerate(order)}


# ------------------------------------------------------------------------------------------------------- word_features


# %% mistake="single_capital_is_all_capitals" exercise="word_features" kind="text" says="a word with a single letter counts as all capitals; at least two letters have to be there"
def word_features(word):
    capitals = word.isupper()
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="all_capitals_have_capitals_inside" exercise="word_features" kind="text" says="a word in capitals throughout counts as one with a capital inside, too"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:])]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="ending_is_the_word" exercise="word_features" kind="condition" says="a word that is nothing but an ending counts as having it"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="endings_in_small_letters_only" exercise="word_features" kind="text" says="endings are looked for in the word as it stands, and should be in its small letters"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="title_case" exercise="word_features" kind="text" says="the first feature asks for small letters after the capital; it looks at the first letter only"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word.istitle(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="only_the_longest_ending" exercise="word_features" kind="text" says="only one ending is marked; a word may have several"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    has = [ending for ending in ENDINGS if word.lower().endswith(ending) and len(word) > len(ending)]
    endings = [bool(has) and ending == max(has, key=len) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="punctuation_anywhere" exercise="word_features" kind="condition" says="any punctuation mark in the word counts; the word should be nothing but punctuation"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, any(not c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="lengths_off_by_one" exercise="word_features" kind="boundary" says="the bounds of short and long are off by one: at most 3, at least 9"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) < 3, len(word) > 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="characters_counted" exercise="word_features" kind="text" says="the characters of a word are counted, and should be its letters: place 1 asks for two letters"
def word_features(word):
    capitals = word.isupper() and len(word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="first_capital_is_inside" exercise="word_features" kind="boundary" says="the first character counts as a capital inside; place 2 looks at what comes after it"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word and any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="full_stop_alone" exercise="word_features" kind="condition" says="a full stop is enough for place 8; a letter has to be there, too"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), "." in word, "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% mistake="letter_alone" exercise="word_features" kind="condition" says="a letter is enough for place 8; a full stop has to be there, too"
def word_features(word):
    capitals = word.isupper() and sum(c.isalpha() for c in word) > 1
    shape = [word[0].isupper(), capitals, any(c.isupper() for c in word[1:]) and not capitals]
    shape += [any(c.isdigit() for c in word), word.isdigit(), "-" in word, not any(c.isalnum() for c in word)]
    shape += [word[0].isupper() and word[1:] in ("", "."), any(c.isalpha() for c in word), "'" in word]
    shape += [len(word) <= 3, len(word) >= 9]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")


# %% equivalent="swap_parts-36d5fc" exercise="word_features" because="it is asked whether it is among the two, in either order"

# %% equivalent="change_an_argument-ce3962" exercise="word_features" because="a string cannot be changed in place"

# %% paraphrase="regular_expressions" exercise="word_features"
def word_features(word):
    letters = [c for c in word if c.isalpha()]
    all_capitals = len(letters) >= 2 and all(c == c.upper() != c.lower() for c in letters)
    found = [
        word[:1] != word[:1].lower(),
        all_capitals,
        not all_capitals and re.search(r"[A-Z]", word[1:]) is not None,
        re.search(r"\d", word) is not None,
        re.fullmatch(r"\d+", word) is not None,
        word.count("-") > 0,
        re.search(r"[^\W_]", word) is None,
        re.fullmatch(r"[A-Z]\.?", word) is not None,
        bool(letters) and "." in word,
        word.count("'") > 0,
        len(word) in (1, 2, 3),
        len(word) > 8,
    ]
    for ending in ENDINGS:
        found.append(len(word) > len(ending) and word[-len(ending) :].lower() == ending)
    return np.array([1.0 if true else 0.0 for true in found], dtype=np.float32)


# %% paraphrase="written_into_zeros" exercise="word_features"
def word_features(word):
    features = np.zeros(12 + len(ENDINGS), dtype="float32")
    small, letters, digits = word.lower(), 0, 0
    for character in word:
        letters += character.isalpha()
        digits += character.isdigit()
    if word[0].isupper():
        features[0] = 1
    if word.isupper() and letters >= 2:
        features[1] = 1
    elif word[1:].lower() != word[1:]:
        features[2] = 1
    features[3] = digits > 0
    features[4] = digits == len(word)
    features[5] = "-" in word
    features[6] = letters + digits == 0
    features[7] = word[0].isupper() and (len(word) == 1 or word[1:] == ".")
    features[8] = letters > 0 and "." in word
    features[9] = "'" in word
    features[10] = len(word) < 4
    features[11] = len(word) > 8
    for place, ending in enumerate(ENDINGS):
        features[12 + place] = small.endswith(ending) and small != ending
    return features


# %% paraphrase="dictionary_of_tests" exercise="word_features"
def word_features(word):
    tests = {
        "first": lambda w: w[0].isupper(),
        "all": lambda w: w.upper() == w and sum(map(str.isalpha, w)) >= 2,
        "inside": lambda w: not tests["all"](w) and any(map(str.isupper, w[1:])),
        "digit": lambda w: any(map(str.isdigit, w)),
        "digits": lambda w: all(map(str.isdigit, w)),
        "hyphen": lambda w: "-" in w,
        "marks": lambda w: not any(map(str.isalnum, w)),
        "initial": lambda w: w.rstrip(".").isupper() and w in (w[0], w[0] + "."),
        "stop": lambda w: "." in w and any(map(str.isalpha, w)),
        "apostrophe": lambda w: "'" in w,
        "short": lambda w: len(w) <= 3,
        "long": lambda w: len(w) >= 9,
    }
    looks = [float(test(word)) for test in tests.values()]
    ends = [float(word[1:].lower().endswith(ending)) for ending in ENDINGS]
    return np.asarray(looks + ends, "float32")


# ---------------------------------------------------------------------------------------------------- encode_sentences


# %% mistake="padded_in_front" exercise="encode_sentences" kind="order" says="the padding stands in front of the words, and should stand behind them"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        words = sentence[:T_x]
        for t, word in enumerate(words, start=T_x - len(words)):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% mistake="last_words_kept" exercise="encode_sentences" kind="boundary" says="of a sentence that is too long the last words are kept, and should be the first"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[-T_x:]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% mistake="mask_upside_down" exercise="encode_sentences" kind="padding" says="the mask is the wrong way round: it should be True where there is a word"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.ones((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = False
    return ids, features, mask


# %% mistake="unknown_is_padding" exercise="encode_sentences" kind="text" says="unknown words get the id of PAD, and should get that of UNK"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, 0)
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% mistake="mask_hides_unknown" exercise="encode_sentences" kind="padding" says="unknown words are masked like padding; they are words"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
    return ids, features, ids > vocabulary[UNK]


# %% mistake="small_letters" exercise="encode_sentences" kind="text" says="words are turned into small letters before they are looked up"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word.lower(), vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% mistake="mask_too_long" exercise="encode_sentences" kind="padding" says="the mask is True for one place too many: it should end with the last word"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
        mask[row, : len(sentence) + 1] = True
    return ids, features, mask


# %% mistake="features_of_unknown_left_out" exercise="encode_sentences" kind="text" says="unknown words get no features; they need them most"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            mask[row, t] = True
            if word in vocabulary:
                features[row, t] = word_features(word)
    return ids, features, mask


# %% mistake="longest_sentence_decides" exercise="encode_sentences" kind="padding" says="the arrays are as long as the longest sentence, and should have T_x places"
def encode_sentences(sentences, vocabulary, T_x):
    T_x = max(map(len, sentences), default=T_x)
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% mistake="mask_everywhere" exercise="encode_sentences" kind="padding" says="the mask is True everywhere, in the padding, too"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.ones((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% mistake="unknown_raises" exercise="encode_sentences" kind="text" says="a word that is not in the vocabulary raises an exception, and should get the id of UNK"
def encode_sentences(sentences, vocabulary, T_x):
    ids = np.zeros((len(sentences), T_x), dtype="int32")
    features = np.zeros((len(sentences), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros((len(sentences), T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary[word]
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask


# %% equivalent="drop_option-f6dc18" exercise="encode_sentences" because="the ids are the same whole numbers in a wider type, which is as good"

# %% equivalent="drop_option-a0ab8b" exercise="encode_sentences" because="the features are the same numbers in a wider type, which is as good"

# %% equivalent="drop_option-1d1faf" exercise="encode_sentences" because="ones and zeros are as good as truth values"

# %% paraphrase="rows_of_lists" exercise="encode_sentences"
def encode_sentences(sentences, vocabulary, T_x):
    unknown, n_f = vocabulary[UNK], 12 + len(ENDINGS)
    nothing = np.zeros(n_f, dtype="float32")
    ids, features, mask = [], [], []
    for sentence in sentences:
        words = list(sentence)[:T_x]
        missing = T_x - len(words)
        ids.append([vocabulary[word] if word in vocabulary else unknown for word in words] + [0] * missing)
        features.append([word_features(word) for word in words] + [nothing] * missing)
        mask.append([True] * len(words) + [False] * missing)
    m = len(sentences)
    return (
        np.array(ids, dtype=np.int32).reshape(m, T_x),
        np.array(features, dtype=np.float32).reshape(m, T_x, n_f),
        np.array(mask, dtype=bool).reshape(m, T_x),
    )


# %% paraphrase="mask_from_lengths" exercise="encode_sentences"
def encode_sentences(sentences, vocabulary, T_x):
    lengths = np.array([min(len(sentence), T_x) for sentence in sentences], dtype=int)
    mask = np.arange(T_x)[None, :] < lengths[:, None]
    ids = np.full(mask.shape, vocabulary[PAD], dtype="int32")
    features = np.zeros((*mask.shape, len(word_features("x"))), dtype="float32")
    for row, length in enumerate(lengths):
        for t in range(length):
            word = sentences[row][t]
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t, :] = word_features(word)
    return ids, features, mask


# %% paraphrase="keras_pads" exercise="encode_sentences"
def encode_sentences(sentences, vocabulary, T_x):
    numbers = [[vocabulary.get(word, vocabulary["<unk>"]) for word in sentence] for sentence in sentences]
    looks = [[word_features(word) for word in sentence] for sentence in sentences]
    ids = np.zeros((len(numbers), T_x), dtype="int32")
    features = np.zeros((len(numbers), T_x, 12 + len(ENDINGS)), dtype="float32")
    mask = np.zeros(ids.shape, dtype=bool)
    for row in range(len(numbers)):
        length = min(T_x, len(numbers[row]))
        if length:
            ids[row, :length] = numbers[row][:length]
            features[row, :length] = np.stack(looks[row][:length])
            mask[row, :length] = True
    return ids, features, mask


# -------------------------------------------------------------------------------------------------------- build_tagger


# %% mistake="mask_forgotten" exercise="build_tagger" kind="padding" says="the mask does not reach the LSTM: the backward direction begins in the padding"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        x = layers.Bidirectional(layer)(x) if bidirectional else layer(x)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="mask_lost_on_the_way" exercise="build_tagger" kind="padding" says="the embedding's own mask is lost where the features come in: the LSTM does not get it"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = layers.Concatenate()([layers.Embedding(n_words, n_e, mask_zero=True)(ids), features])
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        x = layers.Bidirectional(layer)(x) if bidirectional else layer(x)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="mask_upside_down" exercise="build_tagger" kind="padding" says="the mask is used the wrong way round: real words are skipped"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=ops.logical_not(mask))
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="first_layer_masked_only" exercise="build_tagger" kind="padding" says="only the first LSTM layer gets the mask"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for number in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask) if number == 0 else layer(ops.multiply(x, 1.0))
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="padding_set_to_zero" exercise="build_tagger" kind="padding" says="the padding is set to zero instead of masked: the state still moves through it"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    x = x * ops.cast(mask, "float32")[..., None]
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        x = layers.Bidirectional(layer)(x) if bidirectional else layer(x)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="last_state_only" exercise="build_tagger" kind="form" says="the LSTM returns its last state only, not the whole sequence"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for number in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=number < n_layers - 1)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="never_bidirectional" exercise="build_tagger" kind="option" says="the argument bidirectional is not used: there is one direction only"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        x = layers.LSTM(n_a, return_sequences=True)(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="one_layer" exercise="build_tagger" kind="option" says="the argument n_layers is not used: there is one layer only"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    layer = layers.LSTM(n_a, return_sequences=True)
    x = (layers.Bidirectional(layer) if bidirectional else layer)(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="directions_added" exercise="build_tagger" kind="layer" says="the states of the two directions are added, and should stand side by side"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer, merge_mode="sum") if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="softmax_over_steps" exercise="build_tagger" kind="axis" says="the softmax runs over the steps, and should run over the tags"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], ops.softmax(layers.Dense(2 * n_kinds + 1)(x), axis=1))


# %% mistake="no_softmax" exercise="build_tagger" kind="activation" says="the output layer has no softmax"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1)(x))


# %% mistake="tags_miscounted" exercise="build_tagger" kind="layer" says="the output layer has as many units as there are kinds, and should have two for each kind and one for O"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(n_kinds, activation="softmax")(x))


# %% mistake="features_left_out" exercise="build_tagger" kind="layer" says="the features are not read"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = layers.Embedding(n_words, n_e)(ids)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="backward_not_turned_round" exercise="build_tagger" kind="order" says="the states of the backward direction are not turned round again"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        forward = layers.LSTM(n_a, return_sequences=True)(x, mask=mask)
        if bidirectional:
            backward = layers.LSTM(n_a, return_sequences=True, go_backwards=True)(x, mask=mask)
            forward = ops.concatenate([forward, backward], axis=-1)
        x = forward
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% mistake="batch_normalised" exercise="build_tagger" kind="layer" says="a layer of batch normalisation makes a sentence's answers depend on its neighbours, and brings weights of its own"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    x = layers.BatchNormalization()(x)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        layer = layers.Bidirectional(layer) if bidirectional else layer
        x = layer(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% equivalent="drop_option-6b2c45" exercise="build_tagger" because="the embedding turns ids into whole numbers itself"

# %% equivalent="drop_option-c161ad" exercise="build_tagger" because="the layers turn a mask of ones and zeros into truth values themselves"

# %% equivalent="wrong_steps-eeb92a" exercise="build_tagger" because="the number of the layer is not used, only how many there are"

# %% paraphrase="own_two_directions" exercise="build_tagger"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    mask = keras.Input(shape=(None,), dtype="bool", name="mask")
    ids = keras.Input(shape=(None,), dtype="int32", name="ids")
    features = keras.Input(shape=(None, n_features), name="features")
    x = layers.Concatenate()([layers.Embedding(n_words, n_e)(ids), features])
    for _ in range(n_layers):
        states = layers.LSTM(n_a, return_sequences=True)(x, mask=mask)
        if bidirectional:
            other = layers.LSTM(n_a, return_sequences=True, go_backwards=True)(x, mask=mask)
            states = ops.concatenate([states, ops.flip(other, axis=1)], axis=-1)
        x = states
    outputs = layers.Activation("softmax")(layers.Dense(2 * n_kinds + 1)(x))
    return keras.Model(inputs=[ids, features, mask], outputs=outputs)


# %% paraphrase="mask_from_ids" exercise="build_tagger"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = layers.Concatenate(axis=-1)([layers.Embedding(n_words, n_e)(ids), features])
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        x = (layers.Bidirectional(layer) if bidirectional else layer)(x, mask=ops.not_equal(ids, 0))
    x = layers.TimeDistributed(layers.Dense(1 + n_kinds + n_kinds, activation="softmax"))(x)
    return keras.Model([ids, features, mask], x)


# %% paraphrase="one_hot_and_rnn_of_cells" exercise="build_tagger"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    ids, features = keras.Input((None,), dtype="int32"), keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    embedded = layers.Dense(n_e, use_bias=False)(ops.one_hot(ids, n_words))
    x = ops.concatenate([embedded, features], axis=-1)
    for _ in range(n_layers):
        def make(backwards):
            return layers.RNN(layers.LSTMCell(n_a), return_sequences=True, go_backwards=backwards)

        if bidirectional:
            x = layers.Bidirectional(make(False), backward_layer=make(True))(x, mask=mask)
        else:
            x = make(False)(x, mask=mask)
    return keras.Model([ids, features, mask], layers.Dense(2 * n_kinds + 1, activation="softmax")(x))


# %% paraphrase="subclassed" exercise="build_tagger"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    class Tagger(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(n_words, n_e)
            self.readers = [layers.LSTM(n_a, return_sequences=True) for _ in range(n_layers)]
            if bidirectional:
                self.readers = [layers.Bidirectional(reader) for reader in self.readers]
            self.out = layers.Dense(2 * n_kinds + 1, activation="softmax")

        def call(self, inputs):
            ids, features, mask = inputs
            x = ops.concatenate([self.embedding(ids), ops.cast(features, "float32")], axis=-1)
            for reader in self.readers:
                x = reader(x, mask=ops.cast(mask, "bool"))
            return self.out(x)

    model = Tagger()
    model([np.zeros((1, 2), "int32"), np.zeros((1, 2, n_features), "float32"), np.ones((1, 2), bool)])
    return model


# --------------------------------------------------------------------------------------------------------- masked_loss


# %% mistake="padding_in_the_mean" exercise="masked_loss" kind="padding" says="the padding takes part in the mean"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    return ops.mean(-ops.log(ops.maximum(right, 1e-7)))


# %% mistake="divided_by_all_places" exercise="masked_loss" kind="padding" says="the sum over the real words is divided by all places, padding included"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    return ops.mean(-ops.log(ops.maximum(right, 1e-7)) * ops.cast(mask, "float32"))


# %% mistake="mask_upside_down" exercise="masked_loss" kind="padding" says="the mask is used the wrong way round: the mean is over the padding"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = 1.0 - ops.cast(mask, "float32")
    return ops.sum(-ops.log(ops.maximum(right, 1e-7)) * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="sentence_by_sentence" exercise="masked_loss" kind="average" says="it is the mean of the sentences' means; each word should count the same"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = ops.cast(mask, "float32")
    paid = ops.sum(-ops.log(ops.maximum(right, 1e-7)) * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)
    return ops.mean(paid)


# %% mistake="sum_not_mean" exercise="masked_loss" kind="average" says="it is the sum over the real words, and should be their mean"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    return ops.sum(-ops.log(ops.maximum(right, 1e-7)) * ops.cast(mask, "float32"))


# %% mistake="divided_by_sentences" exercise="masked_loss" kind="average" says="the sum is divided by the number of sentences, and should be by the number of words"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    return ops.sum(-ops.log(ops.maximum(right, 1e-7)) * ops.cast(mask, "float32")) / ops.shape(y)[0]


# %% mistake="squared_error" exercise="masked_loss" kind="related_function" says="it is a squared error, and should be the cross-entropy"
def masked_loss(y, probabilities, mask):
    weights = ops.cast(mask, "float32")
    wrong = ops.sum((probabilities - ops.one_hot(y, ops.shape(probabilities)[-1])) ** 2, axis=-1)
    return ops.sum(wrong * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="sign" exercise="masked_loss" kind="sign" says="the minus sign of the cross-entropy is missing"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = ops.cast(mask, "float32")
    return ops.sum(ops.log(ops.maximum(right, 1e-7)) * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="no_floor" exercise="masked_loss" kind="overflow" says="probabilities of 0 are not kept from the logarithm"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = ops.cast(mask, "float32")
    return ops.sum(-ops.log(right) * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="division_by_zero" exercise="masked_loss" kind="overflow" says="without a single word it divides by 0"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = ops.cast(mask, "float32")
    return ops.sum(-ops.log(ops.maximum(right, 1e-7)) * weights) / ops.sum(weights)


# %% mistake="all_tags" exercise="masked_loss" kind="taken_for_another" says="the logarithms of all tags are added, not only that of the right one"
def masked_loss(y, probabilities, mask):
    weights = ops.cast(mask, "float32")
    paid = -ops.sum(ops.log(ops.maximum(probabilities, 1e-7)), axis=-1)
    return ops.sum(paid * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="one_a_sentence" exercise="masked_loss" kind="form" says="there is a number for each sentence, and should be one for all words together"
def masked_loss(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = ops.cast(mask, "float32")
    paid = -ops.log(ops.maximum(right, 1e-7))
    return ops.sum(paid * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)


# %% mistake="in_numpy" exercise="masked_loss" kind="form" says="it is computed with NumPy, and no gradient flows through it"
def masked_loss(y, probabilities, mask):
    y, probabilities, mask = np.array(y), np.array(probabilities), np.array(mask)
    right = np.take_along_axis(probabilities, y[..., None], axis=-1)[..., 0]
    paid = -np.log(np.maximum(right, 1e-7))
    return float(np.sum(paid * mask) / max(mask.sum(), 1))


# %% equivalent="swap_parts-1d9264" exercise="masked_loss" because="the larger of two numbers is the same in either order"

# %% equivalent="swap_parts-ffd9d5" exercise="masked_loss" because="the larger of two numbers is the same in either order"

# %% paraphrase="one_hot" exercise="masked_loss"
def masked_loss(y, probabilities, mask):
    n_tags = ops.shape(probabilities)[-1]
    logarithms = ops.log(ops.clip(probabilities, 1e-7, 1.0))
    paid = -ops.sum(ops.one_hot(y, n_tags) * logarithms, axis=-1)
    count = ops.sum(ops.cast(mask, "float32"))
    total = ops.sum(ops.where(mask, paid, ops.zeros_like(paid)))
    return ops.where(count > 0, total / ops.where(count > 0, count, 1.0), 0.0)


# %% paraphrase="keras_loss" exercise="masked_loss"
def masked_loss(y, probabilities, mask):
    right = ops.squeeze(ops.take_along_axis(probabilities, ops.expand_dims(ops.cast(y, "int32"), 2), axis=2), axis=2)
    weights = ops.cast(mask, probabilities.dtype)
    return -ops.sum(weights * ops.log(right + 1e-7)) / (ops.sum(weights) + 1e-12)


# %% paraphrase="flat" exercise="masked_loss"
def masked_loss(y, probabilities, mask):
    n_tags = probabilities.shape[-1]
    flat = ops.reshape(probabilities, (-1, n_tags))
    wanted = ops.equal(ops.reshape(ops.cast(y, "int32"), (-1, 1)), ops.arange(n_tags, dtype="int32"))
    right = ops.sum(ops.where(wanted, flat, 0.0), axis=1)
    keep = ops.reshape(ops.cast(mask, "float32"), (-1,))
    total = ops.sum(-ops.log(ops.maximum(right, 1e-7)) * keep)
    return total / ops.maximum(ops.sum(keep), 1)


# ----------------------------------------------------------------------------------------------------- masked_accuracy


# %% mistake="padding_in_the_mean" exercise="masked_accuracy" kind="padding" says="the padding takes part in the mean"
def masked_accuracy(y, probabilities, mask):
    return ops.mean(ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32"))


# %% mistake="padding_is_right" exercise="masked_accuracy" kind="padding" says="the sum over the real words is divided by all places, padding included"
def masked_accuracy(y, probabilities, mask):
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    return ops.mean(right * ops.cast(mask, "float32"))


# %% mistake="predicted_outside_dropped" exercise="masked_accuracy" kind="condition" says="words that the model calls O are dropped like padding"
def masked_accuracy(y, probabilities, mask):
    found = ops.argmax(probabilities, axis=-1)
    weights = ops.cast(ops.logical_and(mask, found > 0), "float32")
    right = ops.cast(ops.equal(found, ops.cast(y, "int32")), "float32")
    return ops.sum(right * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="true_outside_dropped" exercise="masked_accuracy" kind="condition" says="words whose right tag is O are dropped like padding"
def masked_accuracy(y, probabilities, mask):
    weights = ops.cast(ops.logical_and(mask, ops.not_equal(y, 0)), "float32")
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    return ops.sum(right * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="sentence_by_sentence" exercise="masked_accuracy" kind="average" says="it is the mean of the sentences' shares; each word should count the same"
def masked_accuracy(y, probabilities, mask):
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    weights = ops.cast(mask, "float32")
    return ops.mean(ops.sum(right * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0))


# %% mistake="mask_upside_down" exercise="masked_accuracy" kind="padding" says="the mask is used the wrong way round: the mean is over the padding"
def masked_accuracy(y, probabilities, mask):
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    weights = 1.0 - ops.cast(mask, "float32")
    return ops.sum(right * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="wrong_axis" exercise="masked_accuracy" kind="axis" says="the largest probability is looked for along the steps, and should be along the tags"
def masked_accuracy(y, probabilities, mask):
    found = ops.transpose(ops.argmax(probabilities, axis=1))
    right = ops.cast(ops.equal(ops.transpose(found)[:, :1], ops.cast(y, "int32")), "float32")
    weights = ops.cast(mask, "float32")
    return ops.sum(right * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="division_by_zero" exercise="masked_accuracy" kind="overflow" says="without a single word it divides by 0"
def masked_accuracy(y, probabilities, mask):
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    weights = ops.cast(mask, "float32")
    return ops.sum(right * weights) / ops.sum(weights)


# %% mistake="threshold" exercise="masked_accuracy" kind="condition" says="a word counts as right when its right tag has more than one half; the most probable tag decides"
def masked_accuracy(y, probabilities, mask):
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    weights = ops.cast(mask, "float32")
    return ops.sum(ops.cast(right > 0.5, "float32") * weights) / ops.maximum(ops.sum(weights), 1.0)


# %% mistake="counted" exercise="masked_accuracy" kind="average" says="right words are counted, and not divided by the number of words"
def masked_accuracy(y, probabilities, mask):
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    return ops.sum(right * ops.cast(mask, "float32"))


# %% equivalent="swap_parts-ffd9d5" exercise="masked_accuracy" because="the larger of two numbers is the same in either order"

# %% equivalent="swap_parts-d06162" exercise="masked_accuracy" because="two things are equal in either order"

# %% paraphrase="logical_and" exercise="masked_accuracy"
def masked_accuracy(y, probabilities, mask):
    hits = ops.logical_and(ops.cast(mask, "bool"), ops.equal(ops.cast(y, "int64"), ops.cast(ops.argmax(probabilities, -1), "int64")))
    n = ops.sum(ops.cast(mask, "float32"))
    return ops.sum(ops.cast(hits, "float32")) / ops.where(n > 0, n, 1.0)


# %% paraphrase="in_numpy" exercise="masked_accuracy"
def masked_accuracy(y, probabilities, mask):
    best = np.argmax(np.asarray(probabilities), axis=-1)
    mask = np.asarray(mask).astype(bool)
    return float((best == np.asarray(y))[mask].mean()) if mask.any() else 0.0


# %% paraphrase="minus_one_in_the_padding" exercise="masked_accuracy"
def masked_accuracy(y, probabilities, mask):
    wanted = ops.where(mask, ops.cast(y, "int32"), -1)
    found = ops.cast(ops.argmax(probabilities, axis=2), "int32")
    return ops.sum(ops.cast(wanted == found, "float32")) / ops.maximum(1.0, ops.sum(ops.cast(wanted >= 0, "float32")))


# ------------------------------------------------------------------------------------------------------- entity_scores


# %% mistake="word_by_word" exercise="entity_scores" kind="average" says="words are counted, and should be whole names"
def entity_scores(gold, predicted):
    true, found = (
        {(row, place, tag[2:]) for row, tags in enumerate(part) for place, tag in enumerate(tags) if tag != "O"}
        for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="exchanged" exercise="entity_scores" kind="exchanged" says="precision and recall are exchanged"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(a) if a else 0.0, right / len(b) if b else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="macro" exercise="entity_scores" kind="average" says="the scores of all are the mean of the kinds' scores, and should come from the counts of all names together"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in sorted({name[-1] for name in true | found}):
        a, b = ({name for name in names if kind == name[-1]} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    names = ("precision", "recall", "f1")
    table["all"] = {name: float(np.mean([row[name] for row in table.values()])) if table else 0.0 for name in names}
    return table


# %% mistake="sentences_confused" exercise="entity_scores" kind="taken_for_another" says="names at the same place in different sentences are taken for one"
def entity_scores(gold, predicted):
    true, found = ({span for tags in part for span in bio_to_spans(tags)} for part in (gold, predicted))
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="sentence_by_sentence" exercise="entity_scores" kind="average" says="the scores are means over the sentences, and should come from the counts of all sentences together"
def entity_scores(gold, predicted):
    def scores(a, b):
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        return np.array([p, r, 2 * p * r / (p + r) if right else 0.0])

    pairs = [(set(bio_to_spans(a)), set(bio_to_spans(b))) for a, b in zip(gold, predicted)]
    table = {}
    for kind in ["all", *sorted({span[-1] for a, b in pairs for span in a | b})]:
        kept = [[{span for span in spans if kind in ("all", span[-1])} for spans in pair] for pair in pairs]
        mean = np.mean([scores(a, b) for a, b in kept], axis=0)
        table[kind] = dict(zip(("precision", "recall", "f1"), mean.tolist()))
    return table


# %% mistake="kind_ignored" exercise="entity_scores" kind="condition" says="a name at the right place but of another kind counts as right"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len({name[:3] for name in a} & {name[:3] for name in b})
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="overlap_is_enough" exercise="entity_scores" kind="condition" says="a name that begins at the right word counts as right, wherever it ends"
def entity_scores(gold, predicted):
    true, found = (
        {(row, span[0], span[2]) for row, tags in enumerate(part) for span in bio_to_spans(tags)}
        for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="division_by_zero" exercise="entity_scores" kind="overflow" says="it divides by 0 when nothing was found, or nothing is to be found"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        p, r = len(a & b) / len(b), len(a & b) / len(a)
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r)}
    return table


# %% mistake="only_true_kinds" exercise="entity_scores" kind="condition" says="a kind that was only found, and is nowhere true, is missing from the table"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="plain_mean" exercise="entity_scores" kind="related_function" says="F1 is the plain mean of precision and recall, and should be their harmonic mean"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": (p + r) / 2}
    return table


# %% mistake="nothing_found_divides_by_zero" exercise="entity_scores" kind="overflow" says="the precision divides by 0 when nothing was found"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b), right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="nothing_to_find_divides_by_zero" exercise="entity_scores" kind="overflow" says="the recall divides by 0 when there is nothing to find"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a)
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% mistake="nothing_right_divides_by_zero" exercise="entity_scores" kind="overflow" says="F1 divides by 0 when nothing that was found is right"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r)}
    return table


# %% mistake="in_per_cent" exercise="entity_scores" kind="units" says="the scores are in per cent, and should lie between 0 and 1"
def entity_scores(gold, predicted):
    true, found = (
        {(row, *span) for row, tags in enumerate(part) for span in bio_to_spans(tags)} for part in (gold, predicted)
    )
    table = {}
    for kind in ["all", *sorted({name[-1] for name in true | found})]:
        a, b = ({name for name in names if kind in ("all", name[-1])} for names in (true, found))
        right = 100 * len(a & b)
        p, r = right / len(b) if b else 0.0, right / len(a) if a else 0.0
        table[kind] = {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if right else 0.0}
    return table


# %% equivalent="drop_call-ca4fb0" exercise="entity_scores" because="a dictionary is the same in any order"

# %% paraphrase="counters" exercise="entity_scores"
def entity_scores(gold, predicted):
    from collections import Counter

    true, found, both = Counter(), Counter(), Counter()
    for right, said in zip(gold, predicted):
        a, b = set(bio_to_spans(right)), set(bio_to_spans(said))
        for counter, spans in ((true, a), (found, b), (both, a & b)):
            for _, _, kind in spans:
                counter[kind] += 1
                counter["all"] += 1
    table = {}
    for kind in {"all"} | set(true) | set(found):
        tp, fp, fn = both[kind], found[kind] - both[kind], true[kind] - both[kind]
        table[kind] = {
            "precision": tp / (tp + fp) if tp + fp else 0.0,
            "recall": tp / (tp + fn) if tp + fn else 0.0,
            "f1": 2 * tp / (2 * tp + fp + fn) if tp else 0.0,
        }
    return table


# %% paraphrase="lists_and_membership" exercise="entity_scores"
def entity_scores(gold, predicted):
    true = [(i, s, e, k) for i, tags in enumerate(gold) for s, e, k in bio_to_spans(tags)]
    found = [(i, s, e, k) for i, tags in enumerate(predicted) for s, e, k in bio_to_spans(tags)]
    result = {}
    for kind in ["all"] + list(dict.fromkeys(k for *_, k in true + found)):
        mine = [name for name in true if kind == "all" or name[3] == kind]
        theirs = [name for name in found if kind == "all" or name[3] == kind]
        hits = sum(name in mine for name in theirs)
        p = hits / max(len(theirs), 1)
        r = hits / max(len(mine), 1)
        result[kind] = {"f1": 0.0 if p + r == 0 else 2 / (1 / p + 1 / r), "recall": r, "precision": p}
    return result


# %% paraphrase="one_long_sentence" exercise="entity_scores"
def entity_scores(gold, predicted):
    def join(rows):
        return [tag for row in rows for tag in [*row, "O"]]

    true, found = set(bio_to_spans(join(gold))), set(bio_to_spans(join(predicted)))

    def of(kind):
        a = {span for span in true if kind is None or span[2] == kind}
        b = {span for span in found if kind is None or span[2] == kind}
        tp = np.float64(len(a & b))
        return {
            "precision": float(tp / len(b)) if b else 0.0,
            "recall": float(tp / len(a)) if a else 0.0,
            "f1": float(2 * tp / (len(a) + len(b))) if a or b else 0.0,
        }

    return {"all": of(None)} | {kind: of(kind) for kind in {span[2] for span in true | found}}


# ------------------------------------------------------------------------------------------------- allowed_transitions


# %% mistake="transposed" exercise="allowed_transitions" kind="exchanged" says="rows and columns are exchanged: a row is the tag before, a column the tag after"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[j, i] = tags[i] in ("B" + tags[j][1:], tags[j])
    allowed[n] = [not tag.startswith("I-") for tag in tags]
    return allowed


# %% mistake="start_is_free" exercise="allowed_transitions" kind="condition" says="a sentence may begin with any tag, and should not begin with an I-"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[i, j] = tags[i] in ("B" + tags[j][1:], tags[j])
    return allowed


# %% mistake="start_first" exercise="allowed_transitions" kind="order" says="the row for the beginning of a sentence stands first, and should stand last"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for i, before in enumerate(["O", *tags]):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[i, j] = before in ("B" + tags[j][1:], tags[j])
    return allowed


# %% mistake="inside_not_after_inside" exercise="allowed_transitions" kind="condition" says="an I- may not follow an I-: no name can have three words"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for i, before in enumerate([*tags, "O"]):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[i, j] = before == "B" + tags[j][1:]
    return allowed


# %% mistake="kinds_ignored" exercise="allowed_transitions" kind="condition" says="an I- may follow a B- or I- of another kind"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for i, before in enumerate([*tags, "O"]):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[i, j] = before != "O"
    return allowed


# %% mistake="begin_only_after_outside" exercise="allowed_transitions" kind="condition" says="a B- may only follow an O; names may stand side by side"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for i, before in enumerate([*tags, "O"]):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[i, j] = before in ("B" + tags[j][1:], tags[j])
            elif tags[j].startswith("B-"):
                allowed[i, j] = before == "O"
    return allowed


# %% mistake="order_of_the_corpus" exercise="allowed_transitions" kind="order" says="it relies on the order of the tags in this corpus; they may come in any order"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n + 1, n), dtype=bool)
    for j in range(2, n, 2):
        allowed[:, j] = False
        allowed[j - 1 : j + 1, j] = True
    return allowed


# %% mistake="forbidden_instead" exercise="allowed_transitions" kind="exchanged" says="True and False are exchanged"
def allowed_transitions(tags):
    n = len(tags)
    forbidden = np.zeros((n + 1, n), dtype=bool)
    for i, before in enumerate([*tags, "O"]):
        for j in range(n):
            if tags[j].startswith("I-"):
                forbidden[i, j] = before not in ("B" + tags[j][1:], tags[j])
    return forbidden


# %% mistake="no_row_for_the_beginning" exercise="allowed_transitions" kind="form" says="the row that says which tags may begin is missing"
def allowed_transitions(tags):
    n = len(tags)
    allowed = np.ones((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if tags[j].startswith("I-"):
                allowed[i, j] = tags[i] in ("B" + tags[j][1:], tags[j])
    return allowed


# %% paraphrase="comprehension" exercise="allowed_transitions"
def allowed_transitions(tags):
    def may(before, after):
        if after[0] != "I":
            return True
        return before[0] in "BI" and before[2:] == after[2:]

    return np.array([[may(before, after) for after in tags] for before in tags] + [[tag[0] != "I" for tag in tags]])


# %% paraphrase="by_columns" exercise="allowed_transitions"
def allowed_transitions(tags):
    tags = list(tags)
    allowed = np.ones((len(tags) + 1, len(tags)), bool)
    for column, tag in enumerate(tags):
        if tag[:2] == "I-":
            allowed[:, column] = False
            for letter in "BI":
                if f"{letter}-{tag[2:]}" in tags:
                    allowed[tags.index(f"{letter}-{tag[2:]}"), column] = True
    return allowed


# %% paraphrase="broadcast" exercise="allowed_transitions"
def allowed_transitions(tags):
    kinds = np.array([tag[2:] for tag in tags])
    inside = np.array([tag.startswith("I-") for tag in tags])
    same = (kinds[:, None] == kinds[None, :]) & (kinds[:, None] != "")
    return np.concatenate([same | ~inside[None, :], ~inside[None, :]], axis=0)


# -------------------------------------------------------------------------------------------------- constrained_decode


# %% mistake="unconstrained" exercise="constrained_decode" kind="search" says="each word chooses for itself: what is allowed is not used"
def constrained_decode(log_probabilities, length, allowed):
    return [int(tag) for tag in np.argmax(log_probabilities[:length], axis=1)]


# %% mistake="greedy" exercise="constrained_decode" kind="search" says="it chooses step by step; an early choice may have to give way to a better path"
def constrained_decode(log_probabilities, length, allowed):
    path, before = [], -1
    for t in range(length):
        before = int(np.argmax(np.where(allowed[before], log_probabilities[t], -np.inf)))
        path.append(before)
    return path


# %% mistake="transposed" exercise="constrained_decode" kind="exchanged" says="rows and columns of what is allowed are exchanged"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -np.inf)
    best, came_from = log_probabilities[0] + step[-1], []
    for t in range(1, length):
        ways = best[:, None] + step[:-1].T
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1]


# %% mistake="start_is_free" exercise="constrained_decode" kind="condition" says="the beginning is not constrained: the last row says which tags may begin"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -np.inf)
    best, came_from = log_probabilities[0] + 0.0, []
    for t in range(1, length):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1]


# %% mistake="padding_decoded" exercise="constrained_decode" kind="padding" says="the padding is decoded, too: only the rows before length are words"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -np.inf)
    best, came_from = log_probabilities[0] + step[-1], []
    for t in range(1, len(log_probabilities)):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1]


# %% mistake="padding_takes_part" exercise="constrained_decode" kind="search" says="the rows of the padding take part in choosing the path, though they are cut off at the end"
def constrained_decode(log_probabilities, length, allowed):
    step = np.where(allowed, 0.0, -np.inf)
    best, came_from = log_probabilities[0] + step[-1], []
    for t in range(1, len(log_probabilities)):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1][:length]


# %% mistake="notes_off_by_one" exercise="constrained_decode" kind="wrong_step" says="the notes are read one step off when the path is followed back"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -np.inf)
    best = log_probabilities[0] + step[-1]
    came_from = [np.arange(len(best))]
    for t in range(1, length):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for t in range(length - 2, -1, -1):
        path.append(int(came_from[t][path[-1]]))
    return path[::-1]


# %% mistake="reversed_path" exercise="constrained_decode" kind="order" says="the path is in reverse order"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -np.inf)
    best, came_from = log_probabilities[0] + step[-1], []
    for t in range(1, length):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path


# %% mistake="best_of_each_step" exercise="constrained_decode" kind="search" says="the best tag of each step is taken, and not the path that leads to the best last one"
def constrained_decode(log_probabilities, length, allowed):
    step = np.where(allowed, 0.0, -np.inf)
    path, best = [], None
    for t in range(length):
        reach = step[-1] if best is None else (best[:, None] + step[:-1]).max(axis=0)
        best = log_probabilities[t] + reach
        path.append(int(best.argmax()))
    return path


# %% mistake="probabilities_added" exercise="constrained_decode" kind="related_function" says="probabilities are added, and should be multiplied: add their logarithms"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    probabilities = np.exp(log_probabilities)
    step = np.where(allowed, 0.0, -np.inf)
    best, came_from = probabilities[0] + step[-1], []
    for t in range(1, length):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1]


# %% mistake="finite_penalty" exercise="constrained_decode" kind="condition" says="what is not allowed is only made less likely; it has to be impossible"
def constrained_decode(log_probabilities, length, allowed):
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -1.0)
    best, came_from = log_probabilities[0] + step[-1], []
    for t in range(1, length):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1]


# %% equivalent="wrong_constant-ccd8d4" exercise="constrained_decode" because="each step then adds the same to every path"

# %% paraphrase="loops" exercise="constrained_decode"
def constrained_decode(log_probabilities, length, allowed):
    n = len(log_probabilities[0])
    best = [[float("-inf")] * n for _ in range(length)]
    back = [[0] * n for _ in range(length)]
    for t in range(length):
        for j in range(n):
            for i in range(n) if t else [n]:
                before = best[t - 1][i] if t else 0.0
                if allowed[i][j] and before + log_probabilities[t][j] > best[t][j]:
                    best[t][j], back[t][j] = before + log_probabilities[t][j], i
    path = []
    for t in range(length - 1, -1, -1):
        tag = max(range(n), key=lambda j: best[t][j]) if not path else back[t + 1][path[0]]
        path.insert(0, int(tag))
    return path


# %% paraphrase="from_the_end" exercise="constrained_decode"
def constrained_decode(log_probabilities, length, allowed):
    step = np.where(allowed, 0.0, -np.inf)
    later = np.zeros(log_probabilities.shape[1])
    choices = []
    for t in reversed(range(length)):
        ways = step + (log_probabilities[t] + later)[None, :]
        choices.append(ways.argmax(axis=1))
        later = ways.max(axis=1)[:-1]
    path, before = [], -1
    for choice in reversed(choices):
        before = int(choice[before])
        path.append(before)
    return path


# %% paraphrase="whole_paths_kept" exercise="constrained_decode"
def constrained_decode(log_probabilities, length, allowed):
    paths = {(): 0.0}
    for row in np.asarray(log_probabilities)[:length]:
        best = {}
        for path, score in paths.items():
            before = path[-1] if path else -1
            for tag in np.flatnonzero(allowed[before]):
                total = score + row[tag]
                if tag not in best or total > best[tag][0]:
                    best[tag] = (total, path + (int(tag),))
        paths = {path: score for score, path in best.values()}
    return list(max(paths, key=paths.get))


# ------------------------------------------------------------------------------------------------------- find_entities


# %% mistake="place_searched" exercise="find_entities" kind="text" says="the place of a name is searched for, and a name that occurs twice is found at its first place"
def find_entities(sentence, model, vocabulary, tags):
    words = WORD.findall(sentence)
    if not words:
        return []
    matches = list(WORD.finditer(sentence))
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        text = sentence[matches[first].start() : matches[last - 1].end()]
        start = sentence.find(text)
        found.append((text, kind, start, start + len(text)))
    return found


# %% mistake="places_in_words" exercise="find_entities" kind="units" says="start and end are places in words, and should be in characters"
def find_entities(sentence, model, vocabulary, tags):
    words = WORD.findall(sentence)
    if not words:
        return []
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    spans = bio_to_spans([tags[place] for place in path])
    return [(" ".join(words[first:last]), kind, first, last) for first, last, kind in spans]


# %% mistake="joined_by_spaces" exercise="find_entities" kind="text" says="the text is put together from words with spaces between, and should be cut from the sentence"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(WORD.finditer(sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        found.append((" ".join(words[first:last]), kind, matches[first].start(), matches[last - 1].end()))
    return found


# %% mistake="end_of_the_next_word" exercise="find_entities" kind="number" says="a name ends one word too late"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(WORD.finditer(sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        start, end = matches[first].start(), matches[min(last, len(words) - 1)].end()
        found.append((sentence[start:end], kind, start, end))
    return found


# %% mistake="each_word_alone" exercise="find_entities" kind="search" says="each word takes its most probable tag; the best allowed path is not looked for"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(WORD.finditer(sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in probabilities.argmax(axis=-1)]):
        start, end = matches[first].start(), matches[last - 1].end()
        found.append((sentence[start:end], kind, start, end))
    return found


# %% mistake="no_logarithm" exercise="find_entities" kind="conversion" says="the decoder gets probabilities, and should get their logarithms"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(WORD.finditer(sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(probabilities, len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        start, end = matches[first].start(), matches[last - 1].end()
        found.append((sentence[start:end], kind, start, end))
    return found


# %% mistake="split_at_spaces" exercise="find_entities" kind="text" says="the sentence is cut at spaces only: punctuation sticks to the words"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(re.finditer(r"\S+", sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        start, end = matches[first].start(), matches[last - 1].end()
        found.append((sentence[start:end], kind, start, end))
    return found


# %% mistake="end_inclusive" exercise="find_entities" kind="form" says="end is the place of the last character, and should be the one after it"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(WORD.finditer(sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        start, end = matches[first].start(), matches[last - 1].end()
        found.append((sentence[start:end], kind, start, end - 1))
    return found


# %% mistake="asked_about_nothing" exercise="find_entities" kind="condition" says="the model is asked about a sentence without words"
def find_entities(sentence, model, vocabulary, tags):
    matches = list(WORD.finditer(sentence))
    words = [match.group() for match in matches]
    probabilities = ops.convert_to_numpy(model(list(encode_sentences([words], vocabulary, len(words)))))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        start, end = matches[first].start(), matches[last - 1].end()
        found.append((sentence[start:end], kind, start, end))
    return found


# %% equivalent="wrong_function-621022" exercise="find_entities" because="logarithms of another base are all larger by one factor, so the best path is the same"

# %% equivalent="change_an_argument-a21a2d" exercise="find_entities" because="a string cannot be changed in place"

# %% paraphrase="padded_and_predicted" exercise="find_entities"
def find_entities(sentence, model, vocabulary, tags):
    words, starts = [], []
    for match in WORD.finditer(sentence):
        words.append(match.group())
        starts.append(match.start())
    if words == []:
        return []
    ids, features, mask = encode_sentences([words], vocabulary, len(words) + 3)
    answered = np.asarray(model.predict([ids, features, mask], verbose=0))
    path = constrained_decode(np.log(answered[0] + 1e-12), len(words), allowed_transitions(tags))
    entities = []
    for first, last, kind in bio_to_spans([tags[number] for number in path]):
        start = starts[first]
        end = starts[last - 1] + len(words[last - 1])
        entities.append((sentence[start:end], kind, start, end))
    return entities


# %% paraphrase="comprehensions" exercise="find_entities"
def find_entities(sentence, model, vocabulary, tags):
    pieces = [(match.group(0), *match.span()) for match in WORD.finditer(sentence)]
    if len(pieces) == 0:
        return []
    words, starts, ends = zip(*pieces)
    given = encode_sentences([list(words)], vocabulary, len(words))
    logs = ops.convert_to_numpy(ops.log(model([*given])[0]))
    best = [tags[k] for k in constrained_decode(logs, len(words), allowed_transitions(list(tags)))]
    return [(sentence[starts[a] : ends[b - 1]], kind, starts[a], ends[b - 1]) for a, b, kind in bio_to_spans(best)]


# %% paraphrase="walks_through_the_sentence" exercise="find_entities"
def find_entities(sentence, model, vocabulary, tags):
    words = [match.group() for match in WORD.finditer(sentence)]
    if not words:
        return list()
    places, now = [], 0
    for word in words:
        start = sentence.index(word, now)
        now = start + len(word)
        places.append((start, now))
    probabilities = model(list(encode_sentences([words], vocabulary, len(words))))
    logs = np.log(np.array(probabilities[0]))
    path = constrained_decode(logs, len(words), allowed_transitions(tags))
    result = []
    for first, last, kind in bio_to_spans([tags[tag] for tag in path]):
        start, end = places[first][0], places[last - 1][1]
        result.append([sentence[start:end], kind, start, end])
    return [tuple(entity) for entity in result]
