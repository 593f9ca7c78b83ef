"""Curves are drawn for whatever a training tells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from qtpy.QtCore import QPoint
from qtpy.QtGui import QColor, QImage, QRegion
from qtpy.QtWidgets import QWidget

from napari_grains.events import TrainingProgress
from napari_grains.widgets._loss_curves import LossCurves, log_ticks, span


@pytest.fixture
def curves(qtbot):
    curves = LossCurves()
    qtbot.addWidget(curves)
    curves.resize(360, 130)
    return curves


def drawn(curves):
    """Pixels (Y, X, 4) of the widget on black."""
    image = QImage(curves.size(), QImage.Format.Format_RGBA8888)
    image.fill(QColor("black"))
    curves.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    pixels = np.frombuffer(image.constBits().asstring(image.sizeInBytes()), np.uint8)
    return pixels.reshape(image.height(), image.width(), 4)


def test_nothing_is_shown_until_there_is_a_number(curves):
    curves.add(TrainingProgress(0, 100, "preparing"))
    assert not curves.isVisibleTo(None)
    curves.add(TrainingProgress(1, 100, "training", 0.8))
    assert curves.isVisibleTo(None)
    curves.clear()
    assert not curves.isVisibleTo(None)


def test_each_figure_has_its_curve_where_it_was_measured(curves):
    curves.add(TrainingProgress(10, 100, "", 0.8))
    curves.add(TrainingProgress(20, 100, "", math.nan, 0.9, 0.3))
    curves.add(TrainingProgress(30, 100, "", 0.4, None, 0.2))
    assert curves.points == {
        "loss": [(10, 0.8), (30, 0.4)],
        "validation": [(20, 0.9)],
        "real": [(20, 0.3), (30, 0.2)],
    }


def test_a_falling_error_falls_from_left_to_right(curves):
    for step in range(0, 101, 5):
        curves.add(TrainingProgress(step, 100, "", real=1 - step / 110))
    pixels = drawn(curves)
    red = pixels[25:110, :, 0].astype(int)
    rows = [int(np.argmax(red[:, round(share * pixels.shape[1])])) for share in (0.2, 0.5, 0.8)]
    assert rows[0] < rows[1] < rows[2]


@pytest.mark.parametrize("bright", [True, False])
@pytest.mark.parametrize("values", [(), (0.5,), (0.5, 0.5), (1e-6, 1e4), (0.41, 0.47), (0.0, 0.2)])
def test_any_numbers_can_be_drawn(curves, values, bright):
    curves.set_theme(QColor("white"), bright=bright)
    for step, value in enumerate(values):
        curves.add(TrainingProgress(step, 10, "", value, value, min(value, 1.0)))
    assert drawn(curves).shape == (130, 360, 4)


def test_drawing_is_quick_however_long_the_training(curves):
    for step in range(5000):
        curves.add(TrainingProgress(step, 5000, "", 1.0))
    assert len(curves.points["loss"]) == 5000
    assert drawn(curves).any()


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [((0.09, 1.1), [0.1, 1.0]), ((0.15, 0.8), [0.2, 0.5]), ((0.41, 0.47), [0.41, 0.47])],
)
def test_ticks_are_numbers_of_one_digit_where_possible(ends, ticks):
    assert log_ticks(*ends) == ticks


@pytest.mark.parametrize("values", [[], [0.0], [0.3], [0.3, 0.3], [0.1, 0.9], [0.0, 0.9]])
def test_an_axis_never_begins_where_it_ends(values):
    low, high = span(values)
    assert low < high
    assert all(low <= value <= high for value in values)
