"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write beside a file and take its place in the end, so that no reader ever sees half of it.

    Parameters
    ----------
    path : path
        The file to make or to replace; its folder must exist.

    Yields
    ------
    Path
        To write. It takes the place of ``path`` when the block ends, and is removed when the block raises,
        which leaves the old file as it was.

    Raises
    ------
    OSError
        If the finished file cannot take the place.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
