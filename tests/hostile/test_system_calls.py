"""System calls that reach other processes, or files that all read: a notebook gets an error, and honest work goes on.

Each attack is run by a classmate of honest students, in the same class at the same time.
"""

from __future__ import annotations

import textwrap

import pytest
from toy_course import DOUBLE, QUADRUPLE, SLUG, make_course, submission

from autograder.judging.examiner import pool
from autograder.sandbox import confine
from autograder.sandbox.watchdog import Limits

pytestmark = pytest.mark.skipif(
    confine.available() is not None, reason=f"the boundary stands on Linux's Landlock: {confine.available()}"
)
SEED = 7
LIMITS = Limits(cell_seconds=60, call_seconds=20)


@pytest.fixture(scope="module")
def examiners(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("course") / "root")
    (course / "data" / "corpus.txt").write_text("what every notebook reads")
    with pool(2, LIMITS, root=course, forbidden=[course / "autograder"]) as examiners:
        yield course, examiners


@pytest.fixture
def class_of(examiners):
    """A function that has an attacker judged between honest classmates; it gives the attacker's verdict."""
    course, pool_of = examiners

    def judged(*cells: str):
        honest = "corpus = [open({!r}).read() for _ in range(50)]".format(str(course / "data" / "corpus.txt"))
        hand_ins = [submission(DOUBLE, QUADRUPLE, honest), submission(DOUBLE, QUADRUPLE, *cells)]
        futures = [pool_of.submit(files, SLUG, SEED, root=course) for files in (*hand_ins, hand_ins[0])]
        before, attacker, after = [future.result(timeout=300) for future in futures]
        assert (before.status, before.score) == (after.status, after.score) == ("graded", 20)
        return attacker

    return judged


PRELUDE = """
import ctypes, fcntl, mmap, os, signal, socket, stat, struct, threading
DATA, PARENT = {data!r}, os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
page = mmap.mmap(-1, 4096)
address = ctypes.addressof(ctypes.c_char.from_buffer(page))

def call(name, *args):
    result = getattr(libc, name)(*args)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)

def from_map_failed(*args):
    libc.mmap.restype = ctypes.c_void_p
    if libc.mmap(*args) == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "mmap")

def fails(number):
    if number:
        raise OSError(number)

def is_socket(descriptor):
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False

def attempt(name, action):
    try:
        action()
    except OSError as error:
        print(f"{{name}}: refused ({{error.errno}})")
    else:
        print(f"{{name}}: POSSIBLE")

reading = os.open(DATA, os.O_RDONLY)
mine = os.open("mine", os.O_RDWR | os.O_CREAT)
ours = next(fd for fd in map(int, os.listdir("/proc/self/fd")) if is_socket(fd))
"""

