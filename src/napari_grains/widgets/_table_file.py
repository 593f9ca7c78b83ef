"""The table of grains on its way out: a CSV file and text for the clipboard."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from napari.layers import Layer
from qtpy.QtWidgets import QFileDialog, QWidget

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.widgets._file_names import file_name, folder_of


def ask_for_csv(parent: QWidget, suggestion: Path) -> Path | None:
    """Ask where to put a table; None if the user thinks better of it."""
    dialog = QFileDialog(parent, "Export the table of grains", str(suggestion), "CSV (*.csv);;All files (*)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(chosen[0]) if chosen else None


def suggested_csv(layer: Layer, folder: Path | None) -> Path:
    """Name the file as the command line would, in a folder or else beside the image."""
    return (folder or folder_of(layer)) / f"{file_name(layer.name)}.csv"


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table with all digits, wholly or leaving the old file as it was.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(table.to_csv(index=False), encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{path} cannot be written ({reason}): choose another folder.") from error


def tab_separated(table: pd.DataFrame) -> str:
    """Return a table as spreadsheets paste it, with a line of headers."""
    return str(table.to_csv(index=False, sep="\t", lineterminator="\n"))
