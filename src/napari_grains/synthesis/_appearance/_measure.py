"""What a micrograph looks like, measured from the image and a partition of it into grains."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ._clutter import ClutterSeen, measure_clutter
from ._edges import Edges, find_edges, snapped
from ._interiors import (
    Interiors,
    Mottling,
    measure_interiors,
    measure_levels,
    measure_mottling,
    ordinary,
    ramp_of,
    robust_sd,
)
from ._profiles import (
    Line,
    Profiles,
    blur_of_steps,
    edge_profiles,
    fit_line,
    groove_of,
    junction_excess,
    share_of_faint,
    typical_profile,
)
from ._shape import Shape, measure_shape

Image = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
_NO_LINE = 0.04
"""Height below which there are no lines to speak of."""
_LARGEST = 900
"""Side in px of the part in the middle that is measured."""


@dataclass(frozen=True)
class Appearance:
    """A micrograph in numbers. Lengths are pixels, grey levels 0 to 1 after the stretch, as seen: blurred.

    Parameters
    ----------
    grains : float
        Number of grains in the field by the planimetric count.
    grain_diameter : float
        Diameter of a circle with the mean area of the grains.
    size_spread : float
        Standard deviation of the logarithm of the diameters of complete grains.
    elongation, angle : float
        Ratio of the mean grain's long to short axis, and the direction of the long one in radians from the
        rows' (x) to the columns' (y) direction, 0 to pi.
    background : float
        Typical grey level of the grains.
    grain_steps : float
        Standard deviation of the grey level from grain to grain, without shading.
    odd_grains : float
        Share of grains much brighter, less that of grains much darker, than a normal distribution has.
    ramps : float
        Typical difference of the grey level across one grain diameter inside a grain.
    texture, texture_size : float
        Standard deviation and correlation length (of the Gaussian that would make it of white noise) of the
        mottling inside grains.
    noise, noise_correlation : float
        The same of what is finer.
    shading : float
        Standard deviation of the slow variation of the grains' levels over the field.
    lines, line_width, line_softness : float
        Grey level of the boundary lines above (> 0) or below (< 0) the grains; full width at half height,
        blur included; 0 for bars, 1 for bells.
    junctions : float
        How much the flanks of the lines fill up where three grains meet, in units of the lines' height.
    groove : float
        Difference between a boundary's flanks, turned to and away from a light.
    faint_edges : float
        Share of the boundary length that shows less than half of the typical line; 0 if there are no lines.
    blur : float
        Standard deviation of the point-spread function in px: measured on the steps between grains where
        these are strong enough, else assumed (``blur_measured`` says which); at most what the lines allow.
    blur_measured : bool
        Whether steps between grains were strong enough to tell.
    spots, dark_blobs, bright_blobs, streaks : float
        Things that stick out inside grains, per 10 grains: small dark ones, larger dark and bright ones, and
        slender ones.
    clutter_contrast, blob_diameter : float
        Their typical grey level over the grain, and the diameter of the blobs in grain diameters.
    black, white : float
        Share of saturated pixels.
    snapped : bool
        Whether the boundaries were moved onto the crests of the lines before measuring.
    """

    grains: float
    grain_diameter: float
    size_spread: float
    elongation: float
    angle: float
    background: float
    grain_steps: float
    odd_grains: float
    ramps: float
    texture: float
    texture_size: float
    noise: float
    noise_correlation: float
    shading: float
    lines: float
    line_width: float
    line_softness: float
    junctions: float
    groove: float
    faint_edges: float
    blur: float
    blur_measured: bool
    spots: float
    dark_blobs: float
    bright_blobs: float
    streaks: float
    clutter_contrast: float
    blob_diameter: float
    black: float
    white: float
    snapped: bool

    def to_dict(self) -> dict[str, float | bool]:
        """All figures by name."""
        return asdict(self)


def appearance_of(
    pixels: NDArray[np.floating], grains: NDArray[np.integer], *, snap: bool | None = None
) -> Appearance:
    """Measure a micrograph.

    All figures are medians, median deviations or clipped fits, so that a partition with some wrong grains
    will do. Of a large image the middle is measured.

    Parameters
    ----------
    pixels : ndarray of float, (Y, X), finite
        Grey levels 0 to 1, stretched between percentiles, at the scale the network works at.
    grains : ndarray of int, (Y, X)
        Partition: grains from 1; 0 is no specimen.
    snap : bool, optional
        Whether boundaries are first moved onto the crests of the lines; None does it where that makes the
        lines stronger by more than an eighth, as it does for partitions that are a little off.

    Raises
    ------
    ValueError
        If the shapes differ or there is no grain.
    """
    if pixels.shape != grains.shape or pixels.ndim != 2 or not grains.any():
        raise ValueError(f"a 2-D image and its grains are needed, got {pixels.shape} and {grains.shape}")
    middle = tuple(slice(max(0, (n - _LARGEST) // 2), (n + _LARGEST) // 2) for n in grains.shape)
    middle = middle if grains[middle].any() else ()
    pixels, grains = np.asarray(pixels[middle], np.float32), _numbered(grains[middle])
    shape = measure_shape(grains)
    seen = _First.look(pixels, grains, shape.diameter)
    snapping = False
    if snap is not False and abs(seen.line.height) > _NO_LINE:
        moved = _First.look(pixels, snapped(grains, seen.edges, pixels, seen.line.height), shape.diameter)
        snapping = snap is True or abs(moved.line.height) > 1.125 * abs(seen.line.height)
        seen = replace(moved, blur=seen.blur) if snapping else seen  # snapping sharpens no step
    inside = _inside(seen.grains, seen.edges, _margin(seen.line, shape.diameter))
    interiors = measure_interiors(pixels, seen.grains, inside, shape.diameter)
    return _assembled(pixels, seen, shape, inside, interiors, snapping)


@dataclass(frozen=True, eq=False)
class _First:
    """A partition, and lines and blur as they look before it is known how far they reach into the grains."""

    grains: Labels
    edges: Edges
    line: Line
    blur: float | None

    @classmethod
    def look(cls, pixels: Image, grains: Labels, diameter: float) -> _First:
        edges = find_edges(grains)
        inside = _inside(grains, edges, min(6.0, max(1.5, 0.13 * diameter)))
        interiors = measure_interiors(pixels, grains, inside, diameter)
        profiles = edge_profiles(interiors.over_level, edges, _reach(diameter))
        large = (interiors.pixels > 0.12 * diameter**2)[edges.grains].all(1)
        steps = interiors.level[edges.grains[:, 1]] - interiors.level[edges.grains[:, 0]]
        blur = blur_of_steps(profiles, np.where(large, steps, np.nan))
        return cls(grains, edges, fit_line(profiles.at, typical_profile(profiles)), blur)


def _margin(line: Line, diameter: float) -> float:
    """How far lines reach into the grains; a little where there are none."""
    if abs(line.height) < _NO_LINE:
        return min(6.0, max(1.5, 0.13 * diameter))
    half = 0.5 * line.width * (1.6 if line.softness > 0.5 else 1.2)
    return min(max(1.5, half), 0.3 * diameter)


def _assembled(
    pixels: Image, seen: _First, shape: Shape, inside: Mask, interiors: Interiors, snapping: bool
) -> Appearance:
    grains, edges = seen.grains, seen.edges
    specimen = grains > 0
    varies = robust_sd(interiors.residual[inside])
    levels = measure_levels(interiors, pixels.shape, varies)
    plain = ordinary(interiors.residual, inside, grains, edges.distance)
    mottling = measure_mottling(interiors.residual, plain, shape.diameter)
    profiles = edge_profiles(interiors.over_level, edges, _reach(shape.diameter))
    line = fit_line(profiles.at, typical_profile(profiles))
    steps = levels.even[edges.grains[:, 1]] - levels.even[edges.grains[:, 0]]
    blur = seen.blur
    return Appearance(
        grains=shape.number,
        grain_diameter=shape.diameter,
        size_spread=shape.spread,
        elongation=shape.elongation,
        angle=shape.angle,
        background=levels.background,
        grain_steps=levels.steps,
        odd_grains=levels.odd_grains,
        ramps=ramp_of(interiors, shape.diameter, varies),
        **_of_mottling(mottling),
        shading=levels.shading,
        lines=line.height,
        line_width=line.width,
        line_softness=line.softness,
        junctions=junction_excess(interiors.over_level, edges, grains, line),
        groove=groove_of(profiles, steps, edges.normal),
        faint_edges=_faint(profiles, line, varies),
        blur=min(blur if blur is not None else 0.9, max(0.3, line.width / 2.355)),
        blur_measured=blur is not None,
        **_of_clutter(
            measure_clutter(interiors.residual, inside, shape.diameter, shape.number, mottling.texture)
        ),
        black=float(np.mean(pixels[specimen] <= 1 / 255)),
        white=float(np.mean(pixels[specimen] >= 254 / 255)),
        snapped=snapping,
    )


def _of_mottling(mottling: Mottling) -> dict[str, float]:
    return asdict(mottling)


def _of_clutter(seen: ClutterSeen) -> dict[str, float]:
    return {("clutter_" + k if k == "contrast" else k): v for k, v in asdict(seen).items()}


def _faint(profiles: Profiles, line: Line, varies: float) -> float:
    return share_of_faint(profiles, line.height) if abs(line.height) > max(0.04, 0.5 * varies) else 0.0


def _reach(diameter: float) -> float:
    return min(14.0, max(4.0, 0.35 * diameter))


def _numbered(grains: NDArray[np.integer]) -> Labels:
    """Renumber to 1..N, 0 staying 0."""
    ids = np.unique(grains)
    number = np.searchsorted(ids[ids > 0], grains) + 1
    return np.where(grains > 0, number, 0).astype(np.int32)


def _inside(grains: Labels, edges: Edges, margin: float) -> Mask:
    """Pixels farther than a margin from the boundaries; a grain that has none of them keeps its middle."""
    inside = (edges.distance > margin) & (grains > 0)
    n = int(grains.max()) + 1
    lost = np.bincount(grains[inside], minlength=n) < 4
    if lost[1:].any():
        deepest = np.zeros(n, np.float32)
        np.maximum.at(deepest, grains.ravel(), edges.distance.ravel())
        inside |= (lost & (deepest > 1))[grains] & (edges.distance >= deepest[grains] - 0.8) & (grains > 0)
    return inside
