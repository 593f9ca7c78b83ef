"""The list of classes of which examples are given: which one is in hand, and how many each has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qtpy.QtCore import Signal

from napari_grains.widgets._class_rows import ClassRows, Words
from napari_grains.widgets._phase_classes import PhaseClass

_WORDS: Final = Words(
    thing="class",
    tip="What you click becomes an example of “{name}”",
    key="\nKey {key} while the layer of examples is the active one",
    reads="Take {name}",
    name_tip="Name of the class, as it stands on the classifier and in results",
    info_tip="",
    add_tip="Add a class; one that was removed comes back with its examples when it has the same name",
    remove_tip=(
        "Take the class from the list; its examples stay in the layers, grey, and are not learned from"
    ),
    used=(
        "“{name}” has examples. Press × again to take it from the list: they stay, grey, and "
        "are not learned from; add a class of that name to have them back."
    ),
)


class ClassList(ClassRows):
    """Rows of classes, one of which is in hand.

    Parameters
    ----------
    thing : str
        What examples are, in the plural: "grains".

    Attributes
    ----------
    taken : Signal(int)
        The user takes another class.
    """

    taken = Signal(int)

    def __init__(self, thing: str) -> None:
        super().__init__(_WORDS, lambda label: bool(self._counts.get(label)))
        self._thing, self._current = thing, 1
        self._counts: Mapping[int, int] = {}
        self.listed.connect(self._take_up)
        self._take_up()

    @property
    def current(self) -> PhaseClass:
        """The class in hand."""
        classes = self.phases.classes
        return next((one for one in classes if one.label == self._current), classes[0])

    def take(self, label: int) -> None:
        """Take a class in hand."""
        if label in self.buttons:
            self._current = label
            self._show_hand()
            self.taken.emit(label)

    def show_counts(self, counts: Mapping[int, int]) -> None:
        """Show how many examples there are, by label."""
        self._counts = dict(counts)
        self._show_infos()

    def _take_up(self) -> None:
        """Let the new buttons take their classes."""
        for one in self.phases.classes:
            button = self.buttons[one.label]
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, label=one.label: self.take(label))
        if self._current not in self.buttons:
            self._current = self.current.label
        self._show_hand()
        self._show_infos()

    def _show_hand(self) -> None:
        for label, button in self.buttons.items():
            button.setChecked(label == self._current)

    def _show_infos(self) -> None:
        for label, info in self.infos.items():
            count = self._counts.get(label, 0)
            info.setText(f"{count:,} {self._thing}" if count else "")
