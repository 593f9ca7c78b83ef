"""Where the traceback of a defect goes, so that the user sees one line."""

from __future__ import annotations

import logging
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs


def log_path() -> Path:
    """Give the log file of this user, in a folder that exists and can be written."""
    folder = platformdirs.user_log_path("napari-grains", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = Path(tempfile.gettempdir())
    return folder / "napari-grains.log"


def logged(error: Exception) -> str:
    """Write the traceback of an exception to the log.

    Returns
    -------
    str
        One line that names the exception and the log.
    """
    path = log_path()
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    log = logging.Logger("napari_grains.cli")
    log.addHandler(handler)
    log.error("%s", error, exc_info=error)
    handler.close()
    return f"{type(error).__name__}: {error} (the traceback is in {path})"
