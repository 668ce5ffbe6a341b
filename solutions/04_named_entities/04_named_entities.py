# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Unit 04 · Named entities: an answer for every word

*Teddy Roosevelt was fond of the forest. Teddy bears are fond of nothing at all.*

You have just read the word *Teddy* twice. Once it was a person, once it was not, and each time you knew only after the
next word. A program that looks for the names in a text, the persons, places and organisations, has to do the same: at
*Teddy* it must already give an answer that depends on what comes later.

In this unit a sequence comes in, and a sequence of the same length comes out, one label for each word. This is **many to
many**, in its simplest form. Search engines, archives and newsrooms use it to find out who and what a text is about.

**What you will build**, in Keras and in plain Python:

- words as numbers, such that a word that was never seen is not just a hole;
- a **bidirectional** LSTM that reads each sentence from both ends, one layer deep or more, and the same net with one
  direction only, to see what the other direction is good for;
- a loss and measures that count real words only, and never the padding;
- the **Viterbi algorithm**, which finds the best sequence of labels among those that make sense;
- `find_entities`: a sentence goes in, and its names come out, with their places.

**Time.** Half a day of work, in as many sittings as you like. The computer needs about two minutes for the whole
notebook, nearly all of it in the training, without a GPU.

**How it works.** Each exercise is one function. Replace `raise NotImplementedError` by your code, run the cell, then
run the check under it: it tells you what is right and what is not yet. Above each answer three hints are folded away,
from a nudge to nearly the line. There are 100 points: 92 for eleven functions, 8 for two written answers.
"""

# %% [markdown]
r"""
## Names and shapes

As in unit 03 the axes are examples, then steps, then features. An example is a sentence, a step is a word.

| Symbol | In code | Shape | What it is |
| --- | --- | --- | --- |
| $m,\ T_x$ | `m`, `T_x` | numbers | sentences in the batch; words of the longest one that fits |
| $x$ | `ids` | `(m, T_x)` | each word's number in the vocabulary |
| | `features` | `(m, T_x, n_f)` | what each word looks like |
| | `mask` | `(m, T_x)` | `True` where there is a word, `False` in the padding |
| $y$ | `y` | `(m, T_x)` | each word's tag, as a number |
| $\hat y$ | `probabilities` | `(m, T_x, n_tags)` | of each tag, for each word; each row sums to 1 |
| $\overrightarrow a,\ \overleftarrow a$ | | `(m, T_x, n_a)` | hidden states of the two directions |
| $n_e$ | `n_e` | number | length of a word's vector in the embedding |
"""

# %%
import re
import time
from collections import Counter
from functools import cache

import numpy as np

from unrolled.quiet import quietly

with quietly():  # TensorFlow greets at length when it is imported
    import keras

from keras import layers, ops

from unrolled.checks import named_entities as checks
from unrolled.datasets import named_entities as corpus
from unrolled.datasets.named_entities import TAGS
from unrolled.plots import entities, networks, values

PAD, UNK = "<pad>", "<unk>"  # the padding behind a sentence; a word that is not in the vocabulary

# %% [markdown]
r"""
## Look first

The sentences were made for this course from patterns of our own and from lists of names that are free to use
(`data/named_entities` says which). The held-out sentences come from *other patterns*, and many names in them stand in no
training sentence. So a tagger cannot do well by learning anything by heart.
"""

# %% tags=["figure"]
training, held_out = corpus.load_sentences("train"), corpus.load_sentences("held_out")
words_in_all = sum(len(sentence.words) for sentence in training)
print(f"{len(training):,} sentences with {words_in_all:,} words to learn from, {len(held_out):,} to measure with")
entities.tagged_sentences([(sentence.words, sentence.tags) for sentence in held_out[:5]], title="Held-out sentences")

# %% [markdown]
r"""
## Tags and names

A net gives one answer a word, but a name may have several words: *New York* is one place, not two. The usual way out are
**BIO tags**: the first word of a name gets `B-` and its kind, for *begin*; its other words get `I-`, for *inside*; a word
that belongs to no name gets `O`, for *outside*.

    Ada    Lovelace  met  Charles  Babbage  in  London  .
    B-PER  I-PER     O    B-PER    I-PER    O   B-LOC   O

Why the B? Without it, two names of one kind side by side could not be told from one long name.

What we want in the end are not tags but **spans**: which words are a name, and of which kind. Going from tags to spans is
easy as long as the tags make sense. But they come from a net, and nets write nonsense: an `I-LOC` after an `O`, an
`I-ORG` after a `B-PER`. Everybody who compares taggers has to read such nonsense in the same way, and the usual way is
that of a script called `conlleval`, from a contest in the year 2000. It is forgiving: **an `I-` that continues nothing
begins a name**. It continues something if the tag before is `B-` or `I-` *of the same kind*.

### Exercise 1: `bio_to_spans` (10 points)

- `tags` is a list of strings: `"O"`, or `"B-"` or `"I-"` and a kind, such as `"B-PER"`. The kinds may be any words.
- Return the list of spans `(start, end, kind)`, in the order of the sentence. The name's words are those from `start`
  up to, but not including, `end`, so that `words[start:end]` are just its words.
- A name ends where a tag does not continue it: at an `O`, at any `B-`, at an `I-` of another kind, at the end of the
  sentence.

For example, the tags above give `[(0, 2, "PER"), (3, 5, "PER"), (6, 7, "LOC")]`, and `["O", "I-LOC", "I-ORG", "B-ORG"]`
gives three names of one word each.

<details><summary>Hint 1: a nudge</summary>

Go from tag to tag, and remember whether you are inside a name, where it began, and of which kind it is. What has to
happen when the sentence ends while you are inside one?

</details>

<details><summary>Hint 2: the plan</summary>

Ask one question at each tag: does it continue the name that is open? It does if it begins with `I-` and its kind is that
of the open name. If not, close the open name, if there is one; and if the tag is not `O`, open a new one here. After the
loop close what is still open. (An extra `"O"` at the end saves you this.)

</details>

<details><summary>Hint 3: nearly the line</summary>

`for place, tag in enumerate([*tags, "O"]):`, and in it: `letter, _, kind = tag.partition("-")`;
`if letter == "I" and kind == open_kind: continue`; then, if `open_kind` is something,
`spans.append((start, place, open_kind))`; then `start, open_kind = place, kind`. For an `"O"`, `kind` is `""`.

</details>
"""

# %% exercise="bio_to_spans"
def bio_to_spans(tags):
    """The names in a sentence, from the tags of its words, as conlleval reads them.

    Args:
        tags: list of "O", "B-" + kind, "I-" + kind.

    Returns:
        List of (start, end, kind), in order; the words of a name are words[start:end].
    """
    ### BEGIN SOLUTION
    spans, open_kind = [], ""
    start = None
    for place, tag in enumerate([*tags, "O"]):
        letter, _, kind = tag.partition("-")
        if letter == "I" and kind == open_kind:
            continue
        if open_kind:
            spans.append((start, place, open_kind))
        start, open_kind = place, kind
    return spans
    ### END SOLUTION


# %% check="bio_to_spans" points=10
checks.bio_to_spans(bio_to_spans)

# %% [markdown]
r"""
**See it work.** The names of the first held-out sentences, and how many words of the whole corpus are in no name at all.
Keep that last number in mind.
"""

# %% tags=["figure"]
for sentence in held_out[:4]:
    names = [f"{' '.join(sentence.words[start:end])} ({kind})" for start, end, kind in bio_to_spans(sentence.tags)]
    print(", ".join(names) or "no name")
share_outside = np.mean([tag == "O" for sentence in training for tag in sentence.tags])
print(f"\n{share_outside:.0%} of all words are O")

# %% [markdown]
r"""
## Words as numbers

