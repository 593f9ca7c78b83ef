from ._finetune_dock import FinetuneDock
from ._grain_table import GrainTable
from ._pretrain_dock import PretrainDock
from ._segment_dock import SegmentDock

__all__ = ["FinetuneDock", "GrainTable", "PretrainDock", "SegmentDock"]
