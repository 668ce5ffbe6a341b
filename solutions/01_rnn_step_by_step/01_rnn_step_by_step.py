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
# Unit 01 · Recurrent networks, step by step

A sentence, a tune, a heartbeat: some things come to us one piece at a time, and a piece means little without the
pieces before it. A recurrent network reads them the way we do, one after the other, with something kept in mind.

**What you will build**, in NumPy, with nothing hidden:

- a basic recurrent cell, and the loop that carries its memory along a sequence;
- the two gated cells that made recurrent networks useful, LSTM and GRU;
- a network that reads in both directions, and one with several layers;
- the backward passes of the basic cell and of the LSTM: *backpropagation through time*, with which you will train an
  LSTM from nothing.

**Why by hand?** Every framework has these layers in one line. But each line has arguments, and networks misbehave:
memories fade, gradients vanish, an array arrives with its axes swapped. After this unit you know what is behind the
line. At the end your own weights go into Keras layers, and the numbers that come out are the same.

**Time.** Half a day to a day of work, in as many sittings as you like. The computer needs about 20 seconds for the
whole notebook, on any laptop, without a GPU.

**How it works.** Each exercise is one function. Replace `raise NotImplementedError` by your code, run the cell, then
run the check under it: it tells you what is right and what is not yet. Above each answer three hints are folded away,
from a nudge to nearly the line; open as few or as many as you like. There are 100 points: 92 for twelve functions, 8
for two written answers.
"""

# %% [markdown]
r"""
## Names and shapes

The same names are used through the whole course. $x^{(i)\langle t\rangle}$ is example $i$ at step $t$; $[l]$ is a
layer; $W_{ax}$ reads "makes $a$ from $x$". In this unit features come first, then examples, then steps. We count
steps from 1 in formulas, Python counts them from 0: $x^{\langle 1\rangle}$ is `x[:, :, 0]`.

| Symbol | In code | Shape | What it is |
| --- | --- | --- | --- |
| $n_x,\ n_a,\ n_y$ | `n_x`, `n_a`, `n_y` | numbers | input features, hidden units, output classes |
| $m,\ T_x$ | `m`, `T_x` | numbers | examples in the batch, steps |
| $x,\ x^{\langle t\rangle}$ | `x`, `xt` | `(n_x, m, T_x)`, `(n_x, m)` | the input, and its step $t$ |
| $a,\ a^{\langle t\rangle}$ | `a`, `a_next` | `(n_a, m, T_x)`, `(n_a, m)` | the hidden state: what the network has in mind |
| $a^{\langle t-1\rangle},\ a^{\langle 0\rangle}$ | `a_prev`, `a0` | `(n_a, m)` | the hidden state before this step, before the first step |
| $c,\ c^{\langle t\rangle}$ | `c`, `c_next` | `(n_a, m, T_x)`, `(n_a, m)` | the memory of an LSTM or GRU |
| $\hat y,\ \hat y^{\langle t\rangle}$ | `y_pred` or `y`, `yt_pred` | `(n_y, m, T_x)`, `(n_y, m)` | predicted probabilities; each column sums to 1 |
| $W_{ax}$ | `Wax` | `(n_a, n_x)` | input to hidden |
| $W_{aa}$ | `Waa` | `(n_a, n_a)` | hidden to hidden |
| $W_{ya}$ | `Wya` | `(n_y, n_a)` | hidden to output (called `Wy` in the LSTM and the GRU) |
| $b_a,\ b_y$ | `ba`, `by` | `(n_a, 1)`, `(n_y, 1)` | biases, columns, so that they add to every example |
| $\Gamma_f,\ \Gamma_u,\ \Gamma_o,\ \Gamma_r$ | `ft`, `it` or `ut`, `ot`, `rt` | `(n_a, m)` | gates: forget, update (input), output, relevance |
| $\partial\mathcal L/\partial W$ | `dW` | as `W` | gradient of the loss |

Everything is `float64`. A function never changes the arrays it is given; it makes new ones.
"""

# %%
import time

import numpy as np

from unrolled.checks import rnn_step_by_step as checks
from unrolled.plots import cells as cell_plots
from unrolled.plots import networks as network_plots
from unrolled.plots import values as value_plots


def sigmoid(z):
    """1 / (1 + e^-z), element by element, without overflow for large |z|. Any shape -> the same shape."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def softmax(z):
    """Probabilities over the first axis: (n_y, ...) -> (n_y, ...), each column sums to 1.

    Taking away the largest number changes nothing in exact arithmetic, and keeps e^z from overflowing.
    """
    powers = np.exp(z - np.max(z, axis=0, keepdims=True))
    return powers / np.sum(powers, axis=0, keepdims=True)


# %% [markdown]
r"""
## One small question

One question goes with us through the whole unit: **is this letter inside brackets?**

    a net (with memory) reads on
          ############

A child can do it, and no letter can be judged by itself: the `e` in *net* is outside, the `e` in *memory* is inside,
and they are the same `e`. The answer is in what came before. Whatever solves this must *remember*.

A character becomes a *one-hot* column: zeros, and a single 1 at the character's place in the alphabet of 29
characters. So a batch of texts is an array `(29, m, T_x)`.
"""

# %%
ALPHABET = "abcdefghijklmnopqrstuvwxyz ()"
TEXT = "a net (with memory) reads on"


def one_hot(*texts):
    """Texts of equal length -> x of shape (29, m, T_x), one example a text."""
    places = np.array([[ALPHABET.index(character) for character in text] for text in texts])
    return np.eye(len(ALPHABET))[places].transpose(2, 0, 1)


def inside(*texts):
    """1 from an opening bracket up to the character before the closing one, 0 elsewhere: integers (m, T_x)."""
    labels = np.zeros((len(texts), len(texts[0])), dtype=int)
    for row, text in zip(labels, texts, strict=True):
        is_open = 0
        for step, character in enumerate(text):
            is_open = {"(": 1, ")": 0}.get(character, is_open)
            row[step] = is_open
    return labels


print("x has shape", one_hot(TEXT).shape)
print(TEXT)
print("".join("#" if label else " " for label in inside(TEXT)[0]))

# %% [markdown]
r"""
## Why not an ordinary network?

Suppose we lay all $T_x$ one-hot columns end to end and feed them to a feed-forward net. Three things go wrong.

1. **Lengths differ.** Its first layer has a fixed number of inputs. Texts have all lengths, and the output may be
   longer or shorter than the input. We could cut and pad everything to the longest text, and would still fail on a
   longer one.
2. **Nothing is shared between positions.** What it learns about a bracket at position 3 says nothing about a bracket
   at position 17, because other weights look there. It must see examples of everything at every place.
3. **The parameters grow with the length.** One matrix for each position, as the next figure shows.

The opposite extreme, a net that looks at one character at a time, shares everything and handles any length. But it
has no memory: it cannot tell our two `e`s apart.

We want both: **the same weights at every step, and something that passes from step to step.** That something is the
hidden state $a^{\langle t\rangle}$, and this is the whole idea:
"""

# %% tags=["figure"]
network_plots.unrolled_network(folded=True, title="One cell with a loop is the same cell again and again, unrolled in time")

# %% [markdown]
r"""
Read the right-hand picture as a program with a loop. There are not four cells: there is one, with one set of weights,
applied at each step. Because the weights are shared in time, what is learnt at one place is known at all places, and
the number of parameters does not depend on the length:
"""

# %% tags=["figure"]
lengths = np.arange(1, 101)
n_units, n_classes, n_characters = 64, 2, len(ALPHABET)
feed_forward = n_units * n_characters * lengths + n_units + n_classes * lengths * (n_units + 1)
recurrent = n_units * (n_units + n_characters + 1) + n_classes * (n_units + 1)
value_plots.curves(
    lengths,
    {"feed-forward net on the whole text": feed_forward, "recurrent net": np.full(len(lengths), recurrent)},
    title="Two networks with 64 hidden units and an answer for each character",
    x_label="length of the text, characters",
    y_label="parameters",
)

# %% [markdown]
r"""
## The cell: one step

At step $t$ the cell mixes what it sees with what it remembers, squashes the sum, and gives an answer:

$$
\begin{aligned}
a^{\langle t\rangle} &= \tanh\!\left(W_{aa}\,a^{\langle t-1\rangle} + W_{ax}\,x^{\langle t\rangle} + b_a\right)\\
\hat y^{\langle t\rangle} &= \operatorname{softmax}\!\left(W_{ya}\,a^{\langle t\rangle} + b_y\right)
\end{aligned}
$$
"""

# %% tags=["figure"]
cell_plots.cell_diagram("rnn")

# %% [markdown]
r"""
**One matrix or two?** Put $a^{\langle t-1\rangle}$ on top of $x^{\langle t\rangle}$, and $W_{aa}$ beside $W_{ax}$.
Then one product does the work of two, and we may write $a^{\langle t\rangle} = \tanh(W_a[a^{\langle t-1\rangle};
x^{\langle t\rangle}] + b_a)$. Nothing has changed but the writing. The basic cell keeps the two matrices apart; the
LSTM, which has four such pairs, uses the short form.
"""

# %% tags=["figure"]
cell_plots.stacked_matrix(n_a=4, n_x=6)

# %% [markdown]
r"""
**Which squashing function?** Four of them appear in this unit.

- **tanh** for the hidden state. It stays between −1 and 1 however long the sequence, and is centred on zero.
- **sigmoid** for a yes or no, and for gates: between 0 and 1, so multiplying by it means "let this much through".
- **softmax** for one of $K$ classes: $K$ numbers become probabilities that sum to 1. With two classes it *is* a
  sigmoid, of the difference of the two numbers.
- **ReLU** is cheap, and its slope is exactly 1 wherever it is on. But nothing bounds it: with a recurrent weight a
  little above 1 the state grows at every step. It can work in a recurrent net if $W_{aa}$ starts as the identity (Le,
  Jaitly and Hinton, 2015).

Look at the dashed slopes, too. On the way back, the gradient is multiplied by a slope at every step: that will decide
what can be learnt, and what cannot.
"""

# %% tags=["figure"]
cell_plots.activation_functions()

# %% [markdown]
r"""
### Exercise 1: `rnn_cell_forward` (7 points)

Write one step, for a whole batch at once: each of the $m$ columns of `xt` is one example, and a matrix product treats
all columns alike, so no loop is needed.

- `xt` is `(n_x, m)`, `a_prev` is `(n_a, m)`; `parameters` is a dictionary with `Wax` `(n_a, n_x)`, `Waa` `(n_a,
  n_a)`, `Wya` `(n_y, n_a)`, `ba` `(n_a, 1)`, `by` `(n_y, 1)`.
- Return three things: `a_next` `(n_a, m)`, `yt_pred` `(n_y, m)`, and `cache`, the tuple `(a_next, a_prev, xt,
  parameters)`. The cache is what the backward pass will need, later in this unit.

<details><summary>Hint 1: a nudge</summary>

Say the shapes aloud before you write a product: `(n_a, n_a)` times `(n_a, m)` gives `(n_a, m)`, and so does `(n_a,
n_x)` times `(n_x, m)`. The bias `(n_a, 1)` is added to every column by NumPy's broadcasting.

</details>

<details><summary>Hint 2: the plan</summary>

Take the five arrays out of `parameters`. Compute what goes into the tanh: two matrix products (`@`) and a bias. Apply
`np.tanh`. Use the result, not what went in, for the output: a product with `Wya`, a bias, `softmax`. Note that `*` is
not a matrix product.

</details>

<details><summary>Hint 3: nearly the line</summary>

`a_next = np.tanh(parameters["Waa"] @ … + parameters["Wax"] @ … + parameters["ba"])`, then `yt_pred =
softmax(parameters["Wya"] @ … + parameters["by"])`. The `softmax` above already works along the classes, axis 0.

</details>
"""

