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
# Unit 03 · A jazz solo: one to many

A band counts in, the chords go round, and a soloist makes up a line that was never played before and still sounds as
if it had to be like that. How? She has heard thousands of choruses, she knows where she is in the bar and which chord
comes, and every note that she has just played leads to the next.

That is a recurrent network's description of improvising, and in this unit you take it at its word.

**What you will build**, in Keras:

- a way to write a solo as a sequence of *tokens*, and to read it back;
- a network with **one** LSTM cell and **one** output layer, used again at every step, that learns from 560 choruses;
- a second model, made of the very same layers, that plays one note at a time and hears its own last note;
- a soloist that improvises over chords you give it, and a MIDI file of what it played.

In units 01 and 02 a sequence came in. Here almost nothing does: chords, a count-in, and then the network goes on by
itself. This is called **one to many**.

**Time.** Half a day of work, in as many sittings as you like. The computer needs one to two minutes for the whole
notebook, nearly all of it in the training, without a GPU. Headphones help.

**How it works.** Each exercise is one function. Replace `raise NotImplementedError` by your code, run the cell, then
run the check under it: it tells you what is right and what is not yet. Above each answer three hints are folded away,
from a nudge to nearly the line. There are 100 points: 92 for nine functions, 8 for two written answers.
"""

# %% [markdown]
r"""
## Names and shapes

From here on we use Keras, and its order of the axes: examples, then steps, then features, `(m, T_x, n)`. That is the
bridge at the end of unit 01, crossed once and for all.

| Symbol | In code | Shape | What it is |
| --- | --- | --- | --- |
| $m,\ T_x$ | `m`, `T_x` | numbers | examples in the batch, steps |
| $n_a$ | `n_a` | number | units of the LSTM cell |
| $n_v$ | `n_values` | number | tokens in the vocabulary: values that a step can take |
| $n_c$ | `n_conditions` | number | features of what the soloist reads: chords, place in the bar |
| $x,\ x^{\langle t\rangle}$ | `X`, `tokens` | `(m, T_x)`, `(m,)` | the tokens played so far, as whole numbers |
| $y$ | `Y` | `(m, T_x)` | the tokens to be played: $x$ one step later |
| $r$ | `C`, `conditions` | `(m, T_x, n_c)`, `(m, n_c)` | what is read where $y$ begins |
| $a,\ c$ | `a`, `c` | `(m, n_a)` | hidden state and memory of the cell |
| $\hat y$ | `probabilities` | `(m, T_x, n_v)`, `(m, n_v)` | of each token to be the next; each row sums to 1 |
"""

# %%
import dataclasses
import time

import numpy as np

from unrolled.quiet import quietly

with quietly():  # TensorFlow greets at length when it is imported
    import keras

from keras import layers, ops

from unrolled.checks import jazz_solo as checks
from unrolled.datasets import jazz
from unrolled.datasets.jazz import REST, TICKS_PER_BAR
from unrolled.plots import music as music_plots
from unrolled.plots import playing as playing_plots
from unrolled.plots import values as value_plots
from unrolled.sound import audio, midi

GRID = 4  # ticks: every note of the corpus begins on a multiple of a third of a beat
COUNT_IN = (TICKS_PER_BAR, REST)  # the token before the first: a bar of rest, in which the band counts to four

# %% [markdown]
r"""
## A dozen words of music

You need not read music for this unit. These words are enough; come back here when one of them is in your way.

| word | what it means | in our numbers |
| --- | --- | --- |
| beat, bar | what you tap your foot to; four of them are a bar | 12 and 48 *ticks* of time |
| downbeat, strong beats | the first beat of a bar; the first and the third, where chords change | ticks 0 and 24 of a bar |
| semitone, interval | from one piano key to the next, black or white; the distance of two notes, counted in semitones | MIDI numbers 60 (middle C) and 61 |
| octave | twelve semitones: a note with the same name, only higher | 60 and 72 are both a C |
| chord, root, chord tone | notes that sound together, called after one of them, the root, and the kind of chord | C7: root C, tones C, E, G, B flat |
| passing note | a note between two chord tones, on the way | |
| key | the note where a piece is at home; a form can be moved into each of the twelve keys | all pitches, and all roots, plus the same number |
| form, chorus | a row of chords that goes round and round; a solo over it, once through | 8, 12 or 16 bars |
| swing | of two notes in a beat the first is longer | 8 + 4 ticks |
| triplet | three equal notes in a beat | 4 + 4 + 4 ticks |
| arpeggio, lick | chord tones one after the other; a short figure that players like | |
| tempo | how fast: beats in a minute | 12 ticks last 60 seconds / tempo |

## Listen first

The choruses were written by a program of ours (`data/jazz`): twelve forms that belong to everybody, such as the blues,
in all twelve keys, with solos made of arpeggios, scales, passing tones and phrases that aim at the next chord. So you
may do with them what you like. Here is one of them, over its chords. Play it, and watch the notes go by.
"""

# %% tags=["figure"]
training_choruses, held_out_choruses = jazz.load_choruses("train"), jazz.load_choruses("held_out")
example = next(chorus for chorus in training_choruses if chorus.notes[0].onset == 0)  # one that begins at once
print(f"{len(training_choruses)} choruses to learn from, {len(held_out_choruses)} kept apart to measure with")
music_plots.piano_roll(example, title=f"{example.name}: what your network will learn from")

# %% tags=["figure"]
audio.player(example)

# %% [markdown]
r"""
Three things can be seen. Notes come in **swung pairs**, a long one and a short one: eighth notes as jazz plays them.
Between **phrases** the soloist breathes. And where a new chord begins, the note is nearly always one of **its** tones
(these are blue, and all tones of a chord are shaded; passing notes are orange): that is how a line without chords makes
you hear the harmony.

## From a tune to a sequence

A recurrent network reads one thing a step. What should a step be? We could cut time into ticks and ask at each: is a
note on? Then nearly all answers would be "as before", a phrase would be hundreds of steps long, and the network would
spend its memory on counting. Better: **one step for each note**, and a note says how long it lasts.

- Time is counted in *ticks*, 12 to a beat, so 48 to a bar of four beats. A swung pair is 8 + 4 ticks, a triplet
  4 + 4 + 4. Every duration is a multiple of 4.
- A **note** is `(onset, duration, pitch)`: when it begins, how long it lasts, both in ticks, and its MIDI number (60 is
  middle C, one more is a semitone higher).
- A **token** is `(duration, pitch)`. It has no onset: a token begins where the one before it ends. For this to work,
  silence must be written too: a *rest* is a token whose pitch is `REST`, which is 0.

So a solo is a sentence, and its tokens are the words. A pitch with a duration is *one* word here; we could also have
made it two, at the price of sentences twice as long.

A vocabulary has to be finite. There are six durations of notes and 37 pitches. A rest may be of any length, so we
**cut rests at bar lines**: then none is longer than 48 ticks, there are only twelve of them, and a rest that ends a bar
really ends it. A note that is held over a bar line stays whole.
"""

# %% tags=["figure"]
music_plots.piano_roll(example, bars=(0, 4), title="The first four bars, seen closely")

# %% [markdown]
r"""
### Exercise 1: `encode_chorus` (10 points)

From notes to tokens, with nothing left out between the first tick and the last.

- `notes` is a list of tuples `(onset, duration, pitch)` in the order of time; none begins before the one before it has
  ended. The first note need not begin at tick 0. `length` is how many ticks the chorus has.
- Return a list of tuples `(duration, pitch)`, whose durations add up to `length`. Between two notes, before the first
  and after the last, whatever time is left becomes rests: `(duration, REST)`, cut at every bar line. A bar has
  `TICKS_PER_BAR` = 48 ticks.

For example, a note that ends at tick 36 and a next one at tick 160 have four rests between them: 12 ticks up to the
bar line at 48, whole bars up to 96 and to 144, and 16 ticks more.

<details><summary>Hint 1: a nudge</summary>

Keep one number: the tick that you have reached, `now`. Before you write a note, fill the time from `now` to its onset.
What is still to be filled when all notes are written?

</details>

<details><summary>Hint 2: the plan</summary>

