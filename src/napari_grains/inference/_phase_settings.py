"""How to map phases."""

from __future__ import annotations

from dataclasses import dataclass

from napari_grains.errors import InputError

from ._settings import SCALES


@dataclass(frozen=True)
class PhaseSettings:
    """How to map phases.

    Parameters
    ----------
    model : str
        Name or file of the network.
    scale : float, optional
        Working pixels per image pixel; None: the one that the network learned at, see `phase_scale`.
    unknown : bool
        Whether pixels that look like nothing the network learned from get no phase.
    mirrored : bool
        Whether the prediction is the mean over the micrograph and its mirror images; the network takes a
        quarter of the time if not.
    device : str
        "auto", "cpu", "cuda" or "cuda:N".
    precision : {"auto", "float32"}
        See `choose_device`.

    Raises
    ------
    InputError
        If the scale is out of range.
    """

    model: str
    scale: float | None = None
    unknown: bool = False
    mirrored: bool = True
    device: str = "auto"
    precision: str = "auto"

    def __post_init__(self) -> None:
        if self.scale is not None and not SCALES[0] <= self.scale <= SCALES[1]:
            raise InputError(
                f"scale {self.scale} is out of range; give a factor from {SCALES[0]} to {SCALES[1]}."
            )
