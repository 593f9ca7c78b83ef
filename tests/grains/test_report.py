"""The report: complete, self-contained, readable, safe with any text."""

from __future__ import annotations

import re

import numpy as np
import pytest
from pages import Page
from patterns import voronoi

from napari_grains.grains import measure, report_field, write_report, write_run_report
from napari_grains.grains._report._numbers import DASH
from napari_grains.images import PixelSize

SIZE = PixelSize(5e-7, 5e-7)


def report(path, labels, pixel_size, image=None, **options):
    options = {"title": "polished section", "provenance": {}} | options
    measurement = measure(labels, pixel_size)
    write_report(path, image=image, labels=labels, measurement=measurement, **options)
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def labels():
    return voronoi((200, 260), 20, seed=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.html"


def test_a_report_needs_no_other_file(path, labels):
    page = report(path, labels, SIZE, np.random.default_rng(0).random(labels.shape))
    assert all(link.startswith("data:image/") for link in page.links)
    assert not page.tags & {"script", "link", "iframe", "object", "embed"}
    style = path.read_text("utf-8").split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert [file.name for file in path.parent.iterdir()] == ["r.html"]


def test_pictures_have_a_text_each(path, labels):
    page = report(path, labels, SIZE, np.zeros(labels.shape), title="steel")
    kinds = [re.match(r"data:image/([a-z]+)", url)[1] for url, _ in page.images]
    assert kinds == ["jpeg", "jpeg", "svg", "svg", "svg", "svg", "svg"]
    assert all(text.strip() for _, text in page.images)
    assert [text for _, text in page.images[:2]] == ["Micrograph of steel", "Boundaries in steel"]


def test_single_grains_and_odd_shapes_are_reported(path):
    page = report(path, np.ones((20, 400), np.int32), None)
    assert page.row("by number") == [DASH] * 4
    assert page.row("Mean grain area")[0] == DASH
    report(path, voronoi((900, 60), 20, seed=4), PixelSize(2e-9, 1e-9))


def test_large_micrographs_give_small_files(path):
    grains = np.kron(voronoi((512, 512), 12, seed=7), np.ones((8, 8), np.int32))
    noise = np.random.default_rng(0).random(grains.shape, dtype=np.float32)
    report(path, grains, SIZE, noise)
    assert path.stat().st_size < 3e6


def test_the_same_measurement_gives_the_same_page(tmp_path, labels):
    texts = []
    for name in ("a", "b"):
        report(tmp_path / name, labels, SIZE, provenance={"date": "today"})
        texts.append((tmp_path / name).read_bytes())
    assert texts[0] == texts[1]


def test_a_run_has_charts_where_its_lengths_have_a_common_unit(path, labels):
    for sizes, charts in (([SIZE, None], 0), ([SIZE, SIZE], 4)):
        fields = [report_field(str(size), None, labels, measure(labels, size)) for size in sizes]
        write_run_report(path, title="all", fields=fields, pooled={}, provenance={})
        page = Page(path.read_text("utf-8"))
        assert sum(url.startswith("data:image/svg") for url, _ in page.images) == charts
        assert ("Distributions" in page.text) == bool(charts)
