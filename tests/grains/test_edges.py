"""Scores of edges, merging across them, and bringing grains to another grid."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import lines, voronoi

from napari_grains.grains import (
    edge_scores,
    merge_edges,
    threshold_boundary,
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
