"""Train, Stop, Classify, and how well phases are told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final, TypeAlias

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QGridLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from napari_grains.widgets._finetune_panel import StrokePanel

_CLASSIFY_TIP: Final = (
    "Find the phases of the image above: a layer of phases, one of the confidence (hidden), area fractions.\n"
    "Images trained on or not; those with another pixel size are brought to the size trained at"
)
_SELECTED_TIP: Final = "Find the phases of all images that are selected in the layer list"
_CONFUSION_TIP: Final = "Which phase was taken for which, on held-out strokes of the last training"
_NONE_TIP: Final = "After a training whose held-out strokes show more than one phase"

Confusion: TypeAlias = Sequence[Sequence[int]]
_WORTH_SAYING: Final = 0.005


class PhasePanel(StrokePanel):
    """Train on strokes of phases, find phases in images.

    Attributes
    ----------
    classify, classify_selected : QPushButton
        Find the phases of this image, or of several.
    confusion : QPushButton
        Opens the confusion matrix of the last training.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.classify, self.classify_selected = QPushButton("Classify"), QPushButton("Classify selected")
        self.confusion = QPushButton("Confusion…")
        self._counts: Confusion = ()
        self._names: Sequence[str] = ()
        tips = {self.classify: _CLASSIFY_TIP, self.classify_selected: _SELECTED_TIP}
        super().__init__(tips, parent)
        layout = self.layout()
        if isinstance(layout, QGridLayout):
            line = layout.indexOf(self.score)
            row, *_ = layout.getItemPosition(line)
            layout.addWidget(self.score, row, 0)
            layout.addWidget(self.confusion, row, 1)
        self.confusion.clicked.connect(self.show_confusion)
        self.take_confusion((), None)

    def take_confusion(self, names: Sequence[str], counts: Confusion | None) -> None:
        """Take the confusion matrix of a training: rows are painted phases, columns what was found."""
        self._names, self._counts = names, counts or ()
        self.confusion.setVisible(bool(names))
        self.confusion.setEnabled(bool(self._counts))
        self.confusion.setToolTip(_CONFUSION_TIP if self._counts else _NONE_TIP)

    def show_confusion(self) -> None:
        """Open the confusion matrix in a window."""
        ConfusionDialog(self._names, self._counts, self).show()


class ConfusionDialog(QDialog):
    """A confusion matrix to read; closing deletes it."""

    def __init__(self, names: Sequence[str], counts: Confusion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Confusion of phases")
        self.text = QTextBrowser()
        self.text.setHtml(confusion_html(names, counts))
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        self.resize(420, 260)


def confusion_text(names: Sequence[str], counts: Confusion | None) -> str:
    """Say the worst confusion in a line; empty where nothing is confused."""
    worst, true, found = max(_mistakes(counts or ()), default=(0.0, 0, 0))
    if worst < _WORTH_SAYING:
        return ""
    return f"Most confused: {worst:.0%} of “{names[true]}” was taken for “{names[found]}”."


def confusion_html(names: Sequence[str], counts: Confusion) -> str:
    """Return a confusion matrix as a table, with shares of the painted pixels of each phase."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = "".join(
        f"<tr><th align='left'>{escape(name)}</th>{''.join(map(_cell(line), line))}</tr>"
        for name, line in zip(names, counts, strict=True)
    )
    text = "Held-out painted pixels: a row for each painted phase, a column for what the network found."
    return f"<p>{text}</p><table cellspacing='0' cellpadding='6'><tr><th></th>{head}</tr>{rows}</table>"


def _cell(line: Sequence[int]) -> Callable[[int], str]:
    total = sum(line)
    return lambda count: f"<td align='right'>{count:,}<br>{count / total if total else 0:.1%}</td>"


def _mistakes(counts: Confusion) -> Iterator[tuple[float, int, int]]:
    """Share of a painted phase that was taken for another, with their numbers."""
    for true, line in enumerate(counts):
        for found, count in enumerate(line):
            if found != true and count:
                yield count / sum(line), true, found
