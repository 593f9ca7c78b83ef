"""Real micrographs with labels: what becomes of them, and the error that is measured on them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import ndimage as ndi

from napari_grains.errors import InputError
from napari_grains.events import STOP, Progress, drive
from napari_grains.images import Box, calibrated
from napari_grains.synthesis import Recipe
from napari_grains.training import real_pair
from napari_grains.training._pairs import grains_of_labels
from napari_grains.training._validation import RealValidation, rand_error, validation_batches


@pytest.fixture(scope="module")
def micrograph():
    return Recipe(kinds={"etched": 1.0}, grain_diameter=(20, 22), twins=0, particles=0).micrograph(
        2, 0, (128, 96)
    )


def pair_of(micrograph, labels=None, **options):
    grains = micrograph.grains if labels is None else labels
    return real_pair(calibrated(micrograph.image, name="field"), grains, **options)


def test_numbers_of_grains_stay_as_they_are(micrograph):
    assert np.array_equal(pair_of(micrograph).grains, micrograph.grains)


@pytest.mark.parametrize("inverted", [False, True])
def test_boundaries_become_grains_that_cover_everything(micrograph, inverted):
    line = micrograph.distance < 1
    grains = grains_of_labels((line != inverted).astype(np.uint8) * 255)
    assert grains.min() >= 1
    parts, number = ndi.label(~line)
    large = np.bincount(parts.ravel())[1:] >= 16
    assert grains.max() <= number
    assert len(np.unique(grains)) == large.sum()
    for part in np.flatnonzero(large) + 1:
        assert len(np.unique(grains[parts == part])) == 1


def test_the_middle_of_a_large_image_is_taken():
    labels = np.zeros((1500, 1031), np.int32)
    labels[:, :500], labels[:, 500:] = 1, 2
    image = calibrated(np.random.default_rng(0).random(labels.shape, np.float32), name="large")
    pair = real_pair(image, labels)
    assert pair.image.shape == pair.grains.shape == (1024, 1024)
    assert pair.image.origin == (238, 3)
    assert np.array_equal(pair.image.pixels, image.pixels[238:1262, 3:1027])


def test_what_is_left_out_does_not_count(micrograph):
    image = calibrated(micrograph.image, name="field").leaving_out(Box(0, 40, 0, 96))
    pair = real_pair(image, micrograph.grains)
    assert not pair.grains[:40].any()
    assert np.array_equal(pair.grains[40:], micrograph.grains[40:])


def test_labels_that_do_not_fit_are_refused(micrograph):
    with pytest.raises(InputError, match="same rows and columns"):
        pair_of(micrograph, np.ones((5, 5), int))
    with pytest.raises(InputError, match="no two grains"):
        pair_of(micrograph, np.ones((128, 96), int))


def test_fingerprints_tell_images_apart(micrograph):
    one, other = pair_of(micrograph), pair_of(Recipe().micrograph(0, 1, (128, 96)))
    assert one.fingerprint == pair_of(micrograph).fingerprint != other.fingerprint
    assert len(one.fingerprint) == 64


def test_rand_error_of_the_truth_and_of_two_grains_as_one():
    truth = np.repeat([1, 2, 0], [10, 10, 5])[None].repeat(4, 0).astype(np.int32)
    pair = SimpleNamespace(grains=truth)
    assert rand_error(pair, SimpleNamespace(grains=truth + 5)) == pytest.approx(0)
    # precision 1/2 and recall 1 of pairs of pixels (large grains): 1 - 2 / 3
    merged = SimpleNamespace(grains=np.ones_like(truth))
    assert rand_error(pair, merged) == pytest.approx(1 / 3, abs=0.02)


def test_a_network_that_learned_is_better_on_a_pair(run, small, micrograph):
    pair = replace(pair_of(micrograph), scale=1.0)
    real = RealValidation([pair], "cpu")
    network, card = run[0].network, run[0].card
    error = drive(real.of(network, card, validation_batches(small), Progress(1, 2, "validating")))
    assert 0 < error < 1
    assert real.scales == [1.0]
    assert real.scores() == {f"adapted Rand error, field ({pair.fingerprint[:12]})": round(error, 4)}


def test_scales_that_were_found_are_used_again(run, small, micrograph, monkeypatch):
    asked = []

    def fake_segment(image, settings):
        asked.append(settings.scale)
        yield Progress(1, 1)
        return SimpleNamespace(grains=micrograph.grains, summary={"scale": settings.scale or 0.75})

    monkeypatch.setattr("napari_grains.training._validation.segment", fake_segment)
    batches = validation_batches(small)
    pairs = [pair_of(micrograph), pair_of(micrograph, scale=0.5)]
    real = RealValidation(pairs, "cpu")
    for _ in range(2):
        assert drive(real.of(run[0].network, run[0].card, batches, Progress(1, 2))) == pytest.approx(0)
    assert asked == [None, 0.5, 0.75, 0.5]
    assert RealValidation(pairs, "cpu", [0.75, 0.5]).scales == [0.75, 0.5]
    assert RealValidation(pairs, "cpu", [0.75]).scales == []


def test_a_stop_ends_the_validation(run, small, micrograph):
    real = RealValidation([pair_of(micrograph)], "cpu")
    job = real.of(run[0].network, run[0].card, validation_batches(small), Progress(1, 2))
    next(job)
    with pytest.raises(StopIteration) as end:
        job.send(STOP)
    assert end.value.value is None


def test_a_run_tells_the_error_and_puts_it_on_the_card(train, small, micrograph):
    pair = pair_of(micrograph, scale=1.0)
    trained, events = train(replace(small, steps=2), every=1, pairs=[pair])
    told = [event.real for event in events if event.real is not None]
    assert len(told) == 2
    assert trained.figures["real"] == told[-1]
    [score] = [value for name, value in trained.card.scores.items() if name.startswith("adapted Rand error")]
    assert score == pytest.approx(told[-1], abs=1e-4)
    assert trained.card.data == ()