In units 01 and 02 a character was a **one-hot** column: as many rows as there are characters, all 0 but one. With words
this becomes long: thousands of rows. And every one-hot column is equally far from every other one: *river* is no nearer
to *lake* than to *yesterday*. Whatever the net learns about *river* tells it nothing about *lake*.

An **embedding** is a table with one short row of numbers for each word, here some dozens. It is a weight matrix like any
other: looking up row 7 is the same as multiplying the one-hot column of word 7 by the table, only without the zeros. The
rows begin at random and are learnt, and words that behave alike get rows alike.

The table needs a fixed list of words, the **vocabulary**. Two of its ids are special: `PAD` is 0, for the padding that
fills up short sentences, and `UNK` is 1, for *unknown*: any word that is not in the list.

### Exercise 2: `build_vocabulary` (7 points)

- `sentences` is a list of sentences, each a list of words. Words are taken as they stand: *The* and *the* are two words.
- Return a dictionary from word to id. `PAD` has id 0 and `UNK` has id 1. Then come the most frequent words, the most
  frequent one with id 2, the next with 3, and so on, without a gap. Words that are equally frequent stand in
  alphabetical order (Python's: capitals before small letters).
- At most `max_words` words are taken in. `PAD` and `UNK` do not count among them.

<details><summary>Hint 1: a nudge</summary>

Count first (`Counter` can), then sort. What do you sort by, so that frequent comes first, and among equals
*a* before *b*?

</details>

<details><summary>Hint 2: the plan</summary>

`sorted` takes a `key`, and a key may be a tuple: first the negative count, then the word itself. Keep the first
`max_words` words of the sorted list. Begin with `{PAD: 0, UNK: 1}`, and number the words from 2 on.

</details>

<details><summary>Hint 3: nearly the line</summary>

`ordered = sorted(counts, key=lambda word: (-counts[word], word))`, and then, for each `place, word in
enumerate(ordered[:max_words])`: `vocabulary[word] = place + 2`.

</details>
"""

# %% exercise="build_vocabulary"
def build_vocabulary(sentences, max_words):
    """The ids of the most frequent words.

    Args:
        sentences: list of lists of words.
        max_words: words that are taken in, PAD and UNK not counted.

    Returns:
        dict from word to id: PAD 0, UNK 1, then by frequency, words of equal frequency in alphabetical order.
    """
    ### BEGIN SOLUTION
    counts = Counter(word for sentence in sentences for word in sentence)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    vocabulary = {PAD: 0, UNK: 1}
    for place in range(min(max_words, len(ordered))):
        vocabulary[ordered[place]] = place + 2
    return vocabulary
    ### END SOLUTION


# %% check="build_vocabulary" points=7
checks.build_vocabulary(build_vocabulary)

# %% [markdown]
r"""
## What a word looks like

Names are the words that vocabularies lack. There is always another surname, another village, another company. To the
table they are all the same: `UNK`. And yet you can say a lot about *Kravlinski* without having ever seen it: it has a
capital letter, it ends like a Polish name. Or about *NHBC*, *1987*, *Upper-Withlesford*, *swarfing*.

So beside its row of the table each word gets some **features**: facts that can be seen without a list of words. Each is
1 if it holds and 0 if not:

| place | 1 if |
| --- | --- |
| 0 | the first letter is a capital |
| 1 | all its letters are capitals, and there are at least two: *NATO*, *U.S.*, but not *A* |
| 2 | there is a capital after the first character, and place 1 is 0: *McRae*, *eBay* |
| 3 | there is a digit in it |
| 4 | it is all digits |
| 5 | there is a hyphen `-` in it |
| 6 | there is neither a letter nor a digit in it: it is punctuation |
| 7 | it is one capital letter, alone or with a full stop behind it: *J*, *J.* |
| 8 | there is a letter and a full stop in it: *Inc.*, *U.S.*, *J.* |
| 9 | there is an apostrophe `'` in it |
| 10 | it has at most 3 characters |
| 11 | it has at least 9 characters |
| 12 … | for each ending in `ENDINGS`: the word, in small letters, ends so, and is longer than the ending |

Each word may have several of the endings: *Boston* has *n*, *on* and *ton*. The list begins with the single letters, so
the last letter is always told; the others are endings that many names, places, peoples or plain words share.
"""

# %%
ENDINGS = tuple(
    (
        "a b c d e f g h i j k l m n o p q r s t u v w x y z ed ing ly er or ist an ian ese ish man son ton "
        "ville burg berg land ia ford ham shire field bury stan ski sky ov ova ez ini ic al tion ment ness "
        "ity ive ous us um st sen ers ism th rd ie ine elle ette bert rick ard old mund elli etti oux eau "
        "escu enko yan opoulos ley well worth wood burgh abad pur grad sk port mouth dale chester caster "
        "polis stadt heim hausen bach dorf ss ck ll tt nn able less ant ent ate ize ful age ics inc ra na la "
        "da ta ma ka ne re le te se ce ge in on en"
    ).split()
)

# %% [markdown]
r"""
### Exercise 3: `word_features` (8 points)

- `word` is a string of at least one character.
- Return an array of shape `(12 + len(ENDINGS),)` and dtype `float32`, with a 0 or a 1 at each place, as in the table.

<details><summary>Hint 1: a nudge</summary>

Python's strings know most of it: `isupper`, `isdigit`, `isalpha`, `endswith`. For "any" and "all" there are `any(…)` and
`all(…)`.

</details>

<details><summary>Hint 2: the plan</summary>

Make a list of truth values in the order of the table, and at the end `np.array(…, dtype="float32")`. For place 1,
`word.isupper()` is `True` when all the letters are capitals, so count the letters too. Keep the result: place 2
needs it.

</details>

<details><summary>Hint 3: nearly the line</summary>

`capitals = word.isupper() and sum(c.isalpha() for c in word) > 1`. Place 6 is `not any(c.isalnum() for c in word)`, place
7 is `word[0].isupper() and word[1:] in ("", ".")`. The endings:
`[word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]`.

</details>
"""

# %% exercise="word_features"
def word_features(word):
    """What a word looks like.

    Args:
        word: a string, not empty.

    Returns:
        (12 + len(ENDINGS),) float32, each 0 or 1, in the order of the table above.
    """
    ### BEGIN SOLUTION
    capitals = word.isupper() and sum(character.isalpha() for character in word) > 1
    shape = [
        word[0].isupper(),
        capitals,
        any(character.isupper() for character in word[1:]) and not capitals,
        any(character.isdigit() for character in word),
        word.isdigit(),
        "-" in word,
        not any(character.isalnum() for character in word),
        word[0].isupper() and word[1:] in ("", "."),
        "." in word and any(character.isalpha() for character in word),
        "'" in word,
        len(word) <= 3,
        len(word) >= 9,
    ]
    endings = [word.lower().endswith(ending) and len(word) > len(ending) for ending in ENDINGS]
    return np.array(shape + endings, dtype="float32")
    ### END SOLUTION


# %% check="word_features" points=8
checks.word_features(word_features)

# %% [markdown]
r"""
**See it work.** A vocabulary, and the share of words that it does not know: in the sentences that it was made of, and in
the held-out ones. Under it, what can be said about some words that nobody has ever seen.
"""

# %% tags=["figure"]
for max_words in (500, 2000, 8000):
    known = build_vocabulary([sentence.words for sentence in training], max_words)
    shares = [
        np.mean([word not in known for sentence in part for word in sentence.words]) for part in (training, held_out)
    ]
    print(f"{max_words:5} words: {shares[0]:.1%} of the training words are unknown, {shares[1]:.1%} of the held-out ones")
names_of_features = ["capital", "CAPITALS", "caPital", "digit", "digits", "hyphen", "punctuation", "initial", "stop"]
names_of_features += ["apostrophe", "short", "long", *(f"-{ending}" for ending in ENDINGS)]
unseen = ["Kravlinski", "NHBC", "1987", "Upper-Withlesford", "swarfing", "Dr."]
entities.feature_table(unseen, [word_features(word) for word in unseen], names_of_features)

# %% [markdown]
r"""
## Sentences of one length

A batch is one array, so all its sentences must have the same length, and they have not. So one chooses `T_x`, fills
short sentences up at their end, and cuts what is longer. Beside the numbers goes a **mask**, which says where there is a
word. Whatever is computed later has to give the same results as if the padding were not there. Much of this unit is
about that, because nothing warns you if it does not.

### Exercise 4: `encode_sentences` (9 points)

- `sentences` is a list of $m$ sentences, each a list of words; it may be longer than `T_x`, and may be empty.
- Return three arrays:
  `ids` `(m, T_x)`, `int32`: the ids of the words; `UNK`'s for a word that is not in the vocabulary, `PAD`'s, which is 0, in
  the padding;
  `features` `(m, T_x, n_f)`, `float32`: what `word_features` says, and zeros in the padding;
  `mask` `(m, T_x)`, `bool`: `True` where there is a word.
- Sentences are padded at the end. Of a sentence with more than `T_x` words, the first `T_x` are kept.

<details><summary>Hint 1: a nudge</summary>

Make arrays of zeros of the right shapes first. How many words of each sentence have to be written into them?

</details>

<details><summary>Hint 2: the plan</summary>

Two loops: over the sentences, and over the first `T_x` words of each, `sentence[:T_x]`. The dictionary's `get` takes a
second argument, for words that are not in it. `word_features` gives as many numbers as `features` needs along its last
axis: `12 + len(ENDINGS)`.

</details>

<details><summary>Hint 3: nearly the line</summary>

In the inner loop: `ids[row, t] = vocabulary.get(word, vocabulary[UNK])`, `features[row, t] = word_features(word)` and
`mask[row, t] = True`.

</details>
"""

# %% exercise="encode_sentences"
def encode_sentences(sentences, vocabulary, T_x):
    """Sentences as arrays of one length, padded at the end.

    Args:
        sentences: list of m lists of words.
        vocabulary: dict from word to id, with PAD and UNK.
        T_x: the length; longer sentences lose their end.

    Returns:
        ids: (m, T_x) int32, 0 in the padding.
        features: (m, T_x, 12 + len(ENDINGS)) float32, 0 in the padding.
        mask: (m, T_x) bool, True where there is a word.
    """
    ### BEGIN SOLUTION
    m, n_f = len(sentences), 12 + len(ENDINGS)
    ids = np.full((m, T_x), vocabulary[PAD], dtype="int32")
    features = np.zeros((m, T_x, n_f), dtype="float32")
    mask = np.zeros((m, T_x), dtype=bool)
    for row, sentence in enumerate(sentences):
        for t, word in enumerate(sentence[:T_x]):
            ids[row, t] = vocabulary.get(word, vocabulary[UNK])
            features[row, t] = word_features(word)
            mask[row, t] = True
    return ids, features, mask
    ### END SOLUTION


# %% check="encode_sentences" points=9
checks.encode_sentences(encode_sentences)

# %% tags=["figure"]
shown = [sentence.words for sentence in held_out[:8]]
shown_vocabulary = build_vocabulary([sentence.words for sentence in training], 2000)
shown_ids, _, shown_mask = encode_sentences(shown, shown_vocabulary, T_x=12)
entities.padded_batch(
    shown, shown_ids, shown_mask, unknown=shown_vocabulary[UNK], title="A batch: words, unknown words, padding"
)

# %% [markdown]
r"""
## Reading from both ends

A recurrent net that reads from left to right knows at step $t$ the words up to $t$. At *Teddy* it has seen just
*Teddy*, and if both sentences begin so, its two answers are *the same numbers*, whatever it has learnt. No training
helps. It needs the future.

A **bidirectional** net (BRNN) has two LSTMs. One reads from left to right, the other one from right to left, and each
word's answer is made from both states, side by side: $\hat y^{\langle t\rangle} = \operatorname{softmax}(W_y
[\overrightarrow a^{\langle t\rangle}; \overleftarrow a^{\langle t\rangle}] + b_y)$. You built one in unit 01. In Keras it
is a wrapper around a layer: `layers.Bidirectional(layers.LSTM(…))`.
"""

# %% tags=["figure"]
networks.unrolled_network(4, bidirectional=True, title="Each answer sees the whole sentence")

# %% [markdown]
r"""
The price: the last word must have been said before the first answer can be given. For a text in a file that costs nothing.
For somebody who is still speaking, it is not to be had: captions that appear while one talks cannot wait until the end
of the speech. Where a **BRNN cannot be used**, one takes a single direction, perhaps with a delay of a few words.

