"""The keys of the dock Grains, as a table that can be folded up."""

from __future__ import annotations

from typing import Final

from qtpy.QtWidgets import QGridLayout, QLabel, QWidget
from superqt import QCollapsible

from napari_grains.widgets._doubtful_box import JOIN, KEEP, NEXT
from napari_grains.widgets._tool_box import TOOLS

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
