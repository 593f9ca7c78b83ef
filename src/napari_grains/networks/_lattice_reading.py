"""What can be measured on a diffraction pattern: its net of spots and its profile along the radius."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from ._net_of_spots import NetOfSpots, summits
from ._symmetry_reading import ANGLES, SYMMETRIES, symmetries

SIDE: Final = 64
"""Rows and columns of the patterns that are read."""
RADII: Final = 96
"""Places along the radius, evenly spaced in its logarithm: the camera length only shifts a profile."""
PROFILES: Final = 3
"""Mean and spread over all angles at each radius, and the mean without the background."""
SHAPE: Final = 3
"""Numbers in the shape of a net, see `NetOfSpots.shape`."""
_STEPS: Final = 5
"""Half steps of the net along each edge up to which it is looked at."""
POINTS: Final = _STEPS + _STEPS * (2 * _STEPS + 1)
"""Places in the net that are looked at, the opposite ones being the same."""
OF_SPOTS: Final = SHAPE + 3 * POINTS + SYMMETRIES
"""Numbers that are read of the spots."""
NUMBERS: Final = OF_SPOTS + PROFILES * RADII
"""What is read of one pattern, the spots first."""

_INNER, _OUTER = 2.5, 31.5
_PADDED = 96  # at least 3 / 2 of the side: lags up to half of it do not wrap around
_BACKGROUND = 9
"""Side in px of the neighbourhood whose mean is background."""
_REACH, _OFFSET = 6, 4.0
"""Largest and usual distance of the centre from the middle, px."""
_HALO, _DARK, _SHARP = 5, 0.95, 2
"""What is bright around the beam: side in px of the neighbourhood that is looked at, share of the pattern
that is darker, and how often it counts as much as the reflections."""
_SHORTEST = 2.8
"""Steps of the net are at least so long, px."""


class LatticeReading(nn.Module):
    """Measures patterns; nothing in it is learned.

    The spots' net is found in the autocorrelation of the pattern, which needs no centre and shows every step
    between two spots. The centre is where the pattern is most like itself turned by half a turn. All numbers
    stay the same when the pattern is turned or mirrored, but for the pixels' grid.
    """

    window: Tensor
    prior: Tensor
    radii: Tensor
    rings: Tensor
    points: Tensor
    inside: Tensor
    one_side: Tensor

    def __init__(self) -> None:
        super().__init__()
        from_middle = torch.arange(SIDE) - (SIDE - 1) / 2
        lags = torch.arange(SIDE + 1) - SIDE // 2
        offsets = (torch.arange(4 * _REACH + 1) - 2 * _REACH) / 2
        radii = _INNER * (_OUTER / _INNER) ** torch.linspace(0, 1, RADII)
        angles = torch.arange(ANGLES) * (2 * math.pi / ANGLES)
        self._keep("window", ((SIDE / 2 + 1 - _lengths(from_middle)) / 3).clamp(0, 1))
        self._keep("prior", torch.exp(-(_lengths(offsets) ** 2) / (2 * _OFFSET**2)))
        self._keep("radii", radii)
        self._keep("rings", radii[:, None, None] * torch.stack([angles.cos(), angles.sin()], dim=-1))
        self._keep("points", _net_points())
        self._keep("inside", (_lengths(lags) >= _SHORTEST) & (_lengths(lags) <= SIDE / 2 - 1))
        self._keep("one_side", (lags[:, None] > 0) | ((lags[:, None] == 0) & (lags > 0)))

    def _keep(self, name: str, values: Tensor) -> None:
        self.register_buffer(name, values, persistent=False)

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        """Read patterns.

        Parameters
        ----------
        images : Tensor, (N, C, 64, 64)
            Prepared; the mean of the channels is read. Other sizes are brought to 64.

        Returns
        -------
        Tensor, (N, NUMBERS, 1, 1), float32
            Shape of the net; autocorrelation, mean and difference of opposite reflections at half steps of
            the net, `POINTS` of each; `SYMMETRIES`; `PROFILES` along `RADII`.
        """
        image = _of_side(images.float().mean(dim=1))
        clear = (image - _around(image)).clamp_min(0) * self.window
        spectrum = _spectrum(clear)
        centre, lags = self.centre(image, spectrum), self.autocorrelation(spectrum)
        net = NetOfSpots.found(lags, lags.gt(0) & self.inside & self.one_side)
        steps, around = self.points @ net.edges, self.rings + centre[:, None, None]
        polar, every_other = _at(clear, around), around[:, :, ::2]
        rings = _at(image, every_other), polar[..., ::2], _is_on(every_other)
        found = [
            net.shape, _at(lags, steps), *self._reflections(clear, steps, centre),
            symmetries(polar, self.radii), *self._profiles(*rings),
        ]  # fmt: skip
        return torch.cat(found, dim=1)[:, :, None, None]

    def centre(self, image: Tensor, spectrum: Tensor) -> Tensor:
        """(N, 2), (x, y) of the centres from the middle, px, of images with the spectra of their spots."""
        halo = _around(image, _HALO)
        dark = halo.flatten(1).quantile(_DARK, dim=1)[:, None, None]
        spots, bright = _half_turns(spectrum), _half_turns(_spectrum((halo - dark).clamp_min(0)))
        likely = (spots * bright**_SHARP * self.prior)[:, 1:-1, 1:-1]
        best, wide = likely.flatten(1).argmax(1, keepdim=True), likely.shape[2]
        return (summits(spots, best // wide + 1, best % wide + 1)[:, 0] - 2 * _REACH) / 2

    def autocorrelation(self, spectrum: Tensor) -> Tensor:
        """(N, 65, 65), of patterns given by their spectra, less its background; 1 at the highest peak."""
        lags = torch.fft.irfft2(spectrum * spectrum.conj(), (_PADDED, _PADDED))
        lags = lags.roll((SIDE // 2, SIDE // 2), (1, 2))[:, : SIDE + 1, : SIDE + 1]
        lags = lags - _around(lags)
        peaks = (lags == F.max_pool2d(lags[:, None], 3, 1, 1)[:, 0]) & self.inside
        scaled: Tensor = lags / (lags * peaks).amax((1, 2), keepdim=True).clamp_min(1e-9)
        return scaled

    def _reflections(self, clear: Tensor, steps: Tensor, centre: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and difference (N, P) of what lies at steps (N, P, 2) on both sides; 1 is the strongest."""
        there, back = (_at(clear, sign * steps + centre[:, None]) for sign in (1, -1))
        twice = 2 * torch.maximum(there, back).amax(1, keepdim=True).clamp_min(1e-6)
        return (there + back) / twice, (there - back).abs() / twice

    def _profiles(self, ring: Tensor, clear: Tensor, on: Tensor) -> tuple[Tensor, ...]:
        """`PROFILES` times (N, RADII), of what is ``on`` the image, with and without background."""
        low = torch.where(on, ring, math.inf).amin((1, 2), keepdim=True)
        high = (ring * on).amax((1, 2), keepdim=True).clamp_min(1e-6)
        number = on.sum(-1).clamp_min(1)
        ring = (ring - low) / (high - low).clamp_min(1e-6) * on
        mean = ring.sum(-1) / number
        spread = ((ring - mean[..., None]) * on).square().sum(-1) / number
        return mean, spread.sqrt(), (clear / high * on).sum(-1) / number


