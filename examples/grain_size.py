"""From an array to a grain size in three lines."""

from importlib.resources import files

import tifffile

from napari_grains.events import drive
from napari_grains.images import PixelSize, calibrated
from napari_grains.inference import segment

micrograph = tifffile.imread(
    str(files("napari_grains") / "samples" / "polycrystal.tif")
)  # any 2-D array will do

image = calibrated(micrograph, name="polycrystal", pixel_size=PixelSize.parse("0.5 um"))
result = drive(segment(image))
print(f"{result.summary['grains']} grains, ASTM grain size G = {result.summary['astm_g_planimetric']:.1f}")
