"""Which network finds the scale of images for one that was fine-tuned."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from napari_grains.networks import NetworkCard, file_hash
from napari_grains.weights import list_networks

AUTO: Final = "auto"
"""How a scale was chosen that a network found."""
BY_HAND: Final = "by hand"
"""How a scale was chosen that the user gave."""


def guide_hash(card: NetworkCard) -> str | None:
    """Hash of the network that a fine-tuned one was before it learned from any strokes.

    A network that learned from a few strokes has seen them at one scale, and then tends to be sure of itself
    at wrong ones of other images, which the network before it, pretrained on all scales, does not. Where the
    user chose a scale for the strokes, however, that network had been wrong.

    Returns
    -------
    str or None
        SHA-256 of its file; None if the network finds scales itself.
    """
    runs = card.recipe.get("finetuning", ())
    by_hand = any(one.get("scale_chosen") == BY_HAND for run in runs for one in run.get("painted", ()))
    return None if by_hand or not runs else runs[0].get("start")


def guide_file(card: NetworkCard) -> Path | None:
    """File of that network; None if there is none, or it is not here."""
    wanted = guide_hash(card)
    if wanted is None:
        return None
    return next((file for file in list_networks().values() if _hash(file) == wanted), None)


def _hash(file: Path) -> str | None:
    try:
        state = file.stat()
        return _hash_of(file, state.st_mtime_ns, state.st_size)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _hash_of(file: Path, _changed: int, _size: int) -> str:
    return file_hash(file)
