"""Which network: from the list, or a file; its card one click away."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.weights import CLASSIFIER, SUFFIX, describe_network, list_networks, user_folder
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._form import small_button


class NetworkField(QWidget):
    """A list of networks that find boundaries; looks again for new files whenever the list is opened.

    Parameters
    ----------
    none : str, optional
        First entry, for no network; without it there has to be one.

    Attributes
    ----------
    changed : Signal
        Another network is chosen.
    names : QComboBox
        The list.
    browse, card : QPushButton
        Choose a file; show the model card.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, none: str | None = None) -> None:
        super().__init__(parent)
        self._none = none
        self._files: dict[Path, str] = {}
        self.names = _ListThatLooksAgain(self.refresh)
        self.browse = small_button("…", "Use a network file from elsewhere")
        self.card = small_button(
            "Card", "Model card: what it was trained on, at which scale, scores, licence"
        )
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
        """File of the chosen network."""
        return self._networks().get(self.model, Path(self.model))

    def refresh(self) -> None:
        """Look for network files; "default" comes first, files from elsewhere last."""
        networks = self._networks()
        names = sorted(networks, key=_default_first)
        entries = [(self._text_of(name), name, str(networks[name])) for name in names]
        entries += [(text, str(file), str(file)) for file, text in self._files.items() if file.is_file()]
        if self._none is not None:
            entries.insert(0, (self._none, "", ""))
        if [entry[1] for entry in entries] == [self.names.itemData(k) for k in range(self.names.count())]:
            return
        current = self.model
        self.names.blockSignals(True)
        self.names.clear()
        for index, (text, model, file) in enumerate(entries):
            self.names.addItem(text, model)
            self.names.setItemData(index, file, Qt.ItemDataRole.ToolTipRole)
        self.names.setCurrentIndex(max(0, self.names.findData(current)) if entries else -1)
        self.names.blockSignals(False)
        self._tell()

    def look_again(self) -> None:
        """Look for network files, one of which may have been replaced."""
        self.refresh()
        self._tell()

    def choose_file(self) -> None:
        """Ask for a file and choose it."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Network", str(user_folder()), f"Networks (*{SUFFIX})")
        if chosen:
            self.use_file(Path(chosen))

    def use_file(self, file: Path, text: str | None = None) -> None:
        """Put a file into the list, under its name or another text, and choose it."""
        self._files.setdefault(file, text or file.stem)
        self.refresh()
        self.names.setCurrentIndex(self.names.findData(str(file)))

    def read(self) -> tuple[Mapping[str, Any], str]:
        """Read the file of the chosen network.

        Returns
        -------
        card : mapping
            Empty if it cannot be read.
        problem : str
            Why the network cannot be used, in one line; empty if it can.
        """
        if not self.model and self._none is not None:
            return {}, ""
        if not self.model:
            return {}, f"There is no network: put a {SUFFIX} file into {user_folder()}."
        try:
            card = describe_network(self.path)
        except InputError as error:
            return {}, str(error)
        return card, self._problem_of(card)

    def show_card(self) -> None:
        """Open the card in a window."""
        card, _ = self.read()
        CardDialog(self.names.currentText(), self.path, card, self).show()

    def _networks(self) -> Mapping[str, Path]:
        """Networks that are listed."""
        return list_networks()

    def _text_of(self, name: str) -> str:
        """Return what a network is called in the list."""
        return name

    def _problem_of(self, card: Mapping[str, Any]) -> str:
        """Why a network cannot be used, in one line; empty if it can."""
        if card.get("kind") == CLASSIFIER:
            return "This is a classifier, which finds no grain boundaries: choose another network."
        if (task := card.get("task")) == "phases":
            return "This network tells phases apart and finds no grain boundaries: use it in the Phases dock."
        return "" if task == "boundary" else f"This network was made for {task}: choose another."

    def _tell(self) -> None:
        self.card.setEnabled(bool(self.model))
        self.changed.emit()


class CardDialog(QDialog):
    """A model card to read; closing deletes it."""

    def __init__(self, name: str, path: Path, card: Mapping[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Network {name}")
        self.text = QTextBrowser()
        self.text.setHtml(card_html(name, path, card))
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        self.resize(460, 480)


def card_html(name: str, path: Path, card: Mapping[str, Any]) -> str:
    """Return a model card as a table of what there is to say."""
    if not card:
        return f"<h3>{escape(name)}</h3><p>This file has no card that can be read:<br>{escape(str(path))}</p>"
    low, high = card.get("grain_diameter", (None, None))
    recipe = card.get("recipe", {})
    rows: list[tuple[str, object]] = [
        ("Made for", {"boundary": "grain boundaries"}.get(str(card.get("task")), card.get("task"))),
        ("Notes", card.get("notes")),
        ("Grain diameter in training", low and f"{low:g} to {high:g} px at the network's scale"),
        ("Classes", ", ".join(card.get("class_names", ()))),
        ("Micrographs by kind", _shares(recipe.get("recipe", {}).get("kinds", {}))),
        ("Training steps", recipe.get("steps done") or recipe.get("steps")),
        ("Trained on images", ", ".join(card.get("data", ())) or "synthetic ones only"),
        ("Scores", _pairs(card.get("scores", {}))),
        ("Architecture", _pairs(card.get("architecture", {}))),
        ("Licence", card.get("licence")),
        ("Made", card.get("created")),
        ("With", _pairs(card.get("versions", {}))),
        ("File", path),
    ]
    cells = "".join(
        f"<tr><td style='padding-right: 12px'><b>{key}</b></td><td>{escape(str(value))}</td></tr>"
        for key, value in rows
        if value
    )
    return f"<h3>{escape(str(card.get('name', name)))}</h3><table cellspacing='4'>{cells}</table>"


class _ListThatLooksAgain(NarrowComboBox):
    def __init__(self, look: Any) -> None:  # noqa: ANN401 - a bound method without arguments
        super().__init__()
        self._look = look

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list."""
        self._look()
        super().showPopup()


def _default_first(name: str) -> tuple[bool, str]:
    return name != "default", name


def _shares(kinds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in kinds.items())


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in values.items())


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return ", ".join(map(str, value)) if isinstance(value, Mapping) else str(value)
