"""TIFFs as other programs write them: by tifffile and Pillow directly, never by `write_tiff`."""

from __future__ import annotations

import contextlib
import logging
from fractions import Fraction

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_grains.errors import InputError
from napari_grains.images import PixelSize, read_image, read_labels, read_provenance


@pytest.fixture
def grey(rng):
    return rng.integers(0, 255, (20, 30), np.uint8)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8", "bool"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("shape", [(20, 30), (4, 20, 30)])
def test_numbers_and_pages(tmp_path, rng, dtype, order, shape):
    values = rng.integers(0, 2 if dtype == "bool" else 100, shape).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", values, byteorder=order, photometric="minisblack")
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, values.astype(float))
    assert (image.name, image.source, image.pixel_size) == ("a", str(tmp_path / "a.tif"), None)
    assert image.notes == ()


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("pages", [1, 3])
def test_colours(tmp_path, rng, planar, pages):
    colours = rng.integers(0, 255, (pages, 20, 30, 3), np.uint8)
    stored = colours if planar == "contig" else np.moveaxis(colours, -1, 1)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar)
    image = read_image(tmp_path / "a.tif")
    assert image.shape == ((20, 30) if pages == 1 else (3, 20, 30))
    expected = colours @ [0.2125, 0.7154, 0.0721]
    np.testing.assert_allclose(image.pixels, np.squeeze(expected), rtol=1e-5)


def test_narrow_stack_is_no_colour_image(tmp_path, rng):
    tifffile.imwrite(tmp_path / "a.tif", rng.random((3, 20, 30), np.float32), photometric="minisblack")
    assert read_image(tmp_path / "a.tif").shape == (3, 20, 30)


@pytest.mark.parametrize(
    ("unit", "metres"),
    [
        *(
            ("um", 1e-6),
            ("micron", 1e-6),
            ("microns", 1e-6),
            (r"\u00B5m", 1e-6),
            ("nm", 1e-9),
            ("nanometer", 1e-9),
        ),
        *(("mm", 1e-3), ("cm", 1e-2), ("pm", 1e-12), ("m", 1.0)),
    ],
)
def test_imagej_pixel_size(tmp_path, grey, unit, metres):
    per_unit = Fraction(metres) / Fraction("0.44e-6")  # pixels per unit of the file
    fraction = per_unit.limit_denominator(10**6 if per_unit < 1000 else 100)
    fractions = [(fraction.numerator, fraction.denominator)] * 2
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=fractions, metadata={"unit": unit})
    size = read_image(tmp_path / "a.tif").pixel_size
    assert (size.y, size.x) == pytest.approx((0.44e-6, 0.44e-6), rel=1e-6)
    assert size.source == "ImageJ TIFF tag"


def test_imagej_pixels_that_are_not_square(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=(4, 0.5), metadata={"unit": "nm"})
    assert read_image(tmp_path / "a.tif").pixel_size == PixelSize(2e-9, 0.25e-9, "ImageJ TIFF tag")


def test_imagej_unit_of_the_rows(tmp_path, grey):
    metadata = {"unit": "um", "yunit": "nm"}
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=(2, 0.002), metadata=metadata)
    size = read_image(tmp_path / "a.tif").pixel_size
    assert (size.y, size.x) == pytest.approx((0.5e-6, 0.5e-6))


def test_imagej_micro_sign_in_latin_1(tmp_path, grey):
    text = "ImageJ=1.54f\nunit=\u00b5m\n".encode("latin-1")
    tifffile.imwrite(
        tmp_path / "a.tif", grey, description=text, resolution=(2, 2), resolutionunit=1, metadata=None
    )
    assert read_image(tmp_path / "a.tif").pixel_size == PixelSize(0.5e-6, 0.5e-6, "ImageJ TIFF tag")


@pytest.mark.parametrize(
    ("resolution", "unit", "note"),
    [
        ((2, 2), None, None),
        ((2, 2), "pixel", None),
        ((72, 72), "inch", None),
        ((28.3465, 28.3465), "cm", "dots per inch"),
        ((118.11, 118.11), "cm", "dots per inch"),
        ((2, 2), "parsec", "unknown unit 'parsec'"),
        ((2, 2), "m", "cannot be"),
        ((2e6, 2e6), "nm", "cannot be"),
        ((0, 0), "um", None),
    ],
)
def test_imagej_without_a_usable_pixel_size(tmp_path, grey, resolution, unit, note):
    metadata = {"unit": unit} if unit else {}
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=resolution, metadata=metadata)
    image = read_image(tmp_path / "a.tif")
    assert image.pixel_size is None
    assert len(image.notes) == (1 if note else 0)
    assert note is None or note in image.notes[0]


