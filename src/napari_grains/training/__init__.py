"""Training of networks."""

from napari_grains.events import TrainingProgress

from ._aims import phase_settings
from ._calibration import calibrate
from ._classify import TrainedClassifier, train_classifier
from ._classify_examples import Examples, examples_from, frames_of, image_files, patches_of
from ._classify_jobs import answer_to_dict, classify_arrays, train_classifier_arrays
from ._classify_scores import ClassificationScores, temperature_of
from ._classify_settings import ClassifierTraining, Strategy
from ._diagnose import diagnose
from ._explain import explain_arrays, filters_arrays
from ._finetune import finetune
from ._finetune_jobs import diagnose_arrays, finetune_arrays
from ._finetuned import Finetuned
from ._finetuning import Finetuning
from ._grain_examples import GrainExamples, grain_examples_from
from ._grain_jobs import area_fractions, classify_grains_arrays, number_fractions
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
    "ClassificationScores",
    "ClassifierTraining",
    "Examples",
    "Finetuned",
    "Finetuning",
    "GrainExamples",
    "Loss",
    "PaintedImage",
    "Pretraining",
    "RealPair",
    "Strategy",
    "SyntheticStream",
    "Targets",
    "TrainedClassifier",
    "TrainedNetwork",
    "TrainingProgress",
    "TrainingState",
    "Watch",
    "answer_to_dict",
    "area_fractions",
    "calibrate",
    "classify_arrays",
    "classify_grains_arrays",
    "diagnose",
    "diagnose_arrays",
    "examples_from",
    "explain_arrays",
    "filters_arrays",
    "finetune",
    "finetune_arrays",
    "frames_of",
    "grain_examples_from",
    "image_files",
    "match_arrays",
    "number_fractions",
    "patches_of",
    "phase_settings",
    "pretrain",
    "pretrain_arrays",
    "read_state",
    "real_pair",
    "state_path",
    "targets_of",
    "temperature_of",
    "train_classifier",
    "train_classifier_arrays",
    "training_sample",
    "training_weight",
]
