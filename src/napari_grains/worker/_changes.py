"""What has changed while a job was busy: of each name the newest."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from napari_grains.events import Update


class Changes:
    """Holds what a job has not heard of yet; a slow one is not told ten times of the same thing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._task = 0
        self._arguments: dict[str, Any] = {}

    def add(self, task: int, arguments: Mapping[str, Any]) -> None:
        """Take what has changed for a task; what waits for an earlier task is dropped."""
        with self._lock:
            if task < self._task:
                return
            if task > self._task:
                self._task, self._arguments = task, {}
            self._arguments |= arguments

    def take(self, task: int) -> Update | None:
        """Hand over what has changed for a task since this was last asked; None: nothing."""
        with self._lock:
            if task != self._task or not self._arguments:
                return None
            arguments, self._arguments = self._arguments, {}
        return Update(arguments)
