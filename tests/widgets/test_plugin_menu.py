"""The docks as napari itself opens them."""

from __future__ import annotations

import pytest
from napari._app_model import get_app_model

from napari_grains.widgets import (
    FinetuneDock,
    GrainPlots,
    GrainsDock,
    GrainTable,
    PhasesDock,
    PretrainDock,
    SegmentDock,
)

DOCKS = [
    ("Segment grains", SegmentDock),
    ("Grains: proofread and measure", GrainsDock),
    ("Grain table", GrainTable),
    ("Grain size plots", GrainPlots),
    ("Pretrain on synthetic micrographs", PretrainDock),
    ("Fine-tune on strokes", FinetuneDock),
    ("Phases", PhasesDock),
]


@pytest.mark.parametrize(("name", "kind"), DOCKS)
def test_docks_open_by_their_name(viewer, name, kind):
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", name)
    assert isinstance(dock, kind)


@pytest.mark.parametrize(
    ("menu", "command"),
    [
        ("napari/layers/segment", "napari-grains.segment"),
        ("napari/layers/segment", "napari-grains.grains"),
        ("napari/layers/measure", "napari-grains.grains"),
        ("napari/layers/measure", "napari-grains.table"),
        ("napari/layers/measure", "napari-grains.plots"),
        ("napari/layers/segment", "napari-grains.pretrain"),
        ("napari/layers/segment", "napari-grains.finetune"),
        ("napari/layers/segment", "napari-grains.phases"),
    ],
)
def test_docks_are_in_the_layers_menu_and_open_from_there(viewer, menu, command):
    app = get_app_model()
    assert command in [item.command.id for item in app.menus.get_menu(menu) if hasattr(item, "command")]
    docks = len(viewer.window.dock_widgets)
    app.commands.execute_command(command).result()
    assert len(viewer.window.dock_widgets) == docks + 1
