"""A network for phases made ready to run, and its prediction for images of any size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.events import Job
from napari_grains.networks import choose_device, file_hash, find_phase_network, load_network

from ._padding import Readable
from ._tiled import TiledNetwork

Float = NDArray[np.float32]
HEAD = "phases"


class PhasePredictor(TiledNetwork):
    """A network for phases with its batch norms folded, on its device, in its precision.

    See `TiledNetwork`.
    """

    doing = "finding phases"

    @classmethod
    def load(cls, model: str, device: str = "auto", *, precision: str = "auto") -> PhasePredictor:
        """Load a network by name or file.

        Raises
        ------
        InputError
            If network or device do not exist, or the network was not made for phases.
        """
        path = find_phase_network(model)
        network, card = load_network(path)
        if HEAD not in card.architecture.heads:
            raise InputError(
                f"the network {model!r} was made for {card.task}, not for phases; choose another."
            )
        return cls(network, card, choose_device(device, precision=precision), file_hash(path))

    def predict(
        self,
        image: Readable,
        phase: tuple[int, int] = (0, 0),
        focus: tuple[float, float] | None = None,
        *,
        mirrored: bool = False,
    ) -> Job[Float]:
        """Predict the probability of each phase, as `Predictor.predict`; previews "phases" are 1..K.

        Parameters
        ----------
        image : Channels, or ndarray of float32, (C, Y, X)
            From `network_input`, at the network's scale.
        phase, focus, mirrored
            As in `Predictor.predict`.

        Returns
        -------
        ndarray of float32, (K, Y, X)
        """
        result = yield from self._predict(image, phase, focus, mirrored=mirrored)
        return result[HEAD]

    @property
    def _layers(self) -> Mapping[str, tuple[int, ...]]:
        return {HEAD: (self.card.architecture.heads[HEAD],)}

    def _outputs(self, image: Tensor) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = self._network(image)
        return {HEAD: outputs[HEAD][0].float().softmax(0)}

    def _shown(self, outputs: Mapping[str, Float]) -> tuple[str, Float]:
        return HEAD, outputs[HEAD].argmax(0).astype(np.int32) + 1
