"""Regions, what is visible first, the order of slices, what is left out."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.events import Notice, Preview, Progress, drive
from napari_grains.grains import COLOURS, measure
from napari_grains.images import Box, calibrated
from napari_grains.inference import View, _tiled, segment, segment_arrays, uncertainty_of
from napari_grains.inference._blocks import around, placed


def run(image, settings, view=None, should_stop=None):
    events = []
    image = calibrated(image) if isinstance(image, np.ndarray) else image
    return drive(segment(image, settings, view), events.append, should_stop), events


@pytest.fixture(scope="module")
def larger(etched):
    """Micrograph (360, 450) whose left part is darker: parts have other percentiles than the whole."""
    image = np.tile(etched, (3, 3))
    image[:, :200] *= 0.6
    return image


def disc(shape, row, column, radius):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (y - row) ** 2 + (x - column) ** 2 < radius**2


def measured(summary):
    return {k: v for k, v in summary.items() if k not in ("seconds", "region") and not k.endswith("ci95")}


class TestRegion:
    @pytest.mark.parametrize("scale", [0.37, 0.8, 1.0, 1.6])
    @pytest.mark.parametrize("method", ["network", "threshold"])
    def test_has_the_boundaries_of_the_whole_inside_and_nothing_outside(
        self, larger, settings, scale, method
    ):
        region = disc(larger.shape, 200, 220, 60)
        whole, _ = run(larger, settings(scale=scale, method=method))
        part, _ = run(larger, settings(scale=scale, method=method), View(region))
        np.testing.assert_allclose(part.boundary[region], whole.boundary[region], atol=2e-5)
        assert (part.boundary[~region] == 0).all()
        np.testing.assert_array_equal(part.grains > 0, region)
        np.testing.assert_array_equal(np.unique(part.grains[region]), 1 + np.arange(part.grains.max()))

    @pytest.mark.parametrize("corner", [(0, 0), (359, 449)])
    def test_at_the_edge_of_a_cropped_image(self, larger, settings, corner):
        image = calibrated(np.pad(larger, 3)).crop(3, 363, 3, 453)
        region = disc(larger.shape, *corner, 50)
        whole, _ = run(image, settings(scale=0.6))
        part, _ = run(image, settings(scale=0.6), View(region))
        np.testing.assert_allclose(part.boundary[region], whole.boundary[region], atol=2e-5)

    def test_the_whole_image_as_a_region_changes_nothing(self, etched, settings):
        whole, _ = run(etched, settings(scale=0.7))
        part, _ = run(etched, settings(scale=0.7), View(np.ones(etched.shape, bool)))
        np.testing.assert_array_equal(part.grains, whole.grains)
        np.testing.assert_array_equal(part.boundary, whole.boundary)
        assert measured(part.summary) == measured(whole.summary)

    def test_is_measured_as_a_field_of_its_own(self, larger, settings):
        region = np.zeros(larger.shape, bool)
        region[100:260, 90:330] = True
        result, _ = run(larger, settings(), View(region))
        alone = measure(result.grains[100:260, 90:330])
        keys = ("grains", "intercepts", "area_px", "mean_area_px", "mean_intercept_px")
        assert {k: result.summary[k] for k in keys} == {k: alone.summary[k] for k in keys}
        assert result.summary["area_px"] == region.sum()
        assert result.summary["region"] == {"box": [100, 260, 90, 330], "pixels": int(region.sum())}
        table = result.measurement.table
        np.testing.assert_allclose(table["weight"], alone.table["weight"])
        rows, columns = (table[f"centroid_{axis}"].round().astype(int) for axis in "yx")
        convex = table["area_px"] > 50
        same = result.grains[rows, columns] == table["grain"]
        assert same[convex].mean() > 0.8
        json.dumps(result.summary, allow_nan=False)

    def test_leaves_out_what_is_no_specimen(self, larger, settings):
        image = calibrated(larger).leaving_out(Box(150, 180, 0, 450))
        region = disc(larger.shape, 200, 220, 60)
        result, events = run(image, settings(), View(region))
        np.testing.assert_array_equal(result.grains > 0, region & image.specimen)
        assert result.summary["area_px"] == (region & image.specimen).sum()
        assert any(isinstance(e, Notice) and "Left out" in e.message for e in events)

    @pytest.mark.parametrize("scale", [0.5, 1.0])
    def test_in_every_slice_of_a_stack(self, etched, settings, scale):
        region = disc(etched.shape, 60, 70, 40)
        stack = np.stack([etched, 1 - etched])
        result, events = run(stack, settings(scale=scale), View(region))
        for number, image in enumerate(stack):
            alone, _ = run(image, settings(scale=scale), View(region))
            np.testing.assert_array_equal(result.grains[number], alone.grains)
        assert {e.offset[0] for e in events if isinstance(e, Preview)} == {0, 1}
        assert set(result.measurement.table["slice"]) == {0, 1}

    @pytest.mark.parametrize("scale", [0.45, 1.0, 1.7])
    def test_previews_show_it_and_nothing_else(self, larger, settings, scale, monkeypatch):
        monkeypatch.setitem(_tiled.TILE, "cpu", 120)
        region = disc(larger.shape, 200, 220, 90)
        result, events = run(larger, settings(scale=scale, averaged=False), View(region))
        canvas = np.full(larger.shape, np.nan, np.float32)
        for preview in (e for e in events if isinstance(e, Preview)):
            canvas[
                tuple(slice(k, k + n) for k, n in zip(preview.offset, preview.array.shape, strict=True))
            ] = preview.array
        shown = np.isfinite(canvas)
        inside = around(region)
        assert shown[inside].all()
        assert shown.sum() == shown[inside].size
        assert (canvas[shown & ~region] == 0).all()
        assert np.abs(canvas - result.boundary)[region].mean() < 0.005

    @pytest.mark.parametrize("scale", [0.1, 1.0, 3.0, None])
    @pytest.mark.parametrize("place", [np.s_[5:6, 7:8], np.s_[30:33, :], np.s_[:, 149:]])
    def test_of_any_size(self, etched, settings, scale, place):
        region = np.zeros(etched.shape, bool)
        region[place] = True
        result, _ = run(etched, settings(scale=scale), View(region))
        np.testing.assert_array_equal(result.grains > 0, region)

    @pytest.mark.parametrize(
        ("region", "says"),
        [
            (np.zeros((120, 150), bool), "holds no pixel"),
            (np.ones((150, 120), bool), r"bool \(150, 120\), the image \(120, 150\)"),
            (np.ones((1, 120, 150), bool), "the image"),
            (np.ones((120, 150), np.uint8), "uint8"),
        ],
    )
    def test_that_does_not_fit_is_an_error_in_one_line(self, etched, settings, region, says):
        with pytest.raises(InputError, match=says) as caught:
            run(etched, settings(), View(region))
        assert "\n" not in str(caught.value)

    def test_that_holds_no_specimen_is_an_error_in_one_line(self, etched, settings):
        image = calibrated(etched).leaving_out(Box(0, 40, 0, 150))
        region = np.zeros(etched.shape, bool)
        region[5:30] = True
        with pytest.raises(InputError, match="left out"):
            run(image, settings(), View(region))


class TestFocus:
    @pytest.mark.parametrize("focus", [[0, 10, 0, 10], [300, 500, 400, 600], [-50, -40, 200, 210]])
    @pytest.mark.parametrize("scale", [0.8, 1.0])
    def test_the_tiles_come_in_the_order_of_their_distance(self, larger, settings, focus, scale, monkeypatch):
        monkeypatch.setitem(_tiled.TILE, "cpu", 130)
        plain, _ = run(larger, settings(scale=scale))
        result, events = run(larger, settings(scale=scale), View(focus=focus))
        np.testing.assert_allclose(result.boundary, plain.boundary, atol=1e-5)
        at = np.clip([sum(focus[:2]) / 2, sum(focus[2:]) / 2], 0, larger.shape)
        middles = [np.add(e.offset, np.divide(e.array.shape, 2)) for e in events if isinstance(e, Preview)]
        distances = [np.hypot(*(middle - at)) for middle in middles]
        assert len(distances) > 4
        assert all(b > a - 8 for a, b in pairwise(distances))  # sizes of tiles vary by a stride
        done = [e.done for e in events if isinstance(e, Progress)]
        assert done == sorted(done)

    def test_a_small_tile_is_shown_before_a_large_one(self, larger, settings, monkeypatch):
        monkeypatch.setattr(_tiled, "FIRST_LOOK", 64)
        result, events = run(larger, settings(averaged=False), View(focus=[100, 120, 300, 340]))
        first, second = (e for e in events if isinstance(e, Preview))
        assert first.array.shape == (64, 64)
        assert first.offset[0] <= 110 < first.offset[0] + 64
        assert first.offset[1] <= 320 < first.offset[1] + 64
        np.testing.assert_allclose(first.array, result.boundary[placed(first.offset, (64, 64))], atol=5e-5)
        assert second.array.shape == larger.shape

    def test_outside_of_a_region_the_nearest_part_of_it_comes_first(self, larger, settings, monkeypatch):
        monkeypatch.setattr(_tiled, "FIRST_LOOK", 32)
        region = np.zeros(larger.shape, bool)
        region[150:, 200:] = True
        _, events = run(larger, settings(), View(region, focus=[0, 50, 0, 50]))
        first = next(e for e in events if isinstance(e, Preview))
        assert first.offset == (150, 200)

    @pytest.mark.parametrize("focus", [[0, 1, 2], [0, 1, 2, float("nan")]])
    def test_that_is_no_rectangle_is_an_error_in_one_line(self, etched, settings, focus):
        with pytest.raises(InputError, match="focus"):
            run(etched, settings(), View(focus=focus))


class TestSlices:
    def test_start_at_the_one_looked_at_and_go_outwards(self, etched, settings):
        stack = np.stack([etched] * 5)
        _, events = run(stack, settings(), View(first_slice=3))
        order = list(dict.fromkeys(e.offset[0] for e in events if isinstance(e, Preview)))
        assert order == [3, 2, 4, 1, 0]
        said = list(dict.fromkeys(e.message for e in events if isinstance(e, Progress)))
        assert said[0] == "slice 1 of 5: finding boundaries"
        assert "slice 5 of 5: dividing into grains" in said

    def test_stopped_keep_those_that_are_finished(self, etched, settings):
        stack = np.stack([etched, etched * 0.5, 1 - etched, etched])
        state = {"seen": False}

        def should_stop():
            return state["seen"]

        def on_event(event):
            state["seen"] |= isinstance(event, Preview) and event.offset[0] == 3

        job = segment(calibrated(stack), settings(), View(first_slice=2))
        result = drive(job, on_event, should_stop)
        alone = [run(image, settings())[0] for image in stack]
        for number in (1, 2):
            np.testing.assert_array_equal(result.grains[number], alone[number].grains)
        assert not result.grains[[0, 3]].any()
        assert not result.boundary[[0, 3]].any()
        assert result.summary["slices_not_reached"] == 2
        assert result.summary["fields"] == 2
        assert result.summary["grains"] == sum(alone[n].summary["grains"] for n in (1, 2))
        rows = result.measurement.table.groupby("slice").size()
        assert rows.to_dict() == {n: alone[n].summary["grains"] for n in (1, 2)}

    @pytest.mark.parametrize("first", [-1, 2])
    def test_that_are_not_there_are_an_error_in_one_line(self, etched, settings, first):
        with pytest.raises(InputError, match="choose one from 0 to 1"):
            run(np.stack([etched, etched]), settings(), View(first_slice=first))
        run(etched, settings(), View(first_slice=first))  # an image has no slices to choose from


def test_neighbours_have_numbers_that_differ_in_their_colour(larger, settings):
    grains = run(larger, settings())[0].grains
    for first, second in ((grains[1:], grains[:-1]), (grains[:, 1:], grains[:, :-1])):
        touching = first != second
        assert ((first - second)[touching] % COLOURS != 0).all()


class TestUncertainty:
    def test_is_the_binary_entropy_in_bits(self):
        probability = np.array([0, 0.11002786, 0.25, 0.5, 0.75, 1], np.float32)
        expected = [0, 0.5, 0.8112781, 1, 0.8112781, 0]  # tables of H2
        found = uncertainty_of(probability)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-5)

    def test_stays_within_its_bounds(self):
        probability = np.linspace(0, 1, 10001, dtype=np.float32)
        found = uncertainty_of(np.concatenate((probability, np.float32([1e-45, 1e-30, 1 - 1e-7]))))
        assert found.min() >= 0
        assert found.max() <= 1
        assert np.argmax(found) == 5000


class TestArrays:
    def test_with_everything_said(self, larger, tiny_file):
        region = disc(larger.shape, 200, 220, 60)
        arguments = {"model": tiny_file, "device": "cpu", "precision": "float32", "scale": 0.7}
        job = segment_arrays(
            np.stack([larger, larger]),
            leave_out=[[0, 40, 0, 450], [180, 190, 200, 240]],
            region=region,
            focus=[100, 200, 100, 200],
            first_slice=1,
            uncertainty=True,
            **arguments,
        )
        result = drive(job)
        wanted = region.copy()
        wanted[180:190, 200:240] = False
        np.testing.assert_array_equal(result["grains"] > 0, np.stack([wanted, wanted]))
        np.testing.assert_array_equal(result["uncertainty"], uncertainty_of(result["boundary"]))
        assert (result["uncertainty"][:, ~wanted] == 0).all()
        assert result["uncertainty"][:, wanted].max() > 0.1
        assert any("Left out" in note for note in result["summary"]["notes"])
        assert set(result["table"]["slice"]) == {0, 1}

    def test_have_no_uncertainty_unless_asked_for(self, etched, tiny_file):
        result = drive(segment_arrays(etched, model=tiny_file, device="cpu", scale=1.0))
        assert set(result) == {"boundary", "grains", "regions", "table", "summary"}
        assert result["summary"]["region"] is None

    @pytest.mark.parametrize("box", [[1, 2, 3], [5, 5, 0, 10], ["a", 2, 3, 4]])
    def test_with_boxes_that_are_none_are_an_error_in_one_line(self, etched, tiny_file, box):
        with pytest.raises(InputError, match="left out") as caught:
            drive(segment_arrays(etched, model=tiny_file, device="cpu", leave_out=[box]))
        assert "\n" not in str(caught.value)
