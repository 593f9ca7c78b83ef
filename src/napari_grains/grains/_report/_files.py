"""The files beside a report: table and summary, for other programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from napari_grains.files import replacing

from ._page import cannot_write


def write_results(
    folder: Path, stem: str, table: pd.DataFrame, summary: Mapping[str, object]
) -> dict[str, str]:
    """Write <stem>_grains.csv and <stem>_summary.json, as `measure` of the command line does.

    Returns
    -------
    dict
        "table" and "summary": their paths.

    Raises
    ------
    InputError
        If one cannot be written.
    """
    text = json.dumps(_plain(summary), indent=2, allow_nan=False, ensure_ascii=False)
    return {
        "table": _written(folder / f"{stem}_grains.csv", table.to_csv(index=False)),
        "summary": _written(folder / f"{stem}_summary.json", text + "\n"),
    }


def _written(path: Path, text: str) -> str:
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise cannot_write("file", path, error) from error
    return str(path)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value in, any JSON value out
    """Turn numpy scalars into numbers, NaN and infinity into null, whatever else into text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
