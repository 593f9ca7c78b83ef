"""The tools that correct grains, of which one is in hand, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QButtonGroup, QGridLayout, QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout

from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._tool_icons import tool_icon

_COLUMNS: Final = 3
_ICON: Final = QSize(18, 18)


class Tool(Enum):
    """What the left mouse button does."""

    LOOK = "Look"
    MERGE = "Merge"
    SPLIT = "Split"
    ADD = "Add"
    GROW = "Re-grow"
    DELETE = "Delete"


@dataclass(frozen=True)
class ToolText:
    """What is said of a tool.

    Parameters
    ----------
    key : str
        That takes it.
    hint : str
        What to do with it, in a line or two.
    tip : str
        What comes of it.
    """

    key: str
    hint: str
    tip: str


TOOLS: Final = {
    Tool.LOOK: ToolText("Q", "Pan and zoom.", "The mouse pans and zooms, as ever in napari"),
    Tool.MERGE: ToolText(
        "G",
        "Click a grain and then another, or drag across the boundary between them.",
        "Join grains: the boundary between them is none",
    ),
    Tool.SPLIT: ToolText(
        "S",
        "Draw a stroke across a grain, roughly along the boundary that is missing.",
        "Cut grains in two along the best path near the stroke on the boundary map",
    ),
    Tool.ADD: ToolText(
        "A",
        "Draw a stroke inside the grain that is missing: it grows from there.",
        "A new grain, which takes what is its own from the grains or the empty area it lies in",
    ),
    Tool.GROW: ToolText(
        "R",
        "Click an empty area to fill it from its rim, or a grain to find its outline anew.",
        "Let grains grow along the boundary map: into an empty area, or a grain from its core",
    ),
    Tool.DELETE: ToolText(
        "D",
        "Click a grain: nothing is left of it, as of a pore.",
        "Leave the place of a grain empty: it is a pore, or no specimen",
    ),
}


class ToolBox(QGroupBox):
    """Buttons for the tools, one of them pressed; below them undo and redo.

    Attributes
    ----------
    tool_changed : Signal(Tool)
        Another tool is in hand.
    buttons : dict of Tool to QPushButton
    undo, redo : QPushButton
    hint : QLabel
        What to do with the tool in hand.
    """

    tool_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__("Correct grains")
        self.tool = Tool.LOOK
        self.buttons = {tool: _button(tool) for tool in Tool}
        self.undo, self.redo, self.hint = QPushButton("Undo"), QPushButton("Redo"), TextLine()
        self._group = QButtonGroup(self)
        for button in self.buttons.values():
            self._group.addButton(button)
        self._lay_out()
        self._group.buttonClicked.connect(self._press)
        self.take(Tool.LOOK)
        self.show_history("", "")

    def take(self, tool: Tool) -> None:
        """Take a tool in hand."""
        self.buttons[tool].setChecked(True)
        self.say(TOOLS[tool].hint)
        if tool is not self.tool:
            self.tool = tool
            self.tool_changed.emit(tool)

    def say(self, hint: str) -> None:
        """Say what to do next."""
        self.hint.setText(hint)

    def show_history(self, undo: str, redo: str) -> None:
        """Offer what can be taken back and made again; empty: nothing."""
        steps = ((self.undo, "Undo", undo, "Ctrl+Z"), (self.redo, "Redo", redo, "Ctrl+Shift+Z"))
        for button, name, what, key in steps:
            button.setEnabled(bool(what))
            button.setToolTip(f"{name} {what} ({key})" if what else f"Nothing to {name.lower()}")

    def colour_icons(self, colour: str) -> None:
        """Draw the icons in the colour of the text."""
        for tool, button in self.buttons.items():
            button.setIcon(tool_icon(tool.name, QColor(colour)))

    def _lay_out(self) -> None:
        grid, steps, layout = QGridLayout(), QHBoxLayout(), QVBoxLayout(self)
        grid.setSpacing(4)
        for number, button in enumerate(self.buttons.values()):
            grid.addWidget(button, *divmod(number, _COLUMNS))
        for button in (self.undo, self.redo):
            steps.addWidget(button)
        self.hint.setMinimumHeight(2 * self.hint.fontMetrics().lineSpacing())  # nothing jumps
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(grid)
        layout.addWidget(self.hint)
        layout.addLayout(steps)

    def _press(self, pressed: QPushButton) -> None:
        self.take(next(tool for tool, button in self.buttons.items() if button is pressed))


def _button(tool: Tool) -> QPushButton:
    button, text = QPushButton(tool.value), TOOLS[tool]
    button.setCheckable(True)
    button.setIconSize(_ICON)
    button.setToolTip(f"{text.tip} ({text.key}).\n{text.hint}")
    return button
