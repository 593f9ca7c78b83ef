"""The command `measure` on labels whose size is known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from napari_grains.images import PixelSize, write_tiff


@pytest.fixture
def squares() -> np.ndarray:
    """(320, 320) int32: 64 squares of 40 px."""
    return np.kron(np.arange(1, 65, dtype=np.int32).reshape(8, 8), np.ones((40, 40), np.int32))


@pytest.fixture
def labels(tmp_path, squares):
    path = tmp_path / "squares.tif"
    write_tiff(path, squares, PixelSize(1e-6, 1e-6))
    return path


def test_squares_are_measured(grains, labels, output, summary) -> None:
    answer = grains("measure", labels, "--output", output)
    assert answer.code == 0, answer.err
    found = summary("squares")
    assert found["grains"] == 64
    # E112's planimetric count of a window: inside + half of those cut - 1 = 36 + 28 / 2 - 1, per area.
    assert found["grains_per_mm2"] == pytest.approx(49 / 0.32**2, rel=0.05)
    assert found["astm_g_planimetric"] == pytest.approx(
        3.321928 * math.log10(found["grains_per_mm2"]) - 2.9542, abs=1e-3
    )
    assert found["model"] is None
    assert "um" in answer.out


def test_pixel_size_can_be_typed(grains, labels, output, summary) -> None:
    grains("measure", labels, "--output", output)
    once = summary("squares")
    grains("measure", labels, "--output", output, "--pixel-size", "2 um")
    twice = summary("squares")
    assert twice["pixel_size_source"] == "typed"
    assert twice["mean_area_um2"] == pytest.approx(4 * once["mean_area_um2"])
    assert twice["astm_g_planimetric"] == pytest.approx(once["astm_g_planimetric"] - 2, abs=1e-3)


def test_arrays_and_stacks_are_read(grains, squares, tmp_path, output, summary) -> None:
    np.save(tmp_path / "stack.npy", np.stack([squares, squares]))
    assert grains("measure", tmp_path / "stack.npy", "--output", output).code == 0
    assert summary("stack")["shape"] == [2, 320, 320]
    assert summary("stack")["mean_diameter_um"] is None


def test_report_is_one_page_on_its_own(grains, labels, output) -> None:
    answer = grains("measure", labels, "--output", output, "--report", "--json")
    assert answer.code == 0, answer.err
    [result] = [event for event in answer.events if event["event"] == "result"]
    assert result["files"]["report"] == str(output / "squares_report.html")
    text = (output / "squares_report.html").read_text("utf-8")
    assert "squares" in text
    assert 'src="http' not in text


@pytest.mark.parametrize("still_there", [True, False])
def test_report_shows_the_micrograph_if_it_is_still_there(
    grains, segment, micrograph, output, still_there
) -> None:
    image = micrograph()
    segment(image)
    if not still_there:
        image.unlink()
    answer = grains("measure", output / "steel_grains.tif", "--output", output / "again", "--report")
    assert answer.code == 0, answer.err
    assert (output / "again" / "steel_grains_report.html").is_file()


def test_report_of_a_stack(grains, squares, tmp_path, output) -> None:
    np.save(tmp_path / "stack.npy", np.stack([squares, squares]))
    assert grains("measure", tmp_path / "stack.npy", "--output", output, "--report").code == 0
    assert (output / "stack_report.html").is_file()


def test_several_inputs_also_have_one_page_together(grains, labels, squares, tmp_path, output) -> None:
    write_tiff(tmp_path / "other.tif", np.kron(squares, np.ones((2, 2), np.int32)), PixelSize(1e-6, 1e-6))
    assert grains("measure", labels, tmp_path / "other.tif", "--output", output, "--report").code == 0
    text = (output / "report.html").read_text("utf-8")
    assert text.index("<td>squares</td>") < text.index("<td>other</td>") < text.index("All fields, pooled")
    assert 'src="http' not in text


def test_one_input_and_a_failed_one_need_no_page_together(grains, labels, tmp_path, output) -> None:
    np.save(tmp_path / "negative.npy", np.full((32, 32), -3))
    assert grains("measure", labels, tmp_path / "negative.npy", "--output", output, "--report").code == 1
    assert (output / "squares_report.html").is_file()
    assert not (output / "report.html").exists()


def test_a_page_together_that_cannot_be_written_is_said(grains, labels, squares, tmp_path, output) -> None:
    write_tiff(tmp_path / "other.tif", squares, PixelSize(1e-6, 1e-6))
    (output / "report.html").mkdir(parents=True)
    answer = grains("measure", labels, tmp_path / "other.tif", "--output", output, "--report")
    assert answer.code == 1
    assert "report.html could not be written" in answer.err
    assert (output / "other_report.html").is_file()


def test_labels_that_are_none_fail_with_one_line(grains, labels, tmp_path, output, summary) -> None:
    np.save(tmp_path / "negative.npy", np.full((32, 32), -3))
    answer = grains("measure", tmp_path / "negative.npy", labels, "--output", output)
    assert answer.code == 1
    assert [entry["status"] for entry in summary()["inputs"]] == ["failed", "done"]
    assert "negative: error: " in answer.err


def test_labels_of_segment_keep_their_provenance(grains, segment, micrograph, output, tmp_path) -> None:
    segment(micrograph())
    again = tmp_path / "again"
    assert grains("measure", output / "steel_grains.tif", "--output", again).code == 0
    before = json.loads((output / "steel_summary.json").read_text("utf-8"))
    after = json.loads((again / "steel_grains_summary.json").read_text("utf-8"))
    for key in ("model_sha256", "scale", "device", "grains"):
        assert after[key] == before[key]
    assert after["mean_area_um2"] == pytest.approx(before["mean_area_um2"], rel=1e-6)


def test_masks_and_twins(grains, labels, output, summary, tmp_path) -> None:
    mask = np.zeros((320, 320), np.uint8)
    mask[:, 200:] = 1
    np.save(tmp_path / "mask.npy", mask)
    answer = grains("measure", labels, "--output", output, "--exclude", tmp_path / "mask.npy")
    assert answer.code == 0, answer.err
    assert summary("squares")["area_px"] == 320 * 200
    grains("measure", labels, "--output", output, "--region", tmp_path / "mask.npy", "--twins", "ignored")
    assert summary("squares")["area_px"] == 320 * 120
    assert summary("squares")["twins"] == "ignored"