Layers can be stacked, too: the second LSTM reads the states of the first at the same step, as the pixels of a photograph
go through many layers. But each layer of a recurrent net is already as deep as the sentence is long. So **two or three
layers are deep** for a recurrent net, where an image net may have a hundred.

### Mind the padding

The sentences of a batch end at different places, and the backward direction *begins at the end*: in short sentences it
would first read lots of padding, and come to the last real word with a state full of rubbish, more or less of it
depending on how long the *other* sentences of the batch are. So a tagger would give other answers in a large batch than
in a small one. That fault is common, and nobody notices it who only looks at the loss.

Keras's recurrent layers take a mask: where it is `False`, the state is carried on as it is. With padding at the end,
the backward direction then arrives at the last word with its zeros untouched. Say it in the call,
`layer(x, mask=mask)`, for **each** recurrent layer. (An `Embedding` can make such a mask by itself and send it on, but the
functions of `keras.ops` lose it, without a word. Saying it is safer.)

### Exercise 5: `build_tagger` (16 points)

- Three inputs, in this order: `ids` `(m, T_x)` (`int32`), `features` `(m, T_x, n_features)`, `mask` `(m, T_x)` (`bool`).
  `T_x` stays open: give `None` in its place.
- An embedding with `n_words` rows of length `n_e`. What the first LSTM reads is, side by side, `[embedding; features]`.
- `n_layers` LSTM layers with `n_a` units, one on top of the other. If `bidirectional`, each of them reads in both
  directions, and the two states are put side by side, forward first (Keras does so), so that the next layer reads `2 n_a`
  numbers. All else as in Keras's defaults. Each gets the mask.
