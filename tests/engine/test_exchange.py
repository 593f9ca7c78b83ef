"""Values, arrays and events cross unchanged, also where shared memory is too small."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from engine_records import PATIENCE
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_grains import exchange
from napari_grains.engine import TaskState, _folders
from napari_grains.errors import InputError
from napari_grains.events import Answer, Notice, Preview, Progress, TrainingProgress
from napari_grains.exchange import Depot

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.floating_dtypes(),
    hnp.complex_number_dtypes(),
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.fixture(scope="module")
def depot(tmp_path_factory):
    return Depot([tmp_path_factory.mktemp("depot")])


def same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


@given(value=VALUES)
def test_values_cross_unchanged(depot, value):
    packed = json.loads(json.dumps(depot.pack(value)))
    assert same(value, depot.unpack(packed))
    assert list(depot.folders[0].iterdir()) == []


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[::2, ::-1],
        lambda a: a.T,
        np.asfortranarray,
        lambda a: a[3],
        lambda a: a[:, 2:3],
    ],
)
def test_views_cross_unchanged(depot, view):
    array = view(np.arange(48, dtype=np.int32).reshape(6, 8))
    np.testing.assert_array_equal(depot.unpack(depot.pack(array)), array)


def test_numpy_scalars_become_numbers(depot):
    assert depot.pack({"f": np.float32(0.5), "i": np.int64(3), "b": np.bool_(True), "t": (1, 2)}) == {
        "f": 0.5,
        "i": 3,
        "b": True,
        "t": [1, 2],
    }


def test_taken_array_is_plain_and_writable(depot):
    array = depot.unpack(depot.pack(np.zeros((3, 4), np.int32)))
    array[1, 2] = 7
    large = depot.unpack(depot.pack(np.zeros((3000, 400), np.int32)))
    large[1, 2] = 7
    assert type(large) is np.ndarray
    assert large.sum() == 7
    assert type(array) is np.ndarray
    assert array.sum() == 7


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {"__array__": 1}, np.array([object()]), np.zeros(2, "i4,f4"), b"x"]
)
def test_what_cannot_cross_leaves_no_file(depot, value):
    with pytest.raises(TypeError):
        depot.pack({"array": np.ones(5), "value": value})
    assert list(depot.folders[0].iterdir()) == []


@pytest.mark.parametrize(
    "event",
    [
        Progress(3, 10, "tiles"),
        Progress(0, 0),
        Notice("RGB turned into luminance"),
        TrainingProgress(3, 10, "training", 0.5),
        TrainingProgress(3, 10, "training", 0.5, 0.25, 0.125),
    ],
)
def test_events_cross_unchanged(depot, event):
    assert depot.unpack_event(json.loads(json.dumps(depot.pack_event(event)))) == event


def test_preview_crosses_unchanged(depot):
    preview = Preview("boundary", np.random.default_rng(1).random((5, 6), np.float32), (np.int64(2), 3))
    taken = depot.unpack_event(json.loads(json.dumps(depot.pack_event(preview))))
    assert (taken.name, taken.offset) == ("boundary", (2, 3))
    np.testing.assert_array_equal(taken.array, preview.array)


def test_answer_crosses_unchanged(depot):
    answer = Answer("suggest", {"map": np.arange(6.0).reshape(2, 3), "place": [1.0, 2.0], "extent": None})
    taken = depot.unpack_event(json.loads(json.dumps(depot.pack_event(answer))))
    assert (taken.question, taken.result["place"], taken.result["extent"]) == ("suggest", [1.0, 2.0], None)
    np.testing.assert_array_equal(taken.result["map"], answer.result["map"])


def test_no_room_names_the_size_and_the_places(tmp_path, monkeypatch):
    monkeypatch.setattr(exchange, "free_bytes", lambda folder: 1000)
    folder = tmp_path / "root" / "private"
    folder.mkdir(parents=True)
    with pytest.raises(InputError, match=r"No room for an array of 4 MB in .*root: free some space"):
        Depot([folder]).put(np.zeros(1_000_000, np.float32))
    assert list(folder.iterdir()) == []


def test_small_shared_memory_falls_back(run, places, monkeypatch):
    monkeypatch.setattr(exchange, "free_bytes", lambda folder: 0 if folder.parent == places[0] else 1 << 40)
    array = np.arange(100_000)
    np.testing.assert_array_equal(run("echo", array=array).results[0]["array"], array)


def test_no_room_is_an_error_of_the_job_alone(run, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "free_bytes", lambda folder: 0)
        assert run("echo", array=np.ones(5)).errors[0].startswith("No room for an array of 1 MB in ")
    assert run("empty").results == [{}]


def test_process_side_falls_back(run):
    assert run("cramped", nbytes=5000).results[0]["array"].sum() == 5000


def test_process_side_without_room(run):
    record = run("no_room")
    assert record.previews == []
    assert [event.message for event in record.events] == [
        "the preview was left out",
        record.errors[0],
    ]
    assert record.errors[0].startswith("No room for an array of 3 MB in ")


def test_a_loss_that_was_not_measured_crosses_too(depot):
    packed = depot.pack_event(TrainingProgress(0, 10))
    event = depot.unpack_event(json.loads(json.dumps(packed, allow_nan=False)))
    assert isinstance(event, TrainingProgress)
    assert np.isnan(event.loss)


@pytest.fixture
def small_memory(tmp_path):
    """A real file system in memory of 4 MB, where tests may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("there is no mount command")
    if mounted.returncode != 0:
        pytest.skip("may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("told", [True, False])
def test_real_small_memory(small_memory, make_engine, places, monkeypatch, told):
    if not told:  # the room went between the look and the write
        monkeypatch.setattr(exchange, "free_bytes", lambda folder: 1 << 40)
    monkeypatch.setattr(_folders, "roots", lambda: (small_memory, places[1]))
    array = np.random.default_rng(2).integers(0, 255, 20_000_000, dtype=np.uint8)
    done = []
    engine = make_engine()
    assert engine.submit("echo", {"array": array}, on_done=done.append).wait(PATIENCE) is TaskState.DONE
    np.testing.assert_array_equal(done[0]["array"], array)
    engine.close()
    assert list(small_memory.iterdir()) == []


def test_big_arrays_cross_quickly(jobs_on_path, run, record_property):
    array = np.random.default_rng(3).random(25_000_000, dtype=np.float32)  # 100 MB
    run("empty")
    begun = time.perf_counter()
    record = run("echo", array=array)
    record_property("seconds_there_and_back_100_MB", time.perf_counter() - begun)
    np.testing.assert_array_equal(record.results[0]["array"], array)
    assert time.perf_counter() - begun < 10


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_many_previews_hold_no_open_files(run):
    process = psutil.Process()
    run("empty")
    gc.collect()  # of what earlier tests have kept
    before = process.num_fds()
    kept = run("tiles", number=300)
    assert len(kept.previews) == 300
    assert process.num_fds() == before


@pytest.mark.skipif(sys.platform == "win32", reason="read there")
def test_same_pages_on_both_sides(tmp_path):
    """A big array is mapped, not read."""
    depot = Depot([tmp_path])
    packed = depot.pack(np.zeros(5_000_000, np.uint8))
    (file,) = tmp_path.iterdir()
    with file.open("r+b") as stream:
        array = depot.unpack(packed)
        stream.write(b"\x07")
    assert array[0] == 7