Write a small function inside yours that returns the rests from one tick to another: while the first is before the
second, go to the next bar line or to the end, whichever comes first. Call it before each note and once after the last.
The next bar line after `now` is at `(now // TICKS_PER_BAR + 1) * TICKS_PER_BAR`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`until = min(end, (now // TICKS_PER_BAR + 1) * TICKS_PER_BAR)`, then append `(until - now, REST)` and go on with `now =
until`. For each `onset, duration, pitch`: the rests from `now` to `onset`, the token `(duration, pitch)`, and `now =
onset + duration`. At the end the rests from `now` to `length`.

</details>
"""

# %% exercise="encode_chorus"
def encode_chorus(notes, length):
    """A solo as tokens, rests included.

    Args:
        notes: list of tuples (onset, duration, pitch), in the order of time, none overlapping; ticks.
        length: ticks of the chorus, a whole number of bars.

    Returns:
        List of tuples (duration, pitch); the pitch of a rest is REST, and rests are cut at bar lines.
    """
    ### BEGIN SOLUTION

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
        now = onset + duration
    return tokens + rests(now, length)
    ### END SOLUTION


# %% check="encode_chorus" points=10
checks.encode_chorus(encode_chorus)

# %% [markdown]
r"""
### Exercise 2: `decode_tokens` (6 points)

And back again, since what the network will write is tokens, and what we want to hear is notes.

- `tokens` is a list of tuples `(duration, pitch)`.
- Return the list of tuples `(onset, duration, pitch)`. The first token begins at tick 0. Rests are left out of the
  list, but not out of time.

<details><summary>Hint 1: a nudge</summary>

When does a token begin? When all tokens before it are over.

</details>

<details><summary>Hint 2: the plan</summary>

Keep the tick that you have reached. Every token moves it on by its duration; only those that are no rests are written
down, with the tick *before* it is moved on.

</details>

<details><summary>Hint 3: nearly the line</summary>

`for duration, pitch in tokens:` and in it `if pitch != REST: notes.append((now, duration, pitch))`, then, for notes and
rests alike, `now += duration`.

</details>
"""

# %% exercise="decode_tokens"
def decode_tokens(tokens):
    """Tokens as notes: the opposite of encode_chorus.

    Args:
        tokens: list of tuples (duration, pitch).

    Returns:
        List of tuples (onset, duration, pitch), without the rests.
    """
    ### BEGIN SOLUTION
    notes, now = [], 0
    for duration, pitch in tokens:
        if pitch != REST:
            notes.append((now, duration, pitch))
        now += duration
    return notes
    ### END SOLUTION


# %% check="decode_tokens" points=6
checks.decode_tokens(decode_tokens)

# %% [markdown]
r"""
**See it work.** The example as a sentence, four bars of it, and the test that every pair of such functions should
stand: there and back again, for all choruses, is where we started.
"""

# %% tags=["figure"]
def plain(chorus):
    """The notes of a chorus as plain tuples (onset, duration, pitch)."""
    return [tuple(note) for note in chorus.notes]


example_tokens = encode_chorus(plain(example), example.length)
now = 0
for duration, pitch in example_tokens:
    if now >= 4 * TICKS_PER_BAR:
        break
    name = "rest" if pitch == REST else f"{jazz.NAMES[pitch % 12]}{pitch // 12 - 1}"
    print(f"{duration:2} {name:5}", end="\n" if (now + duration) // TICKS_PER_BAR > now // TICKS_PER_BAR else "| ")
    now += duration
returned = [decode_tokens(encode_chorus(plain(chorus), chorus.length)) == plain(chorus) for chorus in training_choruses]
print(f"\nthere and back again: {sum(returned)} of {len(returned)} choruses")

# %% [markdown]
r"""
The network wants numbers. The vocabulary is the list of all tokens that there can be, 12 rests and 37 × 6 notes, and a
token's number is its place in that list. We make it from what is *possible* and not from what happens to occur, so
that no held-out chorus can have an unknown word.

## What the soloist reads

A soloist reads a *lead sheet*: the chords, and where in the bar she is. Our network gets the same, 60 numbers for each
moment, most of them 0:

- the chord that sounds: its root (12 numbers, one of them 1), and its tones (12 numbers, four of them 1);
- the chord half a bar later, in the same way, because good lines aim at what comes next;
- the place in the bar, in steps of 4 ticks (12 numbers, one of them 1).

A *condition* like this makes the network a different one at every moment without a single further weight matrix: it
learns not "what follows a G" but "what follows a G, over C7, on the third beat, when F comes next".
"""

# %%
VOCABULARY = [(duration, REST) for duration in jazz.REST_DURATIONS] + [
    (duration, pitch)
    for pitch in range(jazz.LOWEST_PITCH, jazz.HIGHEST_PITCH + 1)
    for duration in jazz.NOTE_DURATIONS
]
NUMBER = {token: number for number, token in enumerate(VOCABULARY)}
N_VALUES = len(VOCABULARY)


def lead_sheet(chords):
    """What the soloist reads at each moment, one row every GRID ticks.

    Args:
        chords: one jazz.Chord for each half bar.

    Returns:
        (moments, 60): root and tones of this chord, root and tones of the next one, place in the bar.
    """
    described = np.zeros((len(chords), 24), dtype="float32")
    for row, chord in zip(described, chords, strict=True):
        row[chord.root] = 1
        row[[12 + tone for tone in chord.tones]] = 1
    following = np.roll(described, -1, axis=0)  # after the last chord the form begins again
    both = np.repeat(np.concatenate([described, following], axis=1), jazz.TICKS_PER_CHORD // GRID, axis=0)
    places = np.arange(len(both)) % (TICKS_PER_BAR // GRID)
    return np.concatenate([both, np.eye(TICKS_PER_BAR // GRID, dtype="float32")[places]], axis=1)


def read_chorus(chorus):
    """A chorus as the network takes it, with the count-in before it.

    Returns:
        tokens: (n,) numbers of its tokens in the vocabulary, the count-in first.
        conditions: (n, 60), what is read where each of them begins; nothing yet for the count-in.
    """
    written = encode_chorus([tuple(note) for note in chorus.notes], chorus.length)
    onsets = np.cumsum([0] + [duration for duration, _ in written[:-1]])
    sheet = lead_sheet(chorus.chords)
    tokens = np.array([NUMBER[token] for token in [COUNT_IN, *written]])
    return tokens, np.concatenate([np.zeros_like(sheet[:1]), sheet[onsets // GRID]])


N_CONDITIONS = lead_sheet([jazz.Chord.parse("C7")]).shape[1]

# %% tags=["figure"]
sheet = lead_sheet(example.chords)[: 4 * TICKS_PER_BAR // GRID]
value_plots.heat_along_steps(
    {
        "root": sheet[:, :12].T,
        "tones": sheet[:, 12:24].T,
        "next root": sheet[:, 24:36].T,
        "next tones": sheet[:, 36:48].T,
        "place in bar": sheet[:, 48:].T,
    },
    title="The lead sheet of the first four bars, as the network reads it: one column for each third of a beat",
)

# %% [markdown]
r"""
## How to teach one to many

At the concert, the network's own note becomes its next input, $x^{\langle t+1\rangle} = y^{\langle t\rangle}$. But to
learn by playing like that would be hopeless: an untrained network's notes are noise, and what should follow noise?

So in training we do not let it play. We give it the *real* solo, and at every step it has to say what comes next. The
right answers are the same solo, **one step later**. This is *teacher forcing*: whatever the pupil would have played,
the teacher plays the right note, and the pupil goes on from there.
"""

# %% tags=["figure"]
playing_plots.training_and_playing()

# %% [markdown]
r"""
Choruses are long and differ in length. We cut them into **windows** of `T_x` steps, all the same size, so that a batch
is one array. Windows may overlap: each then begins somewhere else in a phrase, which makes more of the same music.

Mind the chords. The note that the network is asked for at step $t$ is $y^{\langle t\rangle}$, and it begins later than
$x^{\langle t\rangle}$, perhaps over another chord. A soloist looks at the chord under the note she is *about to play*.
So the condition of step $t$ is read where $y^{\langle t\rangle}$ begins.

