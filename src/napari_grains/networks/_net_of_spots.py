"""The net that the spots of a diffraction pattern lie on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_PEAKS = 40
"""Peaks of the autocorrelation that are looked at, the highest ones."""
_STRONG, _FAINT = 0.12, 0.02
"""Share of the highest peak that an edge needs at least, and that a peak needs to count in the fit."""
_APART = 0.3
"""Least distance of the second edge's end from the first one's line, in lengths of that."""
_LEAST_APART = 2.0  # px
_TRIED = 12
"""Steps of which every two are tried as edges, the shortest strong ones."""
_HIT, _NEAR = 0.9, 1.2
"""Distance in px from a corner of the net up to which a peak belongs to it, before and in the fit."""
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
        net = cls.reduced(_likeliest(places, heights))
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


def _likeliest(places: Tensor, heights: Tensor) -> Tensor:
    """Edges (N, 2, 2): the two of the shortest strong steps (N, K, 2) whose net holds most of all peaks.

    The denser a net, the more peaks lie near its corners by chance; as many are taken off.
    """
    each = torch.arange(len(places), device=places.device)
    rank = torch.where(heights > _STRONG, 0.0, 1e3) + places.norm(dim=-1)
    order = rank.argsort(1)[:, :_TRIED]
    first, second = torch.triu_indices(_TRIED, _TRIED, 1, device=places.device)
    tried = places[each[:, None], order]
    edges = torch.stack([tried[:, first], tried[:, second]], dim=2)
    held = _held(edges, places, heights.clamp_min(0).sqrt())
    # Steps that are in one line, or faint, only where there are no others.
    is_faint = heights.gather(1, order)[:, second] <= _STRONG
    held = held - torch.where(_apart(edges), 0.0, 1e3) - torch.where(is_faint, 1e2, 0.0)
    return edges[each, held.argmax(1)]


def _apart(edges: Tensor) -> Tensor:
    """Whether pairs of edges (N, P, 2, 2) are far from lying in one line."""
    short, long = edges.norm(dim=-1).sort(dim=-1).values.unbind(-1)
    height = _areas(edges).abs() / long.clamp_min(1e-3)
    found: Tensor = height > (_APART * short).clamp_min(_LEAST_APART)
    return found


def _held(edges: Tensor, places: Tensor, weights: Tensor) -> Tensor:
    """(N, P), weight of the peaks (N, K, 2) at corners of the nets (N, P, 2, 2), less that of chance."""
    areas = _areas(edges)
    there = torch.where(areas.abs() < 1, 1.0, areas)[..., None]
    one, two = edges.unbind(2)
    steps = torch.stack([_areas_with(places, two) / there, -_areas_with(places, one) / there], dim=-1)
    corners = steps.round()
    off = ((steps - corners) @ edges).square().sum(-1)
    hits = ((off < _HIT**2) & (corners.abs().amax(-1) <= _FARTHEST)).float()
    chance = (math.pi * _HIT**2 / areas.abs().clamp_min(1)).clamp_max(1)
    held: Tensor = ((hits - chance[..., None]) * weights[:, None]).sum(-1)
    return held


def _areas(edges: Tensor) -> Tensor:
    """Of the cells with edges (..., 2, 2)."""
    return edges[..., 0, 0] * edges[..., 1, 1] - edges[..., 0, 1] * edges[..., 1, 0]


def _areas_with(places: Tensor, edges: Tensor) -> Tensor:
    """(N, P, K), of the cells that places (N, K, 2) span with edges (N, P, 2)."""
    x, y = places[:, None].unbind(-1)
    return x * edges[..., 1:] - y * edges[..., :1]


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
