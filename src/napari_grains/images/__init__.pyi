from ._annotations import Box, InfoBar, ScaleBar
from ._calibrated import calibrated
from ._file_calibration import FileCalibration
from ._image import CalibratedImage
from ._info_bar import find_info_bar, info_bar_of
from ._origin import Origin
from ._patches import patch_at, patch_corner, patch_grid
from ._pixel_size import PixelSize
from ._read import LABEL_SUFFIXES, SUFFIXES, read_calibration, read_image, read_labels
from ._scale_bar import find_scale_bar
from ._stems import unique_stems
from ._stretch import stretch
from ._write import read_provenance, write_tiff

__all__ = [
    "LABEL_SUFFIXES",
    "SUFFIXES",
    "Box",
    "CalibratedImage",
    "FileCalibration",
    "InfoBar",
    "Origin",
    "PixelSize",
    "ScaleBar",
    "calibrated",
    "find_info_bar",
    "find_scale_bar",
    "info_bar_of",
    "patch_at",
    "patch_corner",
    "patch_grid",
    "read_calibration",
    "read_image",
    "read_labels",
    "read_provenance",
    "stretch",
    "unique_stems",
    "write_tiff",
]