### Exercise 3: `make_windows` (10 points)

- `tokens` is `(n,)`, the numbers of one chorus's tokens; `conditions` is `(n, n_c)`, row $k$ being what is read where
  token $k$ begins.
- Windows start at token 0, `hop`, 2 `hop`, …, as long as `T_x` tokens and one more are left from there.
- Return `X` `(m, T_x)`, `C` `(m, T_x, n_c)` and `Y` `(m, T_x)`, $m$ being the number of windows. In each window `X`
  holds the tokens from its start, `Y` the tokens one place further on, and `C` the conditions of the tokens in `Y`.
- If the chorus is too short for a single window, $m$ is 0 and the shapes are `(0, T_x)`, `(0, T_x, n_c)`, `(0, T_x)`.

<details><summary>Hint 1: a nudge</summary>

A window needs `T_x + 1` tokens: the last step needs a right answer too. What is the largest start with that many tokens
left?

</details>

<details><summary>Hint 2: the plan</summary>

`np.arange(0, …, hop)` gives the starts. NumPy can take all windows at once: an array of places of shape `(m, T_x)`, used
as an index into an array of shape `(n, n_c)`, gives `(m, T_x, n_c)`, and keeps its shape when `m` is 0.

</details>

<details><summary>Hint 3: nearly the line</summary>

`starts = np.arange(0, len(tokens) - T_x, hop)` and `places = starts[:, None] + np.arange(T_x)`. Then `X` is
`tokens[places]`; `Y` and `C` are taken at `places + 1`.

</details>
"""

# %% exercise="make_windows"
def make_windows(tokens, conditions, T_x, hop):
    """Cut one chorus into windows for training.

    Args:
        tokens: (n,) whole numbers.
        conditions: (n, n_c), what is read where each token begins.
        T_x: steps of a window.
        hop: tokens from the start of one window to the start of the next.

    Returns:
        X: (m, T_x), tokens.
        C: (m, T_x, n_c), what is read where the tokens of Y begin.
        Y: (m, T_x), the tokens one step later.
    """
    ### BEGIN SOLUTION
    starts = np.arange(0, len(tokens) - T_x, hop)
    places = starts[:, None] + np.arange(T_x)
    return tokens[places], conditions[places + 1], tokens[places + 1]
    ### END SOLUTION


# %% check="make_windows" points=10
checks.make_windows(make_windows)

# %% [markdown]
r"""
**See it work.** One window of the example, as three lines: what goes in, the chord that is read, what should come out.
Follow a note with your finger from the last line to the first: it is one step further right.
"""

# %% tags=["figure"]
def named(token):
    """A token's name, such as "Eb4 8" for an E flat of 8 ticks."""
    duration, pitch = VOCABULARY[token]
    return f"{'rest' if pitch == REST else f'{jazz.NAMES[pitch % 12]}{pitch // 12 - 1}'} {duration}"


def chord_in(condition):
    """The name of the chord in a row of a lead sheet."""
    tones = set(np.flatnonzero(condition[12:24]))
    root = int(np.argmax(condition[:12]))
    return next(f"{jazz.NAMES[root]}{kind}" for kind in jazz.QUALITIES if set(jazz.Chord(root, kind).tones) == tones)


shown_X, shown_C, shown_Y = (part[0] for part in make_windows(*read_chorus(example), T_x=9, hop=4))
playing_plots.window_table(
    {
        "x: hears": [named(token) for token in shown_X],
        "reads": [chord_in(condition) for condition in shown_C],
        "y: should play": [named(token) for token in shown_Y],
    }
)

# %% [markdown]
r"""
## One cell, one output layer

In unit 01 you wrote the loop yourself, and the cell was a function with its parameters. A Keras **layer** is both
together: an object that holds weights and can be called. Whoever calls the same layer object twice uses the same
weights twice. *This is how weights are shared in Keras*: not by an option, but by calling one object again.

`keras.layers.LSTM` has the loop inside and is called once with a whole sequence. That is convenient, but we need the
inside, because at the concert there is no whole sequence: there is one note, and then the next. So we take
`keras.layers.LSTMCell`, a single step:

    output, (a, c) = cell(x, [a, c])        # x: (m, n), a and c: (m, n_a); output is a again

The second layer turns $a^{\langle t\rangle}$ into probabilities, $\hat y^{\langle t\rangle} =
\operatorname{softmax}(W_y a^{\langle t\rangle} + b_y)$. It is an ordinary `keras.layers.Dense`.

### Exercise 4: `make_layers` (6 points)

A Keras layer makes its weights when it is called for the first time, for only then does it know how many features come
in. We know it now: the cell reads a one-hot token and a condition, side by side, and the output layer reads $a$. So
**build** both layers at once, by `layer.build((None, n))` with $n$ features (None stands for the batch, whose size is
open). From then on they have their weights, whoever calls them.

- `n_a` is the number of units of the cell, `n_values` the number of values that it can choose from, `n_conditions` the
  number of features of a condition.
- Return a dictionary with two new, built layers: `"cell"`, a `keras.layers.LSTMCell`, and `"output"`, a
  `keras.layers.Dense` whose outputs are probabilities.

<details><summary>Hint 1: a nudge</summary>

Each of the two layers has a size, and a number of features that it reads. What do the rows of the output sum to?

</details>

<details><summary>Hint 2: the plan</summary>

The cell has `n_a` units and keeps all of Keras's defaults. The output layer has one unit for each value, and an
`activation`: one number out of many choices is a softmax, not a sigmoid. A one-hot token has `n_values` features, and
the condition comes on top.

</details>

<details><summary>Hint 3: nearly the line</summary>

`cell = layers.LSTMCell(…)`, then `cell.build((None, n_values + n_conditions))`; `output = layers.Dense(…,
activation="softmax")`, then `output.build((None, …))`; and both in a dictionary.

</details>
"""

# %% exercise="make_layers"
def make_layers(n_a, n_values, n_conditions):
    """The two layers that training and playing share.

    Args:
        n_a: units of the LSTM cell.
        n_values: values to choose from.
        n_conditions: features of a condition; the cell reads [one-hot token; condition].

    Returns:
        dict of "cell", a keras.layers.LSTMCell, and "output", a keras.layers.Dense that gives probabilities, both built.
    """
    ### BEGIN SOLUTION
    cell = layers.LSTMCell(n_a)
    cell.build((None, n_values + n_conditions))
    output = layers.Dense(n_values, activation="softmax")
    output.build((None, n_a))
    return {"cell": cell, "output": output}
    ### END SOLUTION


# %% check="make_layers" points=6
checks.make_layers(make_layers)

