"""What a trained classifier is like: scores, confusion, calibration, what it is unsure of, its filters."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_grains.events import TrainingProgress
from napari_grains.grains import PlotColours
from napari_grains.widgets._answer_list import AnswerList
from napari_grains.widgets._answers import Answer
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._dock import is_bright
from napari_grains.widgets._grain_plot import Plot
from napari_grains.widgets._loss_curves import LossCurves
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._score_plots import calibration_plot, confusion_plot, filters_plot
from napari_grains.widgets._score_text import by_class_text, scores_text
from napari_grains.widgets._source import Array

UNSURE, CONFUSION, CALIBRATION = "Least sure of", "Confusion matrix", "Calibration"
FILTERS, TRAINING = "First-layer filters", "Training"
_HEIGHT: Final = 172
_TIPS: Final = {
    UNSURE: "Answers from the least certain on: label what is wrong, and train again",
    CONFUSION: "How often held-out examples of each class (row) were taken for each class (column)",
    CALIBRATION: "Of the answers given with a probability, the share that is right: best on the diagonal",
    FILTERS: "What the first layer of the network looks for",
    TRAINING: "Loss over the steps, lower is better; it begins anew with each part of the cross-validation",
}
_EXPLAIN_TIP: Final = (
    "Show as a layer what in the selected example speaks for its class (class activation map)"
)
_EXPORT_TIP: Final = "Write all answers with all probabilities to a CSV file"


class ClassifierViews(QGroupBox):
    """One line of scores, and one of five pictures below it.

    Parameters
    ----------
    viewer : Viewer
        Whose theme colours the plots.

    Attributes
    ----------
    scores : TextLine
    kind : NarrowComboBox
        Which picture.
    answers : AnswerList
    curves : LossCurves
        Of the training.
    explain, export : QPushButton
        For the answers.
    message : TextLine
        Why there is nothing to show.
    canvas : PlotCanvas or None
        Made with the first plot.
    filters_wanted : Signal
        The filters of the classifier are to be read.
    """

    filters_wanted = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Check")
        self._viewer = viewer
        self._scores: Mapping[str, Any] | None = None
        self._filters: Array | None = None
        self.scores, self.message, self.kind, self.answers = (
            TextLine(),
            TextLine(),
            NarrowComboBox(),
            AnswerList(),
        )
        self.explain, self.export = QPushButton("Activation map"), QPushButton("Export CSV…")
        self.curves, self._training = LossCurves(), QWidget()
        self.canvas: Any = None
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._choose)
        selection = self.answers.selectionModel()
        if selection is not None:
            selection.selectionChanged.connect(lambda *_: self._show())
        self._show()

    def show_scores(self, scores: Mapping[str, Any] | None, why_not: str | None) -> None:
        """Show what is known of a classifier; its filters are those of another no longer."""
        self._scores, self._filters = scores, None
        self.scores.setText(scores_text(scores, why_not))
        self.scores.setToolTip("" if scores is None else by_class_text(scores))
        self._choose()

    def clear_scores(self) -> None:
        """Show that there is no classifier."""
        self._scores = self._filters = None
        self.scores.setText("")
        self._show()

    def show_answers(self, answers: Sequence[Answer]) -> None:
        """List other answers."""
        self.answers.show_answers(answers)
        if answers:
            self.kind.setCurrentText(UNSURE)
        self._show()

    def show_training(self) -> None:
        """Show the curve of a training that begins."""
        self.curves.clear()
        self.kind.setCurrentText(TRAINING)

    def add(self, progress: TrainingProgress) -> None:
        """Show how a training goes on."""
        self.curves.add(progress)
        if self.message.isVisibleTo(self):
            self._show()

    def show_trained(self, answers: Sequence[Answer]) -> None:
        """Show what came of a training: confusions, and answers about examples while they were held out."""
        self.show_answers(answers)
        if self._scores is not None:
            self.kind.setCurrentText(CONFUSION)

    def show_filters(self, filters: Array) -> None:
        """Draw the filters of the classifier."""
        self._filters = filters
        self._show()

    def show_theme(self) -> None:
        """Draw in the colours of the theme."""
        self._show()

    def _choose(self) -> None:
        if self.kind.currentText() == FILTERS and self._filters is None and self.scores.text():
            self.filters_wanted.emit()
        self._show()

    def _show(self) -> None:
        kind = self.kind.currentText()
        self.kind.setToolTip(_TIPS[kind])
        listed = kind == UNSURE
        some = bool(self.answers.model_of_answers.answers)
        for part in (self.answers, self._buttons):
            part.setVisible(listed and some)
        self._training.setVisible(kind == TRAINING)
        self.explain.setEnabled(self.answers.chosen is not None)
        self.explain.setToolTip(
            _EXPLAIN_TIP if self.answers.chosen else "Select an example in the list first"
        )
        plot = None if kind in (UNSURE, TRAINING) else self._plot(kind)
        if plot is not None:
            self._draw(plot)
        if self.canvas is not None:
            self.canvas.setVisible(plot is not None)
        self._say(self._why_nothing(kind, some=some, drawn=plot is not None))

    def _plot(self, kind: str) -> Plot | None:
        colours = PlotColours() if is_bright(self._viewer) else PlotColours.dark()
        if kind == FILTERS:
            return None if self._filters is None else filters_plot(self._filters, colours)
        if self._scores is None:
            return None
        return (confusion_plot if kind == CONFUSION else calibration_plot)(self._scores, colours)

    def _why_nothing(self, kind: str, *, some: bool, drawn: bool) -> str:
        if drawn or (kind == UNSURE and some):
            return ""
        if kind == TRAINING:
            return "" if any(self.curves.points.values()) else "Nothing trained yet."
        if kind == UNSURE:
            return "Nothing classified yet."
        if kind == FILTERS:
            return "The filters are shown once there is a classifier and nothing else runs."
        return "Not estimated: there are no held-out examples to compare with."

    def _draw(self, plot: Plot) -> None:
        if self.canvas is None:
            # Imported only now: it takes longer than the dock may take to open.
            self.canvas = importlib.import_module("napari_grains.widgets._plot_canvas").PlotCanvas()
            self.canvas.setFixedHeight(_HEIGHT)
            self._column.insertWidget(2, self.canvas)
        self.canvas.show_plot(plot, get_theme(self._viewer.theme).background.as_hex())

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _lay_out(self) -> None:
        self.kind.addItems(list(_TIPS))
        self.kind.setAccessibleName("What to look at")
        self.curves.setToolTip(_TIPS[TRAINING])
        self.export.setToolTip(_EXPORT_TIP)
        self._buttons = QWidget()
        beside = QHBoxLayout(self._buttons)
        beside.setContentsMargins(0, 0, 0, 0)
        for button in (self.explain, self.export):
            beside.addWidget(button, 1)
        training = QVBoxLayout(self._training)
        training.setContentsMargins(0, 0, 0, 0)
        training.addWidget(self.curves)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 6, 8, 6)
        self._column.setSpacing(4)
        for part in (self.scores, self.kind, self._training, self.answers, self._buttons, self.message):
            self._column.addWidget(part)
