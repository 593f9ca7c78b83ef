"""The job that writes a report with its table and summary."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from pages import Page
from patterns import voronoi

from napari_grains.errors import InputError
from napari_grains.events import STOP, drive
from napari_grains.grains import measure, report_arrays
from napari_grains.images import PixelSize
from napari_grains.jobs import JOBS


@pytest.fixture(autouse=True)
def without_charts(monkeypatch):
    monkeypatch.setattr("napari_grains.grains._report._write.charts", lambda *_: "")


@pytest.fixture(scope="module")
def labels():
    return voronoi((120, 160), 20, seed=1)


def test_the_job_is_known_by_name():
    assert JOBS["report"] == "napari_grains.grains:report_arrays"


def test_three_files_say_the_same(tmp_path, labels):
    facts = {"source": "a.tif", "edits": 3}
    files = drive(
        report_arrays(
            labels,
            folder=str(tmp_path),
            stem="steel",
            title="Steel 42",
            image=np.zeros(labels.shape),
            pixel_size_m=[5e-7, 5e-7],
            pixel_size_source="typed",
            provenance=facts,
            operator="Ada",
        )
    )
    names = {"report": "steel_report.html", "table": "steel_grains.csv", "summary": "steel_summary.json"}
    assert files == {key: str(tmp_path / name) for key, name in names.items()}
    measurement = measure(labels, PixelSize(5e-7, 5e-7))
    summary = json.loads((tmp_path / "steel_summary.json").read_text("utf-8"))
    assert summary["astm_g_planimetric"] == pytest.approx(measurement.summary["astm_g_planimetric"])
    assert summary["warnings"] == list(measurement.warnings)
    assert (summary["edits"], summary["pixel_size_source"], summary["shape"]) == (3, "typed", [120, 160])
    table = pd.read_csv(tmp_path / "steel_grains.csv")
    pd.testing.assert_frame_equal(table, measurement.table, check_dtype=False)
    page = Page((tmp_path / "steel_report.html").read_text("utf-8"))
    assert page.row("Grains seen")[0] == str(summary["grains"])
    assert "Steel 42" in page.text
    assert page.row("Pixel size") == ["0.5 µm, typed"]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names.values())


def test_files_of_the_same_names_are_replaced(tmp_path, labels):
    for _ in range(2):
        drive(report_arrays(labels, folder=str(tmp_path), stem="a"))
    assert len(list(tmp_path.iterdir())) == 3


def test_a_stop_leaves_nothing_behind(tmp_path, labels):
    job = report_arrays(labels, folder=str(tmp_path), stem="a")
    next(job)
    with pytest.raises(StopIteration) as stopped:
        job.send(STOP)
    assert stopped.value.value == {}
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path, labels):
    with pytest.raises(InputError, match="choose another folder") as caught:
        drive(report_arrays(labels, folder=str(tmp_path / "gone"), stem="a"))
    assert "\n" not in str(caught.value)


def test_a_full_disk_leaves_the_old_report(tmp_path, labels, monkeypatch):
    drive(report_arrays(labels, folder=str(tmp_path), stem="a"))
    before = (tmp_path / "a_report.html").read_bytes()

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(InputError, match="No space left on device"):
        drive(report_arrays(labels, folder=str(tmp_path), stem="a", title="new"))
    assert (tmp_path / "a_report.html").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


def test_no_grains_no_files(tmp_path):
    with pytest.raises(InputError, match="no grains"):
        drive(report_arrays(np.zeros((50, 50), np.int32), folder=str(tmp_path), stem="a"))
    assert not list(tmp_path.iterdir())
