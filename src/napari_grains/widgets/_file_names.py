"""What files are called and where they are put, by the layers that they are made from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from napari.layers import Layer

from napari_grains.widgets._results import METADATA


def file_name(text: str) -> str:
    """Return a name of a layer or of a plot as part of the name of a file."""
    return re.sub(r"[^\w.()+-]+", "_", text).strip("_") or "grains"


def folder_of(layer: Layer) -> Path:
    """Where the image of a result was read from, else where napari was started."""
    mark: Mapping[str, Any] = layer.metadata.get(METADATA, {})
    source = mark.get("summary", {}).get("source") or layer.source.path
    folder = Path(source).parent if source else Path.cwd()
    return folder if folder.is_dir() and os.access(folder, os.W_OK) else Path.home()
