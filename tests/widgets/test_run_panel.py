"""Progress, time left, and what the buttons allow."""

from __future__ import annotations

import pytest

from napari_grains.events import Progress
from napari_grains.widgets._run_panel import RunPanel, TimeLeft, duration


def test_time_left_follows_from_the_share_that_is_done():
    seconds = iter([0.0, 0.0, 10.0])
    left = TimeLeft(lambda: next(seconds))
    assert left(Progress(0, 100)) == ""
    assert left(Progress(25, 100)) == "about 30 s left"


def test_time_left_of_an_unknown_amount_is_unknown():
    assert TimeLeft()(Progress(5, 0)) == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (89, "89 s"), (120, "2 min"), (5000, "83 min"), (6000, "1 h 40 min")]
)
def test_durations_are_rough(seconds, text):
    assert duration(seconds) == text


@pytest.fixture
def panel(qtbot):
    panel = RunPanel()
    qtbot.addWidget(panel)
    return panel


def test_run_is_disabled_with_the_reason(panel):
    panel.set_idle("Open a micrograph first")
    assert not panel.run.isEnabled()
    assert panel.run.toolTip() == "Open a micrograph first"
    panel.set_idle("")
    assert panel.run.isEnabled()


def test_bar_is_busy_until_the_amount_is_known(panel):
    panel.set_running()
    assert (panel.bar.minimum(), panel.bar.maximum()) == (0, 0)
    panel.set_progress(Progress(3, 10, "boundaries"))
    assert (panel.bar.value(), panel.bar.maximum()) == (3, 10)
    assert panel.message.text() == "Boundaries"


def test_error_colour_follows_the_theme(panel):
    panel.say("No room", error=True)
    panel.set_error_colour("#b3261e")
    assert "#b3261e" in panel.message.styleSheet()
    panel.say("fine")
    assert panel.message.styleSheet() == ""
