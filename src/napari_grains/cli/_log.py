"""What the user sees of a defect: one line, with the traceback in the log."""

from __future__ import annotations

from napari_grains.logs import close_log, log_path, open_log


def logged(error: Exception) -> str:
    """Write the traceback of an exception to the log.

    Returns
    -------
    str
        One line that names the exception and the log.
    """
    path = log_path("napari-grains.log")
    log = open_log(path, "napari_grains.cli", backups=1)
    log.error("%s", error, exc_info=error)
    close_log(log)
    return f"{type(error).__name__}: {error} (the traceback is in {path})"