- One output: for each word the probabilities of the tags, `(m, T_x, n_tags)`. There are `n_kinds` kinds of names; how many
  tags is that?
- For one sentence, the answers must not depend on how much padding it has, nor on its neighbours in the batch.
- Return the model, a `keras.Model`. It need not be compiled.

<details><summary>Hint 1: a nudge</summary>

A tag for O, and two for each kind. An LSTM layer gives only its last state unless it is told to return the whole
sequence. `keras.ops.concatenate` works on placeholders.

</details>

<details><summary>Hint 2: the plan</summary>

Three times `keras.Input`, such as `keras.Input((None, n_features))`. `x` is the concatenation, along the last axis, of
`layers.Embedding(n_words, n_e)(ids)` and the features. In a loop, make a *new* layer each time, wrap it if
`bidirectional`, and call it on `x` with the mask. A `Dense` layer with a softmax works on the last axis, for each word
alike. Then `keras.Model([ids, features, mask], …)`.

</details>

<details><summary>Hint 3: nearly the line</summary>

In the loop: `layer = layers.LSTM(n_a, return_sequences=True)`; `if bidirectional: layer = layers.Bidirectional(layer)`;
`x = layer(x, mask=mask)`. After it: `layers.Dense(2 * n_kinds + 1, activation="softmax")(x)`.

</details>
"""

# %% exercise="build_tagger"
def build_tagger(n_words, n_features, n_kinds, n_a, bidirectional, n_layers, n_e=32):
    """A tagger: an embedding and features, LSTM layers, and probabilities for each word.

    Args:
        n_words: ids that there are, PAD and UNK included.
        n_features: numbers that word_features gives.
        n_kinds: kinds of names; there are B- and I- tags for each, and O.
        n_a: units of each LSTM, in each direction.
        bidirectional: whether each layer reads from both ends.
        n_layers: LSTM layers.
        n_e: length of a word's row in the embedding.

    Returns:
        A keras.Model. Inputs, in this order: ids (m, T_x) int32, features (m, T_x, n_features), mask (m, T_x) bool.
        Output: probabilities (m, T_x, n_tags), for each word independent of the padding.
    """
    ### BEGIN SOLUTION
    ids = keras.Input((None,), dtype="int32")
    features = keras.Input((None, n_features))
    mask = keras.Input((None,), dtype="bool")
    x = ops.concatenate([layers.Embedding(n_words, n_e)(ids), features], axis=-1)
    for _ in range(n_layers):
        layer = layers.LSTM(n_a, return_sequences=True)
        if bidirectional:
            layer = layers.Bidirectional(layer)
        x = layer(x, mask=mask)
    probabilities = layers.Dense(2 * n_kinds + 1, activation="softmax")(x)
    return keras.Model([ids, features, mask], probabilities)
    ### END SOLUTION


# %% check="build_tagger" points=16
checks.build_tagger(build_tagger)

# %% [markdown]
r"""
**See it work.** How many parameters nets of several shapes have, and the proof of the padding: one sentence alone, and
the same one beside a long neighbour.
"""

# %% tags=["figure"]
N_FEATURES, N_KINDS = 12 + len(ENDINGS), len(corpus.KINDS)
for bidirectional, n_layers in ((False, 1), (True, 1), (True, 2), (True, 3)):
    untaught = build_tagger(len(shown_vocabulary), N_FEATURES, N_KINDS, 32, bidirectional, n_layers)
    ways = "two directions" if bidirectional else "one direction "
    print(f"{ways}, {n_layers} layer{'s' if n_layers > 1 else ' '}: {untaught.count_params():,} parameters")
alone = encode_sentences(shown[:1], shown_vocabulary, len(shown[0]))
together = encode_sentences([shown[0], shown[0] * 3], shown_vocabulary, 3 * len(shown[0]))
one, other = (ops.convert_to_numpy(untaught(list(given)))[0, : len(shown[0])] for given in (alone, together))
print(f"largest difference between a sentence alone and in company: {np.abs(one - other).max():.1e}")

# %% [markdown]
r"""
## Counting real words only

Cross-entropy again: for each word, minus the logarithm of the probability that the right tag got. But what is the mean
taken over? If the padding takes part, a net can lower its loss by being sure of the padding, and the loss of a batch
depends on how long its longest sentence is. If one takes the mean of each sentence first, a word in a sentence of three
counts ten times as much as one in a sentence of thirty. The mean we want is over **all real words of the batch**, each
counting the same.

`keras.ops` instead of NumPy, please: while training, Keras calls your function with tensors, and follows the gradient
back through it. The functions are called the same (`ops.sum`, `ops.log`, `ops.where`, …), and take arrays as well.

### Exercise 6: `masked_loss` (7 points)

- `y` `(m, T_x)` holds the right tags as whole numbers, `probabilities` is `(m, T_x, n_tags)`, `mask` is `(m, T_x)`, `bool`.
- Return the mean, over the real words, of $-\log \hat y^{\langle t\rangle}_{y^{\langle t\rangle}}$, as one number (a
  tensor without axes). What stands in the padding must not matter.
- A logarithm of 0 is minus infinity: let a probability below `1e-7` count as `1e-7`.
- If there is no real word at all, return 0.

<details><summary>Hint 1: a nudge</summary>

First the cost of every place, padding too, as an array `(m, T_x)`. Then a sum in which the padding counts 0. Divide by
how many places have counted.

</details>

<details><summary>Hint 2: the plan</summary>

`ops.take_along_axis(probabilities, y[..., None], axis=-1)` picks the probability of the right tag; its last axis has
length 1. (Or multiply by `ops.one_hot(y, n_tags)`, and sum over the last axis.) `ops.maximum` for the floor, `ops.cast(mask,
"float32")` to count with.

</details>

<details><summary>Hint 3: nearly the line</summary>

`ops.sum(paid * weights) / ops.maximum(ops.sum(weights), 1.0)`, with `weights = ops.cast(mask, "float32")` and
`paid = -ops.log(ops.maximum(right, 1e-7))`.

</details>
"""

# %% exercise="masked_loss"
def masked_loss(y, probabilities, mask):
    """Mean cross-entropy of the real words.

    Args:
        y: (m, T_x) whole numbers, the right tags.
        probabilities: (m, T_x, n_tags).
        mask: (m, T_x) bool, True where there is a word.

    Returns:
        A number, nats a word; 0 if there is no word. Gradients flow through it.
    """
    ### BEGIN SOLUTION
    right = ops.take_along_axis(probabilities, ops.expand_dims(y, -1), axis=-1)[..., 0]
    paid = -ops.log(ops.maximum(right, 1e-7))
    weights = ops.cast(mask, "float32")
    return ops.sum(paid * weights) / ops.maximum(ops.sum(weights), 1.0)
    ### END SOLUTION


# %% check="masked_loss" points=7
checks.masked_loss(masked_loss)

# %% [markdown]
r"""
### Exercise 7: `masked_accuracy` (4 points)

- The same arguments. Return the share of real words whose most probable tag is the right one, as one number; 0 if there is
  no real word.

<details><summary>Hint 1: a nudge</summary>

Like the loss, with another cost: 1 where the most probable tag is right, 0 where it is not.

</details>

<details><summary>Hint 2: the plan</summary>

`ops.argmax` along the last axis gives the most probable tag, `ops.equal` compares it with `y`, `ops.cast` turns truth
values into numbers. The rest is as above.

</details>

