"""Which classifier: from the list, or a file; its card one click away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.weights import CLASSIFIER, SUFFIX, describe_network, list_classifiers, user_folder
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._form import small_button
from napari_grains.widgets._network_field import CardDialog

_TIP = "The classifier that is used; a training puts its own here"


class ClassifierField(QWidget):
    """A list of classifiers for some tasks.

    Parameters
    ----------
    tasks : collection of str
        What the listed classifiers were made for, as their cards say.

    Attributes
    ----------
    changed : Signal
        Another classifier is chosen.
    names : NarrowComboBox
    browse, card : QPushButton
        Choose a file; show the model card.
    """

    changed = Signal()

    def __init__(self, tasks: Collection[str]) -> None:
        super().__init__()
        self._tasks = frozenset(tasks)
        self._files: dict[Path, str] = {}
        self.names = NarrowComboBox()
        self.names.setToolTip(_TIP)
        self.browse = small_button("…", "Use a classifier file from elsewhere")
        self.card = small_button("Card", "Model card: classes, examples, scores on what was held out")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.names, self.browse, self.card):
            layout.addWidget(part)
        self.names.currentIndexChanged.connect(self._tell)
        self.browse.clicked.connect(self.choose_file)
        self.card.clicked.connect(self.show_card)
        self.refresh()

    @property
    def model(self) -> str:
        """Name, or file where it is not in the list of names; empty if there is none."""
        return str(self.names.currentData() or "")

    @property
    def path(self) -> Path:
        """File of the chosen classifier."""
        return list_classifiers().get(self.model, Path(self.model))

    def refresh(self) -> None:
        """Look for classifiers again."""
        found = {name: str(file) for name, file in list_classifiers().items() if self._fits(file)}
        entries = [(name, name, file) for name, file in sorted(found.items())]
        entries += [(text, str(file), str(file)) for file, text in self._files.items() if file.is_file()]
        current = self.model
        self.names.blockSignals(True)
        self.names.clear()
        for index, (text, model, file) in enumerate(entries):
            self.names.addItem(text, model)
            self.names.setItemData(index, file, Qt.ItemDataRole.ToolTipRole)
        self.names.setCurrentIndex(max(0, self.names.findData(current)) if entries else -1)
        self.names.blockSignals(False)
        self._tell()

    def use(self, file: Path) -> None:
        """Choose a classifier by its file, wherever it lies."""
        self.refresh()
        name = next((name for name, known in list_classifiers().items() if known == file), None)
        if name is None or self.names.findData(name) < 0:
            self._files.setdefault(file, file.stem)
            self.refresh()
            name = str(file)
        self.names.setCurrentIndex(self.names.findData(name))
        self._tell()

    def choose_file(self) -> None:
        """Ask for a file and choose it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Classifier", str(user_folder()), f"Classifiers (*{SUFFIX})"
        )
        if chosen:
            self.use(Path(chosen))

    def read(self) -> tuple[Mapping[str, Any], str]:
        """Read the card of the chosen classifier.

        Returns
        -------
        card : mapping
            Empty if it cannot be read.
        problem : str
            Why the classifier cannot be used, in one line; empty if it can.
        """
        if not self.model:
            return {}, "There is no classifier yet: give examples and press Train."
        try:
            card = describe_network(self.path)
        except InputError as error:
            return {}, str(error)
        if card.get("kind") != CLASSIFIER:
            return card, "This network is no classifier: choose another."
        if card.get("task") not in self._tasks:
            return card, f"This classifier was made for {card.get('task')}: choose another."
        return card, ""

    def show_card(self) -> None:
        """Open the card in a window."""
        card, _ = self.read()
        CardDialog(self.names.currentText(), self.path, card, self).show()

    def _fits(self, file: Path) -> bool:
        try:
            return describe_network(file).get("task") in self._tasks
        except InputError:
            return False

    def _tell(self) -> None:
        self.card.setEnabled(bool(self.model))
        self.changed.emit()
