"""What a fine-tuning is for, by how its images are painted."""

from __future__ import annotations

import os
from collections.abc import Sequence

from napari_grains.errors import InputError
from napari_grains.networks import find_network
from napari_grains.weights import PHASES, describe_network

from .._painted import PaintedImage
from ._aim import Aim
from ._boundaries import BoundaryAim
from ._phases import PhaseAim

_FEWEST = 2


def aim_of(
    images: Sequence[PaintedImage],
    class_names: Sequence[str] = (),
    start: str | os.PathLike[str] = "default",
) -> Aim:
    """Find out what is to be learned.

    Parameters
    ----------
    images : sequence of PaintedImage
        All of them, also those that only judge.
    class_names : sequence of str
        Of phases; empty: those of the network if it is one for phases, else by number.
    start : str or path
        Network to start from.

    Raises
    ------
    InputError
        If boundaries and phases are mixed, phases have different channels, or names do not fit.
    """
    phases = {image.paint == "phases" for image in images}
    if len(phases) > 1:
        raise InputError("some images have phases painted and some boundaries; train on one kind at a time.")
    if phases != {True}:
        if class_names:
            raise InputError("class names are for phases; say that phases are painted.")
        return BoundaryAim()
    channels = {1 + len(image.channels) for image in images}
    if len(channels) > 1:
        raise InputError(f"images have {sorted(channels)} channels; give the same channels of each.")
    return PhaseAim(_names(images, class_names, start), channels.pop())


def _names(
    images: Sequence[PaintedImage], class_names: Sequence[str], start: str | os.PathLike[str]
) -> tuple[str, ...]:
    highest = max(int(image.labels.max(initial=0)) for image in images)
    names = tuple(class_names) or _names_of(start)
    if not class_names and len(names) < highest:
        names = tuple(f"phase {k}" for k in range(1, highest + 1))
    if len(names) < highest:
        raise InputError(
            f"phase {highest} is painted, but there are names for {len(names)}: name all phases."
        )
    if len(names) < _FEWEST:
        raise InputError(f"{'only one' if highest else 'no'} phase is painted; paint at least two.")
    if len(set(names)) < len(names):
        raise InputError(f"phases need different names, got {', '.join(names)}.")
    return names


def _names_of(start: str | os.PathLike[str]) -> tuple[str, ...]:
    """Class names of a network for phases; none of another."""
    card = describe_network(find_network(start))
    return tuple(card.get("class_names", ())) if card.get("task") == PHASES else ()
