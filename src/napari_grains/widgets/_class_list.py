"""The list of classes of which examples are given: which one is in hand, and how many each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from napari_grains.widgets._form import small_button
from napari_grains.widgets._phase_classes import PhaseClass, PhaseClasses
from napari_grains.widgets._run_panel import TextLine

KEYS: Final = 9
"""Classes that have a key."""
_NAME_TIP: Final = "Name of the class, as it stands on the classifier and in results"
_ADD_TIP: Final = "Add a class; one that was removed comes back with its examples when it has the same name"
_REMOVE_TIP: Final = (
    "Take the class from the list; its examples stay in the layers, grey, and are not learned from"
)


class ClassList(QWidget):
    """A row for each class: take it in hand, name it, see how many examples there are, remove it.

    Parameters
    ----------
    thing : str
        What examples are, in the plural: "grains".

    Attributes
    ----------
    buttons : dict of int to QPushButton
        By label; the pressed one is in hand.
    names : dict of int to QLineEdit
    removers : dict of int to QPushButton
    add : QPushButton
    line : TextLine
        What is wrong with a name, or what removing a class means.
    taken : Signal(int)
        The user takes another class.
    changed : Signal
        Other classes, or other names.
    """

    taken = Signal(int)
    changed = Signal()

    def __init__(self, thing: str) -> None:
        super().__init__()
        self._thing = thing
        self.phases = PhaseClasses()
        self.buttons: dict[int, QPushButton] = {}
        self.names: dict[int, QLineEdit] = {}
        self.removers: dict[int, QPushButton] = {}
        self._infos: dict[int, QLabel] = {}
        self._counts: Mapping[int, int] = {}
        self._current, self._confirmed = 1, 0
        self.add, self.line, self._rows = QPushButton("Add class"), TextLine(), QWidget()
        self.add.setToolTip(_ADD_TIP)
        self.add.clicked.connect(lambda: self.use(self.phases.add()))
        self.line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (self._rows, self.line):
            column.addWidget(part)
        self._list()

    @property
    def current(self) -> PhaseClass:
        """The class in hand."""
        classes = self.phases.classes
        return next((one for one in classes if one.label == self._current), classes[0])

    @property
    def named(self) -> dict[int, str]:
        """Names of the classes by their labels."""
        return {one.label: one.name for one in self.phases.classes}

    @property
    def is_untouched(self) -> bool:
        """Whether the user has made nothing of the list yet."""
        return self.phases == PhaseClasses()

    def take(self, label: int) -> None:
        """Take a class in hand."""
        if label in self.buttons:
            self._current = label
            self._show_hand()
            self.taken.emit(label)

    def use(self, phases: PhaseClasses) -> None:
        """Take another list of classes."""
        if phases != self.phases:
            self.phases = phases
            self._list()
            self.changed.emit()

    def show_counts(self, counts: Mapping[int, int]) -> None:
        """Show how many examples there are, by label."""
        self._counts = dict(counts)
        self._show_infos()

    def _list(self) -> None:
        """Make the rows anew."""
        self._confirmed = 0
        self._say("")
        rows, self._rows = self._rows, QWidget()
        self.buttons, self.names, self.removers, self._infos = {}, {}, {}, {}
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        grid.setColumnStretch(1, 1)
        for number, one in enumerate(self.phases.classes, start=1):
            for column, widget in enumerate(self._row(number, one)):
                grid.addWidget(widget, number - 1, column)
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(rows, self._rows)
        rows.deleteLater()
        if self._current not in self.buttons:
            self._current = self.current.label
        self._show_hand()
        self._show_infos()

    def _row(self, number: int, one: PhaseClass) -> Sequence[QWidget]:
        button, name, info = QPushButton(str(number)), QLineEdit(one.name), QLabel()
        remover = small_button("×", _REMOVE_TIP)
        button.setCheckable(True)
        button.setFixedWidth(38)
        button.setStyleSheet(f"QPushButton {{ border-left: 12px solid {one.colour}; }}")
        key = f"\nKey {number} while the layer of examples is the active one" if number <= KEYS else ""
        button.setToolTip(f"What you click becomes an example of “{one.name}”{key}")
        button.setAccessibleName(f"Take {one.name}")
        button.clicked.connect(lambda: self.take(one.label))
        name.setToolTip(_NAME_TIP)
        name.setAccessibleName(f"Name of class {number}")
        name.editingFinished.connect(lambda: self._rename(one.label))
        remover.setEnabled(len(self.phases.classes) > 1)
        remover.clicked.connect(lambda: self._remove(one))
        self.buttons[one.label], self.names[one.label] = button, name
        self.removers[one.label], self._infos[one.label] = remover, info
        return button, name, info, remover

    def _rename(self, label: int) -> None:
        field = self.names[label]
        name, before = field.text().strip(), self.named[label]
        problem = self.phases.problem(name, label) if name != before else ""
        self._say(problem)
        if problem or name == before:
            with QSignalBlocker(field):
                field.setText(before)
            return
        self.phases = self.phases.rename(label, name)
        self.buttons[label].setToolTip(self.buttons[label].toolTip().replace(f"“{before}”", f"“{name}”"))
        self.changed.emit()

    def _remove(self, one: PhaseClass) -> None:
        """Remove a class; one that has examples only with a second press."""
        if self._counts.get(one.label) and self._confirmed != one.label:
            self._confirmed = one.label
            self._say(
                f"“{one.name}” has examples. Press × again to take it from the list: they stay, grey, and "
                "are not learned from; add a class of that name to have them back."
            )
            return
        self.use(self.phases.remove(one.label))

    def _show_hand(self) -> None:
        for label, button in self.buttons.items():
            button.setChecked(label == self._current)

    def _show_infos(self) -> None:
        for label, info in self._infos.items():
            count = self._counts.get(label, 0)
            info.setText(f"{count:,} {self._thing}" if count else "")

    def _say(self, text: str) -> None:
        self.line.setText(text)
        self.line.setVisible(bool(text))
