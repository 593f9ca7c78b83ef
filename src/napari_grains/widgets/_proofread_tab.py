"""The tab that corrects grains: tools for the mouse, a slider that merges, a walk along doubtful boundaries."""

from __future__ import annotations

from typing import Final

import numpy as np
from napari.layers import Labels
from napari.utils.events import Event
from napari.viewer import Viewer
from numpy.typing import NDArray
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.grains import Edit, Proofreading, Restored
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._corrections import Corrections
from napari_grains.widgets._doubtful_box import JOIN, KEEP, NEXT, DoubtfulBox
from napari_grains.widgets._doubtful_walk import DoubtfulWalk
from napari_grains.widgets._gestures import Gestures
from napari_grains.widgets._grain_planes import why_not
from napari_grains.widgets._layer_keys import Key, LayerKeys
from napari_grains.widgets._merge_box import MergeBox
from napari_grains.widgets._recovery_line import RecoveryLine
from napari_grains.widgets._restoring import restored_layer
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._shortcuts import PAN, REDO, UNDO, Shortcuts
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._tool_box import TOOLS, Tool, ToolBox
from napari_grains.widgets._tool_use import ToolUse
from napari_grains.widgets._training_labels import show_training_labels

_NOTHING: Final = "No grains yet: run Segment grains first, or open a label image."
_PREPARING: Final = "Looking at the grains…"
_NO_MAP: Final = "Needs the boundary map of the segmentation, which is not among the layers."
_PAUSE: Final = 250
"""Milliseconds on a slice after which it is looked at: not every slice that is scrolled through."""
_TRAINING_TIP: Final = (
    "Put the grains of this slice, as they are now, into the layer “… training labels”;\n"
    "the boundaries between them become what a network learns"
)


class ProofreadTab(QWidget):
    """Corrects the grains of one layer; those of other layers, and their history, are kept meanwhile.

    Parameters
    ----------
    viewer : Viewer
        With a window.

    Attributes
    ----------
    changed : Signal
        Grains were corrected.
    recovery : RecoveryLine
    tools : ToolBox
    merging : MergeBox
    doubtful : DoubtfulBox
    training : QPushButton
    shortcuts : Shortcuts
    message, empty : QLabel
        What went wrong; what to do while there are no grains.
    corrections : Corrections or None
        Of the layer that is shown.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self.corrections: Corrections | None = None
        self._kept: dict[Labels, Corrections] = {}
        self._error_colour = ""
        self.recovery, self.tools, self.merging = RecoveryLine(), ToolBox(), MergeBox()
        self.doubtful, self.shortcuts = DoubtfulBox(), Shortcuts()
        self.training = QPushButton("Use as training labels")
        self.message, self.empty = TextLine(), TextLine()
        self.marks = CanvasMarks(viewer)
        self._gestures, self._keys = Gestures(viewer, self.marks, self), LayerKeys()
        self._use, self._walk = ToolUse(self.marks, self), DoubtfulWalk(viewer, self.marks)
        self._following = Subscriptions()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._lay_out()
        self._connect()
