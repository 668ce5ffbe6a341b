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
# Unit 02 · Dinosaur names: a language model of letters

Some 1,500 kinds of dinosaur have been named. Read a hundred of the names and you could invent one yourself: it would
have a few Greek-sounding syllables, and would probably end in *-saurus*. How do you know? Nobody gave you the rules.

**What you will build**, in NumPy: a network that reads the names letter by letter, learns what usually comes next, and
then writes names that nobody has written before. On the way you write

- the probability of a name, as a product of the probabilities of its letters, and *perplexity*, the usual measure of a
  language model;
- sampling, with a *temperature* that goes from dull to wild;
- gradient clipping, in two kinds, and a step of stochastic gradient descent;
- the training loop.

**Why letters?** They make the smallest language model that does something you would not have expected of it: an alphabet
of 27, no words, no grammar, and training that takes seconds on a laptop. Models of words and of whole texts are made in
the same way.

**Time.** An afternoon, in as many sittings as you like. The computer needs about half a minute for the whole notebook, on
any laptop, without a GPU.

**How it works.** As in unit 01: replace `raise NotImplementedError` by your code, run the cell, then run the check under
it. Above each answer three hints are folded away, from a nudge to nearly the line. There are 100 points: 92 for ten
functions, 8 for two written answers.
"""

# %% [markdown]
r"""
## What a language model is

A language model says how probable a text is. Nothing more; but that is enough for a surprising number of things.

Suppose that a speech recogniser has heard *I ate a ripe pear*. Or was it *I ate a ripe pair*? The two sound the same, so the
ear cannot tell. What we know about English can: one of them is a far more probable sentence. The recogniser asks a
language model for $P(\text{sentence})$ of both, and writes down the better one.

Where does such a number come from? A sentence $y^{\langle 1\rangle}, \dots, y^{\langle T_y\rangle}$ is read from left to
right, and the **chain rule** of probability, which holds for anything, makes the whole a product of small questions, all
of one kind: *what comes next, given what came before?*

$$
P(y^{\langle 1\rangle}, \dots, y^{\langle T_y\rangle}) \;=\; \prod_{t=1}^{T_y}
P\!\left(y^{\langle t\rangle} \mid y^{\langle 1\rangle}, \dots, y^{\langle t-1\rangle}\right)
$$

To see it with real numbers, here is a language model that you could keep on a napkin. It has read ten lines and counted
which word follows which; a pair of words that it has never seen counts as a tenth of a time.
"""

# %%
import time
from collections import Counter

import numpy as np

from unrolled.checks import dinosaur_names as checks
from unrolled.datasets.dinosaurs import load_names
from unrolled.plots import text as text_plots
from unrolled.plots import values as value_plots

LINES = """
i ate a ripe pear
he ate a ripe plum and a pear
she wore a new pair of shoes
the ripe pear fell
we picked a pear and a plum
i need a pair of gloves
a ripe plum fell
the new gloves are a fine pair
she ate the pear
a pair of shoes and a pair of gloves
""".strip().split("\n")


def pairs_of_words(line):
    """The (word, next word) pairs of a line, with its start and its end as words of their own."""
    words = ["‹start›", *line.split(), "‹end›"]
    return list(zip(words, words[1:], strict=False))


word_counts = Counter(pair for line in LINES for pair in pairs_of_words(line))
first_counts = Counter(first for line in LINES for first, _ in pairs_of_words(line))
n_words = len({word for pair in word_counts for word in pair} - {"‹start›"})


def chain_of_words(line):
    """The words of a line, its end included, each with its probability after the word before it."""
    return [
        (after, (word_counts[before, after] + 0.1) / (first_counts[before] + 0.1 * n_words))
        for before, after in pairs_of_words(line)
    ]


# %% tags=["figure"]
chains = [chain_of_words(line) for line in ("i ate a ripe pear", "i ate a ripe pair", "she wore a ripe pear")]
likely = [np.prod([probability for _, probability in chain]) for chain in chains]
print(f"ripe pear against ripe pair: {likely[0] / likely[1]:.0f} to 1")
print(f"eaten against worn:          {likely[0] / likely[2]:.1f} to 1")
text_plots.probability_chains(chains, title="P(sentence) is a product: one question a word, and one for the end")

# %% [markdown]
r"""
Up to *ripe* the first two sentences agree. Then one word makes the difference: in the end, *pear* is about sixty times
as probable as *pair*.

Two things in this picture will stay with us.

- **The end is a token.** A model must also say when a sentence is over, or it would give no probability to *I ate a ripe
  pear* as a whole, only to everything that begins like it. The token is called EOS, *end of sequence*. Ours is the newline
  character: every name ends in one.
- **The memory is short.** The napkin knows one word back. Somebody who wears a ripe pear is nearly as probable to it as
  somebody who eats one, because each two neighbours in *she wore a ripe pear* have been neighbours before. One can count
  longer contexts, and where they have been seen that helps a lot: with letters we shall do it as well as it can be done, to
  have somebody to beat. But most long contexts have never been seen, and to counts *she wore* and *he wore* have nothing
  in common. A recurrent network keeps the whole past in its hidden state $a^{\langle t-1\rangle}$, in which similar pasts
  can be similar, and carries over from the one to the other.

## Characters or words?

What should one step be? The same line can be cut into words or into characters.
"""

# %% tags=["figure"]
LINE = "Stegosaurus met Yi"
text_plots.token_strips(
    {
        "words": [*LINE.split(), "‹EOS›"],
        "a vocabulary\nwithout Yi": ["Stegosaurus", "met", "‹UNK›", "‹EOS›"],
        "characters": [*LINE, "‹EOS›"],
    },
    title="One line, cut in three ways",
)

# %% [markdown]
r"""
- **Words** make short sequences, and each token means something. But there are very many. A vocabulary of 50,000 words is
  not large, needs 50,000 outputs at every step, and still meets words that it does not know. They all become one token,
  UNK (*unknown*), and what they were is lost.
- **Characters** need a vocabulary of a few dozen, and nothing is ever unknown: **no UNK**. The price: sequences are many
  times longer, so there are more steps to compute, and what belongs together is further apart, which is hard for the basic
  cell, as unit 01 has shown. The model must learn spelling before it can learn anything else.

Most large models of today use pieces of words, in between. For names it is clear: new names are made of new words, so we
need characters.

## The names

We have 1,549 genus names, in small letters. A tenth of them are **held out**: the network never learns from them. It is
judged by them, since a model that has only learnt the list by heart is no model of the language.
"""

# %%
training_names, held_out_names = load_names()
print(len(training_names), "names to learn from:", ", ".join(training_names[:6]), "…")
print(len(held_out_names), "held out:           ", ", ".join(held_out_names[:6]), "…")

# %% [markdown]
r"""
### Exercise 1: `build_vocabulary` (7 points)

