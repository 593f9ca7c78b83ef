from __future__ import annotations

import logging

import numpy as np
import pytest
from PIL import Image

from napari_grains.errors import InputError
from napari_grains.images import (
    LABEL_SUFFIXES,
    SUFFIXES,
    Box,
    InfoBar,
    find_info_bar,
    find_scale_bar,
    read_calibration,
    read_image,
    read_labels,
)

# Pictures in these folders that hold one grey value: every one is checked against Pillow.
BLANK = {"FEI-Helios-navcam-with-no-IRBeam", "JEOL-SightX-TEM-mag-dummy"}


def pictures(data):
    return sorted(path for path in data.rglob("*") if path.suffix.lower() in SUFFIXES)


def test_every_micrograph_reads(data, caplog):
    caplog.set_level(logging.CRITICAL, "tifffile")
    for path in pictures(data):
        with Image.open(path) as picture:
            reference = np.asarray(picture)
        if path.stem in BLANK or reference.min() == reference.max():
            assert reference.min() == reference.max()
            with pytest.raises(InputError, match="constant"):
                read_image(path)
            continue
        image = read_image(path)
        assert image.shape == reference.shape[:2]
        assert image.specimen is None
        if reference.ndim == 2 and reference.dtype.kind in "uf":
            np.testing.assert_array_equal(image.pixels, reference)
        elif reference.ndim == 3:
            np.testing.assert_allclose(
                image.pixels, reference @ [0.2125, 0.7154, 0.0721], rtol=1e-5, atol=1e-4
            )


def test_every_label_file_reads(data):
    files = [path for path in data.glob("*/labels/*") if path.suffix.lower() in LABEL_SUFFIXES]
    assert len(files) > 200
    for path in files:
        labels, size = read_labels(path)
        with Image.open(path) as picture:
            np.testing.assert_array_equal(labels, np.asarray(picture))
        assert size is None


def test_imagej_file_gives_its_pixel_size(data):
    image = read_image(data / "vendor_files" / "test_loading_image_saved_with_imageJ.tif")
    # The tag says 5.928571 pixels per micron; the microscope's own metadata in the file say 0.16867469 µm.
    assert image.pixel_size.um == pytest.approx(0.16867469, rel=1e-6)
    assert image.pixel_size.y == image.pixel_size.x
    assert image.pixel_size.source == "ImageJ TIFF tag"


# As the tags themselves say. FEI: "PixelWidth=3.3724e-006", times 512 px its HorFieldsize of 1.72667 mm, and
# "PixelWidth=1.00911e-006", times 1536 px its 1.55 mm. Zeiss: "Image Pixel Size = 2.615 µm", times 1024 px
# its Width of 2.677 mm, and "111.6 nm", times 1024 px its 114.3 µm. JEOL: 3642 camera pixels per metre at
# 150000 times; the line from (541.846, 416.797) to (415.137, 464.327), 135.33 px, which its own text calls
# 247.72 nm, says the same.
STATED_UM = {
    "FEI-Helios-Ebeam-8bits.tif": 3.3724,
    "test_tiff_Zeiss_SEM_1k.tif": 2.615,
    "JEOL-SightX-TEM-mag-dummy.tif": 247.72e-3 / 135.33,
    "test_loading_image_saved_with_imageJ.tif": 0.16867469,
    "IN718_BSE_lambjames18.tif": 1.00911,
    "NISTGSAT_ex_segmentation__sem_polished__sem_alpha_beta_ti_6al_4v.tif": 0.1116,
    "NISTGSAT_ex_segmentation__optical_etched__ref_steel_micrograph__sem_alpha_beta_ti_6al_4v.tif": 0.1116,
}


def test_vendor_files_give_the_pixel_size_in_their_tags(data):
    for name, um in STATED_UM.items():
        [path] = data.glob(f"*/{name}")
        found = read_calibration(path)
        assert found.pixel_size.um == pytest.approx(um, rel=1e-4), name
        assert found.notes == ()
    zeiss = read_image(data / "vendor_files" / "test_tiff_Zeiss_SEM_1k.tif")
    assert (zeiss.pixel_size.um, zeiss.pixel_size.source) == (2.615, "Zeiss tag")
    assert read_image(data / "vendor_files" / "FEI-Helios-Ebeam-8bits.tif").info_bar.box.top == 442


def test_vendor_files_name_their_instrument(data):
    names = {path.name: read_calibration(path).instrument for path in data.glob("vendor_files/*.tif")}
    assert names["FEI-Helios-Ebeam-8bits.tif"] == "Helios NanoLab 660"
    assert names["test_tiff_Zeiss_SEM_1k.tif"] == "Merlin"
    assert names["JEOL-SightX-TEM-mag-dummy.tif"] == "JEM-ARM200F"


def test_no_other_file_gets_a_pixel_size(data):
    for path in [*data.glob("vendor_files/*.tif"), *data.glob("unlabelled_sem_grains/*.tif")]:
        if path.name not in STATED_UM:
            assert read_calibration(path).pixel_size is None, path.name


def test_info_bars_of_tags_and_of_rows_agree(data):
    fei = data / "vendor_files" / "FEI-Helios-Ebeam-8bits.tif"
    assert read_calibration(fei).info_bar == InfoBar(Box(442, 471, 0, 512), "FEI tag")
    assert find_info_bar(pixels_of(fei)) == InfoBar(Box(442, 471, 0, 512), "flat rows")
    navigation = read_calibration(data / "vendor_files" / "FEI-Helios-navcam-with-no-IRBeam.tif")
    assert (navigation.pixel_size, navigation.info_bar.box.top) == (None, 512)
    # SmartSEM draws a frame of one pixel on row 691 and keeps a pixel of the image at the sides and below.
    zeiss = data / "vendor_files" / "test_tiff_Zeiss_SEM_1k.tif"
    assert find_info_bar(pixels_of(zeiss)) == InfoBar(Box(691, 768, 0, 1024), "flat rows")


@pytest.mark.parametrize(
    ("name", "um"), [("FEI-Helios-Ebeam-8bits.tif", 500), ("test_tiff_Zeiss_SEM_1k.tif", 200)]
)
def test_scale_bars_agree_with_the_tags(data, name, um):
    pixels = pixels_of(data / "vendor_files" / name)
    bar = find_scale_bar(pixels, find_info_bar(pixels))
    # The printed lengths, 500 µm and 200 µm, take 148.26 and 76.48 px.
    assert bar.length_px == pytest.approx(um / STATED_UM[name], abs=1)


def test_no_bar_is_found_where_there_is_none(data):
    """Every picture but two: micrographs, labels, segmentations."""
    with_bars = {"FEI-Helios-Ebeam-8bits.tif", "test_tiff_Zeiss_SEM_1k.tif"}
    paths = [path for path in pictures(data) if path.name not in with_bars]
    assert len(paths) > 500
    for path in paths:
        pixels = pixels_of(path)
        assert find_info_bar(pixels) is None, path
        assert find_scale_bar(pixels) is None, path


def pixels_of(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB") if picture.mode == "P" else picture)


def test_files_of_other_kinds_are_refused_in_one_line(data):
    others = [path for path in data.glob("vendor_files/*") if path.suffix.lower() not in SUFFIXES]
    assert len(others) >= 8
    for path in others:
        with pytest.raises(InputError, match="use one of"):
            read_image(path)
