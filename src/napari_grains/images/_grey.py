"""Grey values for finding what is drawn into a picture."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.images._calibrated import LUMINANCE

_WEIGHTS: Final = np.array(LUMINANCE, np.float32)
_STEP: Final = 8


def check_picture(pixels: NDArray[Any]) -> None:
    """Raise ValueError for anything but (Y, X), (Y, X, 3) and (Y, X, 4)."""
    if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[-1] in {3, 4})) or pixels.size == 0:
        raise ValueError(f"an array of shape {pixels.shape} is neither (Y, X) nor (Y, X, 3|4)")


def grey(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Give the luminance of (Y, X) or (Y, X, 3|4) as float32; what is not finite becomes 0."""
    values = pixels.astype(np.float32)
    if values.ndim == 3:
        values = values[..., :3] @ _WEIGHTS
    return np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def span_of(pixels: NDArray[Any], *bands: NDArray[np.float32]) -> float:
    """Give the range of grey values: of some bands, and of the rest by sample; 0 for a constant picture."""
    parts = [part for part in (grey(pixels[::_STEP, ::_STEP]), *bands) if part.size]
    return max(float(part.max()) for part in parts) - min(float(part.min()) for part in parts)
