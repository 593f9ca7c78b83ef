"""The endless stream of training samples."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from napari_grains.networks import DISTANCE_UNIT
from napari_grains.synthesis import Recipe
from napari_grains.training import SyntheticStream
from napari_grains.training._stream import training_sample

SIZE = 48


def samples(number, **options):
    return list(islice(SyntheticStream(Recipe(), 3, size=SIZE, **options), number))


def fingerprints(batches):
    return {tensor.numpy().tobytes() for batch in batches for tensor in batch["image"]}


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name in one:
        assert torch.equal(one[name], two[name])


def test_samples_are_targets_and_inputs():
    for sample in samples(6):
        assert sample.keys() == {"image", "boundary", "distance"}
        assert all(t.shape == (1, SIZE, SIZE) and t.dtype == torch.float32 for t in sample.values())
        assert set(sample["boundary"].unique().tolist()) <= {0.0, 1.0}
        assert float(sample["distance"].min()) > 0
        assert float(sample["distance"].max()) <= 30 / DISTANCE_UNIT
        # boundary means at most 1.5 px away
        assert torch.equal(sample["boundary"] == 1, sample["distance"] * DISTANCE_UNIT <= 1.5 + 1e-5)


def test_stream_can_be_entered_anywhere():
    for one, two in zip(samples(7)[4:], samples(3, first=4), strict=True):
        assert_same(one, two)


def test_stream_repeats_itself_bit_for_bit():
    for one, two in zip(samples(4, views=2), samples(4, views=2), strict=True):
        assert_same(one, two)


def test_views_are_the_same_micrograph_seen_differently():
    first, second, other, _ = samples(4, views=2)
    ways = [
        np.rot90(a, k)
        for a in (first["boundary"][0].numpy(), first["boundary"][0].numpy().T)
        for k in range(4)
    ]
    assert any(np.array_equal(way, second["boundary"][0].numpy()) for way in ways)
    assert not torch.equal(first["image"], second["image"])
    assert first["boundary"].sum() == second["boundary"].sum() != other["boundary"].sum()


def test_image_and_targets_are_turned_together():
    micrograph = Recipe().micrograph(0, 0, (SIZE, SIZE))
    ways = set()
    for seed in range(40):
        sample = training_sample(micrograph, np.random.default_rng(seed))
        image = sample["image"][0].numpy()
        way = next(
            (k, flip)
            for k in range(4)
            for flip in (False, True)
            if np.array_equal(
                np.rot90(micrograph.boundary[:, ::-1] if flip else micrograph.boundary, k),
                sample["boundary"][0].numpy() > 0,
            )
        )
        original = np.rot90(micrograph.image[:, ::-1] if way[1] else micrograph.image, way[0])
        slope, offset = np.polyfit(original.ravel(), image.ravel(), 1)
        np.testing.assert_allclose(image, slope * original + offset, atol=1e-5)
        assert 1.1 <= slope <= 2.2
        assert abs(offset + 0.5 * slope) <= 0.2 + 1e-5
        ways.add(way)
    assert len(ways) == 8


@pytest.mark.parametrize("views", [1, 2])
def test_workers_draw_the_same_set_of_samples(views):
    stream = SyntheticStream(Recipe(), 3, size=SIZE, views=views)
    alone = list(islice(stream.batches(2, 0), 4))
    together = list(islice(stream.batches(2, 2), 4))
    assert all(batch["image"].shape == (2, 1, SIZE, SIZE) for batch in together)
    assert fingerprints(alone) == fingerprints(together)
    assert len(fingerprints(alone)) == 8
    again = list(islice(stream.batches(2, 2), 4))
    for one, two in zip(together, again, strict=True):
        assert_same(one, two)
