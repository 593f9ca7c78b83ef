"""Take the pictures of the documentation in a viewer: python scripts/screenshots.py [FOLDER [SCENE ...]].

Needs napari and a display; without one: xvfb-run -a -s "-screen 0 1920x1080x24" python scripts/screenshots.py
Every micrograph in the pictures is synthetic, so that they can be shown anywhere.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import napari
import numpy as np
from napari.viewer import Viewer
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from qtpy.QtCore import QEventLoop, QTimer
from scipy import ndimage

from napari_grains.samples import etched_polycrystal, grooved_ceramic
from napari_grains.synthesis import PatternRecipe
from napari_grains.widgets import FinetuneDock, GrainsDock, PhasesDock, PretrainDock, SegmentDock
from napari_grains.widgets._example_layers import mark_grain
from napari_grains.widgets._looks import look
from napari_grains.widgets._measure_tab import MeasureTab
from napari_grains.widgets._open_table import open_grain_plots, open_grain_table
from napari_grains.widgets._tool_box import Tool

SIZES = {"1280x800": (1280, 800), "1920x1080": (1920, 1080)}
THEMES = ("dark", "light")
PATIENCE = 120_000
"""Milliseconds for a run."""


def main(folder: Path, *only: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["NAPARI_GRAINS_NETWORKS"] = tempfile.mkdtemp()  # the bundled networks alone
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()  # and no strokes of the user
    for scene in [scene for scene in SCENES if not only or scene.__name__ in only]:
        for size, (width, height) in SIZES.items():
            viewer = napari.Viewer(show=True)
            viewer.window.resize(width, height)
            scene(viewer)
            if scene not in (stack_with_table, proofreading, finetune_trained):  # which have flown to a place
                viewer.fit_to_view()
            for theme in THEMES:
                viewer.theme = theme
                rest(400)
                path = folder / f"{scene.__name__.replace('_', '-')}-{size}-{theme}.webp"
                picture = viewer.screenshot(canvas_only=False, flash=False)
                Image.fromarray(picture).convert("RGB").save(path, quality=80, method=6)
            viewer.close()
            rest(100)


def segmented(viewer: Viewer) -> None:
    """Run on the etched sample."""
    viewer.open_sample("napari-grains", "etched_polycrystal")
    run(open_dock(viewer))


def proofreading(viewer: Viewer) -> None:
    """Merge a grain, then look at a doubtful boundary while a stroke is drawn."""
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()  # no corrections to restore
    viewer.open_sample("napari-grains", "etched_polycrystal")
    segment = open_dock(viewer)
    run(segment)
    viewer.window.remove_dock_widget(segment)
    dock = GrainsDock(viewer)
    viewer.window.add_dock_widget(dock, name="Grains: proofread and measure (Grains)")
    tab = dock.proofread
    until(lambda: tab.corrections is not None and tab.corrections.proofreading(0) is not None)
    tab.go("next")
    tab.go("join")
    shape = tab.corrections.layer.data.shape
    while not all(
        0.3 < place / side < 0.7 for place, side in zip(tab.walk.edge.position, shape, strict=True)
    ):
        tab.go("next")
    rest(300)
    tab.tools.take(Tool.SPLIT)
    width, height = tab.marks.width(), tab.marks.height()
    for step in range(40):
        sway = 6 * math.sin(step / 6)
        tab.marks.draw(width / 2 - 150 + 2 * step, height / 2 + 60 + 2 * step + sway)


def info_bar(viewer: Viewer) -> None:
    """Leave out the info bar of a coloured micrograph."""
    dock = open_dock_on_ceramic(viewer)
    dock.micrograph.marks.info_bar.setChecked(True)
    dock.micrograph.pixel_size.setText("0.1 um")
    run(dock)


def stack_with_table(viewer: Viewer) -> None:
    """Open the table of the grains of a stack."""
    viewer.open_sample("napari-grains", "six_fields")
    dock = open_dock(viewer)
    run(dock)
    table = open_grain_table(viewer)
    rest(200)
    table.view.selectRow(3)


def measuring(viewer: Viewer) -> None:
    """Measure the scale bar, and set the grain diameter with the circle."""
    dock = open_dock_on_ceramic(viewer)
    dock.micrograph.draw.click()
    dock.micrograph.tool.length.value = 20
    dock.method.scale.diameter.setValue(45)


def measured(viewer: Viewer) -> None:
    """Measure the grains of the etched sample, and draw the test lines of one direction."""
    measure(viewer, "etched_polycrystal").direction.setCurrentText("0°")


def table_coloured(viewer: Viewer) -> None:
    """List large complete grains of a stack, and colour all by their diameter."""
    measure(viewer, "six_fields").lines.setChecked(False)
    table = open_grain_table(viewer)
    table.filter.setText("ecd_um > 20 and not edge")
    table.colours.columns.setCurrentText("by ECD (µm)")
    until(lambda: len(table.model.table) > table.model.rowCount())


def plots(viewer: Viewer) -> None:
    """Draw the histogram of the diameters of a stack."""
    measure(viewer, "six_fields").lines.setChecked(False)
    dock = open_grain_plots(viewer)
    until(lambda: dock.canvas is not None)


def measure(viewer: Viewer, sample: str) -> MeasureTab:
    """Open the tab Measure on the true grains of a sample, and measure them."""
    viewer.open_sample("napari-grains", sample)
    image, grains = viewer.layers
    for name, value in look("grains").items():
        setattr(grains, name, value)
    grains.visible = True
    dock = GrainsDock(viewer)
    viewer.window.add_dock_widget(dock, name="Grains (Grains)")
    dock.layers.layer = grains
    dock.tabs.setCurrentWidget(dock.tabs.widget(1))
    dock.measure.run()
    until(lambda: dock.measure.run_in_progress is None)
    dock.measure.lines.setChecked(True)
    viewer.layers.selection.active = image
    return dock.measure


def open_dock_on_ceramic(viewer: Viewer) -> SegmentDock:
    """Open a micrograph with an info bar, and the dock once the bar is found."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "ceramic.png"
        write_with_info_bar(path)
        viewer.open(path, plugin="napari")
        dock = open_dock(viewer)
        until(lambda: dock.micrograph.marks.info_bar.isVisibleTo(dock))
    return dock