# %% [markdown]
r"""
## The training model: the cell, `T_x` times

Now the unrolled picture of unit 01 is drawn once more, in Keras, and this time the picture *is* the program. A
functional Keras model starts from placeholders, `keras.Input(shape=…)`, whose batch axis stays open. You compute with
them as if they were arrays, and Keras notes what you did. At the end `keras.Model(inputs, outputs)` cuts out the part
between the two.

Four things to know:

- **Slices work**: `tokens[:, t]` is step `t` of all examples. There is no need of a `Lambda` layer. (If you ever write
  one in a loop, beware: `Lambda(lambda z: z[:, t])` looks up `t` when it is *run*, and then the loop is over and `t` has
  its last value in every one of them.)
- **NumPy does not work** on placeholders. Use `keras.ops`: `ops.one_hot`, `ops.concatenate`, `ops.stack`.
- **Tokens are names, not amounts**: token 30 is not ten times token 3. `ops.one_hot(tokens, n_values)` turns each
  number into a column of zeros with a single 1, as we did with characters in unit 01.
- **The loss is the mean cross-entropy over all steps** of all windows in the batch. Units 01 and 02 took the sum over the
  steps; a mean is the same divided by $m\,T_x$, and so is its gradient. The minimum stays where it is, and a learning rate
  means something else. `Y` holds whole numbers, not one-hot columns; the loss for this is called
  `"sparse_categorical_crossentropy"`, and the numbers are the same.

### Exercise 5: `build_training_model` (16 points)

- `layers_` is what `make_layers` returned. Use **these two layers at every step**; make no other layer that has
  weights.
- The model has four inputs, in this order: tokens `(m, T_x)` (integers), conditions `(m, T_x, n_c)`, and the state
  before the first step, `a0` and `c0`, both `(m, n_a)`.
- At each step the cell reads `[one-hot token; condition]`, in this order, and the state that the step before has left.
  The output layer reads $a^{\langle t\rangle}$.
- The model has one output, the probabilities of all steps: `(m, T_x, n_values)`.
- Compile it with Adam, with the given `learning_rate`, and the mean cross-entropy for whole numbers. Return the model.

<details><summary>Hint 1: a nudge</summary>

It is your loop of unit 01: a state before the loop, and inside it one step that replaces the state. How many times do
you make the cell, and how many times do you call it?

</details>

<details><summary>Hint 2: the plan</summary>

Four times `keras.Input`; `dtype="int32"` for the tokens. One-hot all tokens at once, `(m, T_x, n_values)`, and
concatenate the conditions along the last axis. Set `a, c = a0, c0`. For each `t`: call the cell with step `t` and
`[a, c]`, take the new state, call the output layer, append to a list. Stack the list along axis 1, so that time stands
in the middle.

</details>

<details><summary>Hint 3: nearly the line</summary>

In the loop: `_, (a, c) = layers_["cell"](x[:, t], [a, c])` and `outputs.append(layers_["output"](a))`. After it:
`model = keras.Model([tokens, conditions, a0, c0], ops.stack(outputs, axis=1))` and
`model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")`.

</details>
"""

# %% exercise="build_training_model"
def build_training_model(layers_, T_x, n_a, n_values, n_conditions, learning_rate):
    """The model that learns: one cell and one output layer, used at each of T_x steps.

    Args:
        layers_: dict of "cell" and "output", as make_layers returns it.
        T_x: steps.
        n_a, n_values, n_conditions: units of the cell, values of a token, features of a condition.
        learning_rate: for Adam.

    Returns:
        A compiled keras.Model. Inputs, in this order: tokens (m, T_x) int32, conditions (m, T_x, n_conditions),
        a0 (m, n_a), c0 (m, n_a). Output: probabilities (m, T_x, n_values).
    """
    ### BEGIN SOLUTION
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
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model
    ### END SOLUTION


# %% check="build_training_model" points=16
checks.build_training_model(build_training_model, make_layers)

# %% [markdown]
r"""
**See it work.** Whether a window has 2 steps or 32, the model has the same parameters: the cell and the output layer,
once. And an untrained model should know nothing: with $K$ values it pays about $\log K$ nats a note.
"""

# %% tags=["figure"]
for steps in (2, 8, 32):
    untaught = build_training_model(make_layers(64, N_VALUES, N_CONDITIONS), steps, 64, N_VALUES, N_CONDITIONS, 0.01)
    print(f"T_x = {steps:2}: {untaught.count_params():,} parameters")
first_X, first_C, first_Y = make_windows(*read_chorus(example), T_x=32, hop=16)
empty = np.zeros((len(first_X), 64), dtype="float32")
guesses = ops.convert_to_numpy(untaught([first_X, first_C, empty, empty]))
paid = -np.log(np.take_along_axis(guesses, first_Y[..., None], axis=2)).mean()
print(f"untrained, it pays {paid:.2f} nats a note; log {N_VALUES} is {np.log(N_VALUES):.2f}")

# %% [markdown]
r"""
## Somebody to beat

A number means something beside another one. The simplest musician with a memory is a **bigram**: it has counted, for
each token, which tokens came next in the training choruses, and knows nothing else. (Where it has seen little, it leans
on how frequent a token is at all; how much is chosen so that it does best on the held-out choruses, so the comparison
is kind to it.)
"""

# %% tags=["training"]
def bigram_model(training_tokens, held_out_tokens):
    """What follows which: (n_values, n_values), rows sum to 1, with the smoothing that suits held-out choruses best."""
    followed = np.zeros((N_VALUES, N_VALUES))
    for tokens in training_tokens:
        np.add.at(followed, (tokens[:-1], tokens[1:]), 1)
    frequency = (followed.sum(axis=0) + 0.5) / (followed.sum() + 0.5 * N_VALUES)
    before = np.concatenate([tokens[:-1] for tokens in held_out_tokens])
    after = np.concatenate([tokens[1:] for tokens in held_out_tokens])
    tables = [  # as many imagined notes, spread by frequency, are added to each count
        (followed + trust * frequency) / (followed.sum(axis=1, keepdims=True) + trust) for trust in (2, 5, 10, 20, 40)
    ]
    return min(tables, key=lambda table: -np.log(table[before, after]).mean())


training_read = [read_chorus(chorus) for chorus in training_choruses]
held_out_read = [read_chorus(chorus) for chorus in held_out_choruses]
bigram_table = bigram_model([tokens for tokens, _ in training_read], [tokens for tokens, _ in held_out_read])
bigram_paid = [-np.log(bigram_table[tokens[:-1], tokens[1:]]) for tokens, _ in held_out_read]  # nats, chorus by chorus
bigram = np.concatenate(bigram_paid).mean()
print(f"bigram: {bigram:.3f} nats a token on choruses that it has not seen")

# %% [markdown]
r"""
## The training

560 choruses in windows of 32 tokens, 64 windows a batch, 64 units. The first seconds go by in silence: Keras turns the
unrolled picture, all 32 steps of it, into a program of its own. The learning rate falls slowly to nearly nothing, as a
pupil slows down for the difficult bars.
"""

# %% tags=["training"]
T_X, HOP, N_A, EPOCHS, BATCH = 32, 16, 64, 15, 64


def windows_of(choruses_read, T_x, hop):
    """The windows of many choruses, one after the other: X, C, Y."""
    parts = [make_windows(tokens, conditions, T_x, hop) for tokens, conditions in choruses_read]
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def with_states(X, C):
    """Inputs of the training model: windows, and a state of zeros before each."""
    return [X, C, *np.zeros((2, len(X), N_A), dtype="float32")]


