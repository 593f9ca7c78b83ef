"""Make the micrograph that comes with the package, and the truth about it.

Writes polycrystal.tif and polycrystal.json into the package; the same seed gives the same files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from napari_grains.grains import measure
from napari_grains.images import PixelSize
from napari_grains.samples._specimens import POLYCRYSTAL
from napari_grains.synthesis import SyntheticMicrograph

FOLDER = Path(__file__).parents[1] / "src" / "napari_grains" / "samples"
UM_PER_PIXEL = POLYCRYSTAL.um_per_pixel


def truth(micrograph: SyntheticMicrograph) -> dict[str, Any]:
    """Tell what is known about it: its grains, measured like any others, and how it was made."""
    size = PixelSize(UM_PER_PIXEL * 1e-6, UM_PER_PIXEL * 1e-6, source="recipe")
    summary = measure(micrograph.grains, size).summary
    keys = (
        "grains",
        "grains_per_mm2",
        "mean_diameter_um",
        "mean_intercept_um",
        "astm_g_planimetric",
        "astm_g_intercept",
    )
    return {
        "title": "synthetic etched steel",
        "pixel_size_um": UM_PER_PIXEL,
        **{key: summary[key] for key in keys},
        "made_by": "scripts/make_sample.py",
        "seed": POLYCRYSTAL.seed,
        "licence": "BSD-3-Clause",
    }


def main() -> None:
    """Write both files."""
    micrograph = next(POLYCRYSTAL.micrographs())
    tifffile.imwrite(
        FOLDER / "polycrystal.tif",
        np.rint(micrograph.image * 255).astype(np.uint8),
        imagej=True,
        resolution=(1 / UM_PER_PIXEL, 1 / UM_PER_PIXEL),
        metadata={"unit": "um", "axes": "YX"},
        compression="zlib",
    )
    (FOLDER / "polycrystal.json").write_text(json.dumps(truth(micrograph), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
