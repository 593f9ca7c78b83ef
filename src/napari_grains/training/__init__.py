"""Training of networks."""

from napari_grains.events import TrainingProgress

from ._calibration import calibrate
from ._jobs import pretrain_arrays
from ._match import match_arrays
from ._pairs import RealPair, real_pair
from ._pretrain import pretrain
from ._sample import training_sample, training_weight
from ._settings import Loss, Pretraining
from ._state import TrainingState, read_state, state_path
from ._stream import SyntheticStream
from ._trained import TrainedNetwork
from ._watch import Watch

__all__ = [
    "Loss",
    "Pretraining",
    "RealPair",
    "SyntheticStream",
    "TrainedNetwork",
    "TrainingProgress",
    "TrainingState",
    "Watch",
    "calibrate",
    "match_arrays",
    "pretrain",
    "pretrain_arrays",
    "read_state",
    "real_pair",
    "state_path",
    "training_sample",
    "training_weight",
]
