from ._colours import COLOURS
from ._confidence import Density, pooled_density
from ._edges import EdgeScores, edge_scores, merge_edges
from ._field_summary import FieldSummary
from ._grain_size import grain_size_intercept, grain_size_iso, grain_size_planimetric
from ._jobs import measure_arrays
from ._measurement import Measurement, measure
from ._numbering import number_through, spread_numbers
from ._partition import partition
from ._pooling import pool
from ._report import write_report
from ._test_lines import TestLines
from ._threshold import threshold_boundary
from ._twins import twin_boundaries
from ._typical import lines_show, merge_untypical

__all__ = [
    "COLOURS",
    "Density",
    "EdgeScores",
    "FieldSummary",
    "Measurement",
    "TestLines",
    "edge_scores",
    "grain_size_intercept",
    "grain_size_iso",
    "grain_size_planimetric",
    "lines_show",
    "measure",
    "measure_arrays",
    "merge_edges",
    "merge_untypical",
    "number_through",
    "partition",
    "pool",
    "pooled_density",
    "spread_numbers",
    "threshold_boundary",
    "twin_boundaries",
    "write_report",
]
