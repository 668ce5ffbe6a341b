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
# Unit 06 · The trigger word: audio in, an answer at every step

Somewhere in the room stands a small machine that listens all day. Nearly all that it hears is none of its business:
the kitchen, the radio, people who talk to each other. But when somebody says **activate**, it should chime, at once,
whoever has said it.

Every device with a voice has such a listener inside. It has to be small, since it never sleeps; it has to be quick,
since nobody waits for a chime; and it has to be right in two ways that pull in opposite directions: miss no call, and
do not wake up in the night because of a word on television.

**What you will build**, in NumPy and Keras:

- the picture of a sound that a network can read: a *spectrogram*;
- a factory for training examples, since nobody has recorded ten thousand labelled hours for us;
- a detector: a convolution and two GRU layers, with an answer at every step;
- the step from probabilities to events, and a fair way of counting hits, misses and false alarms;
- a listener that takes sound in pieces, as a microphone gives it, and answers exactly as if it had heard all at once.

In unit 04 a sentence was there as a whole, and the network could look ahead. Here it cannot. Sound comes in **live**,
and what has not been said yet, nobody knows.

**Time.** Half a day of work, in as many sittings as you like. The computer needs about four minutes for the whole
notebook, most of it for making examples and for the training, without a GPU. Headphones help.

**How it works.** Each exercise is one function. Replace `raise NotImplementedError` by your code, run the cell, then
run the check under it: it tells you what is right and what is not yet. Above each answer three hints are folded away,
from a nudge to nearly the line. There are 100 points: 92 for nine functions, 8 for two written answers.
"""

# %% [markdown]
r"""
## Names and shapes

| Symbol | In code | Shape | What it is |
| --- | --- | --- | --- |
| | `samples` | `(n,)` | air pressure, `RATE` times a second, between −1 and 1 |
| $n_f$ | `n_f` | number | frequencies of a spectrogram: `FRAME // 2 + 1` |
| $T_x$ | `T_x` | number | frames of a spectrogram, one every `HOP` samples |
| $T_y$ | `T_y` | number | steps of the answer, one every `STRIDE` frames, that is every `STEP_MS` milliseconds |
| $x$ | `x` | `(T_x, n_f)` | a spectrogram; in a batch `(m, T_x, n_f)` |
| $y$ | `y` | `(T_y, 1)` | the label of each step: 1 just after the word, else 0 |
| $\hat y$ | `probabilities` | `(m, T_y, 1)`, `(T_y,)` | what the detector says |

As in unit 04 a sequence comes in and a sequence goes out, step for step; but $T_y$ is smaller than $T_x$, because the
first layer of the network takes several frames at a time.
"""

# %%
import time

import numpy as np

from unrolled.quiet import quietly

with quietly():  # TensorFlow greets at length when it is imported
    import keras

from keras import layers, ops

from unrolled.checks import trigger_word as checks
from unrolled.datasets import trigger_word as words
from unrolled.datasets.trigger_word import RATE, WORD
from unrolled.plots import spectrograms as plots
from unrolled.sound import augment, clips

SAMPLES_PER_MS = RATE // 1000
FRAME, HOP = 400, 160  # samples: a frame is 25 ms long, and there is one every 10 ms
KERNEL, STRIDE = 20, 3  # frames: the convolution looks at 20 at a time, and moves on by 3
STEP_MS = HOP * STRIDE // SAMPLES_PER_MS  # milliseconds from one answer to the next
N_ONES = 50  # steps after the word that are labelled 1
MAX_TRIES = 30  # places that are tried for a clip
SCALE, OFFSET = 0.25, 1.5  # log powers lie around -6; times SCALE, plus OFFSET, they lie around 0

# %% [markdown]
r"""
## Listen first

Sound is **air pressure that changes**. A microphone measures it many times a second, and each measurement is a
*sample*: one number, here between −1 and 1, above or below the pressure of a silent room. How many times? A music CD
has 44,100 samples a second, enough for everything that a human ear can hear. Speech can be understood with far fewer;
ours has `RATE` = 16,000. That is still 160,000 numbers for ten seconds, and every one of them says next to nothing.
"""

# %% tags=["figure"]
training_clips, test_clips = words.load_clips("train"), words.load_clips("test")
example_clip = next(clip for clip in training_clips if clip.word == WORD and clip.engine == "flite")
print(f"{len(training_clips)} clips to learn from, {len(test_clips)} by speakers who are kept apart")
print(f"“{example_clip.word}”: {len(example_clip.samples)} samples, {len(example_clip.samples) / RATE:.2f} seconds")
plots.waveform(example_clip.samples, RATE, title="A word as the microphone has it, and 15 milliseconds of it")

# %% tags=["figure"]
clips.player(example_clip.samples, RATE)

# %% [markdown]
r"""
On the right you see single samples. They swing up and down some hundred times a second, and this is what makes a vowel
sound the way it does: *how fast* the air swings, and how strongly. The same word by another speaker, or a moment
later, swings in another order, and no two curves ever look alike. What stays is which **frequencies** are in it.

## From air pressure to a spectrogram

So we ask of every short moment: which frequencies are in it, and how much of each?

1. Cut the sound into **frames** of `frame` samples, short enough that the mouth does not move much in one. A frame
   starts `hop` samples after the one before, so frames overlap.
2. Let each frame fade in and out: multiply it by a **window**, a hill that is 0 at both ends. Otherwise the hard edges
   of the cut would be heard as a click, and a click has all frequencies.
3. **Fourier's transform** says how much of each frequency is in the frame. For real numbers `np.fft.rfft` gives
   `frame // 2 + 1` complex numbers; number $k$ belongs to the frequency $k \cdot$ `RATE` / `frame`, in hertz (swings a
   second). The highest is half the rate: what swings faster, samples cannot show.
4. The squared size of such a number is the **power**. Where in its swing the air was when the frame began is lost with
   that, and nobody misses it.
5. Take the **logarithm**. A shout has ten thousand times the power of a whisper, and is still the same word. An ear
   hears *how many times* louder something is, and so does a logarithm. A little is added before, since silence has no
   logarithm.
"""

# %% tags=["figure"]
plots.framing(example_clip.samples, RATE, FRAME, HOP)

# %% [markdown]
r"""
### Exercise 1: `spectrogram` (12 points)

- `samples` is `(n,)`. A stereo recording is `(n, channels)`: then the **mean of the channels** is taken first.
- Frame number $k$ begins at sample $k \cdot$ `hop` and has `frame` samples. Only **whole** frames count; nothing is
  padded. So there are `(n - frame) // hop + 1` of them, and none if there are fewer than `frame` samples.
- Multiply each frame by `np.hanning(frame)`, transform it by `np.fft.rfft`, and return the natural logarithm of (power
  + 1e-6), with the shape `(frames, frame // 2 + 1)`: time goes down, frequency to the right, as a network wants it.

<details><summary>Hint 1: a nudge</summary>

Write it for one frame first: a slice, a product, a transform, a square, a logarithm. Then do the same for all starts.

</details>

<details><summary>Hint 2: the plan</summary>

The starts are `range(0, len(samples) - frame + 1, hop)`. With an array of places, `starts[:, None] + np.arange(frame)`,
NumPy takes all frames at once and keeps its two axes when there are none. `rfft` works along the last axis. The power
is `np.abs(…) ** 2`.

</details>

<details><summary>Hint 3: nearly the line</summary>

