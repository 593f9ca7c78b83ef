"""How much of a specimen each phase is."""

import numpy as np
import pytest

from napari_grains.grains import phase_fractions, pool_fractions


def test_a_single_field_has_no_confidence_interval_but_an_indicative_one():
    rng = np.random.default_rng(0)
    phases = np.kron(rng.integers(1, 3, (32, 32)), np.ones((8, 8), int))
    first, second = phase_fractions(phases, ("a", "b"))
    assert first.fraction + second.fraction == pytest.approx(1)
    assert first.interval is None
    assert first.indicative[0] < first.fraction < first.indicative[1]
    assert first.to_dict()["indicative95"] == list(first.indicative)
    assert second.pixels == (phases == 2).sum()


def test_several_fields_give_the_t_interval_of_their_mean():
    fields = np.ones((3, 10, 10), int)
    for field, rows in zip(fields, (1, 2, 3), strict=True):
        field[:rows] = 2
    second = phase_fractions(fields, ("a", "b"))[1]
    half = 4.302653 * 0.1 / np.sqrt(3)
    assert second.interval == pytest.approx((max(0, 0.2 - half), 0.2 + half), rel=1e-5)
    assert second.indicative is None


def test_only_the_specimen_and_what_has_a_phase_counts():
    phases = np.array([[1, 2, 0], [2, 2, 1]])
    first, second = phase_fractions(phases, ("a", "b"), np.array([[1, 1, 1], [1, 0, 0]], bool))
    assert (first.pixels, second.pixels) == (1, 2)
    assert first.fraction == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="with 1 names"):
        phase_fractions(phases, ("a",))


def test_of_nothing_there_is_no_fraction():
    first, _ = phase_fractions(np.zeros((6, 6), int), ("a", "b"))
    assert np.isnan(first.fraction)
    assert first.to_dict()["fraction"] is None


def test_fields_measured_one_by_one_are_pooled_as_if_they_were_a_stack():
    fields = np.random.default_rng(2).integers(0, 3, (4, 12, 12))
    alone = [phase_fractions(field, ("a", "b")) for field in fields]
    assert pool_fractions(alone) == phase_fractions(fields, ("a", "b"))
    with pytest.raises(ValueError, match="the same phases"):
        pool_fractions([alone[0], alone[0][:1]])


def test_coverage_of_the_interval_over_fields():
    rng, hit = np.random.default_rng(1), 0
    for _ in range(200):
        shares = rng.normal(0.3, 0.05, 5).clip(0, 1)
        fields = np.stack([np.where(np.arange(400) < 400 * share, 2, 1).reshape(20, 20) for share in shares])
        low, high = phase_fractions(fields, ("a", "b"))[1].interval
        hit += low <= 0.3 <= high
    assert hit / 200 > 0.9
