from ._finetune_dock import FinetuneDock
from ._grain_plots import GrainPlots
from ._grain_table import GrainTable
from ._grains_dock import GrainsDock
from ._phases_dock import PhasesDock
from ._pretrain_dock import PretrainDock
from ._segment_dock import SegmentDock

__all__ = [
    "FinetuneDock",
    "GrainPlots",
    "GrainTable",
    "GrainsDock",
    "PhasesDock",
    "PretrainDock",
    "SegmentDock",
]
