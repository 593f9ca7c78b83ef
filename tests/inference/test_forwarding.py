"""Jobs within jobs."""

from __future__ import annotations

import pytest

from napari_grains.events import STOP, Notice, Progress, drive
from napari_grains.inference._forwarding import StoppedError, forwarded, notices_only, stoppable


def job(heard):
    try:
        for step in range(3):
            heard.append((yield Progress(step, 3)))
            heard.append((yield Notice(f"step {step}")))
    finally:
        heard.append("closed")
    return "result"


def test_events_are_changed_or_left_out_and_the_result_comes_through():
    events, heard = [], []
    assert drive(forwarded(job(heard), notices_only), events.append) == "result"
    assert events == [Notice(f"step {n}") for n in range(3)]


def test_commands_reach_the_inner_job():
    heard = []
    outer = forwarded(job(heard), lambda event: event)
    next(outer)
    outer.send(STOP)
    outer.send(None)
    assert heard == [STOP, None]


def test_a_command_is_not_heard_twice_when_events_are_left_out():
    heard = []
    outer = forwarded(job(heard), notices_only)
    assert next(outer) == Notice("step 0")
    assert outer.send(STOP) == Notice("step 1")
    assert heard == [None, STOP, None]


def test_a_stop_closes_the_inner_job():
    heard = []
    outer = stoppable(job(heard))
    next(outer)
    with pytest.raises(StoppedError):
        outer.send(STOP)
    assert heard == ["closed"]


def test_without_a_stop_the_result_comes_through():
    assert drive(stoppable(job([]))) == "result"
