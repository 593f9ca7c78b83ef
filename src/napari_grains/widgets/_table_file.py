"""The table of grains on its way out: a CSV file and text for the clipboard."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from napari.layers import Layer
from qtpy.QtWidgets import QFileDialog, QWidget

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.widgets._results import METADATA


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
    name = re.sub(r"[^\w.()+-]+", "_", layer.name).strip("_") or "grains"
    return (folder or _folder_of(layer)) / f"{name}.csv"


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


def _folder_of(layer: Layer) -> Path:
    """Where the image of a result was read from, else where napari was started."""
    mark: Mapping[str, Any] = layer.metadata.get(METADATA, {})
    source = mark.get("summary", {}).get("source") or layer.source.path
    folder = Path(source).parent if source else Path.cwd()
    return folder if folder.is_dir() and os.access(folder, os.W_OK) else Path.home()