A network works with numbers, so each character gets an index.

- `text` is a string. Return two dictionaries: `char_to_ix`, from character to index, and `ix_to_char`, from index to
  character.
- The newline `"\n"`, our EOS, has the index **0**, whether or not it occurs in the text. The other characters that occur
  follow in sorted order (`sorted` knows it), with the indices 1, 2, 3 …
- Nothing else is changed: `A` and `a` are two characters.

<details><summary>Hint 1: a nudge</summary>

Which Python type keeps each thing once?

</details>

<details><summary>Hint 2: the plan</summary>

Make a set of the text, take the newline out of it, sort the rest, and put the newline before it. Then number the list.
Do not trust sorting alone to bring the newline to the front: a tab is sorted before it.

</details>

<details><summary>Hint 3: nearly the line</summary>

`characters = ["\n", *sorted(set(text) - {"\n"})]`, and then a loop over `enumerate(characters)` that fills both
dictionaries.

</details>
"""

# %% exercise="build_vocabulary"
def build_vocabulary(text):
    """Number the characters of a text.

    Args:
        text: a string.

    Returns:
        char_to_ix: dict from character to index; "\n" has index 0, the other characters of the text follow, sorted.
        ix_to_char: dict from index to character, the way back.
    """
    ### BEGIN SOLUTION
    characters = ["\n"] + sorted(set(text) - {"\n"})
    char_to_ix, ix_to_char = {}, {}
    for index, character in enumerate(characters):
        char_to_ix[character] = index
        ix_to_char[index] = character
    return char_to_ix, ix_to_char
    ### END SOLUTION


# %% check="build_vocabulary" points=7
checks.build_vocabulary(build_vocabulary)

# %% tags=["figure"]
char_to_ix, ix_to_char = build_vocabulary("\n".join(training_names))
print("vocabulary of", len(char_to_ix), "characters:", repr("".join(char_to_ix)))

# %% [markdown]
r"""
**What is there to learn?** Count, for each letter, which letter follows it. This is the napkin model again, for letters:
a *bigram* model. Each row of the picture is a distribution that sums to 1; `⏎` is the newline, which as a row means the
start of a name and as a column its end.
"""

# %%
def bigram_model(names, char_to_ix):
    """P(next letter | letter) from counts, each pair counted half a time more than seen: (n_y, n_y), rows sum to 1."""
    counts = np.full((len(char_to_ix), len(char_to_ix)), 0.5)
    for name in names:
        for before, after in zip("\n" + name, name + "\n", strict=True):
            counts[char_to_ix[before], char_to_ix[after]] += 1
    return counts / counts.sum(axis=1, keepdims=True)


def bigram_nats(names, table, char_to_ix):
    """The loss of a bigram model in nats a character."""
    losses = [
        -np.log(table[char_to_ix[before], char_to_ix[after]])
        for name in names
        for before, after in zip("\n" + name, name + "\n", strict=True)
    ]
    return np.mean(losses)


# %% tags=["figure"]
bigram = bigram_model(training_names, char_to_ix)
bigram_held_out = bigram_nats(held_out_names, bigram, char_to_ix)
print(f"a guess among {len(char_to_ix)} equally likely characters: {np.log(len(char_to_ix)):.2f} nats a character")
print(f"the bigram model, on held-out names:            {bigram_held_out:.2f} nats a character")
text_plots.letter_table(bigram, "".join(char_to_ix), title="Which letter follows which: 1,394 names")

# %% [markdown]
r"""
You can read it: after `q` comes `i` or `u`, `s` and often `x` end names, and `u` goes on with `s` or `r`. It is already much better
than a guess: about 2.2 **nats a character**. (A *nat* is the unit of natural logarithms, as a bit is that of logarithms to
base 2.)

### A longer memory, by counting

Why look one letter back, and not three or five? Count what follows each run of letters $h$, however long. The trouble: most
long runs have been seen once, or never. So the counts of a long context are mixed with the forecast of the context that is
one letter shorter, $h'$, as if that forecast had been seen $k$ times more:

