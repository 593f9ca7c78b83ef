"""The command `segment`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_grains.errors import InputError
from napari_grains.events import Job, Notice, Progress
from napari_grains.images import InfoBar, PixelSize, info_bar_of, read_image
from napari_grains.inference import Predictor, Segmentation, SegmentationSettings, segment

from ._folder import Input, ResultFolder
from ._reporters import Reporter, reporter_for
from ._run import Result, Run, run
from ._show import show

ENDINGS = ("_boundary.tif", "_grains.tif", "_grains.csv", "_summary.json")
PROVENANCE = (
    "source", "pixel_size_um", "pixel_size_source", "scale", "scale_chosen", "method", "merge",
    "relative_merge", "merge_threshold", "min_grain_diameter", "averaged", "model", "model_sha256", "device",
    "precision", "version", "notes", "info_bar",
)  # fmt: skip
"""Entries of a summary that go into the image files, so that they say where they come from."""


def chosen_scale(scale: str, grain_diameter: float | None) -> float | None:
    """Read the factor given by ``--scale``; None is auto.

    Raises
    ------
    InputError
        If it is no number, or a grain diameter is given, too.
    """
    if scale == "auto":
        return None
    if grain_diameter is not None:
        raise InputError("--scale and --grain-diameter exclude each other; give one of them.")
    try:
        return float(scale)
    except ValueError:
        raise InputError(f"--scale {scale} is no number; give a factor such as 0.5, or auto.") from None


def segment_files(
    paths: Sequence[Path],
    output: Path,
    settings: Mapping[str, Any],
    pixel_size: str | None,
    *,
    exclude_info_bar: bool = False,
    as_json: bool,
) -> int:
    """Segment files into a folder and show the results.

    Parameters
    ----------
    paths : sequence of Path
        Micrographs.
    output : Path
        Folder for the results.
    settings : mapping
        Of `SegmentationSettings`.
    pixel_size : str, optional
        Overrides what the files say.
    exclude_info_bar : bool
        Leave out the info bar that the metadata tell of or that is found.
    as_json : bool
        Report as one JSON event per line.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was done.
    """
    reporter = reporter_for(as_json=as_json)
    finished = segment_run(paths, output, settings, pixel_size, reporter, exclude_info_bar=exclude_info_bar)
    show(finished, output, as_json=as_json)
    return finished.exit_code


def segment_run(
    paths: Sequence[Path],
    output: Path,
    settings: Mapping[str, Any],
    pixel_size: str | None,
    reporter: Reporter,
    *,
    exclude_info_bar: bool = False,
) -> Run:
    """As `segment_files`, but leave showing the results to the caller."""
    size = None if pixel_size is None else PixelSize.parse(pixel_size)
    chosen = SegmentationSettings(**settings)
    folder = ResultFolder.make(output)
    inputs = folder.inputs(paths, ENDINGS)
    Predictor.load(chosen.model, chosen.device)  # a wrong network or device is said before any work

    def work(each: Input) -> Job[Result]:
        yield Progress(0, 0, "reading")
        image = read_image(each.path)
        image = image if size is None else replace(image, pixel_size=size)
        bar = info_bar_of(image)
        if bar is not None and exclude_info_bar:
            image = image.leaving_out(bar.box)
        warnings = [] if bar is None or exclude_info_bar else [_kept(bar)]
        for warning in warnings:
            yield Notice(warning)
        result = yield from segment(image, chosen)
        if result is None:
            raise RuntimeError("the segmentation stopped although nobody asked it to")
        found = {
            "info_bar": _bar_entry(bar, left_out=exclude_info_bar),
            "warnings": [*result.summary["warnings"], *warnings],
        }
        result = replace(result, summary=result.summary | found)
        return _written(result, image.pixel_size, each.stem, folder)

    options = {"pixel_size": pixel_size, "info_bar": "exclude" if exclude_info_bar else "keep"}
    return run("segment", {**settings, **options}, inputs, work, folder, reporter)


def _kept(bar: InfoBar) -> str:
    return (
        f"rows {bar.box.top} to {bar.box.bottom - 1} are an info bar ({bar.source}) and were segmented, too; "
        "leave it out with --info-bar exclude"
    )


def _bar_entry(bar: InfoBar | None, *, left_out: bool) -> dict[str, Any] | None:
    if bar is None:
        return None
    return {"rows": [bar.box.top, bar.box.bottom], "source": bar.source, "left_out": left_out}


def _written(result: Segmentation, pixel_size: PixelSize | None, stem: str, folder: ResultFolder) -> Result:
    provenance = {key: result.summary.get(key) for key in PROVENANCE}
    images = {"boundary": result.boundary, "grains": result.grains}
    paths = folder.write_images(stem, images, pixel_size, provenance)
    paths["table"] = folder.write_text(f"{stem}_grains.csv", result.measurement.table.to_csv(index=False))
    paths["summary"] = folder.write_json(f"{stem}_summary.json", result.summary)
    return Result(result.summary, paths, result.measurement)
