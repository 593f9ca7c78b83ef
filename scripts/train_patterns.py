"""Train the bundled classifier of simulated diffraction patterns.

    python scripts/train_patterns.py [OUTPUT.safetensors] [--work FOLDER]

Patterns are drawn by the default `PatternRecipe` and by one of wide imaging in turn, each of a crystal of its
own, and measured once; what was measured is kept in the work folder, part by part, so that a run that was
interrupted goes on. The network then learns from the measurements, and from frames without a pattern to keep
such far from all classes. Patterns of another seed are held out for the temperature, the limit of the unknown
and the scores on the card. The card says how much processor time it took.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from _no_patterns import CONTENTS, no_pattern
from numpy.typing import NDArray
from rich.console import Console
from torch import Tensor
from torch.nn.functional import cross_entropy

from napari_grains.networks import (
    LATTICE,
    ClassifierCard,
    ClassifierConfig,
    FeatureSpace,
    Preparation,
    StoredClassifier,
    classifier,
    save_classifier,
)
from napari_grains.synthesis import (
    CRYSTAL_SYSTEMS,
    WIDE_PATTERN_RANGES,
    DiffractionPattern,
    PatternRecipe,
)
from napari_grains.training import ClassificationScores, temperature_of

DEFAULT = Path(__file__).parents[1] / "src/napari_grains/weights/patterns.safetensors"
PREPARATION = Preparation(64, low=0, high=99.9, power=0.5, mean=0.0, deviation=1.0)
RECIPES = (PatternRecipe(), PatternRecipe(ranges=WIDE_PATTERN_RANGES))
"""Usual imaging and that of many cameras, in turn."""
LEARNED, HELD_OUT = 2, 1
"""Seeds of the patterns."""
PART, PARTS, HELD_OUT_PATTERNS, EMPTY_FRAMES, HELD_OUT_EMPTY = 5000, 16, 6000, 6000, 1200
TOGETHER = 50
EPOCHS, BATCH, RATE, DECAY = 8, 256, 3e-3, 0.05
BESIDE, FAR, PLACED, EVEN = 20, 12.0, 0.3, 0.05
"""Frames without a pattern in a batch; mean square of their features, patterns having 1 at most; weights."""
UNKNOWN_SHARE = 0.05
POWDER, ANY_ZONE, NOTHING = 0, 99, -1
"""Sorts; a zone axis of low indices is u^2 + v^2 + w^2."""
NOTES = (
    "Names the crystal system of a diffraction pattern. Learned from simulated patterns alone, kinematical, "
    "64 x 64 px, half of them of a camera constant of 22 to 36 px angstrom, sharp and in the middle, half "
    "of 15 to 55 px angstrom, blurred and off the middle, too; measure it on your own before relying on it. "
    "One pattern often fits several systems: read the first two names. Along its axis tetragonal looks "
    "cubic; cubic <110> and tetragonal [100] look orthorhombic; monoclinic looks orthorhombic across its "
    "axis and triclinic along it, and is seldom named. A pattern off the zone axes says little about the "
    "system. Patterns of other imaging get low probabilities, and some are called unknown."
)
Drawing = Callable[[int, range], tuple[list[NDArray[np.float32]], list[int], list[int]]]
console = Console()


@dataclass(frozen=True)
class Measured:
    """Readings (N, NUMBERS) in half precision, index of each one's system, its sort, and processor time."""

    readings: Tensor
    labels: Tensor
    sorts: Tensor
    seconds: Tensor

    @classmethod
    def read(cls, path: Path) -> "Measured":
        """Read what `write` wrote."""
        with np.load(path) as file:
            return cls(*(torch.from_numpy(file[one.name]) for one in fields(cls)))

    def write(self, path: Path) -> None:
        """Write a file whole or not at all."""
        unfinished = path.with_name("unfinished.npz")
        np.savez(unfinished, **{one.name: getattr(self, one.name) for one in fields(self)})
        unfinished.replace(path)

    @classmethod
    def joined(cls, parts: "list[Measured]") -> "Measured":
        """Put parts together."""
        columns = ([getattr(one, name) for one in parts] for name in ("readings", "labels", "sorts"))
        return cls(*(torch.cat(column) for column in columns), sum(one.seconds for one in parts))

    def those(self, chosen: Tensor) -> "Measured":
        """Choose some."""
        return Measured(self.readings[chosen], self.labels[chosen], self.sorts[chosen], self.seconds)


