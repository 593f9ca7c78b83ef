"""The synthetic specimens: how each looks under its microscope, and the seed it grows from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

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

DECLARED: Final = "declared for a synthetic specimen"


@dataclass(frozen=True)
class Specimen:
    """A synthetic specimen and the microscope it is seen with.

    Parameters
    ----------
    name : str
        Name of its image layer.
    title : str
        What it shows, in one line.
    parameters : MicrographParameters
        What it is made with.
    seed : int
        The same seed gives the same specimen.
    shape : (int, int)
        Rows and columns of a field.
    um_per_pixel : float or None
        Size that its pixels are declared to have: nothing measured, so that lengths can be tried out.
    fields : int
        Fields of view; more than one make a stack.
    """

    name: str
    title: str
    parameters: MicrographParameters
    seed: int
    shape: tuple[int, int] = (768, 1024)
    um_per_pixel: float | None = None
    fields: int = 1

    @property
    def pixel_size(self) -> PixelSize | None:
        """The declared pixel size."""
        if self.um_per_pixel is None:
            return None
        return PixelSize(self.um_per_pixel * 1e-6, self.um_per_pixel * 1e-6, DECLARED)

    def micrographs(self) -> Iterator[SyntheticMicrograph]:
        """Make one field after the other; field i of several grows from the pair (seed, i)."""
        if self.fields == 1:
            yield synthesize(self.parameters, self.shape, self.seed)
            return
        for field in range(self.fields):
            yield synthesize(self.parameters, self.shape, np.random.default_rng([self.seed, field]))


_ETCHED_STEEL: Final = MicrographParameters(
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
    traced_contrast=0.5,
)

POLYCRYSTAL: Final = Specimen(
    name="etched steel",
    title="Etched steel in the light microscope: the micrograph of `napari-grains demo`",
    parameters=_ETCHED_STEEL,
    seed=20,
    shape=(768, 768),
    um_per_pixel=0.5,
)

SIX_FIELDS: Final = Specimen(
    name="six fields",
    title="Six fields of view of one etched steel in the light microscope, as a stack",
    parameters=_ETCHED_STEEL,
    seed=37,
    shape=(512, 640),
    um_per_pixel=0.5,
    fields=6,
)

STAINLESS: Final = Specimen(
    name="stainless steel",
    title="Strongly etched stainless steel: dark lines, grey grains, slip lines, etch pits, uneven light",
    parameters=MicrographParameters(
        kind="etched",
        structure=Structure(grain_diameter=46, size_spread=0.25, disorder=0.45, angle=0.3, waviness=0.08),
        contrast=Contrast(
            background=0.72,
            grain_steps=0.075,
            ramps=0.03,
            texture=0.02,
            texture_size=2.5,
            lines=-0.55,
            line_width=3.0,
            line_softness=0.35,
            faint_edges=0.05,
            gaps=0.012,
            line_wobble=0.25,
            rounding=0.5,
        ),
        clutter=Clutter(scratches=1.4, pits=7, particles=0.2, strength=0.3),
        imaging=Imaging(blur=0.9, shading=0.45, noise=0.025, noise_correlation=0.5, shot=0.3, clipped=0.004),
    ),
    seed=31,
    um_per_pixel=0.8,
)

CERAMIC: Final = Specimen(
    name="thermally etched ceramic",
    title="Thermally etched ceramic in the SEM (secondary electrons): bright grooves, pores",
    parameters=MicrographParameters(
        kind="bright lines",
        structure=Structure(grain_diameter=48, size_spread=0.35, disorder=0.7, waviness=0.05),
        contrast=Contrast(
            background=0.36,
            grain_steps=0.05,
            ramps=0.09,
            texture=0.02,
            texture_size=2,
            lines=0.34,
            line_width=2.6,
            line_softness=1.0,
            groove=0.22,
            faint_edges=0.05,
            gaps=0.02,
            line_wobble=0.35,
        ),
        clutter=Clutter(pits=1.0, particles=0.2, strength=0.3),
        imaging=Imaging(blur=0.9, shading=0.15, noise=0.045, shot=0.6, clipped=0.003),
    ),
    seed=32,
    um_per_pixel=0.05,
)

BACKSCATTER: Final = Specimen(
    name="orientation contrast",
    title="Polished metal in the SEM (backscattered electrons): orientation contrast, no boundary lines",
    parameters=MicrographParameters(
        kind="grain steps",
        structure=Structure(grain_diameter=50, size_spread=0.3, disorder=0.6, waviness=0.12),
        contrast=Contrast(
            background=0.5, grain_steps=0.15, ramps=0.02, texture=0.01, texture_size=3, lines=0.0
        ),
        clutter=Clutter(pits=0.6, strength=0.3),
        imaging=Imaging(blur=1.1, shading=0.1, noise=0.05, shot=0.6),
    ),
    seed=33,
)

BRIGHT_FIELD: Final = Specimen(
    name="nanocrystalline film",
    title="Nanocrystalline film in the TEM (bright field): diffraction contrast, bend contours",
    parameters=MicrographParameters(
        kind="bright field",
        structure=Structure(grain_diameter=52, size_spread=0.3, disorder=0.7, waviness=0.1),
        contrast=Contrast(
            background=0.55,
            grain_steps=0.17,
            ramps=0.16,
            fringes=0.15,
            texture=0.03,
            texture_size=2,
            lines=-0.12,
            line_width=2.0,
            line_softness=1.0,
            faint_edges=0.2,
            gaps=0.1,
            line_wobble=0.4,
        ),
        imaging=Imaging(blur=1.0, shading=0.1, noise=0.035, shot=0.4, clipped=0.003),
    ),
    seed=34,
    um_per_pixel=0.002,
)

BIMODAL: Final = Specimen(
    name="bimodal steel",
    title="Etched steel with colonies of coarse grains between fine ones: a bimodal grain size",
    parameters=MicrographParameters(
        kind="etched",
        structure=Structure(grain_diameter=60, size_spread=0.15, disorder=0.4, waviness=0.1, colonies=1.0),
        contrast=Contrast(
            background=0.74,
            grain_steps=0.05,
            ramps=0.02,
            texture=0.015,
            texture_size=3,
            lines=-0.5,
            line_width=2.2,
            line_softness=0.5,
            faint_edges=0.04,
            gaps=0.01,
            line_wobble=0.2,
            rounding=0.4,
        ),
        clutter=Clutter(scratches=0.2, pits=3, strength=0.25),
        imaging=Imaging(blur=0.8, shading=0.2, noise=0.025, shot=0.3),
    ),
    seed=35,
    um_per_pixel=0.25,
)

ROLLED: Final = Specimen(
    name="rolled sheet",
    title="Rolled sheet, etched, longitudinal section: grains three times as long as thick",
    parameters=MicrographParameters(
        kind="etched",
        structure=Structure(
            grain_diameter=44, size_spread=0.3, disorder=0.5, elongation=3.0, angle=0.06, waviness=0.14
        ),
        contrast=Contrast(
            background=0.72,
            grain_steps=0.05,
            ramps=0.04,
            texture=0.02,
            texture_size=3,
            lines=-0.48,
            line_width=2.2,
            line_softness=0.5,
            faint_edges=0.05,
            gaps=0.015,
            line_wobble=0.25,
            rounding=0.4,
        ),
        clutter=Clutter(pits=3, particles=0.3, strength=0.3),
        imaging=Imaging(blur=0.9, shading=0.25, noise=0.03, shot=0.3),
    ),
    seed=36,
    um_per_pixel=0.3,
)
