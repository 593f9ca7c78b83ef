"""Training on synthetic micrographs, from scratch or from a network: the job."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from napari_grains.events import STOP, Job, Progress
from napari_grains.networks import DevicePlan, NetworkCard, UNet, choose_device

from ._beginning import Beginning
from ._calibration import calibrate
from ._pace import Every, TrainingReport
from ._pairs import RealPair
from ._settings import Pretraining
from ._state import TrainingState, write_state
from ._stream import Batch, SyntheticStream
from ._trained import TrainedNetwork, finished_card, unfinished_card
from ._validation import RealValidation, validation_batches
from ._watch import Watch

STATE_SECONDS = 60.0
"""From one writing of the state to the next."""
_MOST_WORKERS = 16


def pretrain(
    settings: Pretraining,
    *,
    start: str | os.PathLike[str] | None = None,
    resume: TrainingState | None = None,
    state: Path | None = None,
    pairs: Sequence[RealPair] = (),
    watch: Watch | None = None,
    device: str = "auto",
    name: str = "pretrained",
    notes: str = "",
    every: int | None = None,
) -> Job[TrainedNetwork]:
    """Train a network on synthetic micrographs.

    Parameters
    ----------
    settings : Pretraining
        What and how.
    start : str or path, optional
        Name or file of a network to start from, whose architecture is kept; None: random weights.
    resume : TrainingState, optional
        A run to go on with, which had the same settings.
    state : Path, optional
        Where the run is kept about once a minute and when it is stopped, to go on with. Whoever saves the
        network of a run that was not stopped can remove it.
    pairs : sequence of RealPair
        Real micrographs to validate on; nothing is learned from them or chosen by them.
    watch : Watch, optional
        An image on which the network is shown now and then.
    device : str
        As in `choose_device`.
    name, notes : str
        Of the network, on its card.
    every : int, optional
        Steps between events with losses; None: about a second.

    Yields
    ------
    Progress, TrainingProgress, Preview
        Progress after every step, where a stop is heard.

    Returns
    -------
    TrainedNetwork

    Raises
    ------
    InputError
        If device or network do not exist, the run to go on with had other settings, or its state cannot be
        written.
    """
    plan = choose_device(device)
    began = Beginning.of(settings, start, resume)
    run = _Run(began, plan, name, RealValidation(pairs, device, began.scales))
    yield Progress(run.pace.step, run.pace.total, "drawing the first micrographs")
    stopped = yield from run.train(TrainingReport(run.pace, every), watch, state)
    return run.trained(notes, stopped=stopped)


class _Run:
    """A training on its way."""

    def __init__(self, began: Beginning, plan: DevicePlan, name: str, real: RealValidation) -> None:
        self.settings, self.plan, self.name = began.settings, plan, name
        self.trainer, self.pace = began.trainer(plan), began.pace()
        self._start, self._real = began.start, real
        self._best: dict[str, float] = {} if began.state is None else dict(began.state.best)
        self._scores: dict[str, float] = {}
        self._validated = -1  # the step when it was last
        self._unseen = validation_batches(self.settings)
        self._waited, self._first = 0.0, self.pace.step

    def train(self, report: TrainingReport, watch: Watch | None, state: Path | None) -> Job[bool]:
        """Take step after step; return whether that was stopped before the end."""
        batches, minute = self._batches(), Every(STATE_SECONDS)
        stopped = False
        while not (stopped or self.pace.finished):
            report.learned(self.trainer.learn(self._next(batches), self.pace.rate))
            self.pace.advance()
            if report.validation_is_due():
                stopped = yield from self._validate(report)
            if watch is not None and watch.due and not stopped:
                look = watch.look(self.trainer.averaged(), self._card, self.plan, self._meanwhile("training"))
                stopped = yield from look
            stopped = (yield report.event()) == STOP or stopped
            if state is not None and (stopped or minute.due):
                write_state(state, self._state())
                minute.done()
        return stopped and not self.pace.finished

    def trained(self, notes: str, *, stopped: bool) -> TrainedNetwork:
        """Calibrate what was learned and describe it."""
        current = self._validated == self.pace.step
        if not current:
            self._scores["validation"] = self.trainer.validate(self._unseen)
        network = self._averaged()
        calibrate(network, self._unseen)
        figures = self._figures() | {"stopped": stopped}
        scores = {"synthetic validation loss": round(self._scores["validation"], 4)}
        scores |= self._real.scores() if current else {}
        card = finished_card(self.settings, self.name, figures, scores, self._start, notes)
        return TrainedNetwork(network, card, figures)

    def _batches(self) -> Iterator[Batch]:
        settings, cuda = self.settings, self.plan.device.type == "cuda"
        stream = SyntheticStream(
            settings.recipe,
            settings.seed,
            settings.batch,
            settings.size,
            settings.views,
            settings.invisible_weight,
        )
        workers = settings.workers
        if workers is None:
            workers = min(_MOST_WORKERS, os.cpu_count() or 1) if cuda else 1
        return iter(stream.loader(workers, first=self.pace.step, pinned=cuda))

    def _next(self, batches: Iterator[Batch]) -> Batch:
        began = time.monotonic()
        batch = next(batches)
        if self.pace.step == self._first:
            self.pace.begin()
        else:
            self._waited += time.monotonic() - began
        return batch

    def _validate(self, report: TrainingReport) -> Job[bool]:
        """Measure how good the averaged network is; return whether that was stopped."""
        scores = {"validation": self.trainer.validate(self._unseen)}
        if self._real:
            error = yield from self._real.of(
                self._averaged(), self._card, self._unseen, self._meanwhile("validating")
            )
            if error is None:
                return True
            scores["real"] = error
        self._scores, self._validated = scores, self.pace.step
        self._best = {name: min(score, self._best.get(name, score)) for name, score in scores.items()}
        report.validated(scores)
        return False

    def _averaged(self) -> UNet:
        network = self.trainer.averaged().cpu()
        return network.to(memory_format=torch.contiguous_format)

    @property
    def _card(self) -> NetworkCard:
        return unfinished_card(self.settings, self.name)

    def _meanwhile(self, doing: str) -> Progress:
        return Progress(self.pace.step, self.pace.total, doing)

    def _state(self) -> TrainingState:
        return TrainingState(
            self.settings,
            self.pace.step,
            self.pace.elapsed,
            self._best,
            self._real.scales,
            self._start,
            self.trainer.scaling(),
            self.trainer.tensors(),
        )

    def _figures(self) -> dict[str, object]:
        seconds = max(self.pace.elapsed - self.pace.before, 1e-9)
        steps = (self.pace.step - self._first) / seconds
        return {
            "steps": self.pace.step,
            "seconds": self.pace.elapsed,
            "steps_per_second": steps,
            "samples_per_second": steps * self.settings.batch,
            "waiting": self._waited / seconds,
            "device": str(self.plan),
            "validation": self._scores["validation"],
            "real": self._scores.get("real"),
        }
