"""How results look: overlays that leave the micrograph visible, grains that differ from their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from napari.utils.colormaps import Colormap, CyclicLabelColormap, DirectLabelColormap
from numpy.typing import NDArray

from napari_grains.grains import COLOURS

_HUES: Final = (
    "#1f77b4", "#ffbf00", "#d62728", "#2ca02c", "#b76cff", "#17becf", "#ff7f0e", "#e377c2", "#bcbd22",
    "#8c564b", "#4b6bff", "#00d69b",
)  # fmt: skip
"""Told apart from each other also where they cover a grey image at a third of their strength."""
_PHASES: Final = 0.5


def look(role: str) -> dict[str, Any]:
    """Properties of a new result layer: "boundary", "uncertainty", "grains" or "activation"."""
    return dict(_LOOKS[role]())


def phase_look(names: Sequence[str], colours: Sequence[str]) -> dict[str, Any]:
    """Properties of a Labels layer in which 1 to K are phases: the status bar tells their names."""
    by_label: dict[int | None, Any] = {None: "transparent", 0: "transparent", **dict(enumerate(colours, 1))}
    return {
        "opacity": _PHASES,
        "colormap": DirectLabelColormap(color_dict=by_label),
        "features": {"index": range(len(names) + 1), "class": ["unknown", *names]},
    }


def confidence_look() -> dict[str, Any]:
    """Properties of an image layer of probabilities, which veils what is doubtful; hidden at first."""
    doubt = Colormap([_rgba("#000000", 0.9), _rgba("#000000", 0)], name="confidence of phases")
    return {"colormap": doubt, "contrast_limits": (0, 1), "blending": "translucent", "visible": False}


def _boundary() -> Mapping[str, Any]:
    return {
        "colormap": _veil("grain boundary", "#ff3b1f"),
        "opacity": 0.6,
        "contrast_limits": (0, 1),
        "blending": "translucent",
    }


def _uncertainty() -> Mapping[str, Any]:
    veil = _veil("grain boundary uncertainty", "#ffe600")
    return {"colormap": veil, "contrast_limits": (0, 1), "blending": "translucent", "visible": False}


def _activation() -> Mapping[str, Any]:
    heat = Colormap([_rgba("#000000", 0), _rgba("#ff7a00", 0.5), _rgba("#ffee58", 0.8)], name="activation")
    return {"colormap": heat, "contrast_limits": (0, 1), "blending": "translucent", "opacity": 0.8}


def _grains() -> Mapping[str, Any]:
    colours = np.array([_rgba("#000000", 0), *(_rgba(hue) for hue in _HUES[:COLOURS])], np.float32)
    return {"opacity": 0.35, "colormap": CyclicLabelColormap(colors=colours)}


def _veil(name: str, colour: str) -> Colormap:
    """Transparent at 0, the colour at 1: visible on dark and on bright images alike."""
    return Colormap([_rgba(colour, 0), _rgba(colour)], name=name)


def _rgba(colour: str, alpha: float = 1.0) -> NDArray[np.float32]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return np.array([red, green, blue, alpha], np.float32)


_LOOKS: Final = {
    "boundary": _boundary,
    "uncertainty": _uncertainty,
    "grains": _grains,
    "activation": _activation,
}
