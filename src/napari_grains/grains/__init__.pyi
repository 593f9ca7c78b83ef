from ._colours import COLOURS
from ._conditions import rows_where
from ._confidence import Density, pooled_density
from ._drawn_lines import as_vectors, circles_as_segments
from ._edges import EdgeScores, edge_scores, merge_edges
from ._grain_size import grain_size_intercept, grain_size_planimetric
from ._measurement import Measurement, measure
from ._numbering import number_through, spread_numbers
from ._partition import partition
from ._plots import PlotColours, draw_cumulative, draw_histogram
from ._report import ReportField, report_field, write_report, write_run_report
from ._report_job import report_arrays
from ._roses import draw_intercept_rose, draw_rose
from ._threshold import threshold_boundary
from ._typical import lines_show, merge_untypical
from ._value_map import value_limits, value_map

__all__ = [
    "COLOURS",
    "Density",
    "EdgeScores",
    "Measurement",
    "PlotColours",
    "ReportField",
    "as_vectors",
    "circles_as_segments",
    "draw_cumulative",
    "draw_histogram",
    "draw_intercept_rose",
    "draw_rose",
    "edge_scores",
    "grain_size_intercept",
    "grain_size_planimetric",
    "lines_show",
    "measure",
    "merge_edges",
    "merge_untypical",
    "number_through",
    "partition",
    "pooled_density",
    "report_arrays",
    "report_field",
    "rows_where",
    "spread_numbers",
    "threshold_boundary",
    "value_limits",
    "value_map",
    "write_report",
    "write_run_report",
]