# %% exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    """One step of a basic recurrent cell.

    Args:
        xt: (n_x, m), the input at this step.
        a_prev: (n_a, m), the hidden state before this step.
        parameters: dict of Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), ba (n_a, 1), by (n_y, 1).

    Returns:
        a_next: (n_a, m), the hidden state after this step.
        yt_pred: (n_y, m), probabilities; each column sums to 1.
        cache: the tuple (a_next, a_prev, xt, parameters).
    """
    ### BEGIN SOLUTION
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + parameters["ba"])
    yt_pred = softmax(Wya @ a_next + parameters["by"])
    cache = (a_next, a_prev, xt, parameters)
    return a_next, yt_pred, cache
    ### END SOLUTION


# %% check="rnn_cell_forward" points=7
checks.rnn_cell_forward(rnn_cell_forward)

# %% [markdown]
r"""
**See it work.** Weights are usually learnt, and then it is hard to say what each one does. So let us first *choose*
them. One hidden unit is enough for our question. A `(` pushes it up with weight 4, a `)` pushes it down with −4, all
other characters leave it alone, and the recurrent weight 2 makes it hold on to what it is.
"""

# %%
def bracket_rnn():
    """A basic cell with one hidden unit, its weights chosen by hand: the unit is high inside brackets, low outside."""
    Wax = np.zeros((1, len(ALPHABET)))
    Wax[0, ALPHABET.index("(")], Wax[0, ALPHABET.index(")")] = 4.0, -4.0
    return {
        "Wax": Wax,
        "Waa": np.array([[2.0]]),
        "ba": np.array([[0.0]]),
        "Wya": np.array([[-4.0], [4.0]]),  # class 0: outside, class 1: inside
        "by": np.array([[1.0], [-1.0]]),
    }


# %% tags=["figure"]
states = np.array([-0.96, 0.0, 0.96])  # three memories ...
seen = "(e)"  # ... meet three characters: nine examples in one batch
batch_x = one_hot(*np.repeat(list(seen), 3))[:, :, 0]
batch_a = np.tile(states, 3)[None, :]
after, answer, _ = rnn_cell_forward(batch_x, batch_a, bracket_rnn())
value_plots.heat_table(
    after.reshape(3, 3).T,
    rows=["−0.96  outside", "0  the start", "+0.96  inside"],
    columns=["sees (", "sees e", "sees )"],
    title="The memory after one step",
    row_label="the memory before",
)

# %% [markdown]
r"""
Read it row by row: whatever the memory was, a bracket sets it, and a letter keeps it. Nine examples went through your
cell in one call, which is what the batch axis $m$ is for.

## The loop: a whole sequence

A cell does one step; a network reads. The loop starts from a given $a^{\langle 0\rangle}$ (zeros if nothing is known)
and hands each new hidden state to the next step. Written as a program, *this is all there is* to recurrence.

### Exercise 2: `rnn_forward` (7 points)

- `x` is `(n_x, m, T_x)`, `a0` is `(n_a, m)`.
- Return `a` `(n_a, m, T_x)`, all hidden states; `y_pred` `(n_y, m, T_x)`, all answers; and `caches`, the tuple
  `(list of the T_x cell caches, x)`.
- Call your `rnn_cell_forward`. If yours is not right yet, this exercise is graded with a right one in its place.

<details><summary>Hint 1: a nudge</summary>

The input of step `t` is a slice along the last axis. What does step `t` need besides its input, and who made it?

</details>

<details><summary>Hint 2: the plan</summary>

Make two arrays of zeros for `a` and `y_pred`; `n_x, m, T_x = x.shape`, and `n_y, n_a = parameters["Wya"].shape`. Let
`a_next` be `a0`. For each `t` call the cell with `x[:, :, t]` and `a_next`, write the results at `[:, :, t]`, and
append the cache to a list.

</details>

<details><summary>Hint 3: nearly the line</summary>

Inside the loop: `a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)`. The name `a_next` on
both sides is the recurrence. Afterwards `a[:, :, t] = …`, `y_pred[:, :, t] = …`, and return `a, y_pred,
(list_of_caches, x)`.

</details>
"""

# %% exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    """A basic recurrent network over a whole sequence.

    Args:
        x: (n_x, m, T_x), the input.
        a0: (n_a, m), the hidden state before the first step.
        parameters: as for rnn_cell_forward.

    Returns:
        a: (n_a, m, T_x), the hidden state after each step.
        y_pred: (n_y, m, T_x), the probabilities at each step.
        caches: the tuple (list of T_x cell caches, x).
    """
    ### BEGIN SOLUTION
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
    return a, y_pred, (cell_caches, x)
    ### END SOLUTION


# %% check="rnn_forward" points=7
checks.rnn_forward(rnn_forward)

# %% [markdown]
r"""
**See it work.** Now the little network can read our sentence. The tinted part is where the right answer is *inside*.
"""

# %% tags=["figure"]
states_read, answers_read, _ = rnn_forward(one_hot(TEXT), np.zeros((1, 1)), bracket_rnn())
value_plots.along_text(
    {"hidden state": states_read[0, 0], "P(inside)": answers_read[1, 0]},
    TEXT,
    marked=inside(TEXT)[0],
    title="A basic recurrent net with one unit keeps track of brackets",
)

# %% [markdown]
r"""
One unit, four interesting weights, and it does what no net without a memory can do. It works at any length and in any
place.

## How wrong is it? The loss

To learn, the network needs to know how wrong it is. At each step it gives a probability $\hat y_k^{\langle t\rangle}$
to each of $K$ classes, and pays the *cross-entropy*: minus the logarithm of what it gave to the right one. With $y$
one-hot,

$$
\mathcal L^{\langle t\rangle} = -\sum_{k=1}^{K} y_k^{\langle t\rangle}\log \hat y_k^{\langle t\rangle},
\qquad
\mathcal L = \sum_{t=1}^{T_y} \mathcal L^{\langle t\rangle}.
$$

With two classes and $p = \hat y_1$ this is the binary cross-entropy $-y\log p-(1-y)\log(1-p)$. The unit is the *nat*.
Being sure and right costs nearly 0, being sure and wrong costs a lot, and someone who has no idea pays $\log K$ at
each step: $\log 2 = 0.69$ here. Remember that number: an untrained network that pays much more or less has a bug, not
a talent. The losses of all steps are **summed** into one number $\mathcal L$, and over a batch one takes the mean of
the examples' losses.
"""

# %%
def cross_entropy(y_pred, labels):
    """The loss at each step, in nats: y_pred (n_y, m, T_x) and integer labels (m, T_x) -> (m, T_x)."""
    examples, steps = np.indices(labels.shape)
    return -np.log(y_pred[labels, examples, steps])


def random_rnn(rng, n_x, n_a, n_y, scale=1.0):
    """Parameters of an untrained basic cell; Waa is `scale` times a random rotation, the other weights are small."""
    return {
        "Wax": rng.normal(0, 0.3, (n_a, n_x)),
        "Waa": scale * np.linalg.qr(rng.normal(size=(n_a, n_a)))[0],
        "Wya": rng.normal(0, 0.3, (n_y, n_a)),
        "ba": np.zeros((n_a, 1)),
        "by": np.zeros((n_y, 1)),
    }


# %% tags=["figure"]
untrained = random_rnn(np.random.default_rng(3), n_x=29, n_a=8, n_y=2)
_, by_hand, _ = rnn_forward(one_hot(TEXT), np.zeros((1, 1)), bracket_rnn())
_, by_chance, _ = rnn_forward(one_hot(TEXT), np.zeros((8, 1)), untrained)
value_plots.loss_per_step(
    {
        "weights by hand": cross_entropy(by_hand, inside(TEXT))[0],
        "untrained": cross_entropy(by_chance, inside(TEXT))[0],
    },
    TEXT,
    title="The loss of each step",
)

# %% [markdown]
r"""
The untrained network pays about 0.7 a step: it guesses. Ours pays a little before the first bracket, while its memory
is still at zero, and nearly nothing afterwards.

## Why gates?

The basic cell holds one *bit* well: its recurrent weight of 2 pushes the state into one of two corners, and keeps it
there. Now ask it to hold a *number*. Show it 0.2, 0.5 or 0.8 at step 5, then nothing more, and see what it still
knows more than thirty steps later.
"""

# %%
def store_at_step_five(values, T_x=40):
    """Two inputs: the value and a flag "keep this", at step 5; zeros elsewhere. (m,) -> (2, m, T_x)."""
    x = np.zeros((2, len(values), T_x))
    x[0, :, 5] = np.arctanh(values)
    x[1, :, 5] = 1.0
    return x


def one_unit_rnn(recurrent_weight):
    """A basic cell with one unit that sees only the value, never the flag."""
    return {
        "Wax": np.array([[1.0, 0.0]]),
        "Waa": np.array([[recurrent_weight]]),
        "ba": np.zeros((1, 1)),
        "Wya": np.zeros((2, 1)),
        "by": np.zeros((2, 1)),
    }


VALUES = np.array([0.2, 0.5, 0.8])

# %% tags=["figure"]
panels = {}
for weight in (0.9, 1.0, 1.5):
    held, _, _ = rnn_forward(store_at_step_five(VALUES), np.zeros((1, 3)), one_unit_rnn(weight))
    panels[f"recurrent weight {weight}"] = {f"shown {value}": held[0, i] for i, value in enumerate(VALUES)}
value_plots.panels_over_steps(panels, y_label="hidden state")

# %% [markdown]
r"""
Below 1 the memory fades. At 1 the tanh still nibbles at it, and the largest value loses most. Above 1 all three
numbers end in the same corner: the state lasts, and what it said is lost. There is no weight that keeps a number,
because *every* step pushes the state through a matrix and a tanh, whether there is something to do or not.

The cure is a memory cell that is left alone unless something asks for a change, with **gates** that decide when:
numbers between 0 and 1, computed at each step from $[a^{\langle t-1\rangle}; x^{\langle t\rangle}]$, by which
memories are multiplied. Every unit has its own.

## LSTM

The *long short-term memory* (Hochreiter and Schmidhuber, 1997; the forget gate by Gers, Schmidhuber and Cummins,
2000) has two states: the memory $c$, an inner notebook, and the hidden state $a$, what it shows.