$$P(y \mid h) = \frac{N(h\,y) + k\,P(y \mid h')}{N(h) + k}$$

Where $h$ is well known, its counts decide; where it is new, the shorter context does. This is called *interpolation*, and a
model of contexts of $n-1$ letters an *n-gram* model. How much to trust the shorter context, $k$, may differ with the
length. It is chosen on every tenth of the training names, while the others are counted: the held-out names must not choose.
"""

# %% tags=["figure"]
def count_contexts(names, longest):
    """How often each context of up to `longest` letters was seen, N[h], and how often with each next letter, N[h, y]."""
    counts = Counter()
    for name in names:
        text = "\n" * longest + name + "\n"
        for place in range(longest, len(text)):
            for length in range(longest + 1):
                context = text[place - length : place]
                counts.update([context, (context, text[place])])
    return counts


def ngram_nats(names, counts, trust):
    """The loss in nats a character of counts that are interpolated with trust[length] in the next shorter context."""
    losses, longest = [], len(trust) - 1
    for name in names:
        text = "\n" * longest + name + "\n"
        for place in range(longest, len(text)):
            probability = 1 / len(char_to_ix)
            for length, k in enumerate(trust):
                context = text[place - length : place]
                seen = counts[context, text[place]] + k * probability
                probability = seen / (counts[context] + k)
            losses.append(-np.log(probability))
    return np.mean(losses)


choosing_names = training_names[::10]
counted_names = sorted(set(training_names) - set(choosing_names))
trust, ngram_held_out, ngram_size = [], {}, {}
for longest in range(6):
    counted = count_contexts(counted_names, longest)
    trust.append(min((1, 2, 4, 8, 16, 32), key=lambda k: ngram_nats(choosing_names, counted, [*trust, k])))
    chosen = ngram_nats(choosing_names, counted, trust)
    everything = count_contexts(training_names, longest)
    ngram_size[longest] = len(everything)
    ngram_held_out[longest] = ngram_nats(held_out_names, everything, trust)
    nats = f"{chosen:.3f} nats on names to choose with, {ngram_held_out[longest]:.3f} held out"
    print(f"{longest} letters back: k = {trust[-1]:2}, {nats}, {ngram_size[longest]:6,} counts")

# %% tags=["figure"]
value_plots.curves(
    list(ngram_held_out),
    {"interpolated counts": list(ngram_held_out.values())},
    title="Counting longer contexts helps, for a while",
    x_label="letters that are looked back",
    y_label="nats a character, held out",
)

# %% [markdown]
r"""
Three letters back are far better than one; a fourth adds little, a fifth nothing, while the contexts become ever more and
each of them is seen ever less. The **4-gram** model, which looks three letters back, is the opponent that counts: **1.75
nats a character**. Keep this number in mind.

## The network

A basic recurrent cell reads a letter at each step and predicts the next one. There is nothing to label, since the text
itself is the answer: **what is predicted at one step is the input of the next**, $x^{\langle t+1\rangle} = y^{\langle
t\rangle}$. The first input $x^{\langle 1\rangle}$ is a vector of zeros, "nothing yet", and the last answer is EOS.
"""

# %% tags=["figure"]
text_plots.teacher_forcing("yi")

# %% [markdown]
r"""
On the left is **training**: whatever the network would have said, the next input is the true letter. This is called
*teacher forcing*. Each step is a small exercise of its own, and one early mistake does not spoil the rest of the name.

On the right is **writing**: there is no true letter, so the network's own sample becomes its next input.

**The code of the network is given** in this unit, because you have written one in unit 01. It is another form of the same
thing, made for one name at a time: there is one matrix `Wa` for $[a^{\langle t-1\rangle}; x^{\langle t\rangle}]$, and all
steps stand side by side as columns, so that everything but the recurrence itself is a single product. The backward pass
begins at the loss and never makes a gradient for the inputs, which nobody needs here.

What you know from unit 01 is all there, under these names:

| in `forward` and `backward` | in unit 01, with $m = 1$ |
| --- | --- |
| `Wa[:, :n_a]`, `Wa[:, n_a:]` | `Waa`, `Wax` |
| `driven` | $W_{ax}x^{\langle t\rangle} + b_a$, for all steps at once: inputs wait for nobody |
| `states` | `a`, from `rnn_forward` |
| `errors` | $\hat y - y$, the gradient at what goes into the softmax |
| `from_above` | the vertical gradient, `da`, that `rnn_backward` was given |
| `later` | the horizontal gradient, `da_prev` of the step after |
| `pulls` | `dz`, in `rnn_cell_backward`: both parts, times the slope of the tanh |
| `seen` | $[a^{\langle t-1\rangle}; x^{\langle t\rangle}]$ of all steps; `pulls @ seen.T` is `dWaa` and `dWax` side by side, summed over the steps |

| in code | shape | what it is |
| --- | --- | --- |
| `X` | `(n_x, 1, T)` | the inputs of one name, one-hot, the first one all zeros; $T$ = letters + 1 |
| `Y` | `(1, T)`, integers | the answers: the letters' indices, then 0 for EOS |
| `parameters` | a dictionary | `Wa` `(n_a, n_a + n_x)`, `ba` `(n_a, 1)`, `Wya` `(n_y, n_a)`, `by` `(n_y, 1)`; here $n_x = n_y$ |
| `gradients` | a dictionary | `dWa`, `dba`, `dWya`, `dby`, shaped like what they belong to |
| `a`, `y_pred` | `(n_a, 1, T)`, `(n_y, 1, T)` | hidden states and predicted probabilities of all steps |
| `xt`, `a_prev`, `a_next`, `logits` | `(n_x, 1)`, `(n_a, 1)`, `(n_a, 1)`, `(n_y, 1)` | one step; *logits* are what goes into the softmax |

As before, a function never changes the arrays that it is given.
"""

# %%
def encode(name, char_to_ix):
    """One name as inputs and answers: X (n_x, 1, T) one-hot with a first column of zeros, Y (1, T) integers."""
    indices = [char_to_ix[character] for character in name]
    X = np.zeros((len(char_to_ix), 1, len(name) + 1))
    X[indices, 0, np.arange(1, len(name) + 1)] = 1.0
    return X, np.array([[*indices, char_to_ix["\n"]]])


def initialize_parameters(n_a, n_x, rng):
    """Small random weights for n_a hidden units and n_x characters, biases zero."""
    return {
        "Wa": rng.normal(0, 0.1, (n_a, n_a + n_x)),
        "ba": np.zeros((n_a, 1)),
        "Wya": rng.normal(0, 0.1, (n_x, n_a)),
        "by": np.zeros((n_x, 1)),
    }


def step(xt, a_prev, parameters):
    """One step: xt (n_x, 1), a_prev (n_a, 1) -> a_next (n_a, 1), logits (n_y, 1)."""
    a_next = np.tanh(parameters["Wa"] @ np.concatenate([a_prev, xt]) + parameters["ba"])
    return a_next, parameters["Wya"] @ a_next + parameters["by"]


def forward(X, a_prev, parameters):
    """All steps of one name: X (n_x, 1, T), a_prev (n_a, 1) -> a (n_a, 1, T), y_pred (n_y, 1, T)."""
    n_a = len(a_prev)
    driven = parameters["Wa"][:, n_a:] @ X[:, 0] + parameters["ba"]  # what the inputs add, for all steps at once
    states = np.empty(driven.shape)
    a = a_prev[:, 0]
    for t in range(X.shape[2]):
        a = states[:, t] = np.tanh(parameters["Wa"][:, :n_a] @ a + driven[:, t])
    logits = parameters["Wya"] @ states + parameters["by"]
    return states[:, None], np.exp(logits - np.logaddexp.reduce(logits))[:, None]  # a softmax, by its logarithm


def backward(X, Y, a_prev, a, y_pred, parameters):
    """Gradients of the loss, summed over the steps of one name: a dict of dWa, dba, dWya, dby."""
    n_a, _, T = a.shape
    errors = y_pred[:, 0].copy()
    errors[Y[0], np.arange(T)] -= 1.0  # the gradient at the logits
    from_above = parameters["Wya"].T @ errors
    pulls, later = np.empty((n_a, T)), np.zeros(n_a)
    for t in range(T - 1, -1, -1):
        pulls[:, t] = (from_above[:, t] + later) * (1.0 - a[:, 0, t] ** 2)
        later = parameters["Wa"][:, :n_a].T @ pulls[:, t]
    seen = np.concatenate([np.concatenate([a_prev, a[:, 0, :-1]], axis=1), X[:, 0]])  # [a; x] of every step
    return {
        "dWa": pulls @ seen.T,
        "dba": pulls.sum(axis=1, keepdims=True),
        "dWya": errors @ a[:, 0].T,
        "dby": errors.sum(axis=1, keepdims=True),
    }


# %% [markdown]
r"""
## How probable is a name?

### Exercise 2: `log_probability` (12 points)

The chain rule, at work: $P(\texttt{yi}) = P(\texttt{y})\cdot P(\texttt{i}\mid\texttt{y})\cdot P(\text{EOS}\mid\texttt{yi})$.
A product of many numbers below 1 soon becomes too small for a `float64`, so one adds logarithms instead:

$$\log P(\text{name}) = \sum_{t=1}^{T} \log \hat y^{\langle t\rangle}_{\,y^{\langle t\rangle}}$$

where the index picks, at each step, the probability that the network gave to what really came.

- `name` is a string without a newline, perhaps an empty one; `parameters` and `char_to_ix` as above.
- Start from a hidden state of zeros. Count the end: the last factor is the probability of EOS.
- Return one number, the natural logarithm, in *nats*. For a text of several hundred letters it must still be right.

<details><summary>Hint 1: a nudge</summary>

Everything is there: `encode` makes the inputs and the answers, `forward` makes the probabilities. What is left is to pick
one number from each column and to add up.

</details>

<details><summary>Hint 2: the plan</summary>

`X, Y = encode(name, char_to_ix)`; a state of zeros with as many rows as `ba`; `forward` gives `y_pred`, `(n_y, 1, T)`.
At step `t` the right character is `Y[0, t]`. Take the logarithm of each picked probability *before* you add.

</details>

<details><summary>Hint 3: nearly the line</summary>

`y_pred[Y[0], 0, np.arange(T)]` picks one probability a step, with no loop. Then `np.log`, then `np.sum`.

</details>
"""

# %% exercise="log_probability"
def log_probability(name, parameters, char_to_ix):
    """The logarithm of the probability that the network gives to a name and its end.

    Args:
        name: a string without a newline; may be empty.
        parameters: dict of Wa (n_a, n_a + n_x), ba (n_a, 1), Wya (n_y, n_a), by (n_y, 1).
        char_to_ix: dict from character to index.

    Returns:
        log P(name, then EOS) in nats, one number, at most 0.
    """
    ### BEGIN SOLUTION
    X, Y = encode(name, char_to_ix)
    a_prev = np.zeros(parameters["ba"].shape)
    _, y_pred = forward(X, a_prev, parameters)
    steps = np.arange(Y.shape[1])
    return float(np.sum(np.log(y_pred[Y[0], 0, steps])))
    ### END SOLUTION


# %% check="log_probability" points=12
checks.log_probability(log_probability)

# %% tags=["figure"]
untrained = initialize_parameters(50, len(char_to_ix), np.random.default_rng(20))
for name in ("yi", "stegosaurus", "zzzzzzzzzzz"):
    guess = -np.log(len(char_to_ix)) * (len(name) + 1)
    print(f"{name:12} log P = {log_probability(name, untrained, char_to_ix):7.2f}   (equally likely letters: {guess:7.2f})")

# %% [markdown]
r"""
The untrained network finds nonsense as good as *stegosaurus*. Note that a long name is always less probable than a short
one. To compare fairly, we divide by the number of characters.

### Exercise 3: `perplexity` (8 points)

The average loss of a character is $-\frac1N \sum \log P$, where the sum goes over all names and $N$ counts all their
characters, each name's end included. Its exponential is the **perplexity**: a model with perplexity 6 is as unsure as
somebody who has to choose between 6 equally likely characters at each step. Lower is better, and 1 would be an oracle.

- `names` is a list of strings, not empty. Return one number, at least 1.
- It is an average over *characters*: a long name counts more than a short one.

<details><summary>Hint 1: a nudge</summary>

How many predictions does the network make for a name of 11 letters?

</details>

<details><summary>Hint 2: the plan</summary>

Add up `log_probability` of all names, add up `len(name) + 1` of all names, divide once at the end, and mind the sign.

</details>

<details><summary>Hint 3: nearly the line</summary>

`np.exp(-total / characters)`, where `total = sum(log_probability(name, parameters, char_to_ix) for name in names)`.

</details>
"""

# %% exercise="perplexity"
def perplexity(names, parameters, char_to_ix):
    """How unsure the network is, as a number of equally likely characters.

    Args:
        names: list of strings.
        parameters, char_to_ix: as in log_probability.

    Returns:
        exp of the mean loss a character, one number; each name's end is a character, too.
    """
    ### BEGIN SOLUTION
    total = sum(log_probability(name, parameters, char_to_ix) for name in names)
    characters = sum(len(name) + 1 for name in names)
    return float(np.exp(-total / characters))
    ### END SOLUTION


# %% check="perplexity" points=8
checks.perplexity(perplexity)

# %% tags=["figure"]
print(f"untrained network, held-out names: perplexity {perplexity(held_out_names, untrained, char_to_ix):.1f}")
print(f"bigram model, held-out names:      perplexity {np.exp(bigram_held_out):.1f}")

# %% [markdown]
r"""
## Writing names

### Exercise 4: `softmax_temperature` (8 points)

At each step the network offers a distribution over the next letter. Always taking the most likely one is **greedy**, and
dull: one and the same name, for ever. Choosing among all letters alike is **uniform**, and noise. A **temperature**
$\tau$ goes from the one to the other. It divides the logits before the softmax:

$$p = \operatorname{softmax}(z / \tau)$$

Low temperature makes large differences larger; high temperature evens them out; $\tau = 1$ is what the network means.

- `logits` is `(n_y, m)`, the softmax runs over the characters, axis 0, in each column by itself; `temperature` is a number
  above 0.
- Return `(n_y, m)`, each column summing to 1. Logits of many hundreds, or a temperature of 0.01, must not make `inf` or
  `nan`.

<details><summary>Hint 1: a nudge</summary>

The softmax of unit 01 took something away from the logits before `np.exp`. What was it, and why does it change nothing else?

</details>

<details><summary>Hint 2: the plan</summary>

Divide first, then apply a safe softmax. Dividing probabilities by the temperature instead would do nothing: a factor goes away
when the column is made to sum to 1.

</details>

<details><summary>Hint 3: nearly the line</summary>

Take away `np.max(…, axis=0)` from the quotient, apply `np.exp`, and divide by `np.sum(…, axis=0)`.

</details>
"""

# %% exercise="softmax_temperature"
def softmax_temperature(logits, temperature):
    """Probabilities of the next character at a temperature.

    Args:
        logits: (n_y, m).
        temperature: a number above 0; 1 leaves the network's own probabilities.

    Returns:
        probabilities: (n_y, m); each column sums to 1.
    """
    ### BEGIN SOLUTION
    cooled = logits / temperature
    powers = np.exp(cooled - np.max(cooled, axis=0))
    return powers / np.sum(powers, axis=0)
    ### END SOLUTION


# %% check="softmax_temperature" points=8
checks.softmax_temperature(softmax_temperature)

# %% tags=["figure"]
after_e = np.log(bigram[char_to_ix["e"]])[:, None]  # the logarithms of probabilities are logits
text_plots.temperature_strip(
    {tau: softmax_temperature(after_e, tau)[:, 0] for tau in (0.1, 0.5, 1.0, 2.0, 10.0)},
    "".join(char_to_ix),
    title="What follows an e in the bigram model, at five temperatures",
)

# %% [markdown]
r"""
### Exercise 5: `sample` (18 points)

Now write a name. This is the right-hand side of the picture above: the network's own output goes back in.

- Begin with $x^{\langle 1\rangle}$ and $a^{\langle 0\rangle}$ all zeros. At each step compute the logits with the given
  `step`, make probabilities at the temperature, **draw** an index from them, and feed it back as a one-hot column.
- Stop after EOS, the index of `"\n"`, has been drawn, or when `max_length` indices have been drawn.
- Return the list of the drawn indices, as Python integers, **with the EOS at its end** if it was drawn: the list is
  then a complete `Y`. Its length is at most `max_length`.
- All chance comes from `rng`, a `numpy.random.Generator`. Draw from it, and from nothing else: whoever passes a generator
  with the same state gets the same name. Leave NumPy's global generator alone (`np.random.seed`, `np.random.choice`,
  `np.random.rand`): it belongs to everybody.

<details><summary>Hint 1: a nudge</summary>

What does a step need from the step before it? Two things: one of them the network has made, the other one chance.

</details>

<details><summary>Hint 2: the plan</summary>

Before the loop: `xt` of zeros `(n_x, 1)`, `a` of zeros like `ba`, an empty list. In the loop: `step`, then
`softmax_temperature`, which gives `(n_y, 1)`; `rng.choice` wants a flat array of probabilities; append; leave the loop if it
was EOS; else make a new `xt` of zeros with a single 1.

</details>

<details><summary>Hint 3: nearly the line</summary>

`index = int(rng.choice(len(probabilities), p=probabilities[:, 0]))`. After appending it: `if index == char_to_ix["\n"]:
break`. Loop with `while len(indices) < max_length:` or `for _ in range(max_length):`.

</details>
"""

# %% exercise="sample"
def sample(parameters, char_to_ix, rng, temperature=1.0, max_length=50):
    """Let the network write one name.

    Args:
        parameters: dict of Wa (n_a, n_a + n_x), ba (n_a, 1), Wya (n_y, n_a), by (n_y, 1).
        char_to_ix: dict from character to index; "\n" is EOS.
        rng: numpy.random.Generator, the only source of chance.
        temperature: a number above 0.
        max_length: how many indices to draw at most.

    Returns:
        indices: list of int; ends with EOS, unless max_length came first.
    """
    ### BEGIN SOLUTION
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
    return indices
    ### END SOLUTION


# %% check="sample" points=18
checks.sample(sample)

# %%
def as_name(indices, ix_to_char):
    """A list of indices as text, without its EOS."""
    return "".join(ix_to_char[index] for index in indices).strip("\n")


# %% tags=["figure"]
untrained_rng = np.random.default_rng(21)
for _ in range(4):
    print(as_name(sample(untrained, char_to_ix, untrained_rng), ix_to_char))

# %% [markdown]
r"""
Noise, as it should be: nothing has been learnt yet.

## Clipping gradients

Training a recurrent network has a danger of its own. On its way back through time the gradient is multiplied by the same
matrix at every step, and unit 01 has shown what comes of it: it vanishes, or it *explodes*. Nearly all steps of a
training are harmless, and then one of them is far too large and throws away much of what was learnt.
"""

# %%
def gradient_sizes(scale, names, char_to_ix):
    """The size of the gradient of each name for random weights, the recurrent ones being that much larger than usual."""
    rng = np.random.default_rng(22)
    parameters = initialize_parameters(50, len(char_to_ix), rng)
    parameters["Wa"][:, :50] = scale * np.linalg.qr(rng.normal(size=(50, 50)))[0]
    sizes = []
    for name in names:
        X, Y = encode(name, char_to_ix)
        a_prev = np.zeros((50, 1))
        a, y_pred = forward(X, a_prev, parameters)
        gradients = backward(X, Y, a_prev, a, y_pred, parameters)
        sizes.append(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values())))
    return np.array(sizes)


# %% tags=["figure"]
some_names = sorted(training_names[::10], key=len)
sizes = {scale: gradient_sizes(scale, some_names, char_to_ix) for scale in (2.0, 1.5, 1.0)}
longer = sizes[2.0] / sizes[1.0]
tenth = len(some_names) // 10
print("twice the recurrent weights make the gradient")
print(f"    {longer[:tenth].mean():.1f} times as long for the shortest tenth of the names")
print(f"    {longer[-tenth:].mean():.1f} times as long for the longest tenth")
value_plots.curves(
    np.arange(len(some_names)),
    {f"recurrent weights × {scale}": values for scale, values in sizes.items()},
    title="The size of the gradient, for names from short to long",
    x_label="name, the shortest one first",
    y_label="size of the gradient",
    log=True,
)

# %% [markdown]
r"""
With recurrent weights twice as large, the gradient is not twice but several times as large: about four times for the
shortest names, about eight times for the longest. Weights grow while a network learns, and nobody watches them. The cure is
crude, and works: **clip** the gradient before using it.

### Exercise 6: `clip` (7 points)

Clipping **by value** limits every single number to the range from `-max_value` to `max_value`.

- `gradients` is a dictionary of arrays, whatever the keys and shapes. Return a **new** dictionary with the same keys; the
  given one and its arrays stay as they are.

<details><summary>Hint 1: a nudge</summary>

NumPy has a function for it, and its name is no secret. What does its `out` argument do, and do you want that here?

</details>

<details><summary>Hint 2: the plan</summary>

A new dictionary, made from the items of the old one; every array goes through `np.clip`, which returns a new array when
it is not told otherwise.

</details>

<details><summary>Hint 3: nearly the line</summary>

`{name: np.clip(gradient, …, …) for name, gradient in gradients.items()}`

</details>
"""

# %% exercise="clip"
def clip(gradients, max_value):
    """Clip gradients by value.

    Args:
        gradients: dict of arrays of any shapes; not changed.
        max_value: a number above 0.

    Returns:
        clipped: a new dict with the same keys; every number lies between -max_value and max_value.
    """
    ### BEGIN SOLUTION
    clipped = {}
    for name, gradient in gradients.items():  # np.clip does the same to an array in one call
        too_large = np.abs(gradient) > max_value
        clipped[name] = gradient.copy()
        clipped[name][too_large] *= max_value / np.abs(gradient[too_large])
    return clipped
    ### END SOLUTION


# %% check="clip" points=7
checks.clip(clip)

# %% [markdown]
r"""
### Exercise 7: `clip_by_norm` (8 points)

Clipping by value bends the gradient: large numbers are cut and small ones are not, so the step no longer points straight
downhill. Clipping **by norm** keeps the direction. Take *all* numbers of *all* arrays as one long vector, with the length

$$\lVert g\rVert = \sqrt{\textstyle\sum_{\text{arrays}} \sum_{\text{entries}} g^2}$$

If it is longer than `max_norm`, every array is multiplied by the same factor $\texttt{max\_norm} / \lVert g\rVert$. If it is
not, nothing changes.

- Again a new dictionary; the given one stays as it is. Gradients that are all zero stay zero.

<details><summary>Hint 1: a nudge</summary>

One norm for everything together, not one for each array. Which comparison decides whether to scale?

</details>

<details><summary>Hint 2: the plan</summary>

Add the sums of squares of all arrays, take the root once. The factor is 1 while the norm is at most `max_norm`; only else
divide. So zero never gets into the denominator.

</details>

<details><summary>Hint 3: nearly the line</summary>

`norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))`, then `factor = max_norm / norm if norm >
max_norm else 1.0`.

</details>
"""

# %% exercise="clip_by_norm"
def clip_by_norm(gradients, max_norm):
    """Clip gradients by their common norm.

    Args:
        gradients: dict of arrays of any shapes; not changed.
        max_norm: a number above 0.

    Returns:
        clipped: a new dict with the same keys: all arrays times one factor, so that their norm is at most max_norm.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: factor * gradient for name, gradient in gradients.items()}
    ### END SOLUTION


