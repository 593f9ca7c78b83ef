"""Edges far fainter than the boundaries around them, and where that means nothing."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import lines, voronoi

from napari_grains.grains import lines_show, merge_untypical

LABELS = np.repeat([[1, 2, 3, 4]], 20, axis=1).repeat(40, axis=0).astype(np.int32)


def etched(last):
    """Boundary probability and picture of four stripes between lines, of which the last differs."""
    boundary = np.zeros(LABELS.shape, np.float32)
    boundary[:, 19:21] = boundary[:, 39:41] = 0.9
    boundary[:, 59:61] = last
    return boundary, 1 - 0.5 * boundary


@pytest.mark.parametrize(("share", "left"), [(0.0, 4), (0.4, 4), (0.5, 3), (0.65, 3), (1.0, 3)])
def test_edges_far_fainter_than_the_others_go(share, left):
    boundary, image = etched(0.4)
    merged = merge_untypical(LABELS, boundary, image, share)
    assert merged.max() == left
    if left == 3:
        assert merged[0, 45] == merged[0, 75] != merged[0, 0]


@pytest.mark.parametrize("contrast", [0.2, 1.0])
def test_they_are_compared_with_one_another(contrast):
    """Halving the probability of all, or the contrast of the picture, changes nothing."""
    boundary, image = etched(0.4)
    assert merge_untypical(LABELS, boundary * contrast, image * contrast, 0.65).max() == 3


def test_where_grey_levels_show_the_grains_all_edges_stay():
    boundary, _ = etched(0.1)
    steps = np.array([0, 0.2, 0.8, 0.5, 0.55])[LABELS]
    assert not lines_show(LABELS, steps)
    np.testing.assert_array_equal(merge_untypical(LABELS, boundary, steps, 0.65), LABELS)


@pytest.mark.parametrize("sign", [-1, 1])
def test_dark_and_bright_lines_show(sign):
    labels = voronoi((200, 200), 30, seed=4)
    rng = np.random.default_rng(0)
    levels = rng.normal(0.5, 0.05, labels.max() + 1)[labels]
    noise = rng.normal(0, 0.05, labels.shape)
    assert lines_show(labels, levels + sign * 0.3 * lines(labels) + noise)
    assert not lines_show(labels, levels + noise)


def test_what_is_no_specimen_does_not_count():
    boundary, image = etched(0.4)
    labels = LABELS.copy()
    labels[:10] = 0
    image[:10] = np.nan
    assert merge_untypical(labels, boundary, image, 0.65).max() == 3


def test_one_grain_and_none_stay_what_they_are():
    one = np.ones((5, 6), np.int32)
    flat = np.full((5, 6), 0.5)
    assert not lines_show(one, flat)
    np.testing.assert_array_equal(merge_untypical(one, flat, flat, 0.65), one)
    assert merge_untypical(one * 0, flat, flat, 0.65).max() == 0
