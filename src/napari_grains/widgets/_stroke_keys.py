"""Keys 1, 2 and 0 that choose what the brush paints, while a layer of strokes is active."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from napari.layers import Labels

from napari_grains.widgets._stroke_layers import BOUNDARY, GRAIN, NOTHING, take

_KEYS: Final = {"1": GRAIN, "2": BOUNDARY, "0": NOTHING}


class StrokeKeys:
    """Binds the keys on layers; those of napari are there again in the end."""

    def __init__(self) -> None:
        self._layers: list[Labels] = []

    def follow(self, layers: list[Labels]) -> None:
        """Bind the keys on these layers and no others."""
        for layer in self._layers:
            for key in _KEYS:
                layer.bind_key(key, None)
        self._layers = layers
        for layer in layers:
            for key, value in _KEYS.items():
                layer.bind_key(key, _taker(value), overwrite=True)


def _taker(value: int) -> Callable[[Labels], None]:
    def take_it(layer: Labels) -> None:
        take(layer, value)

    return take_it
