"""Layers to arrays."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Shapes

from napari_grains.images import PixelSize
from napari_grains.widgets._source import Source, planar_transform, region_mask, to_pixels

PIXELS = np.random.default_rng(1).integers(0, 200, (40, 50), np.uint8)


@pytest.mark.parametrize(
    ("layer", "shape", "rgb"),
    [
        (Image(PIXELS), (40, 50), False),
        (Image(PIXELS.astype(np.float16)), (40, 50), False),
        (Image(np.stack([PIXELS] * 3)), (3, 40, 50), False),
        (Image(PIXELS[None]), (40, 50), False),
        (Image(np.stack([PIXELS] * 3, axis=-1), rgb=True), (40, 50, 3), True),
        (Image(np.stack([PIXELS] * 4, axis=-1)[None], rgb=True), (40, 50, 4), True),
        (Image([PIXELS, PIXELS[::2, ::2]], multiscale=True), (40, 50), False),
        (Image(da.from_array(PIXELS, chunks=16)), (40, 50), False),
    ],
)
def test_pixels_are_read_at_full_resolution_with_their_dtype(layer, shape, rgb):
    source = Source(layer)
    pixels = source.read()
    assert source.problem() is None
    assert type(pixels) is np.ndarray
    assert pixels.shape == shape
    assert pixels.dtype == layer.dtype
    first = pixels[..., 0] if rgb else pixels.reshape(-1, 40, 50)[0]
    np.testing.assert_array_equal(first, PIXELS)
    assert source.arguments(None)["rgb"] is rgb


def test_lazy_arrays_are_known_as_such():
    assert Source(Image(da.from_array(PIXELS, chunks=16))).is_lazy
    assert not Source(Image(PIXELS)).is_lazy


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((8, 50)), "too small"),
        (np.zeros((2, 3, 40, 50)), "4 axes"),
    ],
)
def test_what_cannot_be_segmented_is_said_in_one_line(pixels, words):
    problem = Source(Image(pixels, name="odd")).problem()
    assert words in problem
    assert "odd" in problem
    assert "\n" not in problem


def test_pixel_size_goes_along_with_where_it_came_from():
    arguments = Source(Image(PIXELS, name="a")).arguments(PixelSize(5e-7, 4e-7, "typed"))
    assert arguments["pixel_size_m"] == [5e-7, 4e-7]
    assert (arguments["pixel_size_source"], arguments["name"]) == ("typed", "a")


def test_one_slice_is_read_alone():
    stack = np.stack([PIXELS, PIXELS + 1, PIXELS + 2])
    for array in (stack, stack[:, None], np.stack([stack] * 3, axis=-1)):
        source = Source(Image(array, rgb=array.shape[-1] == 3))
        assert source.slices == 3
        part = source.read(1)
        assert part.shape == ((40, 50, 3) if source.layer.rgb else (40, 50))
        assert part[5, 6].max() == PIXELS[5, 6] + 1


def test_the_slice_of_an_image_is_the_image():
    assert Source(Image(PIXELS)).read(0).shape == (40, 50)


@pytest.mark.parametrize("scale", [(1, 1, 1), (2.5, 0.5, 0.5), (-3, 1, 1)])
def test_the_current_slice_follows_the_slider(scale):
    viewer = ViewerModel()
    layer = viewer.add_image(np.stack([PIXELS] * 5), scale=scale, translate=(7, 0, 0))
    for index in (0, 3, 4):
        viewer.dims.set_point(0, layer.data_to_world((index, 0, 0))[0])
        assert Source(layer).current_slice(viewer) == index


def test_the_current_slice_of_an_image_beside_a_stack_is_zero():
    viewer = ViewerModel()
    viewer.add_image(np.stack([PIXELS] * 5))
    image = viewer.add_image(PIXELS)
    viewer.dims.set_point(0, 3)
    assert Source(image).current_slice(viewer) == 0


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"scale": (0.5, 0.4), "translate": (3, 4)},
        {"rotate": 20, "scale": (-2, 1)},
        {"affine": np.array([[2, 1, 5], [0, 3, 6], [0, 0, 1]])},
    ],
)
def test_places_in_the_world_and_pixels_are_inverse(place):
    layer = Image(PIXELS, **place)
    places = np.array([[0, 0], [10, 20], [39.5, 3]])
    matrix = planar_transform(layer)
    world = places @ matrix[:2, :2].T + matrix[:2, 2]
    np.testing.assert_allclose(world, [layer.data_to_world(place) for place in places])
    np.testing.assert_allclose(to_pixels(layer, world), places)


BOX = np.array([[10, 20], [10, 30], [25, 30], [25, 20]], float)


def test_a_region_is_the_inside_of_its_shapes():
    shapes = Shapes([BOX], shape_type="rectangle")
    mask = region_mask(shapes, Source(Image(PIXELS)))
    rows, columns = np.nonzero(mask)
    assert 14 * 9 <= mask.sum() <= 16 * 11
    assert (rows.min(), columns.min()) >= (10, 20)
    assert (rows.max(), columns.max()) <= (25, 30)


def test_an_ellipse_has_the_area_of_an_ellipse():
    box = np.array([[2, 3], [2, 47], [37, 47], [37, 3]], float)
    mask = region_mask(Shapes([box], shape_type="ellipse"), Source(Image(PIXELS)))
    assert mask.sum() == pytest.approx(np.pi / 4 * 35 * 44, rel=0.03)
    assert mask[20, 25]
    assert not mask[4, 5]


def test_lines_enclose_nothing():
    shapes = Shapes([BOX[:2]], shape_type="line")
    assert not region_mask(shapes, Source(Image(PIXELS))).any()


def test_a_region_lies_where_it_is_seen():
    image = Image(PIXELS, scale=(0.5, -0.5), translate=(100, 40))
    corners = np.array([image.data_to_world(corner) for corner in BOX]) / 2
    shapes = Shapes([corners], shape_type="polygon", scale=(2, 2))
    mask = region_mask(shapes, Source(image))
    plain = region_mask(Shapes([BOX], shape_type="polygon"), Source(Image(PIXELS)))
    assert (mask != plain).sum() <= 25 + 30  # outlines may fall on either side of a pixel


def test_a_region_drawn_on_a_slice_counts_for_all():
    corners = np.column_stack([np.full(4, 2.0), BOX])
    mask = region_mask(Shapes([corners], shape_type="polygon"), Source(Image(np.stack([PIXELS] * 3))))
    assert mask.shape == (40, 50)
    assert mask[17, 25]


def test_a_region_in_another_unit_lies_where_it_is_seen():
    image = Image(PIXELS, scale=(0.5, 0.5), units="um")
    inside = region_mask(Shapes([BOX * 500], shape_type="polygon", units="nm"), Source(image))
    plain = region_mask(Shapes([BOX], shape_type="polygon"), Source(Image(PIXELS)))
    np.testing.assert_array_equal(inside, plain)