# %% check="clip_by_norm" points=8
checks.clip_by_norm(clip_by_norm)

# %% tags=["figure"]
steep = {"dW": np.array([9.0, 3.0])}
text_plots.clipped_arrows(
    steep["dW"],
    {"by value, 5": clip(steep, 5.0)["dW"], "by norm, 5": clip_by_norm(steep, 5.0)["dW"]},
    title="A gradient of two numbers, and what is left of it",
)

# %% [markdown]
r"""
Both keep the steps short, and both are used; we take the simpler one. You will see below what it saves. Clipping cures
explosions only. A gradient that has vanished does not come back by being clipped: that takes gates.

## One step of learning

### Exercise 8: `optimize` (12 points)

**Stochastic gradient descent**: take one name, see how badly it was predicted, and move every parameter a little way against
its gradient.

1. `forward` gives `a` and `y_pred`;
2. the loss of the name is the sum over its steps of $-\log$ of the probability of the right character: the number of
   exercise 2 with the sign turned, from the state `a_prev`. It is a **sum** over the steps, as in unit 01, and no mean: a
   name of twelve letters has thirteen terms to learn from, one of six letters seven. (Divided by the number of steps, the
   gradient would be shorter, and the same learning rate a smaller one. Keras takes means, as you will see in unit 03.)
3. `backward` gives the gradients of that sum; clip them with your `clip` at `max_value`;
4. $W \leftarrow W - \alpha\, dW$ for each parameter, $\alpha$ being the learning rate.

- Return four things: the **new** parameters (a new dictionary, the given one stays as it is), the loss (before the step, one
  number), the clipped gradients, and `a_last` `(n_a, 1)`, the hidden state after the last step. We do not need `a_last` for
  names, which all start afresh; a text that is cut into pieces would go on with it.

<details><summary>Hint 1: a nudge</summary>

The gradient of `Wa` is called `dWa`, and so on: the name of the parameter with a `d` before it.

</details>

<details><summary>Hint 2: the plan</summary>

Five lines in the order of the list above, and a return. For the loss pick from `y_pred` as in exercise 2. For the update
make a new dictionary with `value - learning_rate * gradient`; `-=` would change the arrays that you were given.

</details>

<details><summary>Hint 3: nearly the line</summary>

`new_parameters = {name: value - learning_rate * gradients[f"d{name}"] for name, value in parameters.items()}`; the state
after the last step is `a[:, :, -1]`.

</details>
"""

