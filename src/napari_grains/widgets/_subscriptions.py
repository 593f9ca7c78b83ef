"""Connections to napari's events that are ended together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol


class Emitter(Protocol):
    """An event of napari."""

    def connect(self, callback: Callable[..., Any]) -> object:
        """Call back when it happens."""

    def disconnect(self, callback: Callable[..., Any]) -> object:
        """Call back no more."""


class Subscriptions:
    """Connections of one owner, so that none of them outlives it."""

    def __init__(self) -> None:
        self._connected: list[tuple[Emitter, Callable[..., Any]]] = []

    def add(self, callback: Callable[..., Any], *emitters: Emitter) -> None:
        """Connect a bound method or function to events."""
        for emitter in emitters:
            emitter.connect(callback)
            self._connected.append((emitter, callback))

    def end(self) -> None:
        """Disconnect all."""
        while self._connected:
            emitter, callback = self._connected.pop()
            with suppress(RuntimeError):  # before napari 0.8: the receiver is half deleted already
                emitter.disconnect(callback)
