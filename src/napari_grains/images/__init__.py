"""Micrographs as calibrated arrays: pixel size, intake of arrays, readers, TIFF files, contrast stretch.

Nothing here imports torch, Qt or napari.
"""

from napari_grains.images._calibrated import calibrated
from napari_grains.images._image import CalibratedImage
from napari_grains.images._pixel_size import PixelSize
from napari_grains.images._read import LABEL_SUFFIXES, SUFFIXES, read_image, read_labels
from napari_grains.images._stems import unique_stems
from napari_grains.images._stretch import stretch
from napari_grains.images._write import read_provenance, write_tiff

__all__ = [
    "LABEL_SUFFIXES",
    "SUFFIXES",
    "CalibratedImage",
    "PixelSize",
    "calibrated",
    "read_image",
    "read_labels",
    "read_provenance",
    "stretch",
    "unique_stems",
    "write_tiff",
]
