"""Where the best network of a running fine-tuning is kept for the case of a crash."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import platformdirs
from qtpy.QtCore import QLockFile

_BEST: Final = "best.safetensors"
"""Name under which the job "finetune" keeps the network in its folder."""
_FACTS: Final = "facts.json"
EDGES: Final = "fine-tuning"
PHASES: Final = "phases"
"""Kinds of trainings, each with a folder."""


@dataclass(frozen=True)
class StateFacts:
    """What a training began with.

    Parameters
    ----------
    start : str
        Name or file of the network.
    images : sequence of str
        Names of the images.
    date : str
        When, UTC, ISO 8601.
    """

    start: str
    images: Sequence[str]
    date: str

    @property
    def when(self) -> datetime:
        """When it began, in local time."""
        return datetime.fromisoformat(self.date).astimezone()


@dataclass(frozen=True)
class TrainingState:
    """The folder of one training.

    Parameters
    ----------
    folder : Path
        Its folder.
    lock : QLockFile
        Held while the training runs; ends with this process.
    """

    folder: Path
    lock: QLockFile

    @classmethod
    def begin(cls, start: str, images: Sequence[str], kind: str = EDGES) -> TrainingState | None:
        """Make a folder for a training; None where that cannot be done."""
        folder = states_folder(kind) / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        facts = StateFacts(start, list(images), datetime.now(UTC).isoformat(timespec="seconds"))
        try:
            folder.mkdir(parents=True)
            (folder / _FACTS).write_text(json.dumps(asdict(facts)))
        except OSError:
            return None
        return cls.take(folder)

    @classmethod
    def take(cls, folder: Path) -> TrainingState | None:
        """Take a folder to go on with; None if another window has it."""
        lock = QLockFile(str(folder / "lock"))
        lock.setStaleLockTime(0)
        return cls(folder, lock) if lock.tryLock(0) else None

    @property
    def has_network(self) -> bool:
        """Whether something better than the network before was found."""
        return (self.folder / _BEST).is_file()

    def facts(self) -> StateFacts | None:
        """Return what the training began with; None if that is damaged."""
        try:
            facts = StateFacts(**json.loads((self.folder / _FACTS).read_text()))
            facts.when  # noqa: B018 - raises where the date is none
        except (OSError, ValueError, TypeError):
            return None
        return facts

    def settle(self, *, well: bool) -> None:
        """Remove the folder unless somebody may want to go on from the network in it."""
        if well or not self.has_network:
            self.remove()
        else:
            self.let_go()

    def let_go(self) -> None:
        """Leave the folder for somebody to go on with."""
        self.lock.unlock()

    def remove(self) -> None:
        """Remove the folder."""
        self.lock.unlock()
        shutil.rmtree(self.folder, ignore_errors=True)


def states_folder(kind: str = EDGES) -> Path:
    """Folder of all trainings of a kind."""
    return platformdirs.user_state_path("napari-grains", appauthor=False) / kind


def interrupted_training(kind: str = EDGES) -> tuple[TrainingState, StateFacts] | None:
    """Take the latest training that was interrupted, and remove those that left nothing or are older."""
    found = None
    for folder in sorted(states_folder(kind).glob("*/"), reverse=True):
        state = TrainingState.take(folder)
        if state is None:
            continue
        facts = state.facts()
        if found is None and facts is not None and state.has_network:
            found = state, facts
        else:
            state.remove()
    return found
