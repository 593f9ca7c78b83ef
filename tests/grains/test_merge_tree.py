"""The order in which regions join, against joining the weakest edge again and again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import voronoi

from napari_grains.grains._graph import RegionEdges, boundary_edges, joined
from napari_grains.grains._proofread._merge_tree import MergeTree


def one_after_the_other(edges, number, threshold):
    """Weakest edge first, all edges anew after each: the definition."""
    names = np.arange(number + 1, dtype=np.int32)
    while len(edges.pairs) and edges.mean.min() < threshold:
        row = edges.mean.argmin()
        step = joined(edges.pairs[[row], 0], edges.pairs[[row], 1], number)
        names, edges = step[names], edges.renamed(step)
    return names


def unequal_edges(seed):
    """Edges between cells with means of which no two are alike, in steps whose sums are exact."""
    labels = voronoi((80, 80), 9, seed % 3)
    edges = boundary_edges(labels, labels.astype(np.float32))
    steps = np.random.default_rng(seed).random(len(edges.pairs)) ** 2 * edges.count * 2**30
    return RegionEdges(edges.pairs, np.rint(steps) / 2**30, edges.count), int(labels.max())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), threshold=st.floats(0, 1))
def test_cuts_are_what_joining_one_after_the_other_gives(seed, threshold):
    edges, number = unequal_edges(seed)
    tree = MergeTree.of(edges, number)
    np.testing.assert_array_equal(tree.cut(threshold), one_after_the_other(edges, number, threshold))
    part = MergeTree.of(edges, number, threshold)
    np.testing.assert_array_equal(part.cut(threshold), tree.cut(threshold))
    assert len(part.height) <= len(tree.height) == number - 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), threshold=st.sampled_from([0.2, 0.4, 0.5, 0.7]))
def test_equal_edges_join_alike_however_far_the_tree_goes(seed, threshold):
    labels = voronoi((80, 80), 9, seed % 3)
    edges, number = boundary_edges(labels, labels.astype(np.float32)), int(labels.max())
    heights = np.random.default_rng(seed).integers(0, 4, len(edges.pairs)) / 4
    edges = RegionEdges(edges.pairs, heights, np.ones(len(heights)))
    cuts = [MergeTree.of(edges, number, below).cut(threshold) for below in (threshold, 0.8, np.inf)]
    for cut in cuts[1:]:
        np.testing.assert_array_equal(cut, cuts[0])


def test_a_tree_says_how_far_it_goes():
    labels = voronoi((40, 40), 9, 0)
    tree = MergeTree.of(boundary_edges(labels, labels.astype(np.float32)), int(labels.max()), 0.5)
    with pytest.raises(ValueError, match="not known"):
        tree.cut(0.6)


def test_steps_rise_towards_the_root():
    edges, number = unequal_edges(1)
    tree = MergeTree.of(edges, number)
    thresholds = np.sort(np.append(tree.height, 1.1))
    sizes = [len(np.unique(tree.cut(height)[1:])) for height in thresholds]
    assert sizes == [number - k for k in range(number)]
