"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results; made if missing.")]
PixelSizeText = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help='Size of a pixel with its unit, such as "0.44 um"; overrides what the file says.'
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one machine-readable event per line instead of a table.")
]
Device = Annotated[
    str,
    typer.Option(
        metavar="auto|cpu|cuda[:N]", help="Where the network runs; auto takes CUDA where there is one."
    ),
]
RecipeFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Recipe of the micrographs, .json or .toml; all it leaves out is usual."
    ),
]
