"""Keys that choose what the brush paints, while a layer of strokes is active."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from napari.layers import Labels

from napari_grains.widgets._stroke_layers import take


class StrokeKeys:
    """Binds the keys on layers; those of napari are there again in the end."""

    def __init__(self) -> None:
        self._layers: list[Labels] = []
        self._keys: Mapping[str, int] = {}

    def follow(self, layers: list[Labels], keys: Mapping[str, int]) -> None:
        """Bind keys to what they choose, on these layers and no others."""
        for layer in self._layers:
            for key in self._keys:
                layer.bind_key(key, None)
        self._layers, self._keys = layers, dict(keys)
        for layer in layers:
            for key, value in keys.items():
                layer.bind_key(key, _taker(value), overwrite=True)


def _taker(value: int) -> Callable[[Labels], None]:
    def take_it(layer: Labels) -> None:
        take(layer, value)

    return take_it
