"""Undo and redo of edits over all planes of a stack."""

from __future__ import annotations

from typing import Final, TypeAlias

from ._edit import Edit, Kind

Step: TypeAlias = tuple[int, Edit]
"""Index of a plane, and what was done to it."""

_SAID: Final[dict[Kind, str]] = {
    "merge": "merging grains",
    "split": "splitting a grain",
    "delete": "deleting a grain",
    "grow": "growing again",
    "add": "adding a grain",
    "paint": "painting",
    "threshold": "merging below a threshold",
    "keep": "keeping an edge",
}


class History:
    """Edits that were made and those that were undone, in the order of the user's doing.

    It remembers; whoever asks for a step does `Proofreading.revert` or `Proofreading.apply` with it.
    """

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def done(self) -> tuple[Step, ...]:
        """Steps that are in effect, the oldest first."""
        return tuple(self._done)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """What `undo` would take back, such as "merging grains"; empty if nothing."""
        return _SAID[self._done[-1][1].kind] if self._done else ""

    @property
    def redo_text(self) -> str:
        """What `redo` would do again; empty if nothing."""
        return _SAID[self._undone[-1][1].kind] if self._undone else ""

    def record(self, index: int, edit: Edit) -> None:
        """Take note of an edit of a plane; nothing can be redone after it.

        The moves of the slider that follow one another on a plane are one step.
        """
        self._undone.clear()
        if self._done and self._done[-1][0] == index and edit.kind == self._done[-1][1].kind == "threshold":
            edit = self._done.pop()[1].then(edit)
        self._done.append((index, edit))

    def undo(self) -> Step | None:
        """Return the step to revert; None if there is none."""
        return _moved(self._done, self._undone)

    def redo(self) -> Step | None:
        """Return the step to apply; None if there is none."""
        return _moved(self._undone, self._done)


def _moved(source: list[Step], target: list[Step]) -> Step | None:
    if not source:
        return None
    target.append(source.pop())
    return target[-1]
