"""Training of networks."""

from ._calibration import calibrate
from ._pretrain import Pretraining, TrainedNetwork, TrainingProgress, pretrain
from ._stream import SyntheticStream

__all__ = [
    "Pretraining",
    "SyntheticStream",
    "TrainedNetwork",
    "TrainingProgress",
    "calibrate",
    "pretrain",
]
