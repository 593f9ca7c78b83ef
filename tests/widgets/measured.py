"""Results of the job "measure" as the engine would give them."""

from __future__ import annotations

import numpy as np

from napari_grains.grains import measure
from napari_grains.images import PixelSize

LINES = {
    "segments": np.array([[[5.0, 0.0], [5.0, 40.0]], [[0.0, 7.0], [30.0, 7.0]]]),
    "segment_direction": np.array([0.0, 90.0]),
    "circles": np.array([[20.0, 20.0, 10.0]]),
    "crossings": np.array([[5.0, 12.0], [5.0, 30.0], [11.0, 7.0], [20.0, 30.0]]),
    "crossing_direction": np.array([0.0, 0.0, 90.0, np.nan]),
}
NUMBERS = {
    "iso_g_planimetric": 8.01,
    "iso_g_intercept": 8.11,
    "astm_g_junctions": 8.05,
    "anisotropy": {"ratio": 1.25, "direction_deg": 30.0},
    "lognormal": {"median_px": 12.0, "median_um": None, "sigma_ln": 0.4, "p_value": 0.3},
}


def finished(arguments, **summary):
    """A result for the arguments that a task was given."""
    several = "fields" in arguments
    fields = arguments["fields"] if several else [arguments["labels"]]
    size = arguments["pixel_size_m"]
    pixel_size = None if size is None else PixelSize(*size)
    found = [measure(field, pixel_size) for field in fields]
    columns = {name: np.concatenate([each.table[name] for each in found]) for name in found[0].table}
    if several:
        columns["field"] = np.concatenate([np.full(len(m.table), k) for k, m in enumerate(found)])
        by_field = [{**each.summary, "field": k} for k, each in enumerate(found)]
    else:
        by_field = [{**found[0].summary, "slice": z} for z in _slices(fields[0])]
    whole = found[0].summary | NUMBERS | {"warnings": ["few grains"], "by_field": by_field} | summary
    places = [(k if several else z, z) for k, field in enumerate(fields) for z in _slices(field)]
    return {"table": columns, "summary": whole, **_lines(places)}


def _slices(field):
    return [0] if field.ndim == 2 else range(len(field))


def _lines(places):
    """The same lines in every plane."""
    lines = {name: np.concatenate([array] * len(places)) for name, array in LINES.items()}
    for kind, name in (("segment", "segments"), ("circle", "circles"), ("crossing", "crossings")):
        for what, numbers in zip(("field", "slice"), zip(*places, strict=True), strict=True):
            lines[f"{kind}_{what}"] = np.repeat(numbers, len(LINES[name]))
    return lines
