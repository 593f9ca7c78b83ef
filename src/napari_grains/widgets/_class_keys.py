"""Keys that take a class in hand, while a layer of examples is active."""

from __future__ import annotations

from collections.abc import Sequence

from napari.layers import Layer

from napari_grains.widgets._class_list import ClassList
from napari_grains.widgets._class_rows import KEYS


class ClassKeys:
    """Binds 1 to 9, in the order of a list, on layers.

    Parameters
    ----------
    classes : ClassList
        Whose classes are taken.
    """

    def __init__(self, classes: ClassList) -> None:
        self._classes = classes
        self._bound: list[tuple[Layer, str]] = []

    def follow(self, layers: Sequence[Layer]) -> None:
        """Bind the keys of the classes that there are now, on these layers and no others."""
        for layer, key in self._bound:
            layer.bind_key(key, None)
        self._bound = []
        for layer in layers:
            for number, label in enumerate(self._classes.phases.labels[:KEYS], start=1):
                layer.bind_key(str(number), lambda _, label=label: self._classes.take(label), overwrite=True)
                self._bound.append((layer, str(number)))
