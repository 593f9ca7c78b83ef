"""What the engine process does to itself: its pipes, its priority, its end."""

from __future__ import annotations

import ctypes
import io
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import BinaryIO, Final, NoReturn

_PARENT_POLL: Final = 1.0  # seconds
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for messages alone, and return them.

    Whatever a library prints, in Python or in C, goes to stderr from here on, hence to the log of the
    viewer's side, and cannot damage a message. Whoever reads stdin finds it empty.
    """
    sys.stdout.flush()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    requests, answers = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb", buffering=0)


def lower_priority(niceness: int) -> None:
    """Give way to the viewer where both want the processor (POSIX; on Windows the parent sets the class)."""
    if niceness > 0 and sys.platform != "win32":
        with suppress(OSError):
            os.nice(niceness)


def end_with_parent(parent: int) -> None:
    """End this process when the process ``parent`` ends, even if a job holds the interpreter lock.

    The closed pipe says the same, but a process forked off the viewer may keep the pipe open, and a reader
    thread needs the interpreter lock. Linux kills on its own; elsewhere on POSIX a thread looks.
    """
    if sys.platform == "win32":
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was faster
        end_now()
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def end_now() -> NoReturn:
    """End this process and those that jobs started, at once and without clean-up."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    end_now()