@pytest.mark.parametrize("unit", ["INCH", "CENTIMETER", "NONE"])
def test_bare_resolution_is_no_pixel_size(tmp_path, grey, unit):
    tifffile.imwrite(tmp_path / "a.tif", grey, resolution=(20000, 20000), resolutionunit=unit)
    image = read_image(tmp_path / "a.tif")
    assert image.pixel_size is None
    assert image.notes == ()


@pytest.mark.parametrize(
    ("metadata", "y", "x"),
    [
        ({"PhysicalSizeX": 0.25, "PhysicalSizeY": 0.5}, 0.5e-6, 0.25e-6),
        ({"PhysicalSizeX": 3.5, "PhysicalSizeXUnit": "nm"}, 3.5e-9, 3.5e-9),
        (
            {
                "PhysicalSizeX": 2,
                "PhysicalSizeXUnit": "nm",
                "PhysicalSizeY": 3,
                "PhysicalSizeYUnit": "\u212b",
            },
            3e-10,
            2e-9,
        ),
    ],
)
def test_ome_pixel_size(tmp_path, grey, metadata, y, x):
    tifffile.imwrite(tmp_path / "a.ome.tif", grey, ome=True, metadata=metadata)
    size = read_image(tmp_path / "a.ome.tif").pixel_size
    assert (size.y, size.x) == pytest.approx((y, x), rel=1e-12)
    assert size.source == "OME-XML"


@pytest.mark.parametrize(
    ("metadata", "note"),
    [
        ({}, None),
        ({"PhysicalSizeX": 1, "PhysicalSizeXUnit": "reference frame"}, "unknown unit"),
        ({"PhysicalSizeX": 1, "PhysicalSizeXUnit": "pixel"}, "unknown unit"),
        ({"PhysicalSizeX": 0}, "cannot be"),
        ({"PhysicalSizeX": 5, "PhysicalSizeXUnit": "m"}, "cannot be"),
    ],
)
def test_ome_without_a_usable_pixel_size(tmp_path, grey, metadata, note):
    tifffile.imwrite(tmp_path / "a.ome.tif", grey, ome=True, metadata=metadata)
    image = read_image(tmp_path / "a.ome.tif")
    assert image.pixel_size is None
    assert len(image.notes) == (1 if note else 0)
    assert note is None or note in image.notes[0]


@pytest.mark.parametrize("axes", ["TZYX", "TZCYX", "ZCYX", "CYX", "TCYX"])
@pytest.mark.parametrize("flavour", ["ome", "imagej"])
def test_hyperstacks(tmp_path, rng, axes, flavour):
    sizes = {"T": 2, "Z": 3, "C": 2, "Y": 20, "X": 30}
    values = rng.integers(0, 60000, [sizes[axis] for axis in axes], np.uint16)
    tifffile.imwrite(
        tmp_path / "a.tif", values, **{flavour: True}, metadata={"axes": axes}, photometric="minisblack"
    )
    image = read_image(tmp_path / "a.tif")
    first = values.take(0, axis=axes.index("C")) if "C" in axes else values
    expected = first.reshape(-1, 20, 30) if first.ndim > 2 else first
    np.testing.assert_array_equal(image.pixels, expected)
    notes = " ".join(image.notes)
    assert ("2 channels: the first was read." in notes) == ("C" in axes)
    assert ("flattened into one stack of 6 slices" in notes) == (axes in {"TZYX", "TZCYX"})


def test_more_channels_than_there_can_be_are_slices(tmp_path, rng):
    values = rng.integers(0, 255, (8, 20, 30), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", values, imagej=True)  # without axes: tifffile calls them channels
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, values)
    assert image.notes == ("8 channels taken for the slices of a stack.",)


def test_several_series(tmp_path, rng, grey):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(grey)
        writer.write(rng.random((40, 50)))
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, grey)
    assert image.notes == ("The file holds 2 images of different kinds: the first was read.",)


@pytest.mark.parametrize("samples", [2, 5])
def test_samples_that_are_no_colours(tmp_path, rng, samples):
    values = rng.integers(0, 255, (20, 30, samples), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", planarconfig="contig")
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, values[..., 0])
    assert image.notes == (f"{samples} channels: the first was read.",)


def test_palettes(tmp_path, grey):
    ramp = np.arange(256, dtype=np.uint16) * 257
    fire = np.stack([ramp, ramp // 2, ramp[::-1]])
    for name, colormap in (
        ("grey", np.stack([ramp] * 3)),
        ("fire", fire),
        ("dark", np.stack([ramp[::-1]] * 3)),
    ):
        tifffile.imwrite(tmp_path / f"{name}.tif", grey, photometric="palette", colormap=colormap)
    np.testing.assert_array_equal(read_image(tmp_path / "grey.tif").pixels, grey)
    np.testing.assert_array_equal(read_image(tmp_path / "dark.tif").pixels, 65535 - 257.0 * grey)
    coloured = read_image(tmp_path / "fire.tif")
    expected = np.moveaxis(fire[:, grey], 0, -1) @ [0.2125, 0.7154, 0.0721]
    np.testing.assert_allclose(coloured.pixels, expected, rtol=1e-5)
    assert coloured.notes == ("RGB turned into luminance.",)


def test_false_colours_of_imagej_are_not_the_image(tmp_path, grey):
    fire = np.arange(768, dtype=np.uint16).reshape(3, 256) * 80
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, colormap=fire)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels, grey)


