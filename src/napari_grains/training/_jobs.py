"""The job "pretrain" in the form that crosses a process boundary: JSON values and arrays in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import Job, Notice
from napari_grains.images import Box, CalibratedImage, calibrated
from napari_grains.networks import find_network, list_networks, save_network, user_folder
from napari_grains.synthesis import Recipe

from ._pairs import RealPair, real_pair
from ._pretrain import pretrain
from ._settings import Pretraining
from ._state import TrainingState, read_state, state_path
from ._watch import Watch, found_scale

_FIGURES = (
    "steps", "steps_per_second", "samples_per_second", "validation", "real", "seconds", "device", "stopped",
)  # fmt: skip


def pretrain_arrays(
    *,
    name: str,
    recipe: Mapping[str, Any] | None = None,
    output: str | None = None,
    notes: str = "",
    start: str | None = None,
    resume: bool | str = False,
    steps: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    device: str = "auto",
    watch: NDArray[np.generic] | None = None,
    watch_scale: float | None = None,
    watch_leave_out: Sequence[Sequence[int]] = (),
    validate: Sequence[Mapping[str, Any]] = (),
) -> Job[dict[str, Any]]:
    """Pretrain a network and save it; the job "pretrain".

    Parameters
    ----------
    name, notes : str
        Of the network, on its card.
    recipe : mapping, optional
        See `Recipe.to_dict`; what is missing is as in the default recipe.
    output : str, optional
        File of the network; None: NAME.safetensors in the user's folder. A file of that name is replaced.
    start : str, optional
        Name or file of a network to start from.
    resume : bool or str
        Whether to go on with the run whose state lies beside the output, or the file of a state. What is not
        given is then as it was in that run.
    steps, minutes : int, float, optional
        When the run ends: with the steps or with the time, whichever comes first; 1200 steps if neither is
        given.
    seed : int, optional
        Of weights and samples; 0 if not given.
    device : str
        "auto", "cpu", "cuda" or "cuda:N".
    watch : ndarray, (Y, X) or (Y, X, 3|4), optional
        An image on which the network is shown now and then.
    watch_scale : float, optional
        Working pixels per image pixel; None: found once with the starting network or the bundled one.
    watch_leave_out : sequence of [top, bottom, left, right]
        Parts of that image that are no specimen.
    validate : sequence of mappings
        Real pairs: "image" (Y, X) and "labels" (Y, X), see `real_pair`; "name" and "scale" may be there.

    Yields
    ------
    Progress, TrainingProgress, Preview, Notice
        See `pretrain`; previews are called "prediction".

    Returns
    -------
    dict
        "network" (its file), "name", "steps", "steps_per_second", "samples_per_second", "validation" (loss on
        synthetic micrographs), "real" (last mean adapted Rand error of the pairs, or None), "seconds",
        "device", "stopped".

    Raises
    ------
    InputError
        See `pretrain`; also if recipe, name or pairs do not fit, or the network cannot be written.
    """
    path = _output(name, output)
    state = _resumed(path, resume)
    settings = _settings(state, recipe, steps, minutes, seed)
    pairs = [_pair(values, number) for number, values in enumerate(validate)]
    shown = yield from _watched(watch, watch_scale, watch_leave_out, start, device)
    trained = yield from pretrain(
        settings,
        start=start,
        resume=state,
        state=state_path(path),
        pairs=pairs,
        watch=shown,
        device=device,
        name=name,
        notes=notes,
    )
    save_network(path, trained.network, trained.card)
    if not trained.figures["stopped"]:
        state_path(path).unlink(missing_ok=True)
    return {"network": str(path), "name": name} | {key: trained.figures[key] for key in _FIGURES}


def _output(name: str, output: str | None) -> Path:
    """File of the network, whose name other rooms can read."""
    if output is None and (not name.strip() or Path(name).name != name or name.startswith(".")):
        raise InputError(f"{name!r} cannot be the name of a network; use letters and digits.")
    path = user_folder() / f"{name}.safetensors" if output is None else Path(output)
    if path.suffix != ".safetensors":
        raise InputError(f"a network is saved as .safetensors; name it {path.stem or name}.safetensors.")
    return path


def _resumed(path: Path, resume: bool | str) -> TrainingState | None:
    if isinstance(resume, str):
        return read_state(Path(resume))
    return read_state(state_path(path)) if resume else None


def _settings(
    state: TrainingState | None,
    recipe: Mapping[str, Any] | None,
    steps: int | None,
    minutes: float | None,
    seed: int | None,
) -> Pretraining:
    """Put the settings together: what is given, what the run had that goes on, what is usual."""
    given: dict[str, Any] = {} if recipe is None else {"recipe": Recipe.from_dict(recipe)}
    given |= {} if seed is None else {"seed": seed}
    if steps is not None or minutes is not None:
        given |= {"steps": steps, "minutes": minutes}
    try:
        return replace(Pretraining() if state is None else state.settings, **given)
    except ValueError as error:
        raise InputError(f"these settings do not go together: {error}.") from None


def _pair(values: Mapping[str, Any], number: int) -> RealPair:
    image = calibrated(values["image"], name=str(values.get("name", f"pair {number + 1}")))
    return real_pair(image, np.asarray(values["labels"]), values.get("scale"))


def _watched(
    pixels: NDArray[np.generic] | None,
    scale: float | None,
    leave_out: Sequence[Sequence[int]],
    start: str | None,
    device: str,
) -> Job[Watch | None]:
    """Prepare the image that is watched; without a scale nor a network that finds one it is not."""
    if pixels is None:
        return None
    image = next(iter(calibrated(pixels).leaving_out(*map(Box.from_sides, leave_out)).slices()))
    if scale is None:
        scale = yield from _scale(image, start, device)
    return None if scale is None else Watch(image, scale)


def _scale(image: CalibratedImage, start: str | None, device: str) -> Job[float | None]:
    model = start or "default"
    if start is None and model not in list_networks():
        yield Notice("there is no network to find the scale of the watched image with: it is not shown")
        return None
    return (yield from found_scale(image, str(find_network(model)), device))