keras.utils.set_random_seed(3)
train_X, train_C, train_Y = windows_of(training_read, T_X, HOP)
held_X, held_C, held_Y = windows_of(held_out_read, T_X, T_X)
trained_layers = make_layers(N_A, N_VALUES, N_CONDITIONS)
training_model = build_training_model(trained_layers, T_X, N_A, N_VALUES, N_CONDITIONS, 0.01)
untrained_weights = training_model.get_weights()
training_model.optimizer.learning_rate = keras.optimizers.schedules.CosineDecay(
    0.01, EPOCHS * -(-len(train_X) // BATCH), alpha=0.02
)
training_started = time.perf_counter()
history = training_model.fit(
    with_states(train_X, train_C),
    train_Y,
    validation_data=(with_states(held_X, held_C), held_Y),
    batch_size=BATCH,
    epochs=EPOCHS,
    verbose=0,
).history
train_seconds = time.perf_counter() - training_started
print(f"{len(train_X)} windows, {EPOCHS} times, in {train_seconds:.0f} s")

# %% tags=["figure"]
passed = 1 + next(epoch for epoch, nats in enumerate(history["val_loss"]) if nats < bigram)
gap = history["val_loss"][-1] - history["loss"][-1]
print(f"held-out choruses cost less than the bigram says from epoch {passed} on,")
print(f"and at the end {gap:.2f} nats a note more than training choruses")
music_plots.training_curve(
    np.arange(1, EPOCHS + 1),
    {"training choruses": history["loss"], "held-out choruses": history["val_loss"]},
    {"bigram": bigram},
    title="Your network overtakes the bigram",
)

# %% [markdown]
r"""
It passes the bigram after a few rounds. Note where the two lines part: from there on the network also learns its choruses by
heart. What it learns by heart does not help it with the held-out ones. Their forms it knows from ten other keys, and
their keys from ten other forms; only the pairs, a form *in a key*, are new.

## The concert: one step at a time

The training model wants a whole window of right notes. At the concert there are none. What we need is a model of **one
step**, that takes a token, a condition and a state, and gives probabilities *and the new state*, so that we can hand it
back at the next call. It must know what the training model has learnt, and there is nothing to copy: it is made of **the
same two layer objects**. Train the one model, and the other has learnt too.

### Exercise 6: `build_one_step_model` (13 points)

- `layers_` as before. Make no other layer that has weights.
- The model has four inputs, in this order: token `(m,)` (integers), condition `(m, n_c)`, `a` and `c`, both `(m, n_a)`.
- It has three outputs, in this order: probabilities `(m, n_values)`, the new `a`, the new `c`. It will not be trained,
  so it need not be compiled.

<details><summary>Hint 1: a nudge</summary>

It is one turn of the loop that you have written. What was a Python variable there, and went on to the next turn, is
an output here.

</details>

<details><summary>Hint 2: the plan</summary>

The shape of one token per example is `()`: `keras.Input((), dtype="int32")` is `(m,)` with its batch axis. One-hot,
concatenate, the cell, the output layer. `keras.Model(inputs, outputs)` takes a list of outputs too.

</details>

<details><summary>Hint 3: nearly the line</summary>

`_, (a_next, c_next) = layers_["cell"](x, [a, c])`, then `keras.Model([token, condition, a, c],
[layers_["output"](a_next), a_next, c_next])`.

</details>
"""

# %% exercise="build_one_step_model"
def build_one_step_model(layers_, n_a, n_values, n_conditions):
    """The model that plays: one step of the training model, with its state handed in and out.

    Args:
        layers_: dict of "cell" and "output", the very layers of the training model.
        n_a, n_values, n_conditions: units of the cell, values of a token, features of a condition.

    Returns:
        A keras.Model. Inputs, in this order: token (m,) int32, condition (m, n_conditions), a (m, n_a), c (m, n_a).
        Outputs, in this order: probabilities (m, n_values), the new a (m, n_a), the new c (m, n_a).
    """
    ### BEGIN SOLUTION
    token, condition = keras.Input((), dtype="int32"), keras.Input((n_conditions,))
    a, c = keras.Input((n_a,)), keras.Input((n_a,))
    x = ops.concatenate([ops.one_hot(token, n_values), condition], axis=1)
    _, (a_next, c_next) = layers_["cell"](x, [a, c])
    return keras.Model([token, condition, a, c], [layers_["output"](a_next), a_next, c_next])
    ### END SOLUTION


# %% check="build_one_step_model" points=13
checks.build_one_step_model(build_one_step_model, make_layers)

# %% [markdown]
r"""
**See it work.** Called like a function, a Keras model gives tensors, and it refuses inputs of which some are tensors and
some arrays. The little function `ask` takes arrays and gives arrays back, so that what came out can go in again. (It is
fast, too: Keras makes a program of the model once.) Use it from now on.
"""

# %%
def ask(model, *inputs):
    """What a Keras model with several inputs and outputs answers: arrays in, a list of arrays out."""
    return model.predict_on_batch(list(inputs))


# %% [markdown]
r"""
Two models, the same layers: step by step the one gives what the other gives at once. And because it needs no windows, the one-step model can read each held-out chorus from its first note to its last with one unbroken
memory, all of them side by side. That is the honest measure, and the one we keep.
"""

# %% tags=["training"]
one_step_model = build_one_step_model(trained_layers, N_A, N_VALUES, N_CONDITIONS)
window = with_states(held_X[:1], held_C[:1])
at_once = ops.convert_to_numpy(training_model(window))[0]
a, c = window[2:]
largest = 0.0
for t in range(T_X):
    stepwise, a, c = ask(one_step_model, window[0][:, t], window[1][:, t], a, c)
    largest = max(largest, np.abs(stepwise[0] - at_once[t]).max())
print(f"largest difference between the two models in {T_X} steps: {largest:.1e}")


def expectations(choruses_read):
    """What the one-step model expects along whole choruses, read side by side, each with one unbroken memory.

    Returns:
        For each chorus of n tokens (n - 1, n_values): the probabilities of the token after the first, the second, ...
    """
    longest = max(len(tokens) for tokens, _ in choruses_read)
    a = c = np.zeros((len(choruses_read), N_A), dtype="float32")
    steps = []
    for t in range(longest - 1):
        places = [min(t, len(tokens) - 2) for tokens, _ in choruses_read]  # those that are over just wait
        token = np.array([tokens[k] for k, (tokens, _) in zip(places, choruses_read, strict=True)])
        condition = np.stack([conditions[k + 1] for k, (_, conditions) in zip(places, choruses_read, strict=True)])
        probabilities, a, c = ask(one_step_model, token, condition, a, c)
        steps.append(probabilities)
    side_by_side = np.stack(steps, axis=1)
    return [row[: len(tokens) - 1] for row, (tokens, _) in zip(side_by_side, choruses_read, strict=True)]


def paid_nats(probabilities, tokens):
    """The nats of each token but the first: (n - 1, n_values) and (n,) -> (n - 1,)."""
    return -np.log(probabilities[np.arange(len(tokens) - 1), tokens[1:]])


held_out_tokens = [tokens for tokens, _ in held_out_read]
expected = expectations(held_out_read)
lstm_paid = [paid_nats(given, tokens) for given, tokens in zip(expected, held_out_tokens, strict=True)]
lstm = np.concatenate(lstm_paid).mean()
print(f"bigram {bigram:.3f}, your network {lstm:.3f} nats a token: {100 * (1 - lstm / bigram):.1f} % less")
new_chord = np.concatenate([np.any(sheet[1:, :24] != sheet[:-1, :24], axis=1) for _, sheet in held_out_read])
saved = np.concatenate(bigram_paid) - np.concatenate(lstm_paid)
print(f"saved over a new chord {saved[new_chord].mean():.2f}, over the same one {saved[~new_chord].mean():.2f} nats a token")

# %% [markdown]
r"""
It has learnt to listen: it saves most where a new chord begins, which the bigram cannot see.

## To choose is not to take the best

The network gives probabilities; somebody has to choose. To take the most probable token each time is safe and dull: the
line soon goes round in circles, because what is likely after a likely note is mostly more of the same. To draw tokens
with exactly the network's probabilities is lively, but now and then it draws an odd note, and after an odd note the network
finds itself where no training chorus has ever been. What that costs can be measured. We let it read the held-out choruses
once more; in each, a single note in the middle is moved up by six semitones, which is seldom a good idea. All other notes
are as they were. How well does it still expect them?
"""

# %% tags=["training"]
ODD_AT, AFTER = 30, 12  # which token is changed, and for how many tokens we look on


def with_odd_note(tokens):
    """The tokens of a chorus with the first note from place ODD_AT on moved up, or down, by six semitones."""
    place = next(k for k in range(ODD_AT, len(tokens)) if VOCABULARY[tokens[k]][1] != REST)
    duration, pitch = VOCABULARY[tokens[place]]
    moved = pitch + 6 if pitch + 6 <= jazz.HIGHEST_PITCH else pitch - 6
    return place, np.concatenate([tokens[:place], [NUMBER[duration, moved]], tokens[place + 1 :]])


long_enough = [read for read in held_out_read if len(read[0]) > ODD_AT + AFTER + 12]
odd_places, odd_tokens = zip(*[with_odd_note(tokens) for tokens, _ in long_enough], strict=True)
as_it_was = expectations(long_enough)
after_odd = expectations([(odd, read[1]) for odd, read in zip(odd_tokens, long_enough, strict=True)])
undisturbed, derailed = (
    np.mean(
        [
            paid_nats(given, tokens)[place : place + AFTER]  # of the tokens that come after the one at this place
            for given, (tokens, _), place in zip(heard, long_enough, odd_places, strict=True)
        ],
        axis=0,
    )
    for heard in (as_it_was, after_odd)
)
print(f"{len(long_enough)} choruses; the next note: {undisturbed[0]:.2f} nats, after an odd one {derailed[0]:.2f}")
print(f"the {AFTER} notes after it cost {np.sum(derailed - undisturbed):.2f} nats more in all")

# %% tags=["figure"]
value_plots.curves(
    np.arange(1, AFTER + 1),
    {"after an odd note": derailed, "as it was": undisturbed},
    title="One odd note, and how long the network is beside itself",
    x_label="notes after it",
    y_label="nats a note",
)

# %% [markdown]
r"""
The next note surprises it far more than it should, and it takes some more to find its feet; here the right notes go on, and
help it back. At the concert nobody does: the next notes are drawn from the very forecasts that have become worse. (You will
hear it, when you have written the loop.) Two knobs lie between dull and careless:

- **Temperature** $\tau$: draw from $p_k^{1/\tau}$, scaled to sum to 1 again. (The same as dividing the numbers before the
  softmax by $\tau$.) At $\tau=1$ nothing changes, towards 0 only the most probable is left, above 1 it gets wilder.
- **Top-k**: keep the $k$ most probable tokens, forget the others, scale to sum to 1. The long tail of unlikely tokens,
  each of them odd and all together not rare, is cut off.

### Exercise 7: `sample_token` (11 points)

- `probabilities` is `(n_values,)`, `float32` as Keras gives it, and sums to 1 nearly.
- `rng` is a NumPy Generator, as `np.random.default_rng(3)` makes it. All chance comes from it, so that the same seed
  plays the same solo; `np.random` itself is left alone.
- `temperature` is a positive number; `top_k` a whole number from 1, or None, which keeps all tokens.
- Return the number of the chosen token, a whole number from 0.

<details><summary>Hint 1: a nudge</summary>

First shape the probabilities, then draw once. `rng.choice(n, p=…)` draws a number from 0 to n − 1, and is strict: `p`
must sum to 1, but for rounding.

</details>

<details><summary>Hint 2: the plan</summary>

Make a `float64` array of the probabilities, which is also a copy. Raise it to the power 1 over the temperature. With a
`top_k`, set all but the k largest to 0: `np.argsort` sorts from small to large. Divide by the sum. Draw.

</details>

<details><summary>Hint 3: nearly the line</summary>

`weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)`; if `top_k` is not None,
`weights[np.argsort(weights)[:-top_k]] = 0`; then `int(rng.choice(len(weights), p=weights / weights.sum()))`.

</details>
"""

# %% exercise="sample_token"
def sample_token(probabilities, rng, temperature=1.0, top_k=None):
    """Draw a token.

    Args:
        probabilities: (n_values,), float32, they sum to 1 nearly.
        rng: numpy.random.Generator, the only source of chance.
        temperature: > 0; below 1 safer, above 1 wilder.
        top_k: draw among the k most probable tokens only; None for all.

    Returns:
        The number of the token, from 0 to n_values - 1.
    """
    ### BEGIN SOLUTION
    weights = np.asarray(probabilities, dtype="float64") ** (1 / temperature)
    if top_k is not None:
        weights[np.argsort(weights)[:-top_k]] = 0
    return int(rng.choice(len(weights), p=weights / weights.sum()))
    ### END SOLUTION


# %% check="sample_token" points=11
checks.sample_token(sample_token)

# %% [markdown]
r"""
**See it work.** The twelve most probable tokens at one moment of a held-out chorus, and how often each is drawn in 2,000
draws, with the knobs in four positions.
"""

# %% tags=["figure"]
moment_tokens, moment_conditions = held_out_read[5]
a, c = np.zeros((2, 1, N_A), dtype="float32")
for t in range(24):
    moment, a, c = ask(one_step_model, moment_tokens[t : t + 1], moment_conditions[t + 1 : t + 2], a, c)
moment = moment[0]
likely = np.argsort(moment)[::-1][:12]
knobs = {"τ = 0.3": (0.3, None), "τ = 1": (1.0, None), "τ = 2": (2.0, None), "τ = 1, top-5": (1.0, 5)}
drawn = [
    np.bincount([sample_token(moment, rng, *knob) for _ in range(2_000)], minlength=N_VALUES)[likely] / 2_000
    for rng, knob in zip(map(np.random.default_rng, range(4)), knobs.values(), strict=True)
]
value_plots.heat_table(
    [moment[likely], *drawn],
    rows=["the network says", *knobs],
    columns=[named(token).replace(" ", "\n") for token in likely],
    title="The same moment, four temperaments: share of each token",
    limits=(0, 1),
)

# %% [markdown]
r"""
**Nats by temperature.** What would your network pay on the held-out choruses if it always spoke at another temperature? Its
probabilities are there, chorus by chorus; each is raised to the power $1/\tau$, and scaled to sum to 1 again.
"""

# %% tags=["training"]
every_expectation, every_token = np.concatenate(expected), np.concatenate([tokens[1:] for tokens in held_out_tokens])
nats_at = {}
for temperature in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.8):
    powers = every_expectation.astype("float64") ** (1 / temperature)
    nats_at[temperature] = -np.log(powers[np.arange(len(powers)), every_token] / powers.sum(axis=1)).mean()
