"""Log files: where the traceback of a defect goes, so that the user sees one line."""

from __future__ import annotations

import logging
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

_BYTES = 1_000_000
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(message)s"


def log_path(name: str) -> Path:
    """Return a log file of this user by its name, in a folder that exists and can be written."""
    folder = platformdirs.user_log_path("napari-grains", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = Path(tempfile.gettempdir())
    return folder / name


def open_log(path: Path, name: str, *, backups: int) -> logging.Logger:
    """Return a logger that writes to a rotating file and nowhere else.

    It is not registered with `logging`, so that neither the root logger nor a second engine writes the lines
    twice. As many full files as ``backups`` are kept beside it.
    """
    handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=backups, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(_FORMAT))
    log = logging.Logger(name, logging.INFO)
    log.addHandler(handler)
    return log


def close_log(log: logging.Logger) -> None:
    """Close the log's file; a later line opens it again."""
    for handler in log.handlers:
        handler.close()
