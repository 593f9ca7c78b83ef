"""Things inside grains that a network must not take for boundaries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ._parameters import Clutter

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


def add_clutter(
    image: Float, labels: Labels, clutter: Clutter, diameter: float, rng: np.random.Generator
) -> None:
    """Draw scratches, pits, particles and rings into an image, in place.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Changed in place.
    labels : ndarray of int32, (Y, X)
        Grains 1 to N; scratches end at a boundary.
    clutter : Clutter
        How many of what, how strong.
    diameter : float
        Mean grain diameter in px.
    rng : numpy.random.Generator
        Source of randomness.
    """
    tens = image.size / (0.785 * diameter**2) / 10
    for number, draw in (
        (clutter.scratches, _scratches),
        (clutter.pits, _pit),
        (clutter.particles, _particle),
        (clutter.rings, _ring),
    ):
        for centre in _centres(number * tens, image.shape, rng):
            draw(image, labels, centre, clutter.strength, diameter, rng)


def _centres(expected: float, shape: tuple[int, ...], rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    for _ in range(rng.poisson(expected)):
        yield int(rng.integers(shape[0])), int(rng.integers(shape[1]))


def _scratches(
    image: Float,
    labels: Labels,
    centre: tuple[int, int],
    strength: float,
    diameter: float,
    rng: np.random.Generator,
) -> None:
    """Draw a bundle of parallel lines in one grain."""
    window, dy, dx = _window(image.shape, centre, 1.2 * diameter)
    angle, pitch = rng.uniform(0, np.pi), rng.uniform(4, 0.5 * diameter + 5)
    across = np.cos(angle) * dy - np.sin(angle) * dx
    along = np.sin(angle) * dy + np.cos(angle) * dx
    lines = int(rng.integers(1, 5))
    index = np.round(across / pitch)
    line = np.abs(across - index * pitch) < rng.uniform(0.4, 1.0)
    inside = (
        (labels[window] == labels[centre])
        & (np.abs(index) < lines)
        & (np.abs(along) < rng.uniform(0.2, 1.2) * diameter)
    )
    image[window] += np.where(line & inside, strength * rng.uniform(-1.0, 0.5), 0).astype(np.float32)


def _pit(
    image: Float,
    _labels: Labels,
    centre: tuple[int, int],
    strength: float,
    diameter: float,
    rng: np.random.Generator,
) -> None:
    _blob(image, centre, rng.uniform(0.7, 0.06 * diameter + 1.2), -1.6 * strength * rng.uniform(0.4, 1), rng)


def _particle(
    image: Float,
    _labels: Labels,
    centre: tuple[int, int],
    strength: float,
    diameter: float,
    rng: np.random.Generator,
) -> None:
    _blob(
        image,
        centre,
        rng.uniform(1.5, max(1.5, 0.2 * diameter)),
        strength * rng.choice([-1.2, 1.0]) * rng.uniform(0.4, 1),
        rng,
    )


def _blob(
    image: Float, centre: tuple[int, int], radius: float, contrast: float, rng: np.random.Generator
) -> None:
    window, dy, dx = _window(image.shape, centre, 2 * radius + 2)
    distance = _elliptic(dy, dx, rng)
    image[window] += (contrast / (1 + np.exp(np.clip(2 * (distance - radius), -20, 20)))).astype(np.float32)


def _ring(
    image: Float,
    labels: Labels,
    centre: tuple[int, int],
    strength: float,
    diameter: float,
    rng: np.random.Generator,
) -> None:
    """Draw a dark-rimmed ellipse, often filled, sometimes striped inside, confined to its grain."""
    radius = diameter * rng.uniform(0.08, 0.28)
    window, dy, dx = _window(image.shape, centre, 1.6 * radius + 3)
    distance = _elliptic(dy, dx, rng)
    rim = np.exp(-0.5 * ((distance - radius) / rng.uniform(0.6, 1.6)) ** 2)
    fill = rng.uniform(-0.8, 0.3) * (distance < radius)
    if rng.random() < 0.4:
        fill = fill * (1 + np.sin(dy * rng.uniform(0.6, 1.5) + dx * rng.uniform(-1, 1)))
    same_grain = labels[window] == labels[centre]
    image[window] += (strength * same_grain * (fill - rim)).astype(np.float32)


def _window(
    shape: tuple[int, ...], centre: tuple[int, int], reach: float
) -> tuple[tuple[slice, slice], Float, Float]:
    """Slices around a centre, and the row and column offsets inside them."""
    r = int(np.ceil(reach))
    rows, columns = (slice(max(0, c - r), min(n, c + r + 1)) for c, n in zip(centre, shape, strict=True))
    dy, dx = np.ogrid[rows, columns]
    return (rows, columns), (dy - centre[0]).astype(np.float32), (dx - centre[1]).astype(np.float32)


def _elliptic(dy: Float, dx: Float, rng: np.random.Generator) -> Float:
    """Distance from the centre, stretched along a random direction by up to 1.6."""
    angle, ratio = rng.uniform(0, np.pi), rng.uniform(0.75, 1.25)
    along, across = np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx
    return np.asarray(np.hypot(along * ratio, across / ratio), np.float32)
