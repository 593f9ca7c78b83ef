"""The engine process stands still while the user moves something, and goes on a moment later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from napari_grains.engine._process import WorkerProcess

LENGTH: Final = 0.15
"""Seconds: longer than what lies between two movements of a hand, and than a frame takes to be drawn."""


class Halt:
    """Halts a process from a request until `LENGTH` after the last one.

    Parameters
    ----------
    worker : callable
        Returns the process to halt, or None where nothing is at work.
    post : callable
        Runs a function on the engine's thread later.
    """

    def __init__(
        self, worker: Callable[[], WorkerProcess | None], post: Callable[[Callable[[], None]], None]
    ) -> None:
        self._worker, self._post = worker, post
        self._lock = threading.Lock()
        self._until: float | None = None
        self._halted: WorkerProcess | None = None

    def request(self) -> None:
        """Halt the process, or keep it halted; from any thread."""
        with self._lock:
            begins = self._until is None
            self._until = time.monotonic() + LENGTH
        if begins:
            self._post(self._begin)

    def seconds_left(self) -> float | None:
        """Return how long the engine's thread may wait before it calls `end_if_over`; None: for ever."""
        with self._lock:
            return None if self._until is None else max(0.0, self._until - time.monotonic())

    def end_if_over(self) -> None:
        """Let the process go on unless there were further requests; on the engine's thread."""
        with self._lock:
            if self._until is None or time.monotonic() < self._until:
                return
            self._until = None
        halted, self._halted = self._halted, None
        if halted is not None:
            halted.go_on()

    def _begin(self) -> None:
        self._halted = self._worker()
        if self._halted is not None:
            self._halted.halt()
