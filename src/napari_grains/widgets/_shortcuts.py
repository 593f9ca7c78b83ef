"""The keys of the dock Grains, as a table that can be folded up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from qtpy.QtWidgets import QGridLayout, QLabel, QWidget
from superqt import QCollapsible

from napari_grains.widgets._doubtful_box import JOIN, KEEP, NEXT
from napari_grains.widgets._layer_keys import Key
from napari_grains.widgets._tool_box import TOOLS, Tool

UNDO, REDO, PAN = "Ctrl+Z", "Ctrl+Shift+Z", "Space"
"""Keys, as napari and Qt name them."""
SHORTCUTS: Final = (
    *((text.key, tool.value) for tool, text in TOOLS.items()),
    (NEXT, "Next doubtful"),
    (KEEP, "Keep it"),
    (JOIN, "Merge it"),
    (PAN, "Hold to pan"),
    (UNDO, "Undo"),
    (REDO, "Redo"),
)
_COLUMNS: Final = 2


def key_actions(
    take: Callable[[Tool], object],
    go: Callable[[str], object],
    undo: Callable[[], object],
    redo: Callable[[], object],
    pan: Key,
) -> dict[str, Key]:
    """Return what each key does, for `LayerKeys`.

    Parameters
    ----------
    take : callable
        Takes a tool in hand.
    go : callable
        Walks along doubtful boundaries: "next", "keep" or "join".
    undo, redo : callable
    pan : generator function
        Pans until it goes on.
    """
    actions: dict[str, Key] = {text.key: _without_layer(partial(take, tool)) for tool, text in TOOLS.items()}
    steps = {NEXT: "next", KEEP: "keep", JOIN: "join"}
    actions |= {key: _without_layer(partial(go, step)) for key, step in steps.items()}
    return actions | {UNDO: _without_layer(undo), REDO: _without_layer(redo), PAN: pan}


def _without_layer(act: Callable[[], object]) -> Key:
    return lambda _layer: act()


class Shortcuts(QCollapsible):
    """Key and meaning; open at first."""

    def __init__(self) -> None:
        super().__init__("Shortcuts")
        self.setToolTip("Keys that work while the layer of grains is the active one")
        self.setContentsMargins(0, 0, 0, 0)
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(4, 0, 4, 0)
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(8)
        rows = -(-len(SHORTCUTS) // _COLUMNS)
        for number, (key, meaning) in enumerate(SHORTCUTS):
            column, row = divmod(number, rows)
            grid.addWidget(QLabel(f"<b>{key}</b>"), row, 2 * column)
            grid.addWidget(QLabel(meaning), row, 2 * column + 1)
        grid.setColumnStretch(2 * _COLUMNS - 1, 1)
        self.addWidget(table)
        self.expand(animate=False)
