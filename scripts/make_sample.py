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
from napari_grains.synthesis import (
    Clutter,
    Contrast,
    Imaging,
    MicrographParameters,
    Structure,
    SyntheticMicrograph,
    synthesize,
)

FOLDER = Path(__file__).parents[1] / "src" / "napari_grains" / "samples"
SEED = 20
SHAPE = (768, 768)
UM_PER_PIXEL = 0.5
ETCHED_STEEL = MicrographParameters(
    kind="etched",
    structure=Structure(
        grain_diameter=52, size_spread=0.22, disorder=0.5, elongation=1.08, angle=0.4, waviness=0.16
    ),
    contrast=Contrast(
        background=0.72,
        grain_steps=0.04,
        ramps=0.03,
        texture=0.02,
        texture_size=3,
        lines=-0.42,
        line_width=2.4,
        line_softness=0.6,
        groove=0.05,
        faint_edges=0.06,
        gaps=0.03,
        line_wobble=0.35,
        rounding=0.6,
    ),
    clutter=Clutter(scratches=0.4, pits=4, particles=0.4, strength=0.25),
    imaging=Imaging(blur=0.9, shading=0.25, noise=0.03, noise_correlation=0.6, shot=0.4),
)


def make_sample() -> SyntheticMicrograph:
    """Make the micrograph with its true grains."""
    return synthesize(ETCHED_STEEL, SHAPE, SEED)


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
        "seed": SEED,
        "licence": "BSD-3-Clause",
    }


def main() -> None:
    """Write both files."""
    micrograph = make_sample()
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
