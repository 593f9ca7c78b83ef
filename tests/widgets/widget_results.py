"""Results as the engine would give them."""

from __future__ import annotations

import numpy as np

from napari_grains.grains import number_through

PATIENCE = 60_000
"""Milliseconds for what the real engine does."""


def result(shape=(40, 50), grains=2, **summary):
    """A result of the job "segment": vertical stripes as grains in every slice."""
    labels = np.broadcast_to(np.arange(shape[-1]) * grains // shape[-1] + 1, shape).astype(np.int32)
    boundary = np.zeros(shape, np.float32)
    boundary[..., 1:] = labels[..., 1:] != labels[..., :-1]
    table = {"grain": list(range(1, grains + 1)), "area_px": [shape[-2] * shape[-1] / grains] * grains}
    if len(shape) == 3:
        slices = [k for k in range(shape[0]) for _ in range(grains)]
        table = {"slice": slices, **{name: column * shape[0] for name, column in table.items()}}
        labels, added = number_through(labels)
    first = added[np.array(slices)] if len(shape) == 3 else 0
    table["index"] = (np.array(table["grain"]) + first).tolist()
    numbers = {
        "grains": grains,
        "mean_diameter_px": 12.34,
        "mean_intercept_px": 9.87,
        "mean_diameter_um": None,
    }
    numbers |= {
        "scale": 0.5,
        "scale_chosen": "auto",
        "model": "default",
        "warnings": ["few grains"],
        "notes": [],
    }
    numbers["merge_threshold"] = [0.25] * (shape[0] if len(shape) == 3 else 1)
    arrays = {"boundary": boundary, "grains": labels, "regions": labels.copy()}
    return arrays | {"table": table, "summary": numbers | summary}
