"""Files in which what the user made outlives a crash: arrays without pickle, with facts as JSON beside."""

from __future__ import annotations

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

import numpy as np
import platformdirs
from qtpy.QtCore import QLockFile

from napari_grains.files import replacing
from napari_grains.widgets._source import Array

_KEPT: Final = timedelta(days=60)
"""What nobody asked for in so long is removed."""


@dataclass(frozen=True)
class KeptFacts:
    """What is known of kept arrays without reading them.

    Parameters
    ----------
    date : str
        When they were kept, UTC, ISO 8601.
    """

    date: str = field(kw_only=True)

    @property
    def when(self) -> datetime:
        """When they were kept, in local time."""
        return datetime.fromisoformat(self.date).astimezone()


Facts = TypeVar("Facts", bound=KeptFacts)


@dataclass(frozen=True)
class KeptFile(ABC, Generic[Facts]):
    """Kept arrays of one layer.

    Parameters
    ----------
    path : Path
        The .npz file; facts and lock lie beside it.
    """

    path: Path
    things: ClassVar[str]
    """What is kept, in the plural; also the name of the folder."""

    @classmethod
    @abstractmethod
    def facts_from(cls, known: Mapping[str, Any]) -> Facts:
        """Make facts of what was written.

        Raises
        ------
        ValueError, TypeError
            If they are none.
        """

    @classmethod
    def folder(cls) -> Path:
        """Folder of all that is kept of the kind."""
        return platformdirs.user_state_path("napari-grains", appauthor=False) / cls.things

    @classmethod
    def new(cls) -> Self:
        """Name a file that is not there yet."""
        return cls(cls.folder() / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.npz")

    @classmethod
    def kept(cls) -> list[tuple[Self, Facts]]:
        """Return what was kept, the latest first; what is very old is removed."""
        found = []
        for path in sorted(cls.folder().glob("*.npz"), reverse=True):
            file = cls(path)
            facts = file.facts()
            if facts is not None and datetime.now(UTC) - facts.when > _KEPT:
                file.remove()
            elif facts is not None:
                found.append((file, facts))
        return found

    def write(self, arrays: Mapping[str, Array], facts: Facts) -> None:
        """Keep arrays in place of what was kept before; each file is written whole or not at all.

        Raises
        ------
        OSError
            If that is not possible.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, **dict[str, Any](arrays))
        with replacing(self._facts) as unfinished:
            unfinished.write_text(json.dumps(asdict(facts)), encoding="utf-8")

    def read(self) -> dict[str, Array]:
        """Return the arrays.

        Raises
        ------
        OSError, ValueError
            If they cannot be read.
        """
        with np.load(self.path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def facts(self) -> Facts | None:
        """Return what is known of them; None if that is damaged."""
        try:
            facts = self.facts_from(json.loads(self._facts.read_text(encoding="utf-8")))
            facts.when  # noqa: B018 - raises where the date is none
        except (OSError, ValueError, TypeError):
            return None
        return facts

    def lock(self) -> QLockFile | None:
        """Take the lock, which ends with this process; None if somebody has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = QLockFile(str(self.path.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        return lock if lock.tryLock(0) else None

    def remove(self) -> None:
        """Keep them no longer."""
        for file in (self.path, self._facts):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    @property
    def _facts(self) -> Path:
        return self.path.with_suffix(".json")
