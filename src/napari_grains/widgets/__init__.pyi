from ._grain_table import GrainTable
from ._segment_dock import SegmentDock

__all__ = ["GrainTable", "SegmentDock"]
