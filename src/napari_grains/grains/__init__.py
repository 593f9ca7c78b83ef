"""Grains: from a boundary map to a partition, its edges, its measurements and a grain size.

Nothing here imports torch, Qt or napari.
"""

from napari_grains.grains._confidence import Density, pooled_density
from napari_grains.grains._edges import EdgeScores, edge_scores, merge_edges
from napari_grains.grains._grain_size import grain_size_intercept, grain_size_planimetric
from napari_grains.grains._measurement import Measurement, measure
from napari_grains.grains._partition import partition
from napari_grains.grains._report import write_report
from napari_grains.grains._threshold import threshold_boundary
from napari_grains.grains._upsampling import upsample_partition

__all__ = [
    "Density",
    "EdgeScores",
    "Measurement",
    "edge_scores",
    "grain_size_intercept",
    "grain_size_planimetric",
    "measure",
    "merge_edges",
    "partition",
    "pooled_density",
    "threshold_boundary",
    "upsample_partition",
    "write_report",
]
