"""A walk along the boundaries that are most doubtful: keep or merge, one after the other."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout

from napari_grains.widgets._run_panel import TextLine

NEXT, KEEP, JOIN = "N", "K", "J"
"""Keys."""
_TIP: Final = (
    "Boundaries that are nearly as weak as those that were merged, and on which you have not decided"
)
_TIPS: Final = {
    "next": f"Fly to the boundary with the lowest mean probability that you have not decided on ({NEXT})",
    "keep": f"It is a boundary: it is not asked for again; on to the next ({KEEP})",
    "join": f"It is none: merge the two grains; on to the next ({JOIN})",
}


class DoubtfulBox(QGroupBox):
    """Next, Keep, Merge, and how many there are.

    Attributes
    ----------
    next_wanted, keep_wanted, join_wanted : Signal
    next, keep, join : QPushButton
    text : QLabel
        How many are left, or why there are none.
    """

    next_wanted = Signal()
    keep_wanted = Signal()
    join_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Doubtful boundaries")
        self.next, self.keep, self.join = QPushButton("Next"), QPushButton("Keep"), QPushButton("Merge")
        self.text = TextLine()
        row, layout = QHBoxLayout(), QVBoxLayout(self)
        for name, tip in _TIPS.items():
            button: QPushButton = getattr(self, name)
            button.setToolTip(tip)
            button.clicked.connect(getattr(self, f"{name}_wanted"))
            row.addWidget(button)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addWidget(self.text)
        layout.addLayout(row)
        self.show_left(None)

    def show_left(self, left: int | None, *, probability: float | None = None) -> None:
        """Show how many are left to decide on, None for not known.

        Parameters
        ----------
        left : int or None
            Their number.
        probability : float, optional
            Mean boundary probability of the one that is looked at; None: none is.
        """
        self.next.setEnabled(bool(left))
        self.keep.setEnabled(probability is not None)
        self.join.setEnabled(probability is not None)
        count = "" if left is None else f"{left:,} left" if left else "None is left"
        self.text.setText(
            count if probability is None else f"{count}. This one: probability {probability:.2f}"
        )
        self.text.setToolTip(_TIP)

    def show_reason(self, reason: str) -> None:
        """Say why there can be none."""
        self.show_left(None)
        self.text.setText(reason)
