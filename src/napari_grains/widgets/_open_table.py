"""Open the grain table and the plots from another dock."""

from __future__ import annotations

from typing import Final, TypeVar

from napari.viewer import Viewer
from qtpy.QtWidgets import QDockWidget, QWidget

from napari_grains import widgets
from napari_grains.widgets._dock import Dock

NAME: Final = "Grain table (Grains)"
"""As napari calls the dock that its Plugins menu opens: both find the same one."""
PLOTS: Final = "Grain size plots (Grains)"

D = TypeVar("D", bound=Dock)


def open_grain_table(viewer: Viewer) -> widgets.GrainTable:
    """Bring the viewer's grain table to the front; make one below the canvas where there is none."""
    return _in_front(viewer, widgets.GrainTable, NAME)


def open_grain_plots(viewer: Viewer) -> widgets.GrainPlots:
    """Bring the viewer's plots to the front; make them below the canvas where there are none.

    Table and plots share that place in tabs, which may be pulled apart.
    """
    return _in_front(viewer, widgets.GrainPlots, PLOTS)


def _in_front(viewer: Viewer, kind: type[D], name: str) -> D:
    window: QWidget = viewer.window._qt_window  # noqa: SLF001 - napari has no public name for it
    widget = next(iter(window.findChildren(kind)), None)
    if widget is None:
        widget = kind(viewer)
        widget.arrange(window.width())
        viewer.window.add_dock_widget(widget, name=name, area="bottom", tabify=True)
    dock = _dock_around(widget)
    if dock is not None:
        dock.show()
        dock.raise_()
    return widget


def _dock_around(widget: QWidget) -> QDockWidget | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parentWidget()
    return parent
