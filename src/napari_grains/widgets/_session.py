"""What the docks of one viewer share: the engine, started with the first dock and closed with the window."""

from __future__ import annotations

from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QWidget

from napari_grains.engine import Engine
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import camera_of


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

    def _give_way(self, _event: object = None) -> None:
        self.engine.give_way()

    def _hear_engine(self) -> None:
        self.changed.emit()  # on an engine thread; Qt takes it to the GUI thread


def session_of(viewer: Viewer) -> Session:
    """Return the session of a viewer's window; the first call makes it and starts the engine."""
    window: QWidget = viewer.window._qt_window  # noqa: SLF001 - napari has no public name for it
    found = next((child for child in window.children() if isinstance(child, Session)), None)
    return found or Session(viewer)
