"""Driving a job."""

from __future__ import annotations

from napari_grains.events import STOP, Progress, Update, drive


def listening(steps):
    heard = []
    for step in range(steps):
        command = yield Progress(step + 1, steps)
        heard.append(command)
        if command is STOP:
            break
    return heard


def test_a_job_hears_changes_and_stops_and_otherwise_nothing():
    waiting = [None, Update({"labels 0": 1}), None]
    heard = drive(listening(3), updates=lambda: waiting.pop(0))
    assert [type(each) for each in heard] == [type(None), Update, type(None)]
    assert drive(listening(3)) == [None] * 3


def test_a_stop_comes_before_changes():
    events = []
    heard = drive(listening(5), events.append, lambda: len(events) > 1, lambda: Update({"focus": 1}))
    assert isinstance(heard[0], Update)
    assert heard[1:] == [STOP]
