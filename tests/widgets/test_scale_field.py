"""Automatic scale and the grain diameter."""

from __future__ import annotations

import math

import pytest

from napari_grains.images import PixelSize
from napari_grains.widgets._scale_field import ScaleField

KNOWN = (13.0, 70.0)
MIDDLE = math.sqrt(13.0 * 70.0)


@pytest.fixture
def field(qtbot):
    field = ScaleField()
    qtbot.addWidget(field)
    field.know(KNOWN, None)
    return field


def test_automatic_is_the_beginning(field):
    assert field.grain_diameter is None
    assert field.found.text() == ""


def test_moving_the_slider_sets_a_diameter(field, qtbot):
    with qtbot.waitSignal(field.diameter_set) as told:
        field.slider.setValue(field.slider.maximum() // 2)
    assert not field.automatic.isChecked()
    assert told.args[0] == pytest.approx(math.sqrt(4 * 2000))
    assert field.grain_diameter == round(told.args[0])
    assert field.found.text() == f"× {MIDDLE / field.grain_diameter:.2f}"


def test_typing_a_number_moves_the_slider(field):
    field.diameter.setValue(400)
    assert field.grain_diameter == 400
    place = field.slider.value()
    field.diameter.setValue(40)
    assert field.slider.value() < place
    assert field.grain_diameter == 40


def test_the_scale_that_was_found_is_shown_as_a_diameter_too(field):
    field.show_found(0.18)
    assert field.found.text() == "× 0.18"
    assert field.diameter.value() == round(MIDDLE / 0.18)
    assert field.grain_diameter is None


def test_a_scale_found_earlier_does_not_move_what_the_user_set(field):
    field.diameter.setValue(40)
    field.show_found(0.18)
    assert field.grain_diameter == 40


def test_back_to_automatic_shows_what_was_found(field, qtbot):
    field.show_found(0.18)
    field.diameter.setValue(40)
    with qtbot.waitSignal(field.automatic_set):
        field.automatic.setChecked(True)
    assert field.grain_diameter is None
    assert field.found.text() == "× 0.18"
    field.forget()
    assert field.found.text() == ""


def test_the_diameter_is_said_in_micrometres_where_the_pixel_size_is_known(field):
    field.know(KNOWN, PixelSize(0.5e-6, 0.5e-6))
    field.diameter.setValue(100)
    assert "50 µm" in field.diameter.toolTip()
