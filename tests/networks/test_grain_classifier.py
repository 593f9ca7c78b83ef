"""Classifiers of grains: pooled within the grain, standardised, beside measures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_grains.networks import (
    PATTERN,
    ClassifierCard,
    Inputs,
    Preparation,
    StoredClassifier,
    classifier,
    load_classifier,
    save_classifier,
)
from napari_grains.networks._grain_classifier import POOLED_SHARE


@pytest.fixture
def network():
    torch.manual_seed(0)
    return classifier(PATTERN, 2, measures=3).eval()


@pytest.fixture
def inputs():
    generator = torch.Generator().manual_seed(1)
    masks = torch.zeros(5, 1, 32, 32)
    masks[:, :, 8:20, 4:16] = 1
    return Inputs(
        torch.randn(5, 1, 32, 32, generator=generator), masks, torch.randn(5, 3, generator=generator)
    )


def test_every_stage_is_pooled(network, inputs):
    assert network.pooled == 32 + 64 + 128
    assert network.features_of(inputs).shape == (5, 224 + 3)
    sizes = [tuple(one.shape[1:]) for one in network.stage_maps(inputs.images)]
    assert sizes == [(32, 32, 32), (64, 16, 16), (128, 8, 8)]


def test_only_what_lies_within_the_grain_counts(network, inputs):
    maps = network.stage_maps(inputs.images)
    changed = [one.clone() for one in maps]
    for one in changed:
        one[:, :, one.shape[2] * 3 // 4 :] += 100.0
    torch.testing.assert_close(network.means(changed, inputs.masks), network.means(maps, inputs.masks))
    whole = network.means(maps, torch.ones(5, 1, 32, 32))
    torch.testing.assert_close(whole, network.means(maps, None))


def test_each_kind_of_features_has_its_total(network, inputs):
    many = Inputs.joined([inputs] * 3)
    raw = network.raw_features(many).detach() + torch.randn(
        15, 227, generator=torch.Generator().manual_seed(2)
    )
    network.standardise_by(raw)
    features = network.standardised(raw)
    torch.testing.assert_close(features.mean(0), torch.zeros(227), atol=1e-5, rtol=0)
    spread = features.var(0, correction=0)
    assert float(spread[:224].sum()) == pytest.approx(POOLED_SHARE, rel=1e-4)
    assert float(spread[224:].sum()) == pytest.approx(1, rel=1e-4)


def test_a_file_keeps_all_of_it(network, inputs, tmp_path):
    network.standardise_by(network.raw_features(inputs).detach())
    card = ClassifierCard("g", network.config, ("a", "b"), "grains", Preparation(32))
    save_classifier(tmp_path / "g.safetensors", StoredClassifier(network, card))
    again = load_classifier(tmp_path / "g.safetensors")
    assert again.card == card
    with torch.no_grad():
        torch.testing.assert_close(again.network.features_of(inputs), network.features_of(inputs))


def test_inputs_are_indexed_and_batched_together(inputs):
    chosen = inputs[np.array([3, 1])]
    assert torch.equal(chosen.measures, inputs.measures[[3, 1]])
    assert torch.equal(chosen.masks, inputs.masks[[3, 1]])
    assert [len(batch) for batch in inputs.batches(2)] == [2, 2, 1]
    joined = Inputs.joined(list(inputs.batches(2)))
    assert torch.equal(joined.images, inputs.images)
    only = Inputs(inputs.images)
    assert (only[1:3].masks, len(Inputs.joined([only, only]))) == (None, 10)
