"""How an axis is divided into tiles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.inference._tiles import RAMP, grid, in_order, margin, smallest_tile, spans, tile_around


@st.composite
def axes(draw):
    """Length, tile, radius and stride of an axis."""
    stride = 2 ** draw(st.integers(0, 6))
    radius = draw(st.integers(0, 120))
    length = stride * draw(st.integers(1, 4000 // stride + 1))
    tile = smallest_tile(radius, stride) + draw(st.integers(0, 600))
    return length, tile, radius, stride


@given(axes())
def test_cores_cover_the_axis_once_and_in_order(axis):
    length, *_ = axis
    cores = [span.core for span in spans(*axis)]
    assert cores[0][0] == 0
    assert cores[-1][1] == length
    assert all(a[1] == b[0] for a, b in pairwise(cores))
    assert all(stop > start for start, stop in cores)


@given(axes())
def test_reads_lie_within_the_axis_and_the_tile_and_are_in_phase(axis):
    length, tile, _, stride = axis
    for span in spans(*axis):
        start, stop = span.read
        assert 0 <= start < stop <= length
        assert stop - start <= tile
        assert start % stride == 0
        assert stop % stride == 0


@given(axes())
def test_what_is_written_is_out_of_reach_of_the_tiles_own_edges(axis):
    length, _, radius, _ = axis
    for span in spans(*axis):
        assert span.read[0] == 0 or span.write[0] - span.read[0] >= radius
        assert span.read[1] == length or span.read[1] - span.write[1] >= radius
        assert span.write[0] <= span.core[0] < span.core[1] <= span.write[1]


@given(axes())
def test_weights_add_up_to_one_everywhere(axis):
    total = np.zeros(axis[0])
    for span in spans(*axis):
        weights = span.weights()
        assert weights.dtype == np.float32
        assert weights.min() > 0
        total[slice(*span.write)] += weights
    np.testing.assert_allclose(total, 1, atol=1e-6)


def test_cores_are_alike():
    sizes = [span.core[1] - span.core[0] for span in spans(2048 + 16, 1024, 107, 16)]
    assert max(sizes) - min(sizes) <= 16
    assert len(sizes) == 3


def test_short_axis_is_one_tile():
    (only,) = spans(512, 512, 107, 16)
    assert only.read == only.core == only.write == (0, 512)
    np.testing.assert_array_equal(only.weights(), np.ones(512))


def test_margin_and_smallest_tile():
    assert margin(107, 16) == 128  # 107 + 8 = 115, up to the next multiple of 16
    assert smallest_tile(107, 16) == 256 + 16
    assert RAMP == 8


@pytest.mark.parametrize(("length", "tile"), [(500, 512), (512, 271)])
def test_impossible_divisions_are_rejected(length, tile):
    with pytest.raises(ValueError, match="cannot divide"):
        spans(length, tile, 107, 16)


def test_grid_is_every_pair_row_by_row():
    rows, columns = spans(64, 52, 2, 4), spans(128, 52, 2, 4)
    assert list(grid((64, 128), 52, 2, 4)) == [(r, c) for r in rows for c in columns]
    assert len(rows) > 1


def test_tiles_are_sorted_by_the_distance_of_their_middle():
    tiles = grid((256, 256), 60, 2, 4)
    focus = (100.0, 31.0)
    found = in_order(tiles, focus)
    assert sorted(map(str, found)) == sorted(map(str, tiles))
    distances = [np.hypot(sum(r.core) / 2 - focus[0], sum(c.core) / 2 - focus[1]) for r, c in found]
    assert distances == sorted(distances)
    assert found[0][0].core[0] <= 100 < found[0][0].core[1]


@given(
    st.integers(1, 400), st.integers(1, 400), st.floats(-500, 2500), st.floats(-500, 2500), st.integers(0, 4)
)
def test_a_tile_around_a_place(rows, columns, y, x, power):
    stride, radius = 2**power, 23
    shape = (rows * stride, columns * stride)
    tile = tile_around((y, x), shape, 64, radius, stride)
    for span, at, length in zip(tile, (y, x), shape, strict=True):
        start, stop = span.core
        assert start % stride == stop % stride == span.read[0] % stride == span.read[1] % stride == 0
        assert 0 <= start < stop <= length
        assert stop - start == min(64, length)
        inside = min(max(at, 0), length)
        assert start <= inside <= stop
        assert span.read == (
            max(0, start - margin(radius, stride)),
            min(length, stop + margin(radius, stride)),
        )
        if 32 < inside < length - 32:
            assert abs((start + stop) / 2 - inside) <= stride
