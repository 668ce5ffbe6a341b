"""The nursery does for all its children what each would do first, and leaves no trace of it in what they compute."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from autograder.examination.running import Cell
from autograder.examination.student import Student
from autograder.sandbox import confine
from autograder.sandbox.nursery import ENVIRONMENT, TABLES, Nursery
from autograder.sandbox.tenant import House
from autograder.sandbox.watchdog import Limits

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
HUGE = 2 << 20
WORK = """
import importlib
import keras
import numpy as np
import tensorflow as tf

def has_context():
    from tensorflow.python.eager import context
    return context._context is not None and context._context._context_handle is not None

def wraps_operations():
    try:
        tf.matmul(np.ones((2, 3)), np.ones((2, 3)))
    except tf.errors.InvalidArgumentError as error:
        return "function_node" in str(error)

def is_there(name, function):
    return callable(getattr(importlib.import_module(name), function))

def work():
    keras.utils.set_random_seed(7)
    drawn = [keras.random.normal((3, 2)), tf.random.uniform((2,)), np.random.random(3)]
    inputs = keras.Input((None, 3))
    states = keras.layers.LSTM(4)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(states))
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy")
    x, y = np.random.normal(size=(32, 5, 3)).astype("float32"), np.eye(2)[np.arange(32) % 2]
    losses = model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
    model.save("model.keras")
    again = keras.models.load_model("model.keras")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(again(x)[:, 0] ** 2)
    gradients = tape.gradient(loss, again.trainable_variables)
    squared = tf.function(lambda x: tf.map_fn(tf.square, x))(x[0])
    return [*drawn, [layer.name for layer in model.layers], losses, model.predict(x, verbose=0), *gradients, squared]
"""
ALONE = """
import json
import os
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])  # as a child keeps to one core
{work}
print(json.dumps([np.asarray(value).tolist() for value in work()]))
"""


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with Nursery() as nursery:
        nursery.wait_until_warm()
        yield House(nursery.address, nursery.scratch, Limits(call_seconds=120), readable=(), forbidden=())


@pytest.fixture(scope="module")
def nursery(house: House) -> psutil.Process:
    started = psutil.Process().children()
    (found,) = (process for process in started if str(house.scratch) in process.cmdline())
    return found


def test_no_thread_and_no_context_are_there_before_a_fork(house, nursery):
    assert nursery.num_threads() == 1
    with Student(house, [Cell("work", WORK)], {}) as student:
        assert student.call("has_context") is False
        assert all(student.call("is_there", *table[:2]) for table in TABLES)  # else nothing has been filled
        assert student.call("wraps_operations") is False


def test_a_child_computes_what_a_process_of_its_own_would(house, tmp_path):
    alone = subprocess.run(
        [sys.executable, "-c", ALONE.format(work=WORK)],
        env=os.environ | ENVIRONMENT,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    with Student(house, [Cell("work", WORK)], {}) as student:
        found = [np.asarray(value).tolist() for value in student.call("work")]
        assert student.call("has_context") is True
    assert found == json.loads(alone.stdout)


def can_collapse() -> bool:
    """Whether this kernel makes huge pages of written memory when it is asked to."""
    with mmap.mmap(-1, 2 * HUGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:] = bytes(2 * HUGE)
        written = (ctypes.c_char * len(memory)).from_buffer(memory)
        start = -(-ctypes.addressof(written) // HUGE) * HUGE
        done = ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(HUGE), 25) == 0
        del written
        return done


@pytest.mark.skipif(not can_collapse(), reason="this kernel makes no huge pages when it is asked to (Linux 6.1 does)")
def test_memory_that_children_share_is_in_huge_pages(nursery):
    lines = Path(f"/proc/{nursery.pid}/smaps_rollup").read_text().splitlines()[1:]  # after the addresses
    kinds = {kind: int(kilobytes.split()[0]) for kind, kilobytes in (line.split(":") for line in lines)}
    assert kinds["AnonHugePages"] > kinds["Anonymous"] / 4
