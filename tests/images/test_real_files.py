from __future__ import annotations

import logging

import numpy as np
import pytest
from PIL import Image

from napari_grains.errors import InputError
from napari_grains.images import LABEL_SUFFIXES, SUFFIXES, read_image, read_labels

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


def test_no_other_file_gets_a_pixel_size(data):
    for path in [*data.glob("vendor_files/*.tif"), *data.glob("unlabelled_sem_grains/*.tif")]:
        if path.stem not in BLANK and "imageJ" not in path.stem:
            assert read_image(path).pixel_size is None, path.name


def test_files_of_other_kinds_are_refused_in_one_line(data):
    others = [path for path in data.glob("vendor_files/*") if path.suffix.lower() not in SUFFIXES]
    assert len(others) >= 8
    for path in others:
        with pytest.raises(InputError, match="use one of"):
            read_image(path)
