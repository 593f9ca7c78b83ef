"""Artefacts of preparation, microscope and file format."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.synthesis import Imaging
from napari_grains.synthesis._artefacts import charged, compressed, curtained, jittered, resampled, scratched
from napari_grains.synthesis._imaging import record

RNG = np.random.default_rng
FLAT = np.full((80, 100), 0.5, np.float32)


def noise(seed=0, shape=(80, 100)):
    return RNG(seed).normal(0.5, 0.1, shape).astype(np.float32)


def test_scratches_cross_the_field_in_straight_lines():
    image = scratched(FLAT, 6, RNG(1)) - FLAT
    changed = np.abs(image) > 0.02
    border = np.concatenate([changed[0], changed[-1], changed[:, 0], changed[:, -1]])
    assert border.sum() >= 4
    assert 0.005 < changed.mean() < 0.4
    assert FLAT.min() == FLAT.max()  # the input is left alone


def test_charging_drags_bright_features_along_the_scan_line():
    image = FLAT.copy()
    image[40, 20:24] = 2.0
    streak = charged(image, 0.5) - image
    assert streak[40, 30] > streak[40, 60] > 0
    assert np.abs(np.delete(streak, 40, axis=0)).max() == 0
    assert np.abs(streak[40, :20]).max() == 0


def test_curtains_run_along_the_columns():
    image = curtained(FLAT, 0.1, RNG(0))
    assert np.ptp(image, axis=0).max() == 0
    assert image[0].std() > 0.02


def test_jitter_shifts_whole_lines():
    image = noise()
    moved = jittered(image, 3.0, RNG(0))
    for before, after in zip(image[:, 15:-15], moved, strict=True):
        assert any(np.array_equal(before, after[15 + s : 85 + s]) for s in range(-15, 16))


def test_resampling_takes_fine_detail_only():
    y, x = np.mgrid[:80, :100]
    coarse, fine = np.sin(x / 12), np.sin(2.8 * x)
    kept, lost = (resampled((y * 0 + wave).astype(np.float32), 2.0) for wave in (coarse, fine))
    np.testing.assert_allclose(kept[:, 5:-5], (y * 0 + coarse)[:, 5:-5], atol=0.05)
    assert lost.std() < 0.3 * fine.std()


@pytest.mark.parametrize(("quality", "error"), [(90, 0.02), (30, 0.08)])
def test_compression_loses_more_at_low_quality(quality, error):
    image = np.clip(noise(), 0, 1)
    again = compressed(image, quality)
    assert again.dtype == np.float32
    assert 0 < np.abs(again - image).mean() < error


@pytest.mark.parametrize(
    "artefact",
    [
        "scratches",
        "shading",
        "curtaining",
        "charging",
        "jitter",
        "resampling",
        "jpeg",
        "shot",
        "noise_correlation",
    ],
)
def test_every_artefact_shows_in_the_recorded_image(artefact):
    clean = Imaging(blur=0.3, noise=0.05)
    value = {"resampling": 1.8, "jpeg": 40.0}.get(artefact, 1.0)
    image = noise(3) + np.linspace(0, 0.5, 100, dtype=np.float32)
    plain, marred = (record(image, i, RNG(5)) for i in (clean, Imaging(**{**vars(clean), artefact: value})))
    assert np.abs(plain - marred).mean() > 0.005
    assert 0 <= marred.min() <= marred.max() <= 1


def test_correlated_noise_keeps_its_standard_deviation():
    imaging = Imaging(blur=0.3, noise=0.05, clipped=0.0)
    for correlation in (0.0, 1.2):
        image = record(
            np.tile(np.float32([[0], [1]]), (60, 120)),
            Imaging(**{**vars(imaging), "noise_correlation": correlation}),
            RNG(0),
        )
        assert image.std(axis=1).mean() / np.ptp(image.mean(1)) == pytest.approx(0.05, rel=0.2)