def test_white_is_zero(tmp_path, grey):
    tifffile.imwrite(tmp_path / "grey.tif", grey, photometric="miniswhite")
    tifffile.imwrite(tmp_path / "bits.tif", grey > 99, photometric="miniswhite")
    np.testing.assert_array_equal(read_image(tmp_path / "grey.tif").pixels, 255 - grey)
    np.testing.assert_array_equal(read_image(tmp_path / "bits.tif").pixels, grey <= 99)
    assert "White is zero" in read_image(tmp_path / "bits.tif").notes[0]


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("pages", [1, 3])
def test_packed_by_other_programs(tmp_path, rng, compression, pages):
    values = rng.integers(0, 60000, (pages, 20, 30), np.uint16)
    first, *more = [Image.fromarray(page) for page in values]
    first.save(tmp_path / "a.tif", compression=compression, save_all=True, append_images=more)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels, np.squeeze(values))


@pytest.mark.parametrize("compression", ["tiff_lzw", "jpeg"])
def test_packed_colours(tmp_path, rng, compression):
    colours = np.repeat(np.repeat(rng.integers(0, 255, (4, 4, 3), np.uint8), 8, 0), 8, 1)
    Image.fromarray(colours).save(tmp_path / "a.tif", compression=compression)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_allclose(image.pixels, colours @ [0.2125, 0.7154, 0.0721], atol=40)
    assert image.shape == (32, 32)


def test_packed_pages_of_different_sizes(tmp_path, grey):
    first, second = Image.fromarray(grey), Image.fromarray(grey[:18])
    first.save(tmp_path / "a.tif", compression="tiff_lzw", save_all=True, append_images=[second])
    with pytest.raises(InputError, match="different sizes"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "zlib"}, {"imagej": True}, {"ome": True}, {"tile": (16, 16)}],
    ids=["plain", "zlib", "imagej", "ome", "tiled"],
)
@pytest.mark.parametrize("shape", [(64, 80), (5, 64, 80)])
def test_cut_off(tmp_path, rng, options, share, shape, caplog):
    caplog.set_level(logging.CRITICAL, "tifffile")
    whole, part = tmp_path / "whole.tif", tmp_path / "part.tif"
    tifffile.imwrite(whole, rng.random(shape, np.float32), photometric="minisblack", **options)
    content = whole.read_bytes()
    part.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"part.tif .*copy or export it again") as caught:
        read_image(part)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reader", [read_image, read_labels, read_provenance])
def test_any_damage_is_read_or_an_input_error(tmp_path, rng, caplog, reader):
    caplog.set_level(logging.CRITICAL, "tifffile")
    tifffile.imwrite(
        tmp_path / "whole.tif", rng.random((2, 20, 30), np.float32), ome=True, compression="zlib"
    )
    content = (tmp_path / "whole.tif").read_bytes()
    for headers_only in (True, False):
        for positions in rng.integers(0, 1500 if headers_only else len(content), (150, 3)):
            damaged = bytearray(content)
            for position in positions:
                damaged[position] = int(rng.integers(256))
            (tmp_path / "a.tif").write_bytes(damaged)
            with contextlib.suppress(InputError):
                reader(tmp_path / "a.tif")


def test_page_beyond_the_end_of_a_whole_image_is_only_noted(tmp_path, grey, caplog):
    caplog.set_level(logging.CRITICAL, "tifffile")
    tifffile.imwrite(tmp_path / "a.tif", grey, metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        at = tif.pages.first.offset + 2 + 12 * len(tif.pages.first.tags)
    content = bytearray((tmp_path / "a.tif").read_bytes())
    content[at : at + 4] = b"\xff\xff\xff\x7f"
    (tmp_path / "a.tif").write_bytes(content)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, grey)
    assert image.notes == ("The file points to a page beyond its end and may be cut off.",)


def test_header_that_promises_terabytes(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey, compression="zlib", metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+b") as tif:
        tif.pages.first.tags["ImageLength"].overwrite(2**31)
        tif.pages.first.tags["ImageWidth"].overwrite(60000)
    with pytest.raises(InputError, match="promises"):
        read_image(tmp_path / "a.tif")


def test_text_named_tif(tmp_path):
    (tmp_path / "a.tif").write_text("no image at all")
    with pytest.raises(InputError, match=r"a.tif cannot be read .*not a TIFF"):
        read_image(tmp_path / "a.tif")