# %% exercise="optimize"
def optimize(X, Y, a_prev, parameters, learning_rate=0.01, max_value=5.0):
    """One step of stochastic gradient descent on one name.

    Args:
        X: (n_x, 1, T), the inputs, one-hot.
        Y: (1, T), the indices of the right characters.
        a_prev: (n_a, 1), the hidden state before the first step.
        parameters: dict of Wa (n_a, n_a + n_x), ba (n_a, 1), Wya (n_y, n_a), by (n_y, 1); not changed.
        learning_rate: the length of the step.
        max_value: gradients are clipped to this value.

    Returns:
        new_parameters: dict like parameters, after the step.
        loss: the loss before the step, summed over the T steps, in nats.
        gradients: dict of dWa, dba, dWya, dby, clipped.
        a_last: (n_a, 1), the hidden state after the last step.
    """
    ### BEGIN SOLUTION
    a, y_pred = forward(X, a_prev, parameters)
    loss = -np.sum(np.log(y_pred[Y[0], 0, np.arange(Y.shape[1])]))
    gradients = clip(backward(X, Y, a_prev, a, y_pred, parameters), max_value)
    new_parameters = {name: value - learning_rate * gradients[f"d{name}"] for name, value in parameters.items()}
    return new_parameters, loss, gradients, a[:, :, -1]
    ### END SOLUTION


