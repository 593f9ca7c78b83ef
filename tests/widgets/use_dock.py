"""Open a real viewer, use the dock and tell what was imported; run by a test in a fresh process."""

from __future__ import annotations

import sys

import napari
import numpy as np
from qtpy.QtCore import QEventLoop, QTimer

from napari_grains.widgets import SegmentDock

SECONDS = 120


def main():
    viewer = napari.Viewer()
    noise = np.random.default_rng(0).integers(0, 255, (64, 80), np.uint8)
    viewer.add_image(noise, name="noise")
    dock = SegmentDock(viewer)
    viewer.window.add_dock_widget(dock, name="Segment grains")
    dock.run()
    loop = QEventLoop()
    dock.run_in_progress.ended.connect(lambda _: loop.quit())
    QTimer.singleShot(1000 * SECONDS, loop.quit)
    loop.exec_()
    layers = len(viewer.layers)
    viewer.close()
    print(layers, "layers", "torch", "imported" if "torch" in sys.modules else "not imported")


if __name__ == "__main__":
    main()
