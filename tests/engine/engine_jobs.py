"""Small jobs that the tests run in a real engine process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from napari_grains import exchange
from napari_grains.errors import InputError
from napari_grains.events import STOP, Answer, Notice, Preview, Progress, Update


def empty():
    yield from ()
    return {}


def warm():
    yield Progress(0, 0, "warming up")
    return {"device": "none: a test", "seconds": 0.0}


def echo(**arguments):
    yield from ()
    return arguments


def about_process():
    """Tell where this runs."""
    yield from ()
    return {
        "pid": os.getpid(),
        "niceness": os.nice(0),
        "session": os.getsid(0) if hasattr(os, "getsid") else None,
        "group": os.getpgrp() if hasattr(os, "getpgrp") else None,
        "main_thread": threading.current_thread() is threading.main_thread(),
        "torch": "torch" in sys.modules,
        "path": sys.path,
        "fds": len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0,
    }


def hold(first=None):
    """Run until told to stop."""
    steps = 0
    while (yield Progress(steps, 0, "holding")) is not STOP:
        steps += 1
        time.sleep(0.005)
    return {"steps": steps}


def listen(busy=0.0):
    """Collect what has changed until told to stop; after every event there may be news."""
    heard, steps, command = [], 0, None
    time.sleep(busy)
    while command is not STOP:
        if isinstance(command, Update):
            heard.append(dict(command.arguments))
            if "twice" in command.arguments:
                yield Answer("twice", {"array": 2 * command.arguments["twice"]})
            command = yield Notice(f"heard {len(heard)}")
        else:
            time.sleep(0.005)
            steps += 1
            command = yield Progress(steps, 0, "listening")
    return {"heard": heard}


def deaf():
    """Hold the interpreter lock and hear nothing."""
    yield Progress(0, 1, "deaf")
    return {"sum": sum(range(10**12))}


def with_child():
    """Run until told to stop, beside a process that inherits all pipes."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], close_fds=False)
    yield Notice(str(child.pid))
    return (yield from hold())


def die(signal_number=int(signal.SIGKILL)):
    yield Progress(1, 2, "dying")
    os.kill(os.getpid(), signal_number)
    time.sleep(60)
    return {}


def leave(code=3):
    yield from ()
    print("the last words", file=sys.stderr, flush=True)
    os._exit(code)


def fail():
    yield Progress(1, 2, "failing")
    raise ValueError("first line\nsecond line")


def exit_interpreter():
    yield from ()
    raise SystemExit(2)


def refuse():
    yield from ()
    raise InputError("The image is empty: choose another.")


def not_a_dict():
    yield from ()
    return 5


def unspeakable():
    yield from ()
    return {"array": np.zeros(5), "what": object()}


def noisy():
    """Print in every way a library might."""
    print("no end of line", end="", flush=True)
    yield Progress(1, 1, "noisy")
    os.write(1, b'from C\n{"kind": "done"}')
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    return {"stdin": sys.stdin.read()}


def one_preview(block, offset):
    yield Preview("boundary", block, tuple(offset))
    return {}


def tiles(number):
    for index in range(number):
        yield Preview("boundary", np.full((8, 8), index, np.float32), (8 * index, 0))
    return {}


def rush(number, shape):
    """Show one place again and again, in one buffer, as fast as possible."""
    buffer = np.zeros(shape, np.int32)
    for index in range(number):
        buffer[:] = index
        yield Preview("loss", buffer, (0, 0))
        yield Progress(index + 1, number, "rushing")
    yield Notice("over")
    return {"last": number - 1}


def cramped(nbytes):
    """Return an array where the first folder has no room."""
    first = []

    def free_bytes(folder):
        first.append(folder)
        return 0 if folder == first[0] else 1 << 40

    yield from ()
    exchange.free_bytes = free_bytes
    return {"array": np.ones(nbytes, np.uint8)}


def no_room():
    """Show and return arrays where no folder has room."""
    exchange.free_bytes = lambda folder: 0
    yield Preview("boundary", np.ones(5), (0,))
    yield Notice("the preview was left out")
    yield Answer("map", {"array": np.ones(3_000_000, np.uint8)})
    return {"array": np.ones(3_000_000, np.uint8)}
