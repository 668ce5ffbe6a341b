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
# Unit 05 · Translating dates: an encoder, a decoder, and attention between them

*Wednesday the 3rd of May, 1995* · *3. Mai 95* · *le 3 mai 1995* · *1995/05/03*. People write one day in a hundred ways;
a computer wants one: `1995-05-03`. To get from the one to the other is translation in miniature. What comes in and what
goes out differ in length and in order, no letter stands for a letter, and to write the first digit of the year one has
to look at the end of the line.

In unit 04 there was an answer for every word that came in. Here the lengths have nothing to do with each other,
$T_x \ne T_y$, and so we need two networks: one that reads, one that writes. And something between them that this unit is
really about: **attention**, by which the writer looks back at the place in the text that matters now.

**What you will build**

- attention itself, in NumPy, in three small functions, and then as a Keras layer that gives the same numbers;
- an encoder (a bidirectional LSTM) and a decoder (an LSTM) with attention between them, trained from scratch;
- the picture that made attention famous: where the network looked while it wrote each character, for a date *you* type;
- the same network without attention, to see what it cannot do.

**Time.** Half a day of work, in as many sittings as you like. The computer needs about two minutes for the whole
notebook, nearly all of it in two trainings, without a GPU.

**How it works.** Each exercise is one function (once a class). Replace `raise NotImplementedError` by your code, run the
cell, then run the check under it: it tells you what is right and what is not yet. Above each answer three hints are
folded away, from a nudge to nearly the line. There are 100 points: 92 for eleven exercises, 8 for two written answers.
"""

# %% [markdown]
r"""
## Names and shapes

