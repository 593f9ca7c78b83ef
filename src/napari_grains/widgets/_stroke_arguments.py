"""What the jobs on strokes are told of images: pixels, strokes, info bars, scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import QObject

from napari_grains.weights import describe_network
from napari_grains.widgets._inspection import Inspector
from napari_grains.widgets._job_run import Arguments
from napari_grains.widgets._known_scales import KnownScale, KnownScales
from napari_grains.widgets._match_box import info_bar_of
from napari_grains.widgets._network_field import NetworkField
from napari_grains.widgets._next_place import plane_of
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_pairs import StrokePair


class StrokeArguments(QObject):
    """Knows what was found out about images; what it returns may be called in a thread.

    Parameters
    ----------
    viewer : Viewer
        Where segmentations tell scales.
    network : NetworkField
        The network that is used.
    parent : QObject
        Lives as long as the dock.
    """

    def __init__(self, viewer: Viewer, network: NetworkField, parent: QObject) -> None:
        super().__init__(parent)
        self._inspector, self._scales, self._network = Inspector(self), KnownScales(viewer), network

    def look_at(self, image: Image | None) -> None:
        """Begin to look for the info bar of an image."""
        if image is not None and Source(image).problem() is None:
            self._inspector.look_at(image)

    def of_pairs(self, how: Arguments, pairs: Sequence[StrokePair]) -> Callable[[], Arguments]:
        """Return what reads the arguments of "finetune" and "diagnose"."""
        known = [self._known(pair.image) for pair in pairs]
        facts = list(zip(pairs, known, strict=True))
        return lambda: {**how, "images": [pair.arguments(*found) for pair, found in facts]}

    def of_place(
        self, image: Image, strokes: Labels | None, index: int, errors: Sequence[float]
    ) -> Callable[[], Arguments]:
        """Return what reads the arguments of "suggest"."""
        leave_out, known = self._known(image)
        scale = None if known is None else known.scale
        asked: dict[str, Any] = {"model": self._network.model, "scale": scale, "errors": list(errors)}
        return lambda: {**plane_of(image, strokes, index), **asked, "leave_out": leave_out}

    def left_out(self, image: Image) -> list[list[int]]:
        """Return what of an image is no specimen: its info bar, if one was found."""
        return info_bar_of(self._inspector, image)

    def learn_scales(self, pairs: Sequence[StrokePair], file: Path) -> None:
        """Take the scales of a training from the network that came of it.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        self._scales.learn([pair.image for pair in pairs], describe_network(file))

    def _known(self, image: Image) -> tuple[list[list[int]], KnownScale | None]:
        card, _ = self._network.read()
        return self.left_out(image), self._scales.of(image, card)
