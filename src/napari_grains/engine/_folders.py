"""Private folders for arrays: made before the engine process, removed after it, swept if left over.

Each folder holds a lock that the viewer process keeps as long as it lives. The operating system drops the
lock with the process, however that ends, which tells a left-over folder from one in use, also between
containers that share a folder.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

if sys.platform != "win32":
    import fcntl

PREFIX: Final = "napari-grains-"
_UNFINISHED: Final = "making-"
_LOCK: Final = "lock"


def roots() -> tuple[Path, ...]:
    """Return where private folders go, the fastest first: shared memory, then the temporary folder."""
    memory = Path("/dev/shm")  # noqa: S108 - each folder in it is private, made by mkdtemp
    temporary = Path(tempfile.gettempdir())
    return (memory, temporary) if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK) else (temporary,)


class PrivateFolders:
    """One private folder below each root, locked by this process until `remove`.

    Raises
    ------
    OSError
        If no folder can be made below any root.
    """

    def __init__(self) -> None:
        self._locks: list[BinaryIO] = []
        self.paths: list[Path] = []
        problem: OSError | None = None
        for root in roots():
            try:
                self._make(root)
            except OSError as error:
                problem = error
        if not self.paths and problem is not None:
            raise problem

    def remove(self) -> None:
        """Remove the folders and what is in them; arrays that are mapped stay valid."""
        while self._locks:
            self._locks.pop().close()
        while self.paths:
            shutil.rmtree(self.paths.pop(), ignore_errors=True)

    def _make(self, root: Path) -> None:
        if sys.platform == "win32":  # an open file cannot be removed there, which is lock enough
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
            self._locks.append((folder / _LOCK).open("wb"))
        else:
            # Locked under another name first: a sweep never sees the folder without its lock.
            unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED + PREFIX, dir=root))
            lock = (unfinished / _LOCK).open("wb")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._locks.append(lock)
            folder = unfinished.rename(root / unfinished.name.removeprefix(_UNFINISHED))
        self.paths.append(folder)


def sweep() -> None:
    """Remove the private folders of processes that ended without doing so."""
    for folder in _folders():
        with suppress(OSError):
            if _abandoned(folder):
                shutil.rmtree(folder)


def _folders() -> Iterator[Path]:
    for root in roots():
        with suppress(OSError):
            yield from root.glob(f"{PREFIX}*")


def _abandoned(folder: Path) -> bool:
    lock = folder / _LOCK
    if sys.platform == "win32":
        lock.unlink()  # fails while the owner has it open
        return True
    with lock.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
