"""The command `segment`: its files, its summaries, and inputs that fail."""

from __future__ import annotations

import csv

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile

from napari_grains.cli import _segment
from napari_grains.images import read_image, read_labels, read_provenance, unique_stems

CONTRACT = {
    "grains",
    "grains_per_mm2",
    "mean_area_um2",
    "mean_diameter_um",
    "mean_intercept_um",
    "astm_g_planimetric",
    "astm_g_intercept",
    "mean_area_px",
    "mean_diameter_px",
    "mean_intercept_px",
    "scale",
    "model",
    "model_sha256",
    "device",
    "seconds",
    "warnings",
}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("method", ["network", "threshold"])
def test_one_image_gives_its_files(segment, micrograph, output, summary, method) -> None:
    answer = segment(micrograph(), "--method", method)
    assert answer.code == 0, answer.err
    assert {path.name for path in output.iterdir()} == {
        "steel_boundary.tif", "steel_grains.tif", "steel_grains.csv", "steel_summary.json", "summary.json",
        "summary.csv",
    }  # fmt: skip
    boundary = read_image(output / "steel_boundary.tif")
    assert (boundary.shape, tifffile.imread(output / "steel_boundary.tif").dtype) == ((96, 128), np.float32)
    assert 0 <= boundary.pixels.min() < boundary.pixels.max() <= 1
    grains, size = read_labels(output / "steel_grains.tif")
    assert tifffile.imread(output / "steel_grains.tif").dtype == np.int32
    assert grains.min() > 0
    assert size is not None
    assert size.um == pytest.approx(0.5, rel=1e-6)
    table = rows_of(output / "steel_grains.csv")
    assert len(table) == summary("steel")["grains"] == len(np.unique(grains))


def test_summary_holds_the_contract(segment, micrograph, network, summary) -> None:
    segment(micrograph(), "--merge", 0.2, "--relative-merge", 0.5, "--min-grain", 12, "--no-average")
    found = summary("steel")
    assert found.keys() >= CONTRACT
    for key in (
        "grains_per_mm2",
        "mean_area_um2",
        "mean_intercept_um",
        "astm_g_planimetric",
        "astm_g_intercept",
    ):
        assert f"{key}_ci95" in found
    assert found["scale"] == 1
    assert (found["merge"], found["relative_merge"], found["averaged"]) == (0.2, 0.5, False)
    assert found["min_grain_diameter"] == 12
    assert found["model"] == str(network)
    assert len(found["model_sha256"]) == 64
    assert found["mean_area_um2"] == pytest.approx(0.25 * found["mean_area_px"])
    [entry] = summary()["inputs"]
    assert entry["status"] == "done"
    assert entry["astm_g_planimetric"] == found["astm_g_planimetric"]


def test_image_files_say_where_they_come_from(segment, micrograph, output, network) -> None:
    image = micrograph()
    segment(image)
    for content in ("boundary", "grains"):
        provenance = read_provenance(output / f"steel_{content}.tif")
        assert provenance["content"] == content
        assert provenance["source"] == str(image)
        assert provenance["model"] == str(network)
        assert provenance["scale"] == 1
        assert provenance["pixel_size_um"] == pytest.approx([0.5, 0.5], rel=1e-6)


def test_typed_pixel_size_wins_over_the_file(segment, micrograph, output, summary) -> None:
    segment(micrograph(), "--pixel-size", "20 nm")
    assert summary("steel")["pixel_size_um"] == pytest.approx([0.02, 0.02])
    assert read_image(output / "steel_grains.tif").pixel_size.um == pytest.approx(0.02, rel=1e-6)


def test_without_a_pixel_size_everything_is_in_pixels(segment, micrograph, output, summary) -> None:
    answer = segment(micrograph(um=None))
    found = summary("steel")
    assert found["mean_diameter_um"] is None
    assert found["astm_g_planimetric"] is None
    assert found["mean_diameter_px"] > 0
    assert f"{found['mean_diameter_px']:.2f} px" in answer.out
    assert " um" not in answer.out
    assert read_image(output / "steel_boundary.tif").pixel_size is None


def test_a_stack_gives_stacks(segment, micrograph, pixels, output) -> None:
    answer = segment(micrograph("stack.tif", array=np.stack([pixels, pixels[::-1]])))
    assert answer.code == 0, answer.err
    grains, _ = read_labels(output / "stack_grains.tif")
    assert grains.shape == (2, 96, 128)
    assert read_image(output / "stack_boundary.tif").shape == (2, 96, 128)
    assert {row["slice"] for row in rows_of(output / "stack_grains.csv")} == {"0", "1"}


def test_threshold_finds_dark_lines(segment, micrograph, summary) -> None:
    segment(micrograph())
    found = summary("steel")
    assert found["method"] == "threshold"
    assert 10 < found["grains"] < 60  # the field holds about 96 * 128 / 452 = 27 grains


def test_inputs_with_one_stem_get_distinct_files(segment, micrograph, output) -> None:
    images = [micrograph("run1/a.tif"), micrograph("run2/a.tif"), micrograph("run1/a.tif")]
    assert segment(*images).code == 0
    stems = unique_stems(images)
    assert len(set(stems)) == 3
    for stem in stems:
        assert (output / f"{stem}_grains.tif").is_file()
    assert [row["name"] for row in rows_of(output / "summary.csv")] == stems


