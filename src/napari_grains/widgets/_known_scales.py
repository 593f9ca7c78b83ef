"""Scales at which images were seen before: finding one takes seconds, and the view shall not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.errors import InputError
from napari_grains.weights import describe_network, find_network
from napari_grains.widgets._results import METADATA, result_layer

Card: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class KnownScale:
    """Working px per px of an image, and whether that was "auto" or "by hand"."""

    scale: float
    chosen: str

    def arguments(self) -> dict[str, Any]:
        """Return what jobs on strokes are told."""
        return {"scale": self.scale, "scale_chosen": self.chosen}


class KnownScales:
    """Working px per px of images, for networks that were trained on the same grain diameters.

    Parameters
    ----------
    viewer : Viewer
        Where segmentations are looked for.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._known: WeakKeyDictionary[Image, tuple[tuple[float, ...], KnownScale]] = WeakKeyDictionary()

    def of(self, image: Image, card: Card) -> KnownScale | None:
        """Return the scale of an image for the network with a card; None: it has to be found."""
        diameters, known = self._known.get(image, ((), None))
        if known is not None and diameters == _diameters(card):
            return known
        return self._of_segmentation(image, card)

    def learn(self, images: Sequence[Image], card: Card) -> None:
        """Take the scales of a training from the card of its network."""
        runs = card.get("recipe", {}).get("finetuning", [])
        painted = runs[-1].get("painted", []) if runs else []
        for image in images:
            mine = [one for one in painted if one["image"].startswith(image.name)]
            if mine:
                found = KnownScale(float(mine[0]["scale"]), mine[0]["scale_chosen"])
                self._known[image] = (_diameters(card), found)

    def _of_segmentation(self, image: Image, card: Card) -> KnownScale | None:
        """Take the scale that the user saw, and maybe set, in the Segment dock."""
        grains = result_layer(self._viewer, image, "grains")
        summary = {} if grains is None else grains.metadata[METADATA].get("summary", {})
        scale, model = summary.get("scale"), summary.get("model")
        if not isinstance(scale, float) or not model:
            return None
        try:
            seen = describe_network(find_network(model))
        except InputError:
            return None
        known = KnownScale(scale, str(summary.get("scale_chosen")))
        return known if _diameters(seen) == _diameters(card) else None


def _diameters(card: Card) -> tuple[float, ...]:
    return tuple(float(value) for value in card.get("grain_diameter", ()))
