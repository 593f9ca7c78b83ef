"""Whether 95 % intervals over five fields hold the truth 95 times in a hundred."""

from __future__ import annotations

import math

import pytest
from patterns import voronoi

from napari_grains.grains import pooled_density
from napari_grains.grains._measure._counting import planimetric_count
from napari_grains.grains._measure._field import prepared_field
from napari_grains.grains._measure._intercepts import intercepts

DIAMETER = 20
GRAINS = DIAMETER**-2
BOUNDARIES = 4 / math.pi * math.sqrt(GRAINS)
"""Per length of line in a Poisson-Voronoi tessellation: 2 / pi of its edge length per area, 2 sqrt(N_A)."""


def counts(seed):
    field = prepared_field(voronoi((120, 120), DIAMETER, seed), None, None)
    met = intercepts(field).all
    return planimetric_count(field.labels, field.number).count, field.area, met.number, met.length


def coverage(samples, number=5):
    """Share of samples of so many fields whose interval holds the truth: grains, boundaries."""
    held = [0, 0]
    for sample in range(samples):
        grains, area, met, length = zip(
            *(counts(50000 + number * sample + k) for k in range(number)), strict=True
        )
        for which, (count, size, truth) in enumerate(((grains, area, GRAINS), (met, length, BOUNDARIES))):
            low, high = pooled_density(count, size).interval
            held[which] += low <= truth <= high
    return [each / samples for each in held]


def test_intervals_hold_the_truth_in_a_few_samples():
    assert min(coverage(30)) > 0.8


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    assert all(0.93 <= share <= 0.97 for share in coverage(480))
