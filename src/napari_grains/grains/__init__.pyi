from ._annotation import training_labels
from ._colours import COLOURS
from ._confidence import Density, pooled_density
from ._edges import EdgeScores, edge_scores, merge_edges
from ._edit import DoubtfulEdge, Edit
from ._grain_size import grain_size_intercept, grain_size_planimetric
from ._history import History
from ._journal import Journal
from ._journal_folder import journal_folder
from ._measurement import Measurement, measure
from ._numbering import number_through, spread_numbers
from ._partition import partition
from ._proofreading import Proofreading, room_for_new
from ._report import write_report
from ._restored import JournalSummary, Restored
from ._threshold import threshold_boundary
from ._touching import grains_along, shared_sides
from ._typical import lines_show, merge_untypical, untypical_threshold

__all__ = [
    "COLOURS",
    "Density",
    "DoubtfulEdge",
    "EdgeScores",
    "Edit",
    "History",
    "Journal",
    "JournalSummary",
    "Measurement",
    "Proofreading",
    "Restored",
    "edge_scores",
    "grain_size_intercept",
    "grain_size_planimetric",
    "grains_along",
    "journal_folder",
    "lines_show",
    "measure",
    "merge_edges",
    "merge_untypical",
    "number_through",
    "partition",
    "pooled_density",
    "room_for_new",
    "shared_sides",
    "spread_numbers",
    "threshold_boundary",
    "training_labels",
    "untypical_threshold",
    "write_report",
]
