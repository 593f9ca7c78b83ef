"""A network for phases made ready to run, and its prediction for images of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.events import Job
from napari_grains.networks import FeatureSpace, find_phase_network

from ._padding import Readable
from ._tiled import PLAIN, TiledNetwork

Float = NDArray[np.float32]
HEAD = "phases"


class PhasePredictor(TiledNetwork):
    """A network for phases with its batch norms folded, on its device, in its precision.

    See `TiledNetwork`.
    """

    doing = "finding phases"
    heads = frozenset({HEAD})
    purpose = "phases"
    _measured = False

    @classmethod
    def load(cls, model: str, device: str = "auto", *, precision: str = "auto") -> PhasePredictor:
        """Load a network by name or file.

        Raises
        ------
        InputError
            If network or device do not exist, or the network was not made for phases.
        """
        return cls._of_file(find_phase_network(model), model, device, precision)

    def predict(
        self,
        image: Readable,
        phase: tuple[int, int] = (0, 0),
        focus: tuple[float, float] | None = None,
        mirrors: Sequence[tuple[int, int]] = PLAIN,
    ) -> Job[Float]:
        """Predict the probability of each phase, calibrated by the card's temperature.

        See `Predictor.predict`; previews "phases" are 1..K.

        Parameters
        ----------
        image : Channels, or ndarray of float32, (C, Y, X)
            From `network_input`, at the network's scale.
        phase, focus, mirrors
            As in `Predictor.predict`.

        Returns
        -------
        ndarray of float32, (K, Y, X) or (K + 1, Y, X)
            If asked to `measure` it, the last one is the distance from the nearest phase among the
            features, in units of the one beyond which nothing is known.
        """
        result = yield from self._predict(image, phase, focus, mirrors)
        return result[HEAD]

    @property
    def knows(self) -> bool:
        """Whether the card says how far from all phases nothing is known."""
        return self._known is not None

    def measure(self, *, distance: bool) -> None:
        """Predict distances from the phases, too, or not.

        Raises
        ------
        InputError
            If that is not known.
        """
        if distance and not self.knows:
            raise InputError(
                f"the network {self.card.name} cannot tell what is unknown: too little of each phase was "
                "held out when it was trained; paint more, or map without unknown."
            )
        self._measured = distance

    @property
    def _layers(self) -> Mapping[str, tuple[int, ...]]:
        return {HEAD: (self.card.architecture.heads[HEAD] + self._measured,)}

    def _outputs(self, image: Tensor) -> dict[str, Tensor]:
        features = self._network.features(image)
        logits = self._network.heads[HEAD](features)[0].float()
        found = (logits / self.card.temperature).softmax(0)
        return {HEAD: torch.cat([found, self._distance(features)]) if self._measured else found}

    def _distance(self, features: Tensor) -> Tensor:
        """Distance (1, Y, X) of features (1, F, Y, X) from the nearest phase, row by row to save memory."""
        space, limit = self._space
        rows = features[0].movedim(0, -1).float().cpu()
        return torch.stack([space.distance(row) / limit for row in rows])[None].to(features.device)

    @cached_property
    def _space(self) -> tuple[FeatureSpace, float]:
        known = self._known or {}
        tensors = {name: torch.tensor(value) for name, value in known["space"].items()}
        return FeatureSpace.from_tensors(tensors), float(known["limit"])

    @property
    def _known(self) -> Mapping[str, Any] | None:
        runs = self.card.recipe.get("finetuning") or [{}]
        known: Mapping[str, Any] | None = runs[-1].get("unknown")
        return known

    def _shown(self, outputs: Mapping[str, Float]) -> tuple[str, Float]:
        return HEAD, outputs[HEAD][: self.card.architecture.heads[HEAD]].argmax(0).astype(np.int32) + 1
