from ._colours import COLOURS
from ._conditions import rows_where
from ._draw._drawn_lines import as_vectors, circles_as_segments
from ._draw._plots import PlotColours, draw_cumulative, draw_histogram
from ._draw._roses import draw_intercept_rose, draw_rose
from ._draw._value_map import value_limits, value_map
from ._edges import EdgeScores, edge_scores, merge_edges
from ._marked_grains import MarkedGrains, marked_grains
from ._measure._confidence import Density, pooled_density
from ._measure._field_summary import FieldSummary
from ._measure._grain_shapes import grain_shapes
from ._measure._grain_size import grain_size_intercept, grain_size_iso, grain_size_planimetric
from ._measure._jobs import measure_arrays
from ._measure._measurement import Measurement, measure
from ._measure._pooling import pool
from ._measure._test_lines import TestLines
from ._measure._twins import twin_boundaries
from ._numbering import number_through, room_for_new, spread_numbers
from ._partition import partition
from ._phases._fractions import PhaseFraction, phase_fractions, pool_fractions
from ._phases._grain_fractions import GrainFraction, grain_fractions
from ._proofread._annotation import training_labels
from ._proofread._edit import DoubtfulEdge, Edit
from ._proofread._history import History
from ._proofread._journal import Journal
from ._proofread._journal_folder import journal_folder
from ._proofread._proofreading import Proofreading
from ._proofread._restored import JournalSummary, Restored
from ._proofread._touching import grains_along, shared_sides
from ._report import ReportField, report_field, write_report, write_run_report
from ._report._job import report_arrays
from ._threshold import threshold_boundary
from ._typical import lines_show, merge_untypical, untypical_threshold

__all__ = [
    "COLOURS",
    "Density",
    "DoubtfulEdge",
    "EdgeScores",
    "Edit",
    "FieldSummary",
    "GrainFraction",
    "History",
    "Journal",
    "JournalSummary",
    "MarkedGrains",
    "Measurement",
    "PhaseFraction",
    "PlotColours",
    "Proofreading",
    "ReportField",
    "Restored",
    "TestLines",
    "as_vectors",
    "circles_as_segments",
    "draw_cumulative",
    "draw_histogram",
    "draw_intercept_rose",
    "draw_rose",
    "edge_scores",
    "grain_fractions",
    "grain_shapes",
    "grain_size_intercept",
    "grain_size_iso",
    "grain_size_planimetric",
    "grains_along",
    "journal_folder",
    "lines_show",
    "marked_grains",
    "measure",
    "measure_arrays",
    "merge_edges",
    "merge_untypical",
    "number_through",
    "partition",
    "phase_fractions",
    "pool",
    "pool_fractions",
    "pooled_density",
    "report_arrays",
    "report_field",
    "room_for_new",
    "rows_where",
    "shared_sides",
    "spread_numbers",
    "threshold_boundary",
    "training_labels",
    "twin_boundaries",
    "untypical_threshold",
    "value_limits",
    "value_map",
    "write_report",
    "write_run_report",
]