def sort_of(pattern: DiffractionPattern) -> int:
    """Sort of a pattern."""
    zone = np.array(pattern.parameters.illumination.zone)
    if pattern.parameters.kind == "rings":
        return POWDER
    return int(np.sum(zone**2)) if np.array_equal(zone, np.rint(zone)) else ANY_ZONE


def drawn(seed: int, index: int) -> DiffractionPattern:
    """Pattern number ``index`` of a seed, by the recipes in turn."""
    return RECIPES[index % len(RECIPES)].pattern(seed, index)


def images(seed: int, numbers: range) -> tuple[list[NDArray[np.float32]], list[int], list[int]]:
    """Draw patterns: images, indices of their systems, and sorts."""
    patterns = [drawn(seed, k) for k in numbers]
    labels = [CRYSTAL_SYSTEMS.index(one.system) for one in patterns]
    return [one.image for one in patterns], labels, [sort_of(one) for one in patterns]


def empty(seed: int, numbers: range) -> tuple[list[NDArray[np.float32]], list[int], list[int]]:
    """Draw frames without a pattern."""
    return [no_pattern(seed, k) for k in numbers], [NOTHING] * len(numbers), [NOTHING] * len(numbers)


@torch.inference_mode()
def measured(draw: Drawing, seed: int, numbers: range) -> Measured:
    """Draw and read."""
    reading, began = classifier(LATTICE, len(CRYSTAL_SYSTEMS)).encoder[0].eval(), time.process_time()
    readings, labels, sorts = [], [], []
    for begin in range(0, len(numbers), TOGETHER):
        found = draw(seed, numbers[begin : begin + TOGETHER])
        readings.append(reading(torch.stack([PREPARATION(one) for one in found[0]])).flatten(1).half())
        labels += found[1]
        sorts += found[2]
    seconds = torch.tensor(time.process_time() - began)
    return Measured(torch.cat(readings), torch.tensor(labels), torch.tensor(sorts), seconds)


def kept(folder: Path, name: str, draw: Drawing, seed: int, numbers: range) -> Measured:
    """Read a part from the work folder, or measure and keep it."""
    path = folder / f"{name}.npz"
    if not path.is_file():
        measured(draw, seed, numbers).write(path)
        console.print(f"measured {path.name}")
    return Measured.read(path)


