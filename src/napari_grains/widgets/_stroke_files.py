"""Files in which strokes outlive a crash: an array without pickle, and facts as JSON beside it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import platformdirs
from qtpy.QtCore import QLockFile

from napari_grains.files import replacing
from napari_grains.widgets._source import Array

_KEPT: Final = timedelta(days=60)
"""Strokes that nobody asked for in so long are removed."""


@dataclass(frozen=True)
class StrokeFacts:
    """What is known of kept strokes without reading them.

    Parameters
    ----------
    image : str
        Name of the image layer.
    source : str
        Its file; empty if it has none.
    shape : sequence of int
        Of image and strokes.
    paint : str or None
        How they are painted.
    date : str
        When they were kept, UTC, ISO 8601.
    classes, unused : sequence of (int, str)
        Labels and names of what is painted, and of what was removed from that list.
    """

    image: str
    source: str
    shape: Sequence[int]
    paint: str | None
    date: str
    classes: Sequence[tuple[int, str]] = ()
    unused: Sequence[tuple[int, str]] = ()

    @property
    def when(self) -> datetime:
        """When they were kept, in local time."""
        return datetime.fromisoformat(self.date).astimezone()


@dataclass(frozen=True)
class StrokeFile:
    """Kept strokes of one layer.

    Parameters
    ----------
    array : Path
        The .npz file; facts and lock lie beside it.
    """

    array: Path

    @classmethod
    def new(cls) -> StrokeFile:
        """Name a file that is not there yet."""
        return cls(strokes_folder() / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.npz")

    def write(self, labels: Array, facts: StrokeFacts) -> None:
        """Keep strokes in place of what was kept before; each file is written whole or not at all.

        Raises
        ------
        OSError
            If that is not possible.
        """
        self.array.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.array) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, labels=labels)
        with replacing(self._facts) as unfinished:
            unfinished.write_text(json.dumps(asdict(facts)))

    def read(self) -> Array:
        """Return the strokes.

        Raises
        ------
        OSError, ValueError
            If they cannot be read.
        """
        with np.load(self.array, allow_pickle=False) as arrays:
            labels: Array = arrays["labels"]
        return labels

    def facts(self) -> StrokeFacts | None:
        """Return what is known of them; None if that is damaged."""
        try:
            known: Mapping[str, Any] = json.loads(self._facts.read_text())
            facts = StrokeFacts(**known)
            facts.when  # noqa: B018 - raises where the date is none
        except (OSError, ValueError, TypeError):
            return None
        return facts

    def lock(self) -> QLockFile | None:
        """Take the lock, which ends with this process; None if somebody has it."""
        self.array.parent.mkdir(parents=True, exist_ok=True)
        lock = QLockFile(str(self.array.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        return lock if lock.tryLock(0) else None

    def remove(self) -> None:
        """Keep them no longer."""
        for file in (self.array, self._facts):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    @property
    def _facts(self) -> Path:
        return self.array.with_suffix(".json")


def strokes_folder() -> Path:
    """Folder of kept strokes."""
    return platformdirs.user_state_path("napari-grains", appauthor=False) / "strokes"


def kept_strokes() -> list[tuple[StrokeFile, StrokeFacts]]:
    """Return strokes that were kept, the latest first; very old ones are removed."""
    found = []
    for path in sorted(strokes_folder().glob("*.npz"), reverse=True):
        file = StrokeFile(path)
        facts = file.facts()
        if facts is not None and datetime.now(UTC) - facts.when > _KEPT:
            file.remove()
        elif facts is not None:
            found.append((file, facts))
    return found
