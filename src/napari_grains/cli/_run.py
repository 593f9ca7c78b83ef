"""One input after another: what failed is noted, the others are done, and the run is summed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from napari_grains import __version__
from napari_grains.errors import InputError
from napari_grains.events import Job, drive
from napari_grains.grains import Measurement, PhaseFraction, pool, pool_fractions

from ._folder import Input, ResultFolder
from ._json import one_line
from ._log import logged
from ._reporters import Reporter
from ._rows import csv_text

INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it."""


@dataclass(frozen=True)
class Result:
    """What came out of one input.

    Parameters
    ----------
    summary : mapping
        Its numbers; JSON-able.
    files : mapping of str to str
        Its files by what they hold.
    measurement : Measurement, optional
        Of its grains.
    fields : sequence of sequence of PhaseFraction
        The phases of each of its fields.
    """

    summary: Mapping[str, Any]
    files: Mapping[str, str]
    measurement: Measurement | None = None
    fields: Sequence[Sequence[PhaseFraction]] = ()


@dataclass(frozen=True)
class Outcome:
    """How one input ended.

    Parameters
    ----------
    input : Input
        Which.
    status : {"done", "failed", "not finished"}
        The last one after Ctrl+C.
    error : str, optional
        One line, if it failed.
    result : Result, optional
        If it is done.
    """

    input: Input
    status: Literal["done", "failed", "not finished"] = "not finished"
    error: str | None = None
    result: Result | None = None

    @property
    def entry(self) -> dict[str, Any]:
        """The outcome as it stands in the run's summary; JSON-able."""
        head = {
            "name": self.input.stem,
            "status": self.status,
            "error": self.error,
            "source": str(self.input.path),
        }
        if self.result is None:
            return head
        return head | {"files": dict(self.result.files)} | dict(self.result.summary)


@dataclass(frozen=True)
class Run:
    """All inputs of a command and how they ended.

    Parameters
    ----------
    command : str
        Name of the command.
    settings : mapping
        With what it ran; JSON-able.
    outcomes : sequence of Outcome
        One per input.
    interrupted : bool
        Whether Ctrl+C ended it.
    error : str, optional
        One line, if the summary could not be written.
    """

    command: str
    settings: Mapping[str, Any]
    outcomes: Sequence[Outcome]
    interrupted: bool = False
    error: str | None = None
    pooled: Mapping[str, Any] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pooled", _pooled(self.outcomes))

    @property
    def exit_code(self) -> int:
        """0 if all inputs are done, 1 if one failed, 130 after Ctrl+C."""
        if self.interrupted:
            return INTERRUPTED
        return int(self.error is not None or any(outcome.status != "done" for outcome in self.outcomes))

    @property
    def summary(self) -> dict[str, Any]:
        """The run's summary; JSON-able."""
        count = {
            status: sum(o.status == status for o in self.outcomes)
            for status in ("done", "failed", "not finished")
        }
        return {
            "command": self.command,
            "version": __version__,
            "settings": dict(self.settings),
            "status": "interrupted" if self.interrupted else "failed" if count["failed"] else "done",
            **{status.replace(" ", "_"): number for status, number in count.items()},
            "inputs": [outcome.entry for outcome in self.outcomes],
            "pooled": self.pooled,
        }


def _pooled(outcomes: Sequence[Outcome]) -> dict[str, Any] | None:
    """Pool what was measured, every input as a field; None for fewer than two."""
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    measurements = [each.measurement for each in results if each.measurement is not None]
    if len(measurements) < 2:
        return _pooled_phases([each.fields for each in results if each.fields])
    measurement = pool(measurements)
    return measurement.summary | {"warnings": list(measurement.warnings)}


def _pooled_phases(inputs: Sequence[Sequence[Sequence[PhaseFraction]]]) -> dict[str, Any] | None:
    if len(inputs) < 2:
        return None
    fields = [field for each in inputs for field in each]
    return {"fields": len(fields), "fractions": [one.to_dict() for one in pool_fractions(fields)]}


def run(
    command: str,
    settings: Mapping[str, Any],
    inputs: Sequence[Input],
    work: Callable[[Input], Job[Result]],
    folder: ResultFolder,
    reporter: Reporter,
) -> Run:
    """Work on every input, and write summary.json and summary.csv.

    Parameters
    ----------
    command, settings
        For the summary.
    inputs : sequence of Input
        The files.
    work : callable
        Makes the job that reads an input and writes its results.
    folder : ResultFolder
        Where the summary goes.
    reporter : Reporter
        Told what happens.

    Returns
    -------
    Run
    """
    outcomes = [Outcome(each) for each in inputs]
    interrupted = False
    try:
        with reporter:
            for number, each in enumerate(inputs):
                reporter.begin(number, len(inputs), each.stem)
                outcomes[number] = _outcome(each, work, reporter)
                reporter.end(outcomes[number].entry)
    except KeyboardInterrupt:
        interrupted = True
    finished = Run(command, settings, outcomes, interrupted)
    try:
        folder.write_json("summary.json", finished.summary)
        folder.write_text("summary.csv", csv_text([outcome.entry for outcome in outcomes]))
    except InputError as error:
        return replace(finished, error=one_line(str(error)))
    return finished


def _outcome(each: Input, work: Callable[[Input], Job[Result]], reporter: Reporter) -> Outcome:
    try:
        return Outcome(each, "done", result=drive(work(each), reporter.event))
    except InputError as error:
        return Outcome(each, "failed", one_line(str(error)))
    except BrokenPipeError:  # nobody reads the events any more: this ends the command, not the input
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one input, the others are done
        return Outcome(each, "failed", one_line(logged(error)))
