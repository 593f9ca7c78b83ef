"""The job "measure": what crosses the process boundary."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.events import Progress, drive
from napari_grains.grains import measure, measure_arrays

SQUARES = np.kron(np.arange(1, 101).reshape(10, 10), np.ones((20, 20), np.int32)).astype(np.int32)
STACK = np.stack([SQUARES, SQUARES[::-1]])


def test_an_image_gives_what_measure_gives():
    events = []
    result = drive(measure_arrays(SQUARES, pixel_size_m=[5e-7, 5e-7], twins="counted"), events.append)
    assert all(isinstance(event, Progress) for event in events)
    assert result["summary"]["astm_g_planimetric"] == pytest.approx(
        result["summary"]["astm_g_junctions"], abs=0.3
    )
    assert len(result["table"]["grain"]) == 100
    assert set(result["crossing_slice"]) == {0}
    expected = measure(SQUARES).summary["intercepts"]
    assert len(result["crossings"]) == len(result["crossing_field"]) == expected


def test_the_field_of_a_stack_is_its_slice():
    result = drive(measure_arrays(STACK))
    for kind in ("segment", "circle", "crossing"):
        np.testing.assert_array_equal(result[f"{kind}_field"], result[f"{kind}_slice"])
        assert set(result[f"{kind}_slice"]) == {0, 1}


def test_slices_are_told_apart_where_stacks_are_fields():
    result = drive(measure_arrays(fields=[STACK, SQUARES]))
    places = set(zip(result["segment_field"].tolist(), result["segment_slice"].tolist(), strict=True))
    assert places == {(0, 0), (0, 1), (1, 0)}
    assert [row["field"] for row in result["summary"]["by_field"]] == [0, 1]
    assert set(result["table"]["field"]) == {0, 1}


def test_each_field_has_its_mask():
    left = np.zeros(SQUARES.shape, bool)
    left[:, :100] = True
    result = drive(measure_arrays(fields=[SQUARES, SQUARES], exclude=[left, ~left]))
    column = result["table"]["centroid_x"]
    assert (column[result["table"]["field"] == 0] > 99).all()
    assert (column[result["table"]["field"] == 1] < 100).all()


def test_there_must_be_something_to_measure():
    with pytest.raises(InputError, match="nothing to measure"):
        drive(measure_arrays())
