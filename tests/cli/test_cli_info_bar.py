"""The option --info-bar: kept with a warning that names it, or left out of everything."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageDraw, ImageFont

from napari_grains.images import read_labels, read_provenance, write_tiff

BAR = 20


@pytest.fixture
def with_bar(tmp_path, pixels):
    """The micrograph with a black info bar of 20 rows below it, found by its flat rows."""
    tall = np.concatenate([pixels, np.zeros((BAR, pixels.shape[1]), np.uint8)])
    image = Image.fromarray(np.tile(tall, (1, 2)))
    font = ImageFont.load_default(12)
    ImageDraw.Draw(image).text(
        (8, pixels.shape[0] + 10), "HV 15 kV   Mag 500 x", fill=255, font=font, anchor="lm"
    )
    path = tmp_path / "bar.tif"
    write_tiff(path, np.asarray(image), None)
    return path


def test_a_bar_is_kept_with_a_warning_that_names_the_option(segment, with_bar, summary, output) -> None:
    answer = segment(with_bar)
    assert answer.code == 0, answer.err
    found = summary("bar")
    assert found["info_bar"] == {"rows": [96, 116], "source": "flat rows", "left_out": False}
    assert [text for text in found["warnings"] if "--info-bar exclude" in text]
    assert "--info-bar exclude" in answer.err
    assert summary()["settings"]["info_bar"] == "keep"
    labels, _ = read_labels(output / "bar_grains.tif")
    assert labels.min() > 0


def test_an_excluded_bar_has_no_grains(segment, with_bar, summary, output) -> None:
    answer = segment(with_bar, "--info-bar", "exclude")
    assert answer.code == 0, answer.err
    labels, _ = read_labels(output / "bar_grains.tif")
    assert (labels[96:] == 0).all()
    assert labels[:96].min() > 0
    boundary = tifffile.imread(output / "bar_boundary.tif")
    assert (boundary[96:] == 0).all()
    found = summary("bar")
    assert found["info_bar"] == {"rows": [96, 116], "source": "flat rows", "left_out": True}
    assert found["grains"] == labels.max()
    assert not [text for text in found["warnings"] if "--info-bar" in text]
    assert [note for note in found["notes"] if note.startswith("Left out: rows 96 to 115")]
    assert read_provenance(output / "bar_grains.tif")["info_bar"]["left_out"] is True


def test_what_is_excluded_does_not_change_the_rest(segment, with_bar, output, tmp_path) -> None:
    """Contrast and boundaries are those of the picture without the bar, but for its last rows."""
    picture = tifffile.imread(with_bar)[:96]
    write_tiff(tmp_path / "cut.tif", picture, None)
    assert segment(with_bar, tmp_path / "cut.tif", "--info-bar", "exclude").code == 0
    with_filling, cut = (tifffile.imread(output / f"{stem}_boundary.tif") for stem in ("bar", "cut"))
    np.testing.assert_allclose(with_filling[:40], cut[:40], atol=1e-3)


def test_tags_tell_of_a_bar_that_no_row_shows(segment, pixels, tmp_path, summary) -> None:
    text = "[Image]\r\nResolutionX=128\r\nResolutionY=90\r\n[PrivateFei]\r\nDatabarHeight=6\r\n"
    text += "[Scan]\r\nPixelWidth=5e-007\r\nPixelHeight=5e-007\r\n"
    tag = (34682, 2, len(text) + 1, text, True)
    tifffile.imwrite(tmp_path / "fei.tif", pixels, extratags=[tag])
    answer = segment(tmp_path / "fei.tif", "--info-bar", "exclude", "--json")
    assert answer.code == 0
    assert summary("fei")["info_bar"] == {"rows": [90, 96], "source": "FEI tag", "left_out": True}
    assert summary("fei")["pixel_size_um"] == [0.5, 0.5]


def test_without_a_bar_nothing_is_said(segment, micrograph, summary, output) -> None:
    answer = segment(micrograph(), "--info-bar", "exclude")
    assert summary("steel")["info_bar"] is None
    assert "info bar" not in answer.err
    assert read_labels(output / "steel_grains.tif")[0].min() > 0


def test_a_stack_loses_the_bar_of_every_slice(segment, with_bar, tmp_path, output) -> None:
    picture = tifffile.imread(with_bar)
    write_tiff(tmp_path / "stack.tif", np.stack([picture, picture]), None)
    assert segment(tmp_path / "stack.tif", "--info-bar", "exclude").code == 0
    labels, _ = read_labels(output / "stack_grains.tif")
    assert (labels[:, 96:] == 0).all()
    assert labels[:, :96].min() > 0


def test_another_word_is_refused(segment, micrograph) -> None:
    assert segment(micrograph(), "--info-bar", "maybe").code == 2
