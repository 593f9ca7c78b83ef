"""How good a network is on what it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from skimage.metrics import adapted_rand_error

from napari_grains.events import Job, Progress
from napari_grains.inference import Segmentation, SegmentationSettings, segment
from napari_grains.networks import NetworkCard, UNet, save_network

from ._calibration import calibrate
from ._pairs import RealPair
from ._quiet import quiet
from ._settings import Pretraining
from ._stream import Batch, SyntheticStream

VALIDATION_SEED = 2**31 - 1
_BATCHES = 6


def validation_batches(settings: Pretraining) -> list[Batch]:
    """Synthetic micrographs that no training sees: always the same ones for the same recipe."""
    stream = SyntheticStream(
        settings.recipe,
        VALIDATION_SEED,
        settings.batch,
        settings.size,
        invisible_weight=settings.invisible_weight,
    )
    return [stream[number] for number in range(_BATCHES)]


class RealValidation:
    """Adapted Rand error on real pairs, each at the scale that was found first.

    Parameters
    ----------
    pairs : sequence of RealPair
        The micrographs and their grains.
    device : str
        Where the network runs.
    scales : sequence of float
        Scales that were found before, one per pair; empty if there are none.
    """

    def __init__(self, pairs: Sequence[RealPair], device: str, scales: Sequence[float] = ()) -> None:
        self._pairs, self._device = tuple(pairs), device
        self.scales = list(scales) if len(scales) == len(self._pairs) else []
        self.errors: list[float] = []

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def of(
        self, network: UNet, card: NetworkCard, batches: list[Batch], meanwhile: Progress
    ) -> Job[float | None]:
        """Mean adapted Rand error of a network.

        Parameters
        ----------
        network : UNet
            In ``eval`` mode on the CPU; it is calibrated.
        card : NetworkCard
            Its card.
        batches : list of dict
            To calibrate on.
        meanwhile : Progress
            What to say after each event.

        Returns
        -------
        float or None
            None if stopped.
        """
        calibrate(network, batches)
        found = []
        with TemporaryDirectory(prefix="napari-grains-") as folder:
            path = Path(folder) / "validated.safetensors"
            save_network(path, network, card)
            for number, pair in enumerate(self._pairs):
                scale = self.scales[number] if self.scales else pair.scale
                settings = SegmentationSettings(str(path), scale, device=self._device)
                result = yield from quiet(segment(pair.image, settings), meanwhile)
                if result is None:
                    return None
                found.append(result)
        self.scales = self.scales or [float(result.summary["scale"]) for result in found]
        self.errors = [rand_error(pair, result) for pair, result in zip(self._pairs, found, strict=True)]
        return fmean(self.errors)

    def scores(self) -> dict[str, float]:
        """Last error of each pair, by the name of the micrograph and the beginning of its fingerprint."""
        named = zip(self._pairs, self.errors, strict=False)
        return {
            f"adapted Rand error, {pair.image.name} ({pair.fingerprint[:12]})": round(error, 4)
            for pair, error in named
        }


def rand_error(pair: RealPair, found: Segmentation) -> float:
    """Adapted Rand error (Arganda-Carreras et al., 2015) where the truth is known; 0 is best."""
    error, _, _ = adapted_rand_error(pair.grains, found.grains, ignore_labels=(0,))  # type: ignore[no-untyped-call]
    return float(error)
