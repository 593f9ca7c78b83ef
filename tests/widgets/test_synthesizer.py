"""Requests for previews: in order, off the GUI thread, the newest wins, none pile up."""

from __future__ import annotations

import threading

import pytest
from qtpy.QtCore import QObject

from napari_grains.synthesis import Recipe
from napari_grains.widgets._synthesizer import SIDE, Synthesizer, draw_micrograph

RECIPE = Recipe()


class Draw:
    """Draws a number when the test lets it."""

    def __init__(self):
        self.begun, self.threads, self.gate = [], [], threading.Semaphore(0)

    def __call__(self, recipe, index):
        self.begun.append(index)
        self.threads.append(threading.current_thread())
        assert self.gate.acquire(timeout=20)
        if index < 0:
            raise ValueError("a negative\nnumber")
        return index


@pytest.fixture
def draw():
    return Draw()


@pytest.fixture
def synthesizer(draw, qtbot):
    parent = QObject()
    synthesizer = Synthesizer(parent, draw)
    synthesizer.shown = []
    synthesizer.made.connect(synthesizer.shown.append)
    yield synthesizer
    draw.gate.release(10)


def test_the_newest_request_wins_and_those_between_are_never_begun(synthesizer, draw, qtbot):
    for index in range(50):  # a slider on its way
        synthesizer.request(RECIPE, index)
    draw.gate.release(2)
    qtbot.waitUntil(lambda: synthesizer.shown == [0, 49])
    assert draw.begun == [0, 49]
    assert threading.main_thread() not in draw.threads


def test_a_slider_that_keeps_moving_is_followed_in_order(synthesizer, draw, qtbot):
    for index in range(5):
        synthesizer.request(RECIPE, 10 * index)
        synthesizer.request(RECIPE, 10 * index + 1)
        draw.gate.release()
        qtbot.waitUntil(lambda index=index: len(synthesizer.shown) == index + 1)
    draw.gate.release()
    qtbot.waitUntil(lambda: synthesizer.shown[-1] == 41)
    assert synthesizer.shown == sorted(synthesizer.shown)
    assert len(draw.begun) <= 6


def test_what_waits_can_be_cancelled(synthesizer, draw, qtbot):
    synthesizer.request(RECIPE, 0)
    synthesizer.request(RECIPE, 1)
    synthesizer.cancel()
    draw.gate.release(2)
    qtbot.waitUntil(lambda: synthesizer.shown == [0])
    synthesizer.request(RECIPE, 2)
    qtbot.waitUntil(lambda: synthesizer.shown == [0, 2])


def test_a_failure_is_one_line_and_the_next_request_works(synthesizer, draw, qtbot):
    draw.gate.release(2)
    with qtbot.waitSignal(synthesizer.failed) as failed:
        synthesizer.request(RECIPE, -1)
    assert failed.args == ["No micrograph with these settings: a negative number"]
    synthesizer.request(RECIPE, 3)
    qtbot.waitUntil(lambda: synthesizer.shown == [3])


def test_a_preview_is_a_micrograph_of_the_recipe():
    micrograph = draw_micrograph(Recipe(kinds={"etched": 1.0}), 3)
    assert micrograph.image.shape == micrograph.grains.shape == (SIDE, SIDE)
    again = draw_micrograph(Recipe(kinds={"etched": 1.0}), 3)
    assert (again.image == micrograph.image).all()
