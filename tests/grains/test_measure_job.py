"""The job "measure": what crosses the process boundary."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import voronoi

from napari_grains.errors import InputError
from napari_grains.events import STOP, drive
from napari_grains.grains import measure, measure_arrays
from napari_grains.images import PixelSize
from napari_grains.jobs import JOBS

LABELS = voronoi((120, 150), 15, seed=1)


def test_it_is_in_the_table_of_jobs():
    assert JOBS["measure"] == "napari_grains.grains:measure_arrays"


def test_it_gives_what_measure_gives():
    found = drive(measure_arrays(LABELS, pixel_size_m=[1e-6, 1e-6]))
    expected = measure(LABELS, PixelSize(1e-6, 1e-6))
    assert found["summary"] == expected.summary | {"warnings": list(expected.warnings)}
    assert found["table"].keys() == set(expected.table.columns)
    assert found["table"]["ecd_um"].tolist() == expected.table["ecd_um"].tolist()
    assert all(
        isinstance(value, np.ndarray) for key, value in found.items() if key not in ("table", "summary")
    )
    assert found["segments"].shape[1:] == (2, 2)
    for name in ("segment", "circle", "crossing"):
        assert len(found[f"{name}_field"]) == len(found[f"{name}s"])


def test_the_lines_of_a_stack_know_their_slice():
    stack = np.stack([LABELS, np.zeros_like(LABELS), LABELS])
    found = drive(measure_arrays(stack))
    assert set(found["crossing_field"].tolist()) == {0, 2}


def test_fields_are_pooled():
    found = drive(measure_arrays(fields=[LABELS, LABELS.T], exclude=[LABELS < 3, LABELS.T < 3]))
    assert found["summary"]["fields"] == 2
    assert set(found["table"]["field"].tolist()) == {0, 1}


def test_stopped_it_gives_nothing():
    job = measure_arrays(fields=[LABELS, LABELS])
    next(job)
    with pytest.raises(StopIteration) as end:
        job.send(STOP)
    assert end.value.value == {}


def test_what_makes_no_sense_is_said():
    with pytest.raises(InputError, match="nothing to measure"):
        drive(measure_arrays())
    with pytest.raises(InputError, match="masks"):
        drive(measure_arrays(fields=[LABELS] * 3, exclude=[LABELS > 5] * 2))
    with pytest.raises(InputError, match="shape"):
        drive(measure_arrays(LABELS, specimen=np.ones((3, 3), bool)))
    with pytest.raises(InputError, match="Twins"):
        drive(measure_arrays(LABELS, twins="maybe"))


def test_slices_are_told_apart_where_stacks_are_fields():
    found = drive(measure_arrays(fields=[np.stack([LABELS, LABELS]), LABELS]))
    for name in ("segment", "circle", "crossing"):
        places = zip(found[f"{name}_field"].tolist(), found[f"{name}_slice"].tolist(), strict=True)
        assert set(places) == {(0, 0), (0, 1), (1, 0)}
    assert [row["field"] for row in found["summary"]["by_field"]] == [0, 1]


def test_each_field_has_its_mask():
    left = np.zeros(LABELS.shape, bool)
    left[:, :75] = True
    found = drive(measure_arrays(fields=[LABELS, LABELS], exclude=[left, ~left]))
    column, field = found["table"]["centroid_x"], found["table"]["field"]
    assert (column[field == 0] > 74).all()
    assert (column[field == 1] < 75).all()
