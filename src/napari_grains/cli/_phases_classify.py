"""The command `phases classify`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napari_grains import __version__
from napari_grains.errors import InputError
from napari_grains.events import Job, Progress, drive
from napari_grains.inference import ImageClassifier, check_grain_classifier, classify
from napari_grains.training import frames_of, image_files, patches_of

from ._folder import Input, ResultFolder
from ._json import one_line
from ._log import logged
from ._phases_grains import ENDING, class_cells, grain_work, pooled_numbers
from ._reporters import Reporter, reporter_for
from ._rows import csv_text
from ._run import INTERRUPTED
from ._shares import interval_text
from ._show import say_end, say_summary
from ._table import show_table

Row = dict[str, Any]
Work = Callable[[Input], Job[tuple[list[Row], Row]]]
"""Makes the job that classifies an input: the rows of the table, and what else is told of it."""


@dataclass
class _Run:
    """What came out of the inputs so far."""

    entries: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        failed = any(entry["status"] != "done" for entry in self.entries)
        return INTERRUPTED if self.interrupted else int(failed)


def classify_files(
    paths: Sequence[Path],
    output: Path,
    model: str,
    device: str,
    *,
    kind: str | None = None,
    grains: Sequence[Path] = (),
    as_json: bool,
) -> int:
    """Classify files into a folder and show the counts.

    Parameters
    ----------
    paths : sequence of Path
        Images, stacks, or folders of images.
    grains : sequence of Path
        Label images of the grains of each image, for a classifier of grains.
    output : Path
        Folder for the results.
    model, device : str
        Classifier, and where it runs.
    kind : str, optional
        What the classifier has to be for, one of `networks.TASKS`; None: anything.
    as_json : bool
        Report as one JSON event per line.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was done.
    """
    began = time.monotonic()
    classifier = ImageClassifier.load(model, device)
    if kind is not None and classifier.card.task != kind:
        raise InputError(
            f"{model} is for {classifier.card.task}, not {kind}; give another --model or --kind."
        )
    files = _files(paths)
    _check_grains(files, grains, classifier)
    folder = ResultFolder.make(output)
    inputs = folder.inputs(files, [ENDING] if grains else [])
    if grains:
        of_each = {each.stem: path for each, path in zip(inputs, grains, strict=True)}
        work: Work = lambda each: grain_work(each, of_each[each.stem], classifier, folder)  # noqa: E731
    else:
        work = lambda each: _classified(each, classifier)  # noqa: E731
    finished = _run(inputs, work, reporter_for(as_json=as_json))
    summary = _summary(finished, classifier, model) | {"seconds": round(time.monotonic() - began, 3)}
    if grains:
        summary["number_fractions"] = pooled_numbers(finished.entries, finished.rows, classifier)
    folder.write_text("classes.csv", csv_text(finished.rows))
    folder.write_json("summary.json", summary)
    if as_json:
        say_summary(summary, output, None)
    else:
        _show(summary, output)
    return finished.exit_code


def _files(paths: Sequence[Path]) -> list[Path]:
    """All files that are meant: those named, and the images of folders."""
    files: list[Path] = []
    for path in paths:
        inside = image_files(path) if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{path} holds no images; name another folder.")
        files += inside
    return files


def _check_grains(files: Sequence[Path], grains: Sequence[Path], classifier: ImageClassifier) -> None:
    """Refuse grains that are missing, too many, or of no use to the classifier."""
    if grains:
        check_grain_classifier(classifier)
    elif classifier.card.architecture.measures:
        raise InputError(
            f"the classifier {classifier.card.name} sorts grains; give their label images with --grains."
        )
    if grains and len(grains) != len(files):
        raise InputError(
            f"there are {len(files)} images and {len(grains)} label images of grains; give --grains for each."
        )


def _run(inputs: Sequence[Input], work: Work, reporter: Reporter) -> _Run:
    found = _Run()
    try:
        with reporter:
            for number, each in enumerate(inputs):
                reporter.begin(number, len(inputs), each.stem)
                entry, rows = _outcome(each, work, reporter)
                found.entries.append(entry)
                found.rows += rows
                reporter.end(entry)
    except KeyboardInterrupt:
        found.interrupted = True
        done = len(found.entries)
        found.entries += [_head(each) | {"status": "not finished"} for each in inputs[done:]]
    return found


def _outcome(each: Input, work: Work, reporter: Reporter) -> tuple[Row, list[Row]]:
    """Entry of the summary and rows of the table for one input."""
    try:
        rows, more = drive(work(each), reporter.event)
    except InputError as error:
        return _head(each) | {"status": "failed", "error": one_line(str(error))}, []
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one input, the others are done
        return _head(each) | {"status": "failed", "error": one_line(logged(error))}, []
    counts = dict(Counter(row["class"] for row in rows))
    words = rows[0]["class"] if len(rows) == 1 else _in_words(counts)
    done = {"status": "done", "answer": words, "images": len(rows), "counts": counts}
    return _head(each) | done | more, rows


def _head(each: Input) -> Row:
    return {"name": each.stem, "status": "", "error": None, "source": str(each.path)}


def _classified(each: Input, classifier: ImageClassifier) -> Job[tuple[list[Row], Row]]:
    yield Progress(0, 0, "reading")
    frames, patch = frames_of(each.path), classifier.card.patch
    places: list[Row] = [{"frame": number} for number in range(len(frames))]
    images = frames
    if patch is not None:
        corners = patches_of(frames[0], patch)
        middle = patch // 2
        images = [frame[y : y + patch, x : x + patch] for frame in frames for y, x in corners]
        places = [place | {"row": y + middle, "column": x + middle} for place in places for y, x in corners]
    answers = yield from classify(images, len(images), classifier)
    head = {"name": each.stem, "source": str(each.path)}
    return [head | place | class_cells(one) for place, one in zip(places, answers, strict=True)], {}


def _summary(finished: _Run, classifier: ImageClassifier, model: str) -> Row:
    statuses = Counter(entry["status"] for entry in finished.entries)
    card = classifier.card
    return {
        "command": "phases classify",
        "version": __version__,
        "settings": {"model": model, "device": classifier.plan.device.type},
        "status": "interrupted" if finished.interrupted else "failed" if statuses["failed"] else "done",
        "done": statuses["done"],
        "failed": statuses["failed"],
        "not_finished": statuses["not finished"],
        "model": card.name,
        "model_sha256": classifier.sha256,
        "model_notes": card.notes,
        "kind": card.task,
        "classes": list(card.class_names),
        "images": len(finished.rows),
        "counts": dict(Counter(row["class"] for row in finished.rows)),
        "device": str(classifier.plan),
        "inputs": finished.entries,
    }


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing to classify"


def _show(summary: Row, output: Path) -> None:
    total = max(summary["images"], 1)
    shares = {one["class"]: interval_text(one) for one in summary.get("number_fractions", ())}
    rows = [
        [name, str(count), shares.get(name, f"{100 * count / total:.1f} %")]
        for name, count in sorted(summary["counts"].items(), key=lambda pair: -pair[1])
    ]
    if rows:
        show_table(("class", "number", "share"), rows)
    say_end(output, None, interrupted=summary["status"] == "interrupted")