def _net_points() -> Tensor:
    """(POINTS, 2), half steps along both edges."""
    steps = [(i, j) for i in range(_STEPS + 1) for j in range(-_STEPS, _STEPS + 1) if i or j > 0]
    return torch.tensor(steps) / 2


def _lengths(along: Tensor) -> Tensor:
    return (along[:, None] ** 2 + along**2).float().sqrt()


def _of_side(images: Tensor) -> Tensor:
    if images.shape[-2:] == (SIDE, SIDE):
        return images
    return F.interpolate(images[:, None], (SIDE, SIDE), mode="bilinear", antialias=True)[:, 0]


def _around(maps: Tensor, side: int = _BACKGROUND) -> Tensor:
    """Mean (N, Y, X) of the neighbourhood of each pixel."""
    wide = F.pad(maps[:, None], (side // 2,) * 4, mode="replicate")
    return F.avg_pool2d(F.avg_pool2d(wide, (1, side), 1), (side, 1), 1)[:, 0]


def _spectrum(maps: Tensor) -> Tensor:
    spectrum: Tensor = torch.fft.rfft2(maps, (_PADDED, _PADDED))
    return spectrum


def _half_turns(spectrum: Tensor) -> Tensor:
    """(N, L, L), likeness to itself after half a turn about places half a pixel apart; 1 at the best one."""
    middle, reach = SIDE - 1, 2 * _REACH
    sums = torch.fft.irfft2(spectrum * spectrum, (_PADDED, _PADDED))
    sums = sums[:, middle - reach : middle + reach + 1, middle - reach : middle + reach + 1].clamp_min(0)
    scaled: Tensor = sums / sums.amax((1, 2), keepdim=True).clamp_min(1e-9)
    return scaled


def _is_on(places: Tensor) -> Tensor:
    """Whether places (..., 2) are on the image."""
    found: Tensor = places.abs().amax(-1) <= (SIDE - 1) / 2
    return found


def _at(maps: Tensor, places: Tensor) -> Tensor:
    """Values of maps (N, Y, X) at places (N, ..., 2), (x, y) from the middle; 0 outside."""
    grid = places.flatten(1, -2)[:, :, None] / (maps.shape[-1] / 2)
    found = F.grid_sample(maps[:, None], grid, align_corners=False)
    return found[:, 0, :, 0].reshape(len(maps), *places.shape[1:-1])
