"""From micrographs to boundary probabilities, grains and grain size with a trained network."""

from ._frame import WorkingFrame
from ._jobs import segment_arrays, warm_up
from ._predictor import Prediction, Predictor
from ._scale import ScaleChoice, choose_scale, scale_for_diameter
from ._segment import Segmentation, SegmentationSettings, segment

__all__ = [
    "Prediction",
    "Predictor",
    "ScaleChoice",
    "Segmentation",
    "SegmentationSettings",
    "WorkingFrame",
    "choose_scale",
    "scale_for_diameter",
    "segment",
    "segment_arrays",
    "warm_up",
]
