"""Networks are saved under a name, and go to and from other machines as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QGroupBox, QLineEdit, QPushButton

from napari_grains.errors import InputError
from napari_grains.weights import SUFFIX, copy_network, describe_network, user_folder
from napari_grains.widgets._form import row, rows_of
from napari_grains.widgets._network_field import NetworkField
from napari_grains.widgets._paint_box import beside
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._training_box import name_problem

_SAVE_TIP: Final = "Save the network under this name: it then is in the lists of networks, also in Segment"
_EXPORT_TIP: Final = "Write the network into one file, to be used elsewhere"
_IMPORT_TIP: Final = "Add a network file from elsewhere to the lists of networks"
_FILTER: Final = f"Networks (*{SUFFIX})"


class SaveBox(QGroupBox):
    """Name, notes, Save, Export, Import.

    Parameters
    ----------
    network : NetworkField
        Its network is saved; what was saved or imported is chosen there.

    Attributes
    ----------
    name, notes : QLineEdit
    save, export, bring : QPushButton
    line : TextLine
        What was done, or what went wrong.
    saved : Signal
        There is a new network.
    """

    saved = Signal()

    def __init__(self, network: NetworkField) -> None:
        super().__init__("Keep")
        self._network, self._confirmed = network, ""
        self.name, self.notes, self.line = QLineEdit(), QLineEdit(), TextLine()
        self.save, self.export, self.bring = (QPushButton(text) for text in ("Save", "Export…", "Import…"))
        self._lay_out()
        self.name.textChanged.connect(self._check)
        self.save.clicked.connect(self.save_network)
        self.export.clicked.connect(self._ask_where)
        self.bring.clicked.connect(self._ask_what)
        self._check()

    def save_network(self) -> None:
        """Save under the name; a network of that name is replaced only with a second press."""
        name = self.name.text().strip()
        target = user_folder() / f"{name}{SUFFIX}"
        if name_problem(name):
            return
        if target.exists() and self._confirmed != name:
            self._confirmed = name
            self.save.setText("Replace it")
            self.line.setText(f"“{name}” exists already: press “Replace it”, or change the name.")
            return
        if self._copy(target, name=name, notes=self.notes.text().strip()):
            self._tell(name, f"Saved as “{name}”.")

    def export_to(self, target: Path) -> None:
        """Write the network into a file."""
        target = target if target.suffix == SUFFIX else target.with_name(f"{target.name}{SUFFIX}")
        if self._copy(target):
            self.line.setText(f"Exported: {target}")

    def import_from(self, source: Path) -> None:
        """Add a network file to the user's networks, under a name that is free."""
        stem, number = source.stem, 1
        while name_problem(stem) or (user_folder() / f"{stem}{SUFFIX}").exists():
            number += 1
            stem = f"{source.stem if not name_problem(f'{source.stem} 2') else 'imported'} {number}"
        try:
            describe_network(source)
            copy_network(source, user_folder() / f"{stem}{SUFFIX}")
        except InputError as error:
            self.line.setText(str(error))
            return
        self._tell(stem, f"Imported as “{stem}”.")

    def _copy(self, target: Path, *, name: str | None = None, notes: str = "") -> bool:
        try:
            copy_network(self._network.path, target, name=name, notes=notes)
        except InputError as error:
            self.line.setText(str(error))
            return False
        return True

    def _tell(self, name: str, text: str) -> None:
        self._network.look_again()
        number = self._network.names.findData(name)
        if number >= 0:
            self._network.names.setCurrentIndex(number)
        self.saved.emit()
        self._check()
        self.line.setText(
            text if number >= 0 else f"{text[:-1]}, for another dock: it is in the lists there."
        )

    def _check(self) -> None:
        self._confirmed = ""
        self.save.setText("Save")
        name = self.name.text().strip()
        problem = name_problem(name)
        self.save.setEnabled(not problem)
        self.save.setToolTip(problem or _SAVE_TIP)
        self.line.setText(problem if name else "")
        self.line.setVisible(True)

    def _ask_where(self) -> None:
        name = f"{self.name.text().strip() or 'network'}{SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the network", name, _FILTER)
        if chosen:
            self.export_to(Path(chosen))

    def _ask_what(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Import a network", "", _FILTER)
        if chosen:
            self.import_from(Path(chosen))

    def _lay_out(self) -> None:
        self.name.setToolTip(f"Name of the network in the lists\nFolder: {user_folder()}")
        self.notes.setToolTip("On the card of the network: what it is for, what was painted")
        self.name.setPlaceholderText("name")
        self.notes.setPlaceholderText("notes (optional)")
        self.export.setToolTip(_EXPORT_TIP)
        self.bring.setToolTip(_IMPORT_TIP)
        rows_of(
            self,
            row("Name", beside(self.name, self.save), buddy=self.name),
            row("Notes", beside(self.notes, self.export, self.bring), buddy=self.notes),
            below=[self.line],
        )
