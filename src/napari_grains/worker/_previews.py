"""Flow control: a viewer that is slow gets fewer previews, not older ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from napari_grains.errors import InputError
from napari_grains.events import Preview

Place: TypeAlias = tuple[str, tuple[int, ...]]
"""Name and offset: a later preview of the same place replaces an earlier one."""


class PreviewGate:
    """Let one preview per place be under way; of those that come meanwhile, the newest waits.

    Parameters
    ----------
    send : callable
        Sends a preview to the viewer. A preview for which there is no room (`InputError`) is left out: the
        result of the job does not depend on it.
    """

    def __init__(self, send: Callable[[Preview], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._under_way: set[Place] = set()
        self._waiting: dict[Place, Preview] = {}

    def offer(self, preview: Preview) -> None:
        """Send a preview now, or keep a copy (the job may go on writing to it) until its place is free."""
        place = (preview.name, preview.offset)
        with self._lock:
            if place in self._under_way:
                self._waiting[place] = replace(preview, array=preview.array.copy())
            else:
                self._send_off(place, preview)

    def taken(self, place: Place) -> None:
        """Note that the viewer is done with the preview of a place; send the one that waits."""
        with self._lock:
            self._under_way.discard(place)
            if (preview := self._waiting.pop(place, None)) is not None:
                self._send_off(place, preview)

    def flush(self) -> None:
        """Send all that wait: the job has ended, and its last preview of each place shall arrive."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            for place, preview in waiting.items():
                self._send_off(place, preview)

    def _send_off(self, place: Place, preview: Preview) -> None:
        try:
            self._send(preview)
        except InputError:
            return
        self._under_way.add(place)
