"""Train, Stop, where to paint next, and how well the strokes are learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qtpy.QtGui import QColor
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from napari_grains.events import TrainingProgress
from napari_grains.widgets._loss_curves import LossCurves
from napari_grains.widgets._run_panel import RunPanel, TextLine, Words

_WORDS: Final = Words(
    run="Train",
    run_tip="Learn from the ticked strokes; what you paint meanwhile is learned from too",
    running_tip="A job is under way",
    stop_tip="Stop and keep the best network so far",
    stop_now_tip="Do not wait: end the engine process; the best network so far can be gone on with",
    stopping="Stopping after this step…",
)
_CURVES_TIP: Final = (
    "Over the steps, lower is better. loss: on strokes and synthetic micrographs, what is minimised;\n"
    "held-out: error on strokes that are not learned from, by which the best network is chosen."
)
_PLACE_TIP: Final = (
    "Look for the place where the network is most in doubt and nothing is painted, and fly there; says when\n"
    "more strokes no longer help. Adds a layer of the uncertainty, hidden at first."
)
_CHECK_TIP: Final = "Try whether the network can learn these strokes at all; nothing is changed"


class StrokePanel(RunPanel):
    """As `RunPanel`, with more jobs, the error on held-out strokes, and curves.

    Parameters
    ----------
    more : mapping of QPushButton to str
        More jobs, and their tooltips; they stand after that of the next place.

    Attributes
    ----------
    place : QPushButton
        Where to paint next.
    score : TextLine
        Error on held-out strokes, before and now.
    remarks : TextLine
        What the user should know.
    curves : LossCurves
        Hidden while there is nothing to show.
    """

    def __init__(self, more: Mapping[QPushButton, str], parent: QWidget | None = None) -> None:
        self.place, beside = QPushButton("Next place"), QHBoxLayout()
        self._more = {self.place: _PLACE_TIP, **more}
        self.score, self.remarks, self.curves = TextLine(), TextLine(), LossCurves("held-out", _CURVES_TIP)
        super().__init__(parent, _WORDS)
        layout = self.layout()
        if isinstance(layout, QGridLayout):
            for button in self._more:
                beside.addWidget(button, 1)
            layout.addLayout(beside, 1, 0, 1, 2)
            below = (self.bar, self.message, self.score, self.remarks, self.curves)
            for line, widget in enumerate(below, start=2):
                layout.addWidget(widget, line, 0, 1, 2)
        self.clear()

    def clear(self) -> None:
        """Forget the training before."""
        self._before: float | None = None
        self.curves.clear()
        self.score.hide()
        self.remark()

    def remark(self, *texts: str) -> None:
        """Show what the user should know, in place of what was there."""
        self.remarks.setText("\n".join(dict.fromkeys(texts)))
        self.remarks.setVisible(bool(texts))

    def show_training(self, progress: TrainingProgress) -> None:
        """Draw a point of the curves, and say the error on held-out strokes."""
        self.curves.add(progress)
        if progress.validation is None:
            return
        if self._before is None:
            self._before = progress.validation
        self.score.setText(score_text(self._before, progress.validation))
        self.score.show()

    def set_running(self) -> None:
        """Show that a job runs."""
        super().set_running()
        for button in self._more:
            button.setEnabled(False)
            button.setToolTip("One job at a time: stop the one that runs first")

    def set_training(self) -> None:
        """Show that the job which runs is a training: it says itself where to paint next."""
        self.place.setEnabled(True)
        self.place.setToolTip(_PLACE_TIP)

    def offer(self, why_not: str, *why_not_more: str) -> None:
        """Wait for a run; a button is disabled while there is a reason why not."""
        self.set_idle(why_not)
        for (button, tip), reason in zip(self._more.items(), why_not_more, strict=True):
            button.setEnabled(not reason)
            button.setToolTip(reason or tip)

    def set_theme(self, text: QColor, error: str, *, bright: bool) -> None:
        """Choose the colours of text, errors and curves."""
        self.set_error_colour(error)
        self.curves.set_theme(text, bright=bright)


class FinetunePanel(StrokePanel):
    """Train on strokes, look for the next place, check the strokes.

    Attributes
    ----------
    check : QPushButton
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.check = QPushButton("Check strokes")
        super().__init__({self.check: _CHECK_TIP}, parent)


def score_text(before: float, now: float) -> str:
    """Say how the error on held-out strokes went."""
    if now == before:
        return f"Held-out error {before:.3f}"
    if f"{now:.3f}" == f"{before:.3f}":
        return f"Held-out error {before:.3f}: not better so far"
    trend = "better" if now < before else "the network before the training is still better"
    return f"Held-out error {before:.3f} → {now:.3f}: {trend}"
