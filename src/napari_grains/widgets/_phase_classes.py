"""The phases that a user tells apart: their names, colours and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.widgets._stroke_layers import StrokeClasses

PALETTE: Final = (
    "#56b4e9", "#d55e00", "#f0e442", "#009e73", "#cc79a7", "#0072b2", "#e69f00", "#882255", "#999933",
    "#b0b0b0",
)  # fmt: skip
"""Told apart by the colour-blind, on grey micrographs and on both themes: Wong, Nature Methods 8 (2011) 441,
then Tol, SRON/EPS/TN/09-002 (2021)."""
_REMOVED: Final = "#808080"
"""Of strokes that are not learned from."""


@dataclass(frozen=True)
class PhaseClass:
    """A phase that is painted.

    Parameters
    ----------
    label : int
        In layers of strokes.
    name : str
    """

    label: int
    name: str

    @property
    def colour(self) -> str:
        """Its colour, which it keeps when others are removed."""
        return colour_of(self.label)


def colour_of(label: int) -> str:
    """Return the colour of a phase as text."""
    return PALETTE[(label - 1) % len(PALETTE)]


@dataclass(frozen=True)
class PhaseClasses:
    """A list of phases; whatever is changed makes a new one.

    A phase keeps its label as long as it is there. One that was removed is remembered, and its label is given
    to no other: its strokes stay, unused, until a phase of that name is added again.

    Parameters
    ----------
    classes : tuple of PhaseClass
        In the order of keys, of the network and of results.
    removed : tuple of PhaseClass
    """

    classes: tuple[PhaseClass, ...] = (PhaseClass(1, "phase 1"), PhaseClass(2, "phase 2"))
    removed: tuple[PhaseClass, ...] = ()

    @classmethod
    def of(cls, names: Mapping[int, str], unused: Mapping[int, str] | None = None) -> PhaseClasses:
        """Make a list of labels and names, and of those that were removed."""
        removed = tuple(PhaseClass(label, name) for label, name in (unused or {}).items())
        return cls(tuple(PhaseClass(label, name) for label, name in names.items()), removed)

    @property
    def names(self) -> list[str]:
        """Names in their order."""
        return [one.name for one in self.classes]

    @property
    def labels(self) -> list[int]:
        """Labels in their order."""
        return [one.label for one in self.classes]

    def add(self, name: str = "") -> PhaseClasses:
        """Append a phase; one that was removed comes back with its strokes."""
        name = name or self._free_name()
        before = [one for one in self.removed if one.name == name]
        label = before[0].label if before else self._free_label()
        removed = tuple(one for one in self.removed if one.name != name)
        return PhaseClasses((*self.classes, PhaseClass(label, name)), removed)

    def remove(self, label: int) -> PhaseClasses:
        """Take a phase from the list."""
        kept = tuple(one for one in self.classes if one.label != label)
        gone = tuple(one for one in self.classes if one.label == label)
        return PhaseClasses(kept, (*self.removed, *gone))

    def rename(self, label: int, name: str) -> PhaseClasses:
        """Give a phase another name."""
        renamed = (replace(one, name=name) if one.label == label else one for one in self.classes)
        return replace(self, classes=tuple(renamed))

    def problem(self, name: str, label: int | None = None) -> str:
        """Say why a phase cannot have a name; empty if it can."""
        if not name.strip():
            return "A phase needs a name."
        if "," in name:
            return "A name without commas, please: names are listed with commas in files."
        taken = any(one.name == name.strip() and one.label != label for one in self.classes)
        return f"There is a phase “{name.strip()}” already." if taken else ""

    def joined(
        self, names: Mapping[int, str], unused: Mapping[int, str]
    ) -> tuple[PhaseClasses, dict[int, int]]:
        """Join phases of a layer to this list, by name; those that were removed there are removed here.

        Returns
        -------
        classes : PhaseClasses
            With those that were not there.
        labels : dict of int to int
            Labels of the layer -> labels of the list.
        """
        classes, labels = self, dict[int, int]()
        for label, name in {**names, **unused}.items():
            if name not in classes.names:
                classes = classes.add(name)
            labels[label] = next(one.label for one in classes.classes if one.name == name)
        for name in set(unused.values()) - set(self.names) - set(names.values()):
            classes = classes.remove(next(one.label for one in classes.classes if one.name == name))
        return classes, labels

    def ordered(self, strokes: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return strokes as the network counts phases: 1 to K, in their order; 0 for all that is no phase."""
        return relabelled(strokes, {label: number for number, label in enumerate(self.labels, start=1)})

    def colours_of(self, names: Sequence[str]) -> list[str]:
        """Return colours for phases of a network: those of this list if it has all of them."""
        own = {one.name: one.colour for one in self.classes}
        if set(names) <= set(own):
            return [own[name] for name in names]
        return [colour_of(number) for number in range(1, len(names) + 1)]

    def strokes(self) -> StrokeClasses:
        """Return what can be painted in a layer, with what was painted of removed phases in grey."""
        colours = {one.label: one.colour for one in self.classes}
        colours |= {one.label: _REMOVED for one in self.removed}
        names = {one.label: one.name for one in self.classes}
        first = self.labels[0] if self.classes else 1
        unused = {one.label: one.name for one in self.removed}
        return StrokeClasses("phases", names, colours, first, "phase strokes", unused)

    def _free_label(self) -> int:
        return max((one.label for one in (*self.classes, *self.removed)), default=0) + 1

    def _free_name(self) -> str:
        number = len(self.classes) + 1
        taken = {one.name for one in (*self.classes, *self.removed)}
        while f"phase {number}" in taken:
            number += 1
        return f"phase {number}"


def relabelled(labels: NDArray[np.integer], table: Mapping[int, int]) -> NDArray[np.int32]:
    """Return labels by a table, 0 for all that is not in it."""
    values = np.zeros(max(table, default=0) + 1, np.int32)
    for label, value in table.items():
        values[label] = value
    inside = (labels > 0) & (labels < len(values))
    return values.take(np.where(inside, labels, 0))