<details><summary>Hint 3: nearly the line</summary>

`right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")`, and the weighted mean of
it.

</details>
"""

# %% exercise="masked_accuracy"
def masked_accuracy(y, probabilities, mask):
    """Share of real words whose most probable tag is right.

    Args:
        y: (m, T_x) whole numbers, the right tags.
        probabilities: (m, T_x, n_tags).
        mask: (m, T_x) bool, True where there is a word.

    Returns:
        A number from 0 to 1; 0 if there is no word.
    """
    ### BEGIN SOLUTION
    right = ops.cast(ops.equal(ops.argmax(probabilities, axis=-1), ops.cast(y, "int32")), "float32")
    weights = ops.cast(mask, "float32")
    return ops.sum(right * weights) / ops.maximum(ops.sum(weights), 1.0)
    ### END SOLUTION


# %% check="masked_accuracy" points=4
checks.masked_accuracy(masked_accuracy)

# %% [markdown]
r"""
## Why accuracy lies

Most words are O. A "tagger" that calls every word O is right three times out of four, and finds nothing. Such classes are called
**unbalanced**, and with them accuracy says little. So one asks two other questions, and asks them about *names*, not
about words:

- **precision**: of the names that it found, which share is right?
- **recall**: of the names that are there, which share was found?
- **F1** is their harmonic mean, $2PR/(P + R)$: it is high only if both are.

A found name is right only if it has the same first word, the same last word and the same kind as a true one. Half a name
is no name: who looks up *York* instead of *New York* ends up on another continent. That is also why we do not count
word by word: one name cut in two pieces would get credit for every word.

To average over the kinds one adds up the *counts* of all kinds and computes precision and recall once (the *micro*
average). The mean of the kinds' F1 (*macro*) would give a kind with three names the same say as one with three thousand.

### Exercise 8: `entity_scores` (9 points)

- `gold` and `predicted` are lists of sentences, each a list of tags: the true ones and the tagger's. Sentence $i$ of one
  belongs to sentence $i$ of the other, and has as many tags.
- Return a dictionary: at `"all"`, and at each kind that occurs in a name on either side, a dictionary with the numbers
  `"precision"`, `"recall"` and `"f1"`.
- A share of nothing is 0: precision when nothing was found, recall when there is nothing to find, F1 when both are 0.

<details><summary>Hint 1: a nudge</summary>

Make two sets of names, the true ones and those that were found. What must stand in such a set besides `(start, end, kind)`,
so that names of different sentences are not confused? Then three numbers say it all: how many are in the one, in the
other, in both.

</details>

<details><summary>Hint 2: the plan</summary>

`{(row, *span) for row, tags in enumerate(gold) for span in bio_to_spans(tags)}`. The kinds are the last parts of its
members. For each kind keep the members of this kind; for "all" keep all. Write a small function that takes the two
sets and returns the three numbers.

</details>

<details><summary>Hint 3: nearly the line</summary>

`right = len(true & found)`; `precision = right / len(found) if found else 0.0`; `recall = right / len(true) if true else
0.0`; `f1 = 2 * precision * recall / (precision + recall) if right else 0.0`.

</details>
"""

# %% exercise="entity_scores"
def entity_scores(gold, predicted):
    """Precision, recall and F1 of whole names.

    Args:
        gold: list of lists of tags, the true ones.
        predicted: the same, from a tagger.

    Returns:
        dict from "all", and from each kind that occurs, to a dict of "precision", "recall" and "f1".
    """
    ### BEGIN SOLUTION
    true, found = (
        {(row, *span) for row, tags in enumerate(sentences) for span in bio_to_spans(tags)}
        for sentences in (gold, predicted)
    )

    def scores(true, found):
        right = len(true & found)
        precision = right / len(found) if found else 0.0
        recall = right / len(true) if true else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        return {"precision": precision, "recall": recall, "f1": f1}

    table = {"all": scores(true, found)}
    for kind in sorted({span[-1] for span in true | found}):
        table[kind] = scores(*({span for span in spans if span[-1] == kind} for spans in (true, found)))
    return table
    ### END SOLUTION


# %% check="entity_scores" points=9
checks.entity_scores(entity_scores)

# %% [markdown]
r"""
**See it work.** Two taggers without a net. One says O to everything, the other one calls each run of capitalised words a
place. Compare their accuracies with what they find.
"""

# %% tags=["figure"]
def capitals_are_places(words):
    """A tagger without a net: each run of words with a capital is a place, but for the first word."""
    capital = [t > 0 and word[0].isupper() for t, word in enumerate(words)]
    return ["O" if not now else "I-LOC" if before else "B-LOC" for before, now in zip([False, *capital], capital, strict=False)]


gold = [sentence.tags for sentence in held_out]
simple = {
    "O, always": [["O"] * len(tags) for tags in gold],
    "capitals are places": [capitals_are_places(sentence.words) for sentence in held_out],
}
for name, predicted in simple.items():
    right = np.mean([one == other for row in zip(gold, predicted, strict=True) for one, other in zip(*row, strict=True)])
    found = entity_scores(gold, predicted)["all"]
    print(f"{name:20} accuracy {right:.2f}   precision {found['precision']:.2f}   recall {found['recall']:.2f}   F1 {found['f1']:.2f}")

# %% [markdown]
r"""
## The training

Two nets: one that reads from both ends, and one that reads from left to right only. So that the comparison is fair, the
one-way net gets more units, until it has at least as many parameters.

Three things are given below. Keras's loss functions get two arrays, the right answers and the net's, and ours needs a
third, the mask. So the mask travels *with* the right answers, in one array, and is unpacked on arrival.

Padding costs time, too: the net reads it like anything else, only to no effect. So sentences of about the same length go
into one batch, which is only as long as its longest sentence. Hardly any padding is left; in one array for all the
sentences it would fill more than half of the places. The order of the batches is drawn anew for each epoch.

