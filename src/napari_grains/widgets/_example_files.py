"""Examples on disk for the case of a crash: arrays without pickle, and facts as JSON beside them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import platformdirs
from qtpy.QtCore import QLockFile

from napari_grains.files import replacing
from napari_grains.widgets._source import Array

Kind: TypeAlias = Literal["grains", "points"]
_KEPT: Final = timedelta(days=60)
"""Examples that nobody asked for in so long are removed."""


@dataclass(frozen=True)
class ExampleFacts:
    """What is known of kept examples without reading them.

    Parameters
    ----------
    kind : "grains" or "points"
        What they mark.
    layer : str
        Name of the layer of grains, or of the image that the points lie on.
    shape : sequence of int
        Of that layer.
    classes, unused : sequence of (int, str)
        Labels and names; of those that were taken from the list, too.
    date : str
        When they were kept, UTC, ISO 8601.
    """

    kind: Kind
    layer: str
    shape: Sequence[int]
    classes: Sequence[tuple[int, str]]
    unused: Sequence[tuple[int, str]]
    date: str

    @property
    def when(self) -> datetime:
        """When they were kept, in local time."""
        return datetime.fromisoformat(self.date).astimezone()

    @property
    def names(self) -> dict[int, str]:
        """Names of the classes by their labels."""
        return {int(label): str(name) for label, name in self.classes}

    @property
    def unused_names(self) -> dict[int, str]:
        """Names of the classes that were taken from the list."""
        return {int(label): str(name) for label, name in self.unused}


@dataclass(frozen=True)
class ExampleFile:
    """Kept examples of one layer.

    Parameters
    ----------
    path : Path
        The .npz file; facts and lock lie beside it.
    """

    path: Path

    @classmethod
    def new(cls) -> ExampleFile:
        """Name a file that is not there yet."""
        return cls(examples_folder() / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.npz")

    def write(self, arrays: Mapping[str, Array], facts: ExampleFacts) -> None:
        """Keep examples in place of what was kept before; each file is written whole or not at all.

        Raises
        ------
        OSError
            If that is not possible.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        with replacing(self._facts) as unfinished:
            unfinished.write_text(json.dumps(asdict(facts)), encoding="utf-8")

    def read(self) -> dict[str, Array]:
        """Return the examples.

        Raises
        ------
        OSError, ValueError
            If they cannot be read.
        """
        with np.load(self.path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def facts(self) -> ExampleFacts | None:
        """Return what is known of them; None if that is damaged."""
        try:
            known: Mapping[str, Any] = json.loads(self._facts.read_text(encoding="utf-8"))
            facts = ExampleFacts(**known)
            facts.when, facts.names, facts.unused_names  # noqa: B018 - raise where they are none
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


def examples_folder() -> Path:
    """Folder of kept examples."""
    return platformdirs.user_state_path("napari-grains", appauthor=False) / "examples"


def kept_examples() -> list[tuple[ExampleFile, ExampleFacts]]:
    """Return examples that were kept, the latest first; very old ones are removed."""
    found = []
    for path in sorted(examples_folder().glob("*.npz"), reverse=True):
        file = ExampleFile(path)
        facts = file.facts()
        if facts is not None and datetime.now(UTC) - facts.when > _KEPT:
            file.remove()
        elif facts is not None:
            found.append((file, facts))
    return found
