"""A training that can be gone on with: all of it in one .safetensors file, nothing pickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.weights import STATE_SUFFIX, SUFFIX

from ._settings import Pretraining, differences, settings_from_dict, settings_to_dict

_KEY: Final = "napari_grains_training"
_VALUES: Final = ("step", "elapsed", "best", "scales", "start", "scaling")


@dataclass(frozen=True, eq=False)
class TrainingState:
    """A run on its way.

    Parameters
    ----------
    settings : Pretraining
        Of the run.
    step : int
        Steps done, which is the number of the next batch, too.
    elapsed : float
        Seconds of training.
    best : mapping of str to float
        Lowest scores so far, "validation" and "real".
    scales : list of float
        Scales that were found for the real pairs.
    start : str, optional
        SHA-256 of the network that the run started from.
    scaling : mapping
        See `Trainer.scaling`.
    tensors : mapping of str to Tensor
        See `Trainer.tensors`.
    """

    settings: Pretraining
    step: int
    elapsed: float
    best: Mapping[str, float] = field(default_factory=dict)
    scales: list[float] = field(default_factory=list)
    start: str | None = None
    scaling: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, Tensor] = field(default_factory=dict)

    def check(self, settings: Pretraining, start: str | None) -> None:
        """Compare with what the run is to go on with.

        Raises
        ------
        InputError
            If it differs; the line says in what.
        """
        found = differences(settings, self.settings)
        if start is not None and start != self.start:
            found.append(f"the starting network ({start[:12]}, not {(self.start or 'none')[:12]})")
        if found:
            raise InputError(
                f"the training that is to go on had other settings: {', '.join(found)}; "
                "give those it had, or train anew without resuming."
            )


def state_path(network: Path) -> Path:
    """File of the state that belongs to a network's file: NETWORK.training.safetensors beside it."""
    return network.with_name(network.name.removesuffix(SUFFIX) + STATE_SUFFIX)


def write_state(path: Path, state: TrainingState) -> None:
    """Write a state, whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    values = {name: getattr(state, name) for name in _VALUES}
    values["settings"] = settings_to_dict(state.settings)
    # A copy of each: tensors of a network on the processor are laid out for its convolutions.
    tensors = {name: value.detach().cpu().contiguous() for name, value in state.tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            unfinished.write_bytes(save(tensors, {_KEY: json.dumps(values)}))
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"cannot keep the training in {path}: {error}. Choose another folder or free some space."
        ) from None


def read_state(path: Path) -> TrainingState:
    """Read what `write_state` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is no state of this version.
    """
    if not path.is_file():
        raise InputError(f"there is no training to go on with in {path}; train anew without resuming.")
    try:
        with safe_open(path, "pt") as file:
            values = json.loads(file.metadata()[_KEY])
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        settings = settings_from_dict(values["settings"])
        return TrainingState(settings, tensors=tensors, **{name: values[name] for name in _VALUES})
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, InputError) as error:
        raise InputError(
            f"{path} holds no training that this version can go on with ({error}); "
            "train anew without resuming."
        ) from None