| Symbol | In code | Shape | What it is |
| --- | --- | --- | --- |
| $m$ | `m` | number | texts in the batch |
| $T_x,\ T_y$ | `T_x`, `T_y` | numbers | steps of the encoder (characters read), steps of the decoder (characters written) |
| $x^{\langle t'\rangle}$ | `ids` | `(m, T_x)` | the text, each character as a whole number, padded at the end |
| | `mask` | `(m, T_x)`, bool | True where there is text, False where there is padding |
| $n_a$ | `n_a` | number | units of the encoder's LSTM, in each of its two directions |
| $a^{\langle t'\rangle}$ | `a` | `(m, T_x, 2 n_a)` | what the encoder says at each step, both directions side by side |
| $n_s$ | `n_s` | number | units of the decoder's LSTM |
| $s^{\langle t\rangle},\ c^{\langle t\rangle}$ | `s`, `c` | `(m, n_s)` | hidden state and memory of the decoder |
| $e^{\langle t,t'\rangle}$ | `energies` | `(m, T_x)` | at step $t$ of the decoder: how much place $t'$ of the text matters, any number |
| $\alpha^{\langle t,t'\rangle}$ | `weights` | `(m, T_x)` | the same as shares: not negative, they sum to 1 over $t'$ |
| | `context` | `(m, 2 n_a)` | what the decoder reads at step $t$: the mean of $a$, weighted by $\alpha$ |
| $\hat y^{\langle t\rangle}$ | `probabilities` | `(m, n_machine)` | of each character to be the one to write |

The reader's step is $t'$ and the writer's is $t$. Mixing up these two is the mistake that everybody makes once.
"""

# %%
import time

import numpy as np

from unrolled.quiet import quietly

with quietly():  # TensorFlow greets at length when it is imported
    import keras

from keras import layers, ops

from unrolled.checks import date_translation as checks
from unrolled.datasets import dates
from unrolled.plots import attention as attention_plots
from unrolled.plots import values as value_plots

PAD, UNKNOWN = 0, 1  # numbers that stand for no character: padding, and a character that is in no vocabulary

# %% [markdown]
r"""
## The dates

20,000 dates to learn from and 2,000 to measure with, of the hundred years from 1950 to 2049, in seven languages and some
seventy formats. They were made by a program of ours (`data/dates`) from the *Unicode CLDR*, the collection of what the
world's languages call months and days and how they order them. No day of the 2,000 is among the days of the 20,000: a
network that learns its examples by heart will fail.

What nobody could know is left out. *03/04/2011* is in March for one half of the world and in April for the other. And
two digits stand for a year of those hundred, so *95* is 1995 and *12* is 2012.
"""

# %% tags=["figure"]
training_pairs, held_out_pairs = dates.load_pairs()
print(f"{len(training_pairs):,} pairs to learn from, {len(held_out_pairs):,} kept apart\n")
for pair in sorted(training_pairs[:14], key=lambda pair: len(pair.text)):
    print(f"{pair.text:32} → {pair.iso}")

# %% [markdown]
r"""
## Characters as numbers

We read and write single characters. There are two vocabularies, since what is read and what is written differ: letters,
digits and signs of the dates, and the eleven characters of `0123456789-`. Two numbers stand for no character at all.

- `PAD`, 0: nothing. Texts differ in length, and a batch is one array, so shorter texts are padded *at the end*.
- `UNKNOWN`, 1: a character that is not in the vocabulary. You will type dates, and you may type anything.

The characters themselves are numbered from 2 on.

### Exercise 1: `encode_text` (8 points)

- `text` is a string, `vocabulary` a dictionary from character to number, `T_x` the number of steps.
- Return an array `(T_x,)` of whole numbers: those of the text's characters, in order; `UNKNOWN` for a character that is not
  in the vocabulary; then `PAD` up to the end.
- A text that is longer than `T_x` is cut off.

<details><summary>Hint 1: a nudge</summary>

Three things can go wrong with a text: it is too short, too long, or has a character that nobody knows. Each needs a word
in your code.

</details>

<details><summary>Hint 2: the plan</summary>

A dictionary's `get` takes a second argument, for keys that it has not. `text[:T_x]` is cut off where it is too long and
whole where it is not. How many `PAD` are missing then?

</details>

<details><summary>Hint 3: nearly the line</summary>

`ids = [vocabulary.get(character, UNKNOWN) for character in text[:T_x]]`, and then an array of `ids + [PAD] * (T_x -
len(ids))`.

</details>
"""


# %% exercise="encode_text"
def encode_text(text, vocabulary, T_x):
    """A text as numbers, padded at the end or cut off.

    Args:
        text: string.
        vocabulary: dict character -> number, from 2 on.
        T_x: steps.

    Returns:
        (T_x,) whole numbers; UNKNOWN for characters that are not in the vocabulary, PAD after the text.
    """
    ### BEGIN SOLUTION
    ids = [vocabulary.get(character, UNKNOWN) for character in text[:T_x]]
    return np.array(ids + [PAD] * (T_x - len(ids)))
    ### END SOLUTION


# %% check="encode_text" points=8
checks.encode_text(encode_text)

# %% [markdown]
r"""
### Exercise 2: `decode_ids` (5 points)

And back. What the network writes is numbers, and what we want to read is text.

- `ids` is an array or a list of whole numbers; `vocabulary` is the same dictionary as above, from character to number.
- Return the string of the characters. `PAD` is left out, wherever it stands. Every other number that belongs to no
  character, such as `UNKNOWN`, becomes a question mark.

<details><summary>Hint 1: a nudge</summary>

The dictionary leads from characters to numbers. You need the other direction.

</details>

<details><summary>Hint 2: the plan</summary>

Turn the dictionary round, once: `{number: character for character, number in …}`. Start with an empty text, and go from number to
number. There are three cases: it has a character, it is `PAD`, or neither.

</details>

<details><summary>Hint 3: nearly the line</summary>

`characters = {number: character for character, number in vocabulary.items()}`. For each number: if it is `in characters`, add
`characters[number]` to the text; if it is not, and is not `PAD` either, add `"?"`.

</details>
"""


# %% exercise="decode_ids"
def decode_ids(ids, vocabulary):
    """Numbers as a text: the opposite of encode_text.

    Args:
        ids: (T,) whole numbers, an array or a list.
        vocabulary: dict character -> number.

    Returns:
        String: PAD is left out, every other number without a character is a question mark.
    """
    ### BEGIN SOLUTION
    characters = {number: character for character, number in vocabulary.items()}
    text = ""
    for number in ids:
        if number in characters:
            text += characters[number]
        elif number != PAD:
            text += "?"
    return text
    ### END SOLUTION


# %% check="decode_ids" points=5
checks.decode_ids(decode_ids)

# %% [markdown]
r"""
**See it work.** The two vocabularies, and one date there and back again, with an exclamation mark that nobody has ever
put into a date.
"""

# %%
T_X, T_Y = 32, 10  # the longest text has 32 characters; an ISO date has 10
HUMAN = {character: number for number, character in enumerate(" ,-./0123456789abcdefghijklmnopqrstuvwxyzáäçéìû", 2)}
MACHINE = {character: number for number, character in enumerate("-0123456789", 2)}

# %% tags=["figure"]
numbers = encode_text("3 mai 1995!", HUMAN, 16)
print(numbers)
print(repr(decode_ids(numbers, HUMAN)))
unknown = sum(character not in HUMAN for pair in training_pairs for character in pair.text)
print(f"characters of the {len(training_pairs):,} training texts that are not in the vocabulary: {unknown}")

# %% [markdown]
r"""
## One that reads, one that writes

The plain way to build a translator is to put two recurrent nets one behind the other (Sutskever, Vinyals and Le; Cho and
colleagues, both 2014). The **encoder** reads the text to its end, and says nothing. Its last state is all that goes on:
one list of numbers, in which the whole text must have found room. From it the **decoder** writes, step by step.

The decoder is a language model, as the one for dinosaur names in unit 02. There, $P(y)$ was the probability of a name.
Here it is $P(y \mid x)$, the probability of an answer *given what was read*: a **conditional language model**. And this
changes what we want of it. A name should be new each time, so we drew from $P(y)$. A translation should be *right*, so we
look for the most likely $y$. To draw would give now and then a date that is merely possible.

To find the most likely $y$ of all is hard, as there are $11^{10}$ answers of ten characters. We write the most likely
character at each step, which is called **greedy**. For long sentences one can do better, by keeping several beginnings
alive (*beam search*). For dates one cannot: the digits of a date do not argue with one another.
"""

# %% tags=["figure"]
attention_plots.two_translators()

# %% [markdown]
r"""
**The bottleneck.** The left picture has a narrow place. Whether a text has ten characters or a thousand, what passes from
one net to the other has the same size. A person does not translate a page like this, reading it once and then writing with
eyes closed. A person looks back.

The right picture looks back (Bahdanau, Cho and Bengio, 2014). The encoder keeps what it has said at *every* step,
$a^{\langle 1\rangle}, \dots, a^{\langle T_x\rangle}$. It is bidirectional, so that $a^{\langle t'\rangle}$ knows what
stands before and after place $t'$. At each of its steps, the decoder mixes these into a **context**,

$$\text{context}^{\langle t\rangle} = \sum_{t'=1}^{T_x} \alpha^{\langle t,t'\rangle} a^{\langle t'\rangle},
\qquad \alpha^{\langle t,t'\rangle} \ge 0,\quad \sum_{t'} \alpha^{\langle t,t'\rangle} = 1,$$

and reads that. The **attention weights** $\alpha^{\langle t,t'\rangle}$ say how much of its attention step $t$ gives to place
$t'$. They are shares, so they come out of a softmax, of numbers that are called **energies**:

$$\alpha^{\langle t,t'\rangle} = \frac{\exp e^{\langle t,t'\rangle}}{\sum_{t''} \exp e^{\langle t,t''\rangle}}.$$

We build this from the end: first the softmax, then the energies, then the context.

### Exercise 3: `masked_softmax` (12 points)

A softmax over the text, and not over the padding. If padding got a share, an answer would depend on how long the *other*
texts of the batch are, and nobody would notice for a long time.

- `energies` is `(m, T_x)`, `mask` is `(m, T_x)` of True and False. Return `weights`, `(m, T_x)`.
- Where `mask` is False the weight is exactly 0. In each row the other weights are a softmax of *their* energies and sum to 1,
  as if the padding did not exist.
- Energies may be large, such as 1,000 or −1,000, in the text and in the padding. Nothing may overflow.
- In a row where `mask` is False everywhere there is nothing to look at: all its weights are 0.

<details><summary>Hint 1: a nudge</summary>

A softmax stays the same when you subtract a number from all energies. Which number makes `exp` safe? And should the energy
of a padded place have a say in which number it is?

</details>

<details><summary>Hint 2: the plan</summary>

Subtract from each row the largest energy *of its text*. `np.max` takes `where=mask`, and then it needs `initial`: a number to
start from that is not larger than any energy. Then exp(−∞) is 0, without a warning: put `-np.inf` in the place of what is padded
*before* `exp`. And divide by what the row sums to. For a row without text that sum is 0; what could you divide by instead?

</details>

<details><summary>Hint 3: nearly the line</summary>

`largest = np.max(energies, axis=1, keepdims=True, where=mask, initial=energies.min())`, then `powers = np.exp(np.where(mask,
energies - largest, -np.inf))`. The largest energy of a text gives exp(0) = 1, so the sum of a row is at least 1, or there is no text:
divide by `np.maximum(powers.sum(axis=1, keepdims=True), 1)`.

</details>
"""


# %% exercise="masked_softmax"
def masked_softmax(energies, mask):
    """A softmax over the places that the mask allows.

    Args:
        energies: (m, T_x), any numbers.
        mask: (m, T_x), True where there is text.

    Returns:
        weights: (m, T_x), 0 where the mask is False; the others of a row sum to 1, if there are any.
    """
    ### BEGIN SOLUTION
    largest = np.max(energies, axis=1, keepdims=True, where=mask, initial=energies.min())
    powers = np.exp(np.where(mask, energies - largest, -np.inf))
    total = powers.sum(axis=1, keepdims=True)
    return powers / np.maximum(total, 1)
    ### END SOLUTION


# %% check="masked_softmax" points=12
checks.masked_softmax(masked_softmax)

# %% [markdown]
r"""
**See it work.** The same energies twice, once alone and once among longer texts. The rows of weights are the same, and the
padding gets nothing, whatever its energies.
"""

# %% tags=["figure"]
alone = masked_softmax(np.array([[2.0, 0.5, 1.0]]), np.array([[True, True, True]]))[0]
padded = masked_softmax(
    np.array([[2.0, 0.5, 1.0, 900.0, 900.0], [0.0, 0.0, 0.0, 0.0, 0.0], [5.0, 5.0, 5.0, 5.0, 5.0]]),
    np.array([[True, True, True, False, False], [True] * 5, [False] * 5]),
)
value_plots.heat_table(
    [[*alone, 0, 0], *padded],
    rows=["alone", "with padding", "equal energies", "no text at all"],
    columns=[f"place {place}" for place in range(5)],
    title="Attention weights: each row sums to 1, or has nothing to look at",
    limits=(0, 1),
)

# %% [markdown]
r"""
## How much does a place matter?

The energy $e^{\langle t,t'\rangle}$ compares two things: what the decoder is about to do, $s^{\langle t-1\rangle}$, and what
stands at place $t'$, $a^{\langle t'\rangle}$. Nobody knows a formula for it. So we take a small neural network, with one hidden
layer, and let it be learnt together with everything else:

$$e^{\langle t,t'\rangle} = v_e^\top \tanh\!\left(W_{ea}\, a^{\langle t'\rangle} + W_{es}\, s^{\langle t-1\rangle} + b_e\right).$$

It is called **additive** because what comes from $a$ and what comes from $s$ are added. The state is the one *before* the
step, since what the step will write is what we are about to find out. The same weights serve for all $t'$ and all $t$.

Why the tanh? Without it, the energy would be a sum of something that depends on $a$ alone and something that depends on $s$
alone. The second is the same at all places, and a softmax does not see what is the same everywhere. The decoder would look at
the same places at every step.

### Exercise 4: `additive_energies` (9 points)

- `a` is `(m, T_x, 2n_a)`, `s_prev` is `(m, n_s)`.
- `parameters` is a dictionary of `"Wea"` `(2n_a, n_e)`, `"Wes"` `(n_s, n_e)`, `"be"` `(n_e,)` and `"ve"` `(n_e, 1)`. As in
  Keras, features stand last, so a product is `a @ Wea`.
- Return `energies`, `(m, T_x)`. All texts and places at once: no loop is needed.

<details><summary>Hint 1: a nudge</summary>

`a @ Wea` is `(m, T_x, n_e)`, for `@` works on the last two axes and leaves the others alone. And `s_prev @ Wes`? It is the same
for all places, so where should the axis of the places be put in?

</details>

<details><summary>Hint 2: the plan</summary>

`from_s[:, None, :]` is `(m, 1, n_e)`, which NumPy repeats along the places. Add, take the tanh, multiply by `ve`. What comes
out has a last axis of length 1, which should go.

</details>

<details><summary>Hint 3: nearly the line</summary>

`from_s = s_prev @ parameters["Wes"] + parameters["be"]`, `hidden = np.tanh(a @ parameters["Wea"] + from_s[:, None, :])`, and
the energies are `(hidden @ parameters["ve"])[:, :, 0]`.

</details>
"""


# %% exercise="additive_energies"
def additive_energies(a, s_prev, parameters):
    """How much each place of the text matters to the decoder's next step.

    Args:
        a: (m, T_x, 2n_a), what the encoder says.
        s_prev: (m, n_s), the decoder's hidden state before the step.
        parameters: dict of "Wea" (2n_a, n_e), "Wes" (n_s, n_e), "be" (n_e,), "ve" (n_e, 1).

    Returns:
        energies: (m, T_x).
    """
    ### BEGIN SOLUTION
    from_a = a @ parameters["Wea"]
    from_s = s_prev @ parameters["Wes"] + parameters["be"]
    hidden = np.tanh(from_a + from_s[:, None, :])
    return (hidden @ parameters["ve"])[:, :, 0]
    ### END SOLUTION


# %% check="additive_energies" points=9
checks.additive_energies(additive_energies)

# %% [markdown]
r"""
**What it costs.** There is an energy for every pair of places, $T_x \cdot T_y$ of them: 320 for a date, a million for a page
of a thousand characters. So the cost of one energy counts. The additive one needs $n_e$ times tanh. A cheaper one is the **dot
product**, $e^{\langle t,t'\rangle} = s^{\langle t-1\rangle\top} W a^{\langle t'\rangle}$ (Luong, Pham and Manning, 2015), which is
nothing but a product of two matrices for all pairs at once, and machines are made for these. It is also what is left of
attention in transformers: there each word looks at each other word, $T \cdot T$ pairs, with a dot product.

### Exercise 5: `one_step_attention` (8 points)

Energies, weights, context: one step of attention.

- Arguments as above; `mask` is `(m, T_x)`.
- Return `context` `(m, 2n_a)` and `weights` `(m, T_x)`. The context of a text is the sum over its places of $a^{\langle
  t'\rangle}$ times the weight of that place. (If your two functions above are not right yet, this exercise is graded with right
  ones in their place.)

<details><summary>Hint 1: a nudge</summary>

A weight is one number for a place, and $a$ is $2n_a$ numbers for a place. Over which axis does the sum run, and which axes are
left?

</details>

<details><summary>Hint 2: the plan</summary>

`np.expand_dims(weights, axis=2) * a`, or `weights[:, :, None] * a`, is `(m, T_x, 2n_a)`. Sum it over the places, which are axis 1. Or in one go: `np.einsum("mt,mtn->mn",
…)`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`weights = masked_softmax(additive_energies(a, s_prev, parameters), mask)`, then `context = (weights[:, :, None] *
a).sum(axis=1)`.

</details>
"""


# %% exercise="one_step_attention"
def one_step_attention(a, s_prev, parameters, mask):
    """What the decoder reads at one step, and where it looks for it.

    Args:
        a: (m, T_x, 2n_a), what the encoder says.
        s_prev: (m, n_s), the decoder's hidden state before the step.
        parameters: dict, as additive_energies takes it.
        mask: (m, T_x), True where there is text.

    Returns:
        context: (m, 2n_a), weights: (m, T_x).
    """
    ### BEGIN SOLUTION
    energies = additive_energies(a, s_prev, parameters)
    weights = masked_softmax(energies, mask)
    context = np.sum(np.expand_dims(weights, axis=2) * a, axis=1)
    return context, weights
    ### END SOLUTION


# %% check="one_step_attention" points=8
checks.one_step_attention(one_step_attention)

# %% [markdown]
r"""
**See it work.** A text of seven places whose $a$ we make up: place $t'$ says 1 in its own column and 0 elsewhere. So the context
*is* the list of weights, for two different states of the decoder. Different states look at different places.
"""

# %% tags=["figure"]
rng = np.random.default_rng(5)
places = np.eye(7)[None].repeat(2, axis=0)
made_up = {name: rng.normal(0, 2, shape) for name, shape in [("Wea", (7, 5)), ("Wes", (3, 5)), ("ve", (5, 1))]}
made_up["be"] = np.zeros(5)
two_states = np.array([[1.0, -1.0, 0.5], [-1.0, 1.0, 0.5]])
shown_context, shown_weights = one_step_attention(places, two_states, made_up, np.ones((2, 7), dtype=bool))
print("the context is the weights:", np.allclose(shown_context, shown_weights))
value_plots.heat_table(
    shown_weights,
    rows=["one state", "another state"],
    columns=[f"place {place}" for place in range(7)],
    title="Where two states of the decoder look",
    limits=(0, 1),
)

# %% [markdown]
r"""
## Attention as a Keras layer

To learn $W_{ea}$, $W_{es}$, $b_e$ and $v_e$ we need gradients, and so Keras. Until now we have used layers that Keras has. A
layer of your own is a class with four methods:

- `__init__` takes the sizes, and keeps them.
- `build` is called by Keras once, before the first call, with the shapes of what will come in: only then is it known how many
  features there are. Here **the weights are made**, with `self.add_weight(shape=…)`, which starts them with small random numbers
  (or with zeros: `initializer="zeros"`). What is made once is shared by all calls.
- `call` says what comes out, with `keras.ops` in the place of NumPy. `@` works as before.
- `get_config` says with which arguments the layer was made, so that a model that has it can be **saved and loaded**. The line
  above the class, `register_keras_serializable`, gives the class a name to be found by when a file is loaded.

### Exercise 6: `Attention` (13 points)

- `Attention(n_e)` makes the layer. Its weights are $W_{ea}$ `(2n_a, n_e)`, $W_{es}$ `(n_s, n_e)`, $b_e$ `(n_e,)` and $v_e$
  `(n_e, 1)`, and no others. Start $b_e$ with zeros.
- Called with `a`, `s_prev` and `mask`, it returns `context` and `weights`, the same as `one_step_attention` to five digits:
  0 for padding, and nothing but 0 in a row without text.
- A model with this layer in it can be saved to a `.keras` file and loaded again.

<details><summary>Hint 1: a nudge</summary>

It is `additive_energies` and `one_step_attention` once more. Where was `parameters["Wea"]`, there is now `self.Wea`. How many
features `a` has is the last number of `a_shape`.

</details>

<details><summary>Hint 2: the plan</summary>

In `__init__` keep `n_e`; in `build` make four weights and keep them too. In `call`: `ops.tanh`, then `ops.where` to put a very
negative number in the place of padded energies, then `ops.softmax(…, axis=-1)`. A row without text has equal weights now: multiply by
the mask, made numbers with `ops.cast`. In `get_config`: what `super().get_config()` says, and `n_e`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))`, and so on. `hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes +
self.be)[:, None, :])`, `energies = (hidden @ self.ve)[:, :, 0]`, `weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) *
ops.cast(mask, energies.dtype)`, and the context as before, with `ops.sum`. The configuration is `{**super().get_config(), "n_e":
self.n_e}`.

</details>
"""


# %% exercise="Attention"
@keras.saving.register_keras_serializable(package="unrolled")
class Attention(layers.Layer):
    """Additive attention: one step of it, for a decoder to look at what an encoder says.

    Args:
        n_e: units of the hidden layer that the energies come from.
    """

    def __init__(self, n_e, **options):
        super().__init__(**options)
        ### BEGIN SOLUTION
        self.n_e = n_e
        ### END SOLUTION

    def build(self, a_shape, s_prev_shape):
        """Make the weights; the shapes are (m, T_x, 2n_a) and (m, n_s), with None for what is open."""
        ### BEGIN SOLUTION
        self.Wea = self.add_weight(shape=(a_shape[-1], self.n_e))
        self.Wes = self.add_weight(shape=(s_prev_shape[-1], self.n_e))
        self.be = self.add_weight(shape=(self.n_e,), initializer="zeros")
        self.ve = self.add_weight(shape=(self.n_e, 1))
        ### END SOLUTION

    def call(self, a, s_prev, mask):
        """a (m, T_x, 2n_a), s_prev (m, n_s), mask (m, T_x) bool -> context (m, 2n_a), weights (m, T_x)."""
        ### BEGIN SOLUTION
        hidden = ops.tanh(a @ self.Wea + (s_prev @ self.Wes + self.be)[:, None, :])
        energies = (hidden @ self.ve)[:, :, 0]
        weights = ops.softmax(ops.where(mask, energies, -1e9), axis=-1) * ops.cast(mask, energies.dtype)
        context = ops.sum(weights[:, :, None] * a, axis=1)
        return context, weights
        ### END SOLUTION

    def compute_mask(self, *_):
        """Keras may attach a mask to what comes in. Ours is an argument, and none is attached to what comes out."""
        return None

    def get_config(self):
        """The arguments that make such a layer again."""
        ### BEGIN SOLUTION
        return {**super().get_config(), "n_e": self.n_e}
        ### END SOLUTION


# %% check="Attention" points=13
checks.Attention(Attention)

# %% [markdown]
r"""
**See it work.** The layer beside your NumPy function, with the same weights.
"""

# %% tags=["figure"]
layer = Attention(5)
layer(places, two_states, np.ones((2, 7), dtype=bool))  # at its first call it learns how many features come in
print("shapes of the layer's weights:", [tuple(weight.shape) for weight in layer.weights])
by_shape = {np.shape(value): value for value in made_up.values()}
layer.set_weights([by_shape[tuple(weight.shape)] for weight in layer.weights])
_, layer_weights = layer(places, two_states, np.ones((2, 7), dtype=bool))
print(f"largest difference: {np.abs(ops.convert_to_numpy(layer_weights) - shown_weights).max():.1e}")

# %% [markdown]
r"""
## The parts: an encoder, and one step of a decoder

A model, too, is a layer: whoever calls the same model twice uses the same weights twice. So we make the translator of two
models. The **encoder** is called once for a text. The **step** does what the decoder does for one character, and is called
$T_y$ times, with its own state handed back to it, just as the one-step model of the jazz soloist was.

The encoder is that of unit 04: an embedding, then a bidirectional LSTM that gives its state at every step. It must not read the
padding, which matters most in the backward direction, since that *begins* with it. A recurrent layer takes the mask as an
argument, `layer(x, mask=mask)`, and passes over the steps where it is False.

The step looks (attention, with the state before), thinks (an `LSTMCell` that reads the context), and writes (a `Dense` layer with a
softmax, that reads the new hidden state).

Note what the step does **not** read: the character that was written before. The soloist needed it, for what is a good next note
hangs on the last one. The digits of a date hang on the text that was read and, once that is known, not on each other. So there is
no previous output to feed, no teacher to force it in training, and no difference between practice and concert.

### Exercise 7: `build_parts` (12 points)

- `attention` is a layer that is called as yours is. It is an argument so that we can put another one in its place later.
- Return a dictionary of two models, made of new layers.
- `"encoder"`: from ids `(m, T_x)` (integers) to two outputs, `a` `(m, T_x, 2n_a)` and `mask` `(m, T_x)`, which is True where an id
  is not `PAD`. Its layers are an `Embedding` of `n_human` characters with `n_x` numbers each, and a `Bidirectional` `LSTM` of `n_a`
  units in each direction, which passes over the padding.
- `"step"`: four inputs in this order, `a` `(m, T_x, 2n_a)`, `mask` `(m, T_x)` (bool), `s` and `c`, both `(m, n_s)`. Four outputs
  in this order: `probabilities` `(m, n_machine)`, the attention `weights` `(m, T_x)`, the new `s` and the new `c`.

<details><summary>Hint 1: a nudge</summary>

Which layers need `return_sequences=True`, and which is but a cell? Of the four things that the step gives out, two go back in at
the next step.

</details>

<details><summary>Hint 2: the plan</summary>

The mask is `ops.not_equal(ids, PAD)`. `layers.Bidirectional(layers.LSTM(…))` is called with the embedded ids and `mask=mask`. For
the step, four times `keras.Input`, one of them with `dtype="bool"`; call `attention(a, s, mask)`; call an `LSTMCell` with the context
and `[s, c]`; call a `Dense` with a softmax on the new `s`. Each model is a `keras.Model(inputs, outputs)`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=mask)`, and in the step `context, weights =
attention(a, s, mask)`, `_, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])`, `probabilities = layers.Dense(n_machine,
activation="softmax")(s_next)`.

</details>
"""


# %% exercise="build_parts"
def build_parts(attention, T_x, n_human, n_machine, n_x, n_a, n_s):
    """The two models that a translator is made of.

    Args:
        attention: a layer; attention(a, s_prev, mask) gives context and weights.
        T_x: characters that are read, padding included.
        n_human, n_machine: how many numbers there are for characters to read, and to write.
        n_x, n_a, n_s: numbers for an embedded character, units of the encoder (each direction), units of the decoder.

    Returns:
        dict of two keras.Models. "encoder": ids (m, T_x) -> a (m, T_x, 2n_a), mask (m, T_x).
        "step": a, mask, s (m, n_s), c (m, n_s) -> probabilities (m, n_machine), weights (m, T_x), new s, new c.
    """
    ### BEGIN SOLUTION
    ids = keras.Input((T_x,), dtype="int32")
    is_text = ops.not_equal(ids, PAD)
    embedded = layers.Embedding(n_human, n_x)(ids)
    said = layers.Bidirectional(layers.LSTM(n_a, return_sequences=True))(embedded, mask=is_text)
    encoder = keras.Model(ids, [said, is_text])

    a, mask = keras.Input((T_x, 2 * n_a)), keras.Input((T_x,), dtype="bool")
    s, c = keras.Input((n_s,)), keras.Input((n_s,))
    context, weights = attention(a, s, mask)
    _, (s_next, c_next) = layers.LSTMCell(n_s)(context, [s, c])
    probabilities = layers.Dense(n_machine, activation="softmax")(s_next)
    step = keras.Model([a, mask, s, c], [probabilities, weights, s_next, c_next])
    return {"encoder": encoder, "step": step}
    ### END SOLUTION


# %% check="build_parts" points=12
checks.build_parts(build_parts)

# %% [markdown]
r"""
**See it work.** Two lines to use such models with: `ask` takes arrays and gives arrays back, and `zero_state` makes the state
before the first step, for arrays and for placeholders.
"""


# %%
def ask(model, *inputs):
    """What a Keras model answers: arrays in, an array or a list of arrays out."""
    return model.predict_on_batch(list(inputs) if len(inputs) > 1 else inputs[0])


def zero_state(a, n_s):
    """Zeros (m, n_s) for each of the m texts of a (m, T_x, 2n_a)."""
    return ops.repeat(ops.zeros_like(a[:, 0, :1]), n_s, axis=1)


# %% tags=["figure"]
parts = build_parts(Attention(8), T_X, len(HUMAN) + 2, len(MACHINE) + 2, 8, 6, 7)
short = encode_text("3 mai 1995", HUMAN, T_X)[None]
said, is_text = ask(parts["encoder"], short)
zeros = np.zeros((1, 7), dtype="float32")
probabilities, weights, s, c = ask(parts["step"], said, is_text, zeros, zeros)
for name, value in {"a": said, "mask": is_text, "probabilities": probabilities, "weights": weights, "s": s}.items():
    print(f"{name:14} {value.shape}")
print(
    f"the ten weights of the text sum to {weights[0, :10].sum():.3f}, those of the padding to {weights[0, 10:].sum():.3f}"
)

# %% [markdown]
r"""
## The translator

### Exercise 8: `build_translator` (10 points)

- `encoder` and `step` are models as those of `build_parts`. Call the encoder once, and the step **`T_y` times**: the same model
  each time. Make no other layer that has weights.
- The state before the first step is zero: `zero_state(a, n_s)`, for `s` and for `c`.
- The model has one input, ids `(m, T_x)` (integers), and one output, the probabilities of all steps `(m, T_y, n_machine)`.
- Compile it with Adam, with the given `learning_rate`, and the mean cross-entropy for targets that are whole numbers. Return it.

<details><summary>Hint 1: a nudge</summary>

It is the loop of `build_training_model` in unit 03, with a model in the place of the cell. What comes out of a step and goes into the
next?

</details>

<details><summary>Hint 2: the plan</summary>

One `keras.Input((T_x,), dtype="int32")`. Call the encoder on it, which gives `a` and `mask`. Set `s` and `c` to zero. In a loop over
`T_y` steps call `step` with a list of four and keep the probabilities; the new `s` and `c` take the place of the old. Stack the list
along axis 1.

</details>

<details><summary>Hint 3: nearly the line</summary>

`probabilities, _, s, c = step([a, mask, s, c])` in the loop. Then `model = keras.Model(ids, ops.stack(outputs, axis=1))` and
`model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")`.

</details>
"""


# %% exercise="build_translator"
def build_translator(encoder, step, T_x, T_y, n_s, learning_rate):
    """The model that learns: an encoder, and T_y times the same step of a decoder.

    Args:
        encoder, step: models, as build_parts makes them.
        T_x, T_y: characters that are read, and written.
        n_s: units of the decoder.
        learning_rate: for Adam.

    Returns:
        A compiled keras.Model: ids (m, T_x) int32 -> probabilities (m, T_y, n_machine).
    """
    ### BEGIN SOLUTION
    ids = keras.Input((T_x,), dtype="int32")
    a, mask = encoder(ids)
    s, c = zero_state(a, n_s), zero_state(a, n_s)
    outputs = []
    for _ in range(T_y):
        probabilities, _, s, c = step([a, mask, s, c])
        outputs.append(probabilities)
    model = keras.Model(ids, ops.stack(outputs, axis=1))
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model
    ### END SOLUTION


# %% check="build_translator" points=10
checks.build_translator(build_translator)

# %% [markdown]
r"""
**See it work.** Ten steps of the decoder or one, the parameters are the same. And an untrained model knows nothing: with 13 numbers to
choose from it pays about log 13 nats a character.
"""

# %% tags=["figure"]
for steps in (1, 10):
    untaught = build_translator(parts["encoder"], parts["step"], T_X, steps, 7, 0.005)
    print(f"T_y = {steps:2}: {untaught.count_params():,} parameters")
guesses = ask(untaught, short)
print(f"untrained, it pays {-np.log(guesses[0]).mean():.2f} nats a character; log 13 is {np.log(13):.2f}")

# %% [markdown]
r"""
## To translate, and to see where it looked

Once it is trained, we take the translator by its parts again: the encoder reads a batch of texts, and then the step is asked for one
character after the other.

### Exercise 9: `translate` (7 points)

- `texts` is a list of strings. `encoder` and `step` are models; use `ask`. `human` and `machine` are the two vocabularies.
- Read the texts with the encoder, as `T_x` characters. Then `T_y` times: ask the step with `a`, `mask` and the state; take, for each
  text, the most likely character; go on with the new state. The first state is zero, `(m, n_s)`.
- Return a list of strings, one for each text, in the same order. (Use your `encode_text` and `decode_ids`. If one of them is not right
  yet, this exercise is graded with right ones.)

<details><summary>Hint 1: a nudge</summary>

It is the loop of the translator once more, with arrays instead of placeholders. Of 13 probabilities, which one is to be chosen, and
along which axis do they lie?

</details>

<details><summary>Hint 2: the plan</summary>

`np.stack` of the encoded texts is `(m, T_x)`. After each step, `probabilities.argmax(axis=1)` is `(m,)`: one character for each text.
After `T_y` steps you have a list of `T_y` such arrays. Stacked along axis 1 they are `(m, T_y)`, a row for a text.

</details>

<details><summary>Hint 3: nearly the line</summary>

`a, mask = ask(encoder, ids)`; in the loop `probabilities, _, s, c = ask(step, a, mask, s, c)` and `written.append(
probabilities.argmax(axis=1))`; at the end `[decode_ids(row, machine) for row in np.stack(written, axis=1)]`.

</details>
"""


# %% exercise="translate"
def translate(texts, encoder, step, human, machine, T_x, T_y, n_s):
    """Translate texts greedily, one character of all of them at a time.

    Args:
        texts: list of m strings.
        encoder, step: models, as build_parts makes them.
        human, machine: vocabularies of what is read and of what is written.
        T_x, T_y: characters that are read, and written.
        n_s: units of the decoder.

    Returns:
        List of m strings.
    """
    ### BEGIN SOLUTION
    ids = np.stack([encode_text(text, human, T_x) for text in texts])
    a, mask = ask(encoder, ids)
    s = c = np.zeros((len(texts), n_s), dtype="float32")
    written = []
    for _ in range(T_y):
        probabilities, _, s, c = ask(step, a, mask, s, c)
        written.append(probabilities.argmax(axis=1))
    return [decode_ids(row, machine) for row in np.stack(written, axis=1)]
    ### END SOLUTION


# %% check="translate" points=7
checks.translate(translate)

# %% [markdown]
r"""
### Exercise 10: `attention_map` (4 points)

The step also says where it looked. Put these weights under each other, a row for each character that is written.

- `text` is one string; the other arguments are as above.
- Return the weights of all steps for the characters of the text, without the padding: `(T_y, n)`, where $n$ is the length of the
  text (or `T_x`, if the text is longer). Each row sums to 1.

<details><summary>Hint 1: a nudge</summary>

One text is a batch of one: it has an axis of length 1 on the way in, and on the way out it should not.

</details>

<details><summary>Hint 2: the plan</summary>

The loop of `translate`, but keep the weights instead of the probabilities. `encode_text(…)[None]` is a batch of one. The padding is at
the end of each row: cut it off.

</details>

<details><summary>Hint 3: nearly the line</summary>

`_, weights, s, c = ask(step, a, mask, s, c)` and `rows.append(weights[0])` in the loop; `np.stack(rows)[:, : len(text)]` after it.

</details>
"""


# %% exercise="attention_map"
def attention_map(text, encoder, step, human, T_x, T_y, n_s):
    """Where the decoder looks while it writes.

    Args:
        text: string.
        encoder, step: models, as build_parts makes them.
        human: vocabulary of what is read.
        T_x, T_y: characters that are read, and written.
        n_s: units of the decoder.

    Returns:
        (T_y, n): row t holds the weights of the text's n characters at step t.
    """
    ### BEGIN SOLUTION
    a, mask = ask(encoder, encode_text(text, human, T_x)[None])
    s = c = np.zeros((1, n_s), dtype="float32")
    rows = []
    for _ in range(T_y):
        _, weights, s, c = ask(step, a, mask, s, c)
        rows.append(weights[0])
    return np.stack(rows)[:, : len(text)]
    ### END SOLUTION


# %% check="attention_map" points=4
checks.attention_map(attention_map)

# %% [markdown]
r"""
### Exercise 11: `exact_match` (4 points)

How good is a translation of dates? `1995-05-08` for `1995-05-03` has nine of ten characters right, and is as useless as any other wrong
date. So we count dates that are right **to the last character**, and look at short and long texts apart.

- `texts`, `predicted` and `expected` are lists of strings, equally long.
- Return two things: the share of dates that are right, and a dictionary of that share by length. Texts are put into groups by how many
  characters they have: 0 to `width` − 1, `width` to 2 `width` − 1, and so on. The keys are the smallest length of each group, such as 0, 8,
  16 for `width` = 8; a group without texts has no key.

<details><summary>Hint 1: a nudge</summary>

Two strings are equal or they are not. Into which group does a text of 17 characters fall, for `width` = 8?

</details>

<details><summary>Hint 2: the plan</summary>

Arrays of strings are compared as arrays of numbers are, place by place, and give True and False. The mean of such an array is a share. Make an
array of lengths, too. Then go from group to group, `range(0, …, width)`, up to the longest text, and see which texts are inside.

</details>

<details><summary>Hint 3: nearly the line</summary>

`right = np.array(predicted) == np.array(expected)`; for each `start` in `range(0, max(lengths) + 1, width)`: `inside = (lengths >= start) &
(lengths < start + width)`, and if there is any, `by_length[start] = float(right[inside].mean())`.

</details>
"""


# %% exercise="exact_match"
def exact_match(texts, predicted, expected, width):
    """The share of translations that are right to the last character, of all and by the length of the text.

    Args:
        texts, predicted, expected: lists of strings: what was read, what was written, what would have been right.
        width: characters from one group of lengths to the next.

    Returns:
        share: number from 0 to 1.
        by_length: dict smallest length of a group -> share of the texts in it.
    """
    ### BEGIN SOLUTION
    right = np.array(predicted) == np.array(expected)
    lengths = np.array([len(text) for text in texts])
    by_length = {}
    for start in range(0, max(lengths) + 1, width):
        inside = (lengths >= start) & (lengths < start + width)
        if inside.any():
            by_length[start] = float(right[inside].mean())
    return float(right.mean()), by_length
    ### END SOLUTION


# %% check="exact_match" points=4
checks.exact_match(exact_match)

# %% [markdown]
r"""
## The training

20,000 pairs, a hundred at a time, six times over. The learning rate falls slowly to nearly nothing. After each round we measure on the
2,000 dates that are kept apart, and note where the network looks in one of them, so that we can watch it find its way.
"""

# %% tags=["training"]
N_X, N_A, N_S, N_E, EPOCHS, BATCH, LEARNING_RATE = 16, 32, 128, 32, 6, 100, 0.005
PROBE = "wednesday, 3 may 1995"


def as_arrays(pairs):
    """Pairs as numbers: X (m, T_x), Y (m, T_y)."""
    X = np.stack([encode_text(pair.text, HUMAN, T_X) for pair in pairs])
    return X, np.stack([encode_text(pair.iso, MACHINE, T_Y) for pair in pairs])


def measure(parts):
    """The exact match of a translator's parts on the held-out dates: the share, by length, and what was written."""
    written = translate(held_out_texts, parts["encoder"], parts["step"], HUMAN, MACHINE, T_X, T_Y, N_S)
    return *exact_match(held_out_texts, written, [pair.iso for pair in held_out_pairs], 8), written


def train(attention, look=None):
    """A translator with a kind of attention, trained from scratch: its parts, its model, and how it went."""
    keras.utils.set_random_seed(5)
    parts = build_parts(attention, T_X, len(HUMAN) + 2, len(MACHINE) + 2, N_X, N_A, N_S)
    model = build_translator(parts["encoder"], parts["step"], T_X, T_Y, N_S, LEARNING_RATE)
    model.optimizer.learning_rate = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE, EPOCHS * -(-len(X) // BATCH), alpha=0.02
    )
    story, seconds = [], 0.0
    for _ in range(EPOCHS):
        started = time.perf_counter()
        loss = model.fit(X, Y, batch_size=BATCH, verbose=0).history["loss"][0]
        seconds += time.perf_counter() - started
        share, _, _ = measure(parts)
        story.append({"loss": loss, "exact match": share, "map": look(parts) if look else None})
    return parts, model, story, seconds


def look_at_probe(parts):
    """Where a translator looks in the probe."""
    return attention_map(PROBE, parts["encoder"], parts["step"], HUMAN, T_X, T_Y, N_S)


X, Y = as_arrays(training_pairs)
held_out_texts = [pair.text for pair in held_out_pairs]
parts, translator, story, train_seconds = train(Attention(N_E), look_at_probe)
share, by_length, written = measure(parts)
print(f"{translator.count_params():,} parameters, {EPOCHS} rounds in {train_seconds:.0f} s")
print(f"exact match on {len(held_out_pairs):,} dates of days that it has never seen: {100 * share:.2f} %")

# %% tags=["figure"]
attention_plots.finding_the_places(
    [row["map"] for row in story],
    PROBE,
    [f"round {k + 1}: {100 * row['exact match']:.1f} %" for k, row in enumerate(story)],
)

# %% [markdown]
r"""
Read each picture from top to bottom: a row for each character that is written, and the darker a square, the more the network looked
at that character of the text. Nobody has told it what a year is, where it stands, or that *may* is 05.

And the mistakes? Most often there are none or a few. Here they are, if any:
"""

# %% tags=["figure"]
wrong = [(pair, other) for pair, other in zip(held_out_pairs, written, strict=True) if other != pair.iso]
print(f"{len(wrong)} of {len(held_out_pairs):,} are wrong")
for pair, other in wrong[:10]:
    print(f"{pair.text:32} → {other}, should be {pair.iso}")

# %% [markdown]
r"""
## The same without attention

What did attention bring? To know, we take it away and change nothing else. The layer below has the manners of yours, `a`, the state and
the mask in, context and weights out. But its context is the same at every step: what the forward direction says at the *last* character,
and the backward direction at the *first*, which is all that each of them has at its end. That is the bottleneck of the left picture.
Encoder, decoder, data, rounds and learning rate are the same.
"""


# %%
@keras.saving.register_keras_serializable(package="unrolled")
class Bottleneck(layers.Layer):
    """No attention: the decoder reads the encoder's two last states, the same at every step."""

    def call(self, a, s_prev, mask):
        """As Attention: a (m, T_x, 2n_a), s_prev (m, n_s), mask (m, T_x) -> context (m, 2n_a), weights (m, T_x)."""
        is_text = ops.cast(mask, a.dtype)
        is_last = is_text - ops.pad(is_text[:, 1:], [[0, 0], [0, 1]])  # 1 where there is text and none follows
        n_a = a.shape[-1] // 2
        forward = ops.sum(is_last[:, :, None] * a[:, :, :n_a], axis=1)
        return ops.concatenate([forward, a[:, 0, n_a:]], axis=-1), is_last

    def compute_mask(self, *_):
        """As in Attention."""
        return None


# %% tags=["training"]
bottleneck_parts, bottleneck, bottleneck_story, _ = train(Bottleneck())
bottleneck_share, bottleneck_by_length, bottleneck_written = measure(bottleneck_parts)
print(f"{bottleneck.count_params():,} parameters; exact match without attention: {100 * bottleneck_share:.2f} %")
results = {
    "exact_match": share,
    "exact_match_without_attention": bottleneck_share,
    "train_seconds": train_seconds,
}

# %% tags=["figure"]
rounds = np.arange(1, EPOCHS + 1)
attention_plots.match_by_round(
    rounds,
    {
        "with attention": [row["exact match"] for row in story],
        "without": [row["exact match"] for row in bottleneck_story],
    },
)

# %% tags=["figure"]
in_group = {group: sum(len(text) // 8 * 8 == group for text in held_out_texts) for group in by_length}
attention_plots.match_by_length({"with attention": by_length, "without": bottleneck_by_length}, in_group, 8)

# %% [markdown]
r"""
Two things to see. Without attention it is slower from the first round to the last: attention has to learn *where to look*, and the
bottleneck has to learn a code for every date there can be, and how to unpack it digit by digit.

And the second figure may surprise you. One reads everywhere that the bottleneck hurts *long* texts. Here it is the shortest that suffer.
Long texts of ours are long because of words: a weekday, a month's name, *de* and *of the*. What has to pass through the narrow place is not
characters but what they say, and of the texts with fewer than sixteen characters more than a third are digits and signs alone, each of which
matters and can be mistaken for another. The next cell tells the two kinds apart.
"""

# %% tags=["figure"]
for name, of_kind in {"with words": True, "digits alone": False}.items():
    rows = [k for k, text in enumerate(held_out_texts) if any(map(str.isalpha, text)) == of_kind]
    right = [100 * np.mean([told[k] == held_out_pairs[k].iso for k in rows]) for told in (written, bottleneck_written)]
    print(f"{name:13} {len(rows):5} dates, exact match {right[0]:5.1f} % with attention, {right[1]:5.1f} % without")

# %% [markdown]
r"""
A sentence of fifty words says more than any date, and there length and content grow together. So translators without attention get worse with
every word beyond twenty or thirty, and that is what attention was invented for. The lesson for you as an experimenter: ask what has to pass
through, and measure it, before you repeat what one reads everywhere.

## Look for yourself

Type a date, any way you like, and run the cell. Try other languages, leave out spaces, misspell the month, write nonsense. A network
always answers something, and the picture shows what its answer rests on.
"""

# %% tags=["figure"]
my_date = "le vendredi 24 septembre 2032"

my_text = dates.common_form(my_date)
mine = translate([my_text], parts["encoder"], parts["step"], HUMAN, MACHINE, T_X, T_Y, N_S)[0]
my_map = attention_map(my_text, parts["encoder"], parts["step"], HUMAN, T_X, T_Y, N_S)
attention_plots.attention_heat(my_map, my_text[:T_X], mine)

# %% [markdown]
r"""
Some things to look for. The *year* is copied digit by digit, and the rows of its digits go down like stairs. The *month* is not copied
but understood: both of its digits look at the letters that tell it from the other eleven. The hyphens need no look at all, since they
always stand at the same place; there the weights say little. And the weekday gets nothing, because it says nothing that the rest does not
say.

Mind that weights are not reasons. What is read at place $t'$ is not the character, but what a *bidirectional* net says there, who has read
the whole line. A network may well look at the comma and know from it what stands on either side.

## Keep it

A trained network is worth keeping. A `.keras` file holds the structure and the weights. To load it, Keras must find the class of your layer,
which is why it has a registered name and a configuration.
"""

# %% tags=["figure"]
translator.save("translator.keras")
loaded = keras.models.load_model("translator.keras")
same = ops.max(ops.abs(loaded(X[:50]) - translator(X[:50])))
print(f"largest difference between the saved and the loaded translator: {same:.1e}")
answer = loaded(encode_text("the 3rd of may, 1995", HUMAN, T_X)[None])
print(decode_ids(ops.convert_to_numpy(answer)[0].argmax(axis=1), MACHINE))

# %% [markdown]
r"""
### Written question 1: through the narrow place (4 points)

In five to ten sentences:

1. What is the bottleneck of an encoder and a decoder without attention, and why does it hurt texts that say much more than texts that say little?
2. Attention takes a mean of $a^{\langle 1\rangle}, \dots, a^{\langle T_x\rangle}$. Why is the encoder bidirectional, when the decoder can look at
   every place anyway?
3. A classmate leaves the state $s^{\langle t-1\rangle}$ out of the energies. What do the ten rows of the attention map look like, and why can the
   network not write the date as well?
4. How many energies are computed for a text of 1,000 characters whose translation has 800? Why does the dot product make them cheaper, and
   why does it not change their number?
"""

# %% [markdown] answer="why_attention" points=4
r"""
**Your answer to written question 1.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. All that is known of the text has to pass through one state of a fixed size; the more the text says, the more must find room in the same
   numbers (and in a long text its beginning was read long ago).
2. So that what is said at a place tells what stands there *in this text*: whether a 3 is a day or part of a year hangs on what comes before and
   after it. A mean of one-directional states would know the past only.
3. All rows are the same, since nothing in the energies changes from step to step; the context is then the same at each step, and the
   decoder has to unpack it from its own state alone: the bottleneck again.
4. 800,000. It has no tanh and no hidden layer for each pair, only a product of matrices; but each pair still needs its number, T_x · T_y.

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
### Written question 2: the most likely answer (4 points)

In five to ten sentences:

1. For dinosaur names and jazz we *drew* from the network's probabilities, here we take the most likely character. Why is each right for its
   task?
2. Greedy writing takes the best character at each step. Say how it could miss the most likely *sentence* in a translation of, say, French into
   English, and why this is no danger here.
3. Our decoder does not read what it has written before, so there is nothing to force in training. What would the decoder of a real translator
   get wrong, if it were built like that?
4. Two translators have 99 % of the *characters* right. One has 99 % of the dates right and the other 90 %. How can both be?
"""

# %% [markdown] answer="most_likely" points=4
r"""
**Your answer to written question 2.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. A name or a solo should be new each time, and all that is likely is welcome; of a date only one answer is right, and a draw would now and then
   give another.
2. A first word that is likely in itself may lead only to unlikely continuations, while a less likely one opens a better sentence; beam search keeps
   several. The characters of an ISO date do not depend on each other once the text is known, so the best of each is the best of all.
3. It would not know which word of several good ones it has chosen, and so repeat or leave out words, or mix two phrasings; grammar ties each word to
   the ones before.
4. A date has ten characters. If the wrong ones stand together in few dates, few dates are wrong (1 % of dates all wrong); if each wrong one is in a
   date of its own, 10 % of dates are.

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Summary

- Where lengths in and out differ, an **encoder** reads and a **decoder** writes: a language model on the condition of what was read. Of its answers
  we want the most likely one, not a sample.
- Without attention, everything passes through one state: the **bottleneck**.
- **Attention** gives the decoder, at each step, a weighted mean of what the encoder says at every place. The weights are a softmax of **energies**,
  which compare the decoder's state with each place. It costs $T_x \cdot T_y$ energies; a dot product is the cheap one.
- **Padding** must have no share: mask before the softmax, mask the recurrent layers, and test that an answer does not depend on its neighbours.
- A **layer of your own** makes its parts in `__init__`, computes in `call`, and says in `get_config` how to make it again. A **model** is a layer too:
  call it $T_y$ times, and its weights are shared.
- Count what matters: **exact match**, by length, on days that were never seen.

## Where to read on

- I. Sutskever, O. Vinyals, Q. Le, *Sequence to sequence learning with neural networks* (2014).
- K. Cho and colleagues, *Learning phrase representations using RNN encoder–decoder for statistical machine translation* (2014).
- D. Bahdanau, K. Cho, Y. Bengio, *Neural machine translation by jointly learning to align and translate* (2014): attention, and its first pictures.
- M.-T. Luong, H. Pham, C. Manning, *Effective approaches to attention-based neural machine translation* (2015): the dot product.
- K. Xu and colleagues, *Show, attend and tell* (2015): attention on pictures, to caption them.
- A. Vaswani and colleagues, *Attention is all you need* (2017): what is left when the recurrent nets are taken away.
- S. Jain, B. Wallace, *Attention is not explanation* (2019), and S. Wiegreffe, Y. Pinter, *Attention is not not explanation* (2019).

**Next**, in unit 06, what comes in is sound, and the answer must come at once.
"""
