"""What a fine-tuning begins with: a network, the images at their scales, and a run that was interrupted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from napari_grains.errors import InputError
from napari_grains.events import Job, Notice
from napari_grains.images import CalibratedImage, stretch
from napari_grains.inference import AUTO, SegmentationSettings, WorkingFrame, segment
from napari_grains.networks import NetworkCard, UNet, file_hash, find_network, load_network
from napari_grains.synthesis import Recipe, appearance_of, matching

from ._aims import Aim
from ._inbox import Inbox
from ._match import FEWEST
from ._painted import PaintedImage
from ._sampling import nearest


@dataclass(frozen=True, eq=False)
class Start:
    """The network that learns.

    Parameters
    ----------
    path : Path
        Its file.
    sha256 : str
        Hash of the file.
    network : UNet
        In ``eval`` mode.
    card : NetworkCard
        Its card.
    """

    path: Path
    sha256: str
    network: UNet
    card: NetworkCard

    @classmethod
    def of(cls, name: str | os.PathLike[str], aim: Aim) -> Start:
        """Load a network by name or file and make it ready for what it shall learn.

        Raises
        ------
        InputError
            If there is none, or it was made for something else.
        """
        path = find_network(name)
        return cls(path, file_hash(path), *aim.network(path))


def state_file(folder: Path) -> Path:
    """File in which the best network of a run is kept."""
    return folder / "best.safetensors"


def interrupted(folder: Path, start: Start) -> UNet:
    """Load the best network of a run that was interrupted.

    Raises
    ------
    InputError
        If there is none, or it came from another network.
    """
    path = state_file(folder)
    if not path.is_file():
        raise InputError(f"there is no training to go on with in {folder}; train anew without resuming.")
    network, card = load_network(path)
    runs = card.recipe.get("finetuning", ())
    if not runs or runs[-1].get("start") != start.sha256 or card.architecture != start.card.architecture:
        raise InputError(
            f"the training in {folder} began with another network; give that, or train anew without resuming."
        )
    return network


def with_scales(
    images: Sequence[PaintedImage], start: Start, device: str, inbox: Inbox, aim: Aim
) -> Job[list[PaintedImage]]:
    """Find the scale of each painted image that has none; stops at once if told to."""
    found = []
    for each in images:
        if each.scale is None:
            scale = yield from inbox.during(aim.scale(each, start.path, start.card, device))
            found.append(replace(each, scale=scale, scale_chosen=AUTO))
        else:
            found.append(each)
        if inbox.stopped:
            break
    return found


def recipe_like(image: PaintedImage, start: Start, device: str) -> Job[Recipe | None]:
    """Recipe for synthetic micrographs like an image; None if too few grains are found in it."""
    if image.scale is None:
        return None
    seen = _at_working_scale(image.middle(), image.scale)
    settings = SegmentationSettings(str(start.path), 1.0, device=device, averaged=False)
    result = yield from segment(seen, settings)
    if result is None or result.grains.max() < FEWEST:
        return None
    return (yield from matching(appearance_of(seen.pixels, result.grains)))


def _at_working_scale(micrograph: CalibratedImage, scale: float) -> CalibratedImage:
    """Bring grey levels, stretched to 0..1, and specimen to the network's pixels, which are fewer."""
    rows, columns = micrograph.shape
    frame = WorkingFrame(scale, (rows, columns), micrograph.origin)
    grey = frame.to_working(stretch(micrograph.pixels, micrograph.specimen)).clip(0, 1)
    specimen = None if micrograph.specimen is None else nearest(micrograph.specimen, frame)
    return CalibratedImage(grey, specimen, name=micrograph.name)


def told_scale(image: PaintedImage) -> Notice:
    """Say at which scale an image is learned from."""
    return Notice(f"{image.image.name} is learned from at scale {image.scale:.3g}")
