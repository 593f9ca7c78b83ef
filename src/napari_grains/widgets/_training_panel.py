"""Train, Resume, Stop, progress, and the curves of a training."""

from __future__ import annotations

from typing import Final

from qtpy.QtWidgets import QGridLayout, QPushButton, QWidget

from napari_grains.widgets._loss_curves import LossCurves
from napari_grains.widgets._run_panel import RunPanel, TextLine, Words

_WORDS: Final = Words(
    run="Train",
    run_tip="Train a network on micrographs made by the recipe above",
    running_tip="A training is under way",
    stop_tip="Stop, and save what has been learned; it can be resumed",
    stop_now_tip="Do not wait: end the engine process. What was saved last can be resumed.",
    stopping="Saving what has been learned…",
)
_RESUME_TIP: Final = (
    "Go on with the training of “{name}” where it was stopped, with the recipe and the length it had"
)
_NO_RESUME_TIP: Final = "There is no training of “{name}” to go on with"


class TrainingPanel(RunPanel):
    """As `RunPanel`, with a button to resume and curves.

    Attributes
    ----------
    resume : QPushButton
    remarks : TextLine
        What the user should know of the training.
    curves : LossCurves
        Hidden while there is nothing to show.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.resume, self.remarks, self.curves = QPushButton("Resume"), TextLine(), LossCurves()
        super().__init__(parent, _WORDS)
        layout = self.layout()
        if isinstance(layout, QGridLayout):
            layout.addWidget(self.stop, 0, 2)
            layout.addWidget(self.resume, 0, 1)
            layout.addWidget(self.bar, 1, 0, 1, 3)
            layout.addWidget(self.message, 2, 0, 1, 3)
            layout.addWidget(self.remarks, 3, 0, 1, 3)
            layout.addWidget(self.curves, 4, 0, 1, 3)
        self.remark()

    def remark(self, *texts: str) -> None:
        """Show what the user should know, in place of what was there."""
        self.remarks.setText("\n".join(texts))
        self.remarks.setVisible(bool(texts))

    def set_running(self) -> None:
        """Show that a training runs."""
        super().set_running()
        self.resume.setEnabled(False)
        self.run.setText(_WORDS.run)

    def offer(self, name: str, *, why_not: str, resumable: bool, replaces: bool) -> None:
        """Wait for a run.

        Parameters
        ----------
        name : str
            Of the network.
        why_not : str
            Why nothing can be trained; empty if it can.
        resumable : bool
            Whether there is a training to go on with.
        replaces : bool
            Whether the user has been told that the next press replaces a network.
        """
        self.set_idle(why_not)
        self.run.setText("Replace it" if replaces and not why_not else _WORDS.run)
        self.resume.setEnabled(resumable and not why_not)
        tip = _RESUME_TIP if resumable else _NO_RESUME_TIP
        self.resume.setToolTip(why_not or tip.format(name=name))
