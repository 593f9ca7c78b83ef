"""Many small ellipses at once, on the pixel raster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ellipses:
    """Ellipses in an image; arrays of length N.

    Parameters
    ----------
    rows, columns : ndarray of int
        Centres in px.
    radius : ndarray of float32
        Geometric mean of the semi-axes in px.
    angle : ndarray of float32
        Direction of one axis in radians.
    ratio : ndarray of float32
        Square root of the ratio of the other axis to this one.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    radius: Float
    angle: Float
    ratio: Float

    @classmethod
    def at(
        cls,
        rows: NDArray[np.intp],
        columns: NDArray[np.intp],
        radius: NDArray[np.floating],
        rng: np.random.Generator,
    ) -> Ellipses:
        """Ellipses with given centres and radii, stretched by up to 1.6 along random directions."""
        n = len(rows)
        return cls(
            rows,
            columns,
            radius.astype(np.float32),
            rng.uniform(0, np.pi, n).astype(np.float32),
            rng.uniform(0.79, 1.26, n).astype(np.float32),
        )

    def windows(
        self, shape: tuple[int, ...], margin: float
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], Float]]:
        """Pixels around the ellipses, those of similar size together.

        Parameters
        ----------
        shape : (int, int)
            Of the image.
        margin : float
            How far beyond an ellipse its window reaches, in px.

        Yields
        ------
        ndarray of intp, (n,)
            Which ellipses.
        ndarray of intp, (n, k)
            Flat index of the pixels of their windows; where a window reaches out of the image, pixels at its
            border stand in.
        ndarray of float32, (n, k)
            Distance of those pixels from the centre, measured such that the outline lies at the radius;
            infinite out of the image.
        """
        reach = np.ceil(1.3 * self.radius + margin)
        octave = np.ceil(2 * np.log2(np.maximum(reach, 1))).astype(int)
        for size in np.unique(octave):
            which = np.flatnonzero(octave == size)
            yield which, *self._window(which, int(reach[which].max()), shape)

    def _window(
        self, which: NDArray[np.intp], reach: int, shape: tuple[int, ...]
    ) -> tuple[NDArray[np.intp], Float]:
        dy, dx = np.ogrid[-reach : reach + 1, -reach : reach + 1]
        rows, columns = (centre[which, None, None] for centre in (self.rows, self.columns))
        rows, columns = rows + dy, columns + dx
        outside = (rows < 0) | (rows >= shape[0]), (columns < 0) | (columns >= shape[1])
        fields = np.cos(self.angle), np.sin(self.angle), self.ratio
        cos, sin, ratio = (f[which, None, None] for f in fields)
        distance = np.hypot((cos * dx + sin * dy) * ratio, (cos * dy - sin * dx) / ratio).astype(np.float32)
        distance[outside[0] | outside[1]] = np.inf
        flat = np.clip(rows, 0, shape[0] - 1) * shape[1] + np.clip(columns, 0, shape[1] - 1)
        return flat.reshape(len(which), -1), distance.reshape(len(which), -1)


def add_blobs(image: Float, blobs: Ellipses, contrast: NDArray[np.floating]) -> None:
    """Add ellipses with soft outlines to an image, in place; ``contrast`` (N,) in grey levels."""
    grey = contrast.astype(np.float32)
    for which, pixels, distance in blobs.windows(image.shape, 2.0):
        steep = np.clip(2 * (distance - blobs.radius[which, None]), -20, 20)
        np.add.at(image.ravel(), pixels, grey[which, None] / (1 + np.exp(steep)) * np.isfinite(distance))


def depth_inside(shape: tuple[int, int], ellipses: Ellipses) -> Float:
    """Depth of every pixel below the outline of the ellipse it lies deepest in, (Y, X) in px.

    Negative outside; -2 is everything farther away.
    """
    depth = np.full(shape, -2.0, np.float32)
    for which, pixels, distance in ellipses.windows(shape, 2.0):
        np.maximum.at(depth.ravel(), pixels, np.maximum(ellipses.radius[which, None] - distance, -2.0))
    return depth
