"""Take the picture of a report for the documentation.

    python scripts/report_pages.py [FOLDER]

Writes report-pages.webp: the first pages of the report of six synthetic fields, as they are printed. Needs
Chromium and, of poppler, pdftoppm.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from napari_grains.events import drive
from napari_grains.grains import report_arrays
from napari_grains.samples import six_fields

FOLDER = Path(__file__).parents[1] / "docs/images"
RESOLUTION = 100
"""Pixels per inch."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as scratch:
        pages = printed(report(scratch), Path(scratch))
    picture = Image.fromarray(np.hstack([np.asarray(page) for page in pages[:2]]))
    picture.save(folder / "report-pages.webp", quality=80, method=6)


def report(folder: str) -> Path:
    """Make the report of the true grains of the sample."""
    (image, properties, _), (labels, _, _) = six_fields()
    metres = [1e-6 * edge for edge in properties["scale"][-2:]]
    job = report_arrays(
        labels,
        folder=folder,
        stem="six_fields",
        title="Etched steel, six fields",
        image=image,
        pixel_size_m=metres,
        pixel_size_source="sample",
        provenance={"source": "sample six_fields of napari-grains"},
        operator="A. Example",
        specimen_text="synthetic, true grains",
    )
    return Path(drive(job)["report"])


def printed(page: Path, folder: Path) -> list[Image.Image]:
    """Print a page and read its sheets back."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("Chromium is needed to print the report.")
    pdf = folder / "report.pdf"
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
    subprocess.run([browser, *options, f"--print-to-pdf={pdf}", str(page)], check=True, capture_output=True)
    subprocess.run(["pdftoppm", "-r", str(RESOLUTION), "-png", str(pdf), str(folder / "page")], check=True)
    return [Image.open(sheet).convert("RGB") for sheet in sorted(folder.glob("page-*.png"))]


if __name__ == "__main__":
    main()
