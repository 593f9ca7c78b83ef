"""From micrograph to grains and grain size, with a random network."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from napari_grains import __version__
from napari_grains.errors import InputError
from napari_grains.events import STOP, Notice, Preview, Progress, drive
from napari_grains.grains import Proofreading, measure, number_through
from napari_grains.images import PixelSize, calibrated
from napari_grains.inference import _drawing, segment, segment_arrays, warm_up
from napari_grains.inference._tiled import MIRRORS, PLAIN
from napari_grains.networks import file_hash


def run(image, settings, **options):
    events = []
    result = drive(segment(calibrated(image, **options), settings), events.append)
    return result, events


def assert_partition(grains, specimen=None):
    """Every pixel of the specimen has a grain, none outside; numbers 1..N without gaps."""
    specimen = np.ones(grains.shape, bool) if specimen is None else specimen
    assert grains.dtype == np.int32
    np.testing.assert_array_equal(grains > 0, specimen)
    np.testing.assert_array_equal(np.unique(grains[specimen]), np.arange(1, grains.max() + 1))


@pytest.mark.parametrize("scale", [0.3, 0.77, 1.0, 1.5, 2.0])
def test_results_have_the_images_shape(etched, settings, scale):
    result, _ = run(etched, settings(scale=scale))
    assert result.boundary.shape == result.grains.shape == etched.shape
    assert result.boundary.dtype == np.float32
    assert result.boundary.min() >= 0
    assert result.boundary.max() <= 1
    assert_partition(result.grains)
    assert result.summary["grains"] > 1
    rows, columns = result.measurement.table["centroid_y"], result.measurement.table["centroid_x"]
    assert rows.between(0, etched.shape[0]).all()
    assert columns.between(0, etched.shape[1]).all()


@pytest.mark.parametrize("shape", [(16, 16), (17, 300), (400, 23)])
@pytest.mark.parametrize("scale", [0.01, 0.2, 1.0, 3.0, None])
def test_sizes_from_the_smallest_to_narrow_strips(settings, shape, scale):
    image = np.random.default_rng(0).random(shape).astype(np.float32)
    result, _ = run(image, settings(scale=scale))
    assert result.grains.shape == shape
    assert_partition(result.grains)


@pytest.mark.parametrize("scale", [0.4, 1.0, 1.7])
def test_what_is_not_finite_has_no_grain_and_all_else_has_one(etched, settings, scale):
    image = etched.copy()
    image[30:60, 40:90] = np.nan
    image[:, :5] = np.inf
    image[100, 100] = np.nan
    result, events = run(image, settings(scale=scale))
    assert_partition(result.grains, np.isfinite(image))
    assert (result.boundary[~np.isfinite(image)] == 0).all()
    assert any(isinstance(e, Notice) and "not finite" in e.message for e in events)
    assert any("not finite" in note for note in result.summary["notes"])


@pytest.mark.parametrize("scale", [0.4, 1.0])
def test_an_islet_of_specimen_smaller_than_a_working_pixel_gets_a_grain(etched, settings, scale):
    image = np.full(etched.shape, np.nan, np.float32)
    image[:, :70] = etched[:, :70]
    image[110, 140] = 0.5
    result, _ = run(image, settings(scale=scale))
    np.testing.assert_array_equal(result.grains > 0, np.isfinite(image))


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_stack_is_its_slices(etched, settings, scale):
    stack = np.stack([etched, etched[::-1] * 0.5, 1 - etched])
    whole, _ = run(stack, settings(scale=scale))
    for number, image in enumerate(stack):
        alone, _ = run(image, settings(scale=scale))
        np.testing.assert_allclose(whole.boundary[number], alone.boundary, atol=1e-6)
        np.testing.assert_array_equal(whole.grains[number], alone.grains)
    table = whole.measurement.table
    assert [int((table["slice"] == n).sum()) for n in range(3)] == [int(g.max()) for g in whole.grains]
    assert whole.summary["slices_not_reached"] == 0
    assert whole.summary["shape"] == [3, 120, 150]


@pytest.mark.parametrize("scale", [0.5, 1.0, None])
def test_constant_and_empty_slices_do_not_stop_a_stack(etched, settings, scale):
    stack = np.stack([np.full_like(etched, 0.3), etched, np.full_like(etched, np.nan)])
    stack[1, :20, :20] = np.nan
    result, _ = run(stack, settings(scale=scale))
    specimen = np.isfinite(stack)
    np.testing.assert_array_equal(result.grains > 0, specimen)
    assert result.grains[2].max() == 0
    assert result.grains[1].max() > 1
    json.dumps(result.summary, allow_nan=False)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, None])
def test_progress_never_goes_back_and_ends_at_the_total(etched, settings, scale):
    _, events = run(np.stack([etched, etched.T[:120, :].repeat(2, 1)[:, :150]]), settings(scale=scale))
    progress = [e for e in events if isinstance(e, Progress)]
    done = [p.done for p in progress]
    assert done == sorted(done)
    assert len({p.total for p in progress}) == 1
    assert done[-1] == progress[-1].total
    assert all(p.message for p in progress)


@pytest.mark.parametrize("scale", [0.45, 1.0, 1.6])
@pytest.mark.parametrize("is_stack", [False, True])
def test_previews_show_the_boundaries_in_image_pixels(etched, settings, scale, is_stack, monkeypatch):
    monkeypatch.setitem(__import__("napari_grains.inference._tiled", fromlist=["TILE"]).TILE, "cpu", 100)
    image = np.stack([etched, 1 - etched]) if is_stack else etched
    result, events = run(image, settings(scale=scale, averaged=False))
    canvas = np.full(image.shape, np.nan, np.float32)
    for preview in (e for e in events if isinstance(e, Preview)):
        place = tuple(slice(k, k + n) for k, n in zip(preview.offset, preview.array.shape, strict=True))
        assert np.isnan(canvas[place]).all()
        canvas[place] = preview.array
    assert np.isfinite(canvas).all()
    difference = np.abs(canvas - result.boundary)
    # Blocks end in the middle between working pixels, where the result blends with the next block.
    assert np.mean(difference) < 0.005
    if scale == 1:
        assert difference.max() < 1e-4


def test_the_mean_over_scales_is_that_of_single_looks(etched, settings, monkeypatch):
    monkeypatch.setattr(_drawing, "LOOKS", [(share, PLAIN) for share, _ in _drawing.LOOKS])
    looks = [
        run(etched, settings(scale=0.8 * share, averaged=False))[0].boundary for share, _ in _drawing.LOOKS
    ]
    result, events = run(etched, settings(scale=0.8))
    np.testing.assert_allclose(result.boundary, np.mean(looks, axis=0), atol=1e-6)
    assert np.abs(result.boundary - looks[0]).max() > 0.01
    assert sum(isinstance(event, Preview) for event in events) == 1
    assert result.summary["scale"] == 0.8


def test_all_mirror_images_are_looked_at_and_the_scale_itself_first():
    assert {mirror for _, mirrors in _drawing.LOOKS for mirror in mirrors} == set(MIRRORS)
    assert _drawing.LOOKS[0][0] == 1
    assert _drawing.LOOKS[0][1][0] == (1, 1)


def stop_when(condition):
    """Function for `drive` that stops once an event fulfils a condition."""
    state = {"stop": False}

    def on_event(event):
        state["stop"] = state["stop"] or condition(event)

    return on_event, lambda: state["stop"]


def test_stop_in_a_stack_keeps_the_finished_slices(etched, settings):
    stack = np.stack([etched, 1 - etched, etched])
    on_event, should_stop = stop_when(lambda e: isinstance(e, Preview) and e.offset[0] == 1)
    result = drive(segment(calibrated(stack), settings()), on_event, should_stop)
    alone, _ = run(etched, settings())
    np.testing.assert_array_equal(result.grains[0], alone.grains)
    assert result.grains[1:].max() == 0
    assert result.boundary[1:].max() == 0
    assert result.summary["slices_not_reached"] == 2
    assert result.summary["grains"] == alone.summary["grains"]


@pytest.mark.parametrize("scale", [None, 1.0])
def test_stop_at_once_gives_nothing(etched, settings, scale):
    assert drive(segment(calibrated(etched), settings(scale=scale)), None, lambda: True) is None


def test_stop_said_once_is_heard_whatever_the_event(etched, settings):
    image = etched.copy()
    image[0, 0] = np.nan
    stack = np.stack([image, image])
    events = []
    drive(segment(calibrated(stack), settings(scale=None)), events.append)
    before_first_slice = next(n for n, e in enumerate(events) if getattr(e, "done", 0) >= 100)
    assert isinstance(events[0], Notice)
    for number in (0, 1, before_first_slice - 1):
        another = calibrated(stack * (2 + number))  # whose scale is not known yet
        job = segment(another, settings(scale=None))
        next(job)
        for _ in range(number):
            next(job)
        with pytest.raises(StopIteration) as end:
            job.send(STOP)
        assert end.value.value is None


def test_uncalibrated_numbers_are_in_pixels_only(etched, settings):
    result, _ = run(etched, settings())
    assert result.summary["pixel_size_um"] is None
    assert result.summary["pixel_size_source"] is None
    for key, value in result.summary.items():
        if key.endswith(("_um", "_um2", "_mm2")) or key.startswith("astm"):
            assert value is None, key
    assert not [c for c in result.measurement.table.columns if "um" in c]
    assert result.summary["mean_diameter_px"] > 0


def test_calibrated_numbers_are_the_pixels_times_their_size(etched, settings):
    result, _ = run(etched, settings(), pixel_size=PixelSize(0.5e-6, 0.5e-6, "typed"))
    plain, _ = run(etched, settings())
    assert result.summary["pixel_size_um"] == pytest.approx([0.5, 0.5])
    assert result.summary["pixel_size_source"] == "typed"
    assert result.summary["mean_area_um2"] == pytest.approx(0.25 * plain.summary["mean_area_px"])
    assert result.summary["mean_diameter_um"] == pytest.approx(0.5 * plain.summary["mean_diameter_px"])


def test_summary_says_where_it_all_comes_from(etched, settings, tiny_file):
    result, _ = run(etched, settings(merge=0.1), source="folder/steel.tif", name="steel")
    summary = result.summary
    expected = {
        "source": "folder/steel.tif",
        "shape": [120, 150],
        "scale": 1.0,
        "scale_chosen": "by hand",
        "method": "network",
        "merge": 0.1,
        "relative_merge": 0.65,
        "min_grain_diameter": None,
        "averaged": True,
        "model": tiny_file,
        "model_sha256": file_hash(tiny_file),
        "precision": "float32",
        "version": __version__,
        "notes": [],
    }
    assert {key: summary[key] for key in expected} == expected
    assert summary["device"].startswith("CPU")
    assert {"network", "partition", "measure", "total"} <= set(summary["seconds"])
    assert sum(v for k, v in summary["seconds"].items() if k != "total") <= summary["seconds"]["total"] + 0.01
    assert isinstance(summary["warnings"], list)
    again = json.loads(json.dumps(summary, allow_nan=False))
    assert again.keys() == summary.keys()
    measured = measure(result.grains).summary
    assert {key: summary[key] for key in measured if not key.endswith("ci95")} == {
        key: value for key, value in measured.items() if not key.endswith("ci95")
    }


def test_auto_scale_is_found_and_told(etched, settings):
    result, events = run(etched, settings(scale=None))
    assert result.summary["scale_chosen"] == "auto"
    assert 0.3 < result.summary["scale"] <= 2
    assert any(isinstance(e, Progress) and e.message == "finding the scale" for e in events)


def test_grain_diameter_sets_the_scale(etched, settings):
    result, _ = run(etched, settings(grain_diameter=24.0, scale=0.1))
    assert result.summary["scale"] == pytest.approx(math.sqrt(13 * 70) / 24)
    assert result.summary["scale_chosen"] == "by hand"


@pytest.mark.parametrize("diameter", [2.0, 1e5])
def test_grain_diameters_that_lead_to_absurd_scales(etched, settings, diameter):
    with pytest.raises(InputError, match=r"out of range; give 3.8 to 3017") as caught:
        run(etched, settings(grain_diameter=diameter))
    assert "\n" not in str(caught.value)


def test_merging_joins_grains(etched, settings):
    counts = [run(etched, settings(merge=m))[0].summary["grains"] for m in (0.0, 0.5, 1.0)]
    assert counts[0] > counts[2]
    assert counts == sorted(counts, reverse=True)


def test_threshold_method_needs_no_good_network(etched, settings):
    result, _ = run(etched, settings(method="threshold"))
    assert result.summary["method"] == "threshold"
    dark = etched < 0.4
    assert result.boundary[dark].mean() > 2 * result.boundary[~dark].mean()
    assert_partition(result.grains)


def test_a_crop_has_the_boundaries_of_the_whole(etched, settings):
    """Fixed grey levels: the percentiles of a crop would differ."""
    whole = calibrated(np.tile(etched, (2, 2)))
    part = whole.crop(2, 238, 2, 298)
    assert part.origin == (2, 2)
    both = [drive(segment(image, settings(scale=0.5))).boundary for image in (whole, part)]
    difference = np.abs(both[0][2:238, 2:298] - both[1])[60:-60, 60:-60]
    assert difference.max() < 0.05  # the percentiles are nearly the same


@pytest.mark.parametrize("merge", [0.0, 0.3])
def test_the_merge_slider_begins_at_the_grains(etched, settings, merge):
    """Also where the network is untrained and every edge is as doubtful as the next."""
    result, _ = run(etched, settings(merge=merge))
    [threshold] = result.summary["merge_threshold"]
    assert threshold >= merge
    grains = result.grains.copy()
    proofreading = Proofreading(grains, result.boundary, result.regions, threshold)
    for there in (0.0, 1.0, threshold):
        proofreading.merge_below(there)
    np.testing.assert_array_equal(grains, result.grains)
    proofreading.merge_below(0)
    assert len(np.unique(grains)) == len(np.unique(result.regions))


def test_no_grain_is_smaller_than_the_minimum(etched, settings):
    free, _ = run(etched, settings(method="threshold", min_grain_diameter=0))
    bound, _ = run(etched, settings(method="threshold", min_grain_diameter=20))
    areas = [result.measurement.table["area_px"].min() for result in (free, bound)]
    assert areas[0] < np.pi * 10**2 <= areas[1]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"scale": 0.0}, "scale 0.0 is out of range"),
        ({"scale": float("nan")}, "scale nan"),
        ({"scale": 9}, "scale 9"),
        ({"grain_diameter": 1.0}, "too small"),
        ({"grain_diameter": float("inf")}, "grain diameter"),
        ({"merge": 1.5}, "merge 1.5"),
        ({"relative_merge": float("nan")}, "relative merge nan"),
        ({"min_grain_diameter": -1.0}, "minimum grain size -1.0"),
        ({"min_grain_diameter": float("nan")}, "minimum grain size nan"),
        ({"method": "magic"}, "method 'magic'"),
        ({"model": "nothing"}, "no network 'nothing'"),
        ({"device": "tpu"}, "device 'tpu'"),
        ({"precision": "float64"}, "precision"),
    ],
)
def test_wrong_settings_are_an_error_in_one_line(etched, settings, wrong, says):
    with pytest.raises(InputError, match=says) as caught:
        run(etched, settings(**wrong))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("is_stack", [False, True])
def test_arrays_in_and_out(etched, settings, tiny_file, is_stack):
    image = np.stack([etched, 1 - etched]) if is_stack else etched
    expected, _ = run(image, settings(scale=0.8), pixel_size=PixelSize(1e-6, 1e-6, "ImageJ TIFF tag"))
    job = segment_arrays(
        image,
        name="steel",
        source="steel.tif",
        pixel_size_m=[1e-6, 1e-6],
        pixel_size_source="ImageJ TIFF tag",
        model=tiny_file,
        device="cpu",
        precision="float32",
        scale=0.8,
    )
    result = drive(job)
    within_slice = number_through(expected.grains)[0] if is_stack else expected.grains
    np.testing.assert_array_equal(result["grains"], within_slice)
    np.testing.assert_array_equal(result["boundary"], expected.boundary)
    assert result["summary"]["source"] == "steel.tif"
    assert result["summary"]["pixel_size_source"] == "ImageJ TIFF tag"
    assert result["summary"]["grains"] == expected.summary["grains"]
    np.testing.assert_array_equal(result["regions"], expected.regions)
    table = result["table"]
    assert list(table) == [*expected.measurement.table.columns, "index"]
    assert np.sort(table["index"]).tolist() == np.unique(result["grains"]).tolist()
    assert table["area_px"] == pytest.approx(list(expected.measurement.table["area_px"]))


def test_arrays_of_colours_and_integers(etched, tiny_file):
    colours = np.repeat((etched * 255).astype(np.uint8)[..., None], 3, -1)
    grey = (etched * 255).astype(np.uint16)
    options = {"model": tiny_file, "device": "cpu", "scale": 1.0, "precision": "float32"}
    one, two = (drive(segment_arrays(i, rgb=r, **options)) for i, r in ((colours, True), (grey, False)))
    np.testing.assert_allclose(one["boundary"], two["boundary"], atol=1e-3)


def test_arrays_stopped_at_once_give_an_empty_result(etched, tiny_file):
    assert drive(segment_arrays(etched, model=tiny_file, device="cpu"), None, lambda: True) == {}


def test_bad_arrays_are_an_error_in_one_line(tiny_file):
    with pytest.raises(InputError) as caught:
        drive(segment_arrays(np.zeros((50, 50)), model=tiny_file))
    assert "\n" not in str(caught.value)


def test_warming_up(tiny_file):
    events = []
    result = drive(warm_up(device="cpu", model=tiny_file), events.append)
    assert result["device"].startswith("CPU")
    assert result["seconds"] >= 0
    done = [e.done for e in events if isinstance(e, Progress)]
    assert done == sorted(done)
    json.dumps(result)
