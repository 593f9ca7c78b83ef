"""What a .safetensors file says about itself, read without torch and without its tensors.

Layout of the format: https://huggingface.co/docs/safetensors - eight bytes with the length of the header
(little endian), the header as JSON, in which ``__metadata__`` maps strings to strings, the tensors.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from napari_grains.errors import InputError

KEY: Final = "napari_grains"
"""Entry of the metadata that holds the card of a network of this package, as JSON."""
CLASSIFIER: Final = "classifier"
"""Kind, on its card, of a network that names the class of an image; one that finds boundaries says none."""
PHASES: Final = "phases"
"""Task, on its card, of a network that names the phase of every pixel."""
_LONGEST: Final = 100_000_000  # bytes, the limit of the format


def card_text(path: str | os.PathLike[str]) -> str:
    """Return the card of a network file as JSON text.

    Raises
    ------
    InputError
        If the file is missing, damaged, or no network of this package.
    """
    try:
        header, _ = read_header(Path(path))
    except FileNotFoundError:
        raise InputError(f"there is no network file {path}; check the name.") from None
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path} is not a readable .safetensors file ({error}); it may be damaged or incomplete."
        ) from None
    metadata = header.get("__metadata__") or {}
    if not isinstance(metadata, dict) or KEY not in metadata:
        raise InputError(f"{path} holds no napari-grains network; use one that was saved by napari-grains.")
    return str(metadata[KEY])


def kind_of(card: str) -> str | None:
    """Kind of network that a card says it is of; None where it says nothing, or cannot be read."""
    try:
        kind = json.loads(card).get("kind")
    except (ValueError, AttributeError):
        return None
    return kind if isinstance(kind, str) else None


def is_classifier(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a classifier; one that cannot be read is none."""
    try:
        return kind_of(card_text(path)) == CLASSIFIER
    except InputError:
        return False


def finds_phases(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a network that names the phase of every pixel; one that cannot be read is none."""
    try:
        card = describe_network(path)
    except InputError:
        return False
    return card.get("kind") != CLASSIFIER and card.get("task") == PHASES


def describe_network(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the card of a network file as a dictionary, as `networks.NetworkCard` writes it.

    Raises
    ------
    InputError
        As `card_text`, and if the card cannot be read.
    """
    try:
        card = json.loads(card_text(path))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path} was saved by another version of napari-grains ({error}); update napari-grains."
        ) from None
    if not isinstance(card, dict):
        raise InputError(f"{path} was saved by another version of napari-grains; update napari-grains.")
    return card


def read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header of a file and where in the file the tensors begin.

    Raises
    ------
    OSError, ValueError
        If there is no such file or it is damaged.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(_LONGEST, path.stat().st_size - 8):
            raise ValueError("its header is cut off")
        header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError("its header is no table")  # noqa: TRY004 - a damaged file, not a wrong call
    return header, 8 + length
