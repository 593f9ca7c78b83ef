"""Our network as a rival of the forest, fine-tuned from the bundled one or from random weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from _phases_data import CR, CR_SPECIMENS, NASA, UHCS, Experiment, Labelled
from _phases_forest import strokes_of
from _score import ScoreFolder
from numpy.typing import NDArray

from napari_grains.events import drive
from napari_grains.images import CalibratedImage, calibrated
from napari_grains.inference import PhaseSettings, map_phases
from napari_grains.networks import UNet, find_network, load_network, save_network
from napari_grains.training import Finetuned, Finetuning, PaintedImage, finetune, phase_settings

SCALES = {UHCS: 0.5, CR: 0.75, CR_SPECIMENS: 0.75, NASA: 1.0}
"""Working pixels per image pixel."""
_EMA = 0.985
SETTINGS: dict[str, dict[str, Any]] = {
    UHCS: {"steps": 180},
    CR: {"steps": 400, "zoom": 1.5, "balance": 0.5},
    CR_SPECIMENS: {"steps": 400, "zoom": 1.5, "balance": 0.5},
    NASA: {"steps": 150},
}
"""Chosen on parts of the training images alone, as the scales were. Magnifications of the alloy differ."""


def settings_for(experiment: Experiment) -> Finetuning:
    """How the network learns."""
    return Finetuning(seconds=None, ema=_EMA, seed=experiment.seed, **SETTINGS[experiment.name])


def network_settings(experiment: Experiment) -> dict[str, Any]:
    """All settings that have an effect on phases, as JSON values."""
    return {"scale": SCALES[experiment.name]} | phase_settings(settings_for(experiment)).to_dict()


@contextmanager
def learned(
    score: ScoreFolder, experiment: Experiment, start: str
) -> Iterator[tuple[Callable[[Labelled], NDArray[np.int64]], dict[str, Any]]]:
    """Fine-tune on the training images; what classifies an image, and figures of the training."""
    began = time.process_time()
    result = _fine_tuned(score, experiment, start)
    figures = {key: result.figures[key] for key in ("before", "after", "kept", "layers", "steps")}
    figures["training_processor_seconds"] = round(time.process_time() - began, 1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "phases.safetensors"
        save_network(path, result.network, result.card)
        yield lambda labelled: _classified(labelled, str(path)), figures


def _fine_tuned(score: ScoreFolder, experiment: Experiment, start: str) -> Finetuned:
    images, validation = (
        [_painted(score, each, experiment) for each in part]
        for part in (experiment.training, experiment.validation)
    )
    return drive(
        finetune(
            images,
            settings_for(experiment),
            validation=validation,
            start=start,
            class_names=experiment.classes,
        )
    )


def _painted(score: ScoreFolder, labelled: Labelled, experiment: Experiment) -> PaintedImage:
    dense = experiment.paint == "dense"
    labels = labelled.phases + 1 if dense else strokes_of(score, labelled, experiment.seed)
    return PaintedImage(_micrograph(labelled), labels, SCALES[experiment.name], "phases")


def _classified(labelled: Labelled, model: str) -> NDArray[np.int64]:
    """Phases 0..K-1 of an image, (Y, X)."""
    result = drive(map_phases(_micrograph(labelled), PhaseSettings(model)))
    if result is None:
        raise TypeError("a map that nobody stopped gave no result")
    return result.phases.astype(np.int64) - 1


def _micrograph(labelled: Labelled) -> CalibratedImage:
    return calibrated(labelled.image, name=labelled.name, rgb=False)


def random_start(folder: Path, seed: int) -> str:
    """Write a network of the bundled one's architecture with random weights; its file."""
    _, card = load_network(find_network("default"))
    torch.manual_seed(seed)
    path = folder / f"random{seed}.safetensors"
    save_network(path, UNet(card.architecture).eval(), replace(card, name="random"))
    return str(path)
