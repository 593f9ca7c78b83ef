"""What the docks of one viewer share: the engine, started with the first dock and closed with the window."""

from __future__ import annotations

from typing import Final

from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QWidget

from napari_grains.engine import Engine, EngineState
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import camera_of

DEVICE_TIP: Final = "What computes; runs in a process of its own. Log:"
"""Above the path of the log."""


class Session(QObject):
    """The engine of a viewer window, of which it is a child.

    Parameters
    ----------
    viewer : Viewer
        While its camera moves, jobs give way.

    Attributes
    ----------
    engine : Engine
        Shared by all docks of the window.
    changed : Signal
        State, device or problem of the engine changed; comes on the GUI thread to the slots of QObjects.
    networks_changed : Signal
        A network was saved: lists of networks look again.
    """

    changed = Signal()
    networks_changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        window: QWidget = viewer.window._qt_window  # noqa: SLF001 - napari has no public name for it
        super().__init__(window)
        self.engine = engine = Engine()
        camera, self._subscriptions = camera_of(viewer).events, Subscriptions()
        self._subscriptions.add(self._give_way, camera.center, camera.zoom, camera.angles)
        window.destroyed.connect(self._subscriptions.end)
        engine.listen(self._hear_engine)
        # A widget says `destroyed` before its children are deleted: no callback can meet a deleted child.
        window.destroyed.connect(lambda *_: engine.close())
        engine.start()

    @property
    def device(self) -> str:
        """What computes, or why nothing does, in one line."""
        problem = self.engine.problem
        return self.short(problem) if problem is not None else self.engine.device or "Starting the engine…"

    @property
    def waits_for(self) -> str:
        """What a job waits for that was queued now, in one line."""
        starting = self.engine.state in (EngineState.OFF, EngineState.STARTING)
        return "Starting the engine…" if starting else "Waiting for another job…"

    def short(self, message: str) -> str:
        """Leave the path of the log to the tooltip."""
        return message.replace(f", {self.engine.log_path}", "")

    def with_log(self, message: str) -> str:
        """Return a message and where the log is, for a tooltip."""
        return f"{message}\nLog: {self.engine.log_path}"

    def _give_way(self, _event: object = None) -> None:
        self.engine.give_way()

    def _hear_engine(self) -> None:
        self.changed.emit()  # on an engine thread; Qt takes it to the GUI thread


def session_of(viewer: Viewer) -> Session:
    """Return the session of a viewer's window; the first call makes it and starts the engine."""
    window: QWidget = viewer.window._qt_window  # noqa: SLF001 - napari has no public name for it
    found = next((child for child in window.children() if isinstance(child, Session)), None)
    return found or Session(viewer)
