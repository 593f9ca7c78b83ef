"""Training of networks."""

from napari_grains.events import TrainingProgress

from ._calibration import calibrate
from ._diagnose import diagnose
from ._finetune import finetune
from ._finetune_jobs import diagnose_arrays, finetune_arrays
from ._finetuned import Finetuned
from ._finetuning import Finetuning
from ._jobs import pretrain_arrays
from ._match import match_arrays
from ._painted import PaintedImage
from ._pairs import RealPair, real_pair
from ._pretrain import pretrain
from ._sample import training_sample, training_weight
from ._settings import Loss, Pretraining
from ._state import TrainingState, read_state, state_path
from ._stream import SyntheticStream
from ._targets import Targets, targets_of
from ._trained import TrainedNetwork
from ._watch import Watch

__all__ = [
    "Finetuned",
    "Finetuning",
    "Loss",
    "PaintedImage",
    "Pretraining",
    "RealPair",
    "SyntheticStream",
    "Targets",
    "TrainedNetwork",
    "TrainingProgress",
    "TrainingState",
    "Watch",
    "calibrate",
    "diagnose",
    "diagnose_arrays",
    "finetune",
    "finetune_arrays",
    "match_arrays",
    "pretrain",
    "pretrain_arrays",
    "read_state",
    "real_pair",
    "state_path",
    "targets_of",
    "training_sample",
    "training_weight",
]
