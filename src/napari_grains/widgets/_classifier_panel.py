"""Train, Classify, Stop, and what there is to say."""

from __future__ import annotations

from typing import Final

from qtpy.QtWidgets import QGridLayout, QPushButton, QWidget

from napari_grains.widgets._run_panel import RunPanel, TextLine, Words

_WORDS: Final = Words(
    run="Train",
    run_tip="Learn from the examples, and try on examples that are held out, group by group",
    running_tip="A job is under way",
    stop_tip="Stop and keep what was learned; what was not held out by then is not estimated",
    stop_now_tip="Do not wait: end the engine process; the classifier before stays",
    stopping="Stopping after this step…",
)
_CURVES_TIP: Final = (
    "Loss over the steps, lower is better; it begins anew with each part of the cross-validation"
)


class ClassifierPanel(RunPanel):
    """As `RunPanel`, with a button that classifies, and remarks.

    Parameters
    ----------
    classify_tip : str
        What is classified, and what comes out.

    Attributes
    ----------
    classify : QPushButton
    remarks : TextLine
        What the user should know.
    """

    def __init__(self, classify_tip: str, parent: QWidget | None = None) -> None:
        self.classify, self.remarks = QPushButton("Classify"), TextLine()
        self._classify_tip = classify_tip
        super().__init__(parent, _WORDS)
        layout = self.layout()
        if isinstance(layout, QGridLayout):
            layout.addWidget(self.classify, 0, 1)
            layout.addWidget(self.stop, 0, 2)
            below = (self.bar, self.message, self.remarks)
            for line, widget in enumerate(below, start=1):
                layout.addWidget(widget, line, 0, 1, 3)
        self.remark()

    def remark(self, *texts: str) -> None:
        """Show what the user should know, in place of what was there."""
        self.remarks.setText("\n".join(dict.fromkeys(texts)))
        self.remarks.setVisible(bool(texts))

    def set_running(self) -> None:
        """Show that a job runs."""
        super().set_running()
        self.run.setText(_WORDS.run)
        self.classify.setEnabled(False)
        self.classify.setToolTip("One job at a time: stop the one that runs first")

    def offer(self, why_not: str, why_not_classify: str, *, replaces: bool = False) -> None:
        """Wait for a run.

        Parameters
        ----------
        why_not, why_not_classify : str
            Why nothing can be trained, or classified; empty if it can.
        replaces : bool
            Whether the user has been told that the next press replaces a classifier.
        """
        self.set_idle(why_not)
        self.run.setText("Replace it" if replaces and not why_not else _WORDS.run)
        self.classify.setEnabled(not why_not_classify)
        self.classify.setToolTip(why_not_classify or self._classify_tip)
