"""Where the preview lies, and that it is updated in place."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Labels
from napari.utils.notifications import notification_manager

from napari_grains.synthesis import Recipe
from napari_grains.widgets._combos import image_combo
from napari_grains.widgets._synthetic_layers import SyntheticLayers
from napari_grains.widgets._viewer import camera_of

RECIPE = Recipe(kinds={"etched": 1.0})
FIRST, SECOND = (RECIPE.micrograph(0, index, (64, 64)) for index in (0, 1))
SAMPLE = np.full((64, 64), 0.5, np.float32)


@pytest.fixture
def layers(viewer):
    layers = SyntheticLayers(viewer)
    layers.follow(on=True)
    yield layers
    layers.follow(on=False)


def world(layer):
    """Box around a layer in the world: ((top, left), (bottom, right))."""
    return np.asarray(layer.extent.world)[:, -2:]


def apart(one, other):
    """Whether no layer covers the other."""
    (_, left), (_, right) = world(one)
    (_, begins), (_, ends) = world(other)
    return right < begins or ends < left


def test_image_and_truth_are_made_once_and_then_updated_in_place(viewer, layers):
    layers.show(FIRST)
    image, grains = viewer.layers
    assert (image.name, grains.name) == ("Synthetic micrograph", "Synthetic grains")
    assert isinstance(grains, Labels)
    layers.show(SECOND)
    assert list(viewer.layers) == [image, grains]
    np.testing.assert_array_equal(image.data, SECOND.image)
    np.testing.assert_array_equal(grains.data, SECOND.grains)


def test_an_update_writes_into_the_layers_and_not_into_the_micrograph(viewer, layers):
    first = RECIPE.micrograph(0, 0, (64, 64))
    layers.show(first)
    arrays = [layer.data for layer in viewer.layers]
    layers.show(SECOND)
    assert [layer.data is array for layer, array in zip(viewer.layers, arrays, strict=True)] == [True, True]
    np.testing.assert_array_equal(first.image, FIRST.image)
    np.testing.assert_array_equal(first.grains, FIRST.grains)


def test_an_update_is_drawn_as_new_arrays_are(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    layers = SyntheticLayers(viewer)
    layers.show(FIRST)
    layers.show(SECOND)
    updated, thumbnails = viewer.screenshot(flash=False), [layer.thumbnail for layer in viewer.layers]
    for layer in viewer.layers:
        layer.data = layer.data.copy()
    np.testing.assert_array_equal(updated, viewer.screenshot(flash=False))
    np.testing.assert_array_equal(thumbnails, [layer.thumbnail for layer in viewer.layers])
    assert len(np.unique(updated.reshape(-1, 4), axis=0)) > 100


def test_a_sample_of_another_shape_takes_the_place_of_the_one_before(viewer, layers, image):
    steel = viewer.add_image(image, name="steel")
    layers.show_sample(steel, SAMPLE, 1.0)
    (layer,) = layers.layers
    layers.show_sample(steel, SAMPLE[:40] / 2, 1.0)
    assert layers.layers == [layer]
    np.testing.assert_array_equal(layer.data, SAMPLE[:40] / 2)


def test_a_second_dock_takes_over_the_layers_of_the_first(viewer, layers):
    layers.show(FIRST)
    SyntheticLayers(viewer).show(SECOND)
    assert len(viewer.layers) == 2


def test_beside_the_users_image_without_moving_camera_or_selection(viewer, layers, image):
    steel = viewer.add_image(image, name="steel", scale=(0.5, 0.5), units="um")
    camera = camera_of(viewer)
    before = (camera.center, camera.zoom)
    layers.show(FIRST)
    synthetic = viewer.layers["Synthetic micrograph"]
    assert apart(steel, synthetic)
    assert (camera.center, camera.zoom) == before
    assert viewer.layers.selection.active is steel
    assert synthetic.units == steel.units
    (top, left), (bottom, right) = world(synthetic)
    assert (bottom - top, right - left) == pytest.approx((32, 32), abs=0.51)


def test_it_is_right_of_everything_that_is_the_users(viewer, layers, image):
    viewer.add_image(image, name="left")
    right = viewer.add_image(image, name="right", translate=(0, 500))
    layers.show(FIRST)
    assert apart(right, viewer.layers["Synthetic micrograph"])
    assert world(viewer.layers["Synthetic micrograph"])[0][1] > 500


def test_an_image_that_is_opened_later_gets_the_place_and_the_view(viewer, layers, image):
    layers.show(FIRST)
    steel = viewer.add_image(np.tile(image, (20, 20)), name="steel")
    assert apart(steel, viewer.layers["Synthetic micrograph"])
    assert apart(steel, viewer.layers["Synthetic grains"])
    (top, _), (bottom, _) = world(steel)
    assert camera_of(viewer).center[-2] == pytest.approx((top + bottom) / 2, abs=2)


@pytest.mark.parametrize(("units", "next_units"), [("pixel", "um"), ("um", "pixel"), ("um", "nm")])
def test_an_image_in_other_units_is_opened_without_a_notice(viewer, layers, image, units, next_units):
    layers.show(FIRST)
    notices = len(notification_manager.records)
    steel = viewer.add_image(image, name="steel", scale=(0.5, 0.5), units=units)
    viewer.layers.remove(steel)  # the preview keeps its units
    stack = viewer.add_image(np.stack([image] * 3), units=("pixel", next_units, next_units))
    assert notification_manager.records[notices:] == []
    assert all(layer.units == stack.units[-2:] for layer in layers.layers)
    assert apart(stack, layers.layers[0])


def test_an_image_that_is_calibrated_takes_the_preview_along_without_a_notice(viewer, layers, image):
    steel = viewer.add_image(image, name="steel")
    layers.show(FIRST)
    notices = len(notification_manager.records)
    steel.units = "um"
    viewer.screenshot(canvas_only=True, flash=False)  # draws
    assert notification_manager.records[notices:] == []
    assert all(layer.units == steel.units for layer in layers.layers)


def test_a_second_image_leaves_the_camera_alone(viewer, layers, image):
    viewer.add_image(image)
    layers.show(FIRST)
    camera = camera_of(viewer)
    before = (camera.center, camera.zoom)
    other = viewer.add_image(image, translate=(0, 70))
    assert (camera.center, camera.zoom) == before
    assert apart(other, viewer.layers["Synthetic micrograph"])


def test_it_follows_an_image_that_is_calibrated(viewer, layers, image):
    steel = viewer.add_image(image, name="steel")
    layers.show(FIRST)
    steel.scale = (10, 10)
    synthetic = viewer.layers["Synthetic micrograph"]
    assert apart(steel, synthetic)
    (_, left), (_, right) = world(synthetic)
    assert right - left == pytest.approx(640, abs=11)


def test_sample_and_synthetic_micrograph_lie_side_by_side_at_the_networks_scale(viewer, layers, image):
    steel = viewer.add_image(image, name="steel")
    layers.show(FIRST)
    layers.show_sample(steel, SAMPLE, 0.5)
    sample, synthetic, grains = layers.layers
    assert apart(steel, sample)
    assert apart(sample, synthetic)
    np.testing.assert_allclose(world(synthetic), world(grains))
    (top, left), (bottom, right) = world(sample)
    assert (bottom - top, right - left) == pytest.approx((128, 128), abs=2.1)  # a pixel of it covers 2 x 2
    assert world(synthetic)[0][1] > right


def test_removing_the_image_leaves_the_preview_where_it_is(viewer, layers, image):
    steel = viewer.add_image(image, name="steel", scale=(2, 2))
    layers.show(FIRST)
    before = world(viewer.layers["Synthetic micrograph"])
    viewer.layers.remove(steel)
    np.testing.assert_array_equal(world(viewer.layers["Synthetic micrograph"]), before)
    layers.show(SECOND)
    np.testing.assert_array_equal(viewer.layers["Synthetic micrograph"].data, SECOND.image)


def test_a_stack_has_the_preview_beside_all_its_slices(viewer, layers, image):
    stack = viewer.add_image(
        np.stack([image] * 3), name="stack", scale=(1, 0.1, 0.1), units=("pixel", "um", "um")
    )
    viewer.dims.set_point(0, 2)
    layers.show(FIRST)
    assert apart(stack, viewer.layers["Synthetic micrograph"])
    assert viewer.dims.point[0] == 2


def test_showing_moves_the_camera_there(viewer, layers, image):
    steel = viewer.add_image(image, name="steel")
    layers.show(FIRST)
    layers.show_sample(steel, SAMPLE, 1.0)
    layers.look()
    sample, synthetic, _ = layers.layers
    (_, left), (_, right) = world(sample)[0], world(synthetic)[1]
    assert camera_of(viewer).center[-1] == pytest.approx((left + right) / 2, abs=10)


def test_they_are_no_micrographs_to_segment(viewer, layers, qtbot):
    layers.show(FIRST)
    combo = image_combo(viewer)
    qtbot.addWidget(combo)
    combo.follow(on=True)
    assert combo.count() == 0
    combo.follow(on=False)


def test_hidden_and_shown_again(viewer, layers):
    layers.show(FIRST)
    layers.set_visible(on=False)
    assert not any(layer.visible for layer in viewer.layers)
    layers.set_visible(on=True)
    assert all(layer.visible for layer in viewer.layers)