# %% check="optimize" points=12
checks.optimize(optimize)

# %% tags=["figure"]
X_yi, Y_yi = encode("yi", char_to_ix)
learner, yi_losses = untrained, []
for _ in range(60):
    learner, loss, _, _ = optimize(X_yi, Y_yi, np.zeros((50, 1)), learner, learning_rate=0.03)
    yi_losses.append(loss)
value_plots.curves(
    np.arange(1, 61),
    {"loss": yi_losses},
    title="Sixty steps on one name: the network learns “yi” by heart",
    x_label="steps",
    y_label="nats",
)

# %% [markdown]
r"""
### Exercise 9: `smooth` (4 points)

One name a step makes a jumpy loss: *Yi* is easy or hard, *Micropachycephalosaurus* is what it is, and none of this says how
training goes. A **running average** shows the trend. Each new value moves it only a little:

$$s_0 = \ell_0, \qquad s_k = w\, s_{k-1} + (1 - w)\, \ell_k$$

- `losses` is a list or an array of numbers, not empty; `weight` $w$ is between 0 and 1, near 1 for a smooth curve. Return an array
  of the same length.

<details><summary>Hint 1: a nudge</summary>

The first value is taken as it is. What does each later one need?

</details>

<details><summary>Hint 2: the plan</summary>

A loop with one number that is carried along, and a list that collects it; `np.array` at the end.

</details>

<details><summary>Hint 3: nearly the line</summary>

`average = weight * average + (1 - weight) * loss`

</details>
"""

# %% exercise="smooth"
def smooth(losses, weight=0.99):
    """The running average of a sequence of losses.

    Args:
        losses: n numbers, a list or an array.
        weight: how much of the old average stays at each step, between 0 and 1.

    Returns:
        smoothed: array (n,); begins with the first loss.
    """
    ### BEGIN SOLUTION
    average, smoothed = losses[0], []
    for loss in losses:
        average = weight * average + (1 - weight) * loss
        smoothed.append(average)
    return np.array(smoothed)
    ### END SOLUTION


