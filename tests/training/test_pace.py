"""Schedules by steps and by the clock, with a clock of their own."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from napari_grains.events import Progress, TrainingProgress
from napari_grains.training._pace import Pace, TrainingReport


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def rates(pace, clock, seconds=0.0):
    pace.begin()
    found = [pace.rate]
    while not pace.finished:
        clock.now += seconds
        pace.advance()
        found.append(pace.rate)
    return found


def test_rate_by_steps_warms_up_and_ends_at_zero():
    clock = Clock()
    found = rates(Pace(1000, clock=clock), clock)
    assert len(found) == 1001
    assert found[0] == pytest.approx(1 / 50)
    assert max(found) == pytest.approx(1, abs=0.01)
    assert found.index(max(found)) == pytest.approx(49, abs=2)
    assert found[500] == pytest.approx(0.5)
    assert found[1000] == pytest.approx(0)
    assert all(a >= b for a, b in pairwise(found[60:]))


def test_rate_ends_at_its_final_share():
    clock = Clock()
    found = rates(Pace(1000, clock=clock, final_rate=0.4), clock)
    assert found[500] == pytest.approx(0.7)
    assert found[1000] == pytest.approx(0.4)
    assert set(rates(Pace(1000, clock=clock, final_rate=1.0), clock)[50:]) == {1.0}


def test_long_runs_warm_up_for_200_steps():
    assert Pace(10**6, step=99).rate == pytest.approx(0.5)


def test_rate_by_minutes_ends_with_the_time():
    clock = Clock()
    pace = Pace(None, 100.0, clock=clock)
    found = rates(pace, clock, seconds=0.25)
    assert pace.step == 400
    assert found[200] == pytest.approx(0.5, abs=0.01)
    assert found[400] == pytest.approx(0, abs=1e-6)
    assert max(found) == pytest.approx(1, abs=0.01)
    assert found.index(max(found)) == pytest.approx(20, abs=2)


def test_whichever_comes_first_ends_the_run():
    for seconds, steps in ((1.0, 10), (0.1, 50)):
        clock = Clock()
        pace = Pace(50, 10.0, clock=clock)
        rates(pace, clock, seconds)
        assert pace.step == steps


def test_the_number_of_steps_is_estimated_from_the_speed():
    clock = Clock()
    pace = Pace(None, 60.0, clock=clock)
    pace.begin()
    assert pace.total == 0
    for _ in range(5):
        clock.now += 2
        pace.advance()
    assert pace.total == 30


def test_a_run_goes_on_where_it_was():
    clock = Clock()
    clock.now = 1000.0
    pace = Pace(None, 100.0, step=30, before=60.0, clock=clock)
    assert pace.fraction == pytest.approx(0.6)
    pace.begin()
    clock.now += 10
    pace.advance()
    assert pace.elapsed == pytest.approx(70)
    assert pace.total == 45  # 31 / 0.7, rounded up


def test_time_stands_still_between_steps():
    clock = Clock()
    pace = Pace(None, 10.0, clock=clock)
    pace.begin()
    pace.advance()
    clock.now = 100.0
    assert not pace.finished


def test_losses_are_told_once_a_second():
    clock = Clock()
    pace = Pace(100, clock=clock)
    report = TrainingReport(pace)
    told = []
    for step in range(10):
        clock.now += 0.3
        pace.advance()
        report.learned(torch.tensor(float(step)))
        event = report.event()
        assert isinstance(event, Progress)
        if isinstance(event, TrainingProgress):
            told.append((event.done, event.loss))
    assert told == [(4, 1.5), (8, 5.5)]


def test_scores_wait_for_the_next_event_with_losses():
    clock = Clock()
    pace = Pace(100, clock=clock)
    report = TrainingReport(pace)
    report.validated({"validation": 0.5, "real": 0.2})
    pace.advance()
    assert not isinstance(report.event(), TrainingProgress)
    clock.now += 1
    event = report.event()
    assert (event.validation, event.real) == (0.5, 0.2)
    clock.now += 1
    event = report.event()
    assert (event.validation, event.real) == (None, None)


def test_validation_is_due_after_each_tenth_and_not_again_when_a_run_goes_on():
    pace = Pace(30, step=9)
    report = TrainingReport(pace)
    due = []
    while not pace.finished:
        pace.advance()
        if report.validation_is_due():
            due.append(pace.step)
    assert due == [12, 15, 18, 21, 24, 27, 30]
