"""The table of jobs: name -> ``"module:function"`` as text, so that naming a job imports nothing.

A job function takes keyword arguments that are JSON values or numpy arrays and returns a generator of events
whose result is a ``dict`` of JSON values and numpy arrays (`napari_grains.events.Job`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

JOBS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "classify": "napari_grains.training:classify_arrays",
        "classify_grains": "napari_grains.training:classify_grains_arrays",
        "diagnose": "napari_grains.training:diagnose_arrays",
        "explain": "napari_grains.training:explain_arrays",
        "filters": "napari_grains.training:filters_arrays",
        "finetune": "napari_grains.training:finetune_arrays",
        "map_phases": "napari_grains.inference:map_phases_arrays",
        "match": "napari_grains.training:match_arrays",
        "measure": "napari_grains.grains:measure_arrays",
        "pretrain": "napari_grains.training:pretrain_arrays",
        "report": "napari_grains.grains:report_arrays",
        "segment": "napari_grains.inference:segment_arrays",
        "suggest": "napari_grains.inference:suggest_arrays",
        "train_classifier": "napari_grains.training:train_classifier_arrays",
        "warm_up": "napari_grains.inference:warm_up",
    }
)
"""Jobs that the engine process knows by name."""