# %% check="smooth" points=4
checks.smooth(smooth)

# %% [markdown]
r"""
### Exercise 10: `train_model` (8 points)

- An **epoch** goes through *all* names once, one step of `optimize` for each, in a random order that is drawn from `rng`
  anew for every epoch. (In the order of the alphabet the network would forget the *A*s over the *Z*s.)
- Every name begins with a hidden state of zeros.
- Start from the given `parameters` and return the trained ones, together with the losses: one number a step, the loss of that
  name **divided by its number of characters, EOS included**: a mean, so that names of different lengths can be compared
  (the steps still follow the gradient of the sum). Nothing
  that is passed in is changed, the list of names included.

<details><summary>Hint 1: a nudge</summary>

Shuffle indices, not the caller's list. What must each step hand on to the next one?

</details>

<details><summary>Hint 2: the plan</summary>

Two loops: over epochs, and over `rng.permutation(len(names))`. Inside: `encode` the name, call `optimize`, keep the
parameters that it returns, append the loss divided by the number of steps, `Y.shape[1]`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`parameters, loss, _, _ = optimize(X, Y, np.zeros(parameters["ba"].shape), parameters, learning_rate, max_value)`

</details>
"""

# %% exercise="train_model"
def train_model(names, parameters, char_to_ix, rng, epochs=1, learning_rate=0.01, max_value=5.0):
    """Train the network on names, one name a step.

    Args:
        names: list of strings; not changed.
        parameters: where to start from; not changed.
        char_to_ix: dict from character to index.
        rng: numpy.random.Generator; draws the order of the names, anew in each epoch.
        epochs: how often each name is seen.
        learning_rate, max_value: as in optimize.

    Returns:
        trained: dict like parameters.
        losses: epochs * len(names) numbers, in the order of the steps: nats a character.
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        for index in rng.permutation(len(names)):
            X, Y = encode(names[index], char_to_ix)
            a_prev = np.zeros(parameters["ba"].shape)
            parameters, loss, _, _ = optimize(X, Y, a_prev, parameters, learning_rate, max_value)
            losses.append(loss / Y.shape[1])
    return parameters, np.array(losses)
    ### END SOLUTION


# %% check="train_model" points=8
checks.train_model(train_model)

# %% [markdown]
r"""
## What clipping saves

Before we let it learn properly, an accident. The same network learns the same names in the same order, three times, with
steps that are far too long: a learning rate of 0.1. First without clipping, then clipped at 5, then clipped hard.
"""

# %% tags=["training"]
accident_names = training_names[::2]
accidents, after_accident = {}, {}
for limit, how in ((np.inf, "no clipping"), (5.0, "clipped at 5"), (0.3, "clipped at 0.3")):
    hasty_rng = np.random.default_rng(26)
    hasty = initialize_parameters(50, len(char_to_ix), hasty_rng)
    hasty, hasty_losses = train_model(accident_names, hasty, char_to_ix, hasty_rng, 1, learning_rate=0.1, max_value=limit)
    accidents[how] = smooth(hasty_losses, 0.98)
    after_accident[how] = np.log(perplexity(held_out_names, hasty, char_to_ix))
    print(f"{how:15} held out {after_accident[how]:6.2f} nats a character after {len(hasty_losses)} names")

# %% tags=["figure"]
value_plots.curves(
    np.arange(1, len(accident_names) + 1),
    accidents | {"equally likely letters": np.full(len(accident_names), np.log(len(char_to_ix)))},
    title="Steps that are far too long, and what clipping saves",
    x_label="steps (names)",
    y_label="nats a character, running average",
    log=True,
)

# %% [markdown]
r"""
Without clipping the network ends up far worse than somebody who knows nothing: it is sure of what is wrong. Clipped hard, the
same steps in the same order teach it something. It would do better still with a smaller learning rate, and that is what we
take now, with the limit at 5: a belt, in case of a bend.

## Let it learn

Fifty hidden units, 1,394 names, eight epochs; the last three with smaller and smaller steps, so that the parameters come to
rest. After each epoch we look at the held-out names, and let the network write one name, always from the same state of the
generator.
"""

# %% tags=["training"]
train_rng = np.random.default_rng(23)
trained = initialize_parameters(50, len(char_to_ix), train_rng)
losses, story = [], [(0, np.log(perplexity(held_out_names, trained, char_to_ix)), "")]
train_seconds = 0.0
for epoch, learning_rate in enumerate([0.01] * 5 + [0.005, 0.002, 0.001], start=1):
    began = time.process_time()  # processor time: what else the computer does is not counted
    trained, epoch_losses = train_model(training_names, trained, char_to_ix, train_rng, 1, learning_rate)
    train_seconds += time.process_time() - began
    losses.extend(epoch_losses)
    held_out_nats = np.log(perplexity(held_out_names, trained, char_to_ix))
    example = as_name(sample(trained, char_to_ix, np.random.default_rng(24)), ix_to_char)
    story.append((len(losses), held_out_nats, example))
    print(f"epoch {epoch:2}   held out {held_out_nats:.3f} nats a character   {example}")
print(f"{len(losses):,} steps in {train_seconds:.1f} s of processor time")

# %% tags=["figure"]
text_plots.training_story(
    smooth(losses, 0.995),
    story,
    baselines={
        "equally likely letters": np.log(len(char_to_ix)),
        "bigram model": bigram_held_out,
        "4-gram model": ngram_held_out[3],
    },
    title="The loss as training goes, and what the network writes meanwhile",
)

# %% [markdown]
r"""
After one epoch it has the sound, and has passed the bigram model; later it gets longer stretches right. The 4-gram is harder to
beat: the network gets there only at the end, and wins by little. With so few names, counting is a strong opponent, and who
does not look for the strongest one will think too well of a network. But look at what each of the two has to keep:
"""

# %% tags=["figure"]
n_parameters = sum(parameter.size for parameter in trained.values())
print(f"network: {n_parameters:,} numbers, {story[-1][1]:.3f} nats a character held out")
print(f"4-gram:  {ngram_size[3]:,} numbers, {ngram_held_out[3]:.3f} nats a character held out")

# %% [markdown]
r"""
Every further letter of memory costs thousands of counts more, and what was counted after one context says nothing about the
next. The network's size does not depend on how far it looks back.

## Is it any good?

