"""What a training begins with: random weights, a network, or a run that was interrupted."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from napari_grains.errors import InputError
from napari_grains.networks import DevicePlan, UNet, file_hash, find_network, load_network

from ._pace import Pace
from ._settings import Pretraining
from ._state import TrainingState
from ._trainer import Trainer


class Beginning:
    """What a run begins with.

    Parameters
    ----------
    settings : Pretraining
        Of the run, with the architecture of its network.
    network : UNet, optional
        Weights to start from.
    start : str, optional
        SHA-256 of the network that the run, or the one it goes on with, started from.
    state : TrainingState, optional
        What to go on with.
    """

    def __init__(
        self, settings: Pretraining, network: UNet | None, start: str | None, state: TrainingState | None
    ) -> None:
        self.settings, self.network, self.start, self.state = settings, network, start, state
        self.scales = [] if state is None else state.scales

    @classmethod
    def of(
        cls, settings: Pretraining, start: str | os.PathLike[str] | None, state: TrainingState | None
    ) -> Beginning:
        """Look at network and state.

        Raises
        ------
        InputError
            If the network does not fit, or the state is that of another run.
        """
        if start is None:
            network, sha256 = None, None
        else:
            path = find_network(start)
            network, sha256 = starting_network(path), file_hash(path)
            settings = replace(settings, architecture=network.config)
        if state is None:
            return cls(settings, network, sha256, None)
        state.check(settings, sha256)
        return cls(settings, None, state.start, state)

    def trainer(self, plan: DevicePlan) -> Trainer:
        """Make a trainer that is where the run is.

        Raises
        ------
        InputError
            If the state does not fit the network.
        """
        trainer = Trainer(self.settings, plan, self.network)
        if self.state is not None:
            try:
                trainer.take_over(self.state.tensors, self.state.scaling, self.state.step)
            except (KeyError, RuntimeError, ValueError) as error:
                raise InputError(
                    f"the training cannot go on: {str(error).splitlines()[0]}; train anew without resuming."
                ) from None
        return trainer

    def pace(self) -> Pace:
        """Say how far the run is."""
        minutes, state = self.settings.minutes, self.state
        seconds = None if minutes is None else 60 * minutes
        step, before = (0, 0.0) if state is None else (state.step, state.elapsed)
        return Pace(self.settings.steps, seconds, step, before, final_rate=self.settings.final_rate)


def starting_network(path: Path) -> UNet:
    """Load a network that can learn about boundaries.

    Raises
    ------
    InputError
        If it was made for something else.
    """
    network, card = load_network(path)
    if dict(network.config.heads) != {"boundary": 1, "distance": 1} or network.config.in_channels != 1:
        raise InputError(f"the network {path.name} was made for {card.task}; start from one for boundaries.")
    return network
