"""Open a tab and a dock in a real viewer and tell when matplotlib is imported; run by a test."""

from __future__ import annotations

import sys

import napari
import numpy as np
from qtpy.QtCore import QEventLoop, QTimer

from napari_grains.widgets import GrainPlots
from napari_grains.widgets._measure_tab import MeasureTab
from napari_grains.widgets._session import session_of


def rest(milliseconds):
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


def brought():
    return "with" if "matplotlib" in sys.modules else "without"


def main():
    viewer = napari.Viewer()
    before = "pandas" in sys.modules
    tab = MeasureTab(viewer, session_of(viewer))
    tab.follow(on=True)
    dock = GrainPlots(viewer)
    if "pandas" in sys.modules and not before:
        raise SystemExit("pandas was imported by a dock that opened")
    print("opened", brought())
    labels = np.repeat(np.arange(1, 17), 16).reshape(16, 16)
    table = {"index": np.arange(1, 17), "weight": np.ones(16), "area_px": np.full(16, 16.0)}
    viewer.add_labels(labels, features=table | {"ecd_px": np.linspace(3, 6, 16)})
    viewer.window.add_dock_widget(dock, name="Grain size plots")
    rest(3000)
    print("seen", brought())
    viewer.close()


if __name__ == "__main__":
    main()
