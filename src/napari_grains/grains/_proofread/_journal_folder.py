"""Where journals of edits are kept, which of them are in use, and which go."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import platformdirs

if sys.platform != "win32":
    import fcntl

KEPT: Final = 10
"""So many journals are kept; older ones go when another is begun."""

KEPT_CLOSED: Final = timedelta(days=30)
"""So long a journal is kept that was closed in order."""

FACTS, BASE, EDITS, CLOSED = "facts.json", "base.npz", "edits.log", "closed"
"""Files of a journal: what it is of, the arrays, the edits, and a mark that nobody needs to restore it."""

_LOCK = "lock"


def journal_folder() -> Path:
    """Return where journals are kept unless told otherwise."""
    return platformdirs.user_state_path("napari-grains", appauthor=False) / "proofreading"


def interrupted_journals(folder: Path) -> list[Path]:
    """Return the journals that were begun in full, not closed, and are not in use, the latest first."""
    begun = sorted((path.parent for path in folder.glob(f"*/{FACTS}")), reverse=True)
    return [path for path in begun if not (path / CLOSED).exists() and not is_live(path)]


def tidy(folder: Path) -> None:
    """Remove journals beyond those to be kept, and closed ones that are old."""
    journals = [path for path in folder.iterdir() if path.is_dir() and not is_live(path)]
    surplus = sorted(journals)[: max(len(journals) - KEPT + 1, 0)]
    oldest = datetime.now(UTC) - KEPT_CLOSED
    for path in journals:
        closed = path / CLOSED
        if path in surplus or (
            closed.exists() and datetime.fromtimestamp(closed.stat().st_mtime, UTC) < oldest
        ):
            shutil.rmtree(path, ignore_errors=True)


def locked(path: Path) -> BinaryIO:
    """Take the lock of a journal; the system drops it with this process, however that ends."""
    lock = (path / _LOCK).open("wb")
    if sys.platform != "win32":
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def is_live(path: Path) -> bool:
    """Whether a process has the lock of a journal."""
    lock = path / _LOCK
    if not lock.exists():
        return False
    if sys.platform == "win32":  # an open file cannot be removed there, which is lock enough
        with suppress(OSError):
            lock.unlink()
        return lock.exists()
    with lock.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
