"""The truth as people trace it: faint lines among strong ones are no boundaries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_grains.grains import edge_scores
from napari_grains.synthesis import (
    Contrast,
    Imaging,
    MicrographParameters,
    Recipe,
    Structure,
    Twins,
    synthesize,
)

SHAPE = (160, 200)
STRUCTURE = Structure(grain_diameter=25, waviness=0.1)
LINES = Contrast(lines=-0.5, line_width=3, grain_steps=0.01, faint_edges=0.4)
STEPS = Contrast(lines=0, grain_steps=0.2, faint_edges=0.4)


def micrograph(traced_contrast, contrast=LINES, seed=3, **parts):
    parameters = MicrographParameters(
        structure=STRUCTURE, contrast=contrast, imaging=Imaging(noise=0.02), **parts
    )
    return synthesize(replace(parameters, traced_contrast=traced_contrast), SHAPE, seed)


def darkness(drawn, labels):
    """Mean depth of the lines along each edge of some labels."""
    bright = np.median(drawn.image)
    return edge_scores(labels, np.clip(bright - drawn.image, 0, 1)).score


def test_only_the_truth_changes():
    every, traced = micrograph(0.0), micrograph(0.5)
    np.testing.assert_array_equal(traced.image, every.image)
    np.testing.assert_array_equal(traced.phases, every.phases)
    assert traced.grains.max() < 0.85 * every.grains.max()
    assert np.unique(traced.grains).tolist() == list(range(1, traced.grains.max() + 1))
    assert (traced.distance >= every.distance).all()


def test_traced_grains_are_whole_grains_put_together():
    every, traced = micrograph(0.0), micrograph(0.5)
    pairs = np.unique(np.stack([every.grains.ravel(), traced.grains.ravel()]), axis=1)
    assert pairs.shape[1] == every.grains.max()


def test_the_lines_that_are_left_are_the_strong_ones():
    every, traced = micrograph(0.0), micrograph(0.5)
    least = 0.4 * np.median(darkness(every, every.grains))
    assert np.mean(darkness(every, every.grains) < least) > 0.15
    assert np.mean(darkness(every, traced.grains) < least) < 0.03


def test_more_contrast_asked_for_leaves_fewer_grains():
    counts = [int(micrograph(share).grains.max()) for share in (0.0, 0.2, 0.5)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_where_grey_levels_show_the_grains_all_stay():
    every, traced = micrograph(0.0, STEPS), micrograph(0.5, STEPS)
    np.testing.assert_array_equal(traced.grains, every.grains)
    np.testing.assert_array_equal(traced.visibility, every.visibility)


def test_faint_twins_that_would_count_are_not_traced():
    plain = replace(LINES, faint_edges=0.0)
    faint, clear = (Twins(share=0.8, width=0.3, visibility=seen, counted=True) for seen in (0.1, 1.0))
    assert (
        micrograph(0.5, plain, twins=faint).grains.max()
        < 0.7 * micrograph(0.0, plain, twins=faint).grains.max()
    )
    assert (
        micrograph(0.5, plain, twins=clear).grains.max() == micrograph(0.0, plain, twins=clear).grains.max()
    )


@pytest.mark.parametrize("general", [0.0, 1.0])
def test_a_recipe_says_what_is_traced(general):
    drawn = Recipe(traced_contrast=0.3, general=general).draw(np.random.default_rng(0))
    assert drawn.traced_contrast == 0.3
