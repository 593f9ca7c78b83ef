"""What the engine's tests share besides fixtures."""

from __future__ import annotations

import threading

import engine_jobs
import psutil

from napari_grains.events import Preview

NAMES = [name for name, job in vars(engine_jobs).items() if getattr(job, "__module__", "") == "engine_jobs"]
JOBS = {name: f"engine_jobs:{name}" for name in NAMES} | {"warm_up": "engine_jobs:warm"}
PATIENCE = 30.0


class Record:
    """Keeps what the callbacks of a task hear."""

    def __init__(self):
        self.events, self.results, self.errors, self.states = [], [], [], []
        self._news = threading.Condition()

    def __call__(self):
        names = {
            "on_event": self.events,
            "on_done": self.results,
            "on_error": self.errors,
            "on_state": self.states,
        }
        return {name: self._keeper(kept) for name, kept in names.items()}

    def _keeper(self, kept):
        def keep(item):
            with self._news:
                kept.append(item)
                self._news.notify_all()

        return keep

    def until(self, condition):
        with self._news:
            assert self._news.wait_for(lambda: condition(self), PATIENCE)

    @property
    def previews(self):
        return [event for event in self.events if isinstance(event, Preview)]


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_gone(pid, seconds=10.0):
    """Wait until a process, maybe not a child of ours, has ended."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if not alive(pid):
            return True
        tick.wait(0.02)
    return False
