"""Networks that came of strokes, with their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QMessageBox

from napari_grains.errors import InputError
from napari_grains.weights import describe_network, list_history
from napari_grains.widgets._combos import NarrowComboBox

_MOST: Final = 50
"""Networks that are listed."""
REMOVE: Final = "Remove older ones…"
_STAMP: Final = "%Y%m%d-%H%M%S-%f"


class HistoryList(NarrowComboBox):
    """A list to go back to a network; looks again whenever it is opened.

    It holds the latest ones, and where there are more offers to remove these from the disk.

    Parameters
    ----------
    task : str
        What its networks are for.

    Attributes
    ----------
    chosen : Signal(Path, str)
        File of a network, and what to call it.
    """

    chosen = Signal(object, str)

    def __init__(self, task: str = "boundary") -> None:
        super().__init__()
        self._task = task
        self._older: list[Path] = []
        self.activated.connect(self._choose)
        self.refresh()

    def refresh(self) -> None:
        """Look for networks."""
        self.clear()
        listed: list[Path] = []
        rest = iter(list_history())
        while len(listed) < _MOST and (file := next(rest, None)) is not None:
            if self._fits(file):
                listed.append(file)
        self._older = list(rest)
        self.addItem("Go back to…" if listed else "none so far")
        for index, file in enumerate(listed, start=1):
            self.addItem(entry(file), str(file))
            self.setItemData(index, str(file), Qt.ItemDataRole.ToolTipRole)
        if self._older:
            self.addItem(REMOVE)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list."""
        self.refresh()
        super().showPopup()

    def _choose(self, index: int) -> None:
        if self.itemText(index) == REMOVE:
            self._remove_older()
        elif index > 0:
            self.chosen.emit(Path(self.itemData(index)), self.itemText(index))
        self.setCurrentIndex(0)

    def _remove_older(self) -> None:
        """Remove networks that are not listed any more, if the user agrees."""
        files = [file for file in self._older if self._fits(file)]
        megabytes = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
        question = (
            f"Remove {len(files)} networks that are older than the {_MOST} listed ones ({megabytes:.0f} MB)? "
            "Networks that were saved with a name stay."
        )
        answer = QMessageBox.question(self, "Older networks", question)
        if answer == QMessageBox.StandardButton.Yes:
            self._remove(files)
        self.refresh()

    def _remove(self, files: Sequence[Path]) -> None:
        try:
            for file in files:
                file.unlink(missing_ok=True)
        except OSError as error:
            QMessageBox.warning(self, "Older networks", f"Not all could be removed: {error}.")

    def _fits(self, file: Path) -> bool:
        """Whether a network is for this task, or cannot be read."""
        return _task_of(file) in (self._task, "")


def _task_of(file: Path) -> str:
    """Return what a network is for; empty where it cannot be read."""
    try:
        return str(describe_network(file).get("task", ""))
    except InputError:
        return ""


def entry(file: Path) -> str:
    """Describe a network of the history: when, how well, on what, from which network."""
    try:
        card = describe_network(file)
    except InputError:
        return f"{_when(file)} · cannot be read"
    run = (card.get("recipe", {}).get("finetuning") or [{}])[-1]
    images = list(dict.fromkeys(one["image"] for one in run.get("painted", [])))
    return " · ".join(filter(None, [_when(file), _errors(run), ", ".join(images)]))


def _errors(run: Mapping[str, Any]) -> str:
    before, after = run.get("before"), run.get("after")
    return "not judged" if before is None or after is None else f"error {before:.3f} → {after:.3f}"


def _when(file: Path) -> str:
    try:
        return f"{datetime.strptime(file.stem, _STAMP).replace(tzinfo=UTC).astimezone():%d %b %H:%M}"
    except ValueError:
        return file.stem