ATTACKS = {
    # who opens what, and holding it up
    "hold up whoever opens the data": "fcntl.fcntl(reading, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "hold up an own file": "fcntl.fcntl(mine, fcntl.F_SETLEASE, fcntl.F_WRLCK)",
    "be told what changes in a folder": "fcntl.fcntl(os.open('.', os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE)",
    "lock the data": "fcntl.lockf(reading, fcntl.LOCK_SH | fcntl.LOCK_NB)",
    "lock the data as a whole": "fcntl.flock(reading, fcntl.LOCK_EX | fcntl.LOCK_NB)",
    "see who locks": "fcntl.fcntl(mine, fcntl.F_GETLK, struct.pack('hhqqi', 1, 0, 0, 0, 0))",
    "lock by descriptor": "fcntl.fcntl(mine, 37, struct.pack('hhqqi', 1, 0, 0, 0, 0))",
    "watch the class": "call('inotify_init1', 0)",
    "watch with inotify's first version": "call('inotify_init')",
    "watch everything": "call('fanotify_init', 0x200, 0)",
    "have others signalled": "fcntl.fcntl(ours, fcntl.F_SETOWN, PARENT)",
    "have others signalled, of a kind": "fcntl.fcntl(ours, 10, 9)",
    "signals for input": "fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)",
    "signals from the start": "os.open('mine', os.O_RDWR | 0o20000)",
    "see which pages others have read": "call('mincore', ctypes.c_void_p(address), 4096, b' ')",
    "see it without waiting": "os.preadv(reading, [bytearray(9)], 0, 8)",
    "drop what others have read": "os.posix_fadvise(reading, 0, 0, os.POSIX_FADV_DONTNEED)",
    "fill the cache": "call('readahead', reading, ctypes.c_long(0), ctypes.c_size_t(1 << 30))",
    # holding up the disk
    "flush every disk": "os.sync() or fails(libc.syncfs(mine))",
    "write past the cache": "os.open('mine', os.O_RDWR | os.O_DIRECT)",
    "wait for the disk with every byte": "os.open('mine', os.O_RDWR | os.O_SYNC)",
    "switch to writing past the cache": "fcntl.fcntl(mine, fcntl.F_SETFL, os.O_DIRECT)",
    "reserve the disk": "os.posix_fallocate(mine, 0, 1 << 24)",
    # the parents
    "outlive the parents": "call('prctl', 1, 0, 0, 0, 0)",
    "adopt orphans": "call('prctl', 36, 1, 0, 0, 0)",
    "let itself be traced": "call('prctl', 0x59616D61, -1, 0, 0, 0)",
    "change its own privileges' fate": "call('prctl', 8, 1, 0, 0, 0)",
    "time the parent by a pidfd": "socket.socket(fileno=os.dup(ours)).getsockopt(socket.SOL_SOCKET, 77, 4)",
    "name the parent": "socket.socket(fileno=os.dup(ours)).getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)",
    "blow up the socket": "socket.socket(fileno=os.dup(ours)).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)",
    "pass a descriptor": "socket.send_fds(socket.socket(fileno=os.dup(ours)), [b'x'], [mine])",
    "close the parent's socket": "socket.socket(fileno=os.dup(ours)).shutdown(socket.SHUT_RDWR)",
    "see who else lives": "call('sched_getparam', PARENT, ctypes.create_string_buffer(8))",
    "see where others may run": "os.sched_getaffinity(PARENT)",
    "see others' groups": "os.getpgid(PARENT)",
    "see others' sessions": "os.getsid(PARENT)",
    "see others' weight": "os.getpriority(os.PRIO_PROCESS, PARENT)",
    "see others' limits": "__import__('resource').prlimit(PARENT, 7)",
    "wait for others": "os.waitid(os.P_PID, PARENT, os.WEXITED | os.WNOHANG)",
    # more of the machine than is its share
    "choose its core": "os.sched_setaffinity(0, range(os.cpu_count()))",
    "weigh more": "os.nice(-1) or os.nice(1)",
    "run before all others": "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
    "a session of its own": "os.setsid()",
    "a process group of its own": "os.setpgid(0, 0)",
    "lock memory": "call('mlock', ctypes.c_void_p(address), 4096)",
    "lock all memory": "call('mlockall', 2)",
    "map locked memory": "from_map_failed(None, 4096, 3, 0x2022, -1, ctypes.c_long(0))",
    "map huge pages": "from_map_failed(None, 1 << 21, 3, 0x40022, -1, ctypes.c_long(0))",
    "share equal pages, and time it": "call('madvise', ctypes.c_void_p(address), 4096, 12)",
    "send pages away": "call('madvise', ctypes.c_void_p(address), 4096, 21)",
    "lend a priority": "fails(-1 if libc.syscall(FUTEX, ctypes.c_void_p(address), 6, 0, 0, 0, 0) == -1 else 0)",
    "timers without end": "call('timer_create', 0, 0, ctypes.create_string_buffer(8))",
    "blow up a pipe": "fcntl.fcntl(os.pipe()[0], fcntl.F_SETPIPE_SZ, 1 << 20)",
    "pages in a pipe": "call('vmsplice', ours, 0, 0, 0)",
    "an event queue": "call('epoll_create1', 0)",
    "a counter": "call('eventfd', 0, 0)",
    "a descriptor for signals": "call('signalfd', -1, ctypes.create_string_buffer(b'\\1' * 8, 128), 0)",
    "a descriptor for time": "call('timerfd_create', 1, 0)",
    # another process, by another door
    "a process that shares memory": "fails(-1 if libc.syscall(CLONE, 0x4111, 0, 0, 0, 0) == -1 else 0)",
    "go on when it is stopped": "os.kill(os.getpid(), signal.SIGCONT)",
    "a thread that goes on": "signal.pthread_kill(threading.get_ident(), signal.SIGCONT)",
    "stop where it likes": "os.kill(os.getpid(), signal.SIGSTOP)",
    "a thread in a namespace": "fails(-1 if libc.syscall(CLONE, 0x3D0F00 | 0x10000000, 0, 0, 0, 0) == -1 else 0)",
    "a process by clone3": "fails(-1 if libc.syscall(435, ctypes.create_string_buffer(88), 88) == -1 else 0)",
    "a process by posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "signal a thread": "fails(-1 if libc.syscall(TGKILL, PARENT, PARENT, 0) == -1 else 0)",
    "copy a file's blocks": "fcntl.ioctl(mine, 0x40049409, reading)",
    "freeze the disk": "fcntl.ioctl(mine, 0xC0045877, 0)",
    "mark an own file": "fcntl.ioctl(mine, 0x40086602, 16)",
    "type for the terminal": "fcntl.ioctl(ours, 0x5412, b'x')",
    "another root": "fails(-1 if libc.syscall(442, 0, 0, 0, 0, 0) == -1 else 0)",
    "a call that is not invented yet": "fails(-1 if libc.syscall(599) == -1 else 0)",
    "another architecture's call": "fails(-1 if libc.syscall(0x40000000 + 39) == -1 else 0) if X86 else fails(-1)",
}
NUMBERS = """
X86 = os.uname().machine == "x86_64"
FUTEX, CLONE, TGKILL = (202, 56, 234) if X86 else (98, 220, 131)
"""


