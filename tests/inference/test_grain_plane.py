"""Grains as a classifier reads them: crops that keep their proportions, masks, measures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.errors import InputError
from napari_grains.inference import MEASURES, GrainPlane, grain_measures
from napari_grains.inference._grain_plane import Crop
from napari_grains.networks import Preparation

SMALL = Preparation(32)


def disc(shape, middle, radius):
    y, x = np.indices(shape)
    return (y - middle[0]) ** 2 + (x - middle[1]) ** 2 <= radius**2


def column(measures, name):
    return measures[:, MEASURES.index(name)]


@pytest.fixture
def scene():
    """A bright coarse disc, a dark smooth ellipse at the rim, and one pixel."""
    rng = np.random.default_rng(0)
    image = np.full((90, 120), 0.5, np.float32)
    grains = np.zeros(image.shape, np.int32)
    grains[disc(image.shape, (40, 40), 20)] = 7
    grains[:12, 70:120] = 9
    grains[80, 5] = 30
    image[grains == 7] = 0.8 + 0.1 * rng.standard_normal(np.count_nonzero(grains == 7))
    image[grains == 9] = 0.2
    return image, grains


def test_measures_tell_shape_grey_and_texture(scene):
    image, grains = scene
    ids, measures = grain_measures(image, grains)
    assert ids.tolist() == [7, 9, 30]
    assert measures.shape == (3, len(MEASURES))
    assert np.isfinite(measures).all()
    assert np.exp(column(measures, "size")[0]) == pytest.approx(40, rel=0.02)
    assert np.exp(column(measures, "aspect ratio")[1]) == pytest.approx(50 / 12, rel=0.02)
    assert column(measures, "circularity")[0] > column(measures, "circularity")[1]
    assert column(measures, "elongation x")[1] == pytest.approx(1 - 12 / 50, rel=0.02)
    np.testing.assert_allclose(column(measures, "grey")[:2], (0.8, 0.2), atol=0.01)
    np.testing.assert_allclose(column(measures, "contrast")[:2], (0.3, -0.3), atol=0.01)
    assert column(measures, "fine texture")[0] > column(measures, "fine texture")[1] + 1


def test_lamellae_have_a_direction_in_any_grain():
    y, x = np.indices((40, 80))
    rng = np.random.default_rng(0)
    mottle = 0.5 + 0.2 * rng.standard_normal((40, 80))
    image = np.where(x < 40, 0.5 + 0.3 * np.sin(0.7 * x + 0.5 * y), mottle).astype(np.float32)
    _, measures = grain_measures(image, np.where(x < 40, 1, 2))
    lamellar, mottled = column(measures, "directionality")
    assert lamellar > 0.9
    assert mottled < 0.2


def test_a_grain_that_fills_the_image_has_no_surroundings():
    image = np.random.default_rng(0).random((20, 30), np.float32)
    _, measures = grain_measures(image, np.ones(image.shape, np.int32))
    assert column(measures, "contrast").tolist() == [0.0]


def test_crops_keep_proportions_and_masks_cover_the_grain(scene):
    image, grains = scene
    plane = GrainPlane.of(image, grains, SMALL)
    inputs = plane.inputs(range(3))
    assert inputs.images.shape == inputs.masks.shape == (3, 1, 32, 32)
    for row, crop in enumerate(plane.crops):
        scale = 32 / crop.side
        covered = float(inputs.masks[row].float().sum())
        assert covered == pytest.approx(scale**2 * np.count_nonzero(grains == plane.ids[row]), rel=0.1)
    mask = inputs.masks[0, 0].float() > 0.5
    assert abs(int(mask.any(0).sum()) - int(mask.any(1).sum())) <= 1  # a disc stays one


def test_beyond_the_rim_the_image_is_mirrored_and_nothing_is_the_grains(scene):
    image, grains = scene
    plane = GrainPlane.of(image, grains, SMALL)
    crop = plane.crops[1]
    assert crop.top < 0
    cut = crop.of(image)
    assert cut.shape == (crop.side, crop.side)
    np.testing.assert_array_equal(cut[-crop.top - 1], cut[-crop.top])
    outside = int(-crop.top * 32 / crop.side) - 1
    assert not plane.inputs(range(1, 2)).masks[0, 0, :outside].any()


def test_a_tiny_grain_is_seen_with_its_surroundings():
    assert Crop.around((slice(80, 81), slice(5, 6))).side == 24
    assert Crop.around((slice(0, 100), slice(0, 10))).side == 140


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_any_crop_can_be_cut(rows, columns, data):
    image = np.arange(rows * columns).reshape(rows, columns)
    y, x = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    crop = Crop.around((slice(y, y + 1), slice(x, x + 1)))
    cut = crop.of(image)
    np.testing.assert_array_equal(cut[crop.inside(image.shape)], image[:, :])


def test_gaps_in_the_image_do_not_spread(scene):
    image, grains = scene
    image[0, 0] = np.nan
    inputs = GrainPlane.of(image, grains, SMALL).inputs(range(3))
    assert inputs.images.isfinite().all()
    assert inputs.measures.isfinite().all()


def test_grains_are_found_by_their_ids(scene):
    plane = GrainPlane.of(*scene, SMALL)
    assert plane.rows_of(np.array([30, 7])).tolist() == [2, 0]
    with pytest.raises(InputError, match="no grain 8"):
        plane.rows_of(np.array([7, 8]))


@pytest.mark.parametrize(
    ("grains", "phrase"),
    [(np.zeros((3, 4), int), "same rows"), (np.full((4, 4), -1), "below it")],
)
def test_what_does_not_fit_is_refused(grains, phrase):
    with pytest.raises(InputError, match=phrase):
        GrainPlane.of(np.zeros((4, 4)), grains, SMALL)
