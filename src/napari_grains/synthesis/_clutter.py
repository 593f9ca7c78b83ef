"""Things on and inside grains that a network must not take for boundaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._ellipses import Ellipses, add_blobs
from ._parameters import Clutter

Float = NDArray[np.float32]
Labels = NDArray[np.int32]
Centre = tuple[int, int]


@dataclass(frozen=True, eq=False)
class _Canvas:
    """What is drawn on: the image, changed in place, its grains and the distance to their boundaries."""

    image: Float
    grains: Labels
    distance: Float
    clutter: Clutter
    diameter: float

    @property
    def strength(self) -> float:
        return self.clutter.strength


def add_clutter(
    image: Float, grains: Labels, distance: Float, clutter: Clutter, diameter: float, rng: np.random.Generator
) -> None:
    """Draw scratches, pits, particles, rings, bodies and dirt into an image, in place.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Changed in place.
    grains : ndarray of int32, (Y, X)
        Grains 1 to N; scratches, rings and bodies end at a boundary.
    distance : ndarray of float32, (Y, X)
        Distance to the nearest boundary in px.
    clutter : Clutter
        How many of what, how strong.
    diameter : float
        Mean grain diameter in px.
    rng : numpy.random.Generator
        Source of randomness.
    """
    canvas = _Canvas(image, grains, distance, clutter, diameter)
    tens = image.size / (0.785 * diameter**2) / 10
    _pits(canvas, int(rng.poisson(clutter.pits * tens)), rng)
    _particles(canvas, int(rng.poisson(clutter.particles * tens)), rng)
    _scratches(canvas, int(rng.poisson(clutter.scratches * tens)), rng)
    for number, draw in ((clutter.rings, _ring), (clutter.dirt, _dirt)):
        _scatter(draw, canvas, number * tens, rng)
    for centre in _deep_places(canvas, clutter.bodies * tens, rng):
        _body(canvas, centre, rng)


def _scatter(
    draw: Callable[[_Canvas, Centre, np.random.Generator], None],
    canvas: _Canvas,
    expected: float,
    rng: np.random.Generator,
) -> None:
    """Draw a Poisson number of things at random places."""
    for _ in range(rng.poisson(expected)):
        draw(
            canvas, (int(rng.integers(canvas.image.shape[0])), int(rng.integers(canvas.image.shape[1]))), rng
        )


def _deep_places(canvas: _Canvas, expected: float, rng: np.random.Generator) -> Iterator[Centre]:
    """Places inside large grains: of six random ones the farthest from a boundary."""
    number = rng.poisson(expected)
    places = rng.integers(0, canvas.image.size, (number, 6))
    depth = canvas.distance.ravel()[places]
    for place in places[np.arange(number), depth.argmax(1)]:
        yield divmod(int(place), canvas.image.shape[1])


def _pits(canvas: _Canvas, number: int, rng: np.random.Generator) -> None:
    radius = rng.uniform(0.7, 0.06 * canvas.diameter + 1.2, number)
    contrast = -1.6 * canvas.strength * rng.uniform(0.4, 1, number)
    add_blobs(canvas.image, _anywhere(canvas, radius, rng), contrast)


def _particles(canvas: _Canvas, number: int, rng: np.random.Generator) -> None:
    radius = rng.uniform(1.5, max(1.5, 0.2 * canvas.diameter), number)
    contrast = canvas.strength * rng.choice([-1.2, 1.0], number) * rng.uniform(0.4, 1, number)
    add_blobs(canvas.image, _anywhere(canvas, radius, rng), contrast)


def _anywhere(canvas: _Canvas, radius: NDArray[np.float64], rng: np.random.Generator) -> Ellipses:
    rows, columns = (rng.integers(0, n, len(radius)) for n in canvas.image.shape)
    return Ellipses.at(rows, columns, radius, rng)


def _scratches(canvas: _Canvas, number: int, rng: np.random.Generator) -> None:
    """Draw bundles of one, three, five or seven parallel lines, each bundle in one grain."""
    centres = rng.integers(0, canvas.image.size, number)
    length = rng.uniform(0.2, 1.2, number) * canvas.diameter
    grey = canvas.strength * rng.uniform(-1.0, 0.5, number)
    bundle, across = _parallel_lines(canvas.diameter, number, rng)
    along = np.arange(-1.2 * canvas.diameter, 1.2 * canvas.diameter + 1)
    angle = rng.uniform(0, np.pi, number)[bundle, None]
    width = canvas.image.shape[1]
    row, column = (c[bundle, None] for c in np.divmod(centres, width))
    row = row + np.rint(across * np.cos(angle) + along * np.sin(angle)).astype(int)
    column = column + np.rint(along * np.cos(angle) - across * np.sin(angle)).astype(int)
    shown = (np.abs(along) < length[bundle, None]) & (column >= 0) & (column < width)
    shown &= (row >= 0) & (row < canvas.image.shape[0])
    pixels, own = (row * width + column)[shown], np.broadcast_to(bundle[:, None], shown.shape)[shown]
    grains = canvas.grains.ravel()
    inside = grains[pixels] == grains[centres[own]]
    canvas.image.ravel()[pixels[inside]] += grey[own[inside]].astype(np.float32)


def _parallel_lines(
    diameter: float, bundles: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For both edges of each line, its bundle (n,) and its distance (n, 1) in px from the bundle's middle."""
    pitch, width = rng.uniform(4, 0.5 * diameter + 5, bundles), rng.uniform(0.0, 0.5, bundles)
    lines = 2 * rng.integers(0, 4, bundles) + 1
    bundle = np.repeat(np.arange(bundles), lines)
    place = np.arange(len(bundle)) - np.repeat(np.cumsum(lines) - (lines + 1) // 2, lines)
    middle = place * pitch[bundle]
    across = np.concatenate([middle - width[bundle], middle + width[bundle]])
    return np.tile(bundle, 2), across[:, None]


def _ring(canvas: _Canvas, centre: Centre, rng: np.random.Generator) -> None:
    """Draw a dark-rimmed ellipse, often filled, sometimes striped inside, confined to its grain."""
    radius = canvas.diameter * canvas.clutter.ring_size * rng.uniform(0.45, 1.55)
    _rimmed(canvas, centre, radius, canvas.strength * np.array([rng.uniform(-0.8, 0.3), -1.0]), 0.4, rng)


def _body(canvas: _Canvas, centre: Centre, rng: np.random.Generator) -> None:
    """Draw a large dark ellipse that fills much of the grain it lies in."""
    radius = float(canvas.distance[centre]) * rng.uniform(0.45, 1.15)
    if radius > 2:
        grey = -canvas.clutter.body_strength * rng.uniform(0.5, 1.5, 2)
        _rimmed(canvas, centre, radius, grey, 0.6, rng)


def _rimmed(
    canvas: _Canvas,
    centre: Centre,
    radius: float,
    grey: NDArray[np.float64],
    striped: float,
    rng: np.random.Generator,
) -> None:
    """Draw an ellipse; ``grey`` are the levels of its inside and its rim, ``striped`` is how often it is."""
    window, dy, dx = _window(canvas, centre, 1.6 * radius + 3)
    distance = _elliptic(dy, dx, rng)
    beyond = distance - radius
    rim = np.exp(-0.5 * (beyond / rng.uniform(0.6, 1.6)) ** 2)
    inside = grey[0] / (1 + np.exp(np.clip(2 * beyond, -20, 20)))
    if rng.random() < striped:
        stripes = np.sin(dy * rng.uniform(0.6, 1.5) + dx * rng.uniform(-1, 1))
        inside = inside * (1 + rng.uniform(0.2, 1.0) * stripes)
    own = canvas.grains[window] == canvas.grains[centre]
    canvas.image[window] += (own * (inside + grey[1] * rim)).astype(np.float32)


def _dirt(canvas: _Canvas, centre: Centre, rng: np.random.Generator) -> None:
    """Draw a soft patch that takes no notice of boundaries."""
    radius = canvas.diameter * rng.uniform(0.1, 0.5)
    window, dy, dx = _window(canvas, centre, 2.2 * radius + 2)
    patch = np.exp(-((_elliptic(dy, dx, rng) / radius) ** 2))
    canvas.image[window] += (canvas.strength * rng.uniform(-2.0, 0.8) * patch).astype(np.float32)


def _window(canvas: _Canvas, centre: Centre, reach: float) -> tuple[tuple[slice, slice], Float, Float]:
    """Slices around a centre, and the row and column offsets inside them."""
    r = int(np.ceil(reach))
    rows, columns = (
        slice(max(0, c - r), min(n, c + r + 1)) for c, n in zip(centre, canvas.image.shape, strict=True)
    )
    dy = np.arange(rows.start - centre[0], rows.stop - centre[0], dtype=np.float32)[:, None]
    dx = np.arange(columns.start - centre[1], columns.stop - centre[1], dtype=np.float32)[None]
    return (rows, columns), dy, dx


def _elliptic(dy: Float, dx: Float, rng: np.random.Generator) -> Float:
    """Distance from the centre, stretched along a random direction by up to 1.6."""
    angle, ratio = rng.uniform(0, np.pi), np.float32(rng.uniform(0.79, 1.26))
    sin, cos = np.float32(np.sin(angle)), np.float32(np.cos(angle))
    return np.asarray(np.hypot((cos * dx + sin * dy) * ratio, (cos * dy - sin * dx) / ratio), np.float32)