cheapest = min(nats_at, key=nats_at.get)
print(f"fewest at temperature {cheapest}: {nats_at[cheapest]:.3f} nats a token;", end=" ")
print(f"at 1: {nats_at[1.0]:.3f}; at 0.7: {nats_at[0.7]:.3f}")

# %% tags=["figure"]
value_plots.curves(
    list(nats_at),
    {"held-out choruses": list(nats_at.values())},
    title="What the network pays at other temperatures",
    x_label="temperature",
    y_label="nats a token",
)

# %% [markdown]
r"""
A temperature changes what is *expected*, too, and the second written question will ask you about this curve.
"""

# %% [markdown]
r"""
## Play!

Everything is there. The loop of the concert is short:

1. The band counts in: the first input is the token `COUNT_IN`, the state is zero.
2. Read the lead sheet where the next token will begin, ask the model, and choose.
3. What was chosen is written down, **and is the next input**. The new state goes back in. Time moves on by the token's
   duration, and so the next look at the lead sheet is further on.
4. Stop when the chorus is full.

### Exercise 8: `generate` (13 points)

- `one_step_model` is called with a list of four arrays with $m = 1$: token `(1,)`, condition `(1, n_c)`, `a` and `c`
  `(1, n_a)`; it gives probabilities `(1, n_values)` and the new `a` and `c`. Use `ask`.
- `vocabulary` is a list of tokens `(duration, pitch)`; one of them is `COUNT_IN`, and the numbers of tokens are places
  in this list.
- `sheet` is `(moments, n_c)`, as `lead_sheet` makes it: row $k$ is what is read at tick `k * GRID`. The chorus ends after
  the last row, at tick `len(sheet) * GRID`.
- Choose with your `sample_token`. If yours is not right yet, this exercise is graded with a right one in its place.
- Return the list of the chosen tokens `(duration, pitch)`, without the count-in. The durations add up to the length of
  the chorus exactly: if the last token would last longer, shorten it.

<details><summary>Hint 1: a nudge</summary>

Four things change from turn to turn: the tick, the token that goes in, and the two parts of the state. Each of them has
a first value. Does the count-in move the tick?

</details>

<details><summary>Hint 2: the plan</summary>

Start with `now = 0`, the number of `COUNT_IN` in the vocabulary, and zeros for `a` and `c`. While `now` is before the
end: take row `now // GRID` of the sheet (keep its batch axis), call the model, draw from the probabilities of the one
example there is, look the token up, append it, move `now` on. What the model returned as `a` and `c` goes in at the
next turn, and so does the number that was drawn.

</details>

<details><summary>Hint 3: nearly the line</summary>

`probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)`, then `number =
sample_token(probabilities[0], rng, temperature, top_k)`, `duration, pitch = vocabulary[number]`, `duration =
min(duration, end - now)`.

</details>
"""

