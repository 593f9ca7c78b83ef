"""An engine whose process runs small jobs, and a check that it leaves nothing behind."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import psutil
import pytest
from engine_records import JOBS, PATIENCE, Record

from napari_grains.engine import Engine, _folders


@pytest.fixture
def jobs_on_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Two folders of this test in place of shared memory and the temporary folder; empty in the end."""
    folders = (tmp_path / "memory", tmp_path / "disk")
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr(_folders, "roots", lambda: folders)
    yield folders
    assert [path for folder in folders for path in folder.iterdir()] == []


@pytest.fixture
def make_engine(jobs_on_path, places, tmp_path):
    """Make engines that are closed in the end, with their processes and threads."""
    engines = []
    before = set(psutil.Process().children(recursive=True))
    threads = set(threading.enumerate())

    def make(**options):
        engines.append(Engine(extra_jobs=JOBS, log_path=tmp_path / "engine.log", **options))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()
    assert set(psutil.Process().children(recursive=True)) <= before
    assert set(threading.enumerate()) <= threads


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture
def run(engine):
    """Run a job to its end and return what was heard."""

    def run_job(job, **arguments):
        record = Record()
        record.task = engine.submit(job, arguments, **record())
        record.task.wait(PATIENCE)
        return record

    return run_job


@pytest.fixture
def begin(engine):
    """Submit a job and return it with what it will tell."""

    def submit(job, **arguments):
        record = Record()
        record.task = engine.submit(job, arguments, **record())
        return record

    return submit
