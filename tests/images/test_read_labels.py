from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_grains.errors import InputError
from napari_grains.images import PixelSize, read_labels


@pytest.fixture
def labels(rng):
    return rng.integers(0, 200, (20, 30))


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i4", "u4", "i8", "f4", "f8", "bool"])
@pytest.mark.parametrize("suffix", [".tif", ".npy"])
def test_integers_of_any_kind(tmp_path, labels, dtype, suffix):
    values = labels.astype(dtype)
    path = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        np.save(path, values)
    else:
        tifffile.imwrite(path, values, photometric="minisblack")
    read, size = read_labels(path)
    assert read.dtype == np.int32
    np.testing.assert_array_equal(read, values.astype(int))
    assert size is None


def test_stack_with_pixel_size(tmp_path, rng):
    values = rng.integers(0, 60000, (3, 8, 9), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", values, imagej=True, resolution=(4, 2), metadata={"unit": "um"})
    read, size = read_labels(tmp_path / "a.tif")
    np.testing.assert_array_equal(read, values)
    assert size == PixelSize(0.5e-6, 0.25e-6, "ImageJ TIFF tag")


def test_png_of_8_and_16_bits_and_palette(tmp_path, labels):
    for name, dtype in (("8", np.uint8), ("16", np.uint16)):
        Image.fromarray((labels * (300 if name == "16" else 1)).astype(dtype)).save(tmp_path / f"{name}.png")
    palette = Image.fromarray(labels.astype(np.uint8)).convert("P")
    palette.putpalette(np.arange(768, dtype=np.uint8)[::-1].tobytes())
    palette.save(tmp_path / "palette.png")
    np.testing.assert_array_equal(read_labels(tmp_path / "8.png")[0], labels)
    np.testing.assert_array_equal(read_labels(tmp_path / "16.png")[0], labels * 300)
    np.testing.assert_array_equal(read_labels(tmp_path / "palette.png")[0], labels)


@pytest.mark.parametrize("photometric", ["miniswhite", "palette"])
def test_tiff_ids_are_what_is_stored(tmp_path, labels, photometric):
    colours = (
        {"colormap": np.arange(768, dtype=np.uint16).reshape(3, 256)} if photometric == "palette" else {}
    )
    tifffile.imwrite(tmp_path / "a.tif", labels.astype(np.uint8), photometric=photometric, **colours)
    np.testing.assert_array_equal(read_labels(tmp_path / "a.tif")[0], labels)


def test_one_label_everywhere_is_fine(tmp_path):
    np.save(tmp_path / "a.npy", np.full((1, 4, 5), 7))
    np.testing.assert_array_equal(read_labels(tmp_path / "a.npy")[0], np.full((4, 5), 7))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.full((9, 9), 0.5), "not whole"),
        (np.full((9, 9), np.nan), "not whole"),
        (np.full((9, 9), np.inf), "up to inf"),
        (np.full((9, 9), -1), "negative"),
        (np.full((9, 9), 2**31), "renumber"),
        (np.full((9, 9), 1j), "complex128"),
        (np.zeros(9), "axes"),
        (np.zeros((0, 9)), "axes"),
        (np.zeros((2, 2, 9, 9)), "axes"),
        (np.array([{}]), "cannot be read"),
    ],
)
def test_what_is_no_label_image(tmp_path, values, says):
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(InputError, match=says) as caught:
        read_labels(tmp_path / "a.npy")
    assert "\n" not in str(caught.value)


def test_colours_and_channels(tmp_path, rng):
    colours = rng.integers(0, 255, (20, 30, 3), np.uint8)
    Image.fromarray(colours).save(tmp_path / "a.png")
    tifffile.imwrite(tmp_path / "a.tif", colours, photometric="rgb")
    for name in ("a.png", "a.tif"):
        with pytest.raises(InputError, match="colour picture"):
            read_labels(tmp_path / name)
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((3, 2, 20, 30), np.uint16), imagej=True)
    with pytest.raises(InputError, match="2 channels"):
        read_labels(tmp_path / "c.tif")


def test_jpeg_is_refused(tmp_path, labels):
    Image.fromarray(labels.astype(np.uint8)).save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match=r"use one of \.tif"):
        read_labels(tmp_path / "a.jpg")