def pretrain_matched(viewer: Viewer) -> None:
    """Match a micrograph and compare."""
    dock = open_pretrain_dock(viewer)
    dock.match.press()
    until(lambda: dock.match.run_in_progress is None)
    until(lambda: "Synthetic grains" in viewer.layers)


def pretrain_training(viewer: Viewer) -> None:
    """Train for a minute, watching a micrograph, with one that is known to validate on."""
    dock = open_pretrain_dock(viewer)
    viewer.layers[1].visible = False
    dock.training.watch.layer = dock.training.pair.image.layer = viewer.layers[0]
    dock.training.pair.labels.layer = viewer.layers[1]
    dock.training.name.setText("ceramic")
    dock.training.minutes.setValue(2)
    dock.train()
    until(lambda: len(dock.panel.curves.points["loss"]) > 30)


def open_pretrain_dock(viewer: Viewer) -> PretrainDock:
    viewer.open_sample("napari-grains", "grooved_ceramic")
    dock = PretrainDock(viewer)
    viewer.window.add_dock_widget(dock, name="Pretrain on synthetic micrographs (Grains)")
    until(lambda: "Starting" not in dock.training.device.text())
    return dock


def finetune_trained(viewer: Viewer) -> None:
    """Teach a network that scratches are no boundaries, and go to the next place."""
    image, strokes = scratched_steel()
    viewer.add_image(image, name="scratched steel")
    dock = FinetuneDock(viewer)
    viewer.window.add_dock_widget(dock, name="Fine-tune on strokes (Grains)")
    until(lambda: "Starting" not in dock.learn.device.text())
    dock.paint.new.click()
    viewer.layers["scratched steel strokes"].data = strokes
    until(dock.panel.run.isEnabled)
    dock.learn.live.setChecked(True)
    dock.train()
    until(lambda: len(dock.panel.curves.points["validation"]) > 4)
    dock.stop()
    until(lambda: dock.run_in_progress is None)
    dock.go_to_next_place()
    until(lambda: dock.run_in_progress is None)
    viewer.fit_to_view()
    viewer.scene.camera.zoom *= 1.6


