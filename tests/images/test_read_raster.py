from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from napari_grains.errors import InputError
from napari_grains.images import SUFFIXES, read_image


def png(values: np.ndarray, colour_type: int) -> bytes:
    """Write a 16-bit PNG by the letter of its specification (Pillow cannot write colours of 16 bits)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".PNG", ".tif", ".tiff"])
@pytest.mark.parametrize("levels", [2, 256])
def test_grey(tmp_path, rng, suffix, levels):
    grey = rng.integers(0, levels, (20, 33), np.uint8)
    Image.fromarray(grey if levels > 2 else grey.astype(bool)).save(tmp_path / f"a b{suffix}")
    image = read_image(str(tmp_path / f"a b{suffix}"))
    np.testing.assert_array_equal(image.pixels, grey)
    assert (image.name, image.source) == ("a b", str(tmp_path / f"a b{suffix}"))
    assert image.pixel_size is None


def test_grey_of_16_bits(tmp_path, rng):
    grey = rng.integers(0, 65536, (20, 30), np.uint16)
    (tmp_path / "a.png").write_bytes(png(grey, 0))
    image = read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(image.pixels, grey)
    assert image.notes == ()


def test_colours_of_16_bits_are_read_as_8_and_said_so(tmp_path, rng):
    colours = rng.integers(0, 65536, (20, 30, 3), np.uint16)
    (tmp_path / "a.png").write_bytes(png(colours, 2))
    image = read_image(tmp_path / "a.png")
    np.testing.assert_allclose(image.pixels, (colours / 257) @ [0.2125, 0.7154, 0.0721], atol=1)
    assert image.notes == ("16 bits per colour were read as 8.", "RGB turned into luminance.")


def test_jpeg_grey_and_colour(tmp_path, rng):
    blocks = np.kron(rng.integers(0, 256, (4, 5)), np.ones((8, 8))).astype(np.uint8)
    Image.fromarray(blocks).save(tmp_path / "grey.jpg", quality=95)
    Image.fromarray(np.stack([blocks] * 3, -1)).convert("CMYK").save(tmp_path / "cmyk.jpeg", quality=95)
    np.testing.assert_allclose(read_image(tmp_path / "grey.jpg").pixels, blocks, atol=6)
    assert read_image(tmp_path / "cmyk.jpeg").shape == blocks.shape


def test_jpeg_keeps_the_order_in_which_pixels_are_stored(tmp_path, rng):
    # Results have the image's shape: a rotation in the camera's data would turn them against other programs.
    picture = Image.fromarray(rng.integers(0, 256, (20, 30), np.uint8))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert read_image(tmp_path / "a.jpg").shape == (20, 30)


def test_png_palette_and_transparency(tmp_path, rng):
    colours = rng.integers(0, 4, (20, 30, 1), np.uint8) * np.array([60, 30, 10], np.uint8)
    Image.fromarray(colours).quantize(4).save(tmp_path / "palette.png")
    np.testing.assert_allclose(
        read_image(tmp_path / "palette.png").pixels, colours @ [0.2125, 0.7154, 0.0721], atol=1e-3
    )
    grey = rng.integers(0, 256, (20, 30), np.uint8)
    alpha = np.where(np.arange(30) < 10, 0, 255).astype(np.uint8) * np.ones((20, 1), np.uint8)
    Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)]).save(tmp_path / "alpha.png")
    image = read_image(tmp_path / "alpha.png")
    np.testing.assert_array_equal(image.specimen, alpha > 0)
    np.testing.assert_array_equal(image.pixels[alpha > 0], grey[alpha > 0])


def test_large_pictures_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.fromarray(np.eye(60, dtype=np.uint8)).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").shape == (60, 60)
    assert Image.MAX_IMAGE_PIXELS == 1000


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9])
def test_cut_off(tmp_path, rng, suffix, share):
    Image.fromarray(rng.integers(0, 256, (64, 64), np.uint8)).save(tmp_path / f"whole{suffix}")
    content = (tmp_path / f"whole{suffix}").read_bytes()
    (tmp_path / f"part{suffix}").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="damaged or cut off") as caught:
        read_image(tmp_path / f"part{suffix}")
    assert "\n" not in str(caught.value)


def test_what_is_not_there_or_not_a_file(tmp_path):
    with pytest.raises(InputError, match="does not exist: check the path"):
        read_image(tmp_path / "a.png")
    with pytest.raises(InputError, match="is a folder: name the files in it"):
        read_image(tmp_path)
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read_image(tmp_path / "folder.tif")
    with pytest.raises(InputError, match=r"cannot be reached|does not exist"):
        read_image(tmp_path / ("n" * 5000 + ".tif"))
    with pytest.raises(InputError, match=r"cannot be reached|does not exist"):
        read_image("nul\0.tif")


@pytest.mark.parametrize("name", ["a.dm3", "a.gif", "a", "a.TXT"])
def test_unsupported_types_name_the_supported_ones(tmp_path, name):
    (tmp_path / name).write_bytes(b"123")
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_image(tmp_path / name)
    assert all(suffix in str(caught.value) for suffix in SUFFIXES)


@pytest.mark.parametrize(
    ("error", "says"),
    [(PermissionError(13, "denied"), "may not be read"), (MemoryError(), "not fit into memory")],
)
def test_no_permission_and_no_memory(tmp_path, monkeypatch, error, says):
    (tmp_path / "a.png").write_bytes(b"")

    def fail(*args, **options):
        raise error

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(InputError, match=says):
        read_image(tmp_path / "a.png")


def test_a_constant_file_is_named(tmp_path):
    Image.fromarray(np.full((20, 20), 9, np.uint8)).save(tmp_path / "blank.png")
    with pytest.raises(InputError, match="blank is constant"):
        read_image(tmp_path / "blank.png")
