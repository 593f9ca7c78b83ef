"""The endless stream of training batches."""

from __future__ import annotations

from itertools import islice

import numpy as np
import torch

from napari_grains.networks import DISTANCE_UNIT
from napari_grains.synthesis import Recipe
from napari_grains.training import SyntheticStream, training_sample, training_weight

SIZE = 48


def stream(**options):
    return SyntheticStream(Recipe(), 3, **{"batch": 4, "size": SIZE} | options)


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name in one:
        assert torch.equal(one[name], two[name]), name


def test_batches_are_targets_and_inputs():
    batch = stream(batch=6, invisible_weight=0.2)[0]
    assert batch.keys() == {"image", "boundary", "distance", "weight"}
    assert all(t.shape == (6, 1, SIZE, SIZE) and t.dtype == torch.float32 for t in batch.values())
    assert set(batch["boundary"].unique().tolist()) <= {0.0, 1.0}
    assert set(batch["weight"].unique().tolist()) <= {np.float32(0.2), 1.0}
    assert float(batch["distance"].min()) > 0
    assert float(batch["distance"].max()) <= 30 / DISTANCE_UNIT
    # boundary means at most 1.5 px away
    assert torch.equal(batch["boundary"] == 1, batch["distance"] * DISTANCE_UNIT <= 1.5 + 1e-5)


def test_a_batch_depends_on_seed_and_number_alone():
    assert_same(stream()[7], stream()[7])
    other = SyntheticStream(Recipe(), 4, 4, SIZE)
    for batch in (stream()[8], other[7]):
        assert not torch.equal(stream()[7]["image"], batch["image"])


def test_views_are_the_same_micrograph_seen_differently():
    boundary = stream(views=2)[0]["boundary"].numpy()[:, 0]
    ways = [np.rot90(a, k) for a in (boundary[0], boundary[0].T) for k in range(4)]
    assert any(np.array_equal(way, boundary[1]) for way in ways)
    assert boundary[0].sum() == boundary[1].sum() != boundary[2].sum()
    image = stream(views=2)[0]["image"]
    assert not torch.equal(image[0], image[1])


def test_batches_share_no_micrograph():
    """Also where the views of the last one do not all fit."""
    first, second = stream(views=3)[0], stream(views=3)[1]
    sums = [{float(each.sum()) for each in batch["boundary"]} for batch in (first, second)]
    assert len(first["image"]) == len(second["image"]) == 4
    assert not sums[0] & sums[1]


def test_image_and_targets_are_turned_together():
    micrograph = Recipe().micrograph(0, 0, (SIZE, SIZE))
    ways = set()
    for seed in range(40):
        sample = training_sample(micrograph, np.random.default_rng(seed), 0.2)
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


def test_edges_that_nobody_could_see_count_less():
    micrographs = [Recipe().micrograph(0, index, (96, 96)) for index in range(12)]
    for micrograph in micrographs:
        weight = training_weight(micrograph, 0.25)
        light = weight == 0.25
        assert np.all(weight[~light] == 1)
        assert np.all(micrograph.distance[light] <= 3)
        assert np.all(micrograph.visibility[light] < 0.05)
        near = micrograph.distance <= 3
        assert np.array_equal(light, near & (micrograph.visibility < 0.05))
    assert any((training_weight(each, 0.25) < 1).any() for each in micrographs)


def test_workers_draw_the_same_batches_in_the_same_order():
    alone = list(islice(stream(batch=2, views=2).loader(0), 5))
    together = list(islice(stream(batch=2, views=2).loader(2), 5))
    entered = list(islice(stream(batch=2, views=2).loader(1, first=3), 2))
    for one, two in zip(alone, together, strict=True):
        assert_same(one, two)
    for one, two in zip(alone[3:], entered, strict=True):
        assert_same(one, two)


def test_drawing_leaves_the_generator_that_all_share_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    next(iter(stream().loader(0)))
    assert torch.equal(torch.rand(3), expected)
