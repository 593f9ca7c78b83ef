"""A row for each class of a list: a button, a name, what is known of it, and ×."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from napari_grains.widgets._form import small_button
from napari_grains.widgets._phase_classes import PhaseClass, PhaseClasses
from napari_grains.widgets._run_panel import TextLine

KEYS: Final = 9
"""Classes that have a key."""


@dataclass(frozen=True)
class Words:
    """What rows say.

    Parameters
    ----------
    thing : str
        What is listed, such as "phase".
    tip, key, reads : str
        Of the button: its tooltip and what it is called, with "{name}", and what is added where it has a key,
        with "{key}".
    name_tip, info_tip, add_tip, remove_tip : str
        Further tooltips.
    used : str
        What it means to remove a class that is in use, with "{name}".
    style : str
        Style of the button beside its colour.
    """

    thing: str
    tip: str
    key: str
    reads: str
    name_tip: str
    info_tip: str
    add_tip: str
    remove_tip: str
    used: str
    style: str = ""


class ClassRows(QWidget):
    """Lists classes, which can be added, named and removed.

    Parameters
    ----------
    words : Words
        What it says.
    is_used : callable
        Whether something belongs to the class of a label, which then is removed with a second press only.

    Attributes
    ----------
    phases : PhaseClasses
        The list.
    buttons, names, removers, infos : dict of int to widget
        Of each row, by label.
    add : QPushButton
        To be laid out elsewhere.
    line : TextLine
        What is wrong with a name, or what removing a class means.
    listed : Signal
        The rows were made anew; their buttons do nothing yet.
    changed : Signal
        Other classes, or other names.
    """

    listed = Signal()
    changed = Signal()

    def __init__(self, words: Words, is_used: Callable[[int], bool]) -> None:
        super().__init__()
        self._words, self._is_used = words, is_used
        self.phases = PhaseClasses()
        self.buttons: dict[int, QPushButton] = {}
        self.names: dict[int, QLineEdit] = {}
        self.removers: dict[int, QPushButton] = {}
        self.infos: dict[int, QLabel] = {}
        self._confirmed: int | None = None
        self.add, self.line, self._rows = QPushButton(f"Add {words.thing}"), TextLine(), QWidget()
        self.add.setToolTip(words.add_tip)
        self.add.clicked.connect(lambda: self.use(self.phases.add()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (self._rows, self.line):
            column.addWidget(part)
        self._list()

    @property
    def named(self) -> dict[int, str]:
        """Names of the classes by their labels."""
        return {one.label: one.name for one in self.phases.classes}

    @property
    def is_untouched(self) -> bool:
        """Whether the user has made nothing of the list yet."""
        return self.phases == PhaseClasses()

    def use(self, phases: PhaseClasses) -> None:
        """Take another list of classes."""
        if phases != self.phases:
            self.phases = phases
            self._list()
            self.changed.emit()

    def _list(self) -> None:
        """Make the rows anew."""
        self._confirmed = None
        self._say("")
        rows, self._rows = self._rows, QWidget()
        for widgets in (self.buttons, self.names, self.removers, self.infos):
            widgets.clear()
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
        self.listed.emit()

    def _row(self, number: int, one: PhaseClass) -> Sequence[QWidget]:
        words = self._words
        button, name, info = QPushButton(str(number)), QLineEdit(one.name), QLabel()
        remover = small_button("×", words.remove_tip)
        button.setFixedWidth(38)
        button.setStyleSheet(f"QPushButton {{ {words.style}border-left: 12px solid {one.colour}; }}")
        key = words.key.format(key=number) if number <= KEYS else ""
        button.setToolTip(words.tip.format(name=one.name) + key)
        button.setAccessibleName(words.reads.format(name=one.name))
        name.setToolTip(words.name_tip)
        name.setAccessibleName(f"Name of {words.thing} {number}")
        name.editingFinished.connect(lambda: self._rename(one.label))
        info.setToolTip(words.info_tip)
        remover.setEnabled(len(self.phases.classes) > 1)
        remover.clicked.connect(lambda: self._remove(one))
        self.buttons[one.label], self.names[one.label] = button, name
        self.removers[one.label], self.infos[one.label] = remover, info
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
        """Remove a class; one that is in use only with a second press."""
        if self._is_used(one.label) and self._confirmed != one.label:
            self._confirmed = one.label
            self._say(self._words.used.format(name=one.name))
            return
        self.use(self.phases.remove(one.label))

    def _say(self, text: str) -> None:
        self.line.setText(text)
        self.line.setVisible(bool(text))
