"""Edits saved as they are made, and taken up again after a crash."""

from __future__ import annotations

import json
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.files import replacing

from .._graph import Ids, Values
from ._edit import Edit
from ._journal_folder import BASE, CLOSED, EDITS, FACTS, interrupted_journals, journal_folder, locked, tidy
from ._journal_records import MAGIC, REDONE, UNDONE, Entry, record
from ._restored import JournalSummary, Restored, restored, summary


class Journal:
    """The edits of one session of proofreading, each saved when it is made.

    A journal is a folder: ``base.npz`` holds the labels as they were, the boundary map and the regions;
    ``facts.json``, written last, what the caller says of them; ``edits.log`` a record for each edit and each
    undo (`_journal_records`); ``lock`` is held by the process as long as it lives, which tells a crash
    from a session that is still open. Nothing in it is pickled.
    """

    def __init__(self, path: Path, lock: BinaryIO) -> None:
        self.path = path
        self._lock = lock
        self._failed = False
        self._stream = (path / EDITS).open("ab", buffering=0)

    @classmethod
    def begin(
        cls,
        labels: Ids,
        facts: Mapping[str, Any],
        boundary: Values | None = None,
        regions: Ids | None = None,
        folder: Path | None = None,
    ) -> Journal:
        """Begin a journal; for a large stack this takes seconds, and may be done in a thread.

        Parameters
        ----------
        labels : ndarray of int32, shape (Y, X) or (Z, Y, X)
            Before the first edit. Nobody may edit them meanwhile: give a copy to a thread.
        facts : mapping
            JSON values that tell what the labels are, for whoever restores them.
        boundary, regions : ndarray, optional
            As given to `Proofreading`, of the shape of the labels.
        folder : Path, optional
            For all journals; None: where the system keeps the state of programs.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        folder = journal_folder() if folder is None else folder
        arrays = {"labels": labels, "boundary": boundary, "regions": regions}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tidy(folder)
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
            (path := folder / name).mkdir(mode=0o700)
            lock = locked(path)
            _write_base(path / BASE, {key: array for key, array in arrays.items() if array is not None})
            (path / EDITS).write_bytes(MAGIC)
            with replacing(path / FACTS) as unfinished:
                unfinished.write_text(json.dumps(dict(facts)), "utf-8")
            return cls(path, lock)
        except OSError as error:
            raise InputError(_unsaved(error)) from error

    def append(self, index: int, edit: Edit) -> None:
        """Save an edit of a plane.

        Raises
        ------
        InputError
            The first time that it cannot be written; later edits are not saved either, without a word.
        """
        self._write((index, edit))

    def undone(self) -> None:
        """Save that one step of `History` was undone; raises as `append`."""
        self._write(UNDONE)

    def redone(self) -> None:
        """Save that one step of `History` was done again; raises as `append`."""
        self._write(REDONE)

    def close(self, *, discard: bool) -> None:
        """End the journal: it is not offered again.

        Parameters
        ----------
        discard : bool
            Remove it now; otherwise it is kept for 30 days.
        """
        self._stream.close()
        with suppress(OSError):
            if not discard:
                (self.path / CLOSED).touch()
        self._lock.close()
        if discard:
            shutil.rmtree(self.path, ignore_errors=True)

    def release(self) -> None:
        """Write no more, without an end: the journal is offered as after a crash."""
        self._stream.close()
        self._lock.close()

    def _write(self, entry: Entry) -> None:
        if self._failed:
            return
        try:
            self._write_whole(record(entry))
        except OSError as error:
            self._failed = True
            raise InputError(_unsaved(error)) from error

    def _write_whole(self, content: bytes) -> None:
        written = self._stream.write(content)
        if written != len(content):
            raise OSError("the disk is full")

    @staticmethod
    def interrupted(folder: Path | None = None) -> list[JournalSummary]:
        """Return the journals with edits that a crash has left open, the latest first."""
        found = []
        for path in interrupted_journals(journal_folder() if folder is None else folder):
            with suppress(OSError, ValueError):
                if (told := summary(path)).edits:
                    found.append(told)
        return found

    @staticmethod
    def restore(path: Path) -> Restored:
        """Return what a journal holds, with all edits applied.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        return restored(path)

    @staticmethod
    def discard(path: Path) -> None:
        """Remove a journal that nobody wants to restore."""
        shutil.rmtree(path, ignore_errors=True)


def _write_base(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as numpy does, but with the fastest compression."""
    with (
        replacing(path) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)  # type: ignore[no-untyped-call]


def _unsaved(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"Edits are not saved automatically ({reason}): save the grains, and free some disk space."
