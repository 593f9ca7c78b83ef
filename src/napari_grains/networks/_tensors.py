"""Tensors and a card as one .safetensors file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.weights import KEY


def write_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Tensor], card: str) -> None:
    """Write tensors and the JSON text of their card, whole or not at all; the folder is made.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    # One entry of metadata only: safetensors writes several in random order, which would change the hash.
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            unfinished.write_bytes(save(plain, {KEY: card}))
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"cannot write the network {path}: {error}. Choose another folder or free some space."
        ) from None
