"""Segment an image in a real viewer with a saved network; run by a test in a fresh process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import napari
import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1]))
from canvas_mouse import rest

SECONDS = 240


def main(image: str, network: str) -> None:
    QTimer.singleShot(1000 * SECONDS, QApplication.quit)
    viewer = napari.Viewer()
    viewer.add_image(np.load(image), name="steel")
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Segment grains")
    dock.method.network.names.setCurrentText(network)
    dock.method.scale.diameter.setValue(30)
    while not dock.panel.run.isEnabled():
        rest(50)
    dock.panel.run.click()
    while dock.run_in_progress is not None:
        rest(50)
    grains = viewer.layers["steel grains"]
    summary = grains.metadata["napari_grains"]["summary"]
    told = {"model": summary["model"], "grains": int(grains.data.max()), "said": dock.panel.message.text()}
    print(json.dumps(told | {"torch": "torch" in sys.modules}))
    viewer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
