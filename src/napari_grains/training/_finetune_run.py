"""A fine-tuning on its way: steps, comparisons, and what it hears meanwhile."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from napari_grains.errors import InputError
from napari_grains.events import Answer, Job, Notice, Progress, TrainingProgress
from napari_grains.inference import OutOfMemoryError, forwarded, memory_errors, suggested
from napari_grains.networks import DevicePlan, UNet, save_network
from napari_grains.synthesis import Recipe

from ._aims import Aim
from ._finetune_start import Start, recipe_like, state_file
from ._finetuned import Finetuned, finetuned_card, verdict
from ._finetuning import Finetuning
from ._inbox import Inbox
from ._learner import on_processor
from ._lessons import Lessons
from ._look import Look
from ._pace import Every, Pace
from ._race import Race

STATE_SECONDS: Final = 3.0
"""From one writing of the best network to the next."""
_RISE: Final = 20
"""Steps in which the learning rate rises."""
_FINAL: Final = 0.1
"""Learning rate at the end as a share of its peak."""
_MATCH_STEPS: Final = 10
"""Steps before the image is matched; somebody who watches sees something first, too."""
SUGGEST: Final = "suggest"
"""Name of the change that asks where to paint next."""
_IDLE: Final = 0.1
"""Seconds between two looks for new strokes when there is nothing else to do."""


class FinetuneRun:
    """A fine-tuning on its way; `finetune` makes it."""

    def __init__(
        self,
        lessons: Lessons,
        settings: Finetuning,
        start: Start,
        plan: DevicePlan,
        inbox: Inbox,
        aim: Aim,
    ) -> None:
        self._lessons, self._settings, self._start = lessons, settings, start
        self._plan, self._inbox, self._aim = plan, inbox, aim
        self._pace = Pace(settings.steps, settings.seconds)
        self._learner = aim.learner(settings, plan, start.network)
        self._expect()
        self._race = Race(self._learner, lessons.held, aim.retained)
        self._look: Look | None = None
        self._losses: list[float] = []
        self._judged = self._kept = 0  # steps when networks were compared, and when the best was written
        self._can_keep = True
        self._matching: Job[Recipe | None] | None = None
        self._to_match = bool(lessons.sizes[1] and settings.matched)

    def watch(self, number: int, index: int, focus: Sequence[float] | None) -> None:
        """Show the network on a slice of an image.

        Raises
        ------
        InputError
            If there is no such slice, or the focus is no rectangle.
        """
        image = self._lessons.image(number)
        image.plane(index)
        self._look = self._aim.look(image, index, self._start.card)
        self._look.move(focus)

    def go_on_from(self, network: UNet) -> None:
        """Go on from the network of an earlier run."""
        self._learner.go_on_from(network)
        self._race.enter()

    def train(self, state: Path | None, name: str, device: str) -> Job[None]:
        """Take step after step until the end, or until told to stop."""
        yield from self._say_score(self._race.before)
        pause = Every(STATE_SECONDS)
        self._pace.begin()
        while not self._inbox.stopped:
            yield from self._hear()
            if not self._over:
                yield from self._step()
            elif self._settings.live:
                time.sleep(_IDLE)
                yield from self._inbox.say(self._progress("waiting for strokes"))
            else:
                break
            if self._look is not None and self._look.due and not self._inbox.stopped:
                yield from self._show(self._look)
            if not (self._over or self._inbox.stopped):
                yield from self._match(device)
            if state is not None and pause.due:
                yield from self._keep(state, name)
                pause.done()
        yield from self._end(state, name)

    def finetuned(self, name: str, notes: str) -> Finetuned:
        """Describe the best network."""
        figures = self._figures()
        fields = self._lessons.fields
        card = finetuned_card(
            self._start.card, self._settings, name, figures, fields, self._start.sha256, notes
        )
        return Finetuned(self._race.best(), card, figures)

    @property
    def _over(self) -> bool:
        """Whether time, steps or progress are at their end, or there is nothing to learn."""
        return self._pace.finished or not self._race.open or self._race.since >= self._settings.patience

    def _step(self) -> Job[None]:
        """Learn from a batch, and now and then compare."""
        self._learner.choose(self._lessons.layers)
        try:
            with memory_errors():
                loss = self._learner.learn(*self._lessons.next(), self._rate)
        except OutOfMemoryError:
            yield from self._inbox.say(Notice(self._lessons.smaller()))
            return
        self._losses.append(float(loss))
        self._pace.advance()
        if self._pace.step % self._lessons.pause == 0 or self._pace.finished:
            yield from self._compare()
        else:
            yield from self._inbox.say(self._progress("training"))

    @property
    def _rate(self) -> float:
        """Learning rate as a share of its peak: a rise, then half a cosine down to a remainder."""
        fall = 0.5 * (1 + math.cos(math.pi * self._pace.fraction))
        return min(1.0, (self._pace.step + 1) / _RISE) * (_FINAL + (1 - _FINAL) * fall)

    def _compare(self) -> Job[None]:
        """Let the network as it is now enter the race."""
        self._judged = self._pace.step
        yield from self._say_score(self._race.enter())

    def _say_score(self, score: float | None) -> Job[None]:
        """Tell the mean loss of the last steps, and one on held-out strokes."""
        loss = sum(self._losses) / len(self._losses) if self._losses else math.nan
        self._losses = []
        done, total = self._pace.step, self._pace.total
        yield from self._inbox.say(TrainingProgress(done, total, "training", loss, score))

    def _expect(self) -> None:
        """Learn as far and in such steps as the network's errors before ask for."""
        self._learner.expect(self._lessons.samples())
        self._lessons.small = self._plan.device.type == "cpu" and not self._learner.restrained

    def _match(self, device: str) -> Job[None]:
        """Look for synthetic micrographs like the image, which then are learned along with the strokes.

        Begins when there was something to see, and pauses whenever there is something new.
        """
        if self._matching is None:
            seen = self._look is None or self._look.shown
            if not (self._to_match and seen and self._pace.step >= _MATCH_STEPS):
                return
            self._to_match = False
            self._matching = recipe_like(self._lessons.images[0], self._start, device)
        while self._look is None or not self._look.due:
            try:
                next(self._matching)
            except StopIteration as end:
                self._matching = None
                if end.value is not None:
                    self._lessons.rehearse(end.value)
                return
            yield from self._inbox.say(self._progress("looking at the image"))
            if self._inbox.stopped:
                return

    def _hear(self) -> Job[None]:
        """Take what has changed."""
        changes = self._inbox.changes()
        try:
            if "watch" in changes:
                number, index = changes["watch"]
                self.watch(number, index, changes.get("focus"))
            elif "focus" in changes and self._look is not None:
                self._look.move(changes["focus"])
            if self._lessons.repaint(changes):
                self._expect()
                self._race.change(self._lessons.held)
                if self._look is not None:
                    self._look.soon()
            if SUGGEST in changes:
                yield from self._suggest(changes[SUGGEST])
        except InputError as error:
            yield from self._inbox.say(Notice(str(error)))

    def _suggest(self, question: Mapping[str, Any]) -> Job[None]:
        """Answer where on a slice of an image a stroke would tell the network as it is now most."""
        image, index = self._lessons.image(question["image"]), question["slice"]
        plane, labels = image.plane(index)
        network = on_processor(self._learner.average)
        doubt = self._aim.doubt(image, index, network, self._start.card, self._plan)
        job = suggested(plane, labels, doubt, question["errors"])
        meanwhile = self._progress("training")
        answer = yield from self._inbox.during(forwarded(job, lambda _: meanwhile))
        if answer is not None:
            asked = {"image": question["image"], "slice": index}
            yield from self._inbox.say(Answer(SUGGEST, answer | asked))

    def _show(self, look: Look) -> Job[None]:
        """Show the network as it is now."""
        network = on_processor(self._learner.average)
        yield from self._inbox.during(look.show(network, self._plan, self._progress("training")))

    def _keep(self, state: Path, name: str) -> Job[None]:
        """Write the best network so far; where that fails the training goes on."""
        if not (self._race.won and self._can_keep) or self._kept == self._judged:
            return
        best = self.finetuned(name, "")
        try:
            save_network(state_file(state), best.network, best.card)
            self._kept = self._judged
        except InputError as error:
            self._can_keep = False
            yield from self._inbox.say(
                Notice(f"the training cannot be kept for the case of a crash: {error}")
            )

    def _end(self, state: Path | None, name: str) -> Job[None]:
        """Compare a last time, and show what is kept."""
        if self._judged != self._pace.step:
            self._race.enter()
        if state is not None:
            yield from self._keep(state, name)
        if self._look is not None:  # also after a stop: what is seen shall be what is kept
            yield from self._look.show(self._race.best(), self._plan, self._progress("showing the result"))

    def _progress(self, doing: str) -> Progress:
        return Progress(self._pace.step, self._pace.total, doing)

    def _figures(self) -> dict[str, Any]:
        race, won = self._race, self._race.won
        return {
            "steps": self._pace.step,
            "seconds": round(self._pace.elapsed, 3),
            "device": str(self._plan),
            "layers": self._lessons.layers,
            "batch": sum(self._lessons.sizes),
            "held_out": self._lessons.held_out,
            "before": race.before,
            "after": race.score,
            "validated": race.validated,
            "kept": "trained" if won else "start",
            "change": round(self._learner.change, 3),
            "keeping": round(self._learner.keeping, 3),
            "stopped": self._inbox.stopped,
            "verdict": verdict(race.before, race.score, won=won),
        } | self._aim.figures(race.best(), self._lessons.held)
