from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from napari_grains.images import Box, find_info_bar
from napari_grains.synthesis import Recipe

from .drawn import add_info_bar, micrograph

LOOKS = {
    "black": (0, 255, False),
    "white": (255, 0, False),
    "framed": (0, 255, True),
    "grey": (40, 230, False),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("index", range(3))
def test_a_banner_below_a_micrograph(look, index):
    paper, ink, frame = LOOKS[look]
    picture = add_info_bar(micrograph(index), 36, paper=paper, ink=ink, frame=frame)
    found = find_info_bar(picture)
    assert (found.box, found.source) == (Box(360, 396, 0, 480), "flat rows")
    assert find_info_bar(picture[::-1]).box == Box(0, 36, 0, 480)


@given(rows=st.integers(16, 100), look=st.sampled_from(sorted(LOOKS)))
def test_its_height_is_exact(rows, look):
    paper, ink, frame = LOOKS[look]
    picture = add_info_bar(micrograph(0), rows, paper=paper, ink=ink, frame=frame)
    assert find_info_bar(picture).box == Box(360, 360 + rows, 0, 480)


@pytest.mark.parametrize("kind", ["uint16", "float32", "float64", "rgb", "rgba", "nan"])
def test_any_kind_of_pixels(kind):
    picture = add_info_bar(micrograph(1), 36, frame=True)
    pixels = {
        "uint16": picture.astype(np.uint16) * 257,
        "float32": picture.astype(np.float32) / 255,
        "float64": picture.astype(float) * 1e-9,
        "rgb": np.repeat(picture[..., None], 3, axis=2),
        "rgba": np.dstack([picture] * 3 + [np.full_like(picture, 255)]),
        "nan": np.where(np.indices(picture.shape)[0] < 9, np.nan, picture),
    }[kind]
    assert find_info_bar(pixels).box == Box(360, 396, 0, 480)


@pytest.mark.parametrize("quality", [75, 95])
def test_a_banner_survives_jpeg(quality):
    file = io.BytesIO()
    Image.fromarray(add_info_bar(micrograph(2), 36)).save(file, "JPEG", quality=quality)
    found = find_info_bar(np.asarray(Image.open(file)))
    assert found.box.top == pytest.approx(360, abs=1)


def test_a_blank_image_above_the_frame(rng):
    """The electron beam was off, as in some test files of microscopes."""
    assert find_info_bar(add_info_bar(np.zeros((360, 480), np.uint8), 36, frame=True)).box.top == 360


@pytest.mark.parametrize("index", range(12))
def test_no_banner_is_found_in_a_micrograph(index):
    picture = np.rint(Recipe().micrograph(5, index, (360, 480)).image * 255).astype(np.uint8)
    assert find_info_bar(picture) is None


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("width", [0.01, 2, 20])
@pytest.mark.parametrize("index", range(3))
def test_a_saturated_part_is_no_banner(level, width, index):
    """Dark or bright without any detail left, with a ragged or a straight edge, with dirt on it."""
    picture = micrograph(index).astype(float)
    with np.errstate(over="ignore"):
        share = 1 / (1 + np.exp(-(np.arange(360)[:, None] - 300) / width))
    ragged = picture * (1 - share) + share * (2 * level - 128)
    saturated = np.clip(ragged, 0, 255).astype(np.uint8)
    assert find_info_bar(saturated) is None
    rng = np.random.default_rng(index)
    saturated[rng.integers(310, 355, 30), rng.integers(0, 480, 30)] = 255 - level
    assert find_info_bar(saturated) is None


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((300, 300), np.uint8),
        np.full((300, 300, 3), 7.0),
        np.tile(np.arange(300, dtype=np.uint8), (300, 1)),
        np.repeat(np.arange(150) % 2, 2)[:, None] * np.ones((1, 300), bool),
        np.pad(np.random.default_rng(0).random((250, 300)), ((0, 50), (0, 0))),
        np.ones((9, 9), bool),
    ],
    ids=["constant", "constant colour", "ramp", "stripes", "padding", "tiny"],
)
def test_what_else_is_no_banner(picture):
    assert find_info_bar(picture) is None


@pytest.mark.parametrize("shape", [(4, 30, 30), (30,), (0, 5), (30, 30, 2)])
def test_stacks_are_refused(shape):
    with pytest.raises(ValueError, match="neither"):
        find_info_bar(np.zeros(shape))
