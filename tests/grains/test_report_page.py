"""The text of a report: headline, results, fields, warnings, provenance; safe with any words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pages import Page
from patterns import hexagons, voronoi

from napari_grains.errors import InputError
from napari_grains.grains import measure, report_field, write_report, write_run_report
from napari_grains.grains._report._numbers import DASH
from napari_grains.grains._report._pictures import View
from napari_grains.images import PixelSize


@pytest.fixture(autouse=True)
def without_charts(monkeypatch):
    """Leave out the charts, which take most of the time."""
    for module in ("_write", "_run"):
        monkeypatch.setattr(f"napari_grains.grains._report.{module}.charts", lambda *_: "")


SIZE = PixelSize(5e-7, 5e-7)
KNOWN = {
    "iso_g_planimetric": 6.16,
    "iso_g_planimetric_indicative95": None,
    "iso_g_intercept": 6.3,
    "iso_g_intercept_indicative95": None,
    "astm_g_planimetric": 6.21,
    "astm_g_planimetric_ci95": [5.9, 6.4],
    "mean_intercept_um": 34.56,
    "mean_intercept_um_ci95": None,
    "mean_intercept_um_indicative95": [32.1, 37.9],
    "relative_accuracy_percent": {"grains_per_area": 12.34, "mean_intercept": None},
    "lognormal": {"median_um": 30.5, "median_px": 61.0, "sigma_ln": 0.41, "p_value": 0.032},
    "diameters_um": {
        "number": {"d10": 12.0, "d50": 30.0, "d90": 51.0, "mean": 31.2},
        "area": {"d10": 21.0, "d50": 41.0, "d90": 62.0, "mean": 42.3},
    },
    "anisotropy": {"ratio": 1.234, "direction_deg": 12.0},
    "bimodal": {
        "detected": True,
        "fine_median_um": 12.3,
        "coarse_median_um": 45.6,
        "coarse_area_fraction": 0.4,
    },
    "largest_grain_cut": True,
    "astm_g_largest": 2.1,
    "largest_grain_area_um2": 12345.6,
    "triple_junctions": 1234,
    "surface_per_volume_per_mm": 57.9,
    "twins": "ignored",
    "twin_boundaries": 17,
}
"""What a summary may hold besides what `measure` is sure to put into it."""


def report(path, labels, pixel_size, image=None, title="polished section", known=None, **options):
    measurement = measure(labels, pixel_size)
    measurement = replace(measurement, summary=measurement.summary | (known or {}))
    options.setdefault("provenance", {})
    write_report(path, title=title, image=image, labels=labels, measurement=measurement, **options)
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def labels():
    return voronoi((200, 260), 20, seed=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.html"


def test_the_headline_has_both_scales_and_both_methods(path, labels):
    page = report(path, labels, SIZE, known=KNOWN)
    assert page.row("ASTM E112 grain size G")[0] == "6.21 95 %: 5.90 to 6.40"
    assert page.row("ISO 643 grain size G") == ["6.16", "6.30"]
    assert page.row("Mean diameter, intercept")[1] == "34.6 µm ≈ 32.1 to 37.9 indicative"
    assert page.row("Relative accuracy (%RA)") == ["12.3 %", "one field: no interval"]


def test_results_are_those_of_the_measurement(path, labels):
    summary = measure(labels, SIZE).summary
    page = report(path, labels, SIZE)
    assert page.row("Grains seen")[0] == str(summary["grains"])
    assert page.row("Mean grain diameter")[0] == f"{summary['mean_diameter_um']:.1f} µm"
    assert page.row("Measured area")[0] == f"{200 * 260 * 0.25:,.0f} µm²".replace(",", "\u202f")
    assert page.row("ASTM G")[0] == f"{summary['astm_g_planimetric']:.2f}"


def test_what_is_known_besides_is_shown(path, labels):
    page = report(path, labels, SIZE, known=KNOWN)
    assert page.row("Log-normal fit") == ["median 30.5 µm, \u03c3 0.41, p = 0.032"]
    assert page.row("by area") == ["21.0", "41.0", "62.0", "42.3"]
    assert page.row("Anisotropy") == ["1.23, longest at 12°"]
    assert page.row("Largest grain") == ["12\u202f346 µm², cut by the rim"]
    assert page.row("Two grain sizes") == ["12.3 µm and 45.6 µm in 40 % of the area"]
    assert page.row("Triple junctions")[0] == "1\u202f234"
    assert page.row("Surface per volume, SV")[0] == "57.9 /mm"
    assert page.row("Mean intercept")[1] == "≈ 32.1 to 37.9"
    assert "Twin boundaries (17 of them) were not counted" in page.text


@pytest.mark.parametrize(("known", "named"), [(KNOWN, True), ({}, False)])
def test_standards_are_named_where_their_numbers_are(path, labels, known, named):
    clean = dict.fromkeys(KNOWN) if not named else known
    page = report(path, labels, SIZE, known=clean)
    standards = page.text.split("Standards.")[1]
    assert all(name in standards for name in ("ASTM E112", "ASTM E1382", "ISO 643"))
    assert ("ASTM E930" in standards, "ASTM E1181" in standards) == (named, named)


@pytest.mark.parametrize("twins", ["counted", "ignored"])
def test_twins_that_are_not_counted_are_not_drawn(path, monkeypatch, twins):
    lamella = hexagons((240, 240), 60)
    parent = lamella == lamella[120, 120]
    column = np.arange(240) - np.argwhere(parent)[:, 1].mean()
    before = len(np.unique(lamella))
    lamella[parent & (np.abs(column) <= 6)], lamella[parent & (column > 6)] = 1001, 1002
    drawn = []
    monkeypatch.setattr(View, "boundaries", lambda view, _: drawn.append(view.labels) or "")
    measurement = measure(lamella, SIZE, twins=twins)
    write_report(path, title="steel", image=None, labels=lamella, measurement=measurement, provenance={})
    report_field("steel", None, lamella, measurement)
    number = before + {"counted": 2, "ignored": 0}[twins]
    assert measurement.summary["grains"] == number
    assert [len(np.unique(labels)) for labels in drawn] == [number, number]
    assert ("without those of twins" in path.read_text("utf-8")) == (twins == "ignored")


def test_an_indicative_interval_is_explained(path, labels):
    note = "indicative only: scatter between parts of one field"
    assert note in report(path, labels, SIZE, known=KNOWN).text
    nothing = {key: None for key in measure(labels, SIZE).summary if key.endswith("_indicative95")}
    assert note not in report(path, labels, SIZE, known=nothing).text


def test_an_uncalibrated_report_speaks_of_pixels(path):
    page = report(path, voronoi((100, 100), 20, seed=2), None)
    assert "not calibrated: a grain size number needs a pixel size" in page.text
    assert "µm" not in page.text
    assert page.row("ASTM E112 grain size G") == [DASH, DASH]
    assert page.row("Mean grain area")[0].endswith("px²")


def test_a_stack_has_an_interval_and_a_picture_per_slice(path):
    stack = np.stack([voronoi((100, 100), 20, seed) for seed in range(3)])
    low, high = measure(stack).summary["mean_diameter_px_ci95"]
    page = report(path, stack, None, stack.astype(float))
    assert page.row("Mean grain diameter")[1] == f"{low:.1f} to {high:.1f}"
    alternatives = [text for _, text in page.images]
    assert [f"Grain boundaries, slice {index}" in alternatives for index in range(3)] == [True] * 3
    assert "over 3 fields" in page.text


def test_fields_stand_in_a_table(path):
    stack = np.stack([voronoi((100, 100), 20, seed) for seed in range(3)])
    by_field = [dict(measure(one, SIZE).summary) for one in stack]
    page = report(path, stack, SIZE, known={"by_field": by_field})
    assert page.row("Slice 1")[0] == str(by_field[1]["grains"])
    assert page.row("All fields, pooled")[0] == str(sum(field["grains"] for field in by_field))
    deviation = np.std([field["astm_g_planimetric"] for field in by_field], ddof=1)
    assert page.row("Standard deviation")[2] == f"{deviation:.2f}"


def test_warnings_come_before_results(path):
    page = report(path, voronoi((60, 60), 20, seed=3), None)
    for warning in measure(voronoi((60, 60), 20, seed=3)).warnings:
        assert page.text.index(warning) < page.text.index("Results")


def test_text_is_escaped(path, labels):
    title = '<b>&"\\</style><script>alert(1)</script>'
    page = report(
        path,
        labels,
        None,
        title=title,
        operator="A & B <i>",
        notes="</pre><script>",
        provenance={"source": "<a>.tif", "<key>": {"<x>": ["<y>"]}},
    )
    assert not page.tags & {"script", "i", "x", "key"}
    assert title in page.text
    assert "A & B <i>" in page.text
    assert page.row("File") == ["<a>.tif"]
    assert path.read_text("utf-8").count("</style>") == 1


def test_who_and_what_are_named_only_if_given(path, labels):
    page = report(path, labels, SIZE, operator="Ada", specimen_text="316L, bar 7", notes="etched")
    assert all(text in page.text for text in ("Operator Ada", "Specimen 316L, bar 7", "Notes etched"))
    assert "Operator" not in report(path, labels, SIZE).text


def test_provenance_is_a_table_to_read(path, labels):
    facts = {
        "source": "a.tif",
        "shape": [3, 200, 260],
        "pixel_size_um": [0.5, 0.4],
        "pixel_size_source": "TIFF tag",
        "model": None,
        "edits": 12,
        "labels_provenance": {"source": "b.tif", "shape": [3, 200, 260], "averaged": True, "scale": 0.25},
        "date": "2026-01-02",
    }
    page = report(path, labels, SIZE, provenance=facts)
    assert page.row("Size") == ["3 slices of 260 × 200 px (width × height)"]
    assert page.row("Pixel size") == ["0.5 × 0.4 (height × width) µm, TIFF tag"]
    assert page.row("Corrections by hand") == ["12"]
    assert page.row("Averaged over mirror images, scales") == ["yes"]
    assert not page.has_row("Network")
    assert sum(row[0] == "Size" for row in page.rows if row) == 1
    assert "Date 2026-01-02" in page.text
    assert "{" not in page.text


def test_an_unwritable_place_is_an_input_error(tmp_path, labels):
    with pytest.raises(InputError, match="could not be written") as caught:
        report(tmp_path / "missing" / "r.html", labels, None)
    assert "\n" not in str(caught.value)


def run_page(path, stems, sizes, pooled=None, **options):
    fields = []
    for seed, (stem, size) in enumerate(zip(stems, sizes, strict=True)):
        grains = voronoi((100, 120), 15, seed)
        fields.append(report_field(stem, None, grains, measure(grains, size)))
    write_run_report(path, title="all", fields=fields, pooled=pooled or {}, provenance={}, **options)
    return Page(path.read_text("utf-8"))


def test_a_run_shows_its_fields_side_by_side(path):
    pooled = {
        "fields": 2,
        "grains": 99,
        "astm_g_planimetric": 9.1,
        "astm_g_planimetric_ci95": [8.8, 9.4],
        "relative_accuracy_percent": {"grains_per_mm2": 20.0, "mean_intercept_um": 9.0},
    }
    page = run_page(path, ["left", "right"], [SIZE, SIZE], pooled)
    assert page.row("ASTM E112 grain size G")[0] == "9.10 95 %: 8.80 to 9.40"
    assert page.row("Relative accuracy (%RA)") == ["20.0 %", "9.0 %"]
    assert page.row("All fields, pooled")[0] == "99"
    assert [text for _, text in page.images[:2]] == [
        f"Grain boundaries found in {s}" for s in ("left", "right")
    ]
    assert "One field" not in page.text


def test_stacks_are_fields_of_a_run_too(path):
    stack = np.stack([voronoi((60, 60), 15, seed) for seed in range(3)])
    field = report_field("stack", stack.astype(float), stack, measure(stack, SIZE), specimen=stack > 0)
    write_run_report(path, title="t", fields=[field], pooled={}, provenance={})
    assert Page(path.read_text("utf-8")).has_row("stack")
