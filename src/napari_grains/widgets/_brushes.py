"""What can be painted with, and which of it is in the hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from napari.layers import Labels
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGridLayout, QPushButton, QWidget

from napari_grains.widgets._source import Array
from napari_grains.widgets._stroke_layers import (
    BOUNDARY,
    EDGES,
    GRAIN,
    NOTHING,
    StrokeClasses,
    in_hand,
    paint_of,
    painted_numbers,
)

_EDGE_BRUSHES: Final = {
    GRAIN: ("Grain (1)", "Paint inside grains where the result shows a boundary that is none"),
    BOUNDARY: ("Boundary (2)", "Paint along boundaries that the result misses; a few short strokes will do"),
    NOTHING: ("Erase (0)", "Take strokes back; what is not painted is ignored, it is no background"),
}
KEY_TIP: Final = "\nKey {key} while the strokes are the active layer; Ctrl+Z undoes a stroke"


class Brushes(QWidget):
    """A button for each label, and one for the eraser; subclasses fill `buttons` and say what is painted.

    Attributes
    ----------
    taken : Signal(int)
        The user takes the brush of a label, the eraser for 0.
    classes_changed : Signal
        Other things can be painted.
    buttons : dict of int to QPushButton
        By label.
    beside : list of QWidget
        To stand beside the button that makes a layer.
    invitation : str
        What to do while nothing is painted.
    """

    taken = Signal(int)
    classes_changed = Signal()
    invitation = ""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[int, QPushButton] = {}
        self.beside: list[QWidget] = []

    @property
    def classes(self) -> StrokeClasses:
        """What can be painted."""
        raise NotImplementedError

    @property
    def keys(self) -> Mapping[str, int]:
        """Keys and the labels that they choose."""
        raise NotImplementedError

    def summary(self, strokes: Labels) -> str:
        """Say in a line what is painted."""
        raise NotImplementedError

    def take_over(
        self,
        names: Mapping[int, str],  # noqa: ARG002 - for lists that can change
        unused: Mapping[int, str],  # noqa: ARG002
        labels: Array,
    ) -> Array:
        """Learn the names of labels that were painted earlier; return these as they are painted now."""
        return labels

    def show_numbers(self, numbers: Array) -> None:
        """Show how much is painted in all, from the number of pixels of each label; by default nowhere."""

    def can_paint(self, strokes: Labels | None) -> bool:
        """Whether the brushes are for a layer."""
        return strokes is not None and paint_of(strokes) == self.classes.paint

    def show_hand(self, strokes: Labels | None) -> None:
        """Show which brush is in the hand; none can be taken where there is no layer for them."""
        usable = strokes is not None and self.can_paint(strokes)
        value = in_hand(strokes) if usable and strokes is not None else None
        for own, button in self.buttons.items():
            button.setEnabled(usable)
            button.setChecked(usable and own == value)

    def offer(self, label: int, button: QPushButton) -> None:
        """Let a button take the brush of a label."""
        button.setCheckable(True)
        button.clicked.connect(lambda: self.taken.emit(label))
        self.buttons[label] = button


class EdgeBrushes(Brushes):
    """Grain, boundary, eraser."""

    invitation = "Where the result is wrong, paint what is right."

    def __init__(self) -> None:
        super().__init__()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for place, (label, (text, tip)) in enumerate(_EDGE_BRUSHES.items()):
            button = QPushButton(text)
            button.setToolTip(tip + KEY_TIP.format(key=label))
            button.setMinimumHeight(32)
            if label in EDGES.colours:
                button.setStyleSheet(f"QPushButton {{ border-bottom: 4px solid {EDGES.colours[label]}; }}")
            layout.addWidget(button, 0, place)
            self.offer(label, button)

    @property
    def classes(self) -> StrokeClasses:
        """Grain and boundary."""
        return EDGES

    @property
    def keys(self) -> Mapping[str, int]:
        """1, 2 and 0."""
        return {str(label): label for label in _EDGE_BRUSHES}

    def summary(self, strokes: Labels) -> str:
        """Say how many pixels are painted."""
        if paint_of(strokes) == "grains":
            return f"“{strokes.name}”: grains painted by number"
        if paint_of(strokes) == "phases":
            return f"“{strokes.name}” is painted by phase: the Phases dock learns from it."
        numbers = painted_numbers(strokes)
        return f"Painted: grain {numbers[GRAIN]:,} px · boundary {numbers[BOUNDARY]:,} px"