And there is a trick against a trap. The vocabulary was made from the training sentences. So in them the row of `UNK` would
be trained on rare words only, and the net would learn to lean on *which* word it sees: at a name that everybody there
knows it would never have to look any further, and in other sentences such a name is missing. So before each epoch we make a random share of the words **unknown**, on
purpose. Their features stay. The net must then learn to get by with what a word looks like, and with its neighbours.
"""

# %%
def packed_loss(y_and_mask, probabilities):
    """masked_loss for Keras: the right tags and the mask come in one array (m, T_x, 2)."""
    return masked_loss(ops.cast(y_and_mask[..., 0], "int32"), probabilities, y_and_mask[..., 1] > 0.5)


def packed_accuracy(y_and_mask, probabilities):
    """masked_accuracy for Keras, in the same way."""
    return masked_accuracy(ops.cast(y_and_mask[..., 0], "int32"), probabilities, y_and_mask[..., 1] > 0.5)


def some_unknown(ids, share, rng):
    """The ids, with a random share of the words made unknown; the padding stays."""
    return np.where((rng.random(ids.shape) < share) & (ids != 0), 1, ids)


def make_batches(sentences, vocabulary, size):
    """All sentences, in batches of about the same length: ids, features, mask, and the right tags packed with the mask."""
    ordered = sorted(sentences, key=lambda sentence: len(sentence.words))
    batches = []
    for start in range(0, len(ordered), size):
        part = ordered[start : start + size]
        T_x = len(part[-1].words)
        ids, features, mask = encode_sentences([sentence.words for sentence in part], vocabulary, T_x)
        targets = np.zeros((len(part), T_x, 2), dtype="float32")  # tag 0, which is O, in the padding
        for row, sentence in enumerate(part):
            targets[row, : len(sentence.tags), 0] = [TAGS.index(tag) for tag in sentence.tags]
        targets[..., 1] = mask
        batches.append((ids, features, mask, targets))
    return batches


# %% tags=["training"]
MAX_WORDS, N_E, EPOCHS, BATCH, UNKNOWN_SHARE = 4000, 48, 5, 128, 0.3
word_features = cache(word_features)  # words come again and again: what one looks like is found out once


def train(tagger, batches, seed):
    """Teach a tagger; returns the loss and the accuracy of each epoch, means over its words."""
    rng = np.random.default_rng(seed)
    inputs = [keras.Input((None,), dtype="int32"), keras.Input((None, N_FEATURES)), keras.Input((None,), dtype="bool")]
    learner = keras.Model(inputs, tagger(inputs) + 0.0)  # the same weights; + 0.0 strips off a mask that Keras would use again
    slower = keras.optimizers.schedules.CosineDecay(0.005, EPOCHS * len(batches), alpha=0.02)
    learner.compile(keras.optimizers.Adam(slower, clipnorm=1.0), loss=packed_loss, metrics=[packed_accuracy])
    history = {"loss": [], "packed_accuracy": []}
    for _ in range(EPOCHS):
        told, words = [], []
        for place in rng.permutation(len(batches)):
            ids, features, mask, targets = batches[place]
            given = [some_unknown(ids, UNKNOWN_SHARE, rng), features, mask]
            told.append(learner.train_on_batch(given, targets, return_dict=True))
            words.append(mask.sum())
        for name, numbers in history.items():
            numbers.append(np.average([batch[name] for batch in told], weights=words))
    return history


started = time.perf_counter()
vocabulary = build_vocabulary([sentence.words for sentence in training], MAX_WORDS)
batches = make_batches(training, vocabulary, BATCH)
taggers, histories = {}, {}
for name, bidirectional, n_a in (("both directions", True, 64), ("left to right", False, 112)):
    keras.utils.set_random_seed(4)
    taggers[name] = build_tagger(len(vocabulary), N_FEATURES, N_KINDS, n_a, bidirectional, 1, N_E)
    histories[name] = train(taggers[name], batches, seed=4)
    print(f"{name}: {taggers[name].count_params():,} parameters, loss {histories[name]['loss'][-1]:.3f}")
train_seconds = time.perf_counter() - started

# %% tags=["figure"]
values.curves(
    np.arange(1, EPOCHS + 1),
    {name: history["loss"] for name, history in histories.items()},
    x_label="epoch",
    y_label="loss, nats a word",
    title="With one direction, some of it cannot be learnt",
)

# %% [markdown]
r"""
## What it finds

For now, each word gets its most probable tag, and no word asks what its neighbour got. We measure on the held-out
sentences.
"""

# %% tags=["training"]
def predict(tagger, sentences, vocabulary):
    """The tagger's probabilities for each sentence, a list of arrays (words, n_tags); no padding left."""
    found = []
    for start in range(0, len(sentences), 200):
        part = sentences[start : start + 200]
        given = encode_sentences(part, vocabulary, max(map(len, part)))
        answers = ops.convert_to_numpy(tagger(list(given)))
        found += [answer[: len(words)] for answer, words in zip(answers, part, strict=True)]
    return found


def greedy(probabilities):
    """The most probable tag of each word."""
    return [TAGS[place] for place in np.argmax(probabilities, axis=-1)]


held_out_words = [sentence.words for sentence in held_out]
answers = {name: predict(tagger, held_out_words, vocabulary) for name, tagger in taggers.items()}
scored = {name: entity_scores(gold, [greedy(part) for part in parts]) for name, parts in answers.items()}
for name, table in scored.items():
    said = [tag for part in answers[name] for tag in greedy(part)]
    right = np.mean([one == other for one, other in zip(said, sum(gold, []), strict=True)])
    print(f"{name}: accuracy {right:.3f}, F1 {table['all']['f1']:.3f}")
    print("   ", ", ".join(f"{kind} {table[kind]['f1']:.3f}" for kind in corpus.KINDS))

# %% tags=["figure"]
teddies = ["Teddy Roosevelt was fond of the forest .".split(), "Teddy bears are fond of nothing at all .".split()]
entities.taggers_side_by_side(
    [(words, {name: predict(tagger, [words], vocabulary)[0] for name, tagger in taggers.items()}) for words in teddies],
    TAGS,
    title="What each net makes of Teddy",
)

# %% [markdown]
r"""
Look at the two *Teddy* of the net that reads from left to right. They are the same, to the last digit, and they must be.

Where do the errors go? A **confusion matrix** has a row for each true tag and a column for each answer. On the diagonal
all is well. (The largest number by far, O for O, is left white: with it in the picture, nothing else would be seen.)
"""

# %% tags=["figure"]
counts = np.zeros((len(TAGS), len(TAGS)), dtype=int)
for tags, part in zip(gold, answers["both directions"], strict=True):
    np.add.at(counts, ([TAGS.index(tag) for tag in tags], np.argmax(part, axis=-1)), 1)
entities.confusion_matrix(counts, TAGS, title="Both directions, held-out words")

# %% [markdown]
r"""
## Sequences that make sense

Each word chose by itself, and so there is nonsense among the answers: an `I-PER` after an `O`, an `I-LOC` after a
`B-ORG`. The spans can be read all the same, thanks to conlleval's forgiving rule, but then the kind that gets the name is
a matter of luck. We know the grammar of tags. Let us use it: **choose the most probable sequence among those that are
allowed**.

Which may follow which? `O` and every `B-` may stand anywhere. An `I-` may only stand after the `B-` or the `I-` of its
own kind, so never at the beginning.

### Exercise 9: `allowed_transitions` (6 points)

- `tags` is a list of $n$ different tags, in any order and of any kinds.
- Return an array of shape `(n + 1, n)` and dtype `bool`. In row `i`, column `j` is `True` if tag `j` may follow tag `i`. The
  **last** row says which tags may *begin* a sentence. (So row `-1` is "before the first word". Handy!)

<details><summary>Hint 1: a nudge</summary>

Look at the columns instead of the rows. A column of an `O` or a `B-` is all `True`. How many places are `True` in the column
of an `I-`?

</details>

<details><summary>Hint 2: the plan</summary>

Begin with an array of `True`. For each column `j` whose tag begins with `I-`, and for each row `i`: is tag `i` one of the
two that it may follow? What is there to say about row `n`?

</details>

<details><summary>Hint 3: nearly the line</summary>

`before = [*tags, "O"]`, because what may follow an `O` may begin a sentence. Then
`allowed[i, j] = not tags[j].startswith("I-") or before[i][1:] == tags[j][1:]`: without their first letters, the two tags
that may stand before an `I-` are the same as the `I-` itself.

</details>
"""