def scratched_steel() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a synthetic micrograph with dark scratches (Y, X), and a few strokes on it."""
    (pixels, _, _), (grains, _, _) = etched_polycrystal()
    grey, grains = pixels[:400, :480].copy(), grains[:400, :480]
    scratches = np.zeros(grey.shape, np.bool_)
    scratches[30::80] = scratches[31::80] = scratches[32::80] = True
    grey[scratches] = 40
    boundary = ndimage.grey_dilation(grains, 3) != ndimage.grey_erosion(grains, 3)
    strokes = np.zeros(grey.shape, np.uint8)
    rows, columns = np.indices(grey.shape)
    strokes[boundary & ~scratches & (rows % 130 < 60) & (columns % 130 < 60)] = 2
    far = ~ndimage.binary_dilation(boundary, iterations=5)
    strokes[ndimage.binary_dilation(scratches) & far & (columns % 120 < 60)] = 1
    return grey, strokes


def phases_found(viewer: Viewer) -> None:
    """Teach a network ferrite and pearlite with a few strokes, and find them."""
    image, strokes = pearlitic_steel()
    viewer.add_image(image, name="pearlitic steel", scale=(0.2, 0.2), units="um")
    dock = PhasesDock(viewer)
    viewer.window.add_dock_widget(dock, name="Phases (Grains)")
    tab = dock.pixels
    until(lambda: "Starting" not in tab.learn.device.text())
    for label, name in ((1, "ferrite"), (2, "pearlite")):
        tab.brushes.names[label].setText(name)
        tab.brushes.names[label].editingFinished.emit()
    tab.paint.new.click()
    viewer.layers["pearlitic steel phase strokes"].data = strokes
    until(tab.panel.run.isEnabled)
    tab.learn.live.setChecked(True)
    tab.train()
    until(lambda: len(tab.panel.curves.points["validation"]) > 6)
    tab.stop()
    until(lambda: tab.run_in_progress is None)
    tab.classify()
    until(lambda: tab.run_in_progress is None)


def grains_by_class(viewer: Viewer) -> None:
    """Click a few grains of ferrite and pearlite in two micrographs, and classify the grains of one."""
    for number, corner in enumerate(((0, 0), (360, 280)), start=1):
        image, grains, _ = pearlitic_grains(*corner)
        layer = viewer.add_image(image, name=f"steel {number}", visible=number == 1)
        mark = {"role": "grains", "source_id": str(layer.unique_id)}
        viewer.add_labels(grains, name=f"grains {number}", metadata={"napari_grains": mark}, visible=False)
    dock = PhasesDock(viewer)
    viewer.window.add_dock_widget(dock, name="Phases (Grains)")
    dock.tabs.setCurrentIndex(1)
    tab = dock.grains
    until(lambda: "Starting" not in tab.learn.device.text())
    for label, name in ((1, "ferrite"), (2, "pearlite")):
        tab.examples.classes.names[label].setText(name)
        tab.examples.classes.names[label].editingFinished.emit()
    for number, corner in ((2, (360, 280)), (1, (0, 0))):
        _, grains, pearlite = pearlitic_grains(*corner)
        tab.examples.grains.layer = viewer.layers[f"grains {number}"]
        tab.examples.click.click()
        for label, phase in ((1, ~pearlite), (2, pearlite)):
            for grain in np.unique(grains[phase])[2:18:2]:
                mark_grain(tab.examples.examples, tab.examples.grains.layer, 0, int(grain), label)
    viewer.layers["grains 2 examples"].visible = False
    until(lambda: len(tab.examples.sources.ticked) == 2 and tab.panel.run.isEnabled())
    tab.train()
    until(lambda: tab.run_in_progress is None)
    tab.classify()
    until(lambda: tab.run_in_progress is None)


def patterns_by_class(viewer: Viewer) -> None:
    """Click frames of single crystals and of powders, classify all, and look at what one is told by."""
    recipes = PatternRecipe(zones=1, orientations=0, rings=0), PatternRecipe(zones=0, orientations=0, rings=1)
    frames = [recipes[number % 2].pattern(2, number).image for number in range(24)]
    viewer.add_image((255 * np.stack(frames)).astype(np.uint8), name="patterns")
    dock = PhasesDock(viewer)
    viewer.window.add_dock_widget(dock, name="Phases (Grains)")
    dock.tabs.setCurrentIndex(2)
    tab = dock.patches
    until(lambda: "Starting" not in tab.learn.device.text())
    tab.examples.kind.setCurrentText("diffraction patterns")
    for label, name in ((1, "single crystal"), (2, "powder")):
        tab.examples.classes.names[label].setText(name)
        tab.examples.classes.names[label].editingFinished.emit()
    tab.examples.begin()
    for frame in range(16):
        tab.examples.classes.take(1 + frame % 2)
        tab.examples.group.setText(f"session {1 + frame // 8}")
        viewer.layers["patterns examples"].add([frame, 32, 32])
    until(lambda: len(tab.examples.sources.ticked) == 1 and tab.panel.run.isEnabled())
    tab.learn.network.setCurrentText("pattern")
    tab.learn.minutes.setValue(0.3)
    tab.train()
    until(lambda: tab.run_in_progress is None)
    tab.classify()
    until(lambda: tab.run_in_progress is None)
    tab.views.answers.selectRow(1)
    tab.explain()
    until(lambda: tab.run_in_progress is None)
    viewer.dims.set_point(0, tab.views.answers.chosen.place.index)


def pearlitic_steel() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a synthetic micrograph of ferrite and pearlite (Y, X), and a few strokes on it."""
    grey, _, pearlite = pearlitic_grains(0, 0)
    strokes = np.zeros(grey.shape, np.uint8)
    rows, columns = np.indices(grey.shape)
    line = (rows % 90 < 4) & (columns % 150 < 75)
    for label, phase in ((1, ~pearlite), (2, pearlite)):
        strokes[line & ndimage.binary_erosion(phase, iterations=6)] = label
    return grey, strokes


