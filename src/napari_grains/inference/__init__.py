"""From micrographs to boundary probabilities, grains and grain size with a trained network."""

from ._channels import Channels, channel_slices
from ._classify import UNKNOWN, Answer, ImageClassifier, classify
from ._classify_grains import GrainClasses, check_grain_classifier, classify_grains, planes_of
from ._doubt import doubt_about_boundaries, doubt_about_phases
from ._forwarding import StoppedError, forwarded, stoppable
from ._frame import WorkingFrame, WorkingImage
from ._grain_measures import MEASURES, grain_measures
from ._grain_plane import GrainPlane
from ._guide import AUTO, BY_HAND
from ._jobs import segment_arrays, warm_up
from ._map_phases import PhaseMap, map_phases
from ._phase_jobs import map_phases_arrays
from ._phase_predictor import PhasePredictor
from ._phase_scale import phase_scale
from ._phase_settings import PhaseSettings
from ._predictor import Prediction, Predictor
from ._recent import recent_predictor, recent_scale
from ._scale import ScaleChoice, choose_scale, scale_for_diameter
from ._segment import Segmentation, segment
from ._settings import SegmentationSettings, View
from ._shortage import OutOfMemoryError, memory_errors
from ._suggest import Suggestion, still_helps, suggest_arrays, suggest_place, suggested
from ._tiled import TiledNetwork
from ._uncertainty import uncertainty_of

__all__ = [
    "AUTO",
    "BY_HAND",
    "MEASURES",
    "UNKNOWN",
    "Answer",
    "Channels",
    "GrainClasses",
    "GrainPlane",
    "ImageClassifier",
    "OutOfMemoryError",
    "PhaseMap",
    "PhasePredictor",
    "PhaseSettings",
    "Prediction",
    "Predictor",
    "ScaleChoice",
    "Segmentation",
    "SegmentationSettings",
    "StoppedError",
    "Suggestion",
    "TiledNetwork",
    "View",
    "WorkingFrame",
    "WorkingImage",
    "channel_slices",
    "check_grain_classifier",
    "choose_scale",
    "classify",
    "classify_grains",
    "doubt_about_boundaries",
    "doubt_about_phases",
    "forwarded",
    "grain_measures",
    "map_phases",
    "map_phases_arrays",
    "memory_errors",
    "phase_scale",
    "planes_of",
    "recent_predictor",
    "recent_scale",
    "scale_for_diameter",
    "segment",
    "segment_arrays",
    "still_helps",
    "stoppable",
    "suggest_arrays",
    "suggest_place",
    "suggested",
    "uncertainty_of",
    "warm_up",
]
