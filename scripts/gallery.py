"""Draw the gallery of synthetic micrographs for the documentation.

    python scripts/gallery.py [FOLDER]

Writes gallery-kinds.webp, gallery-structures.webp and gallery-ingredients.webp.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from skimage.segmentation import find_boundaries

from napari_grains.synthesis import (
    KINDS,
    Clutter,
    Contrast,
    Imaging,
    MicrographParameters,
    Recipe,
    SecondPhase,
    Seeds,
    Structure,
    SyntheticMicrograph,
    Twins,
    synthesize,
)

FOLDER = Path(__file__).parents[1] / "docs/images"
SIDE = 192
PLAIN = MicrographParameters(
    structure=Structure(grain_diameter=44, size_spread=0.2, waviness=0.06),
    contrast=Contrast(background=0.7, grain_steps=0.05, lines=-0.5, line_width=3),
    imaging=Imaging(blur=0.7, noise=0.02),
)
STEPS = replace(PLAIN.contrast, lines=0.0, grain_steps=0.18, background=0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    kinds().savefig(folder / "gallery-kinds.webp")
    structures().savefig(folder / "gallery-structures.webp")
    ingredients().savefig(folder / "gallery-ingredients.webp")


def kinds() -> Figure:
    """One row per class of contrast, as the default recipe draws it; the last two with their truth."""
    rows = {}
    for kind in KINDS:
        recipe = Recipe(kinds={kind: 1.0}, grain_diameter=(22, 48))
        drawn = [recipe.micrograph(7, index, (SIDE, SIDE)) for index in range(7)]
        rows[kind] = [one.image for one in drawn[:5]] + [with_truth(one) for one in drawn[5:]]
    return grid([image for row in rows.values() for image in row], 7, rows=list(rows))


def structures() -> Figure:
    """Point processes and what is done to their cells."""
    base = replace(PLAIN.structure, waviness=0.0, disorder=0.3)
    changes = {f"seeds: {name}": {"seeds": str(name)} for name in Seeds if name != Seeds.lattice}
    changes = {"seeds: lattice, disorder 0.3": {}} | changes
    changes |= {
        "size spread 0.5": {"size_spread": 0.5},
        "elongation 3": {"elongation": 3.0, "angle": 0.4},
        "waviness 0.35": {"waviness": 0.35},
        "colonies 0.9": {"colonies": 0.9, "grain_diameter": 24.0},
        "relaxation 0.2": {"relaxation": 0.2, "size_spread": 0.4, "seeds": "poisson"},
    }
    return labelled(
        {name: replace(PLAIN, structure=replace(base, **change)) for name, change in changes.items()}
    )


def ingredients() -> Figure:
    """One micrograph, each time with one thing more."""
    contrast = {
        "orientation steps": STEPS,
        "groove": replace(PLAIN.contrast, lines=-0.1, groove=0.5, line_softness=1.0),
        "faint edges, gaps": replace(PLAIN.contrast, faint_edges=0.4, gaps=0.15),
        "width spread, wobble": replace(PLAIN.contrast, width_spread=0.5, line_wobble=0.6),
        "rounding": replace(PLAIN.contrast, rounding=1.5, line_width=6),
        "halo": replace(PLAIN.contrast, halo=0.25),
        "domes": replace(PLAIN.contrast, domes=0.3, lines=-0.1),
        "fringes, ramps": replace(STEPS, fringes=0.2, ramps=0.2),
        "lamellae": replace(PLAIN.contrast, lamellae=0.2, lamella_spacing=5),
        "filaments": replace(PLAIN.contrast, filaments=-0.35),
        "texture, its spread": replace(PLAIN.contrast, texture=0.05, texture_size=2, texture_spread=1.0),
        "odd grains": replace(PLAIN.contrast, odd_grains=0.15, odd_step=-0.35),
    }
    shown = {"nothing more": PLAIN} | {name: replace(PLAIN, contrast=one) for name, one in contrast.items()}
    shown |= {
        "twins": replace(PLAIN, contrast=STEPS, twins=Twins(share=0.6)),
        "particles, pores": replace(PLAIN, second_phase=SecondPhase(particles=0.04, pores=0.03)),
    }
    clutter = {"scratches": 8.0, "pits": 20.0, "rings": 8.0, "bodies": 6.0, "dirt": 4.0}
    shown |= {name: replace(PLAIN, clutter=Clutter(**{name: number})) for name, number in clutter.items()}
    imaging: Mapping[str, float] = {
        "scratches": 6.0,
        "shading": 0.9,
        "curtaining": 0.08,
        "charging": 0.8,
        "jitter": 1.2,
        "noise": 0.2,
        "resampling": 2.5,
        "jpeg": 8.0,
    }
    bright = replace(PLAIN, contrast=replace(STEPS, grain_steps=0.12))
    for name, value in imaging.items():
        title = "long scratches" if name == "scratches" else name
        shown[title] = replace(bright, imaging=replace(PLAIN.imaging, **{name: value}))
    return labelled(shown)


def labelled(shown: Mapping[str, MicrographParameters]) -> Figure:
    """Micrographs of one seed, each with a title."""
    images = [synthesize(parameters, (SIDE, SIDE), 4).image for parameters in shown.values()]
    return grid(images, 7, titles=list(shown))


def with_truth(micrograph: SyntheticMicrograph) -> NDArray[np.float32]:
    """Image with its true boundaries, orange; darker where they can hardly be seen."""
    rgb = np.repeat(micrograph.image[..., None], 3, axis=2)
    lines = find_boundaries(micrograph.grains, mode="inner")
    rgb[lines] = micrograph.visibility[lines][:, None] * np.float32([1.0, 0.6, 0.0])
    return rgb


def grid(
    images: list[NDArray[np.float32]],
    columns: int,
    titles: list[str] | None = None,
    rows: list[str] | None = None,
) -> Figure:
    """Lay images out in rows, with a title above each or a name beside each row."""
    number = -(-len(images) // columns)
    figure = Figure(
        figsize=(1.75 * columns, (2.0 if titles else 1.75) * number), dpi=110, layout="constrained"
    )
    for index, axes in enumerate(figure.subplots(number, columns, squeeze=False).flat):
        axes.set_xticks([])
        axes.set_yticks([])
        if index >= len(images):
            axes.set_axis_off()
            continue
        axes.imshow(images[index], cmap="gray", vmin=0, vmax=1)
        if titles:
            axes.set_title(titles[index], fontsize=8)
        if rows and index % columns == 0:
            axes.set_ylabel(rows[index // columns], fontsize=9)
    return figure


if __name__ == "__main__":
    main()
