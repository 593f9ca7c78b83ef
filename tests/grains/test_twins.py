"""Twins found by their shape, against synthetic micrographs that know theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from patterns import voronoi

from napari_grains.grains import measure, twin_boundaries
from napari_grains.synthesis import MicrographParameters, Structure, Twins, synthesize


def crossed_square():
    """A grain of 60 px in a frame of four others, crossed by a lamella of 10 px."""
    labels = np.ones((100, 100), np.int32)
    labels[:, 50:] = 2
    labels[50:, :50] = 3
    labels[50:, 50:] = 4
    labels[20:80, 20:80] = 5
    labels[45:55, 20:80] = 6
    labels[55:80, 20:80] = 7
    return labels


def twinned(seed):
    """Grains with and without the boundaries of their twins."""
    twins = Twins(share=0.4, width=0.25, counted=True)
    parameters = MicrographParameters(structure=Structure(grain_diameter=40.0), twins=twins)
    without = replace(parameters, twins=replace(twins, counted=False))
    return tuple(synthesize(each, (384, 384), seed).grains for each in (parameters, without))


def test_a_lamella_across_a_grain():
    assert twin_boundaries(crossed_square()).tolist() == [[5, 6], [6, 7]]
    assert twin_boundaries(10 * crossed_square()).tolist() == [[50, 60], [60, 70]]


def test_ignoring_twins_joins_the_grain():
    counted, ignored = (measure(crossed_square(), twins=twins) for twins in ("counted", "ignored"))
    assert counted.summary["grains"] == 7
    assert ignored.summary["grains"] == 5
    assert (counted.summary["twin_boundaries"], ignored.summary["twin_boundaries"]) == (0, 2)
    assert ignored.table.set_index("grain").loc[5, "area_px"] == 3600


def test_twins_of_synthetic_micrographs():
    right = found = true = 0
    for seed in range(3):
        grains, parents = twinned(seed)
        of = np.zeros((grains.max() + 1, parents.max() + 1), int)
        np.add.at(of, (grains.ravel(), parents.ravel()), 1)
        parent = of.argmax(axis=1)
        sides = [np.stack((grains[:-1], grains[1:])), np.stack((grains[:, :-1], grains[:, 1:]))]
        pairs = np.unique(np.concatenate([side.reshape(2, -1) for side in sides], axis=1), axis=1)
        low, high = np.sort(pairs, axis=0)
        joined = (low != high) & (parent[low] == parent[high])
        truth = set(zip(low[joined].tolist(), high[joined].tolist(), strict=True))
        guess = set(map(tuple, twin_boundaries(grains).tolist()))
        right, found, true = right + len(guess & truth), found + len(guess), true + len(truth)
    assert right / found > 0.9
    assert right / true > 0.55


def test_grains_without_twins_are_rarely_joined():
    labels = voronoi((500, 500), 25, seed=3)
    assert len(twin_boundaries(labels)) < 0.05 * labels.max()


@pytest.mark.parametrize("labels", [np.zeros((5, 5), int), np.ones((5, 5), int)])
def test_nothing_to_join(labels):
    assert twin_boundaries(labels).shape == (0, 2)
