"""The report: complete, self-contained, safe with any text."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from patterns import voronoi

from napari_grains.errors import InputError
from napari_grains.grains import measure, write_report
from napari_grains.images import PixelSize


def report(path, labels, pixel_size, image=None, title="polished section", **provenance):
    write_report(
        path,
        title=title,
        image=image,
        labels=labels,
        measurement=measure(labels, pixel_size),
        provenance=provenance,
    )
    return path.read_text(encoding="utf-8")


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in {"src", "href"}]
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_calibrated_report_needs_no_other_file(tmp_path):
    labels = voronoi((200, 260), 20, seed=1)
    image = np.random.default_rng(0).random(labels.shape)
    text = report(tmp_path / "r.html", labels, PixelSize(5e-7, 5e-7), image, source="a.tif")
    links = Links()
    links.feed(text)
    assert not links.open
    assert [link.split(",")[0] for link in links.found] == [
        "data:image/png;base64",
        "data:image/svg+xml;base64",
    ]
    assert base64.b64decode(links.found[0].split(",")[1]).startswith(b"\x89PNG")
    summary = measure(labels, PixelSize(5e-7, 5e-7)).summary
    for part in (
        f"{summary['mean_diameter_um']:#.4g} µm",
        f"{summary['astm_g_planimetric']:#.4g}",
        "One field",
        "a.tif",
    ):
        assert part in text
    assert [file.name for file in tmp_path.iterdir()] == ["r.html"]


def test_an_uncalibrated_report_speaks_of_pixels(tmp_path):
    text = report(tmp_path / "r.html", voronoi((100, 100), 20, seed=2), None)
    assert "not calibrated" in text
    assert "µm" not in re.sub(r"data:[^\"]*", "", text)


def test_a_stack_and_an_interval(tmp_path):
    stack = np.stack([voronoi((100, 100), 20, seed) for seed in range(3)])
    low, high = measure(stack).summary["mean_diameter_px_ci95"]
    assert f"{low:#.4g} to {high:#.4g}" in report(tmp_path / "r.html", stack, None, stack.astype(float))


def test_text_is_escaped(tmp_path):
    text = report(
        tmp_path / "r.html", voronoi((60, 60), 20, seed=3), None, title="<b>&", note="</pre><script>"
    )
    assert "<title>&lt;b&gt;&amp;</title>" in text
    assert "<script>" not in text


def test_single_grains_and_odd_shapes_are_drawn(tmp_path):
    assert "no complete grain" not in report(tmp_path / "a.html", np.ones((20, 400), np.int32), None)
    assert (tmp_path / "a.html").stat().st_size > 1000
    report(tmp_path / "b.html", voronoi((900, 60), 20, seed=4), PixelSize(2e-9, 1e-9))


def test_an_unwritable_place_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="could not be written"):
        report(tmp_path / "missing" / "r.html", voronoi((60, 60), 20, seed=5), None)
