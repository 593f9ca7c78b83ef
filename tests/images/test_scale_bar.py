"""Scale bars drawn in several styles: found to a pixel, or not at all."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage as ndi

from napari_grains.images import Box, InfoBar, find_info_bar, find_scale_bar
from napari_grains.synthesis import Recipe

from .drawn import Bar, add_info_bar, draw_bar, micrograph

STYLES = {
    "line on a plate": Bar(0, 0, 0, thickness=3, plate=0),
    "black on white": Bar(0, 0, 0, thickness=3, ink=0, plate=255),
    "thick on a plate": Bar(0, 0, 0, thickness=8, plate=0),
    "ticks on a plate": Bar(0, 0, 0, thickness=2, ticks=5, plate=0),
    "hairline with ticks": Bar(0, 0, 0, thickness=1, ticks=4, tick_width=1, ink=0, plate=255),
    "interrupted by its text": Bar(0, 0, 0, thickness=3, ticks=4, text_inside=True, plate=0),
}
LOOSE = {
    "white": Bar(0, 0, 0, thickness=5),
    "black": Bar(0, 0, 0, thickness=5, ink=0),
    "white with ticks": Bar(0, 0, 0, thickness=3, ticks=5),
}


def is_right(found, bar: Bar) -> bool:
    """Both ends to a pixel; its row to half a pixel."""
    ends = abs(found.left - bar.ends[0]) <= 1 and abs(found.right - bar.ends[1]) <= 1
    return ends and abs(found.row - (bar.top + (bar.thickness - 1) / 2)) <= 0.5


def covers(box: Box, drawn: tuple[int, int, int, int]) -> bool:
    """All that was drawn lies in the box but for a pixel, and the box is not much larger."""
    top, bottom, left, right = drawn
    inside = (
        box.top <= top + 1 and box.bottom >= bottom - 1 and box.left <= left + 1 and box.right >= right - 1
    )
    return inside and (box.bottom - box.top) * (box.right - box.left) <= 2 * (bottom - top) * (right - left)


@pytest.mark.parametrize("style", STYLES)
@given(
    index=st.integers(0, 2),
    top=st.sampled_from([40, 60, 320, 335]),
    left=st.integers(12, 280),
    length=st.integers(110, 180),
)
def test_bars_with_a_plate_are_found(style, index, top, left, length):
    bar = replace(STYLES[style], top=top, left=left, length=length)
    picture, drawn = draw_bar(micrograph(index), bar)
    found = find_scale_bar(picture)
    assert found is not None
    assert is_right(found, bar)
    assert found.length_px == pytest.approx(length, abs=1)
    assert covers(found.box, drawn)


@pytest.mark.parametrize("style", LOOSE)
@given(index=st.integers(0, 2), left=st.integers(12, 280), length=st.integers(40, 180))
def test_bars_without_a_plate_are_right_or_none(style, index, left, length):
    """Where a grain has the grey value of the bar, its end cannot be seen."""
    bar = replace(LOOSE[style], top=325, left=left, length=length)
    picture, drawn = draw_bar(micrograph(index), bar)
    found = find_scale_bar(picture)
    assert found is None or (is_right(found, bar) and covers(found.box, drawn))


@pytest.mark.parametrize("style", LOOSE)
def test_bars_without_a_plate_are_mostly_found(style):
    lefts = range(12, 280, 20)
    bars = [replace(LOOSE[style], top=325, left=left, length=150) for left in lefts]
    found = [find_scale_bar(draw_bar(micrograph(0) // 2 + 60, bar)[0]) for bar in bars]
    assert all(map(is_right, found, bars))


@pytest.mark.parametrize(("paper", "ink"), [(0, 255), (255, 0)])
@given(left=st.integers(320, 335), length=st.integers(60, 130), ticks=st.sampled_from([0, 3]))
def test_bars_in_an_info_bar(paper, ink, left, length, ticks):
    picture = add_info_bar(micrograph(1), 48, paper=paper, ink=ink, frame=True)
    bar = Bar(392, left, length, thickness=2, ticks=ticks, ink=ink, size=10)
    picture, _ = draw_bar(picture, bar)
    info_bar = find_info_bar(picture)
    found = find_scale_bar(picture, info_bar)
    assert found is not None
    assert is_right(found, bar)
    assert info_bar.box.top <= found.box.top < found.box.bottom <= 408


def test_a_bar_above_the_info_bar_is_found_if_the_info_bar_has_none():
    bar = Bar(320, 40, 120, thickness=3, plate=0)
    picture, _ = draw_bar(add_info_bar(micrograph(1), 48), bar)
    assert is_right(find_scale_bar(picture, InfoBar(Box(360, 408, 0, 480), "tag")), bar)


@pytest.mark.parametrize("kind", ["uint16", "float32", "rgb", "rgba"])
def test_any_kind_of_pixels(kind):
    bar = replace(STYLES["ticks on a plate"], top=330, left=50, length=120)
    picture, _ = draw_bar(micrograph(0), bar)
    pixels = {
        "uint16": picture.astype(np.uint16) * 200,
        "float32": picture.astype(np.float32) * 1e-3 - 5,
        "rgb": np.repeat(picture[..., None], 3, axis=2),
        "rgba": np.dstack([picture] * 3 + [np.full_like(picture, 255)]),
    }[kind]
    assert is_right(find_scale_bar(pixels), bar)


@pytest.mark.parametrize("quality", [75, 95])
def test_a_bar_survives_jpeg(quality):
    bar = replace(STYLES["ticks on a plate"], top=330, left=50, length=120)
    file = io.BytesIO()
    Image.fromarray(draw_bar(micrograph(2), bar)[0]).save(file, "JPEG", quality=quality)
    assert is_right(find_scale_bar(np.asarray(Image.open(file))), bar)


@pytest.mark.parametrize("index", range(16))
def test_no_bar_is_found_in_a_micrograph(index):
    """Etched lines, twins, scratches, pits: all kinds of synthetic micrographs."""
    picture = np.rint(Recipe(clutter=3.0).micrograph(6, index, (360, 480)).image * 255).astype(np.uint8)
    assert find_scale_bar(picture) is None
    assert find_scale_bar(np.where(picture > 128, 255, 0).astype(np.uint8)) is None


def scratched(angle: float) -> np.ndarray:
    rows, columns = np.indices((360, 480))
    line = np.abs((rows - 320) - np.tan(angle) * (columns - 200)) < 2
    picture = micrograph(0).astype(float)
    picture[line & (np.abs(columns - 200) < 90)] = 255
    return ndi.gaussian_filter(picture, 0.6).astype(np.uint8)


def halved() -> np.ndarray:
    picture = np.array(micrograph(1))
    picture[300:] = picture[300:] // 4
    return picture


def two_bars() -> np.ndarray:
    picture, _ = draw_bar(micrograph(0), replace(STYLES["line on a plate"], top=330, left=30, length=120))
    return draw_bar(picture, replace(STYLES["line on a plate"], top=330, left=250, length=170))[0]


@pytest.mark.parametrize(
    "picture",
    [
        scratched(0.05),
        scratched(0.3),
        halved(),
        two_bars(),
        np.zeros((300, 300), np.uint8),
        np.repeat(np.arange(150) % 2, 2)[:, None] * np.ones((1, 300), np.uint8),
        np.kron(np.random.default_rng(0).integers(0, 2, (16, 16)), np.ones((32, 32))),
        np.ones((5, 5)),
    ],
    ids=[
        "slight scratch",
        "scratch",
        "straight edge",
        "two lengths",
        "constant",
        "stripes",
        "checks",
        "tiny",
    ],
)
def test_what_is_no_bar(picture):
    assert find_scale_bar(picture) is None


def test_a_large_picture_takes_little_time():
    picture = np.tile(micrograph(0), (6, 5))[:2048, :2048]
    bar = Bar(1980, 1500, 300, thickness=5, ticks=6, plate=0)
    picture, _ = draw_bar(picture, bar)

    def seconds() -> float:
        began = time.perf_counter()
        assert is_right(find_scale_bar(picture, find_info_bar(picture)), bar)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.4  # about 0.1 s on one idle core


@pytest.mark.parametrize("shape", [(4, 30, 30), (30,), (0, 5)])
def test_stacks_are_refused(shape):
    with pytest.raises(ValueError, match="neither"):
        find_scale_bar(np.zeros(shape))
