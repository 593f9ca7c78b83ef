"""Partitions: every pixel has a grain, and gaps, noise and mixed sizes do not change which."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from patterns import cells, connected_components, lines, voronoi, with_gaps
from scipy import ndimage as ndi
from skimage.io import imread
from skimage.metrics import adapted_rand_error
from skimage.transform import rescale

from napari_grains.grains import partition


def error(truth, found):
    return float(adapted_rand_error(truth, found)[0])


def is_numbered(labels):
    return np.array_equal(np.unique(labels[labels > 0]), np.arange(1, labels.max() + 1))


@pytest.mark.parametrize("diameter", [12, 24, 60])
def test_ideal_boundaries_give_back_the_grains(diameter):
    truth = voronoi((300, 340), diameter, seed=diameter)
    found = partition(lines(truth), min_area=0)
    assert found.dtype == np.int32
    assert is_numbered(found)
    assert found.min() == 1
    assert abs(found.max() / truth.max() - 1) < 0.02
    assert (
        error(truth, found) < 0.1 if diameter == 12 else 0.05
    )  # half a pixel of line is much of a small grain


def test_small_and_large_grains_in_one_image():
    rng = np.random.default_rng(5)
    small = rng.random((260, 2)) * [400, 130]
    large = rng.random((12, 2)) * [400, 270] + [0, 130]
    truth = cells(np.concatenate((small, large)), (400, 400))
    found = partition(lines(truth), min_area=0)
    assert abs(found.max() / truth.max() - 1) < 0.03
    assert error(truth, found) < 0.05


def test_gaps_do_not_join_grains():
    truth = voronoi((400, 400), 30, seed=3)
    broken = with_gaps(lines(truth))
    found = partition(broken)
    assert error(truth, found) < 0.12
    assert error(truth, connected_components(broken)) > 0.5
    assert 0.9 < found.max() / truth.max() < 1.05


def test_noise_does_not_split_grains():
    truth = voronoi((400, 400), 30, seed=4)
    rng = np.random.default_rng(0)
    soft = np.clip(
        1.6 * ndi.gaussian_filter(lines(truth), 0.8) + 0.15 * rng.standard_normal(truth.shape), 0, 1
    )
    found = partition(soft)
    assert 0.95 < found.max() / truth.max() < 1.08
    assert error(truth, found) < 0.1


def test_a_predicted_distance_finds_a_boundary_that_the_probability_misses():
    boundary = np.zeros((60, 121), np.float32)
    boundary[:, 40] = 1
    column = np.arange(121)
    distance = np.broadcast_to(np.minimum(abs(column - 40), abs(column - 80)) + 0.5, boundary.shape)
    assert partition(boundary).max() == 2
    found = partition(boundary, distance.astype(np.float32))
    assert found.max() == 3
    assert found[30, 70] != found[30, 90]


def test_a_waist_is_not_a_boundary_but_a_missing_side_is():
    """Two discs that overlap widely are one grain, two hexagons without their common side are two."""
    y, x = np.mgrid[:80, :140]
    inside = np.minimum(np.hypot(y - 40, x - 45), np.hypot(y - 40, x - 80)) < 28
    found = partition((~inside).astype(np.float32))
    assert len(np.unique(found[inside & (ndi.distance_transform_edt(inside) > 3)])) == 1
    hexagon = np.maximum(abs(x - 40), abs(x - 40) / 2 + abs(y - 40) * np.sqrt(3) / 2) < 24
    hexagon |= np.maximum(abs(x - 88), abs(x - 88) / 2 + abs(y - 40) * np.sqrt(3) / 2) <= 24
    found = partition((~hexagon).astype(np.float32))
    assert found[40, 40] != found[40, 88]


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_featureless_boundary_map_is_one_grain(value):
    found = partition(np.full((40, 50), value, np.float32))
    assert (found == 1).all()


def test_wide_saturated_boundaries_are_shared():
    boundary = np.zeros((60, 100), np.float32)
    boundary[:, 40:61] = 1
    found = partition(boundary)
    assert found.max() == 2
    border = (found == found[0, 0]).sum(axis=1)
    assert (abs(border - 50.5) <= 1.5).all()


@settings(max_examples=40)
@given(
    arrays(np.float32, (17, 23), elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, (17, 23)),
    st.sampled_from([0.0, 5.0, 16.0]),
    st.sampled_from([0.0, 0.4, 1.0]),
)
def test_every_specimen_pixel_has_a_grain(boundary, specimen, min_area, merge):
    found = partition(boundary, specimen=specimen, min_area=min_area, merge=merge)
    assert ((found > 0) == specimen).all()
    assert is_numbered(found)


@settings(max_examples=20)
@given(arrays(np.float32, (24, 31), elements=st.floats(0, 1, width=32)))
def test_no_sliver_is_left(boundary):
    areas = np.bincount(partition(boundary, min_area=16).ravel())[1:]
    assert areas.min() >= 16


def test_merging_more_leaves_fewer_grains():
    truth = voronoi((200, 200), 25, seed=6)
    rng = np.random.default_rng(1)
    boundary = lines(truth) * (0.3 + 0.7 * ndi.zoom(rng.random((8, 8)), 25, order=1)).astype(np.float32)
    counts = [int(partition(boundary, merge=merge).max()) for merge in (0.0, 0.4, 0.6, 0.8, 1.01)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2] > counts[-1] == 1


@pytest.mark.parametrize("factor", [2, 3])
def test_a_map_from_a_coarser_grid_gives_the_same_grains(factor):
    """Its steps are details and no summits, and its smallest grain is as small a part of the field."""
    truth = voronoi((90, 110), 14, seed=8)
    rng = np.random.default_rng(2)
    boundary = np.clip(lines(truth) + rng.normal(0, 0.15, truth.shape), 0, 1).astype(np.float32)
    distance = ndi.distance_transform_edt(lines(truth) == 0).astype(np.float32)
    coarse = partition(boundary, distance)
    fine = partition(
        ndi.zoom(boundary, factor, order=1, mode="grid-constant", grid_mode=True),
        ndi.zoom(distance, factor, order=1, mode="grid-constant", grid_mode=True) * factor,
        min_area=16 * factor**2,
        detail=factor,
    )
    assert fine.max() == pytest.approx(coarse.max(), rel=0.06)
    larger = truth.repeat(factor, axis=0).repeat(factor, axis=1)
    assert adapted_rand_error(larger, fine)[0] < adapted_rand_error(truth, coarse)[0] + 0.02


@pytest.mark.parametrize(
    ("folder", "stem", "scale"),
    [("isbi2012", "00", 0.5), ("perovskite_sem_1", "perovskite_example2", 0.33)],
)
def test_traced_boundaries_give_back_the_grains(real_data: Path, folder, stem, scale):
    image = imread(next((real_data / folder / "labels").glob(f"{stem}.*")))
    traced = (image[..., 0] if image.ndim == 3 else image) > 127
    small = rescale(traced.astype(np.float32), scale, anti_aliasing=True).astype(np.float32)
    pieces, _ = ndi.label(small <= 0.5)
    large = np.bincount(pieces.ravel()) >= 16
    pieces = np.where(large[pieces], pieces, 0)
    row, column = ndi.distance_transform_edt(pieces == 0, return_distances=False, return_indices=True)
    truth = pieces[row, column]
    assert error(truth, partition(small)) < 0.05
    broken = with_gaps(small)
    assert error(truth, partition(broken)) < 0.15 < error(truth, connected_components(broken))
