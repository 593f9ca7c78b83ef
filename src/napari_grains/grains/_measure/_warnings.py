"""What to know before the numbers of a measurement are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ._field_summary import FieldSummary

FEWEST_GRAINS = 50
FEWEST_INTERCEPTS = 500
_MANY_CUT = 0.5  # of the grains


def warnings_of(fields: Sequence[FieldSummary], summary: Mapping[str, Any], what: str) -> Iterator[str]:
    """Warn in one line each.

    Parameters
    ----------
    fields : sequence of FieldSummary
        What was measured.
    summary : mapping
        Its summary.
    what : str
        What the fields are, if several: "slices" or "fields".
    """
    yield from _about_calibration(fields)
    yield from _about_numbers(summary)
    yield from _about_grains(summary)
    if len(fields) == 1:
        yield "One field: no confidence interval. Measure several fields as a stack to get one."
    elif what == "slices":
        yield "Intervals take the slices for independent fields; for serial sections they are too narrow."
    given = max(field.given for field in fields)
    if given > 0:
        yield f"Up to {100 * given:.1f} % of a field had no grain and was given to the nearest one."


def _about_calibration(fields: Sequence[FieldSummary]) -> Iterator[str]:
    sizes = {None if f.pixel_size is None else (f.pixel_size.y, f.pixel_size.x) for f in fields}
    if len(sizes) > 1:
        lacking = ", and some have none, so that nothing is pooled" if None in sizes else ""
        yield f"The fields differ in pixel size{lacking}: lengths in px are not pooled."
    elif None in sizes:
        yield "No pixel size: lengths are in px and there is no ASTM G. Give a pixel size to get them."


def _about_numbers(summary: Mapping[str, Any]) -> Iterator[str]:
    grains, cut, intercepts = summary["grains"], summary["edge_grains"], summary["intercepts"]
    if summary["mean_area_px"] is None and summary["mean_area_um2"] is None:
        yield "Too few grains for a planimetric grain size: nearly all are cut by the rim of the region."
    elif cut > _MANY_CUT * grains:
        yield (
            f"{cut} of {grains} grains are cut by the rim of the region: distributions rest on the other "
            f"{grains - cut}. Measure a larger area."
        )
    if grains < FEWEST_GRAINS:
        yield f"Only {grains} grains: measure at least {FEWEST_GRAINS} for a grain size to rely on."
    if intercepts < FEWEST_INTERCEPTS:
        yield f"Only {intercepts} intercepts: the usual aim is {FEWEST_INTERCEPTS}. Measure a larger area."


def _about_grains(summary: Mapping[str, Any]) -> Iterator[str]:
    if summary["bimodal"]["detected"]:
        percent = 100 * summary["bimodal"]["coarse_area_fraction"]
        yield (
            f"Two grain sizes: coarse grains take {percent:.0f} % of the area. One mean describes neither; "
            "report them apart, see ASTM E1181."
        )
    if summary["largest_grain_cut"]:
        yield "The largest grain is cut by the rim; the one given as the largest (ASTM E930) is complete."