# %% exercise="allowed_transitions"
def allowed_transitions(tags):
    """Which tag may follow which, and which may begin.

    Args:
        tags: list of n tags: "O", "B-" + kind, "I-" + kind.

    Returns:
        (n + 1, n) bool: row i, column j: tag j may follow tag i; the last row: tag j may begin a sentence.
    """
    ### BEGIN SOLUTION
    before = [*tags, "O"]
    allowed = np.full((len(before), len(tags)), True)
    for i, one in enumerate(before):
        for j, tag in enumerate(tags):
            if tag.startswith("I-"):
                allowed[i, j] = one[1:] == tag[1:]
    return allowed
    ### END SOLUTION


# %% check="allowed_transitions" points=6
checks.allowed_transitions(allowed_transitions)

# %% [markdown]
r"""
## The best path

A sequence of tags is a path through a lattice: one column for each word, one point for each tag. The probability of a
path is the product of the probabilities of its points, so its logarithm is a sum. Among all *allowed* paths we want the
one with the largest sum.

There are $7^{20}$ paths for a sentence of twenty words, about $10^{17}$. And choosing step by step (the best tag that
may follow the one just chosen) is *greedy*: an early choice that looks good can force a bad one later. In 1967 Andrew
Viterbi found the way between. It rests on one remark: **the best path to a point goes on from the best path to one of the
points before it.** So go from word to word, and keep for each tag only the sum of the best path that ends there, and from
which tag it came. At the end, take the best last tag, and follow the notes back. For $T$ words and $n$ tags that is about
$T n^2$ additions: for twenty words and seven tags, less than a thousand.

$$\text{best}^{\langle t\rangle}_j = \log \hat y^{\langle t\rangle}_j + \max_{i\ \text{allowed before}\ j}
\text{best}^{\langle t-1\rangle}_i$$

### Exercise 10: `constrained_decode` (10 points)

- `log_probabilities` is `(T_x, n)`, one row for each word and maybe more, for padding; `length` is how many of the rows are
  real words; `allowed` is `(n + 1, n)`, as `allowed_transitions` returns it, but do not rely on how tags are called: any such
  array may come.
- Return the best allowed path: a list of `length` whole numbers, the places of the tags. An empty list if `length` is 0.
- Log probabilities may be minus infinity.

<details><summary>Hint 1: a nudge</summary>

What is $\text{best}^{\langle 0\rangle}$? The first row of the log probabilities, and minus infinity for all tags that may not
begin a sentence.

</details>

<details><summary>Hint 2: the plan</summary>

Turn `allowed` into numbers that are added: 0 where it is `True`, minus infinity where it is `False`. For each further word:
`ways[i, j]` is the best sum at `i` plus the number for "from `i` to `j`". For each `j` keep the largest (`max` over axis 0) and
its place (`argmax` over axis 0). Only rows before `length` take part. At the end go backwards through the places that you
kept, beginning at the best last tag, and reverse.

</details>

<details><summary>Hint 3: nearly the line</summary>

`step = np.where(allowed, 0.0, -np.inf)`; `best = log_probabilities[0] + step[-1]`; in the loop over `t` from 1:
`ways = best[:, None] + step[:-1]`, `came_from.append(ways.argmax(axis=0))`, `best = log_probabilities[t] +
ways.max(axis=0)`. Then `path = [best.argmax()]`, and for each `places` in `reversed(came_from)`:
`path.append(places[path[-1]])`. At last `path[::-1]`.

</details>
"""

# %% exercise="constrained_decode"
def constrained_decode(log_probabilities, length, allowed):
    """The most probable allowed sequence of tags (Viterbi).

    Args:
        log_probabilities: (T_x, n), one row a word; rows from `length` on are padding.
        length: number of real words.
        allowed: (n + 1, n) bool, as allowed_transitions returns it.

    Returns:
        List of `length` whole numbers, the places of the tags.
    """
    ### BEGIN SOLUTION
    if length == 0:
        return []
    step = np.where(allowed, 0.0, -np.inf)
    best = log_probabilities[0] + step[-1]
    came_from = []
    for t in range(1, length):
        ways = best[:, None] + step[:-1]
        came_from.append(ways.argmax(axis=0))
        best = log_probabilities[t] + ways.max(axis=0)
    path = [int(best.argmax())]
    for places in reversed(came_from):
        path.append(int(places[path[-1]]))
    return path[::-1]
    ### END SOLUTION


# %% check="constrained_decode" points=10
checks.constrained_decode(constrained_decode)

# %% [markdown]
r"""
**See it work.** First the lattice of a sentence in which the words, each for itself, choose nonsense; then what good
sense is worth.
"""

# %% tags=["training"]
ALLOWED = allowed_transitions(list(TAGS))


def decode(probabilities):
    """The best allowed tags."""
    return [TAGS[place] for place in constrained_decode(np.log(probabilities + 1e-30), len(probabilities), ALLOWED)]


def makes_sense(tags):
    """Whether a sequence of tags is allowed."""
    places = [-1, *(TAGS.index(tag) for tag in tags)]
    return all(ALLOWED[one, other] for one, other in zip(places, places[1:], strict=False))


for name, parts in answers.items():
    nonsense = sum(not makes_sense(greedy(part)) for part in parts)
    decoded = [decode(part) for part in parts]
    before, after = (entity_scores(gold, rows)["all"] for rows in ([greedy(part) for part in parts], decoded))
    print(f"{name}: nonsense in {nonsense} of {len(parts)} sentences, after decoding in", end=" ")
    print(f"{sum(not makes_sense(tags) for tags in decoded)}; F1 {before['f1']:.3f} → {after['f1']:.3f}")
    scored[name] = entity_scores(gold, decoded)
results = {
    "f1_bidirectional": scored["both directions"]["all"]["f1"],
    "f1_unidirectional": scored["left to right"]["all"]["f1"],
    "train_seconds": train_seconds,
}

# %% tags=["figure"]
muddled = [
    (sentence.words, part)
    for sentence, part in zip(held_out, answers["both directions"], strict=True)
    if not makes_sense(greedy(part)) and len(part) <= 30
]
muddled.append((teddies[0], predict(taggers["both directions"], teddies[:1], vocabulary)[0]))  # if there is none
words, part = muddled[0]
first = next((t for t in range(len(words)) if not makes_sense(greedy(part)[: t + 1])), 0)
window = slice(max(0, first - 4), max(0, first - 4) + 8)
entities.tag_lattice(
    words[window],
    part[window],
    TAGS,
    [TAGS.index(tag) for tag in decode(part)][window],
    title="The best allowed path (line), and each word's own choice (rings)",
)

# %% [markdown]
r"""
## A sentence in, names out

At last the whole chain, for a sentence that somebody types. It comes as a *string*, and whoever asks wants to mark the
names in that string: they need places in **characters**. So the places of the words have to be kept while the sentence is
cut. The pattern `WORD` says what a word is: `WORD.finditer(sentence)` goes through its matches, and each match knows its
text, `match.group()`, and its place, `match.start()` and `match.end()`. (Do not search for the word afterwards: a word may
stand in a sentence twice.)
"""

# %%
WORD = re.compile(r"(?:[A-Z]\.)+|(?:Mr|Mrs|Dr|St|Inc|Co|Ltd|Jr)\.|\d+(?:[.,]\d+)*|\w+(?:(?!'s\b)['-]\w+)*|'s|[^\w\s]")

