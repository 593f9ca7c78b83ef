"""Correct grains in a real viewer and die in the middle of it; run by a test in a fresh process."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import napari
import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from napari_grains.widgets import GrainsDock
from napari_grains.widgets._tool_box import Tool

sys.path.insert(0, str(Path(__file__).parents[1]))
from canvas_mouse import Canvas, rest

SECONDS = 60


def main(labels: Path, corrected: Path) -> None:
    QTimer.singleShot(1000 * SECONDS, QApplication.quit)
    viewer = napari.Viewer()
    layer = viewer.add_labels(np.load(labels), name="grains")
    dock = GrainsDock(viewer)
    viewer.window.add_dock_widget(dock, name="Grains")
    tab = dock.proofread
    while tab.corrections.proofreading(0) is None:
        rest(50)
    canvas = Canvas(viewer, layer)
    tab.tools.take(Tool.MERGE)
    canvas.drag((20, 20), (20, 60))
    tab.tools.take(Tool.DELETE)
    canvas.click((60, 100))
    np.save(corrected, layer.data)
    tab.corrections.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
