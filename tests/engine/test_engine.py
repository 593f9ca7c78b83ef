"""Jobs in a real engine process: results, errors, order, stop, abort, close."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from engine_records import PATIENCE

from napari_grains.engine import EngineState, TaskState
from napari_grains.events import Notice, Progress

QUEUED, RUNNING, STOPPING = TaskState.QUEUED, TaskState.RUNNING, TaskState.STOPPING
DONE, FAILED, ABORTED = TaskState.DONE, TaskState.FAILED, TaskState.ABORTED


def test_result_and_states(run):
    record = run("echo", text="µm", number=0.44, nothing=None, many=[1, {"two": False}])
    assert record.results == [{"text": "µm", "number": 0.44, "nothing": None, "many": [1, {"two": False}]}]
    assert record.states == [QUEUED, RUNNING, DONE]
    assert record.errors == []


def test_start_is_immediate_and_warms_up(engine):
    changes = threading.Semaphore(0)
    engine.listen(changes.release)
    begun = time.perf_counter()
    engine.start()
    engine.start()
    assert time.perf_counter() - begun < 0.02
    assert engine.state is EngineState.STARTING
    while engine.device is None:
        assert changes.acquire(timeout=PATIENCE)
    assert engine.device == "none: a test"
    assert engine.problem is None
    while engine.state is not EngineState.READY:
        assert changes.acquire(timeout=PATIENCE)


def test_first_job_waits_for_warm_up_and_shortens_it(make_engine):
    engine = make_engine()
    engine._jobs["warm_up"] = "engine_jobs:hold"  # ends only when stopped
    engine.start()
    assert engine.submit("empty", {}).wait(PATIENCE) is DONE


def test_warm_up_that_fails_is_told_and_harms_nothing(make_engine):
    engine = make_engine()
    engine._jobs["warm_up"] = "engine_jobs:fail"
    changed = threading.Semaphore(0)
    engine.listen(changed.release)
    engine.start()
    while engine.problem is None:
        assert changed.acquire(timeout=PATIENCE)
    assert "ValueError: first line second line" in engine.problem
    assert engine.submit("empty", {}).wait(PATIENCE) is DONE


def test_process_is_nice_and_runs_jobs_on_its_main_thread(make_engine):
    done = []
    engine = make_engine(niceness=7)
    engine.submit("about_process", {}, on_done=done.append).wait(PATIENCE)
    (about,) = done
    assert about["pid"] != os.getpid()
    assert about["niceness"] == min(os.nice(0) + 7, 19)
    assert about["main_thread"]
    assert not about["torch"]
    assert "" not in about["path"]
    assert str(Path.cwd()) not in about["path"]


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")
def test_process_is_in_a_group_of_its_own_but_in_the_session_of_the_viewer(run):
    (about,) = run("about_process").results
    assert about["group"] == about["pid"]  # Ctrl+C in the terminal goes to the viewer's group
    assert about["session"] == os.getsid(0)  # Linux may heed a niceness only within a session


@pytest.mark.skipif(sys.platform == "win32", reason="niceness of POSIX")
def test_the_viewer_comes_first_unless_said_otherwise(run, make_engine):
    ordinary = []
    engine = make_engine(niceness=0)
    engine.submit("about_process", {}, on_done=ordinary.append).wait(PATIENCE)
    assert ordinary[0]["niceness"] == os.nice(0)
    assert run("about_process").results[0]["niceness"] == min(os.nice(0) + 10, 19)


def test_one_at_a_time_in_order(begin):
    first, second, third = begin("hold"), begin("empty"), begin("empty")
    first.until(lambda record: record.events)
    assert [record.task.state for record in (first, second, third)] == [RUNNING, QUEUED, QUEUED]
    first.task.stop()
    assert third.task.wait(PATIENCE) is DONE
    assert second.task.state is DONE
    assert first.states == [QUEUED, RUNNING, STOPPING, DONE]


def test_stop_returns_the_best_so_far(begin):
    record = begin("hold")
    record.until(lambda heard: len(heard.events) > 2)
    record.task.stop()
    assert record.task.wait(PATIENCE) is DONE
    assert record.results[0]["steps"] >= 2


def test_stop_before_the_job_begins(begin):
    running, waiting = begin("hold"), begin("hold")
    waiting.task.stop()
    assert waiting.task.wait(PATIENCE) is ABORTED
    assert (waiting.results, waiting.errors) == ([], [])
    running.task.stop()
    assert running.task.wait(PATIENCE) is DONE
    running.task.stop()  # too late: nothing happens
    assert running.task.state is DONE


def test_abort_of_a_deaf_job_frees_the_queue(begin, engine):
    deaf, other = begin("deaf"), begin("about_process")
    deaf.until(lambda record: record.events)
    deaf.task.abort()
    assert deaf.task.wait(PATIENCE) is ABORTED
    assert (deaf.results, deaf.errors) == ([], [])
    assert other.task.wait(PATIENCE) is DONE


def test_abort_warms_up_a_fresh_process(begin, engine):
    record = begin("hold")
    record.until(lambda heard: heard.events)
    changed = threading.Semaphore(0)
    engine.listen(changed.release)
    record.task.abort()
    while engine.state is not EngineState.READY:
        assert changed.acquire(timeout=PATIENCE)
    assert engine.device == "none: a test"


def test_input_error_is_shown_as_it_is(run):
    record = run("refuse")
    assert record.errors == ["The image is empty: choose another."]
    assert record.states == [QUEUED, RUNNING, FAILED]


@pytest.mark.parametrize(
    ("job", "error"),
    [
        ("fail", "ValueError: first line second line"),
        ("exit_interpreter", "SystemExit: 2"),
        ("not_a_dict", "TypeError: engine_jobs:not_a_dict returned a int, not a dict"),
        ("unspeakable", "TypeError: a object cannot be handed to another process"),
        ("one_preview", "TypeError"),
    ],
)
def test_defect_is_one_line_and_its_traceback_in_the_log(run, engine, job, error):
    record = run(job)
    (text,) = record.errors
    assert text.startswith(f"The job “{job.replace('_', ' ')}” failed: {error}")
    assert text.endswith(f" — details in the log, {engine.log_path}")
    assert "\n" not in text
    assert "Traceback (most recent call last)" in engine.log_path.read_text()
    assert run("empty").results == [{}]


def test_missing_module_is_a_failure(make_engine):
    engine = make_engine()
    engine._jobs["lost"] = "no_such_module:job"
    errors = []
    assert engine.submit("lost", {}, on_error=errors.append).wait(PATIENCE) is FAILED
    assert "No module named 'no_such_module'" in errors[0]


def test_unknown_job_and_closed_engine(engine):
    with pytest.raises(ValueError, match=r"there is no job 'segmnt'; there are .*segment"):
        engine.submit("segmnt", {})
    engine.close()
    assert engine.closed
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit("empty", {})
    with pytest.raises(RuntimeError, match="closed"):
        engine.start()


def test_arguments_that_cannot_cross(run):
    record = run("echo", what=object())
    assert "TypeError: a object cannot be handed to another process" in record.errors[0]
    assert run("empty").results == [{}]


def test_printing_goes_to_the_log(run, engine):
    record = run("noisy")
    assert record.results == [{"stdin": ""}]
    engine.close()
    log = engine.log_path.read_text()
    assert all(words in log for words in ("no end of line", "from C", "from a child"))


def test_callbacks_that_raise_are_logged(engine):
    def broken(_):
        raise RuntimeError("the dock is gone")

    task = engine.submit("hold", {}, on_event=broken, on_done=broken, on_state=broken)
    task.stop()
    task.wait(PATIENCE)
    assert engine.submit("empty", {}).wait(PATIENCE) is DONE
    assert engine.log_path.read_text().count("RuntimeError: the dock is gone") >= 3


def test_submit_and_close_from_a_callback(engine):
    done = threading.Event()

    def once_more(_):
        engine.submit("empty", {}, on_done=lambda _: (engine.close(), done.set()))

    engine.submit("empty", {}, on_done=once_more)
    assert done.wait(PATIENCE)
    assert engine.closed


def test_close_during_a_job(begin, engine):
    running, waiting = begin("deaf"), begin("empty")
    running.until(lambda record: record.events)
    begun = time.perf_counter()
    engine.close()
    assert time.perf_counter() - begun < 3
    assert running.task.wait(0) is ABORTED
    assert waiting.task.wait(0) is ABORTED
    assert running.errors == []
    engine.close()


def test_close_while_starting(engine):
    engine.start()
    engine.close()
    assert engine.state is EngineState.CLOSED


def test_close_is_not_held_up_by_a_callback(engine):
    inside, release = threading.Event(), threading.Event()
    engine.submit("hold", {}, on_event=lambda _: (inside.set(), release.wait(PATIENCE)))
    assert inside.wait(PATIENCE)
    begun = time.perf_counter()
    engine.close()
    assert time.perf_counter() - begun < 4
    release.set()
    engine._callbacks.join(PATIENCE)


def test_slow_callback_does_not_hold_up_stop(engine):
    inside, release = threading.Event(), threading.Event()
    task = engine.submit("hold", {}, on_event=lambda _: (inside.set(), release.wait(PATIENCE)))
    assert inside.wait(PATIENCE)
    task.stop()
    assert engine.submit("empty", {}).state is QUEUED
    while task.state is not DONE:
        time.sleep(0.01)
    release.set()
    assert task.wait(PATIENCE) is DONE


def test_preview_arrives_bit_equal(run):
    block = np.random.default_rng(0).normal(size=(37, 53)).astype(np.float32)
    (preview,) = run("one_preview", block=block, offset=[5, 7]).previews
    np.testing.assert_array_equal(preview.array, block)
    assert (preview.name, preview.offset, preview.array.dtype) == ("boundary", (5, 7), np.float32)


def test_every_tile_arrives(run):
    previews = run("tiles", number=200).previews
    assert [preview.offset[0] for preview in previews] == list(range(0, 1600, 8))
    assert all((preview.array == preview.offset[0] // 8).all() for preview in previews)


def test_slow_viewer_gets_the_newest_previews(engine, places):
    seen, most_files, last = [], [], []

    def slow(event):
        if isinstance(event, Notice):
            last.append(event.message)
        elif not isinstance(event, Progress):
            seen.append(np.unique(event.array).tolist())
            most_files.append(sum(1 for place in places for _ in place.rglob("*.array")))
            time.sleep(0.02)

    engine.submit("rush", {"number": 500, "shape": [64, 64]}, on_event=slow).wait(PATIENCE)
    assert all(len(values) == 1 for values in seen)  # none was overwritten while it waited
    numbers = [values[0] for values in seen]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 499
    assert len(numbers) < 250
    assert max(most_files) <= 2
    assert last == ["over"]


def test_a_thousand_jobs_leave_nothing_behind(engine, places):
    process = psutil.Process()
    block = np.zeros((64, 64), np.float32)
    worker = []

    def some(number):
        for _ in range(number):
            task = engine.submit("one_preview", {"block": block, "offset": [0, 0]})
        assert task.wait(PATIENCE) is DONE
        engine.submit("about_process", {}, on_done=worker.append).wait(PATIENCE)
        gc.collect()  # of what earlier tests have kept
        return process.num_fds(), process.num_threads(), process.memory_info().rss

    fds, threads, memory = some(100)
    fds_after, threads_after, memory_after = some(1000)
    assert (fds_after, threads_after) == (fds, threads)
    assert memory_after - memory < 20e6
    assert worker[0]["fds"] == worker[1]["fds"]
    assert [file for place in places for file in place.rglob("*.array")] == []
    assert len(engine._scheduler._unsettled) <= 1  # the last one is let go just after its callbacks
