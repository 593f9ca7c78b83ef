"""Labels layers with measured grains, as a segmentation leaves them."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from napari_grains.grains import measure
from napari_grains.images import PixelSize

HALF_MICROMETRE = PixelSize(0.5e-6, 0.5e-6)


def voronoi(grains=40, shape=(200, 260), seed=0):
    """Labels 1..grains, each the pixels nearest to a random point."""
    rng = np.random.default_rng(seed)
    pixels = rng.choice(shape[0] * shape[1], grains, replace=False)
    seeds = np.zeros(shape, np.int32)
    seeds.flat[pixels] = np.arange(1, grains + 1)
    nearest = distance_transform_edt(seeds == 0, return_distances=False, return_indices=True)
    return seeds[tuple(nearest)]


def add_grains(viewer, labels=None, pixel_size=None, **properties):
    """Add measured labels as a result of a segmentation; ids of a stack go through all slices."""
    labels = voronoi() if labels is None else labels
    table = measure(labels, pixel_size).table
    first = np.zeros(len(labels), int)
    if labels.ndim == 3:
        counts = labels.reshape(len(labels), -1).max(axis=1)
        first[1:] = np.cumsum(counts)[:-1]
        labels = labels + first[:, None, None]
    table["index"] = table["grain"] + (first[table["slice"]] if "slice" in table else 0)
    properties = {"name": "steel grains", "metadata": {"napari_grains": {"role": "grains"}}} | properties
    return viewer.add_labels(labels, features=table, **properties)