def test_nothing_that_holds_others_up_or_watches_them_is_possible(examiners, class_of):
    prelude = PRELUDE.format(data=str(examiners[0] / "data" / "corpus.txt")) + NUMBERS
    attacker = class_of(prelude, *(f"attempt({name!r}, lambda: {code})" for name, code in ATTACKS.items()))
    said = _printed(attacker)
    assert "POSSIBLE" not in said
    assert said.count("refused") == len(ATTACKS), attacker.cell_outputs
    assert (attacker.status, attacker.score) == ("graded", 20)


def test_a_flood_of_refused_calls_is_an_honest_students_own_affair(class_of):
    attacker = class_of("import os\nfor _ in range(100_000):\n    try: os.kill(1, 0)\n    except OSError: pass")
    assert (attacker.status, attacker.score) == ("graded", 20)


HONEST = {
    "a tagger: BiLSTM over a mask": """
        inputs = keras.Input((12,))
        hidden = layers.Embedding(50, 8, mask_zero=True)(inputs)
        hidden = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(hidden)
        model = keras.Model(inputs, layers.TimeDistributed(layers.Dense(5, activation="softmax"))(hidden))
        model.compile("adam", "sparse_categorical_crossentropy")
        x, y = np.ones((32, 12), int), np.ones((32, 12), int)
        model.fit(x, y, epochs=2, verbose=0)
        before = model.predict(x, verbose=0)
        model.save("tagger.keras")
        assert np.allclose(keras.models.load_model("tagger.keras").predict(x, verbose=0), before)
    """,
    "a translator: attention": """
        queries, values = keras.Input((6, 8)), keras.Input((7, 8))
        seen = layers.Concatenate()([queries, layers.Attention()([queries, values])])
        model = keras.Model([queries, values], layers.Dense(3)(layers.GRU(5)(seen)))
        model.compile("rmsprop", "mse")
        inputs = [np.ones((8, 6, 8)), np.ones((8, 7, 8))]
        model.fit(inputs, np.ones((8, 3)), epochs=1, validation_split=0.5, verbose=1)
        model.save_weights("translator.weights.h5")
        model.load_weights("translator.weights.h5")
        model.summary()
    """,
    "a listener: Conv1D and GRU on a pipeline": """
        model = keras.Sequential([
            keras.Input((60, 20)), layers.Conv1D(8, 5, strides=2), layers.BatchNormalization(), layers.ReLU(),
            layers.Dropout(0.3), layers.GRU(8, return_sequences=True), layers.Dense(1, activation="sigmoid"),
        ])
        model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"])
        pairs = tf.data.Dataset.from_tensor_slices((np.ones((16, 60, 20), "f4"), np.ones((16, 28, 1), "f4")))
        pairs = pairs.shuffle(16).map(lambda x, y: (x, y), num_parallel_calls=2).batch(4).prefetch(tf.data.AUTOTUNE)
        model.fit(pairs, epochs=1, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint("best.keras", monitor="loss")])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(np.ones((2, 60, 20), "f4"), training=True))
        tape.gradient(loss, model.trainable_variables)
    """,
    "sound": """
        tone = np.sin(np.arange(4410) / 10).astype("f4")
        for kind in ("ogg", "wav", "flac"):
            soundfile.write(f"tone.{kind}", tone, 44100)
            heard, rate = soundfile.read(f"tone.{kind}")
            assert rate == 44100 and len(heard) == 4410, kind
        tf.signal.stft(tone, 256, 128)
        IPython.display.display(IPython.display.Audio(tone, rate=44100))
    """,
    "figures": """
        for kind in ("png", "svg", "pdf"):
            plt.figure(); plt.plot([1, 2]); plt.title("$a^{<t>}$"); plt.savefig(f"figure.{kind}")
        plt.figure(); plt.specgram(np.random.randn(4410), Fs=44100); plt.show(); plt.close("all")
    """,
    "linear algebra on two threads": """
        threads = [threading.Thread(target=lambda: np.linalg.svd(np.random.randn(200, 200))) for _ in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        with concurrent.futures.ThreadPoolExecutor(3) as executor:
            assert list(executor.map(abs, range(-3, 0))) == [3, 2, 1]
    """,
    "files of its own": """
        np.save("a.npy", np.ones(99)); np.load("a.npy", mmap_mode="r")[3]
        mapped = np.memmap("m.dat", "f4", "w+", shape=(100,)); mapped[:] = 1; mapped.flush()
        pathlib.Path("t.txt").write_text("x"); os.rename("t.txt", "u.txt"); pathlib.Path("v").touch()
        os.makedirs("d/e"); os.removedirs("d/e"); shutil.copyfile("u.txt", "w.txt"); os.remove("u.txt")
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
            file.write(b"x"); file.flush(); os.fsync(file.fileno()); pathlib.Path(folder, "x").touch()
    """,
    "time and place": """
        time.sleep(0.01); time.perf_counter(); time.process_time(); os.cpu_count(); os.sched_getaffinity(0)
        resource.getrusage(resource.RUSAGE_SELF); platform.platform(); psutil.Process().memory_info(); os.getcwd()
        signal.signal(signal.SIGALRM, lambda *_: None); signal.alarm(1); signal.alarm(0)
        assert mmap.mmap(-1, 4096).write(b"x") == 1 and len(os.urandom(3)) == 3
    """,
}
IMPORTS = """
import concurrent.futures, mmap, os, pathlib, platform, resource, shutil, signal, tempfile, threading, time
import IPython.display, keras, matplotlib.pyplot as plt, numpy as np, psutil, soundfile, tensorflow as tf
from keras import layers
"""


def test_honest_work_of_every_kind_goes_on(class_of):
    cells = [f"{textwrap.dedent(code)}\nprint('done:', {name!r})" for name, code in HONEST.items()]
    honest = class_of(IMPORTS, *cells)
    said = _printed(honest)
    wrong = [output for outputs in honest.cell_outputs.values() for output in outputs if "ename" in output]
    assert [name for name in HONEST if f"done: {name}" not in said] == [], wrong
    assert (honest.status, honest.score) == ("graded", 20)


def test_an_abort_is_no_more_than_an_end(class_of):
    """The signals that a process sends itself arrive, as libc's abort() needs it."""
    attacker = class_of("import os\nos.abort()")
    assert (attacker.status, attacker.score) == ("crashed", 20)


def _printed(verdict) -> str:
    return "".join(
        output.get("text", "")
        for outputs in verdict.cell_outputs.values()
        for output in outputs
        if output.get("name") == "stdout"
    )
