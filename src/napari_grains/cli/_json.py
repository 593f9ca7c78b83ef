"""JSON as the command line writes it: plain values, no NaN, one line or indented."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401 - any value in, any JSON value out
    """Turn numpy scalars and arrays into numbers and lists, paths into text, NaN and infinity into null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def to_json(value: object, *, indent: int | None = None) -> str:
    """Give the JSON text of a value, as `plain` makes it."""
    return json.dumps(plain(value), indent=indent, allow_nan=False)


def one_line(text: str) -> str:
    """Give a text without its line breaks."""
    return " ".join(text.split())