# %% [markdown]
r"""
### Exercise 11: `find_entities` (6 points)

- `sentence` is a string. `model` is a tagger: call it as `model([ids, features, mask])` with arrays for a batch of one
  sentence. `vocabulary` is a dictionary from word to id, `tags` the list of the tags, in the order of the model's outputs.
- Cut the sentence with `WORD`, encode it, ask the model, decode with the constraints, read the spans.
- Return a list of names `(text, kind, start, end)`, in order: `sentence[start:end]` is `text`, from the first character of the
  first word to the last character of the last word, with what stands between them.
- A sentence without words gives an empty list; the model cannot be asked about nothing.

<details><summary>Hint 1: a nudge</summary>

You have written everything that you need: `encode_sentences`, `allowed_transitions`, `constrained_decode`, `bio_to_spans`.
The last gives places in words. Which characters are these?

</details>

<details><summary>Hint 2: the plan</summary>

`matches = list(WORD.finditer(sentence))`. The model gives a tensor `(1, T_x, n_tags)`: `ops.convert_to_numpy` makes it an
array, `[0]` takes the only sentence, and `np.log` is what `constrained_decode` wants. For a span `(first, last, kind)`, the
name begins where match `first` begins, and ends where match `last - 1` ends.

</details>

<details><summary>Hint 3: nearly the line</summary>

`ids, features, mask = encode_sentences([words], vocabulary, len(words))`, then
`probabilities = ops.convert_to_numpy(model([ids, features, mask]))[0]`, then
`path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))`, then for each span of
`bio_to_spans([tags[place] for place in path])`: `start, end = matches[first].start(), matches[last - 1].end()`.

</details>
"""

# %% exercise="find_entities"
def find_entities(sentence, model, vocabulary, tags):
    """The names in a sentence, with their places.

    Args:
        sentence: a string.
        model: a tagger, called with [ids (1, T_x), features (1, T_x, n_f), mask (1, T_x)].
        vocabulary: dict from word to id.
        tags: list of tags, in the order of the model's outputs.

    Returns:
        List of (text, kind, start, end), places in characters; sentence[start:end] is text.
    """
    ### BEGIN SOLUTION
    matches = list(WORD.finditer(sentence))
    if not matches:
        return []
    words = [match.group() for match in matches]
    ids, features, mask = encode_sentences([words], vocabulary, len(words))
    probabilities = ops.convert_to_numpy(model([ids, features, mask]))[0]
    path = constrained_decode(np.log(probabilities), len(words), allowed_transitions(tags))
    found = []
    for first, last, kind in bio_to_spans([tags[place] for place in path]):
        start, end = matches[first].start(), matches[last - 1].end()
        found.append((sentence[start:end], kind, start, end))
    return found
    ### END SOLUTION


# %% check="find_entities" points=6
checks.find_entities(find_entities)

# %% [markdown]
r"""
**Your turn.** Write sentences of your own. Look for one that it gets wrong, and then change one word at a time until it gets
it right: so you find out what it goes by.
"""

# %% tags=["figure"]
my_sentences = [
    "Ada Lovelace met Charles Babbage in London, and London was never the same again.",
    "The Kravlinski Company of Upper Withlesford was sold to Jordan Motors.",
    "Jordan went to Jordan in May.",
]
for sentence in my_sentences:
    print(find_entities(sentence, taggers["both directions"], vocabulary, TAGS))
entities.marked_text(
    [(sentence, find_entities(sentence, taggers["both directions"], vocabulary, TAGS)) for sentence in my_sentences]
)

# %% [markdown]
r"""
### Written question 1: two directions (4 points)

In five to ten sentences:

1. The net that reads from left to right gives both *Teddy* the same probabilities. Why does it have to, and would more
   units, more layers or more training sentences change that?
2. Name a task for which you would not take a bidirectional net, although it would make fewer mistakes, and say what you
   would do instead.
3. A classmate forgot to give the mask to a bidirectional tagger. The loss looks fine. Which words of which sentences get
   worse answers, and how would you show the fault with one sentence and two batches?
4. Would the same omission show in a net that reads from left to right only? Why?
"""

# %% [markdown] answer="why_two_directions" points=4
r"""
**Your answer to written question 1.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. Its state at a word is computed from that word and those before it, and these are the same in both sentences. No
   number of units, layers or examples puts information into a state that it cannot receive.
2. Any live task: captions while one speaks, a voice that triggers something, predictions of what comes next (where the
   future is the answer). Instead one direction, possibly with a short delay or in windows.
3. Words in sentences that are shorter than their batch's longest, above all the last ones, since the backward state
   arrives there after reading padding. Show it by tagging one sentence alone and beside a long one: the
   probabilities differ.
4. No: with padding at the end, it comes after all real words and cannot reach their states. (It would with padding at the
   front, and the loss must be masked all the same.)

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
### Written question 2: what is counted (4 points)

In five to ten sentences:

1. The first of the two taggers without a net has an accuracy above 0.7 and an F1 of 0. What does it do, and what does that say
   about accuracy?
2. A tagger finds *York* where *New York* stands, and nothing else in the sentence. What are precision and recall by whole
   names, what would they be by words, and which of the two would you show to somebody who wants to use it?
3. Before each epoch we made a share of the words unknown. What would the net have learnt otherwise, and why would the
   training loss not tell?
4. Choosing the best allowed path made the sequences sensible. Can it make the score of a sentence worse? Give an example, or
   say why not.
"""

# %% [markdown] answer="what_is_counted" points=4
r"""
**Your answer to written question 2.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. It says O to every word (or nearly). When one class is nearly everything, accuracy measures its share.
2. By names both are 0. By words precision is 1 and recall one half. By names, because half a name is not usable.
3. To lean on the identity of words and not on their looks and neighbours; UNK's row would hardly be trained. In training
   the words that matter are known, so the loss is low either way.
4. Yes: the best path may drop a right tag, or turn a name that conlleval's rule would have read rightly (O, I-PER read as a
   name) into O or into another kind. It maximises probability, not F1.

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Summary

- **Many to many, same length**: one answer a word. BIO tags turn spans into one label a word; conlleval's rule reads them
  back, nonsense included.
- An **embedding** is a learnt table, one row a word. Unknown words share one row, so a tagger also needs what words **look
  like**, and must be taught on sentences with holes.
- **Padding** makes sentences a batch, and the **mask** must go everywhere: into every recurrent layer, the loss and every
  measure. The test: an answer may not depend on its neighbours.
- A **bidirectional** net sees the future of each word. It needs the whole sentence before its first answer.
- With **unbalanced** classes, accuracy flatters. Count whole names: precision, recall, F1, over all names together.
- What is known about sequences need not be learnt: **Viterbi** finds the best sequence among the allowed ones.

## Where to read on

- M. Schuster and K. Paliwal, *Bidirectional recurrent neural networks* (1997).
- A. Graves and J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM* (2005).
- L. Ramshaw and M. Marcus, *Text chunking using transformation-based learning* (1995): where BIO tags come from.
- E. Tjong Kim Sang and F. De Meulder, *Introduction to the CoNLL-2003 shared task* (2003): names, and how to count them.
- A. Viterbi, *Error bounds for convolutional codes and an asymptotically optimum decoding algorithm* (1967).
- J. Lafferty, A. McCallum and F. Pereira, *Conditional random fields* (2001): learning the transitions instead of writing
  them down.
- G. Lample and colleagues, *Neural architectures for named entity recognition* (2016): characters of words, two
  directions, and a random field on top.

**Next**, in unit 05, the sequence that comes out has a length of its own, and the net learns where to look.
"""
