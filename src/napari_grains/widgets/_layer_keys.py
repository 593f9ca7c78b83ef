"""Keys that do something while a certain layer is the active one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from napari.layers import Layer

Key: TypeAlias = Callable[[Layer], object] | Callable[[Layer], Iterator[None]]


class LayerKeys:
    """Keys of one layer, which come before those that napari has for all layers of its kind."""

    def __init__(self) -> None:
        self._layer: Layer | None = None
        self._before: dict[str, Key | None] = {}

    def bind(self, layer: Layer, keys: Mapping[str, Key]) -> None:
        """Give keys to a layer instead of the one that had them.

        Parameters
        ----------
        layer : Layer
            They work while it is the active one.
        keys : mapping of str to callable
            napari's name of the key; called with the layer when it is pressed, a generator function also when
            it is let go.
        """
        self.release()
        self._layer = layer
        for key, action in keys.items():
            self._before[key] = layer.bind_key(key, None)
            layer.bind_key(key, action)

    def release(self) -> None:
        """Take the keys back: what the layer itself had bound to them works again."""
        layer, self._layer = self._layer, None
        for key, action in self._before.items():
            if layer is not None:
                layer.bind_key(key, None)
                if action is not None:
                    layer.bind_key(key, action)
        self._before.clear()
