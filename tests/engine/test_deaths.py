"""Processes that die: the viewer lives, the message says why, the next job works, nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from engine_records import PATIENCE, wait_gone

from napari_grains.engine import EngineState, TaskState, _folders

VIEWER = """
import json, sys, threading
from pathlib import Path
from napari_grains.engine import Engine, _folders
root = Path(sys.argv[1])
_folders.roots = lambda: (root,)
engine = Engine(extra_jobs={"job": "engine_jobs:" + sys.argv[2]}, log_path=root.parent / "viewer.log")
running = threading.Event()
engine.submit("job", {}, on_event=lambda event: running.set())
assert running.wait(30)
print(json.dumps({"worker": engine._scheduler.worker.pid}), flush=True)
if sys.argv[3] == "stay":
    threading.Event().wait(60)
"""


@pytest.fixture
def viewer(jobs_on_path, places):
    """Start another process that owns an engine."""
    started = []

    def start(job, then):
        command = [sys.executable, "-c", VIEWER, str(places[0]), job, then]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, json.loads(process.stdout.readline())["worker"]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_killed_in_mid_job(begin, run, engine):
    record = begin("hold")
    record.until(lambda heard: heard.events)
    os.kill(engine._scheduler.worker.pid, signal.SIGKILL)
    assert record.task.wait(PATIENCE) is TaskState.FAILED
    (error,) = record.errors
    assert error.startswith(
        "The engine process ended unexpectedly (killed by SIGKILL, as happens when memory runs out)."
    )
    assert error.endswith("Run again: a fresh engine starts.")
    assert "\n" not in error
    assert run("empty").results == [{}]


@pytest.mark.parametrize(
    ("job", "how"),
    [("die", "killed by SIGKILL, as happens when memory runs out"), ("leave", "exit code 3: the last words")],
)
def test_dies_of_its_own_job(run, job, how):
    assert f"({how})" in run(job).errors[0]
    assert run("empty").results == [{}]


def test_native_crash_leaves_its_stack_in_the_log(run, engine):
    assert "(killed by SIGSEGV)" in run("die", signal_number=int(signal.SIGSEGV)).errors[0]
    log = engine.log_path.read_text()
    assert "Fatal Python error: Segmentation fault" in log
    assert "engine_jobs.py" in log


def test_crash_leaves_the_queue_in_order(begin):
    crash, first, second = begin("die"), begin("about_process"), begin("about_process")
    assert second.task.wait(PATIENCE) is TaskState.DONE
    assert crash.task.state is TaskState.FAILED
    assert first.results[0]["pid"] == second.results[0]["pid"]


def test_killed_while_idle(run, engine):
    pid = run("about_process").results[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    record = run("about_process")  # submitted before the death is known: it costs the task nothing
    assert record.errors == []
    assert record.results[0]["pid"] != pid


def test_submitted_between_a_death_and_its_news(run, begin, engine):
    pid = run("about_process").results[0]["pid"]
    worker = engine._scheduler.worker

    def die_unnoticed():  # on the engine's thread: the news waits behind the task
        os.kill(pid, signal.SIGKILL)
        worker.join(PATIENCE)

    engine._calls.put(die_unnoticed)
    record = begin("echo", array=np.arange(5))
    record.task.wait(PATIENCE)
    assert record.errors == []
    assert record.results[0]["array"].tolist() == [0, 1, 2, 3, 4]


def test_death_while_idle_is_shown(run, engine):
    changed = threading.Semaphore(0)
    pid = run("about_process").results[0]["pid"]
    engine.listen(changed.release)
    os.kill(pid, signal.SIGKILL)
    while engine.problem is None:
        assert changed.acquire(timeout=PATIENCE)
    assert "killed by SIGKILL" in engine.problem
    assert engine.state is EngineState.OFF
    assert run("empty").results == [{}]


def test_folders_go_with_the_process(run, engine, places):
    run("empty")
    assert all(len(list(place.iterdir())) == 1 for place in places)
    worker = engine._scheduler.worker
    worker.kill()
    assert worker.join(PATIENCE)
    assert not any(list(place.iterdir()) for place in places)


def test_processes_started_by_a_job_go_too(begin, run):
    record = begin("with_child")
    record.until(lambda heard: heard.events)
    child = int(record.events[0].message)
    assert psutil.pid_exists(child)
    record.task.abort()
    assert record.task.wait(PATIENCE) is TaskState.ABORTED
    assert wait_gone(child)
    assert run("empty").results == [{}]


def test_no_such_interpreter(make_engine):
    engine = make_engine(python="/nowhere/python")
    errors = []
    assert engine.submit("empty", {}, on_error=errors.append).wait(PATIENCE) is TaskState.FAILED
    assert "FileNotFoundError" in errors[0]
    assert engine.submit("empty", {}).wait(PATIENCE) is TaskState.FAILED


def test_interpreter_without_the_package(make_engine, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'No module named napari_grains' >&2\nexit 1\n")
    python.chmod(0o755)
    errors = []
    engine = make_engine(python=str(python))
    for _ in range(2):
        assert engine.submit("empty", {}, on_error=errors.append).wait(PATIENCE) is TaskState.FAILED
    assert ["(exit code 1: No module named napari_grains)" in error for error in errors] == [True, True], (
        errors
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("job", ["hold", "deaf"])
def test_killed_viewer_leaves_no_process_and_the_next_start_sweeps(viewer, places, job):
    process, worker = viewer(job, "stay")
    assert psutil.Process(worker).is_running()
    assert len(list(places[0].iterdir())) == 1
    _folders.sweep()
    assert len(list(places[0].iterdir())) == 1  # its owner lives
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert wait_gone(worker, 5.0)
    _folders.sweep()
    assert list(places[0].iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_process_that_stands_still_goes_with_a_killed_viewer(viewer):
    process, worker = viewer("hold", "stay")
    os.kill(worker, signal.SIGSTOP)
    process.kill()
    process.wait()
    assert wait_gone(worker, 5.0)
    _folders.sweep()


def test_viewer_that_ends_without_closing(viewer, places):
    process, worker = viewer("hold", "leave")
    assert process.wait(PATIENCE) == 0
    assert wait_gone(worker)
    assert list(places[0].iterdir()) == []


def test_sweep_spares_what_is_not_its_own(places):
    foreign = places[0] / "napari-grains-notes"
    foreign.mkdir()
    (foreign / "text").write_text("kept")
    _folders.sweep()
    assert (foreign / "text").read_text() == "kept"
    (foreign / "text").unlink()
    foreign.rmdir()


def test_folders_are_private(places):
    folders = _folders.PrivateFolders()
    assert [Path(path).stat().st_mode & 0o077 for path in folders.paths] == [0, 0]
    folders.remove()
