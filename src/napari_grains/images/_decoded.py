"""What a file decoder hands on, and the checks that every decoder shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from napari_grains.errors import InputError

# Deflate packs at most 1032 to 1, LZW about 1365 to 1: what claims more is a damaged header, not an image.
_MAX_PACKING: Final = 2000
_ALWAYS_ALLOWED: Final = 2**28


@dataclass(frozen=True, eq=False)
class Decoded:
    """Pixels as stored in a file.

    Parameters
    ----------
    array : ndarray
        (Y, X) or (Z, Y, X), with a last axis of 3 or 4 colours if `rgb`.
    rgb : bool
        Whether the last axis holds colours.
    notes : tuple of str
        What the reader did or left out, one line each.
    """

    array: NDArray[Any]
    rgb: bool = False
    notes: tuple[str, ...] = ()


def check_claimed_size(path: Path, nbytes: int) -> None:
    """Refuse a file whose header promises far more pixels than its length can hold.

    Raises
    ------
    InputError
        Before memory is taken for them.
    """
    length = path.stat().st_size
    if nbytes > max(_ALWAYS_ALLOWED, _MAX_PACKING * length):
        raise InputError(
            f"{path.name} promises {nbytes / 1e9:.3g} GB of pixels in {length} bytes: it is damaged "
            "or incomplete; copy or export it again."
        )
