"""Which classifier: from the list, or a file; its card one click away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from napari_grains.errors import InputError
from napari_grains.weights import CLASSIFIER, describe_network, list_classifiers
from napari_grains.widgets._network_field import NetworkField

_TIP: Final = "The classifier that is used; a training puts its own here"
_CARD_TIP: Final = "Model card: classes, examples, scores on what was held out"
_NONE: Final = "There is no classifier yet: give examples and press Train."


class ClassifierField(NetworkField):
    """A list of classifiers for some tasks.

    Parameters
    ----------
    tasks : collection of str
        What the listed classifiers were made for, as their cards say.
    """

    def __init__(self, tasks: Collection[str]) -> None:
        self._tasks = frozenset(tasks)
        super().__init__()
        self.names.setToolTip(_TIP)
        self.card.setToolTip(_CARD_TIP)

    def use(self, file: Path) -> None:
        """Choose a classifier by its file, by name where it has one."""
        self.refresh()
        name = next((name for name, known in self._networks().items() if known == file), None)
        if name is None:
            self.use_file(file)
        else:
            self.names.setCurrentIndex(self.names.findData(name))

    def read(self) -> tuple[Mapping[str, Any], str]:
        """Read the card of the chosen classifier; why it cannot be used, empty if it can."""
        return super().read() if self.model else ({}, _NONE)

    def _networks(self) -> Mapping[str, Path]:
        return {name: file for name, file in list_classifiers().items() if self._fits(file)}

    def _problem_of(self, card: Mapping[str, Any]) -> str:
        if card.get("kind") != CLASSIFIER:
            return "This network is no classifier: choose another."
        task = card.get("task")
        return "" if task in self._tasks else f"This classifier was made for {task}: choose another."

    def _fits(self, file: Path) -> bool:
        try:
            return describe_network(file).get("task") in self._tasks
        except InputError:
            return False
