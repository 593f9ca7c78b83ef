"""Results to layers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from napari.components import ViewerModel
from widget_results import result

from napari_grains.events import Preview
from napari_grains.grains import COLOURS
from napari_grains.widgets._results import METADATA, ResultLayers
from napari_grains.widgets._source import Source


@pytest.fixture
def viewer():
    """A viewer without a window."""
    return ViewerModel()


PIXELS = np.random.default_rng(1).integers(0, 200, (40, 50), np.uint8)


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
    assert boundary.colormap.colors[0, 3] == 0  # nothing is hidden where there is no boundary
    assert boundary.colormap.colors[-1, 3] == 1
    assert tuple(boundary.contrast_limits) == (0, 1)
    for layer in (grains, boundary):
        assert layer.metadata[METADATA]["summary"]["model"] == "default"
        assert layer.metadata[METADATA]["source_layer"] == "steel"


def test_grains_of_a_stack_are_found_by_their_index(viewer):
    source = viewer.add_image(np.stack([PIXELS] * 3), name="stack")
    made = result((3, 40, 50), grains=2)
    ResultLayers(viewer, Source(source)).show(made)
    grains = viewer.layers["stack grains"]
    np.testing.assert_array_equal(grains.data, made["grains"])
    assert list(grains.features["index"]) == np.unique(grains.data).tolist()


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


def stack_layers(viewer, index=None):
    source = next(iter(viewer.layers), None) or viewer.add_image(np.stack([PIXELS] * 3), name="stack")
    return ResultLayers(viewer, Source(source), index)


def test_a_run_of_one_slice_keeps_the_others(viewer):
    stack_layers(viewer).show(result((3, 40, 50), grains=4))
    before = viewer.layers["stack grains"].data.copy()
    one = stack_layers(viewer, 1)
    one.preview([BLOCK])
    assert viewer.layers["stack boundary"].data[1, 10, 20] == 0.5
    one.show(result(grains=7))
    grains, boundary = viewer.layers["stack grains"], viewer.layers["stack boundary"]
    np.testing.assert_array_equal(grains.data[[0, 2]], before[[0, 2]])
    assert len(np.unique(grains.data[1])) == 7
    assert sorted(grains.features["index"]) == np.unique(grains.data).tolist()
    assert grains.features.groupby("slice").size().to_dict() == {0: 4, 1: 7, 2: 4}
    np.testing.assert_array_equal(boundary.data[1], result(grains=7)["boundary"])
    np.testing.assert_array_equal(boundary.data[0], result(grains=4)["boundary"])
    assert grains.metadata[METADATA]["summary"]["slice"] == 1


def test_a_run_of_one_slice_alone_leaves_the_rest_empty(viewer):
    one = stack_layers(viewer, 2)
    one.preview([BLOCK])
    one.show(result(grains=3))
    grains = viewer.layers["stack grains"]
    assert [len(np.unique(part)) for part in grains.data] == [1, 1, 3]
    assert list(grains.features["slice"]) == [2, 2, 2]
    assert not viewer.layers["stack boundary"].data[:2].any()


def test_what_grains_were_merged_from_stays_with_them(viewer):
    stack_layers(viewer).show(whole := result((3, 40, 50), grains=4))
    stack_layers(viewer, 1).show(one := result(grains=7, merge_threshold=[0.5]))
    kept = viewer.layers["stack grains"].metadata[METADATA]
    np.testing.assert_array_equal(kept["regions"], [whole["regions"][0], one["regions"], whole["regions"][2]])
    assert kept["merge_threshold"] == [0.25, 0.5, 0.25]


def test_regions_of_one_slice_alone_leave_the_rest_empty(viewer):
    stack_layers(viewer, 2).show(result(grains=3))
    kept = viewer.layers["stack grains"].metadata[METADATA]
    assert [len(np.unique(part)) for part in kept["regions"]] == [1, 1, 3]
    assert kept["merge_threshold"] == [0, 0, 0.25]


def test_a_discarded_preview_of_one_slice_gives_all_slices_back(viewer):
    made = result((3, 40, 50))
    stack_layers(viewer).show(made)
    one = stack_layers(viewer, 1)
    one.preview([BLOCK])
    one.discard()
    np.testing.assert_array_equal(viewer.layers["stack boundary"].data, made["boundary"])


def test_uncertainty_is_a_hidden_overlay_between_grains_and_boundary(viewer):
    source = viewer.add_image(PIXELS, name="steel")
    doubt = np.full((40, 50), 0.25, np.float32)
    for _ in range(2):
        ResultLayers(viewer, Source(source)).show(result() | {"uncertainty": doubt})
    assert [layer.name for layer in viewer.layers] == [
        "steel", "steel grains", "steel uncertainty", "steel boundary",
    ]  # fmt: skip
    layer = viewer.layers["steel uncertainty"]
    assert not layer.visible
    assert (layer.data == 0.25).all()


def test_neighbours_by_number_differ_in_colour(viewer):
    ResultLayers(viewer, Source(viewer.add_image(PIXELS, name="steel"))).show(result(grains=25))
    colours = [viewer.layers["steel grains"].get_color(number) for number in range(1, 26)]
    assert len({tuple(colour) for colour in colours}) == COLOURS
    for first, second in pairwise(colours):
        assert np.abs(first - second).max() > 0.2
