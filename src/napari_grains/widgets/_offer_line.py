"""One line that offers something that was left behind: take it or not."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtWidgets import QHBoxLayout, QPushButton, QWidget

from napari_grains.widgets._form import small_button
from napari_grains.widgets._run_panel import TextLine


class OfferLine(QWidget):
    """Text with two buttons; hidden while there is nothing to offer.

    Attributes
    ----------
    line : TextLine
    accept, discard : QPushButton
    """

    def __init__(self) -> None:
        super().__init__()
        self.line = TextLine()
        self.accept: QPushButton = small_button("Restore", "Take it up again")
        self.discard: QPushButton = small_button("Discard", "Remove it for good")
        self._accepted: Callable[[], object] | None = None
        self._discarded: Callable[[], object] | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.accept)
        layout.addWidget(self.discard)
        self.accept.clicked.connect(lambda: self._answer(self._accepted))
        self.discard.clicked.connect(lambda: self._answer(self._discarded))
        self.withdraw()

    @property
    def is_open(self) -> bool:
        """Whether something is offered."""
        return self._accepted is not None

    def offer(
        self,
        text: str,
        button: tuple[str, str],
        accepted: Callable[[], object],
        discarded: Callable[[], object],
    ) -> None:
        """Ask; one of the two is called when its button is pressed, after the line has gone.

        Parameters
        ----------
        text : str
            What is offered.
        button : (str, str)
            Text of the button that takes it, and its tooltip.
        accepted, discarded : callable
        """
        self._accepted, self._discarded = accepted, discarded
        self.line.setText(text)
        self.accept.setText(button[0])
        self.accept.setToolTip(button[1])
        self.show()

    def withdraw(self) -> None:
        """Offer nothing."""
        self._accepted = self._discarded = None
        self.hide()

    def _answer(self, answer: Callable[[], object] | None) -> None:
        self.withdraw()
        if answer is not None:
            answer()
