"""Open the grain table from another dock."""

from __future__ import annotations

from typing import Final

from napari.viewer import Viewer
from qtpy.QtWidgets import QDockWidget, QWidget

from napari_grains import widgets

NAME: Final = "Grain table (Grains)"
"""As napari calls the dock that its Plugins menu opens: both find the same one."""


def open_grain_table(viewer: Viewer) -> widgets.GrainTable:
    """Bring the viewer's grain table to the front; make one below the canvas where there is none."""
    window: QWidget = viewer.window._qt_window  # noqa: SLF001 - napari has no public name for it
    table = next(iter(window.findChildren(widgets.GrainTable)), None)
    if table is None:
        table = widgets.GrainTable(viewer)
        viewer.window.add_dock_widget(table, name=NAME, area="bottom")
    dock = _dock_around(table)
    if dock is not None:
        dock.show()
        dock.raise_()
    return table


def _dock_around(widget: QWidget) -> QDockWidget | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parentWidget()
    return parent
