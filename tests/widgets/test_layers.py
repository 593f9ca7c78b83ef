"""Layers to arrays and results to layers."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from widget_results import result

from napari_grains.events import Preview
from napari_grains.images import PixelSize
from napari_grains.widgets._layers import METADATA, ResultLayers, Source


@pytest.fixture
def viewer():
    """A viewer without a window."""
    return ViewerModel()


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


PLACES = [
    {"scale": (0.5, 0.4), "translate": (3, 4), "units": "um", "axis_labels": ("row", "column")},
    {"rotate": 20, "shear": [0.3], "scale": (-2, 1)},
    {"affine": np.array([[2, 1, 5], [0, 3, 6], [0, 0, 1]])},
]


@pytest.mark.parametrize("place", PLACES)
def test_results_lie_on_their_source(viewer, place):
    source = viewer.add_image(PIXELS, name="steel", **place)
    ResultLayers(viewer, Source(source)).show(result())
    for layer in viewer.layers[1:]:
        for corner in ((0, 0), (39, 0), (10, 49)):
            np.testing.assert_allclose(layer.data_to_world(corner), source.data_to_world(corner))
        assert (layer.units, layer.axis_labels) == (source.units, source.axis_labels)


def test_results_are_an_overlay_and_labels_with_features(viewer):
    made = result(grains=3)
    ResultLayers(viewer, Source(viewer.add_image(PIXELS, name="steel"))).show(made)
    assert [layer.name for layer in viewer.layers] == ["steel", "steel grains", "steel boundary"]
    grains, boundary = viewer.layers["steel grains"], viewer.layers["steel boundary"]
    np.testing.assert_array_equal(grains.data, made["grains"])
    assert list(grains.features["index"]) == [1, 2, 3]
    assert boundary.blending == "additive"
    assert tuple(boundary.contrast_limits) == (0, 1)
    for layer in (grains, boundary):
        assert layer.metadata[METADATA]["summary"]["model"] == "default"
        assert layer.metadata[METADATA]["source_layer"] == "steel"


def test_grains_of_a_stack_have_ids_of_their_own(viewer):
    source = viewer.add_image(np.stack([PIXELS] * 3), name="stack")
    made = result((3, 40, 50), grains=2)
    made["grains"][2] = 0  # a slice that was not reached
    made["table"] = {name: column[:4] for name, column in made["table"].items()}
    ResultLayers(viewer, Source(source)).show(made)
    grains = viewer.layers["stack grains"]
    assert [np.unique(part).tolist() for part in grains.data] == [[1, 2], [3, 4], [0]]
    assert grains.features[["slice", "grain", "index"]].to_numpy().tolist() == [
        [0, 1, 1],
        [0, 2, 2],
        [1, 1, 3],
        [1, 2, 4],
    ]


def test_leading_axes_of_length_one_are_kept(viewer):
    source = viewer.add_image(PIXELS[None], name="one slice", scale=(3, 2, 2))
    layers = ResultLayers(viewer, Source(source))
    layers.preview([Preview("boundary", np.ones((2, 3), np.float32), (1, 1))])
    layers.show(result())
    assert [layer.data.shape for layer in viewer.layers] == [(1, 40, 50)] * 3
    assert tuple(viewer.layers["one slice grains"].scale) == (3, 2, 2)


def test_a_rerun_updates_the_same_layers_also_after_renaming(viewer):
    source = viewer.add_image(PIXELS, name="steel")
    ResultLayers(viewer, Source(source)).show(result(grains=2))
    before = set(viewer.layers)
    viewer.layers["steel grains"].name = "mine"
    viewer.layers["steel boundary"].opacity = 0.1
    source.name, source.scale = "iron", (2, 2)
    ResultLayers(viewer, Source(source)).show(result(grains=5))
    assert set(viewer.layers) == before
    assert viewer.layers["mine"].data.max() == 5
    assert len(viewer.layers["mine"].features) == 5
    assert tuple(viewer.layers["mine"].scale) == (2, 2)
    assert viewer.layers["steel boundary"].opacity == 0.1


def test_two_sources_have_results_of_their_own(viewer):
    for name in ("a", "b"):
        ResultLayers(viewer, Source(viewer.add_image(PIXELS, name=name))).show(result())
    assert len(viewer.layers) == 6


def test_the_users_selection_stays(viewer):
    source = viewer.add_image(PIXELS, name="steel")
    points = viewer.add_points(np.zeros((1, 2)))
    ResultLayers(viewer, Source(source)).show(result())
    assert viewer.layers.selection.active is points


BLOCK = Preview("boundary", np.full((4, 5), 0.5, np.float32), (10, 20))


def test_previews_appear_where_they_belong(viewer):
    layers = ResultLayers(viewer, Source(viewer.add_image(PIXELS, name="steel")))
    layers.preview([BLOCK])
    data = viewer.layers["steel boundary"].data
    assert (data[10:14, 20:25] == 0.5).all()
    assert np.count_nonzero(data) == 20


def test_discarded_previews_leave_nothing(viewer):
    layers = ResultLayers(viewer, Source(viewer.add_image(PIXELS, name="steel")))
    layers.preview([BLOCK])
    layers.discard()
    assert [layer.name for layer in viewer.layers] == ["steel"]


def test_discarded_previews_give_the_earlier_result_back(viewer):
    source = Source(viewer.add_image(PIXELS, name="steel"))
    made = result()
    ResultLayers(viewer, source).show(made)
    layers = ResultLayers(viewer, source)
    layers.preview([BLOCK])
    layers.discard()
    np.testing.assert_array_equal(viewer.layers["steel boundary"].data, made["boundary"])


def test_a_preview_layer_that_the_user_removed_comes_back_with_the_result_alone(viewer):
    layers = ResultLayers(viewer, Source(viewer.add_image(PIXELS, name="steel")))
    layers.preview([BLOCK])
    viewer.layers.remove("steel boundary")
    layers.preview([BLOCK])
    assert len(viewer.layers) == 1
    layers.show(result())
    assert len(viewer.layers) == 3
