"""A network under another name: its file is copied without loading its tensors, only its card changes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.weights._header import KEY, describe_network, read_header

_ALIGNED = 8
"""Bytes of which the header has a multiple, as the format asks for."""


def copy_network(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    name: str | None = None,
    notes: str = "",
) -> Path:
    """Copy a network file.

    Parameters
    ----------
    source : path
        A file of a network of this package.
    target : path
        The copy, which is written whole or not at all; a file that is there is replaced. Its folder is made.
    name : str, optional
        On the card of the copy; None: as it was.
    notes : str
        Added to the notes on the card.

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    InputError
        If ``source`` is no network of this package, or the copy cannot be written.
    """
    source, target = Path(source), Path(target)
    card = describe_network(source)
    if name is not None:
        card["name"] = name
    card["notes"] = f"{card.get('notes', '')} {notes}".strip()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as unfinished:
            _write(source, unfinished, json.dumps(card))
    except OSError as error:
        raise InputError(
            f"the network cannot be written to {target} ({error.strerror or error}); choose another place."
        ) from None
    return target


def _write(source: Path, target: Path, card: str) -> None:
    header, tensors = read_header(source)
    header["__metadata__"][KEY] = card
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _ALIGNED)
    with source.open("rb") as read, target.open("wb") as written:
        read.seek(tensors)
        written.write(len(text).to_bytes(8, "little") + text)
        shutil.copyfileobj(read, written)