Held-out loss says how well the network *judges* names. Whether it *invents* them is another question: a network that had
learnt the list by heart would write perfect names, all of them known. So let it write 200, and count those that are in
no list.
"""

# %% tags=["training"]
write_rng = np.random.default_rng(25)
written = [as_name(sample(trained, char_to_ix, write_rng), ix_to_char) for _ in range(200)]
novel_share = np.mean([name not in set(training_names) for name in written])
results = {
    "held_out_nats": float(np.log(perplexity(held_out_names, trained, char_to_ix))),
    "train_seconds": train_seconds,
    "novel_share": float(novel_share),
}
print(f"held out: {results['held_out_nats']:.3f} nats a character, perplexity {np.exp(results['held_out_nats']):.2f}")
print(f"{novel_share:.0%} of {len(written)} names are new. For example:")
print(", ".join(name.capitalize() for name in written[:24]))

# %% [markdown]
r"""
### What does it know?

Read a name along with the network. Each column is its forecast after the letters up to there; the circle is what really came.
A dark circle was no surprise.
"""

# %% tags=["figure"]
def forecasts(name):
    """The next-letter probabilities at every step of a name: (n_y, T)."""
    X, _ = encode(name, char_to_ix)
    return forward(X, np.zeros(trained["ba"].shape), trained)[1][:, 0]


text_plots.next_letter_heat(
    forecasts("achelousaurus"),
    "achelousaurus",
    "".join(char_to_ix),
    title="“achelousaurus”, a held-out name, letter by letter",
)

# %% [markdown]
r"""
At first nearly everything is possible. By and by the name narrows down. The surprises are in the first part, which is this
name's own; from *-saur-* on the network could go on alone. It was never told that names have parts.

### From dull to wild

The same network, the same states of the generator, six temperatures.
"""

# %% tags=["figure"]
text_plots.sample_table(
    {
        tau: [
            as_name(sample(trained, char_to_ix, np.random.default_rng(seed), tau, 24), ix_to_char)
            for seed in range(30, 35)
        ]
        for tau in (0.05, 0.3, 0.7, 1.0, 1.5, 3.0)
    },
    known=training_names,
    title="Five names at each temperature; grey ones are in the training list",
)

# %% [markdown]
r"""
Near zero it is greedy: nearly the same name again and again, whatever the chance. In the middle, names that a museum might
have. High up, the letters no longer know each other.

**Use your model as a judge.** It is a language model, so it can tell how dinosaur-like any word is. Put in your own name.
"""

# %% tags=["figure"]
for word in ("brontosaurus", "raptor", "professor", "unrolled", "keyboard", "qqqq"):
    nats = -log_probability(word, trained, char_to_ix) / (len(word) + 1)
    print(f"{word:14} {nats:5.2f} nats a character")

# %% [markdown]
r"""
### Written question 1: characters or words? (4 points)

You are to build a language model of the posts in a forum about fossils, where people write about new finds, and make
typing errors. In five to ten sentences:

1. What happens to a new name such as *Yi* in a model with a fixed vocabulary of words? And in a model of characters?
2. What does the model of characters pay for that? Name two things.
3. Both models need an EOS token. What would go wrong in `sample` without it, and what would be wrong with $P(\text{post})$?
4. Why can the two models' losses *per token* not be compared, and what could be compared instead?
"""

# %% [markdown] answer="characters_or_words" points=4
r"""
**Your answer to written question 1.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. Words: it becomes UNK, together with all other unknown words and misspellings, so it can be neither told apart nor
   written. Characters: it is read and written like anything else, there is no UNK.
2. Two of: sequences several times longer, so more steps and more time; dependencies between words are further apart in
   steps (vanishing gradients, a basic cell forgets); spelling has to be learnt before anything else; at equal size the model
   knows less about meaning.
3. `sample` would never end by itself, only at `max_length`. Without an end the probabilities would only be those of
   "begins with this text": they would not sum to 1 over all texts of all lengths, and a short text would always win
   against its continuation.
4. A token is a different amount of text: few hard decisions against many easy ones. Compare the loss of the same whole
   text, or per character (or bits a byte) of the same text, with nothing turned into UNK.

Half a point for the right direction without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
### Written question 2: the teacher leaves (4 points)

In five to ten sentences:

1. What is the input at step $t+1$ during training, and what is it in `sample`? Why is it done like this in training?
2. In `sample`, what may follow from one unlucky letter that never occurred in such a place in training?
3. Look at the table of temperatures. What do a very low and a very high temperature do to the distribution, and why is neither
   a good way to write names?
4. Clipping is used in training. Which problem does it solve, which one does it not solve, and what does clipping by value do
   to the direction of the step that clipping by norm does not?
"""

# %% [markdown] answer="teacher_forcing" points=4
r"""
**Your answer to written question 2.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. Training: the true letter $y^{\langle t\rangle}$ (teacher forcing); `sample`: the letter that was drawn. In training all
   steps are then useful at once, from the first epoch on; else the inputs would be noise while the network is bad, and the
   right answer at later steps would not even be defined.
2. The network is then in a state that it has never been trained in, so its next forecasts are unreliable, and errors can pile up
   (exposure bias). Also right: it has learnt nothing about recovering.
3. Low: nearly all probability on the most likely letter, greedy: the same name again and again, or a loop. High: nearly
   uniform: letters that do not belong together. In between there is variety that still sounds right.
4. It solves exploding gradients (one too large step), not vanishing ones. By value: large components are cut and small ones are
   not, so the direction changes; by norm: all are scaled by one factor, the direction stays.

Half a point for the right direction without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Summary

- A **language model** gives a probability to a text. The chain rule makes it a product of next-token probabilities.
- **Characters** need a tiny vocabulary and no UNK; sequences are long. **EOS** is a token that is predicted like any other.
- In training the text is its own answer, shifted by one: $x^{\langle t+1\rangle} = y^{\langle t\rangle}$, **teacher forcing**. In
  writing, the network's own **samples** take the teacher's place.
- The loss a character in nats, or its exponential, the **perplexity**, on **held-out** text, is how models are compared.
- **Temperature** divides the logits: greedy near 0, the model's own opinion at 1, uniform far above.
- Recurrent gradients can **explode**; **clipping** by value or by norm keeps a single bad step from ruining everything.
- A noisy loss is read through a **running average**.

## Where to read on

- C. Shannon, *A mathematical theory of communication* (1948): letters drawn at random, with longer and longer memories, by hand.
- Y. Bengio and colleagues, *A neural probabilistic language model* (2003); T. Mikolov and colleagues, *Recurrent neural
  network based language model* (2010).
- I. Sutskever, J. Martens, G. Hinton, *Generating text with recurrent neural networks* (2011): characters.
- A. Graves, *Generating sequences with recurrent neural networks* (2013): text and handwriting from LSTMs.
- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks* (2013): explosions, and clipping by
  norm.
- R. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks* (1989): teacher forcing.
- A. Holtzman and colleagues, *The curious case of neural text degeneration* (2020): why greedy text is dull.

**Next**, in unit 03, an LSTM in Keras learns to improvise over chords.
"""