def test_a_failing_input_leaves_the_others_done(segment, micrograph, tmp_path, output, summary) -> None:
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 not a TIFF at all")
    answer = segment(broken, micrograph(), tmp_path / "missing.png", tmp_path)
    assert answer.code == 1
    assert [entry["status"] for entry in summary()["inputs"]] == ["failed", "done", "failed", "failed"]
    assert (output / "steel_grains.tif").is_file()
    for entry in summary()["inputs"]:
        if entry["status"] == "failed":
            assert f"{entry['name']}: error: {entry['error']}" in answer.err
            assert not list(output.glob(f"{entry['name']}_*"))
    row = rows_of(output / "summary.csv")[0]
    assert (row["status"], row["grains"]) == ("failed", "")
    assert row["error"]


def test_a_defect_is_one_line_and_a_traceback_in_the_log(
    segment, micrograph, summary, monkeypatch, tmp_path
) -> None:
    def defect(image, settings):
        raise ZeroDivisionError("on\npurpose")
        yield

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("napari_grains.logs.platformdirs.user_log_path", lambda *_, **__: tmp_path / "log")
    monkeypatch.setattr(_segment, "segment", defect)
    answer = segment(micrograph())
    log = tmp_path / "log" / "napari-grains.log"
    assert answer.code == 1
    assert "Traceback" not in answer.err
    assert summary()["inputs"][0]["error"] == f"ZeroDivisionError: on purpose (the traceback is in {log})"
    assert "Traceback" in log.read_text("utf-8")


def test_ctrl_c_keeps_what_is_finished(segment, micrograph, output, summary, monkeypatch) -> None:
    real, calls = _segment.segment, []

    def interrupted_at_the_second(image, settings):
        calls.append(image)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return (yield from real(image, settings))

    monkeypatch.setattr(_segment, "segment", interrupted_at_the_second)
    answer = segment(micrograph("a.tif"), micrograph("b.tif"), micrograph("c.tif"))
    assert answer.code == 130
    assert summary()["status"] == "interrupted"
    assert [entry["status"] for entry in summary()["inputs"]] == ["done", "not finished", "not finished"]
    assert (output / "a_summary.json").is_file()
    assert "interrupted" in answer.err


def test_a_summary_that_cannot_be_written_is_an_error(segment, micrograph, output) -> None:
    (output / "summary.json").mkdir(parents=True)
    answer = segment(micrograph())
    assert answer.code == 1
    assert "summary.json" in answer.err
    assert (output / "steel_summary.json").is_file()
    assert not list(output.glob(".*"))


def test_several_fields_are_pooled(segment, micrograph, pixels, summary) -> None:
    fields = [
        micrograph(f"{n}.tif", array=part)
        for n, part in enumerate((pixels[:72, :96], pixels[24:, :96], pixels[:72, 32:]))
    ]
    answer = segment(*fields)
    pooled = summary()["pooled"]
    values = [entry["grains_per_mm2"] for entry in summary()["inputs"]]
    assert pooled["fields"] == 3
    assert pooled["grains_per_mm2"] == pytest.approx(np.mean(values))
    low, high = pooled["grains_per_mm2_ci95"]
    half = 4.303 * np.std(values, ddof=1) / 3**0.5  # t(0.975, 2) = 4.303
    assert high - low == pytest.approx(2 * half, rel=1e-3)
    assert "all 3 fields" in answer.out


def test_json_events_tell_the_whole_run(segment, micrograph, tmp_path, pixels) -> None:
    colours = np.stack([pixels] * 3, -1)
    iio.imwrite(tmp_path / "colour.png", colours)
    answer = segment(micrograph(), tmp_path / "colour.png", tmp_path / "missing.tif", "--json")
    assert answer.code == 1
    assert answer.err == ""
    by_input = {
        name: [event["event"] for event in answer.events if event["input"] == name]
        for name in ("steel", "colour", "missing")
    }
    assert by_input["steel"][0] == "begin"
    assert by_input["steel"][-1] == "result"
    assert by_input["steel"].count("progress") > 2
    assert "notice" in by_input["colour"]  # that colours were turned into luminance
    assert by_input["missing"] == ["begin", "progress", "error"]
    assert answer.events[-1]["event"] == "summary"
    assert answer.events[-1]["failed"] == 1
    last = [event for event in answer.events if event["event"] == "progress" and event["input"] == "steel"][
        -1
    ]
    assert last["done"] == last["total"]


def test_piped_output_is_plain_lines(segment, micrograph) -> None:
    answer = segment(micrograph("a.tif"), micrograph("b.tif"))
    assert "\x1b" not in answer.out + answer.err
    assert "[1/2] a: " in answer.err
    header, first, *_ = answer.out.splitlines()
    assert header.split() == ["name", "grains", "mean", "diameter", "G", "planimetric", "G", "intercept"]
    assert first.split()[0] == "a"
    assert first.split()[3] == "um"