`places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)`, then
`power = np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2`, and `np.log(power + 1e-6)`. Before all this:
`if samples.ndim == 2:` take the mean along axis 1.

</details>
"""

# %% exercise="spectrogram"
def spectrogram(samples, frame, hop):
    """How much of each frequency there is at each moment.

    Args:
        samples: (n,) or (n, channels), air pressure.
        frame: samples of a frame.
        hop: samples from the start of one frame to the start of the next.

    Returns:
        (frames, frame // 2 + 1), natural logarithms of the power.
    """
    ### BEGIN SOLUTION
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    starts = np.arange(0, len(samples) - frame + 1, hop)
    places = starts[:, None] + np.arange(frame)
    transformed = np.fft.rfft(samples[places] * np.hanning(frame))
    power = np.abs(transformed) ** 2
    return np.log(power + 1e-6)
    ### END SOLUTION


# %% check="spectrogram" points=12
checks.spectrogram(spectrogram)

# %% [markdown]
r"""
**See it work.** Two speakers say the word, and one of them another word. Time goes to the right now, as everybody
draws it, and frequency goes up. Vowels are stacks of strong bars, the hiss of a *t* or a *v* is a cloud high up, and
before a *t* the tongue shuts the mouth for a moment: a gap.
"""

# %% tags=["figure"]
other_clip = next(c for c in training_clips if c.word == WORD and c.speaker != example_clip.speaker and c.engine != "espeak")
near_clip = next(c for c in training_clips if c.word == "captivate" and c.speaker == example_clip.speaker)
plots.spectrograms(
    {
        f"“{clip.word}”, {clip.speaker}": spectrogram(clip.samples, FRAME, HOP)
        for clip in (example_clip, other_clip, near_clip)
    },
    rate=RATE,
    hop=HOP,
)

# %% [markdown]
r"""
The first two show the same shapes in the same order, though no sample of the one is like a sample of the other. This is
why we do not feed the samples to the network: it would have to find Fourier's transform by itself. And the third ends
exactly as the first does. Such words will be the hard ones.

## Examples out of a factory

To learn, the network needs sound in which somebody says the word now and then, **with the moment at which each word
ends**. Nobody has marked such moments for us, and marking them by hand would take weeks. But we can turn this round:
take sound in which the word does *not* occur, put words into it ourselves, and we know where they are.

- **Backgrounds**: rooms in which nobody says the word.
- **Activates**: the word, by many speakers.
- **Negatives**: other words, such as *captivate*. Without them the network would learn that somebody speaks, and not
  what.

From some hundred clips this makes as many examples as we like, all different. The price: it is only as good as our
idea of the rooms in which it will be used.

From here on times are in **milliseconds**, whole numbers counted from 0. A clip takes up a **segment**, `(start, end)`:
`start` is the first millisecond that it touches, and `end` **the last one that it touches**. Both ends belong to it.
Two more functions are given.
"""

# %%
def duration_ms(samples):
    """How many milliseconds a clip touches, if it begins with a millisecond; a last one that is not full counts."""
    return -(-len(samples) // SAMPLES_PER_MS)


def number_of_steps(n_samples):
    """T_x and T_y of a sound with so many samples: its frames, and the steps of the detector's answer."""
    T_x = max(0, (n_samples - FRAME) // HOP + 1)
    return T_x, max(0, (T_x - KERNEL) // STRIDE + 1)


# %% [markdown]
r"""
### Exercise 2: `is_overlapping` (6 points)

Two words at once are no word. Before a clip is put in, we ask whether its place is taken.

- `segment_time` is `(start, end)`, `previous_segments` a list of such pairs, which may be empty.
- Return `True` if the segment shares **at least one millisecond** with at least one of the others, else `False`. As
  both ends belong to a segment, (100, 300) and (300, 420) overlap, and (100, 300) and (301, 420) do not.

<details><summary>Hint 1: a nudge</summary>

It is easier to say when two segments do *not* overlap: one is over before the other begins.

</details>

<details><summary>Hint 2: the plan</summary>

For each previous segment: they overlap if this one starts no later than that one ends, **and** that one starts no later
than this one ends. One such pair is enough.

</details>

<details><summary>Hint 3: nearly the line</summary>

`start <= previous_end and previous_start <= end`, asked of `any` of the previous segments.

</details>
"""

# %% exercise="is_overlapping"
def is_overlapping(segment_time, previous_segments):
    """Whether a segment shares a millisecond with one of the others.

    Args:
        segment_time: (start, end), milliseconds; both belong to the segment.
        previous_segments: list of such pairs.

    Returns:
        True or False.
    """
    ### BEGIN SOLUTION
    start, end = segment_time
    for previous_start, previous_end in previous_segments:
        if start <= previous_end and previous_start <= end:
            return True
    return False
    ### END SOLUTION


# %% check="is_overlapping" points=6
checks.is_overlapping(is_overlapping)

# %% [markdown]
r"""
### Exercise 3: `insert_audio_clip` (12 points)

To lay one sound over another is to **add** them, for air pressures add up. Two things may go wrong. All places may be
taken, or so many that we do not find a free one: then we give up after some tries and **say so**. And the sum may leave
the range from −1 to 1, beyond which a file or a loudspeaker cuts it off flat; that is called *clipping*, and sounds
like tearing paper. Then we turn the whole sum down.

- `background` and `audio_clip` are samples, `previous_segments` a list of segments, `rng` a NumPy Generator.
- Draw a start in whole milliseconds, so that the clip lies **inside** the background and every such start is equally
  likely, the first and the last too. The segment is `(start, start + duration_ms(audio_clip) - 1)`. If it overlaps a
  previous one, draw again, `MAX_TRIES` times at most.
- The clip begins at sample `start * SAMPLES_PER_MS`. If the loudest sample of the sum (its absolute value) is above 1,
  divide the **whole sum** by it. Return the new audio and the segment.
- If no place was found, or the clip is longer than the background, return the background unchanged and `None`.
- Leave what you were given as it is: the next example needs the same background.

<details><summary>Hint 1: a nudge</summary>

What is the last start at which the clip still fits? And when there is no such start, what would `rng.integers` say?

</details>

<details><summary>Hint 2: the plan</summary>

The background has `len(background) // SAMPLES_PER_MS` milliseconds. If the clip has more, give up at once. Otherwise
loop `MAX_TRIES` times: draw, ask `is_overlapping`, and at the first free place copy the background, add the clip to the
slice where it belongs, turn down if need be, and return. The line after the loop is reached only if nothing was found.

</details>

<details><summary>Hint 3: nearly the line</summary>

`start = int(rng.integers(0, length - duration + 1))`; in the copy,
`audio[first : first + len(audio_clip)] += audio_clip` with `first = start * SAMPLES_PER_MS`; then divide by
`max(1.0, np.abs(audio).max())`.

</details>
"""

# %% exercise="insert_audio_clip"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    """Lay a clip over a background where no other clip is.

    Args:
        background: (n,) samples.
        audio_clip: (k,) samples.
        previous_segments: list of (start, end), milliseconds that are taken.
        rng: numpy.random.Generator.

    Returns:
        audio: (n,) samples, between -1 and 1.
        segment: (start, end) of the clip, or None if no place was found for it.
    """
    ### BEGIN SOLUTION
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background, None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            first = start * SAMPLES_PER_MS
            audio[first : first + len(audio_clip)] += audio_clip
            return audio / np.abs(audio).max(initial=1.0), segment
    return background, None
    ### END SOLUTION


# %% check="insert_audio_clip" points=12
checks.insert_audio_clip(insert_audio_clip, is_overlapping)

# %% [markdown]
r"""
## What should it say, and when?

The label of a step is 1 if the chime may sound there. During the word? Then the network would have to guess its end
from its beginning: *activ…* may still become *activity*. **After** the word everything has been said. And not at one
single step after it: there would be one 1 among hundreds of 0, and a network that always says 0 would hardly be wrong.
So we label `N_ONES` = 50 steps after each word. It does not matter at which of them it chimes first.

### Exercise 4: `insert_ones` (8 points)

- `y` is `(T_y, 1)`. Step $t$ stands for the milliseconds from $t \cdot$ `step_ms` up to, and without, $(t + 1) \cdot$
  `step_ms`.
- Return **new** labels in which the `n_ones` steps after the one in which `segment_end_ms` lies are 1. The step of the
  end itself is not one of them. What would come after the last step is left out; ones that were there before stay.

<details><summary>Hint 1: a nudge</summary>

In which step does millisecond 130 lie, if a step has 20? What is the first step after it?

</details>

<details><summary>Hint 2: the plan</summary>

A whole-number division gives the step of the end. A slice that goes beyond the end of an array is cut by NumPy without
a complaint; so one slice does it, in a copy.

</details>

<details><summary>Hint 3: nearly the line</summary>

`step = segment_end_ms // step_ms`, and in the copy `labels[step + 1 : step + 1 + n_ones] = 1`.

</details>
"""

# %% exercise="insert_ones"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    """Label the steps after the end of a word.

    Args:
        y: (T_y, 1), labels.
        segment_end_ms: the last millisecond of the word.
        step_ms: milliseconds of a step.
        n_ones: how many steps are labelled.

    Returns:
        (T_y, 1), new labels.
    """
    ### BEGIN SOLUTION
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[step + 1 : step + 1 + n_ones] = 1
    return labels
    ### END SOLUTION


# %% check="insert_ones" points=8
checks.insert_ones(insert_ones)

# %% [markdown]
r"""
### Exercise 5: `create_training_example` (11 points)

Now everything comes together.

- Put **all** the `activates` into the background, and then all the `negatives`, so that no clip lies over another. A
  clip for which no place is found is left out.
- Label the steps after each activate that has been put in, and nothing else.
- Return `x`, the spectrogram of the whole (with `FRAME` and `HOP`), and `y`, the labels of all its $T_y$ steps, both as
  float32. `number_of_steps(len(background))` gives $T_x$ and $T_y$.

<details><summary>Hint 1: a nudge</summary>

Two things grow from clip to clip: the audio and the list of segments. What happens to the labels if `insert_audio_clip`
has given up?

</details>

<details><summary>Hint 2: the plan</summary>

Begin with the background, an empty list, and zeros of the shape `(T_y, 1)`. For each clip: insert it into the audio
that you have so far; if there is a segment, append it to the list; if the clip is an activate, put ones after the
segment's end. At the end make the spectrogram, once.

</details>

<details><summary>Hint 3: nearly the line</summary>

`audio, segment = insert_audio_clip(audio, clip, segments, rng)`, then `if segment is not None:`
`segments.append(segment)`, and for an activate `y = insert_ones(y, segment[1])`.

</details>
"""

# %% exercise="create_training_example"
def create_training_example(background, activates, negatives, rng):
    """A background with words in it, as the network takes it.

    Args:
        background: (n,) samples.
        activates: list of clips, samples, of the word.
        negatives: list of clips of other words.
        rng: numpy.random.Generator.

    Returns:
        x: (T_x, n_f) float32, spectrogram.
        y: (T_y, 1) float32, labels.
    """
    ### BEGIN SOLUTION
    audio, segments = background, []
    _, T_y = number_of_steps(len(background))
    y = np.zeros((T_y, 1), dtype="float32")
    for clip in activates:
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            y = insert_ones(y, segment[1])
    for clip in negatives:
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
    x = spectrogram(audio, FRAME, HOP)
    return x.astype("float32"), y
    ### END SOLUTION


# %% check="create_training_example" points=11
checks.create_training_example(create_training_example, insert_audio_clip, insert_ones, spectrogram)

# %% [markdown]
r"""
**See and hear it.** A room, the word twice, two other words. Above the air pressure, in the middle what the network
reads, below what it should answer. Listen, and follow with your finger: the answer rises when the word is over.
"""

# %% tags=["figure"]
training_rooms = words.load_backgrounds("train")
heard_rng = np.random.default_rng(6)


def hear(room, activates, negatives, rng, apart_ms=0):
    """As create_training_example, with the audio kept for listening; between two words so many milliseconds at least.

    Returns:
        audio, and the moments in seconds at which the word ends.
    """
    audio, segments, kept_free, ends = room, [], [], []
    for clip, is_word in [(clip, True) for clip in activates] + [(clip, False) for clip in negatives]:
        audio, segment = insert_audio_clip(audio, clip.samples, kept_free if is_word else segments, rng)
        if segment is not None:
            start, end = segment
            segments.append(segment)
            kept_free.append((start - apart_ms, end + apart_ms))
            ends += [(end + 1) / 1000] if is_word else []
    return audio, sorted(ends)


heard, heard_ends = hear(
    training_rooms[0][: 6 * RATE], [example_clip, other_clip], [near_clip, training_clips[-1]], heard_rng
)
heard_y = np.zeros((number_of_steps(len(heard))[1], 1), dtype="float32")
for end in heard_ends:
    heard_y = insert_ones(heard_y, round(1000 * end) - 1)
print(f"the word ends at {', '.join(f'{end:.2f}' for end in heard_ends)} seconds")
plots.along_sound(heard, spectrogram(heard, FRAME, HOP), {"labels": heard_y[:, 0]}, RATE, HOP, STEP_MS, ends=heard_ends)

# %% tags=["figure"]
clips.player(heard, RATE)

# %% [markdown]
r"""
## Twenty-eight bands

One more step makes the network's work easier. A spectrogram has `FRAME // 2 + 1` = 201 frequencies, all 40 hertz apart.
An ear does not divide them like that: it tells 200 hertz from 240 at once, and cannot tell 7,000 from 7,040. And every
voice has a pitch of its own, whose multiples are the fine bars that you see; what makes an *a* an *a* is the broad shape
over them. So we put neighbours together, by their mean, into 28 **bands**, narrow where it is low and wide where it is
high.
"""

# %%
EDGES = np.array(
    [2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 36, 40, 44, 49, 54, 60, 67, 74, 82, 91, 101, 112, 124, 138, 153, 170, 189, 198]
)
N_BANDS = len(EDGES) - 1


def bands(log_power):
    """The mean log power of each band: (..., n_f) -> (..., N_BANDS) float32."""
    sums = np.add.reduceat(log_power[..., : EDGES[-1]], EDGES[:-1], axis=-1)
    return (sums / np.diff(EDGES)).astype("float32")


# %% tags=["figure"]
picture = spectrogram(example_clip.samples, FRAME, HOP)
plots.before_and_after_bands(picture, bands(picture), RATE, HOP)

# %% [markdown]
r"""
## A network that cannot look ahead

The network that you build now has four kinds of layers.

- A **convolution** over time, `keras.layers.Conv1D`: one small set of weights looks at `KERNEL` frames at a time and
  says how much of what it looks for is there, then moves on by `STRIDE` frames and looks again. It finds short pieces
  of sound, whenever they come, and as it moves by more than one frame, the layers above have fewer steps to go.
- A **normalisation** behind it: at each step the answers of all filters are shifted and scaled so that their mean is 0
  and their spread 1. Then it hardly matters how loud somebody speaks. `LayerNormalization` looks at this one step and
  nothing else; a *batch* normalisation in training looks at all steps, later ones too.
- **GRU layers**, one on top of the other, put the pieces together in their order: *ac*, *ti*, *vate*.
- At each step a single number, by a sigmoid: the **probability** that the word has just ended.

Why is there no bidirectional layer? In unit 04 it gained a lot. But a backward layer begins at the end of the sequence,
and there is no end: somebody speaks now, and the chime has to come now. A network is **causal** if no answer depends
on what comes later. Your detector is nearly so: an answer waits for the last of its `KERNEL` frames, and for nothing
else. How long that is, we shall measure.
"""

# %% tags=["figure"]
plots.detector_diagram(KERNEL, STRIDE)

# %% [markdown]
r"""
### Exercise 6: `build_detector` (14 points)

- `input_shape` is `(T_x, n_f)`; `T_x` may be `None`, for sounds of any length.
- The layers, in this order: `layers.Rescaling(SCALE, OFFSET)`, which brings log powers to sizes that a network likes; a
  `Conv1D` with `filters` filters of `kernel_size` frames, moved on by `stride` frames, **without padding** (Keras calls
  that `"valid"`); `layers.LayerNormalization(center=False, scale=False)`, and only then ReLU; one `GRU` for each number in
  `units`, with that many units, each with an output at every step; and a `Dense` layer that gives one probability.
- The output has the shape `(m, T_y, 1)`. You may put `Dropout` between layers; no other layer with weights.
- Compile it with Adam, with the given `learning_rate`, and the binary cross-entropy. Return the model.

<details><summary>Hint 1: a nudge</summary>

Count the axes as you go: after each layer it is `(m, steps, something)`. Which option of a GRU decides whether there is
an output at every step, or only at the last?

</details>

<details><summary>Hint 2: the plan</summary>

`keras.Sequential` takes a list of layers, `keras.Input(input_shape)` the first of them. The convolution has `strides=`; its
padding is "valid" unless you say otherwise, and its ReLU has to wait for the normalisation. Each GRU has `return_sequences=True`. A single
probability is a sigmoid: a softmax over one number is always 1.

</details>

<details><summary>Hint 3: nearly the line</summary>

`[keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET), layers.Conv1D(filters, kernel_size, strides=stride),
layers.LayerNormalization(center=False, scale=False), layers.ReLU(), *[layers.GRU(n, return_sequences=True) for n in units], layers.Dense(1, activation="sigmoid")]`, then
`model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")`.

</details>
"""

# %% exercise="build_detector"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    """The network that listens.

    Args:
        input_shape: (T_x, n_f); T_x may be None.
        filters, kernel_size, stride: of the convolution.
        units: of each GRU layer.
        learning_rate: for Adam.

    Returns:
        A compiled keras.Model from spectrograms (m, T_x, n_f) to probabilities (m, T_y, 1).
    """
    ### BEGIN SOLUTION
    model = keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(SCALE, OFFSET),
            layers.Conv1D(filters, kernel_size, strides=stride),
            layers.LayerNormalization(center=False, scale=False),
            layers.ReLU(),
            *[layers.GRU(n_a, return_sequences=True) for n_a in units],
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model
    ### END SOLUTION


# %% check="build_detector" points=14
checks.build_detector(build_detector)

# %% [markdown]
r"""
## The training

Now the factory runs. Three things decide how good the detector will be with people and rooms that it has never heard.

- **Which clips.** Most of our voices come out of one program, and a network that hears mainly them learns how this
  program speaks. So we draw an engine first, then one of its clips. And nearly half of the negatives are words that
  sound like *activate*; the rest are other words and pieces of sentences.
- **More voices than we have.** `augment.vary_voice` makes a voice higher or lower, faster or slower.
- **More rooms than we have.** Each example is heard in a room with its own echo (`room_response`). A room is *linear*: it
  makes no difference whether we add first and then go through the room, or let every part go through the same room and
  then add. So the parts can be changed **before** your `create_training_example` puts them together.
- **More microphones than we have.** A microphone makes each frequency so many times louder or softer. In logarithms *so
  many times* is *so much more*: all that it does to a spectrogram is to **add** one number to each column.

The labels are **unbalanced**: most steps are 0. Who always says 0 is right most of the time, and useless. This is the
reason for 50 ones instead of one, for measuring events instead of steps, and for looking at misses and false alarms
separately.

In practice the detector gets a handicap, too: **dropout** leaves out a fifth of what a layer passes on, others each time,
so that no answer hangs on a single unit. As in unit 03, two models are made of the same layers: what the one learns,
the other knows.

And the GRUs get a better start. At each step the update gate says how much of the old state is kept. Keras begins with
one half: after three steps seven eighths are forgotten, while our labels have to be held for fifty. With the bias $\ln u$
the gate begins at $u / (1 + u)$, and a unit keeps what it has for about $1 + u$ steps. So each unit gets another $u$, from
1 to 30: quick ones and slow ones. They may still learn otherwise.

Last, the bands are **evened out**. When somebody speaks, nearly all of them rise together: neighbours are strongly
correlated, and what tells one sound from another lies in the small rest, which is slow to learn beside so large a common
part. So we subtract the mean of each band and find the directions in which the bands vary together, the eigenvectors of
their covariance. Along each we divide by the root of its variance **plus the mean variance**: what varies most is made
smaller by far, and what hardly varies, mere noise perhaps, is not made as large as speech. With nothing added this is
called *whitening*. It is linear, and a convolution is linear, too: when the training is over, the weights of the
convolution **take in** all of it, and the detector hears the bands as they are.
"""

# %% tags=["training"]
SECONDS, N_EXAMPLES, EPOCHS, BATCH = 4, 11000, 4, 64
RHYMES = ("activated", "activity", "deactivate", "elevate", "captivate", "cultivate")  # what is mistaken most


def louder_or_softer(samples, decibels, rng):
    """The sound, louder or softer by up to so many decibels."""
    return augment.gain(samples, rng.uniform(-decibels, decibels))


def draw_clip(by_engine, wanted, rng):
    """A clip of one of some words: first an engine, then one of its clips."""
    engine = list(by_engine)[rng.integers(len(by_engine))]
    fitting = [clip for clip in by_engine[engine] if clip.word in wanted]
    return fitting[rng.integers(len(fitting))]


def draw_other(by_engine, sentences, rng):
    """Something that is not the word: a rhyme, a word that is near, any other word, or a piece of a sentence."""
    kind = rng.choice(4, p=[0.20, 0.30, 0.10, 0.40])
    if kind < 3:
        return draw_clip(by_engine, (RHYMES, words.NEAR_WORDS, words.PLAIN_WORDS)[kind], rng).samples
    said = sentences[rng.integers(len(sentences))].samples
    start = rng.integers(0, max(1, len(said) - 3 * RATE // 2))
    return said[start : start + 3 * RATE // 2]


def draw_room(rooms, seconds, rng):
    """So many seconds of a room, as loud as chance will have it: 3 to 35 decibels softer than the words."""
    room = rooms[rng.integers(len(rooms))]
    start = rng.integers(0, len(room) - seconds * RATE + 1)
    return augment.gain(room[start : start + seconds * RATE], 6 - rng.uniform(3, 35))


def draw_place(rng):
    """A function that lets sound go through one room, the same one each time, at the same distance."""
    echo = augment.room_response(rng, rng.uniform(0.08, 0.6), rng.uniform(0.05, 1.0) * (rng.random() < 0.6))
    loudness = float(rng.uniform(-15, 0))
    return lambda samples: augment.gain(augment.reverberate(samples, echo), loudness)


def through_microphone(x, rng):
    """A spectrogram as some microphone has it: (T_x, n_f) -> (T_x, n_f), never below the logarithm of silence."""
    decibels = augment.microphone(np.arange(x.shape[-1]) * RATE / FRAME, rng)
    return np.maximum(x + decibels * np.log(10) / 10, np.log(1e-6))


def draw_example(rooms, by_engine, sentences, rng):
    """One training example: bands of the spectrogram, labels."""
    through = draw_place(rng)

    def spoken(samples):
        return through(louder_or_softer(augment.vary_voice(samples, rng, 0.85), 6, rng))

    activates = [spoken(draw_clip(by_engine, (WORD,), rng).samples) for _ in range(rng.choice(3, p=[0.25, 0.5, 0.25]))]
    negatives = [spoken(draw_other(by_engine, sentences, rng)) for _ in range(rng.integers(1, 5))]
    x, y = create_training_example(through(draw_room(rooms, SECONDS, rng)), activates, negatives, rng)
    return bands(through_microphone(x, rng)), y


def whitening(x):
    """What evens out the bands: (mean, mix), so that in (x - mean) @ mix no direction is much larger than another.

    Args:
        x: (..., N_BANDS), bands of some examples.

    Returns:
        mean (N_BANDS,) and mix (N_BANDS, N_BANDS), float32; mix is symmetric, so that a band stays a band.
    """
    flat = x.reshape(-1, N_BANDS).astype("float64")
    variances, directions = np.linalg.eigh(np.cov(flat, rowvar=False))
    mix = directions / np.sqrt(variances + variances.mean()) @ directions.T
    return flat.mean(axis=0).astype("float32"), mix.astype("float32")


def between_neighbours(x):
    """The mean correlation of a band with the next one."""
    return float(np.diag(np.corrcoef(x.reshape(-1, N_BANDS), rowvar=False), 1).mean())


rng = np.random.default_rng(1)
began = time.perf_counter()
by_engine, sentences = words.by_engine(training_clips), words.load_sentences("train")
drawn = [draw_example(training_rooms, by_engine, sentences, rng) for _ in range(N_EXAMPLES)]
some = np.stack([x for x, _ in drawn[:500]])
mean, mix = whitening(some)
# The detector begins with a Rescaling, made for log powers; this undoes it beforehand.
X = np.stack([((x - mean) @ mix - OFFSET) / SCALE for x, _ in drawn])
Y = np.stack([y for _, y in drawn])
del drawn
print(f"X {X.shape}, Y {Y.shape}, made in {time.perf_counter() - began:.0f} seconds")
print(f"correlation of neighbouring bands: {between_neighbours(some):.2f}, evened out {between_neighbours(X[:500]):.2f}")
print(f"{100 * Y.mean():.0f} of 100 labels are 1: who always says 0 is right {100 * (1 - Y.mean()):.0f} times of 100")

# %% tags=["training"]
def with_dropout(detector, share):
    """The same layers, the same weights; in training some of what each layer passes on is left out."""
    values = inputs = keras.Input((None, N_BANDS))
    for layer in detector.layers[:-1]:
        values = layer(values)
        if layer.weights:
            values = layers.Dropout(share)(values)
    return keras.Model(inputs, detector.layers[-1](values))


def keep_longer(detector, rng):
    """Update gates that begin by keeping a state for 2 to 31 steps, each unit for another time."""
    for layer in detector.layers:
        if isinstance(layer, layers.GRU):
            kernel, recurrent_kernel, biases = layer.get_weights()
            biases[0, : layer.units] = np.log(rng.uniform(1, 30, layer.units))  # the update gate comes first
            layer.set_weights([kernel, recurrent_kernel, biases])


def take_in(detector, mean, mix):
    """The convolution does by itself what was done to the bands before: (x - mean) @ mix goes into its weights."""
    convolution = next(layer for layer in detector.layers if isinstance(layer, layers.Conv1D))
    kernel, bias = convolution.get_weights()
    mixed = np.einsum("bc,kcf->kbf", mix, kernel)
    # x = (rescaled - OFFSET) / SCALE, so that the kernel is divided by SCALE, and all that is constant is the bias's.
    convolution.set_weights([mixed / SCALE, bias - ((OFFSET / SCALE + mean) @ mixed).sum(axis=0)])


keras.utils.set_random_seed(6)
detector = build_detector((None, N_BANDS))
keep_longer(detector, rng)
practice = with_dropout(detector, 0.2)
warm, n_steps = 100, EPOCHS * -(-len(X) // BATCH)  # steps grow at first, and get smaller and smaller then
slower = keras.optimizers.schedules.CosineDecay(0.0, n_steps - warm, warmup_target=0.006, warmup_steps=warm)
practice.compile(keras.optimizers.Adam(slower, clipnorm=1.0), "binary_crossentropy")
began = time.perf_counter()
history = practice.fit(X, Y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
train_seconds = time.perf_counter() - began
take_in(detector, mean, mix)
print(f"{detector.count_params():,} parameters, trained in {train_seconds:.0f} seconds")
print("loss, epoch by epoch: " + " ".join(f"{loss:.3f}" for loss in history.history["loss"]))

# %% [markdown]
r"""
**Listen to somebody new.** The detector now hears speakers and rooms that had no part in the training. The curve is
what it says at each step.
"""

# %% tags=["training"]
test_rooms, test_by_engine = words.load_backgrounds("test"), words.by_engine(test_clips)


def probabilities_of(audio):
    """What the detector says at each step of a sound."""
    x = bands(spectrogram(audio, FRAME, HOP))
    return ops.convert_to_numpy(detector(x[None]))[0, :, 0]


scene_rng = np.random.default_rng(4)
scene, scene_ends = hear(
    draw_room(test_rooms, 10, scene_rng),
    [draw_clip(test_by_engine, (WORD,), scene_rng) for _ in range(3)],
    [draw_clip(test_by_engine, words.OTHER_WORDS, scene_rng) for _ in range(4)],
    scene_rng,
    apart_ms=2000,
)
scene_probabilities = probabilities_of(scene)

# %% tags=["figure"]
plots.along_sound(
    scene,
    spectrogram(scene, FRAME, HOP),
    {"probabilities": scene_probabilities},
    RATE,
    HOP,
    STEP_MS,
    ends=scene_ends,
    title="Ten seconds with speakers that the detector has never heard",
)

# %% [markdown]
r"""
## From probabilities to events

The curve rises when the word is over and stays up for a while: that is what the labels asked for. If we chimed at every
step with a high probability, one word would make the machine chime dozens of times. A word is **one** event. It begins
where the curve rises to the threshold, and since a curve may tremble around the threshold on its way up or down, some
time has to go by before the next one: the *refractory* time, as with a nerve that has just fired.
"""

# %% [markdown]
r"""
### Exercise 7: `detect` (9 points)

- `probabilities` is `(T_y,)`, `threshold` a number; step $t$ is the moment $t \cdot$ `STEP_MS` / 1000, in seconds.
- The probability **rises** at step $t$ if it is at the threshold or above it there and was below one step earlier.
  Before the first step it counts as below.
- Return the list of moments at which it rises, **without** those that come less than `refractory` seconds after the last
  one *that stayed in the list*.

<details><summary>Hint 1: a nudge</summary>

A word that was said once makes a whole row of high probabilities. What is different about the first one of the row?

</details>

<details><summary>Hint 2: the plan</summary>

Go through the steps, and remember whether the last one was below the threshold; at the start say that it was. At a
rise, compare its moment with the last one in your list, if there is one.

</details>

<details><summary>Hint 3: nearly the line</summary>

In the loop over `enumerate(probabilities)`: `if probability >= threshold and below:`, in it `if not times or moment -
times[-1] >= refractory:` append `moment`; and at the end of each turn `below = probability < threshold`.

</details>
"""

# %% exercise="detect"
def detect(probabilities, threshold, refractory):
    """The moments at which a word was found.

    Args:
        probabilities: (T_y,), one for each step of STEP_MS milliseconds.
        threshold: from here on a probability counts.
        refractory: seconds after a word that was found, in which no other one is.

    Returns:
        List of times in seconds.
    """
    ### BEGIN SOLUTION
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability >= threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability < threshold
    return times
    ### END SOLUTION


# %% check="detect" points=9
checks.detect(detect)

# %% [markdown]
r"""
**Hear it chime.** One more thing has to be right: *when*. Step $t$ is named after the moment at which its window of
`KERNEL` frames **begins**. Live, the answer can be given when the last of these frames has come in. So the chime sounds
that much later; `KNOWN_AFTER` says how much.
"""

# %%
KNOWN_AFTER = ((KERNEL - 1) * HOP + FRAME) / RATE  # seconds from the moment of a step until it can be answered
REFRACTORY = 1.4  # seconds: about as long as the labels stay up; nobody says the word twice in less

# %% tags=["training"]
scene_found = detect(scene_probabilities, 0.5, REFRACTORY)
print(f"a window is {KNOWN_AFTER:.2f} seconds long")

# %% tags=["figure"]
plots.along_sound(
    scene,
    spectrogram(scene, FRAME, HOP),
    {"probabilities": scene_probabilities},
    RATE,
    HOP,
    STEP_MS,
    ends=scene_ends,
    found=scene_found,
    threshold=0.5,
    title="One event for each word",
)

# %% tags=["figure"]
clips.player(clips.with_chimes(scene, RATE, [moment + KNOWN_AFTER for moment in scene_found]), RATE)

# %% [markdown]
r"""
## Hits, misses, false alarms

How good is it? Not by the share of right *steps*: that was nearly all of them before it had learnt anything. What
counts is events, and there are two ways to be wrong. A **miss** is a word that was not found; a **false alarm** is
something that was found and was no word. So there are two numbers: the **recall**, the share of true events that were
found, and the **precision**, the share of found events that were true. $F_1$ is their harmonic mean, which is high only
if both are.

To count, each found moment has to be paired with a true one. It need not be the same to the millisecond; but nobody may
be in two pairs, or a machine that chimes all the time would find everything, again and again.
"""

# %% [markdown]
r"""
### Exercise 8: `match_events` (10 points)

- `found` and `true` are lists of moments in seconds, in any order, and may be empty.
- A found moment and a true one **can be a pair** if they are `tolerance` seconds apart or less, whichever comes first.
- Each moment, found or true, is in at most one pair. Make **as many pairs as possible**; they are the hits.
- `precision` is the share of found moments that are hits, `recall` the share of true ones, and $F_1 = 2PR / (P + R)$.
  A share of nothing is 0, and so is $F_1$ if there is no hit. Return the three numbers.

<details><summary>Hint 1: a nudge</summary>

Found are 1.0 and 1.5, true are 0.75 and 1.25, and the tolerance is 0.5. There are two hits. Which found moment has to
leave which true one to the other?

</details>

<details><summary>Hint 2: the plan</summary>

Sort both lists and go through the found moments from early to late. Each takes the **earliest** true moment that is
left and not too far away: whoever comes later can reach farther. True moments that are too early for this one are too
early for all that follow.

</details>

<details><summary>Hint 3: nearly the line</summary>

With `left = sorted(true)`: for each `moment` in `sorted(found)`, first `while left and left[0] < moment - tolerance:
left.pop(0)`, then `if left and left[0] <= moment + tolerance:` pop it and count a hit.

</details>
"""

# %% exercise="match_events"
def match_events(found, true, tolerance):
    """Precision, recall and F1, by event.

    Args:
        found: times in seconds at which the word was found.
        true: times in seconds at which it ended.
        tolerance: seconds that a found time may be from a true one, before or after it.

    Returns:
        precision, recall, f1: numbers from 0 to 1; a share of nothing is 0.
    """
    ### BEGIN SOLUTION
    left, hits = sorted(true), 0
    for moment in sorted(found):
        while left and left[0] < moment - tolerance:
            left.pop(0)
        if left and left[0] <= moment + tolerance:
            left.pop(0)
            hits += 1
    precision = hits / len(found) if len(found) else 0.0
    recall = hits / len(true) if len(true) else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return precision, recall, f1
    ### END SOLUTION


# %% check="match_events" points=10
checks.match_events(match_events)

# %% [markdown]
r"""
**Count.** We let it hear many scenes of twelve seconds: rooms with words in them, and rooms in which people only talk.
The threshold is a choice, and it must not be made on the speakers that we measure with: so it is made on the
*validation* speakers, and then the test speakers are heard, once.
"""

# %% tags=["training"]
TOLERANCE = 1.0  # seconds; words are two seconds apart at least
THRESHOLDS = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99])


def draw_scenes(part, n, n_words, seed):
    """So many scenes of twelve seconds: (audio, word ends, engine); in each one engine speaks."""
    rng, rooms = np.random.default_rng(seed), words.load_backgrounds(part)
    engines, sentences = words.by_engine(words.load_clips(part)), words.load_sentences(part)
    scenes = []
    for k in range(n):
        engine = list(engines)[k % len(engines)]
        said = [draw_clip({engine: engines[engine]}, (WORD,), rng) for _ in range(n_words)]
        others = [draw_clip({engine: engines[engine]}, words.OTHER_WORDS, rng) for _ in range(3)]
        others.append(sentences[rng.integers(len(sentences))])
        scenes.append((*hear(draw_room(rooms, 12, rng), said, others, rng, apart_ms=2000), engine))
    return scenes


def answers_to(scenes):
    """The detector's probabilities for scenes of the same length: (scenes, T_y)."""
    x = np.stack([bands(spectrogram(audio, FRAME, HOP)) for audio, *_ in scenes])
    return detector.predict(x, verbose=0)[:, :, 0]


def count(scenes, answers, threshold):
    """Precision, recall and F1 over all scenes: moments of different scenes are kept apart by a minute each."""
    found, true = [], []
    for k, ((_, ends, _), probabilities) in enumerate(zip(scenes, answers, strict=True)):
        found += [60 * k + moment for moment in detect(probabilities, threshold, REFRACTORY)]
        true += [60 * k + end for end in ends]
    return match_events(found, true, TOLERANCE)


def alarms_an_hour(answers, threshold):
    """How often the word is found, in an hour of scenes in which nobody says it."""
    alarms = sum(len(detect(probabilities, threshold, REFRACTORY)) for probabilities in answers)
    return alarms / (12 * len(answers)) * 3600


validation_scenes = draw_scenes("validation", 96, 2, seed=11)
validation_answers = answers_to(validation_scenes)
validation_f1 = [count(validation_scenes, validation_answers, threshold)[2] for threshold in THRESHOLDS]
THRESHOLD = float(THRESHOLDS[int(np.argmax(validation_f1))])
test_scenes, talk_scenes = draw_scenes("test", 160, 2, seed=12), draw_scenes("test", 160, 0, seed=13)
test_answers, talk_answers = answers_to(test_scenes), answers_to(talk_scenes)

print(f"threshold {THRESHOLD:.2f}, at which F1 on the validation speakers is {max(validation_f1):.2f}\n")
print("speakers never heard   words  precision  recall    F1")
for engine in (*test_by_engine, "all"):
    chosen = [k for k, scene_ in enumerate(test_scenes) if engine in (scene_[2], "all")]
    some = [test_scenes[k] for k in chosen]
    precision, recall, f1 = count(some, test_answers[chosen], THRESHOLD)
    print(f"{engine:20} {sum(len(ends) for _, ends, _ in some):7} {precision:10.2f} {recall:7.2f} {f1:5.2f}")
event_f1, false_alarms = f1, alarms_an_hour(talk_answers, THRESHOLD)
print(f"\n{false_alarms:.0f} false alarms in an hour of uninterrupted talk")

# %% [markdown]
r"""
One number at one threshold does not show the choice that there is. A lower threshold misses less and wakes more often.
Whoever builds the device decides where on the curve it stands; a better network moves the whole curve to the lower
left.
"""

# %% tags=["training"]
alarm_curve = [alarms_an_hour(talk_answers, threshold) for threshold in THRESHOLDS]
miss_curve = [1 - count(test_scenes, test_answers, threshold)[1] for threshold in THRESHOLDS]
at_threshold = false_alarms, 1 - count(test_scenes, test_answers, THRESHOLD)[1]

# %% tags=["figure"]
plots.misses_and_alarms(
    {"speakers never heard": (alarm_curve, miss_curve)}, chosen=at_threshold, title="What a threshold costs"
)

# %% [markdown]
r"""
These hours are the worst there are: somebody talks all the time, and every fourth word or so sounds like *activate*. In
a living room, most hours are silent, and the same detector is disturbed far less often. When you read "false alarms an
hour" somewhere, ask: an hour of what?

## Live: sound in pieces

So far the detector has had each scene as a whole. A microphone gives **chunks**, a tenth of a second each or whatever it
likes, and does not care where our frames begin. Two things make it possible to answer from chunks *exactly* as from the
whole: the network is causal, and what it remembers of the past is its **state**.

Where is the state of a Keras GRU? With `return_sequences=True` its output at each step *is* its state after that step.
So the last output of one piece is what the next piece has to begin with, and `layer(x, initial_state=…)` takes it. The
convolution has no state, but it needs whole windows; so whoever cuts the pieces takes care of that. Here is a detector
that can go on where it was.
"""

# %%
class Listener:
    """A detector that hears a spectrogram in pieces: predict(frames, state) -> probabilities, new state."""

    def __init__(self, detector):
        self.layers = [layer for layer in detector.layers if not isinstance(layer, layers.InputLayer)]

    def predict(self, frames, state=None):
        """(n, n_f) frames, and what came back as the state the last time (None at first)."""
        values, new_state = ops.convert_to_tensor(bands(frames)[None]), []
        for layer in self.layers:
            if isinstance(layer, layers.GRU):
                before = None if state is None else ops.convert_to_tensor(state[len(new_state)])
                values = layer(values, initial_state=before)
                new_state.append(ops.convert_to_numpy(values[:, -1]))
            else:
                values = layer(values)
        return ops.convert_to_numpy(values)[0, :, 0], new_state


# %% tags=["figure"]
plots.chunk_diagram(frame=20, hop=10, sizes=(38, 24, 8, 50))

# %% [markdown]
r"""
The picture shows why it is not enough to treat each chunk by itself. A frame has the colour of the chunk that makes it
whole, and nearly all of them have samples of two chunks, or three. The same happens once more, one floor higher: a step
of the detector needs `KERNEL` whole frames.
"""

# %% [markdown]
r"""
### Exercise 9: `stream` (10 points)

- `chunks` is a list of samples, each `(n,)` with any $n$, 0 too. Together, one after the other, they are the sound.
- `model.predict(frames, state)` takes frames of a spectrogram, `(n, n_f)` with `n >= kernel`, and the state; it answers
  `probabilities`, `((n - kernel) // stride + 1,)`, and the new state. The first state is `None`. What comes out as the
  state goes in with the next frames, as it is.
- Return a list with **one array for each chunk**: the probabilities that can be known once this chunk is there, and
  could not be known before. It is empty (`np.zeros(0)`) if a chunk brings no new answer.
- All arrays joined must be what the model says of the whole sound at once.

<details><summary>Hint 1: a nudge</summary>

There are two borders to be careful at. A frame needs `frame` samples, and some of them may be in the next chunk; a step
needs `kernel` frames, and some of them may come later. What has to be kept, from one chunk to the next?

</details>

<details><summary>Hint 2: the plan</summary>

Keep three things: samples that are still needed, frames that are still needed, and the state. With each chunk: join it
to the samples; make the spectrogram of all whole frames; drop `hop` samples for each of them. Join the new frames to
the old ones; count the whole steps in them; give the model the frames of these steps; drop `stride` frames for each.

</details>

<details><summary>Hint 3: nearly the line</summary>

`new = spectrogram(samples, frame, hop)`, `samples = samples[len(new) * hop :]`, `steps = (len(frames) - kernel) //
stride + 1`. If `steps` is 1 or more: `model.predict(frames[: (steps - 1) * stride + kernel], state)`, and
`frames = frames[steps * stride :]`.

</details>
"""

# %% exercise="stream"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    """Listen to sound that comes in pieces.

    Args:
        model: what answers, like a Listener: model.predict(frames, state) -> probabilities, new state.
        chunks: list of samples, (n,) each, of any length.
        frame, hop: of the spectrogram, in samples.
        kernel, stride: of the model's convolution, in frames.

    Returns:
        List of arrays, one for each chunk: the probabilities that are known once it is there and were not before.
    """
    ### BEGIN SOLUTION
    samples, state, answers = np.array([]), None, []
    frames = spectrogram(samples, frame, hop)  # none yet
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        if steps < 1:
            answers.append(np.array([]))
            continue
        probabilities, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
        frames = frames[steps * stride :]
        answers.append(probabilities)
    return answers
    ### END SOLUTION


# %% check="stream" points=10
checks.stream(stream, spectrogram)

# %% [markdown]
r"""
**See it work.** The scene from before, in pieces of a tenth of a second, and in pieces of any size. The largest
difference to the whole should be of the size of rounding errors.
"""

# %% tags=["training"]
listener = Listener(detector)
tenths = np.split(scene, range(RATE // 10, len(scene), RATE // 10))
odd = np.split(scene, np.sort(scene_rng.integers(0, len(scene), 40)))
began = time.process_time()
live = stream(listener, tenths)
seconds_to_hear = time.process_time() - began
differences = [
    float(np.abs(np.concatenate(answers) - scene_probabilities).max()) for answers in (live, stream(listener, odd))
]
streaming_equals_whole = max(differences) < 1e-4
print(f"largest difference: {differences[0]:.1e} in tenths of a second, {differences[1]:.1e} in pieces of any size")
print(f"{len(scene) / RATE:.0f} seconds of sound were heard with {seconds_to_hear:.1f} seconds of the processor's time")

# %% [markdown]
r"""
## How long does it take?

From the last millisecond of the word to the chime, three things take time: the chunk has to be full, the window of the
step has to be full, and the network has to be sure, which may be some steps after the end. The first two we can read
from our constants, the third we measure.
"""

# %% tags=["training"]
delays = []
for (_, ends, _), probabilities in zip(test_scenes, test_answers, strict=True):
    found = detect(probabilities, THRESHOLD, REFRACTORY)
    delays += [moment - end for end in ends for moment in found if abs(moment - end) <= TOLERANCE]
print(f"the step that fires begins {np.median(delays):.2f} seconds after the end of the word (median)")
print(f"its window is full {KNOWN_AFTER:.2f} seconds later: {np.median(delays) + KNOWN_AFTER:.2f} seconds from word to chime")
print(f"with chunks of a tenth of a second, up to {0.1:.2f} seconds more")
results = {
    "event_f1": float(event_f1),
    "streaming_equals_whole": bool(streaming_equals_whole),
    "false_alarms_per_hour": float(false_alarms),
    "train_seconds": train_seconds,
}

# %% [markdown]
r"""
**Your turn.** Write words into the list, any that the test speakers say, and see whether yours can fool the detector.
`words.OTHER_WORDS` are all there are.
"""

# %% tags=["figure"]
my_words = ["deactivate", WORD, "motivate", "captivate"]
speaker = "espeak"
mine = [next(clip for clip in test_by_engine[speaker] if clip.word == word) for word in my_words]
pause = np.zeros(RATE, dtype="float32")
my_sound = np.concatenate([pause, *[part for clip in mine for part in (clip.samples, pause)]])
my_probabilities = probabilities_of(my_sound)
my_found = detect(my_probabilities, THRESHOLD, REFRACTORY)
plots.along_sound(
    my_sound,
    spectrogram(my_sound, FRAME, HOP),
    {"probabilities": my_probabilities},
    RATE,
    HOP,
    STEP_MS,
    found=my_found,
    threshold=THRESHOLD,
    title=" · ".join(my_words),
)

# %% tags=["figure"]
clips.player(clips.with_chimes(my_sound, RATE, [moment + KNOWN_AFTER for moment in my_found]), RATE)

# %% [markdown]
r"""
### Written question 1: live (4 points)

In five to ten sentences:

1. A classmate replaces the GRU layers by bidirectional ones. F1 on the test scenes goes up, and `stream` cannot be made
   to work any more. Explain both.
2. We label the steps *after* the word. What would the network have to do if we labelled the steps *during* the word, and
   which words would suffer?
3. Somebody wants the chime sooner and sets `KERNEL` to 3. What is gained, in milliseconds, and what may be lost?
4. A batch normalisation is put into the detector and left in training mode, in which it normalises by the mean of what
   it is given *now*. Why do the answers in chunks differ from those for the whole?
"""

# %% [markdown] answer="why_not_bidirectional" points=4
r"""
**Your answer to written question 1.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. It goes up because each step now knows what comes after it, which helps to be sure that the word is over (and that it is
   not *activated*). The backward layers start at the end of the sound; live there is no end, so at each chunk all earlier
   answers would change, or one would have to wait.
2. Answer before all has been said, from the beginning of the word: words that begin in the same way (*activity*,
   *activated*, *active*) would be false alarms, or the word itself missed.
3. 17 hops less to wait for: 170 milliseconds with a hop of 10. Each step sees only a moment, so the GRUs alone have to
   put sounds together; also there is less to average over in noise. (Any sensible loss.)
4. The mean of a chunk is not the mean of the whole sound, so the same frame is normalised differently; besides, it
   depends on what comes later in the same chunk (not causal), and on neighbours in the batch.

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
### Written question 2: misses and false alarms (4 points)

In five to ten sentences:

1. A detector that always says 0 has a high accuracy by steps. What are its precision, recall and F1 by events?
2. Your detector goes into two devices: an alarm that calls for help when somebody shouts the word, and a toy that sings.
   Where on the curve of misses against false alarms do you set each, and why?
3. All speakers of the training examples come out of one speech program, and those of the test too, though others. F1 is
   very high. What do you still not know, and how would you find out?
4. Why must the threshold not be chosen on the test speakers, though it is only a single number?
"""

# %% [markdown] answer="misses_and_false_alarms" points=4
r"""
**Your answer to written question 2.** Double-click this cell, and write under this line.

=== BEGIN MARK SCHEME ===

One point each:

1. Nothing is found: recall 0, F1 0; precision is a share of nothing (we call it 0).
2. The alarm: few misses, so a low threshold, many false alarms are the lesser evil. The toy: a higher threshold; a miss
   costs nothing, and a song at night does. (The other way round with good reasons about false calls for help is fine.)
3. Whether it has learnt the word or the way in which this program says it. Test with other engines, best with recordings
   of real people in real rooms, and report F1 for each kind.
4. It would be fitted to just these speakers, and the F1 measured on them would be too good; how it does on new speakers
   would stay unknown.

Full marks for any correct wording; half a point for the right statement without a reason.

=== END MARK SCHEME ===
"""

# %% [markdown]
r"""
## Summary

- Sound is air pressure, thousands of **samples** a second. A **spectrogram** says how much of each frequency there is at
  each moment; the logarithm makes loud and soft comparable.
- Where nobody has labelled anything, examples can be **made**: background plus clips, and the labels are known because we
  put the clips there. The network will be as good as our idea of the world in which it listens.
- A rare event makes **unbalanced labels**. Widen the label, count events, and never trust accuracy.
- What hears live must be **causal**: a convolution that waits for its window, GRUs that go forward, nothing that goes
  backward. The **latency** is what it waits for.
- From a curve of probabilities to **events**: a rise over the threshold, then a refractory time. From events to numbers:
  pairs, each event once; precision, recall, and a choice between misses and false alarms.
- **In pieces as in the whole**: keep the samples, the frames and the state that the next answer still needs.

**The next idea.** Here one word is found. To write down *all* words, one would have to label every step with a letter,
and nobody knows at which step which letter is said. *Connectionist temporal classification* (CTC) turns the question
round: the network says a letter or "nothing" at every step, repetitions are merged and nothings dropped, and the loss
adds up **all** ways of saying the text. Then a text without any times is enough to learn from.

## Where to read on

- S. Davis and P. Mermelstein, *Comparison of parametric representations for monosyllabic word recognition in continuously
  spoken sentences* (1980): what to feed a recogniser.
- G. Chen, C. Parada, G. Heigold, *Small-footprint keyword spotting using deep neural networks* (2014).
- T. Sainath and C. Parada, *Convolutional neural networks for small-footprint keyword spotting* (2015).
- S. Ö. Arık and colleagues, *Convolutional recurrent neural networks for small-footprint keyword spotting* (2017): the kind
  of network that you have built, and false alarms an hour as its measure.
- C. Tallec and Y. Ollivier, *Can recurrent neural networks warp time?* (2018): gates that begin with a long memory.
- K. Cho and colleagues, *Learning phrase representations using RNN encoder–decoder for statistical machine translation*
  (2014): the GRU.
- A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, *Connectionist temporal classification: labelling unsegmented sequence
  data with recurrent neural networks* (2006).
- P. Warden, *Speech commands: a dataset for limited-vocabulary speech recognition* (2018): real people, one word each.
"""
