"""From micrographs to boundary probabilities, grains and grain size with a trained network."""

from ._classify import UNKNOWN, Answer, ImageClassifier, classify
from ._forwarding import StoppedError, forwarded, stoppable
from ._frame import WorkingFrame
from ._guide import AUTO, BY_HAND
from ._jobs import segment_arrays, warm_up
from ._predictor import Prediction, Predictor
from ._recent import recent_predictor, recent_scale
from ._scale import ScaleChoice, choose_scale, scale_for_diameter
from ._segment import Segmentation, segment
from ._settings import SegmentationSettings, View
from ._shortage import OutOfMemoryError, memory_errors
from ._suggest import Suggestion, still_helps, suggest_arrays, suggest_place
from ._uncertainty import uncertainty_of

__all__ = [
    "AUTO",
    "BY_HAND",
    "UNKNOWN",
    "Answer",
    "ImageClassifier",
    "OutOfMemoryError",
    "Prediction",
    "Predictor",
    "ScaleChoice",
    "Segmentation",
    "SegmentationSettings",
    "StoppedError",
    "Suggestion",
    "View",
    "WorkingFrame",
    "choose_scale",
    "classify",
    "forwarded",
    "memory_errors",
    "recent_predictor",
    "recent_scale",
    "scale_for_diameter",
    "segment",
    "segment_arrays",
    "still_helps",
    "stoppable",
    "suggest_arrays",
    "suggest_place",
    "uncertainty_of",
    "warm_up",
]