def pearlitic_grains(top: int, left: int) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]:
    """Return a synthetic micrograph (Y, X) of ferrite and pearlite, its grains, and which are pearlite."""
    (pixels, _, _), (grains, _, _) = etched_polycrystal()
    part = slice(top, top + 400), slice(left, left + 480)
    grey, grains = pixels[part].astype(float), grains[part]
    numbers = np.random.default_rng(1)
    pearlite = np.isin(grains, np.unique(grains)[numbers.random(len(np.unique(grains))) < 0.3])
    turned = (2.4 * grains) % math.pi
    rows, columns = np.indices(grey.shape)
    lamellae = np.sin(1.6 * (rows * np.cos(turned) + columns * np.sin(turned)))
    grey[pearlite] = (0.62 * grey + 45 * lamellae + numbers.normal(0, 8, grey.shape))[pearlite]
    return grey.clip(0, 255).astype(np.uint8), grains.astype(np.int32), pearlite


def open_dock(viewer: Viewer) -> SegmentDock:
    dock = SegmentDock(viewer)
    viewer.window.add_dock_widget(dock, name="Segment grains (Grains)")
    until(lambda: "Starting" not in dock.method.device.text())
    return dock


def run(dock: SegmentDock) -> None:
    dock.run()
    until(lambda: dock.run_in_progress is None)


def write_with_info_bar(path: Path) -> None:
    """Write a synthetic micrograph as RGB, with a black banner, lettering and a scale bar of 200 px."""
    grey = grooved_ceramic()[0][0][:700, :960]
    picture = Image.new("RGB", (grey.shape[1], 764), "black")
    picture.paste(Image.fromarray(grey).convert("RGB"), (0, 0))
    draw = ImageDraw.Draw(picture)
    draw.text((24, 722), "15.0 kV   WD 8.2 mm   x 2,500   SE", fill="white", font_size=20)
    draw.rectangle((700, 742, 899, 747), fill="white")
    draw.text((770, 712), "20 um", fill="white", font_size=20)
    picture.save(path)


SCENES = (
    segmented,
    proofreading,
    info_bar,
    stack_with_table,
    measuring,
    measured,
    table_coloured,
    plots,
    pretrain_matched,
    pretrain_training,
    finetune_trained,
    phases_found,
    grains_by_class,
    patterns_by_class,
)


def until(happened: Callable[[], bool]) -> None:
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: happened() and loop.quit())
    timer.start(50)
    QTimer.singleShot(PATIENCE, loop.quit)
    loop.exec_()
    if not happened():
        raise TimeoutError("the viewer did not get there")


def rest(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


if __name__ == "__main__":
    folder, *scenes = sys.argv[1:] or [Path(__file__).parents[1] / "docs" / "images"]
    main(Path(folder), *scenes)
