"""Input fields: what they offer and what they say."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.images import PixelSize
from napari_grains.widgets._fields import ImageCombo, NetworkCombo, PixelSizeField, ScaleField


def entries(combo):
    return [combo.itemText(index) for index in range(combo.count())]


@pytest.fixture
def combo(viewer, qtbot):
    combo = ImageCombo(viewer)
    qtbot.addWidget(combo)
    combo.follow(on=True)
    return combo


def test_image_combo_offers_image_layers_alone(viewer, combo, image):
    viewer.add_image(image, name="a")
    viewer.add_labels(image.astype(int), name="labels")
    viewer.add_points(np.zeros((1, 2)))
    viewer.add_image(image, name="a boundary", metadata={"napari_grains": {"role": "boundary"}})
    viewer.add_image(image, name="b")
    assert entries(combo) == ["b", "a"]


def test_image_combo_keeps_its_choice_through_additions_renames_and_moves(viewer, combo, image):
    first = viewer.add_image(image, name="a")
    assert combo.layer is first
    viewer.add_image(image, name="b")
    assert combo.layer is first
    first.name = "renamed"
    assert combo.currentText() == "renamed"
    viewer.layers.move(0, 2)
    assert entries(combo) == ["renamed", "b"]
    assert combo.layer is first


def test_image_combo_goes_on_when_its_choice_is_removed(viewer, combo, image, qtbot):
    viewer.add_image(image, name="a")
    other = viewer.add_image(image, name="b")
    with qtbot.waitSignal(combo.layer_changed):
        viewer.layers.remove("a")
    assert combo.layer is other
    with qtbot.waitSignal(combo.layer_changed):
        viewer.layers.clear()
    assert combo.layer is None


def test_image_combo_follows_no_more_when_told(viewer, combo, image):
    combo.follow(on=False)
    viewer.add_image(image)
    assert combo.count() == 0


def test_network_combo_lists_files_and_finds_new_ones(networks, qtbot):
    combo = NetworkCombo()
    qtbot.addWidget(combo)
    names = entries(combo)
    assert names[0] == "default"
    assert "steel" in names
    combo.setCurrentText("steel")
    (networks / "alloy.safetensors").touch()
    combo.showPopup()
    combo.hidePopup()
    assert entries(combo) == [names[0], "alloy", *names[1:]]
    assert combo.currentText() == "steel"


def test_scale_field_gives_one_kind_of_scale_at_a_time(qtbot):
    field = ScaleField()
    qtbot.addWidget(field)
    given = []
    field.factor.setValue(0.25)
    field.diameter.setValue(40)
    for kind in range(3):
        field.kind.setCurrentIndex(kind)
        given.append((field.scale, field.grain_diameter))
    assert given == [(None, None), (0.25, None), (None, 40.0)]


@pytest.fixture
def pixel_size(qtbot):
    field = PixelSizeField()
    qtbot.addWidget(field)
    return field


def test_empty_pixel_size_is_unknown(pixel_size):
    assert pixel_size.value() is None


def test_typed_pixel_size_says_that_it_was_typed(pixel_size):
    pixel_size.setText(" 0.44 um ")
    assert pixel_size.is_typed
    assert pixel_size.value() == PixelSize(0.44e-6, 0.44e-6, "typed")


def test_suggested_pixel_size_is_exact_although_its_text_is_rounded(pixel_size):
    size = PixelSize(0.123456789e-6, 0.123456789e-6, "layer")
    pixel_size.suggest(size)
    assert not pixel_size.is_typed
    assert pixel_size.value() is size


def test_pixel_size_without_unit_is_an_error(pixel_size):
    pixel_size.setText("0.44")
    with pytest.raises(InputError, match="unit"):
        pixel_size.value()
