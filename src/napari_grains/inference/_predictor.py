"""A network made ready to run, and its prediction for images of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.events import Job
from napari_grains.networks import DISTANCE_UNIT, find_network

from ._padding import Readable
from ._tiled import PLAIN, TiledNetwork

Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Prediction:
    """Output of a boundary network on its working grid.

    Parameters
    ----------
    boundary : ndarray of float32, (Y, X)
        Probability of a grain boundary.
    distance : ndarray of float32, (Y, X)
        Distance to the nearest boundary in px of the grid.
    """

    boundary: Float
    distance: Float


class Predictor(TiledNetwork):
    """A boundary network with its batch norms folded, on its device, in its precision; see `TiledNetwork`."""

    doing = "finding boundaries"
    heads = frozenset({"boundary", "distance"})
    purpose = "grain boundaries"

    @classmethod
    def load(cls, model: str = "default", device: str = "auto", *, precision: str = "auto") -> Predictor:
        """Load a network by name or file.

        Raises
        ------
        InputError
            If network or device do not exist, or the network was not made for grain boundaries.
        """
        return cls._of_file(find_network(model), model, device, precision)

    def predict(
        self,
        image: Readable,
        phase: tuple[int, int] = (0, 0),
        focus: tuple[float, float] | None = None,
        mirrors: Sequence[tuple[int, int]] = PLAIN,
    ) -> Job[Prediction]:
        """Predict boundary probability and distance.

        Parameters
        ----------
        image : ndarray of float32, (Y, X), or WorkingImage
            From `network_input`, at the network's scale. Any size. It is read tile by tile.
        phase : (int, int)
            Position of the first pixel in a larger grid; results do not depend on where that was cropped, but
            for the surroundings of the cut within the receptive field.
        focus : (float, float), optional
            Row and column where somebody is looking. Tiles come in the order of their distance from there. On
            a processor, where a large tile takes long, a small one is computed in advance.
        mirrors : sequence of (int, int)
            Steps of 1 or -1 along rows and columns through the images to average over: `MIRRORS` or some of
            them. Errors that the network makes in one of them only count less; each costs a look.

        Yields
        ------
        Progress, Preview
            After each tile; previews "boundary" in working pixels, of the first of them.

        Returns
        -------
        Prediction

        Raises
        ------
        InputError
            If even the smallest tile does not fit into memory.
        """
        result = yield from self._predict(image, phase, focus, mirrors)
        return Prediction(result["boundary"], result["distance"])

    @property
    def _layers(self) -> Mapping[str, tuple[int, ...]]:
        return {"boundary": (), "distance": ()}

    def _outputs(self, image: Tensor) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = self._network(image)
        distance = outputs["distance"][0, 0].float().clamp_min(0)
        return {
            "boundary": outputs["boundary"][0, 0].float().sigmoid(),
            "distance": distance * DISTANCE_UNIT,
        }

    def _shown(self, outputs: Mapping[str, Float]) -> tuple[str, Float]:
        return "boundary", outputs["boundary"]
