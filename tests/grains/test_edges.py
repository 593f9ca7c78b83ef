"""Scores of edges, merging across them, and bringing grains to another grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import lines, voronoi
from skimage.metrics import adapted_rand_error

from napari_grains.grains import (
    EdgeScores,
    edge_scores,
    merge_edges,
    threshold_boundary,
    typical_score,
    upsample_partition,
)


def three_stripes():
    labels = np.repeat([[1, 2, 3]], 10, axis=1).repeat(20, axis=0).astype(np.int32)
    boundary = np.zeros(labels.shape, np.float32)
    boundary[:, 9] = 0.8
    boundary[:10, 20] = 0.4
    return labels, boundary


def test_scores_are_means_along_each_edge():
    edges = edge_scores(*three_stripes())
    assert edges.pairs.tolist() == [[1, 2], [2, 3]]
    np.testing.assert_allclose(edges.score, [0.8, 0.2], rtol=1e-6)
    np.testing.assert_allclose(edges.length, 20 * np.pi / 4, rtol=1e-6)


def test_the_length_of_edges_is_right_over_all_directions():
    """Poisson-Voronoi cells have a boundary length of 2 * sqrt(density) per area."""
    labels = voronoi((600, 600), 30, seed=1)
    length = edge_scores(labels, lines(labels)).length.sum() / labels.size
    assert length == pytest.approx(2 / 30, rel=0.05)


def test_the_outside_has_no_edges():
    labels = np.array([[1, 0, 2]], np.int32)
    assert edge_scores(labels, np.ones((1, 3), np.float32)).pairs.shape == (0, 2)


@pytest.mark.parametrize(("threshold", "left"), [(0.0, 3), (0.1, 3), (0.3, 2), (0.9, 1)])
def test_weak_edges_go(threshold, left):
    merged = merge_edges(*three_stripes(), threshold)
    assert merged.max() == left
    if left == 2:
        assert merged[0, 10] == merged[0, 29] != merged[0, 0]


def test_a_joined_grain_is_scored_as_one():
    """The weak third of an edge does not carry the strong rest with it once two of the grains are joined."""
    labels = np.ones((30, 20), np.int32)
    labels[:, 10:] = 3
    labels[20:, :10] = 2
    boundary = np.zeros(labels.shape, np.float32)
    boundary[:20, 9] = 1.0
    boundary[20:, 9] = 0.3
    boundary[19, :9] = 0.1
    merged = merge_edges(labels, boundary, 0.5)
    assert merged.max() == 2
    assert merged[0, 0] == merged[29, 0] != merged[0, 19]


def test_the_typical_score_is_the_median_by_length():
    pairs = np.array([[1, 2], [1, 3], [2, 3]], np.int32)
    edges = EdgeScores(pairs, np.array([0.9, 0.2, 0.4], np.float32), np.array([50, 10, 30], np.float32))
    assert typical_score(edges) == pytest.approx(0.9)
    assert typical_score(EdgeScores(pairs[:0], edges.score[:0], edges.length[:0])) == 0


def test_upsampling_puts_lines_on_the_boundary():
    truth = voronoi((400, 480), 60, seed=2)
    coarse = truth[2::4, 2::4]
    found = upsample_partition(coarse, lines(truth))
    assert found.shape == truth.shape
    assert found.dtype == np.int32
    nearest = coarse.repeat(4, axis=0).repeat(4, axis=1)
    better, before = (adapted_rand_error(truth, labels)[0] for labels in (found, nearest))
    assert better < 0.5 * before
    # The drawn line is a pixel wide and may go to either grain; elsewhere there is one right answer.
    assert (found != truth)[lines(truth) == 0].mean() < 0.002


@settings(max_examples=30)
@given(
    st.integers(20, 60),
    st.integers(20, 60),
    st.floats(0.4, 6.0),
    st.floats(0.4, 6.0),
    st.integers(0, 2**32 - 1),
)
def test_no_grain_is_lost_on_another_grid(rows, columns, down, across, seed):
    rng = np.random.default_rng(seed)
    labels = voronoi((rows, columns), 9, seed)
    boundary = rng.random((max(8, int(rows * down)), max(8, int(columns * across)))).astype(np.float32)
    found = upsample_partition(labels, boundary)
    assert found.shape == boundary.shape
    assert found.min() > 0
    lost = set(np.unique(labels)) - set(np.unique(found))
    assert not lost or min(down, across) < 1  # two tiny grains may need the same pixel of a coarser grid


def test_a_finer_grid_keeps_even_single_pixels():
    labels = np.ones((12, 12), np.int32)
    labels[5, 5] = 2
    labels[0, 11] = 3
    found = upsample_partition(labels, np.zeros((37, 50), np.float32))
    assert np.unique(found).tolist() == [1, 2, 3]


def test_upsampling_covers_the_specimen_and_nothing_else():
    labels = voronoi((30, 30), 10, seed=3)
    labels[:, 20:] = 0
    specimen = np.zeros((90, 90), bool)
    specimen[:, :70] = True
    found = upsample_partition(labels, np.zeros((90, 90), np.float32), specimen=specimen)
    assert ((found > 0) == specimen).all()


def test_given_places_decide_where_the_full_grid_lies():
    labels = np.repeat([[1, 2]], 10, axis=1).repeat(20, axis=0).astype(np.int32)
    boundary = np.zeros((40, 40), np.float32)
    places = np.arange(40, dtype=np.float32) / 2
    shifted = upsample_partition(labels, boundary, places=(places, places - 3))
    assert abs(int((shifted[0] == 1).sum()) - 25) <= 2  # column 9.5 of the working grid


def test_dark_lines_are_boundaries_and_dark_specks_are_not():
    image = np.full((120, 120), 0.7, np.float32)
    image[:, 58:61] = 0.2
    image[20:23, 20:23] = 0.2
    boundary = threshold_boundary(image)
    assert boundary.dtype == np.float32
    assert 0 <= boundary.min() <= boundary.max() <= 1
    assert (boundary[:, 59] > 0.5).all()
    assert (boundary[10:30, 10:30] <= 0.5).all()
    assert threshold_boundary(np.full((32, 32), 0.5, np.float32)).max() == 0