# %% exercise="generate"
def generate(one_step_model, vocabulary, sheet, n_a, rng, temperature=1.0, top_k=None):
    """Improvise over a lead sheet.

    Args:
        one_step_model: as build_one_step_model makes it; here m = 1.
        vocabulary: list of tokens (duration, pitch), COUNT_IN among them.
        sheet: (moments, n_c), what is read every GRID ticks.
        n_a: units of the model's cell.
        rng: numpy.random.Generator.
        temperature, top_k: for sample_token.

    Returns:
        List of tokens (duration, pitch) that fill the chorus, the count-in not among them.
    """
    ### BEGIN SOLUTION
    a = c = np.zeros((1, n_a), dtype="float32")
    number = vocabulary.index(COUNT_IN)
    now, end = 0, len(sheet) * GRID
    tokens = []
    while now < end:
        probabilities, a, c = ask(one_step_model, np.array([number]), sheet[now // GRID][None], a, c)
        number = sample_token(probabilities[0], rng, temperature, top_k)
        duration, pitch = vocabulary[number]
        duration = min(duration, end - now)
        tokens.append((duration, pitch))
        now += duration
    return tokens
    ### END SOLUTION


# %% check="generate" points=13
checks.generate(generate)

# %% [markdown]
r"""
**Hear it.** First the beginner: the same network with the weights that it had before the first lesson. It has no idea
of rhythm, harmony, or breath.
"""

# %% tags=["training"]
def improvise(over, seed, temperature=0.7, top_k=None):
    """A chorus with the chords of another one and a new solo by the network."""
    rng = np.random.default_rng(seed)
    tokens = generate(one_step_model, VOCABULARY, lead_sheet(over.chords), N_A, rng, temperature, top_k)
    notes = tuple(jazz.Note(*note) for note in decode_tokens(tokens))
    return dataclasses.replace(over, name=f"improvised-{over.name}", notes=notes)


stage = held_out_choruses[0]
trained_weights = training_model.get_weights()
training_model.set_weights(untrained_weights)
beginner = improvise(stage, seed=1, temperature=1.0)
training_model.set_weights(trained_weights)
soloist = improvise(stage, seed=1)

# %% tags=["figure"]
music_plots.piano_roll(beginner, title="Before training")

# %% tags=["figure"]
audio.player(beginner)

# %% [markdown]
r"""
And the pupil after 560 choruses, over the same chords. It has never seen this form in this key.
"""

# %% tags=["figure"]
music_plots.piano_roll(soloist, title="After training, temperature 0.7")

# %% tags=["figure"]
audio.player(soloist)

# %% [markdown]
r"""
**And top-k.** The same chords, the same seed, temperature 1, but only among the five most probable tokens. Listen for what the
two have in common, and for what is missing here: surprises, good ones and bad ones.
"""

# %% tags=["training"]
careful_soloist = improvise(stage, seed=1, temperature=1.0, top_k=5)

# %% tags=["figure"]
music_plots.piano_roll(careful_soloist, title="After training, temperature 1, top-5")

# %% tags=["figure"]
audio.player(careful_soloist)

# %% [markdown]
r"""
**A slip of the finger.** The first of the two solos once more, with the same chance, but for one thing: the first note of the
third bar comes out six semitones too high, or too low, and the network has to go on from there.
"""

# %% tags=["training"]
class Slip:
    """A one-step model that at one of its calls hears another token than the one that was chosen."""

    def __init__(self, model, call, number):
        self.model, self.waiting, self.number = model, call, number

    def predict_on_batch(self, inputs):
        """As the model does it."""
        self.waiting -= 1
        heard = inputs if self.waiting else [np.array([self.number]), *inputs[1:]]
        return self.model.predict_on_batch(heard)


def play_stage(model):
    """The tokens of the first solo, by this model."""
    return generate(model, VOCABULARY, lead_sheet(stage.chords), N_A, np.random.default_rng(1), 0.7)


undisturbed_tokens = play_stage(one_step_model)
begins = np.cumsum([0] + [duration for duration, _ in undisturbed_tokens])
in_bar_three = (k for k, begin in enumerate(begins) if begin >= 2 * TICKS_PER_BAR)
slip = next(k for k in in_bar_three if undisturbed_tokens[k][1] != REST)
duration, pitch = undisturbed_tokens[slip]
odd = duration, pitch + 6 if pitch + 6 <= jazz.HIGHEST_PITCH else pitch - 6
slipped_tokens = play_stage(Slip(one_step_model, slip + 2, NUMBER[odd]))  # call 1 hears the count-in, call 2 token 0
slipped_tokens[slip] = odd
slipped = dataclasses.replace(stage, notes=tuple(jazz.Note(*note) for note in decode_tokens(slipped_tokens)))
later = [
    {note for note in decode_tokens(tokens) if note[0] > begins[slip]} for tokens in (undisturbed_tokens, slipped_tokens)
]
print(f"of {len(later[0])} notes after the slip {len(later[0] & later[1])} are what they would have been")

# %% tags=["figure"]
music_plots.piano_roll(slipped, bars=(0, 8), title="The same solo with one slip, in bar 3")

# %% tags=["figure"]
audio.player(slipped)

# %% [markdown]
r"""
Up to the slip it is the solo that you know. From there on it is another one: every later note hangs on those before it.

## Is it any good? Three measures

Taste cannot be measured, but three things that taste cares about can.

- **Nats a token** on held-out choruses: how well it expects what a soloist does. You have that.
- **Chord tones on strong beats**, the first and third of the bar: does it play the changes? A table says below how many of
  the notes there are chord tones in the corpus, and how many would be if pitches were hit at random.
- **The longest copied run**: how many notes on end stand just so in a training chorus. A soloist with a bad conscience
  gets a perfect score on the other two measures by playing a training chorus from memory. (A scale, or a lick of eight
  notes, may well be the same without anyone having copied anything.)

The first number says that it has learnt, the second that it listens, the third that it is not a tape recorder. We let
it play 16 choruses over held-out chords, at several temperatures, and once with top-k.
"""

# %% tags=["training"]
def chord_tone_share(choruses, pitch_of=lambda note: note.pitch):
    """The share of chord tones among the notes that begin on a strong beat."""
    fitting = [
        jazz.is_chord_tone(jazz.chord_at(chorus, note.onset), pitch_of(note))
        for chorus in choruses
        for note in chorus.notes
        if note.onset % jazz.TICKS_PER_CHORD == 0
    ]
    return float(np.mean(fitting))


blind_rng = np.random.default_rng(9)
blind = chord_tone_share(
    training_choruses, lambda note: int(blind_rng.integers(jazz.LOWEST_PITCH, jazz.HIGHEST_PITCH, endpoint=True))
)
print("                    chord tones on strong beats   longest copied run   different tokens")
print(f"the corpus {chord_tone_share(training_choruses):28.2f}")
print(f"pitches at random {blind:21.2f}")
measured = {}
for temperature, top_k in ((0.1, None), (0.7, None), (1.0, None), (1.0, 5)):
    solos = [improvise(chorus, k, temperature, top_k) for k, chorus in enumerate(held_out_choruses[::7])]
    copied = max(jazz.longest_copied_run(solo.notes, training_choruses) for solo in solos)
    different = len({(note.duration, note.pitch) for solo in solos for note in solo.notes})
    share = chord_tone_share(solos)
    measured[temperature, top_k] = share, copied, different
    name = f"temperature {temperature}" + (f", top-{top_k}" if top_k else "")
    print(f"{name:22} {share:16.2f} {copied:24} {different:21}")
results = {
    "lstm_nats": float(lstm),
    "bigram_nats": float(bigram),
    "train_seconds": train_seconds,
    "chord_tone_share": measured[0.7, None][0],
    "longest_copied_run": measured[0.7, None][1],
}

# %% [markdown]
r"""
Read the table from row to row. Cold, it plays the changes nearly without a fault, and with few different tokens: it
repeats itself. Hot, it has many, and is more often beside the chord. In between there is music. At no temperature does it
recite: the longest runs that it shares with a training chorus are about as long as a lick.

## For the road: MIDI

A MIDI file holds no sound, only what a player's hands do: press this key, this hard; release it. Its events stand in a
line, and each says how long to *wait* after the one before. So a note is two events, and the times are differences.
"Release" is written as "press with velocity 0".

### Exercise 9: `to_midi` (7 points)

- `notes` is a list of tuples `(onset, duration, pitch)` in the order of time, none beginning before the one before it
  has ended.
- Return a list of events, tuples `(wait, pitch, velocity)`: two for each note, in the order of time. `wait` is the number
  of ticks since the event before, for the first event since tick 0.
- When a note begins, its velocity is `on_beat` if it begins on a beat, and `off_beat` if not: swing players lean on the
  notes between the beats. A beat has `jazz.TICKS_PER_BEAT` = 12 ticks. When a note ends, the velocity is 0.

<details><summary>Hint 1: a nudge</summary>

For a note that begins where the one before it ends, what is `wait`? And for one after a rest?

</details>

<details><summary>Hint 2: the plan</summary>

Keep the tick of the last event, `now`. For each note append two events: it begins after `onset - now` ticks, and it ends
after its duration. Then `now` is the tick at which it ended. `onset % 12` is 0 on a beat.

</details>

<details><summary>Hint 3: nearly the line</summary>

`velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat`, then
`events += [(onset - now, pitch, velocity), (duration, pitch, 0)]`, and `now = onset + duration`.

</details>
"""

# %% exercise="to_midi"
def to_midi(notes, on_beat=80, off_beat=92):
    """Notes as the events of a MIDI track.

    Args:
        notes: list of tuples (onset, duration, pitch), in the order of time, none overlapping; ticks.
        on_beat, off_beat: velocities of notes that begin on a beat, and between beats.

    Returns:
        List of events (wait, pitch, velocity): ticks since the event before; velocity 0 ends the note.
    """
    ### BEGIN SOLUTION
    events, now = [], 0
    for onset, duration, pitch in notes:
        velocity = off_beat if onset % jazz.TICKS_PER_BEAT else on_beat
        events += [(onset - now, pitch, velocity), (duration, pitch, 0)]
        now = onset + duration
    return events
    ### END SOLUTION


# %% check="to_midi" points=7
checks.to_midi(to_midi)

# %% [markdown]
r"""
**Take it with you.** Your events and three lines of the library mido make a file of the solo alone; the course's
`write_midi` makes one with chords. Open either in any notation program or player, or send it to somebody who plays.
"""

# %% tags=["figure"]
import mido

track = mido.MidiTrack(
    mido.Message("note_on", note=pitch, velocity=velocity, time=wait) for wait, pitch, velocity in to_midi(plain(soloist))
)
track.insert(0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(soloist.tempo)))
mido.MidiFile(tracks=[track], ticks_per_beat=jazz.TICKS_PER_BEAT).save("my_solo.mid")
midi.write_midi("my_solo_with_chords.mid", soloist)
print(f"my_solo.mid: {len(soloist.notes)} notes, {mido.MidiFile('my_solo.mid').length:.0f} seconds")

# %% [markdown]
r"""
**Your turn.** Write any chords you like, half a bar each, and press the button. Try other seeds and temperatures; try
chords that no form of the corpus has.
"""

# %% tags=["figure"]
my_chords = "Dm7 Dm7 G7 G7 Cmaj7 Cmaj7 A7alt A7alt Dm7 Dm7 G7alt G7alt C6 C6 C6 C6".split()
mine = jazz.Chorus("mine", "own", 0, 150, tuple(map(jazz.Chord.parse, my_chords)), ())
mine = improvise(mine, seed=7)
music_plots.piano_roll(mine, title="Over chords of your own")

# %% tags=["figure"]
audio.player(mine)

# %% [markdown]
r"""
### Written question 1: the same cell, again and again (4 points)

In five to ten sentences:

1. Suppose each of the 32 steps of the training model had an LSTM cell and an output layer of its own. By what factor
   would the number of parameters grow, and what would the model then know about a lick that occurs at step 3 in training
   and at step 20 in a held-out chorus?
2. A chorus has fifty or sixty tokens, some have a hundred, and training windows have 32. Why can the one-step model play
   the whole chorus?
3. A classmate's one-step model makes new layers instead of using the given ones. Everything runs. What does its solo
   sound like, and why?
4. Another one forgets to hand the new `c` back and always passes zeros, but hands on `a`. What is lost?
"""

# %% [markdown] answer="why_one_cell" points=4
r"""
**Your answer to written question 1.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. By 32. It would know nothing at step 20: what is learnt at one place is known only there (and each set of weights sees
   only a 32nd of the examples).
2. The weights do not depend on the step or on `T_x`; a step needs only the token, the condition and the state, so it can
   be repeated as often as one likes. (Beyond 32 steps the state is one that training has not seen in this length: full
   marks with or without this remark.)
3. Like the beginner: random notes. New layers have new random weights; training has changed the others. Sharing means the
   same objects, not layers of the same kind.
4. The long memory: `c` is what the forget gate keeps. With c = 0 at each step the network has only `a`, a squashed view of
   the last step, so it knows roughly what has just been, and loses the phrase (how long, from where, which motif).

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
### Written question 2: practice and concert (4 points)

In five to ten sentences:

1. In training the inputs are real solos, at the concert the network's own notes. What may happen after the network has
   played a note that no soloist would have played there, and why does training not prepare it for that?
2. At which temperature does your network pay the fewest nats on held-out choruses (look at the curve), and what does that say
   about how sure of itself it is at temperature 1? Why do we play at 0.7 all the same, where it pays more?
3. The condition of step $t$ is read where $y^{\langle t\rangle}$ begins. What would be heard if, by mistake, it were read
   where $x^{\langle t\rangle}$ begins, in training and at the concert alike? On which notes?
4. Somebody shows you a network that pays far fewer nats than yours on its *training* choruses, and whose solos are all
   chord tones on the strong beats. Which measurement do you ask for before you are impressed, and why?
"""

# %% [markdown] answer="practice_and_concert" points=4
r"""
**Your answer to written question 2.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. It is then in a state that no training example has led to, its predictions there are guesses, and errors can follow
   errors (exposure bias). Teacher forcing always puts it back on the right note, so it never has to recover.
2. Near 1, at 0.9 or 1 (it may differ a little): it is about as sure of itself as it should be. At 0.7 it would be too sure, and
   pay for each note that it finds unlikely. Nats measure the average expectation of others' notes; a solo is spoilt by its
   worst notes. A lower temperature takes probability from the many unlikely tokens, at the price of variety. (Or: errors of
   one step accumulate.) Half a point each.
3. Notes on chord changes, that is on the strong beats: the old chord is read for the first note over the new one, so it
   would often be a tone of the chord before. (That the next chord is part of the condition can soften this.)
4. The longest copied run, or nats on held-out choruses: by learning the choruses by heart one reaches both. The measure
   must be one that copying makes worse.

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Summary

- A sequence needs **one thing a step**. Here it is a token (duration, pitch); rests are tokens too, since a token begins
  where the last one ends.
- **Teacher forcing**: in training the input is the real sequence, and the right answer is the same sequence one step
  later. At the concert the network's own choice goes back in.
- In Keras weights are shared by **calling one layer object again**. The loop in the training model and the one-step model
  use the same two objects, so there is nothing to copy, and the number of parameters does not depend on `T_x`.
- The one-step model takes the **state** in and gives it out. Whoever calls it carries the memory.
- A **condition**, read where the next note begins, makes the network play the changes.
- To generate is to **choose**: greedy is dull, pure sampling is careless, temperature and top-k lie between.
- Measure a generator by what it expects (nats), by what its output must obey (chord tones), and by what it must not do
  (copy).

## Where to read on

- M. Mozer, *Neural network music composition by prediction* (1994): melodies note by note, long before there were
  datasets.
- D. Eck and J. Schmidhuber, *Finding temporal structure in music: blues improvisation with LSTM recurrent networks*
  (2002): the first LSTM that held a form together.
- R. Williams and D. Zipser, *A learning algorithm for continually running fully recurrent neural networks* (1989):
  teacher forcing.
- S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural
  networks* (2015): practising with one's own mistakes.
- A. Graves, *Generating sequences with recurrent neural networks* (2013).
- A. Holtzman and colleagues, *The curious case of neural text degeneration* (2020): why the most probable sequence is not
  a good one, and what to cut off.
- C.-Z. A. Huang and colleagues, *Music Transformer* (2019): what replaces the recurrent net when pieces get long.

**Next**, in unit 04, there is an answer for every word that comes in, and to give it one must also look at the words that
come after.
"""
