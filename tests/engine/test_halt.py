"""A job stands still while the user moves something, and nothing else suffers from it."""

from __future__ import annotations

import sys
import time

import psutil
import pytest
from engine_records import PATIENCE, wait_gone

from napari_grains.engine import TaskState
from napari_grains.engine._halt import LENGTH, Halt

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


class Clock:
    """A clock that the test moves."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr("napari_grains.engine._halt.time.monotonic", lambda: self.now)


class Worker:
    def __init__(self):
        self.told = []

    def halt(self):
        self.told.append("halt")

    def go_on(self):
        self.told.append("go on")


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def worker():
    return Worker()


def halted(process):
    return process.status() == psutil.STATUS_STOPPED


def keep_halted(engine, process):
    """Move until the process stands still."""
    end = time.monotonic() + PATIENCE
    while not halted(process):
        assert time.monotonic() < end
        engine.give_way()
        time.sleep(0.005)


def test_a_halt_lasts_until_a_moment_after_the_last_request(clock, worker):
    halt = Halt(lambda: worker, lambda call: call())
    assert halt.seconds_left() is None
    halt.request()
    clock.now += 0.9 * LENGTH
    halt.request()
    clock.now += 0.9 * LENGTH
    halt.end_if_over()
    assert worker.told == ["halt"]
    assert halt.seconds_left() == pytest.approx(0.1 * LENGTH)
    clock.now += 0.2 * LENGTH
    assert halt.seconds_left() == 0
    halt.end_if_over()
    halt.end_if_over()
    assert worker.told == ["halt", "go on"]
    assert halt.seconds_left() is None


def test_the_process_that_was_halted_goes_on_even_if_another_took_its_place(clock, worker):
    workers = [worker]
    halt = Halt(lambda: workers[-1], lambda call: call())
    halt.request()
    workers.append(Worker())
    clock.now += LENGTH
    halt.end_if_over()
    assert worker.told == ["halt", "go on"]
    assert workers[-1].told == []


def test_without_a_process_at_work_there_is_nothing_to_halt(clock):
    halt = Halt(lambda: None, lambda call: call())
    halt.request()
    clock.now += LENGTH
    halt.end_if_over()
    assert halt.seconds_left() is None


def test_a_job_stands_still_and_goes_on_by_itself(begin, engine):
    record = begin("hold")
    record.until(lambda heard: heard.events)
    process = psutil.Process(engine._scheduler.worker.pid)
    keep_halted(engine, process)
    record.task.stop()
    assert record.task.wait(PATIENCE) is TaskState.DONE
    assert not halted(process)


def test_what_a_job_started_stands_still_too(begin, engine):
    record = begin("with_child")
    record.until(lambda heard: heard.events)
    child = psutil.Process(int(record.events[0].message))
    keep_halted(engine, child)
    record.task.stop()
    assert record.task.wait(PATIENCE) is TaskState.DONE


def test_a_halted_job_can_be_aborted(begin, engine, run):
    record = begin("hold")
    record.until(lambda heard: heard.events)
    process = psutil.Process(engine._scheduler.worker.pid)
    keep_halted(engine, process)
    record.task.abort()
    assert record.task.wait(PATIENCE) is TaskState.ABORTED
    assert wait_gone(process.pid)
    assert run("empty").results == [{}]


def test_an_idle_engine_is_left_alone(run, engine):
    pid = run("about_process").results[0]["pid"]
    engine.give_way()
    assert engine._halt.seconds_left() is None
    assert not halted(psutil.Process(pid))


def test_closing_while_halted(begin, engine):
    record = begin("hold")
    record.until(lambda heard: heard.events)
    process = psutil.Process(engine._scheduler.worker.pid)
    keep_halted(engine, process)
    engine.close()
    assert wait_gone(process.pid)
    engine.give_way()
