"""How to segment, and what of an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images import CalibratedImage

from ._blocks import Block, around, whole

Mask = NDArray[np.bool_]
SCALES = (0.01, 8.0)
"""Working pixels per image pixel, from and to."""


@dataclass(frozen=True)
class SegmentationSettings:
    """How to segment.

    Parameters
    ----------
    model : str
        Name or file of the network.
    scale : float, optional
        Working pixels per image pixel; None finds it.
    grain_diameter : float, optional
        Mean grain diameter in image px, from which the scale follows; overrides ``scale``.
    device : str
        "auto", "cpu", "cuda" or "cuda:N".
    merge : float
        Grains are joined where the mean boundary probability between them is below this, 0 to 1.
    relative_merge : float
        The same as a share, 0 to 1, of the median over the edges of the micrograph, where lines show the
        grains; see `grains.untypical_threshold`. It holds for boundaries from the network.
    min_grain_diameter : float, optional
        Diameter in image px of the circle with the area of the smallest grain: what is smaller is given to
        the neighbour behind its weakest edge. None: 16 px of area, of a coarser working grid if there is one.
    method : {"network", "threshold"}
        Boundaries from the network, or from an adaptive threshold for dark etched lines (the scale is the
        network's).
    precision : {"auto", "float32"}
        See `choose_device`.
    averaged : bool
        Whether the prediction is the mean of six looks, at three scales around the one that is found or
        chosen and in four mirror images, for which the network takes six times as long as for one.

    Raises
    ------
    InputError
        If a value is out of range.
    """

    model: str = "default"
    scale: float | None = None
    grain_diameter: float | None = None
    device: str = "auto"
    merge: float = 0.0
    relative_merge: float = 0.65
    min_grain_diameter: float | None = None
    method: Literal["network", "threshold"] = "network"
    precision: Literal["auto", "float32"] = "auto"
    averaged: bool = True

    def __post_init__(self) -> None:
        if self.scale is not None and not SCALES[0] <= self.scale <= SCALES[1]:
            raise InputError(
                f"scale {self.scale} is out of range; give a factor from {SCALES[0]} to {SCALES[1]}, or auto."
            )
        if self.grain_diameter is not None and not (
            math.isfinite(self.grain_diameter) and self.grain_diameter >= 2
        ):
            raise InputError(
                f"grain diameter {self.grain_diameter} is too small; give the mean in px, at least 2."
            )
        if self.min_grain_diameter is not None and not (
            math.isfinite(self.min_grain_diameter) and self.min_grain_diameter >= 0
        ):
            raise InputError(
                f"minimum grain size {self.min_grain_diameter} is out of range; give a diameter in px from 0."
            )
        for name in ("merge", "relative_merge"):
            if not 0 <= (value := getattr(self, name)) <= 1:
                said = name.replace("_", " ")
                raise InputError(f"{said} {value} is out of range; give a value between 0 and 1.")
        if self.method not in ("network", "threshold"):
            raise InputError(f"method {self.method!r} is unknown; use network or threshold.")

    @property
    def smallest_area(self) -> float | None:
        """Area of the smallest grain in image px; None: automatic."""
        return None if self.min_grain_diameter is None else math.pi / 4 * self.min_grain_diameter**2


@dataclass(frozen=True, eq=False)
class View:
    """What of an image is wanted, and what somebody is looking at.

    Parameters
    ----------
    region : ndarray of bool, (Y, X), optional
        Where a result is wanted, in every slice; None: everywhere.
    focus : sequence of 4 float, optional
        Top, bottom, left and right of the visible part in image px, which may reach outside the image. The
        result is computed from its middle outwards, and shown there first; it does not depend on it.
    first_slice : int
        The slice of a stack that is segmented first, then those next to it.
    """

    region: Mask | None = None
    focus: Sequence[float] | None = None
    first_slice: int = 0

    def check(self, image: CalibratedImage) -> None:
        """Compare it with the image that it is a view of.

        Raises
        ------
        InputError
            If it does not belong to the image, or nothing is wanted.
        """
        if self.region is not None:
            self._check_region(self.region, image)
        if self.focus is not None and (len(self.focus) != 4 or not all(map(math.isfinite, self.focus))):
            raise InputError(
                f"focus {list(self.focus)} is no rectangle; give top, bottom, left and right in px."
            )
        number = image.shape[0] if image.is_stack else 1
        if image.is_stack and not 0 <= self.first_slice < number:
            raise InputError(f"there is no slice {self.first_slice}; choose one from 0 to {number - 1}.")

    def _check_region(self, region: Mask, image: CalibratedImage) -> None:
        if region.dtype != np.bool_ or region.shape != image.shape[-2:]:
            raise InputError(
                f"the region is {region.dtype} {region.shape}, the image {image.shape[-2:]}; "
                "give a mask of the image's rows and columns."
            )
        if not region.any():
            raise InputError("the region holds no pixel; draw it inside the image.")
        if image.specimen is not None and not (image.specimen & region).any():
            raise InputError("the region holds only pixels that are left out; draw it on the specimen.")

    def block(self, shape: tuple[int, ...]) -> Block:
        """Rectangle around the region in an image of (Y, X)."""
        return whole(shape) if self.region is None else around(self.region)

    def wanted(self, specimen: Mask | None) -> Mask | None:
        """Pixels (Y, X) that get a result; None: all."""
        if self.region is None or specimen is None:
            return specimen if self.region is None else self.region
        return self.region & specimen

    def centre(self, block: Block) -> tuple[float, float] | None:
        """Row and column of the middle of what is visible, moved into a rectangle of the image."""
        if self.focus is None:
            return None
        top, bottom, left, right = self.focus
        row, column = (
            min(max(at, part.start), part.stop)
            for at, part in zip(((top + bottom) / 2, (left + right) / 2), block, strict=True)
        )
        return row, column

    def order(self, number: int) -> list[int]:
        """Slices of a stack in the order of their distance from the first one."""
        return sorted(range(number), key=lambda index: (abs(index - self.first_slice), index))