$$
\begin{aligned}
\Gamma_f &= \sigma(W_f[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_f) && \text{forget gate: how much of the old memory stays}\\
\Gamma_u &= \sigma(W_i[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_i) && \text{update gate: how much of the candidate is written}\\
\tilde c^{\langle t\rangle} &= \tanh(W_c[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_c) && \text{candidate: what might be written}\\
\Gamma_o &= \sigma(W_o[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_o) && \text{output gate: how much is shown}\\
c^{\langle t\rangle} &= \Gamma_f\circ c^{\langle t-1\rangle} + \Gamma_u\circ\tilde c^{\langle t\rangle}\\
a^{\langle t\rangle} &= \Gamma_o\circ\tanh(c^{\langle t\rangle})\\
\hat y^{\langle t\rangle} &= \operatorname{softmax}(W_y\,a^{\langle t\rangle} + b_y)
\end{aligned}
$$

($\circ$ multiplies element by element. In most papers and in our code the update gate is called the *input gate*,
`it`, with `Wi` and `bi`.) Follow the orange line in the picture: with $\Gamma_f = 1$ and $\Gamma_u = 0$ the memory
goes straight through, no matrix, no tanh.
"""

# %% tags=["figure"]
cell_plots.cell_diagram("lstm")

# %% [markdown]
r"""
### Exercise 3: `lstm_cell_forward` (9 points)

- `xt` `(n_x, m)`; `a_prev` and `c_prev` `(n_a, m)`.
- `parameters`: `Wf`, `Wi`, `Wc`, `Wo` of shape `(n_a, n_a + n_x)`, to be multiplied with $[a^{\langle t-1\rangle};
  x^{\langle t\rangle}]$ in this order, hidden state on top; `bf`, `bi`, `bc`, `bo` `(n_a, 1)`; `Wy` `(n_y, n_a)`,
  `by` `(n_y, 1)`.
- Return `a_next`, `c_next` `(n_a, m)`, `yt_pred` `(n_y, m)` and the cache `(a_next, c_next, a_prev, c_prev, ft, it,
  cct, ot, xt, parameters)`, where `cct` is the candidate $\tilde c^{\langle t\rangle}$.

<details><summary>Hint 1: a nudge</summary>

All four products have the same right-hand side. Make it once: `a_prev` on top of `xt`, shape `(n_a + n_x, m)`.

</details>

<details><summary>Hint 2: the plan</summary>

`np.concatenate([…, …])` stacks along axis 0, which is what we want. Then four lines that differ in one letter, three
with `sigmoid` and one with `np.tanh`; then the two lines that make `c_next` and `a_next`, with `*`; then the output
as in exercise 1, with `Wy`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`stacked = np.concatenate([a_prev, xt])`, `ft = sigmoid(parameters["Wf"] @ stacked + parameters["bf"])` and likewise
`it`, `ot`, and `cct` with `np.tanh`. Then `c_next = ft * … + it * …` and `a_next = ot * np.tanh(…)`. What goes into
the last tanh is the *new* memory.

</details>
"""

# %% exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """One step of an LSTM cell.

    Args:
        xt: (n_x, m), the input at this step.
        a_prev: (n_a, m), the hidden state before this step.
        c_prev: (n_a, m), the memory before this step.
        parameters: dict of Wf, Wi, Wc, Wo (n_a, n_a + n_x), which multiply [a_prev; xt];
            bf, bi, bc, bo (n_a, 1); Wy (n_y, n_a); by (n_y, 1).

    Returns:
        a_next: (n_a, m), the hidden state after this step.
        c_next: (n_a, m), the memory after this step.
        yt_pred: (n_y, m), probabilities; each column sums to 1.
        cache: the tuple (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters).
    """
    ### BEGIN SOLUTION
    stacked = np.concatenate([a_prev, xt])
    ft = sigmoid(parameters["Wf"] @ stacked + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ stacked + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ stacked + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ stacked + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache
    ### END SOLUTION


# %% check="lstm_cell_forward" points=9
checks.lstm_cell_forward(lstm_cell_forward)

# %% [markdown]
r"""
**See it work.** Again we choose the weights: at a letter, keep everything and write nothing; at a bracket, forget,
and at an opening one write a 1. The output gate is always open. The table shows the gates that your cell opens for
three characters.
"""

# %%
def bracket_lstm():
    """An LSTM cell with one unit, its weights chosen by hand: the memory is 1 inside brackets and 0 outside."""
    n_x, opening, closing = len(ALPHABET), 1 + ALPHABET.index("("), 1 + ALPHABET.index(")")  # place 0 is a_prev's
    parameters = {f"W{gate}": np.zeros((1, 1 + n_x)) for gate in "fico"}
    parameters["Wf"][0, [opening, closing]] = -12.0
    parameters["Wi"][0, opening] = 12.0
    parameters["Wc"][0, opening] = 3.0
    biases = {"bf": 6.0, "bi": -6.0, "bc": 0.0, "bo": 6.0}
    parameters |= {name: np.array([[bias]]) for name, bias in biases.items()}
    return parameters | {"Wy": np.array([[-8.0], [8.0]]), "by": np.array([[3.0], [-3.0]])}


# %% tags=["figure"]
three = one_hot("(", "e", ")")[:, :, 0]
_, memory_after, _, gates = lstm_cell_forward(three, np.zeros((1, 3)), np.full((1, 3), 0.5), bracket_lstm())
value_plots.heat_table(
    np.concatenate([gates[4], gates[5], gates[6], memory_after]),
    rows=["forget gate", "update gate", "candidate", "memory, was 0.5"],
    columns=["sees (", "sees e", "sees )"],
    title="What the gates do at one step",
    limits=(0, 1),
)

# %% [markdown]
r"""
The memory was 0.5 before. An opening bracket makes it 1, a closing one wipes it, and a letter leaves 0.5 as it was,
which a basic cell cannot do.

### Exercise 4: `lstm_forward` (7 points)

The loop again, now with two things to carry. The memory starts at zero; the hidden state starts at the given `a0`.

- `x` `(n_x, m, T_x)`, `a0` `(n_a, m)`.
- Return, in this order, `a` `(n_a, m, T_x)`, `y` `(n_y, m, T_x)`, `c` `(n_a, m, T_x)` and `caches`, the tuple
  `(list of the T_x cell caches, x)`.

<details><summary>Hint 1: a nudge</summary>

Your `rnn_forward` is nearly this function. What is there to carry now, and what does it look like before the first
step?

</details>

<details><summary>Hint 2: the plan</summary>

Three arrays of zeros, for `a`, `y` and `c`. Before the loop `a_next` is `a0` and `c_next` is zeros of the same shape.
In the loop both go into the cell, and both come out of it. Mind that the cell returns the memory second and this
function returns it third.

</details>

<details><summary>Hint 3: nearly the line</summary>

`c_next = np.zeros_like(a0)` before the loop, and in it
`a_next, c_next, yt_pred, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)`; then fill `a[:, :, t]`,
`y[:, :, t]` and `c[:, :, t]`. Return `a, y, c, (list_of_caches, x)`.

</details>
"""

# %% exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    """An LSTM over a whole sequence; its memory starts at zero.

    Args:
        x: (n_x, m, T_x), the input.
        a0: (n_a, m), the hidden state before the first step.
        parameters: as for lstm_cell_forward.

    Returns:
        a: (n_a, m, T_x), the hidden state after each step.
        y: (n_y, m, T_x), the probabilities at each step.
        c: (n_a, m, T_x), the memory after each step.
        caches: the tuple (list of T_x cell caches, x).
    """
    ### BEGIN SOLUTION
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
    return a, y, c, (cell_caches, x)
    ### END SOLUTION


# %% check="lstm_forward" points=7
checks.lstm_forward(lstm_forward)

# %% [markdown]
r"""
**See it work.** First the gates while it reads, then the test that the basic cell failed: hold a number.
"""

# %%
def number_keeper():
    """An LSTM cell with one unit that writes its first input when the second one, the flag, is 1, and keeps it."""
    return {
        "Wf": np.array([[0.0, 0.0, -20.0]]),
        "Wi": np.array([[0.0, 0.0, 20.0]]),
        "Wc": np.array([[0.0, 1.0, 0.0]]),
        "Wo": np.zeros((1, 3)),
        "bf": np.array([[10.0]]),
        "bi": np.array([[-10.0]]),
        "bc": np.zeros((1, 1)),
        "bo": np.array([[10.0]]),
        "Wy": np.zeros((2, 1)),
        "by": np.zeros((2, 1)),
    }


# %% tags=["figure"]
_, read, memory, (steps_read, _) = lstm_forward(one_hot(TEXT), np.zeros((1, 1)), bracket_lstm())
value_plots.heat_along_steps(
    {
        "forget gate": np.concatenate([step[4] for step in steps_read], axis=1),
        "update gate": np.concatenate([step[5] for step in steps_read], axis=1),
        "memory": memory[:, 0],
        "P(inside)": read[1],
    },
    TEXT,
    title="An LSTM with one unit, gate by gate",
)

# %% tags=["figure"]
_, _, kept, _ = lstm_forward(store_at_step_five(VALUES), np.zeros((1, 3)), number_keeper())
faded, _, _ = rnn_forward(store_at_step_five(VALUES), np.zeros((1, 3)), one_unit_rnn(1.0))
value_plots.panels_over_steps(
    {
        "basic cell, recurrent weight 1": {f"shown {value}": faded[0, i] for i, value in enumerate(VALUES)},
        "LSTM, its memory": {f"shown {value}": kept[0, i] for i, value in enumerate(VALUES)},
    },
    y_label="what is remembered",
)

# %% [markdown]
r"""
Three numbers go in, and at the end three numbers are still there.

**A variation: peepholes.** In the LSTM above, the gates see $a^{\langle t-1\rangle}$ and $x^{\langle t\rangle}$, but
not the memory itself; when the output gate is shut, the cell does not know what it knows. Gers and Schmidhuber (2000)
let the gates peep: $\Gamma_f$ and $\Gamma_u$ also get $c^{\langle t-1\rangle}$, and $\Gamma_o$ gets $c^{\langle
t\rangle}$, each through a weight of its own for each unit, as in $\Gamma_f = \sigma(W_f[a^{\langle t-1\rangle};
x^{\langle t\rangle}] + p_f\circ c^{\langle t-1\rangle} + b_f)$. It helps where timing matters, such as counting steps
between two events.
"""

# %% tags=["figure"]
cell_plots.cell_diagram("peephole")

# %% [markdown]
r"""
## GRU

Seventeen years after the LSTM came a simpler cell, the *gated recurrent unit* (Cho and colleagues, 2014). It asks: if
the old memory should go exactly when something new is written, why two gates? One update gate divides the memory
between new and old,

$$c^{\langle t\rangle} = \Gamma_u\circ\tilde c^{\langle t\rangle} + (1-\Gamma_u)\circ c^{\langle t-1\rangle},$$

and it shows what it remembers: $a^{\langle t\rangle} = c^{\langle t\rangle}$, no output gate. A second gate,
*relevance*, says how much of the old memory matters for the candidate:

$$
\begin{aligned}
\Gamma_u &= \sigma(W_u[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_u)\\
\Gamma_r &= \sigma(W_r[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_r)\\
\tilde c^{\langle t\rangle} &= \tanh(W_c[\Gamma_r\circ c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_c)\\
\hat y^{\langle t\rangle} &= \operatorname{softmax}(W_y\,c^{\langle t\rangle} + b_y)
\end{aligned}
$$

Note where $\Gamma_r$ stands: it multiplies the old memory *before* the matrix does, and it leaves $x^{\langle
t\rangle}$ alone.
"""

# %% tags=["figure"]
cell_plots.cell_diagram("gru")

# %% [markdown]
r"""
### Exercise 5: `gru_cell_forward` (8 points)

- `xt` `(n_x, m)`, `c_prev` `(n_a, m)`; `parameters`: `Wu`, `Wr`, `Wc` `(n_a, n_a + n_x)`, `bu`, `br`, `bc` `(n_a,
  1)`, `Wy` `(n_y, n_a)`, `by` `(n_y, 1)`.
- Return `c_next` `(n_a, m)`, `yt_pred` `(n_y, m)` and the cache `(c_next, c_prev, ut, rt, cct, xt, parameters)`.

<details><summary>Hint 1: a nudge</summary>

There are two different stacks here: one for the gates, and another, which needs a gate first, for the candidate.

</details>

<details><summary>Hint 2: the plan</summary>

Stack `c_prev` and `xt`, and compute `ut` and `rt` from it. Then stack `rt * c_prev` and `xt`, and compute `cct` from
that. The new memory is a weighted mean of `cct` and `c_prev`: check that with `ut` all zeros you would get `c_prev`
back.

</details>

<details><summary>Hint 3: nearly the line</summary>

`cct = np.tanh(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])`, then
`c_next = ut * … + (1 - ut) * …`, and the softmax of `parameters["Wy"] @ c_next + …`.

</details>
"""

# %% exercise="gru_cell_forward"
def gru_cell_forward(xt, c_prev, parameters):
    """One step of a full GRU cell; its hidden state is its memory.

    Args:
        xt: (n_x, m), the input at this step.
        c_prev: (n_a, m), the memory before this step.
        parameters: dict of Wu, Wr (n_a, n_a + n_x), which multiply [c_prev; xt]; Wc (n_a, n_a + n_x), which multiplies
            [rt * c_prev; xt]; bu, br, bc (n_a, 1); Wy (n_y, n_a); by (n_y, 1).

    Returns:
        c_next: (n_a, m), the memory after this step.
        yt_pred: (n_y, m), probabilities; each column sums to 1.
        cache: the tuple (c_next, c_prev, ut, rt, cct, xt, parameters).
    """
    ### BEGIN SOLUTION
    stacked = np.concatenate([c_prev, xt])
    ut = sigmoid(parameters["Wu"] @ stacked + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ stacked + parameters["br"])
    cct = np.tanh(parameters["Wc"] @ np.concatenate([rt * c_prev, xt]) + parameters["bc"])
    c_next = ut * cct + (1 - ut) * c_prev
    yt_pred = softmax(parameters["Wy"] @ c_next + parameters["by"])
    cache = (c_next, c_prev, ut, rt, cct, xt, parameters)
    return c_next, yt_pred, cache
    ### END SOLUTION


# %% check="gru_cell_forward" points=8
checks.gru_cell_forward(gru_cell_forward)

# %% [markdown]
r"""
**See it work.** One input turns the update gate from shut to open; the old memory is −0.8 and the candidate 0.9. The
gate is a slider between the two.
"""

# %% tags=["figure"]
push = np.linspace(-6, 6, 121)  # 121 examples in one batch
slider = {
    "Wu": np.array([[0.0, 1.0]]),
    "Wr": np.zeros((1, 2)),
    "Wc": np.zeros((1, 2)),
    "bu": np.zeros((1, 1)),
    "br": np.zeros((1, 1)),
    "bc": np.array([[np.arctanh(0.9)]]),
    "Wy": np.zeros((2, 1)),
    "by": np.zeros((2, 1)),
}
slid, _, slider_cache = gru_cell_forward(push[None, :], np.full((1, 121), -0.8), slider)
value_plots.curves(
    push,
    {
        "new memory": slid[0],
        "update gate": slider_cache[2][0],
        "candidate": slider_cache[4][0],
        "old memory": slider_cache[1][0],
    },
    title="The update gate slides the memory from old to candidate",
    x_label="input",
)

# %% [markdown]
r"""
### Exercise 6: `gru_forward` (5 points)

You know this loop by now; there is one thing to carry, the memory.

- `x` `(n_x, m, T_x)`, `c0` `(n_a, m)`.
- Return `c` `(n_a, m, T_x)`, `y` `(n_y, m, T_x)` and `caches`, the tuple `(list of the T_x cell caches, x)`.

<details><summary>Hint 1: a nudge</summary>

It is `rnn_forward` with another cell, and `c` where `a` was.

</details>

<details><summary>Hint 2: the plan</summary>

Shapes: `n_y, n_a = parameters["Wy"].shape` and `_, m, T_x = x.shape`. Start from `c0`, loop over the steps, fill two
arrays, collect the caches.

</details>

<details><summary>Hint 3: nearly the line</summary>

In the loop: `c_next, yt_pred, cache = gru_cell_forward(x[:, :, t], c_next, parameters)`, with `c_next = c0` before
it.

</details>
"""

# %% exercise="gru_forward"
def gru_forward(x, c0, parameters):
    """A GRU over a whole sequence.

    Args:
        x: (n_x, m, T_x), the input.
        c0: (n_a, m), the memory before the first step.
        parameters: as for gru_cell_forward.

    Returns:
        c: (n_a, m, T_x), the memory after each step.
        y: (n_y, m, T_x), the probabilities at each step.
        caches: the tuple (list of T_x cell caches, x).
    """
    ### BEGIN SOLUTION
    _, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    c, y = np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x))
    cell_caches = []
    c_next = c0
    for t in range(T_x):
        c_next, y[:, :, t], cache = gru_cell_forward(x[:, :, t], c_next, parameters)
        c[:, :, t] = c_next
        cell_caches.append(cache)
    return c, y, (cell_caches, x)
    ### END SOLUTION


# %% check="gru_forward" points=5
checks.gru_forward(gru_forward)

# %% [markdown]
r"""
**See it work.** The bracket question once more, with a single update gate that opens at brackets and nowhere else.
"""

# %%
def bracket_gru():
    """A GRU cell with one unit, its weights chosen by hand: near 1 inside brackets, near -1 after them."""
    n_x, opening, closing = len(ALPHABET), 1 + ALPHABET.index("("), 1 + ALPHABET.index(")")
    parameters = {f"W{gate}": np.zeros((1, 1 + n_x)) for gate in "urc"}
    parameters["Wu"][0, [opening, closing]] = 12.0
    parameters["Wc"][0, [opening, closing]] = 3.0, -3.0
    parameters |= {"bu": np.array([[-6.0]]), "br": np.array([[6.0]]), "bc": np.array([[0.0]])}
    return parameters | {"Wy": np.array([[-4.0], [4.0]]), "by": np.array([[1.0], [-1.0]])}


def random_lstm(rng, n_x, n_a, n_y, forget_bias=0.0, scale=1.0):
    """Parameters of an untrained LSTM; a high forget bias makes it keep its memory at first."""
    weights = {f"W{gate}": rng.normal(0, scale / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "fico"}
    biases = {f"b{gate}": np.zeros((n_a, 1)) for gate in "ico"} | {"bf": np.full((n_a, 1), forget_bias)}
    return weights | biases | {"Wy": rng.normal(0, 0.3, (n_y, n_a)), "by": np.zeros((n_y, 1))}


def random_gru(rng, n_x, n_a, n_y):
    """Parameters of an untrained GRU."""
    weights = {f"W{gate}": rng.normal(0, 1 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "urc"}
    biases = {f"b{gate}": rng.normal(0, 0.1, (n_a, 1)) for gate in "urc"}
    return weights | biases | {"Wy": rng.normal(0, 0.3, (n_y, n_a)), "by": np.zeros((n_y, 1))}


# %% tags=["figure"]
gru_memory, gru_read, (gru_steps, _) = gru_forward(one_hot(TEXT), np.zeros((1, 1)), bracket_gru())
value_plots.heat_along_steps(
    {
        "update gate": np.concatenate([step[2] for step in gru_steps], axis=1),
        "memory": gru_memory[:, 0],
        "P(inside)": gru_read[1],
    },
    TEXT,
    title="A GRU with one unit, gate by gate",
    signed=["memory"],
)

# %% [markdown]
r"""
**GRU or LSTM?** Side by side:

| | basic cell | GRU | LSTM |
| --- | --- | --- | --- |
| carried from step to step | $a$ | $c$ (and $a = c$) | $a$ and $c$ |
| gates | none | update, relevance | forget, update, output |
| keeping and writing | always rewritten | one gate: what is written replaces the old | two gates: can keep *and* add, so it can count |
| shows | all | all | what the output gate lets out |
| parameters, without the output layer | $n_a(n_a+n_x+1)$ | three times that | four times that |

Neither wins everywhere. The GRU is smaller and cheaper, and easier to make large; the LSTM is the more general cell,
and the safe first choice. The next cell counts and times yours.
"""

# %% tags=["figure"]
cost_x, cost_a = np.random.default_rng(4).normal(size=(29, 32, 100)), np.zeros((64, 32))
print("n_x = 29, n_a = 64, 32 examples, 100 steps")
for cell_name, network, made in (
    ("basic", rnn_forward, random_rnn(np.random.default_rng(5), 29, 64, 2)),
    ("GRU", gru_forward, random_gru(np.random.default_rng(5), 29, 64, 2)),
    ("LSTM", lstm_forward, random_lstm(np.random.default_rng(5), 29, 64, 2)),
):
    started = time.perf_counter()
    network(cost_x, cost_a, made)
    spent = 1000 * (time.perf_counter() - started)
    size = sum(array.size for name, array in made.items() if name not in ("Wya", "Wy", "by"))
    print(f"{cell_name:6} {size:7,} parameters  {spent:6.1f} ms")

# %% [markdown]
r"""
## Both directions

Make the question a little harder: an opening bracket may never be closed, as in a careless message. Is this letter
inside a *pair* of brackets?

    an open ( here (but closed) there
                    ##########

Standing at the *h* of *here*, you cannot know: the answer is further to the right. No network that reads from left to
right can know it either, however many units or gates it has. Language is full of this, and so are speech and
handwriting.

A **bidirectional** network (BRNN; Schuster and Paliwal, 1997) has two sets of weights. One reads from left to right,
as before. The other reads from right to left and has, at step $t$, seen everything from the end back to $t$. The
answer looks at both:

$$
\hat y^{\langle t\rangle} = \operatorname{softmax}\!\left(W_y\left[\overrightarrow{a}^{\langle t\rangle};
\overleftarrow{a}^{\langle t\rangle}\right] + b_y\right)
$$
"""

# %% tags=["figure"]
network_plots.unrolled_network(bidirectional=True)

# %% [markdown]
r"""
### Exercise 7: `brnn_forward` (9 points)

- `x` is `(n_x, m, T_x)`. `parameters_forward` and `parameters_backward` are parameters of basic cells, with `Wax`,
  `Waa`, `ba`. They also hold a `Wya` and a `by`, so that you may call your `rnn_forward`, but these must not touch
  the answer, which is made with `Wy` `(n_y, 2 n_a)` and `by` `(n_y, 1)`. Both directions start from zeros.
- Return `y` `(n_y, m, T_x)`, `a_forward` and `a_backward` `(n_a, m, T_x)`. All three are in the order of the *input*:
  `a_backward[:, :, t]` is the state of the backward reader just after it has read `x[:, :, t]`.

(This "backward" is a direction of reading. It has nothing to do with the backward pass, which comes later.)

<details><summary>Hint 1: a nudge</summary>

Reading from right to left is reading the reversed sequence from left to right. Afterwards something must be turned
round again: what?

</details>

<details><summary>Hint 2: the plan</summary>

`x[:, :, ::-1]` is `x` with its steps reversed. Run `rnn_forward` once on `x` and once on that, and reverse the second
result's hidden states along the last axis. Then, for each step, stack the two states, forward on top, and make the
answer. Both directions have `n_a` units; take it from `Waa`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`a_backward = rnn_forward(x[:, :, ::-1], a0, parameters_backward)[0][:, :, ::-1]`; for each `t`
`y[:, :, t] = softmax(Wy @ np.concatenate([a_forward[:, :, t], …]) + by)`.

</details>
"""

# %% exercise="brnn_forward"
def brnn_forward(x, parameters_forward, parameters_backward, Wy, by):
    """A bidirectional network of two basic recurrent layers, both starting from zeros.

    Args:
        x: (n_x, m, T_x), the input.
        parameters_forward: dict of Wax (n_a, n_x), Waa (n_a, n_a), ba (n_a, 1) of the reader from left to right;
            its Wya and by have no influence on the result.
        parameters_backward: the same for the reader from right to left.
        Wy: (n_y, 2 n_a), multiplies [a_forward; a_backward].
        by: (n_y, 1).

    Returns:
        y: (n_y, m, T_x), the probabilities at each step.
        a_forward: (n_a, m, T_x), the state of the first reader after each step of the input.
        a_backward: (n_a, m, T_x), the state of the second one at the same steps: it has read from the end back to t.
    """
    ### BEGIN SOLUTION
    a0 = np.zeros((parameters_forward["Waa"].shape[0], x.shape[1]))
    a_forward, _, _ = rnn_forward(x, a0, parameters_forward)
    reversed_states, _, _ = rnn_forward(x[:, :, ::-1], a0, parameters_backward)
    a_backward = reversed_states[:, :, ::-1]
    both = np.concatenate([a_forward, a_backward])
    y = softmax(np.tensordot(Wy, both, axes=1) + by[:, :, None])
    return y, a_forward, a_backward
    ### END SOLUTION


# %% check="brnn_forward" points=9
checks.brnn_forward(brnn_forward)

# %% [markdown]
r"""
**See it work.** The forward reader is our one-unit cell. The backward reader is the same cell with the brackets'
roles exchanged: coming from the right, a `)` means that a pair begins. The answer is *inside* if both say so.
"""

# %%
PAIRS = "an open ( here (but closed) there"


def bracket_brnn():
    """Arguments of brnn_forward after x, chosen by hand: inside a pair where both readers are high."""
    from_left, from_right = bracket_rnn(), bracket_rnn()
    from_right["Wax"] = -from_right["Wax"]
    return from_left, from_right, np.array([[-3.0, -3.0], [3.0, 3.0]]), np.array([[4.5], [-4.5]])


# %% tags=["figure"]
pair_answer, from_the_left, from_the_right = brnn_forward(one_hot(PAIRS), *bracket_brnn())
value_plots.heat_along_steps(
    {"from the left": from_the_left[:, 0], "from the right": from_the_right[:, 0], "P(inside a pair)": pair_answer[1]},
    PAIRS,
    title="Two readers, one answer",
    signed=["from the left", "from the right"],
)

# %% [markdown]
r"""
The reader from the left is fooled by the open bracket; the reader from the right puts it right. It also pays to see
*which inputs each output has looked at*. We take networks with random weights, change one input step at a time, and
see which outputs move:
"""

# %%
def influence(network, x, change=1e-3):
    """How much each output step moves when each input step changes: network(x) -> y; returns (T_out, T_in)."""
    before = network(x)
    columns = []
    for step in range(x.shape[2]):
        touched = x.copy()
        touched[:, :, step] += change
        columns.append(np.abs(network(touched) - before).sum(axis=(0, 1)))
    return np.stack(columns, axis=1)


# %% tags=["figure"]
map_rng = np.random.default_rng(6)
map_x = 0.3 * map_rng.normal(size=(5, 8, 14))
map_forward, map_backward = (random_rnn(map_rng, 5, 12, 3, scale=0.95) for _ in range(2))
map_Wy = map_rng.normal(0, 0.5, (3, 24))
value_plots.influence_maps(
    {
        "one direction": influence(lambda x: rnn_forward(x, np.zeros((12, 8)), map_forward)[1], map_x),
        "both directions": influence(
            lambda x: brnn_forward(x, map_forward, map_backward, map_Wy, np.zeros((3, 1)))[0], map_x
        ),
    }
)

# %% [markdown]
r"""
On the left everything above the diagonal is empty: an output knows its past and its present, never its future. On the
right the square is full. That is the strength of a BRNN, and its price, which is the first written question.
"""

# %% [markdown]
r"""
### Written question 1: why not live? (4 points)

You are asked for two programs. The first puts subtitles under a live broadcast: each word must appear within a second
of being said. The second finds the names of people in articles that are finished. For which of them would you use a
bidirectional network, and for which not?

In five to ten sentences: say with the formula of $\hat y^{\langle t\rangle}$ what must have happened before
$\hat y^{\langle 1\rangle}$ can be computed; decide for both programs; and describe one compromise that gives the
live program *some* knowledge of the future, with what it costs.
"""

# %% [markdown] answer="why_not_live" points=4
r"""
**Your answer to written question 1.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. **Formula.** $\hat y^{\langle 1\rangle}$ needs $\overleftarrow{a}^{\langle 1\rangle}$, which is computed from
   $\overleftarrow{a}^{\langle 2\rangle}$, and so on to $x^{\langle T_x\rangle}$: the whole input must have been seen
   before the *first* output exists. "It needs the future" without the chain through the backward states earns half.
2. **Live subtitles: no.** The first word would appear when the broadcast ends; a delay that grows with $T_x$. Running
   the net anew on everything heard so far at each step is possible but costs $T_x^2$ steps in all, and earlier
   answers keep changing. (Either half is enough.)
3. **Finished articles: yes.** The whole text is there, and names are often settled by what follows them.
4. **A compromise with its price**, for example: read in blocks and be bidirectional inside a block (delay of a block,
   no future across its edge); a unidirectional net that answers $k$ steps late (delay of $k$ steps, sees only $k$
   ahead); show a first guess and correct it later (words on the screen change). The price must be named.

Full marks for any correct wording. No point for "a BRNN is slow because it has twice the parameters": size is not the
reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Several layers

A recurrent layer takes a sequence and gives a sequence, so the hidden states of one can be the input of the next.
Layer $l$ at step $t$ reads layer $l-1$ **at the same step** and itself at the step before:

$$a^{[l]\langle t\rangle} = \tanh\!\left(W_{aa}^{[l]}\,a^{[l]\langle t-1\rangle} + W_{ax}^{[l]}\,a^{[l-1]\langle t\rangle} + b_a^{[l]}\right),
\qquad a^{[0]\langle t\rangle} = x^{\langle t\rangle}.$$

Every layer has its own weights, shared over its steps, and may have its own size. Two or three layers are already
deep for a recurrent network: each of them is deep in time as well.
"""

# %% tags=["figure"]
network_plots.unrolled_network(layers=3)

# %% [markdown]
r"""
### Exercise 8: `deep_rnn_forward` (8 points)

- `x` is `(n_x, m, T_x)`; `layers` is a list of parameter dictionaries, the lowest layer first. Layer $l$ has `Wax`
  $(n_a^{[l]}, n_a^{[l-1]})$ with $n_a^{[0]} = n_x$, `Waa` $(n_a^{[l]}, n_a^{[l]})$, `ba`, and also a `Wya` and a
  `by`. All hidden states start at zero.
- Return `a`, a list with one array $(n_a^{[l]}, m, T_x)$ for each layer, and `y` `(n_y, m, T_x)`, the answers of the
  **last** layer.

<details><summary>Hint 1: a nudge</summary>

Two loops are needed, over layers and over steps, and you have already written one of them. Which one may be the
outer?

</details>

<details><summary>Hint 2: the plan</summary>

Layer 1 can read all of `x` before layer 2 starts: layer 2 needs only the finished states of layer 1. So loop over the
layers, call `rnn_forward` for each, and let its hidden states be the next layer's input. Make a zero `a0` of the
right size for each layer.

</details>

<details><summary>Hint 3: nearly the line</summary>

Start with `inputs = x`. For each `parameters` in `layers`: `a0 = np.zeros((parameters["Waa"].shape[0], m))`, then
`inputs, y, _ = rnn_forward(inputs, …, …)`, and append `inputs` to the list. After the loop `y` is the last layer's.

</details>
"""

# %% exercise="deep_rnn_forward"
def deep_rnn_forward(x, layers):
    """A stack of basic recurrent layers; layer l reads layer l - 1 at the same step, and all states start at zero.

    Args:
        x: (n_x, m, T_x), the input.
        layers: list of parameter dicts as for rnn_cell_forward, lowest first; the sizes n_a may differ.

    Returns:
        a: list of one (n_a of that layer, m, T_x) array a layer, lowest first.
        y: (n_y, m, T_x), the probabilities from the last layer's Wya and by.
    """
    ### BEGIN SOLUTION
    a = []
    inputs = x
    for parameters in layers:
        a0 = np.zeros((parameters["Waa"].shape[0], x.shape[1]))
        inputs, y, _ = rnn_forward(inputs, a0, parameters)
        a.append(inputs)
    return a, y
    ### END SOLUTION


# %% check="deep_rnn_forward" points=8
checks.deep_rnn_forward(deep_rnn_forward)

# %% [markdown]
r"""
**See it work.** Drop one pebble in the water: a single input at step 3, then silence. Three random layers of 16, 12
and 8 units:
"""

# %% tags=["figure"]
pebble = np.zeros((4, 1, 40))
pebble[:, 0, 3] = 3.0
stack_rng = np.random.default_rng(8)
stack = [random_rnn(stack_rng, n_in, n_out, 2, scale=0.85) for n_in, n_out in ((4, 16), (16, 12), (12, 8))]
ripples, _ = deep_rnn_forward(pebble, stack)
value_plots.heat_along_steps(
    {f"layer {level}": ripples[level - 1][:, 0] for level in (3, 2, 1)},
    title="One input at step 3 passes through three layers",
    signed=["layer 1", "layer 2", "layer 3"],
)

# %% [markdown]
r"""
All layers start at step 3: up is immediate, only sideways takes time. Each layer also remembers its own past, so the
higher ones answer to a longer stretch of it.

## Learning: backpropagation through time

So far we have chosen weights, or drawn them at random. To learn them we need the gradient of the loss with respect to
every weight. There is no new mathematics: unrolled in time, a recurrent network *is* a deep feed-forward network that
happens to use the same weights in each layer. Backpropagation through it is called *backpropagation through time*
(BPTT; Werbos, 1990).
"""

# %% tags=["figure"]
network_plots.unrolled_network(gradient=True)

# %% [markdown]
r"""
Two things deserve a careful look.

**A hidden state is used twice.** $a^{\langle t\rangle}$ makes the answer $\hat y^{\langle t\rangle}$, and it goes on
to step $t+1$. So its gradient has two parts, which are *added*:

$$
\frac{\partial\mathcal L}{\partial a^{\langle t\rangle}} =
\underbrace{W_{ya}^\top\,\frac{\partial\mathcal L^{\langle t\rangle}}{\partial z_y^{\langle t\rangle}}}_{\text{vertical: this step's loss}}
\;+\;
\underbrace{W_{aa}^\top\,\frac{\partial\mathcal L}{\partial z^{\langle t+1\rangle}}}_{\text{horizontal: all later losses}}
$$

Here $z_y = W_{ya}a + b_y$ is what goes into the softmax, and $z = W_{aa}a_{prev} + W_{ax}x + b_a$ is what goes into
the tanh. In code the vertical part of all steps comes as one array, `da` `(n_a, m, T_x)`; for softmax with
cross-entropy, the derivative $\partial\mathcal L^{\langle t\rangle}/\partial z_y^{\langle t\rangle}$ is just $\hat
y^{\langle t\rangle} - y^{\langle t\rangle}$.

**A weight is used $T_x$ times.** So its gradient is a sum over steps: each step says how *its* use of the weight
changed the loss.

And two rules that catch most mistakes. A gradient always has the shape of what it is the gradient of: `dWax` is
`(n_a, n_x)` like `Wax`. And from $z = W v + b$ follow three lines that you will use again and again, with `dz` of
shape `(n, m)`:

$$
dW = dz\;v^\top, \qquad dv = W^\top dz, \qquad db = \text{the sum of } dz \text{ over the batch, shape } (n, 1).
$$

The matrix product in $dz\,v^\top$ sums over the batch by itself; for $b$ you do it.

### Exercise 9: `rnn_cell_backward` (8 points)

One step back. `da_next` is the whole gradient that arrives at $a^{\langle t\rangle}$, both parts already added. With
$a = \tanh(z)$ the slope is $1 - a^2$, so

$$dz = da_{next}\circ\left(1 - \left(a^{\langle t\rangle}\right)^2\right),$$

and the three lines above do the rest.

- `da_next` is `(n_a, m)`, `cache` is `(a_next, a_prev, xt, parameters)`, as your forward cell made it.
- Return a dictionary with `dxt` `(n_x, m)`, `da_prev` `(n_a, m)`, `dWax` `(n_a, n_x)`, `dWaa` `(n_a, n_a)`, `dba`
  `(n_a, 1)`.

The output layer does not appear: whatever it had to say came in with `da_next`.

<details><summary>Hint 1: a nudge</summary>

You need no tanh here: its value is in the cache already. Write `dz` first, then ask of each of the five results: who
was multiplied with whom on the way forward?

</details>

<details><summary>Hint 2: the plan</summary>

`Waa @ a_prev` gives `dWaa` and `da_prev`; `Wax @ xt` gives `dWax` and `dxt`; `ba` was broadcast over the columns, so
its gradient sums over them. Transposes (`.T`) go where they make the shapes fit: `(n_a, m)` times `(m, n_x)` is
`(n_a, n_x)`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`dz = da_next * (1 - a_next**2)`; `"dWax": dz @ xt.T`, `"dxt": parameters["Wax"].T @ dz`, the same two for `Waa` and
`a_prev`, and `"dba": np.sum(dz, axis=1, keepdims=True)`.

</details>
"""

# %% exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    """One step back through a basic recurrent cell.

    Args:
        da_next: (n_a, m), gradient of the loss with respect to the hidden state after this step, all of it.
        cache: the tuple (a_next, a_prev, xt, parameters) of the forward step.

    Returns:
        dict of dxt (n_x, m), da_prev (n_a, m), dWax (n_a, n_x), dWaa (n_a, n_a), dba (n_a, 1).
    """
    ### BEGIN SOLUTION
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }
    ### END SOLUTION


# %% check="rnn_cell_backward" points=8
checks.rnn_cell_backward(rnn_cell_backward, rnn_cell_forward)

# %% [markdown]
r"""
**See it work.** There is a way to check any gradient without knowing the answer: wiggle a number a little, see how
much the loss changes, and divide. It is slow, one wiggle for each number, but it knows nothing of the chain rule and
so cannot make the same mistake. Keep `numerical_gradient` for life.
"""

# %%
def numerical_gradient(loss, array, wiggle=1e-6):
    """The gradient of loss() with respect to array, by central differences; the array is put back as it was.

    Args:
        loss: a function without arguments that returns a number and looks at `array`.
        array: float64, any shape.

    Returns:
        an array of the same shape.
    """
    gradient = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + wiggle
        above = loss()
        array[place] = value - wiggle
        below = loss()
        array[place] = value
        gradient[place] = (above - below) / (2 * wiggle)
    return gradient


# %% tags=["figure"]
wiggle_rng = np.random.default_rng(9)
small = random_rnn(wiggle_rng, n_x=3, n_a=5, n_y=2)
small_x, small_a, weight_of_a = (wiggle_rng.normal(size=(size, 4)) for size in (3, 5, 5))
exact = rnn_cell_backward(weight_of_a, rnn_cell_forward(small_x, small_a, small)[2])


def small_loss():
    """Any number that depends on a_next will do; the gradient of this one with respect to a_next is weight_of_a."""
    return np.sum(weight_of_a * rnn_cell_forward(small_x, small_a, small)[0])


wiggled = {"dxt": small_x, "da_prev": small_a, "dWax": small["Wax"], "dWaa": small["Waa"], "dba": small["ba"]}
value_plots.gradient_agreement(
    {name: (exact[name], numerical_gradient(small_loss, array)) for name, array in wiggled.items()},
    title="Every number of every gradient",
)

# %% [markdown]
r"""
### Exercise 10: `rnn_backward` (8 points)

Now the loop, from the last step to the first. At each step add the two parts of the gradient, go one step back
through the cell, and keep three things: the gradient of this input, the horizontal part for the step before, and this
step's share of the weights' gradients.

- `da` is `(n_a, m, T_x)`: the *vertical* parts, one for each step. `caches` is `(list of cell caches, x)`.
- **$T_x$ comes from `da`.** It may be shorter than the list of caches: then the loss has looked at the first steps
  only, and the later ones get no gradient. Beyond the last step of `da`, the horizontal part is zero.
- Return a dictionary with `dx` `(n_x, m, T_x)`, `da0` `(n_a, m)`, `dWax` `(n_a, n_x)`, `dWaa` `(n_a, n_a)`, `dba`
  `(n_a, 1)`.

<details><summary>Hint 1: a nudge</summary>

Which steps have already had their say when you come to step `t` from the right? What single array sums up all of it?

</details>

<details><summary>Hint 2: the plan</summary>

Zeros for `dx` and the three sums, and zeros `(n_a, m)` for the horizontal part. Loop with `reversed(range(T_x))`.
Call `rnn_cell_backward` with the **sum** of `da[:, :, t]` and the horizontal part. Set `dx[:, :, t]`, add to the sums
with `+=`, and replace the horizontal part. When the loop ends, it is the gradient of the state before the first step.

</details>

<details><summary>Hint 3: nearly the line</summary>

`step = rnn_cell_backward(da[:, :, t] + da_prev, cell_caches[t])`, then `da_prev = step["da_prev"]`, `dx[:, :, t] =
step["dxt"]`, `dWax += step["dWax"]` and so on. After the loop `"da0": da_prev`.

</details>
"""

# %% exercise="rnn_backward"
def rnn_backward(da, caches):
    """Backpropagation through time for a basic recurrent network.

    Args:
        da: (n_a, m, T_x), gradient that reaches each hidden state from its own step's loss; may have fewer steps than
            the caches, then later steps have no gradient.
        caches: the tuple (list of cell caches, x) of rnn_forward.

    Returns:
        dict of dx (n_x, m, T_x), da0 (n_a, m), dWax (n_a, n_x), dWaa (n_a, n_a), dba (n_a, 1).
    """
    ### BEGIN SOLUTION
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
            total[name] += step[name]
    return {"dx": dx, "da0": da_prev, **total}
    ### END SOLUTION


# %% check="rnn_backward" points=8
checks.rnn_backward(rnn_backward, rnn_forward)

# %% [markdown]
r"""
**See it work.** Let only the *last* step have a loss, and ask how much the input at each earlier step matters to it:
that is the size of `dx` there. A network can only learn to use what still has a gradient. We try three sizes of
$W_{aa}$, each a random rotation times a scale. The inputs are tiny, so that the tanh stays where it is steepest.
"""

# %%
def last_step_only(rng, n_a, m, T_x):
    """A gradient da (n_a, m, T_x) that is zero everywhere but at the last step."""
    da = np.zeros((n_a, m, T_x))
    da[:, :, -1] = rng.normal(size=(n_a, m))
    return da


def size_of_steps(dx):
    """The size of a gradient at each step, relative to the last one: dx (n_x, m, T_x) -> (T_x,)."""
    sizes = np.sqrt(np.sum(dx**2, axis=(0, 1)))
    return sizes / sizes[-1]


FLOW_X = 1e-5 * np.random.default_rng(10).normal(size=(8, 16, 50))  # n_x = 8, m = 16, T_x = 50
FLOW_DA = last_step_only(np.random.default_rng(11), n_a=32, m=16, T_x=50)


# %% tags=["figure"]
flows = {}
for scale in (1.2, 1.0, 0.8):
    cell = random_rnn(np.random.default_rng(12), 8, 32, 2, scale)
    _, _, flow_caches = rnn_forward(FLOW_X, np.zeros((32, 16)), cell)
    flows[f"scale {scale}"] = size_of_steps(rnn_backward(FLOW_DA, flow_caches)["dx"])
value_plots.gradient_flow(flows, title="Basic cell: how much of the gradient is left")

# %% [markdown]
r"""
The axis is logarithmic: a straight line down is an exponential. On its way back the gradient is multiplied at each
step by $W_{aa}^\top$ and by the slope of the tanh,

$$
\frac{\partial a^{\langle t\rangle}}{\partial a^{\langle t-1\rangle}} = \operatorname{diag}\!\left(1-(a^{\langle t\rangle})^2\right)W_{aa},
$$

and a product of fifty such factors is nearly nothing, or far too much: $0.8^{50} \approx 0.00001$, $1.2^{50} \approx
9000$. Once the tanh saturates, its slope takes away still more. These are the
**vanishing** and the **exploding gradient** (Hochreiter, 1991; Bengio, Simard and Frasconi, 1994). Explosions are
loud and can be clipped, as you will do in unit 02. Vanishing is quiet: the loss falls, training looks healthy, and
the network never learns what lies far apart.

### Exercise 11: `lstm_cell_backward` (9 points)

Now back through the LSTM. It is longer, and it is the same three lines each time. Begin with the memory. $c^{\langle
t\rangle}$ is used twice: by step $t+1$, which sends back `dc_next`, and by $a^{\langle t\rangle} =
\Gamma_o\circ\tanh(c^{\langle t\rangle})$. All that reaches it is

$$dc = dc_{next} + da_{next}\circ\Gamma_o\circ\left(1-\tanh^2(c^{\langle t\rangle})\right).$$

From here every gate is a factor in a product, and the rule for products is: *the gradient of a factor is what
arrives, times the other factor*. A sigmoid has the slope $\Gamma(1-\Gamma)$, a tanh the slope $1-\tilde c^2$. So for
the output gate, which stands in the formula of $a$,

$$dz_o = da_{next}\circ\tanh(c^{\langle t\rangle})\circ\Gamma_o\circ(1-\Gamma_o).$$

The other three stand in $c^{\langle t\rangle} = \Gamma_f\circ c^{\langle t-1\rangle} + \Gamma_u\circ\tilde c^{\langle
t\rangle}$: what arrives there is $dc$. Write $dz_f$, $dz_i$, $dz_c$ by the same rule. Then each gate has $z_g =
W_g\,[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_g$, and all four send something to the stack:

$$
dW_g = dz_g\,[a^{\langle t-1\rangle}; x^{\langle t\rangle}]^\top,\qquad db_g = \text{sum of } dz_g \text{ over the batch},\qquad
d[a_{prev}; x] = \sum_{g\,\in\,\{f,i,c,o\}} W_g^\top\,dz_g,\qquad dc_{prev} = dc\circ\Gamma_f.
$$

- `da_next` and `dc_next` are `(n_a, m)`; the cache is that of exercise 3. The upper `n_a` rows of $d[a_{prev}; x]$
  are `da_prev`, the others `dxt`.
- Return a dictionary with `dxt` `(n_x, m)`, `da_prev`, `dc_prev` `(n_a, m)`, `dWf`, `dWi`, `dWc`, `dWo` `(n_a, n_a +
  n_x)`, `dbf`, `dbi`, `dbc`, `dbo` `(n_a, 1)`.

<details><summary>Hint 1: a nudge</summary>

First `dc`, all of it; then the four `dz`; then everything else is matrix products. What is the *other factor* of
`ft`? of `it`? of `cct`?

</details>

<details><summary>Hint 2: the plan</summary>

The other factor of `ft` is `c_prev`, that of the update gate `it` is `cct`, and the other way round. Each `dz` is
`dc`, times the other factor, times the slope. Note that the slope of the candidate is `1 - cct**2`, not `cct * (1 -
cct)`. A frequent slip is `da_next` where `dc` belongs: then whatever the memory carried back from later steps is
lost.

</details>

<details><summary>Hint 3: nearly the line</summary>

`dc = dc_next + da_next * ot * (1 - np.tanh(c_next)**2)`; `dzf = dc * c_prev * ft * (1 - ft)`, `dzi = dc * cct * …`,
`dzc = dc * it * …`. With `stacked = np.concatenate([a_prev, xt])`: `dWf = dzf @ stacked.T`, `dbf = np.sum(dzf,
axis=1, keepdims=True)`; `dstacked = parameters["Wf"].T @ dzf + …` (four terms); `da_prev = dstacked[:n_a]`, `dxt =
dstacked[n_a:]`, `dc_prev = dc * ft`.

</details>
"""

# %% exercise="lstm_cell_backward"
def lstm_cell_backward(da_next, dc_next, cache):
    """One step back through an LSTM cell.

    Args:
        da_next: (n_a, m), gradient with respect to the hidden state after this step, all of it.
        dc_next: (n_a, m), gradient that reaches the memory after this step from the step that follows.
        cache: the tuple (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters) of the forward step.

    Returns:
        dict of dxt (n_x, m), da_prev (n_a, m), dc_prev (n_a, m), dWf, dWi, dWc, dWo (n_a, n_a + n_x),
        dbf, dbi, dbc, dbo (n_a, 1).
    """
    ### BEGIN SOLUTION
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
        gradients[f"dW{gate}"] = dz[gate] @ stacked.T
        gradients[f"db{gate}"] = np.sum(dz[gate], axis=1, keepdims=True)
    return gradients
    ### END SOLUTION


# %% check="lstm_cell_backward" points=9
checks.lstm_cell_backward(lstm_cell_backward, lstm_cell_forward)

# %% [markdown]
r"""
**See it work.** Eleven gradients against eleven numerical ones. The loss depends on $a^{\langle t\rangle}$ and on
$c^{\langle t\rangle}$, so that both ways into the cell are tried.
"""

# %% tags=["figure"]
wiggle_rng = np.random.default_rng(13)
small = random_lstm(wiggle_rng, n_x=3, n_a=4, n_y=2)
small_x, small_a, small_c, weight_of_a, weight_of_c = (wiggle_rng.normal(size=(size, 5)) for size in (3, 4, 4, 4, 4))
exact = lstm_cell_backward(weight_of_a, weight_of_c, lstm_cell_forward(small_x, small_a, small_c, small)[3])


def small_lstm_loss():
    """A number that depends on a_next and c_next; its gradients with respect to them are the two weights."""
    a_next, c_next, _, _ = lstm_cell_forward(small_x, small_a, small_c, small)
    return np.sum(weight_of_a * a_next) + np.sum(weight_of_c * c_next)


wiggled = {"dxt": small_x, "da_prev": small_a, "dc_prev": small_c}
wiggled |= {f"d{name}": small[name] for name in ("Wf", "Wi", "Wc", "Wo", "bf", "bi", "bc", "bo")}
value_plots.gradient_agreement(
    {name: (exact[name], numerical_gradient(small_lstm_loss, array)) for name, array in wiggled.items()},
    title="Every number of eleven gradients",
)

# %% [markdown]
r"""
### Exercise 12: `lstm_backward` (7 points)

The last loop. Two gradients travel back in time now, side by side: one along $a$, one along $c$. Both are zero beyond
the last step. The vertical part `da` is added to the first.

- `da` is `(n_a, m, T_x)`, and again $T_x$ comes from `da`, which may be shorter than the list of caches.
- Return a dictionary with `dx` `(n_x, m, T_x)`, `da0` `(n_a, m)`, and the sums `dWf`, `dWi`, `dWc`, `dWo` `(n_a, n_a
  + n_x)`, `dbf`, `dbi`, `dbc`, `dbo` `(n_a, 1)`.

It is easy to write this so that it runs, looks right, and is wrong: forget to hand on the gradient of the memory, and
you have switched off the very thing that the LSTM was invented for. The check looks for it.

<details><summary>Hint 1: a nudge</summary>

Put your `rnn_backward` beside your `lstm_forward`. What did the forward loop carry that must be carried back?

</details>

<details><summary>Hint 2: the plan</summary>

Zeros `(n_a, m)` for `da_prev` *and* `dc_prev`. From the last step of `da` to the first: the cell gets `da[:, :, t] +
da_prev`, `dc_prev` and its cache; then both are replaced by what the cell returns under these names. Add up eight
sums; `dx[:, :, t]` is set, not added.

</details>

<details><summary>Hint 3: nearly the line</summary>

`step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, cell_caches[t])`, then `da_prev, dc_prev = step["da_prev"],
…`, `dx[:, :, t] = step["dxt"]`, and for each of the eight names `total[name] = total[name] + step[name]`. After the
loop `"da0": da_prev`.

</details>
"""

# %% exercise="lstm_backward"
def lstm_backward(da, caches):
    """Backpropagation through time for an LSTM.

    Args:
        da: (n_a, m, T_x), gradient that reaches each hidden state from its own step's loss; may have fewer steps than
            the caches, then later steps have no gradient.
        caches: the tuple (list of cell caches, x) of lstm_forward.

    Returns:
        dict of dx (n_x, m, T_x), da0 (n_a, m), dWf, dWi, dWc, dWo (n_a, n_a + n_x), dbf, dbi, dbc, dbo (n_a, 1).
    """
    ### BEGIN SOLUTION
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
            total[name] += step[name]
    return {"dx": dx, "da0": da_prev, **total}
    ### END SOLUTION


# %% check="lstm_backward" points=7
checks.lstm_backward(lstm_backward, lstm_forward)

# %% [markdown]
r"""
**See it work.** The question of exercise 10 again: how much does the loss at the last step say to inputs long ago?
The same inputs, a basic cell with $W_{aa}$ at scale 0.8, and LSTMs that differ only in the bias of the forget gate: 1
means $\Gamma_f\approx 0.73$, 3 means 0.95, 5 means 0.993. Their other weights are small, so that what we see is the
way along the memory. (There is a second way back, through the gates and $a$; with large weights it explodes like any
other.)
"""

# %% tags=["figure"]
flows = {}
for forget_bias in (5.0, 3.0, 1.0):
    cell = random_lstm(np.random.default_rng(14), 8, 32, 2, forget_bias, scale=0.1)
    _, _, _, flow_caches = lstm_forward(FLOW_X, np.zeros((32, 16)), cell)
    flows[f"LSTM, forget bias {forget_bias:.0f}"] = size_of_steps(lstm_backward(FLOW_DA, flow_caches)["dx"])
cell = random_rnn(np.random.default_rng(12), 8, 32, 2, scale=0.8)
_, _, flow_caches = rnn_forward(FLOW_X, np.zeros((32, 16)), cell)
flows["basic cell, scale 0.8"] = size_of_steps(rnn_backward(FLOW_DA, flow_caches)["dx"])
value_plots.gradient_flow(flows, title="LSTM and basic cell: how much of the gradient is left")

# %% [markdown]
r"""
With its forget gates wide open, the LSTM brings most of the gradient back over fifty steps. With gates half open it
forgets faster than the basic cell. So a gate is a choice, not a guarantee, and it is learnt like everything else; to
begin with it should rather be open, which is why LSTMs are usually started with a forget bias of 1 and not of 0,
where only half of the memory would stay at each step (Jozefowicz, Zaremba and Sutskever, 2015).
"""

# %% [markdown]
r"""
### Written question 2: why gates? (4 points)

In five to ten sentences, with the last figure before you:

1. By what is the gradient multiplied at each step back along $a$ in the basic cell, and why does the product of many
   such factors vanish or explode?
2. By what is it multiplied at each step back along the memory $c$ of an LSTM (take the gates themselves as
   constants), and what makes that different?
3. Our hand-made basic cell held one bit for as long as we liked, with a recurrent weight of 2. Why is holding a bit
   not enough, for learning?
4. Why is a *gate* better than a memory that is simply never forgotten, $c^{\langle t\rangle} = c^{\langle t-1\rangle}
   + \tilde c^{\langle t\rangle}$?
"""

# %% [markdown] answer="why_gates" points=4
r"""
**Your answer to written question 2.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. The factor is $\operatorname{diag}(1-a^2)\,W_{aa}$ (or its transpose): slopes of at most 1 times the same matrix
   each time. A product of $k$ of them behaves like a $k$-th power: it shrinks exponentially if the factors' sizes are
   below 1, and may grow exponentially above 1.
2. The factor is $\Gamma_f$, element by element: no matrix and no tanh's slope. It can be as near to 1 as wanted, so
   the product over many steps can stay near 1. (It never exceeds 1, so this way does not explode.)
3. To hold the bit the unit sits in a corner of the tanh, where the slope $1-a^2$ is nearly 0 ($1-0.957^2\approx
   0.08$, times the weight 2 it is about 0.17 a step): the value lasts and the gradient does not, so such weights are
   hard to *find*. Also right: only one of two corners can be held, not a number.
4. A gate depends on the input and state at each step, so the network learns when to keep, when to write, and when to
   wipe. Without a forget gate nothing is ever removed: the sum grows, old matter mixes with new, and there is no
   fresh start (after a closing bracket, a full stop).

Full marks for any correct wording; half a point for an answer that names the right quantity without saying why it
matters.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Let it learn

You have everything that learning needs, so let us do it. The task is ours: texts with brackets at random places, the
right answer at each step. The network is your LSTM with eight units and random weights; nobody tells it what a
bracket is. For each batch:

1. forward: `lstm_forward`, then the loss;
2. the gradient of the loss at the outputs is $\hat y - y$; through $W_y$ it becomes the vertical gradient `da`. (We divide it by
   $m\,T_x$, since we take the *mean* loss of a step here, and no sum: the curve can then be compared with $\log 2$ whatever the
   batch. A sum has the same minimum, and a gradient $m\,T_x$ times as long, so it wants a smaller step.)
3. backward: `lstm_backward`;
4. a small step downhill for each parameter. (We use Adam, by Kingma and Ba, 2015: gradient descent that scales the
   step of each weight by the size of its recent gradients.)
"""

# %%
def bracket_texts(rng, m, T_x):
    """m random texts of T_x letters and spaces, each with one or two pairs of brackets."""
    texts = []
    for _ in range(m):
        characters = list(rng.choice(list(ALPHABET[:-2]), T_x))
        places = np.sort(rng.choice(T_x, 2 * rng.integers(1, 3), replace=False))
        for order, place in enumerate(places):
            characters[place] = "()"[order % 2]
        texts.append("".join(characters))
    return texts


def loss_and_gradients(parameters, x, labels):
    """Mean loss a step in nats, and its gradient with respect to every parameter of an LSTM."""
    n_y, n_a = parameters["Wy"].shape
    a, y, _, caches = lstm_forward(x, np.zeros((n_a, x.shape[1])), parameters)
    dz = (y - np.eye(n_y)[labels].transpose(2, 0, 1)) / labels.size  # vertical, at the softmax: (n_y, m, T_x)
    gradients = lstm_backward(np.tensordot(parameters["Wy"].T, dz, axes=1), caches)
    gradients["dWy"] = np.einsum("ymt,amt->ya", dz, a)
    gradients["dby"] = np.sum(dz, axis=(1, 2))[:, None]
    return np.mean(cross_entropy(y, labels)), gradients


def adam(parameters, gradients, memory, step, learning_rate=0.02):
    """One step of Adam: new parameters and new memory, each a dict like parameters."""
    new_parameters, new_memory = {}, {}
    for name, value in parameters.items():
        gradient = gradients[f"d{name}"]
        mean, square = memory.get(name, (0.0, 0.0))
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        pace = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        new_parameters[name], new_memory[name] = value - learning_rate * pace, (mean, square)
    return new_parameters, new_memory


# %% tags=["training"]
train_rng = np.random.default_rng(15)
trained = random_lstm(train_rng, n_x=29, n_a=8, n_y=2, forget_bias=1.0)
adam_memory, history = {}, []
train_started = time.perf_counter()
for update in range(1, 151):
    texts = bracket_texts(train_rng, m=32, T_x=24)
    loss, gradients = loss_and_gradients(trained, one_hot(*texts), inside(*texts))
    trained, adam_memory = adam(trained, gradients, adam_memory, update)
    history.append(loss)
print(f"{len(history)} updates in {time.perf_counter() - train_started:.1f} s")
print(f"loss {history[0]:.3f} -> {history[-1]:.3f} nats a step")

# %% tags=["figure"]
value_plots.curves(
    np.arange(1, len(history) + 1),
    {"loss": history},
    title="Your LSTM learns what brackets are",
    x_label="updates",
    y_label="nats a step",
)

# %% [markdown]
r"""
How did it do it? Compare its gates with those that we set by hand. The sentence below is longer than any text it was
trained on.
"""

# %% tags=["figure"]
LONGER = "this sentence (longer than any in training) has two (short) asides"
_, learnt_y, learnt_c, (learnt_steps, _) = lstm_forward(one_hot(LONGER), np.zeros((8, 1)), trained)
value_plots.heat_along_steps(
    {
        "forget gates": np.concatenate([step[4] for step in learnt_steps], axis=1),
        "update gates": np.concatenate([step[5] for step in learnt_steps], axis=1),
        "tanh of memory": np.tanh(learnt_c[:, 0]),
        "P(inside)": learnt_y[1],
    },
    LONGER,
    title="What eight units found by themselves",
    signed=["tanh of memory"],
)

# %% [markdown]
r"""
It is less tidy than ours: eight units share the work, and nothing rewards a gate for being quite open or quite shut.
But look at the memory: rows change their colour at the brackets, and hold it in between, longer than in any text that
the network was trained on. The forget gates blink at each opening bracket, as ours did.

Nobody wrote that. You wrote the cell, the loop and the way back; the rest is a gradient, followed downhill.

## The bridge to Keras

From unit 03 on we use Keras. Its layers compute what yours compute; they differ in how things are laid out.

| | here | Keras |
| --- | --- | --- |
| axes of a sequence | `(features, batch, time)` | `(batch, time, features)` |
| a layer | weights on the left: `W @ x` | weights on the right: `x @ kernel`, so every matrix is transposed |
| $[a; x]$ | one matrix for both | two: `recurrent_kernel` for $a$, `kernel` for $x$ |
| LSTM's order | named `Wf Wi Wc Wo` | side by side in the order $i, f, c, o$ |
| GRU's update gate | $\Gamma_u$ multiplies the **new** | `z` multiplies the **old**: $z = 1-\Gamma_u$ |
| GRU's relevance gate | before the matrix product | the same with `reset_after=False`; the default is after it |
| output layer | in the cell | a `Dense` layer of its own |

The GRU's line needs a thought. $1-\sigma(v) = \sigma(-v)$, so Keras's update kernel and bias are the **negatives** of
our $W_u$ and $b_u$. The next cells pour your weights into Keras layers, run both on the same batch, and compare. (The
first one imports TensorFlow, which takes some seconds.)
"""

# %% tags=["figure"]
from unrolled.quiet import quietly

with quietly():  # TensorFlow has much to say about the computer when it starts
    import keras
    import tensorflow as tf


def to_keras(x):
    """(features, batch, time) -> (batch, time, features)."""
    return x.transpose(1, 2, 0)


def from_keras(x):
    """(batch, time, features) -> (features, batch, time)."""
    return np.asarray(x).transpose(2, 0, 1)


def rnn_weights(parameters):
    """A basic cell's weights as keras.layers.SimpleRNN wants them: kernel, recurrent kernel, bias."""
    return [parameters["Wax"].T, parameters["Waa"].T, parameters["ba"][:, 0]]


def gated_weights(parameters, gates, signs):
    """A gated cell's weights as Keras wants them: the gates side by side, a's and x's parts apart, some negated."""
    n_a = parameters["Wc"].shape[0]
    weights = np.concatenate([sign * parameters[f"W{gate}"].T for gate, sign in zip(gates, signs, strict=True)], axis=1)
    bias = np.concatenate([sign * parameters[f"b{gate}"][:, 0] for gate, sign in zip(gates, signs, strict=True)])
    return [weights[n_a:], weights[:n_a], bias]


def with_weights(layer, weights, n_x):
    """The layer, built for n_x features and filled with the weights."""
    layer.build((None, None, n_x))
    layer.set_weights(weights)
    return layer


# %% tags=["figure"]
bridge_rng = np.random.default_rng(16)
bridge_x = bridge_rng.normal(size=(7, 3, 12))  # n_x = 7, m = 3, T_x = 12
bridge_a0 = np.zeros((5, 3))  # n_a = 5
bridge_rnn, bridge_back = (random_rnn(bridge_rng, 7, 5, 2) for _ in range(2))
bridge_lstm = random_lstm(bridge_rng, 7, 5, 2, forget_bias=1.0)
bridge_gru = random_gru(bridge_rng, 7, 5, 2)
options = {"return_sequences": True, "dtype": "float64"}

simple_layer = with_weights(keras.layers.SimpleRNN(5, **options), rnn_weights(bridge_rnn), 7)
lstm_layer = with_weights(keras.layers.LSTM(5, **options), gated_weights(bridge_lstm, "ifco", [1, 1, 1, 1]), 7)
gru_layer = with_weights(
    keras.layers.GRU(5, reset_after=False, **options), gated_weights(bridge_gru, "urc", [-1, 1, 1]), 7
)
both_layer = with_weights(
    keras.layers.Bidirectional(keras.layers.SimpleRNN(5, **options), merge_mode="concat", dtype="float64"),
    rnn_weights(bridge_rnn) + rnn_weights(bridge_back),
    7,
)
_, left_states, right_states = brnn_forward(bridge_x, bridge_rnn, bridge_back, np.zeros((2, 10)), np.zeros((2, 1)))
yours_and_keras = {
    "SimpleRNN": (rnn_forward(bridge_x, bridge_a0, bridge_rnn)[0], simple_layer),
    "LSTM": (lstm_forward(bridge_x, bridge_a0, bridge_lstm)[0], lstm_layer),
    "GRU": (gru_forward(bridge_x, bridge_a0, bridge_gru)[0], gru_layer),
    "Bidirectional": (np.concatenate([left_states, right_states]), both_layer),
}
print(f"{'layer':14} {'states':12} {'largest difference':>18}")
for layer_name, (yours, layer) in yours_and_keras.items():
    theirs = from_keras(layer(to_keras(bridge_x)))
    print(f"{layer_name:14} {yours.shape!s:12} {np.max(np.abs(yours - theirs)):18.1e}")

# %% [markdown]
r"""
The same numbers, up to the last digits that a `float64` has. The gradients, too: TensorFlow records the forward pass
on a tape and plays it backwards, you wrote the backward pass yourself.
"""

# %% tags=["figure"]
bridge_da = bridge_rng.normal(size=(5, 3, 12))
with tf.GradientTape() as tape:
    lstm_loss = tf.reduce_sum(lstm_layer(to_keras(bridge_x)) * to_keras(bridge_da))
tape_result = tape.gradient(lstm_loss, lstm_layer.trainable_variables)
kernel, recurrent_kernel, bias = (gradient.numpy() for gradient in tape_result)
your_gradients = lstm_backward(bridge_da, lstm_forward(bridge_x, bridge_a0, bridge_lstm)[3])
tape_gradients = {}
for place, gate in enumerate("ifco"):
    columns = slice(5 * place, 5 * place + 5)
    tape_gradients[f"dW{gate}"] = np.concatenate([recurrent_kernel[:, columns], kernel[:, columns]]).T
    tape_gradients[f"db{gate}"] = bias[columns, None]
for gradient_name, wanted in tape_gradients.items():
    difference = np.max(np.abs(your_gradients[gradient_name] - wanted))
    print(f"{gradient_name:4} {wanted.shape!s:8} largest difference {difference:.1e}")

# %% [markdown]
r"""
## Summary

- A recurrent network applies **one cell at every step** and hands its hidden state on. Weights are shared in time, so
  any length will do and what is learnt in one place is known in all.
- The basic cell rewrites its state at every step. It can hold a bit, but no number, and its gradient vanishes or
  explodes as a product of many like factors.
- **Gates** multiply a memory by numbers between 0 and 1 that depend on the input. The LSTM keeps, writes and shows
  with three gates; the GRU does with two, and three quarters of the parameters.
- The loss is **summed over steps**. Backpropagation through time adds, at each hidden state, the vertical gradient of
  this step and the horizontal one of all later steps; a shared weight collects its gradient from all steps.
- A **bidirectional** network knows the future as well as the past, and for that reason cannot answer before the end.
- **Layers** stack: each reads the one below at the same step.
- A gradient is right when it agrees with the numerical one; a layer is right when it agrees with another one that was
  written by somebody else.

## Where to read on

- J. Elman, *Finding structure in time* (1990): the basic network, and what its hidden states come to mean.
- P. Werbos, *Backpropagation through time: what it does and how to do it* (1990).
- Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is difficult* (1994): the
  vanishing gradient.
- S. Hochreiter, J. Schmidhuber, *Long short-term memory* (1997); F. Gers, J. Schmidhuber, F. Cummins, *Learning to
  forget* (2000); F. Gers, J. Schmidhuber, *Recurrent nets that time and count* (2000): the LSTM, its forget gate, its
  peepholes.
- M. Schuster, K. Paliwal, *Bidirectional recurrent neural networks* (1997).
- K. Cho and colleagues, *Learning phrase representations using RNN encoder–decoder for statistical machine
  translation* (2014): the GRU.
- J. Chung and colleagues, *Empirical evaluation of gated recurrent neural networks on sequence modeling* (2014), and
  K. Greff and colleagues, *LSTM: a search space odyssey* (2017): which parts of these cells matter.
- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks* (2013): explosions and
  clipping, for unit 02.

**Next**, in unit 02, a network of this kind learns letters by heart and invents names of dinosaurs.
"""
