"""The net that the spots of a diffraction pattern lie on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_PEAKS = 40
"""Peaks of the autocorrelation that are looked at, the highest ones."""
_STRONG, _FAINT = 0.15, 0.02
"""Share of the highest peak that an edge needs at least, and that a peak needs to count in the fit."""
_APART = 0.3
"""Least distance of the second edge's end from the first one's line, in lengths of that."""
_LEAST_APART = 2.0  # px
_NEAR = 1.2
"""Distance in px from a corner of the net up to which a peak belongs to it."""
_FARTHEST = 4
"""Steps up to which corners are fitted."""
_HOLD = 0.05
"""Weight of an edge itself in the fit; it keeps an edge that no other peak speaks for."""


@dataclass(frozen=True, eq=False)
class NetOfSpots:
    """Reduced cells of the nets of N patterns.

    Parameters
    ----------
    edges : Tensor, (N, 2, 2)
        The shorter and the longer edge as rows, (x, y) in px, at 60 to 90 degrees.
    """

    edges: Tensor

    @property
    def shape(self) -> Tensor:
        """(N, 3), numbers that stay the same when the pattern is turned or mirrored.

        Logarithm of the ratio of the edges; how far the longer one leans along the shorter one, in lengths of
        that, 0 for a rectangle to 1/2; logarithm of the shorter one in px.
        """
        short, long = self.edges.unbind(1)
        squared = short.square().sum(-1).clamp_min(1e-6)
        ratio = 0.5 * (long.square().sum(-1).clamp_min(1e-6) / squared).log()
        return torch.stack([ratio, (short * long).sum(-1) / squared, 0.5 * squared.log()], dim=1)

    @classmethod
    def reduced(cls, edges: Tensor) -> NetOfSpots:
        """Take the shortest steps of the nets of cells (N, 2, 2) as edges (Gauss's reduction)."""
        short, long = edges.unbind(1)
        for _ in range(4):
            squared = short.square().sum(-1, keepdim=True).clamp_min(1e-6)
            long = long - ((short * long).sum(-1, keepdim=True) / squared).round() * short
            swap = long.square().sum(-1, keepdim=True) < short.square().sum(-1, keepdim=True)
            short, long = torch.where(swap, long, short), torch.where(swap, short, long)
        lean = (short * long).sum(-1, keepdim=True)
        return cls(torch.stack([short, torch.where(lean < 0, -long, long)], dim=1))

    @classmethod
    def found(cls, lags: Tensor, where: Tensor) -> NetOfSpots:
        """Find the nets in autocorrelations.

        Parameters
        ----------
        lags : Tensor, (N, L, L)
            Lag 0 in the middle of an odd number of rows; the highest peak is 1.
        where : Tensor of bool, (N, L, L)
            Lags that may be steps of the net; a lag and its opposite need not both be among them.
        """
        side = lags.shape[-1]
        peaks = (lags == F.max_pool2d(lags[:, None], 3, 1, 1)[:, 0]) & where
        heights, order = (lags * peaks).flatten(1).topk(_PEAKS)
        rows, columns = (one.clamp(1, side - 2) for one in (order // side, order % side))
        places = summits(lags, rows, columns) - side // 2
        net = cls.reduced(_shortest(places, heights))
        for _ in range(2):
            net = cls.reduced(_fitted(net.edges, places, heights))
        return net


def summits(maps: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """(N, K, 2), (x, y) of maxima of maps (N, Y, X) between the pixels, by a parabola along each axis."""
    each = torch.arange(len(maps), device=maps.device)[:, None]
    middle = maps[each, rows, columns]

    def shift(before: Tensor, after: Tensor) -> Tensor:
        bend = (before - 2 * middle + after).clamp_max(-1e-9)
        return (0.5 * (before - after) / bend).clamp(-0.5, 0.5)

    x = columns + shift(maps[each, rows, columns - 1], maps[each, rows, columns + 1])
    y = rows + shift(maps[each, rows - 1, columns], maps[each, rows + 1, columns])
    return torch.stack([x, y], dim=-1)


def _shortest(places: Tensor, heights: Tensor) -> Tensor:
    """Edges (N, 2, 2): the shortest strong step of (N, K, 2), and the shortest one beside it."""
    each = torch.arange(len(places), device=places.device)
    rank = torch.where(heights > _STRONG, 0.0, 1e3) + places.norm(dim=-1)
    short = places[each, rank.argmin(1)]
    length = short.norm(dim=-1, keepdim=True).clamp_min(1e-3)
    beside = (places[..., 0] * short[:, None, 1] - places[..., 1] * short[:, None, 0]).abs() / length
    rank = rank + torch.where(beside > (_APART * length).clamp_min(_LEAST_APART), 0.0, 1e6)
    return torch.stack([short, places[each, rank.argmin(1)]], dim=1)


def _fitted(edges: Tensor, places: Tensor, heights: Tensor) -> Tensor:
    """Edges (N, 2, 2) that the peaks at corners of the net fit best, by least squares."""
    steps = places @ torch.linalg.inv(edges + 1e-6 * torch.eye(2, device=edges.device))
    corners = steps.round()
    near = ((steps - corners) @ edges).norm(dim=-1) < _NEAR
    weight = heights * (near & (heights > _FAINT) & (corners.abs().amax(-1) <= _FARTHEST))
    normal = torch.einsum("nk,nki,nkj->nij", weight, corners, corners)
    right = torch.einsum("nk,nki,nkj->nij", weight, corners, places)
    hold = _HOLD * torch.eye(2, device=edges.device)
    fitted: Tensor = torch.linalg.solve(normal + hold, right + hold @ edges)
    return fitted
