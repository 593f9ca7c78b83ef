"""Newer events replace those that wait."""

from __future__ import annotations

import logging
import threading

import numpy as np

from napari_grains.engine import EventBuffer
from napari_grains.engine._callbacks import CallbackThread
from napari_grains.events import Answer, Notice, Preview, Progress, TrainingProgress


def preview(value, name="boundary", offset=(0, 0)):
    return Preview(name, np.full((2, 2), value), offset)


def test_buffer_keeps_the_newest_of_each_place_and_every_notice():
    buffer = EventBuffer()
    events = [
        preview(1),
        Notice("first"),
        Progress(1, 3),
        preview(2, offset=(0, 2)),
        preview(3, name="grains"),
        Notice("first"),
        preview(4),
        Progress(2, 3),
        Answer("place", {}),
        Answer("map", {}),
        Answer("place", {}),
    ]
    woken = [buffer.put(event) for event in events]
    assert woken == [True] + [False] * 10
    assert buffer.take() == [events[index] for index in (1, 3, 4, 5, 6, 7, 9, 10)]
    assert buffer.take() == []
    assert buffer.put(Notice("again"))


def test_buffer_keeps_every_point_of_a_curve():
    buffer = EventBuffer()
    events = [
        TrainingProgress(10, 30, loss=0.5, validation=0.2),
        Progress(11, 30),
        TrainingProgress(20, 30, loss=0.4, validation=0.1),
        Progress(21, 30),
        Progress(22, 30),
    ]
    for event in events:
        buffer.put(event)
    assert buffer.take() == [events[index] for index in (0, 2, 4)]


def test_calls_run_in_order_and_replaced_ones_never():
    thread = CallbackThread(logging.Logger("test"))
    ran, blocked, free, done = [], threading.Event(), threading.Event(), threading.Event()
    thread.post(lambda: (blocked.set(), free.wait(10)))
    assert blocked.wait(10)
    thread.post(lambda: ran.append("old"), replaces="place")
    thread.post(lambda: ran.append("other"))
    thread.post(lambda: ran.append("new"), replaces="place")
    thread.post(done.set)
    free.set()
    assert done.wait(10)
    assert ran == ["other", "new"]
    thread.close()
    thread.join(10)
    thread.post(lambda: ran.append("late"))
    assert ran == ["other", "new"]