def batches(number: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield the indices of each step: all patterns in an order of its own, epoch after epoch."""
    for _ in range(EPOCHS):
        yield from torch.randperm(number, generator=generator).split(BATCH)[: number // BATCH]


def learned(known: Measured, nothing: Measured, held_out: Measured) -> torch.nn.Module:
    """Train the network; the reading before it has nothing to learn."""
    torch.manual_seed(0)
    network, generator = classifier(LATTICE, len(CRYSTAL_SYSTEMS)), torch.Generator().manual_seed(0)
    steps = EPOCHS * (len(known.labels) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.15)
    mean = 0.0
    for step, chosen in enumerate(batches(len(known.labels), generator), 1):
        beside = torch.randint(len(nothing.labels), (BESIDE,), generator=generator)
        loss = loss_of(network.train(), known.those(chosen), nothing.those(beside))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        mean += (loss.item() - mean) / min(step, 200)
        if step % 400 == 0 or step == steps:
            console.print(f"{step} / {steps}  loss {mean:.3f}  {progress(network.eval(), held_out)}")
    return network.eval()


def loss_of(network: torch.nn.Module, known: Measured, nothing: Measured) -> Tensor:
    """Cross entropy of patterns; frames without one shall be of no class, and far from all in features."""
    readings = torch.cat([known.readings, nothing.readings]).float()
    features = network.encoder[1](readings).flatten(1)
    number = len(known.labels)
    named, unnamed = network.head(features).split([number, len(nothing.labels)])
    near, far = features.square().mean(dim=1).split([number, len(nothing.labels)])
    placed = (near - 1).clamp_min(0).mean() + (1 - far / FAR).clamp_min(0).mean()
    even = -torch.log_softmax(unnamed, dim=1).mean()
    return cross_entropy(named, known.labels) + PLACED * placed + EVEN * even


def progress(network: torch.nn.Module, held_out: Measured) -> str:
    """Accuracy so far."""
    right = (outputs(network, held_out)[0].argmax(1) == held_out.labels).float()
    powders = right[held_out.sorts == POWDER].mean()
    usual, wide = (right[k :: len(RECIPES)].mean() for k in range(len(RECIPES)))
    return f"accuracy usual {usual:.3f}  wide {wide:.3f}  powders {powders:.3f}"


@torch.inference_mode()
def outputs(network: torch.nn.Module, of: Measured) -> tuple[Tensor, Tensor]:
    """Logits (N, K) and features (N, F) of a network in ``eval`` mode."""
    parts = [network.encoder[1](one.float()).flatten(1) for one in of.readings.split(1000)]
    features = torch.cat(parts)
    return network.head(features), features


def scores(logits: Tensor, temperature: float, of: Measured, how: str) -> ClassificationScores:
    probabilities = torch.softmax(logits.double() / temperature, dim=1)
    return ClassificationScores(CRYSTAL_SYSTEMS, of.labels.numpy(), probabilities.numpy(), how)


def by_part(logits: Tensor, temperature: float, of: Measured) -> dict[str, dict[str, object]]:
    """Scores of powders, zone axes and other orientations apart, and of usual and wide imaging."""
    number = torch.arange(len(of.labels)) % len(RECIPES)
    parts = {
        "powders": of.sorts == POWDER,
        "zone axes": (of.sorts != POWDER) & (of.sorts != ANY_ZONE),
        "any orientation": of.sorts == ANY_ZONE,
        "usual imaging": number == 0,
        "wide imaging": number == 1,
    }
    return {
        name: scores(logits[chosen], temperature, of.those(chosen), name).to_dict()
        for name, chosen in parts.items()
    }


def unknown_without_pattern(distances: Tensor, limit: float) -> dict[str, float]:
    """Share of each content of frames without a pattern that is called unknown."""
    return {
        content.__name__: round(float((distances[k :: len(CONTENTS)] > limit).float().mean()), 4)
        for k, content in enumerate(CONTENTS)
    }


def stored(
    network: torch.nn.Module,
    known: Measured,
    held_out: Measured,
    empty_frames: Measured,
    seconds: dict[str, float],
) -> StoredClassifier:
    """Put network, card and feature space together."""
    logits, features = outputs(network, held_out)
    space = FeatureSpace.fit(outputs(network, known)[1], known.labels, len(CRYSTAL_SYSTEMS))
    temperature = temperature_of(logits, held_out.labels)
    limit = float(torch.quantile(space.distance(features).double(), 1 - UNKNOWN_SHARE))
    empty_ones = unknown_without_pattern(space.distance(outputs(network, empty_frames)[1]), limit)
    found = scores(
        logits, temperature, held_out, f"{len(held_out.labels)} simulated patterns, each of another crystal"
    )
    recipe = {"patterns": [one.to_dict() for one in RECIPES], "seed": LEARNED, "number": len(known.labels)}
    recipe |= {"epochs": EPOCHS, "batch": BATCH, "learning_rate": RATE, "weight_decay": DECAY}
    recipe |= {f"seconds_{name}": round(value) for name, value in seconds.items()}
    card = ClassifierCard(
        "patterns",
        ClassifierConfig(LATTICE, len(CRYSTAL_SYSTEMS)),
        CRYSTAL_SYSTEMS,
        "patterns",
        PREPARATION,
        temperature,
        limit,
        recipe=recipe,
        scores=found.to_dict()
        | {"by_part": by_part(logits, temperature, held_out), "unknown_without_pattern": empty_ones},
        versions={one: version(one) for one in ("napari-grains", "torch", "numpy")},
        created=datetime.now(UTC).date().isoformat(),
        notes=NOTES,
    )
    return StoredClassifier(network, card, space)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument(
        "--work", type=Path, default=Path("patterns-work"), help="folder for the measurements"
    )
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    held_out = kept(options.work, "held-out", images, HELD_OUT, range(HELD_OUT_PATTERNS))
    nothing = kept(options.work, "nothing", empty, LEARNED, range(EMPTY_FRAMES))
    held_out_empty = kept(options.work, "held-out-nothing", empty, HELD_OUT, range(HELD_OUT_EMPTY))
    parts = [
        kept(options.work, f"part-{k:03}", images, LEARNED, range(PART * k, PART * (k + 1)))
        for k in range(PARTS)
    ]
    known, began = Measured.joined(parts), time.process_time()
    network = learned(known, nothing, held_out)
    drawing = float(sum(part.seconds for part in (held_out, nothing, held_out_empty, known)))
    seconds = {"drawing": drawing, "learning": time.process_time() - began}
    one = stored(network, known, held_out, held_out_empty, seconds)
    save_classifier(options.output, one)
    console.print(
        f"wrote {options.output}: accuracy {one.card.scores['accuracy']:.3f}; processor time: drawing "
        f"{drawing:.0f} s, learning {seconds['learning']:.0f} s"
    )


if __name__ == "__main__":
    main()
