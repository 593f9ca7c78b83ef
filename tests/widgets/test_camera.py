"""Flying to a place and telling what is in view."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_grains.widgets._camera import camera_of, current_slice, fly_to, visible_box

PIXELS = np.zeros((400, 600), np.uint8)
STACK = np.zeros((5, 400, 600), np.uint8)

PLACES = {
    "plain": {},
    "calibrated": {"scale": (0.5, 0.5), "units": "um"},
    "moved": {"scale": (0.5, 0.4), "translate": (30, -70)},
    "flipped": {"scale": (-0.5, 0.5)},
    "turned": {"rotate": 90},
    "affine": {"affine": np.array([[0, 2, 5], [-2, 0, 6], [0, 0, 1]])},
}


@pytest.fixture
def viewer():
    """A viewer without a window: its canvas has 800 x 600 px (height x width)."""
    return ViewerModel()


def canvas(viewer):
    return viewer._canvas_size if getattr(viewer, "canvas", None) is None else viewer.canvas.size


def in_the_middle(viewer, layer):
    """Data coordinates of the middle of the canvas."""
    world = np.array(viewer.dims.point, float)
    world[list(viewer.dims.displayed)] = camera_of(viewer).center[-viewer.dims.ndisplay :]
    return np.array(layer.world_to_data(world[-layer.ndim :]))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_flying_puts_the_place_into_the_middle_at_a_third_of_the_canvas(viewer, place):
    layer = viewer.add_layer(Labels(PIXELS, **place))
    viewer.reset_view()
    fly_to(viewer, layer, (123, 45), 20)
    np.testing.assert_allclose(in_the_middle(viewer, layer), (123, 45), atol=1e-9)
    edges = np.subtract(layer.data_to_world((0, 0)), [layer.data_to_world(p) for p in ((1, 0), (0, 1))])
    edge = np.linalg.norm(edges, axis=1).max()
    assert camera_of(viewer).zoom * edge * 20 == pytest.approx(min(canvas(viewer)) / 3)


def test_the_zoom_stays_while_places_are_well_visible(viewer):
    layer = viewer.add_layer(Labels(PIXELS))
    fly_to(viewer, layer, (100, 100), 30)
    zoom = camera_of(viewer).zoom
    for extent in (12, 20, 60, 30):
        fly_to(viewer, layer, (50, 300), extent)
        assert camera_of(viewer).zoom == zoom
    fly_to(viewer, layer, (50, 300), 200)  # would not fit
    assert camera_of(viewer).zoom < zoom


def test_a_tiny_place_is_not_blown_up_without_end(viewer):
    layer = viewer.add_layer(Labels(PIXELS))
    fly_to(viewer, layer, (100, 100), 1)
    assert camera_of(viewer).zoom <= 24


@pytest.mark.parametrize("extent", [0, np.nan, np.inf])
def test_without_an_extent_the_zoom_stays(viewer, extent):
    layer = viewer.add_layer(Labels(PIXELS))
    zoom = camera_of(viewer).zoom
    fly_to(viewer, layer, (10, 20), extent)
    assert camera_of(viewer).zoom == zoom
    np.testing.assert_allclose(in_the_middle(viewer, layer), (10, 20))


@pytest.mark.parametrize("scale", [(1, 1, 1), (2.5, 0.5, 0.5), (-3, 1, -1)])
def test_flying_in_a_stack_shows_the_slice(viewer, scale):
    layer = viewer.add_layer(Labels(STACK, scale=scale))
    fly_to(viewer, layer, (3, 40, 50), 20)
    assert current_slice(viewer, layer, 0) == 3
    np.testing.assert_allclose(in_the_middle(viewer, layer), (3, 40, 50), atol=1e-9)


def test_a_single_image_beside_a_stack_leaves_the_slider_alone(viewer):
    viewer.add_layer(Image(STACK))
    layer = viewer.add_layer(Labels(PIXELS))
    viewer.dims.set_point(0, 4)
    fly_to(viewer, layer, (40, 50), 20)
    assert viewer.dims.point[0] == 4
    assert camera_of(viewer).center[-2:] == (40, 50)


def test_axes_may_be_displayed_in_another_order(viewer):
    layer = viewer.add_layer(Labels(STACK))
    viewer.dims.order = (0, 2, 1)
    fly_to(viewer, layer, (3, 40, 50), 20)
    assert camera_of(viewer).center[-2:] == (50, 40)
    box = visible_box(viewer, layer)
    assert box[0] <= 40 < box[1]
    assert box[2] <= 50 < box[3]
    viewer.dims.order = (1, 0, 2)
    fly_to(viewer, layer, (3, 40, 50), 20)
    assert viewer.dims.point[1] == 40
    assert visible_box(viewer, layer) is None
    assert current_slice(viewer, layer, 0) is None


@pytest.mark.parametrize("data", [PIXELS, STACK], ids=["image", "stack"])
def test_in_three_dimensions_the_view_turns_about_the_place(viewer, data):
    layer = viewer.add_layer(Labels(data, scale=(2,) * data.ndim))
    viewer.dims.ndisplay = 3
    zoom = camera_of(viewer).zoom
    fly_to(viewer, layer, (3, 40, 50)[-data.ndim :], 20)
    assert camera_of(viewer).center == ((6, 80, 100) if data.ndim == 3 else (0, 80, 100))
    assert camera_of(viewer).zoom == zoom
    assert visible_box(viewer, layer) is None
    viewer.dims.ndisplay = 2
    if data.ndim == 3:
        assert current_slice(viewer, layer, 0) == 3


def look(viewer, centre, zoom):
    camera = camera_of(viewer)
    camera.zoom = zoom
    camera.center = (0, *centre)


def test_what_is_in_view_is_the_canvas_in_pixels_of_the_layer(viewer):
    height, width = canvas(viewer)
    layer = viewer.add_layer(Image(np.zeros((4000, 6000), np.uint8)))
    look(viewer, (2000, 3000), 2)
    assert visible_box(viewer, layer) == (
        2000 - height // 4, 2000 + height // 4 + 1, 3000 - width // 4, 3000 + width // 4 + 1
    )  # fmt: skip


def test_what_is_in_view_is_clipped_to_the_layer(viewer):
    layer = viewer.add_layer(Image(PIXELS))
    look(viewer, (200, 300), 0.1)
    assert visible_box(viewer, layer) == (0, 400, 0, 600)
    look(viewer, (0, 0), 10)
    height, width = canvas(viewer)
    assert visible_box(viewer, layer) == (0, height // 20 + 1, 0, width // 20 + 1)
    look(viewer, (-1000, -1000), 10)
    assert visible_box(viewer, layer) is None


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_what_is_in_view_follows_the_transform(viewer, place):
    layer = viewer.add_layer(Image(PIXELS, **place))
    edge = np.linalg.norm(np.subtract(layer.data_to_world((1, 0)), layer.data_to_world((0, 0))))
    look(viewer, layer.data_to_world((150, 250)), 8 / edge)
    top, bottom, left, right = visible_box(viewer, layer)
    assert top + bottom == pytest.approx(301, abs=1)
    assert left + right == pytest.approx(501, abs=1)
    upright = place.get("rotate") is None and place.get("affine") is None
    height = canvas(viewer)[0 if upright else 1] / 8
    assert bottom - top == pytest.approx(height, abs=2)


def test_a_tilted_layer_shows_at_least_what_the_canvas_holds(viewer):
    layer = viewer.add_layer(Image(np.zeros((4000, 4000)), rotate=45))
    look(viewer, layer.data_to_world((2000, 2000)), 2)
    top, bottom, left, right = visible_box(viewer, layer)
    reach = sum(canvas(viewer)) / 2 / 2 / np.sqrt(2)
    assert (top, bottom) == pytest.approx((2000 - reach, 2000 + reach), abs=2)
    assert (left, right) == pytest.approx((2000 - reach, 2000 + reach), abs=2)


def test_colours_and_slices_are_no_part_of_the_box(viewer):
    layer = viewer.add_layer(Image(np.zeros((3, 40, 60, 3), np.uint8), rgb=True))
    look(viewer, (20, 30), 1)
    assert visible_box(viewer, layer) == (0, 40, 0, 60)


def test_layers_in_different_units_of_length_share_a_world(viewer):
    coarse = viewer.add_layer(Labels(PIXELS, scale=(0.5, 0.5), units="um"))
    if getattr(viewer.layers.extent, "units", None) is None:
        pytest.skip("this napari does not convert units")
    viewer.add_layer(Image(PIXELS, scale=(500, 500), units="nm"))
    fly_to(viewer, coarse, (100, 200), 20)
    np.testing.assert_allclose(camera_of(viewer).center[-2:], (50_000, 100_000))
    top, bottom, left, right = visible_box(viewer, coarse)
    assert (top + bottom - 1) / 2 == pytest.approx(100, abs=1)
    assert (left + right - 1) / 2 == pytest.approx(200, abs=1)
