"""Callbacks run on a thread of their own, so that a slow one delays neither the engine nor Stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable

from napari_grains.events import Answer, Event, Preview, Progress, TrainingProgress


class EventBuffer:
    """Holds events until they are fetched; of what replaces each other, only the newest.

    A later `Progress` replaces an earlier one, a later `Preview` one of the same name and offset, a later
    `Answer` one to the same question; each `Notice` is kept, and each `TrainingProgress`, a point of a curve.
    For a viewer: ``on_event`` puts, and where `put` returns True asks the event loop to fetch with `take`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: dict[Hashable, Event] = {}

    def put(self, event: Event) -> bool:
        """Add an event; return whether the buffer was empty: then tell somebody to fetch."""
        with self._lock:
            was_empty = not self._events
            key = event_place(event)
            self._events.pop(key, None)  # so that the newest also comes last
            self._events[key] = event
            return was_empty

    def take(self) -> list[Event]:
        """Return all events, oldest first, and leave the buffer empty."""
        with self._lock:
            events, self._events = self._events, {}
        return list(events.values())


def event_place(event: Event) -> Hashable:
    """Return what an event shares with those that replace each other."""
    if isinstance(event, Progress) and not isinstance(event, TrainingProgress):
        return Progress
    if isinstance(event, Preview):
        return (event.name, event.offset)
    if isinstance(event, Answer):
        return (Answer, event.question)
    return id(event)


class CallbackThread:
    """Runs callbacks in order, and writes to the log what they raise.

    Parameters
    ----------
    log : logging.Logger
        Where exceptions of callbacks go.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._ready = threading.Condition()
        self._calls: dict[Hashable, Callable[[], None]] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="napari-grains callbacks", daemon=True)
        self._thread.start()

    def post(self, call: Callable[[], None], *, replaces: Hashable = None) -> None:
        """Run ``call`` after those before it; one that waits under the same key ``replaces`` is dropped."""
        with self._ready:
            if self._closed:
                return
            key = object() if replaces is None else replaces
            self._calls.pop(key, None)
            self._calls[key] = call
            self._ready.notify()

    def close(self) -> None:
        """Drop what waits and let the thread end."""
        with self._ready:
            self._closed = True
            self._calls.clear()
            self._ready.notify()

    def join(self, timeout: float) -> None:
        """Wait for a callback that is running, unless this is called from it."""
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _run(self) -> None:
        while (call := self._next()) is not None:
            try:
                call()
            except Exception:  # noqa: BLE001 - a callback's defect is not the engine's end
                self._log.exception("a callback failed")
            del call  # it may hold an array

    def _next(self) -> Callable[[], None] | None:
        with self._ready:
            while not self._calls and not self._closed:
                self._ready.wait()
            if self._closed:
                return None
            return self._calls.pop(next(iter(self._calls)))
