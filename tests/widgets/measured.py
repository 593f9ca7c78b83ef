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
    columns["index"] = columns["grain"]
    if several:
        columns["field"] = np.concatenate([np.full(len(m.table), k) for k, m in enumerate(found)])
    planes = [(k, z) for k, field in enumerate(fields) for z in _slices(field)]
    by_field = [{**found[k].summary, "field": k if several else None, "slice": z} for k, z in planes]
    whole = found[0].summary | NUMBERS | {"warnings": ["few grains"], "by_field": by_field} | summary
    return {"table": columns, "summary": whole, **_lines(len(planes))}


def _slices(field):
    return [None] if field.ndim == 2 else range(len(field))


def _lines(planes):
    """The same lines in every plane."""
    lines = {name: np.concatenate([array] * planes) for name, array in LINES.items()}
    for kind, name in (("segment", "segments"), ("circle", "circles"), ("crossing", "crossings")):
        lines[f"{kind}_field"] = np.repeat(np.arange(planes), len(LINES[name]))
    return lines
