"""Train the bundled classifier of simulated diffraction patterns.

    python scripts/train_patterns.py [OUTPUT.safetensors] [--work FOLDER]

Patterns are drawn by the default `PatternRecipe`, each of a crystal of its own, and measured once; what was
measured is kept in the work folder, part by part, so that a run that was interrupted goes on. The network
then learns from the measurements. Patterns of another seed are held out for the temperature, the limit of
the unknown and the scores on the card.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
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
from napari_grains.synthesis import CRYSTAL_SYSTEMS, DiffractionPattern, PatternRecipe
from napari_grains.training import ClassificationScores, temperature_of

DEFAULT = Path(__file__).parents[1] / "src/napari_grains/weights/patterns.safetensors"
PREPARATION = Preparation(64, low=0, high=99.9, power=0.5, mean=0.0, deviation=1.0)
RECIPE = PatternRecipe()
LEARNED, HELD_OUT = 2, 1
"""Seeds of the patterns."""
PART, PARTS, HELD_OUT_PATTERNS = 5000, 8, 6000
EPOCHS, BATCH, RATE, DECAY = 5, 256, 4e-3, 0.05
UNKNOWN_SHARE = 0.02
POWDER, ANY_ZONE = 0, 99
"""Sorts of patterns; a zone axis of low indices is u^2 + v^2 + w^2."""
NOTES = (
    "Names the crystal system of a diffraction pattern. Learned from simulated patterns alone, kinematical, "
    "64 x 64 px, of a camera constant of 22 to 36 px angstrom; measure it on your own before relying on it. "
    "One pattern often fits several systems: read the first two names. Along its axis tetragonal looks "
    "cubic; cubic <110> and tetragonal [100] look orthorhombic; monoclinic looks orthorhombic across its "
    "axis and triclinic along it. A pattern off the zone axes says little about the system."
)
console = Console()


@dataclass(frozen=True)
class Measured:
    """Readings (N, NUMBERS) of patterns in half precision, the index of each one's system, and its sort."""

    readings: Tensor
    labels: Tensor
    sorts: Tensor

    @classmethod
    def read(cls, path: Path) -> "Measured":
        """Read what `write` wrote."""
        with np.load(path) as file:
            return cls(*(torch.from_numpy(file[name]) for name in ("readings", "labels", "sorts")))

    def write(self, path: Path) -> None:
        """Write a file whole or not at all."""
        unfinished = path.with_name("unfinished.npz")
        np.savez(unfinished, readings=self.readings, labels=self.labels, sorts=self.sorts)
        unfinished.replace(path)

    @classmethod
    def joined(cls, parts: "list[Measured]") -> "Measured":
        """Put parts together."""
        columns = ([getattr(one, name) for one in parts] for name in ("readings", "labels", "sorts"))
        return cls(*(torch.cat(column) for column in columns))


def sort_of(pattern: DiffractionPattern) -> int:
    """Sort of a pattern."""
    zone = np.array(pattern.parameters.illumination.zone)
    if pattern.parameters.kind == "rings":
        return POWDER
    return int(np.sum(zone**2)) if np.array_equal(zone, np.rint(zone)) else ANY_ZONE


@torch.inference_mode()
def measured(recipe: PatternRecipe, seed: int, first: int, number: int) -> Measured:
    """Draw and read patterns."""
    reading = classifier(LATTICE, len(CRYSTAL_SYSTEMS)).encoder[0].eval()
    readings, labels, sorts = [], [], []
    for begin in range(first, first + number, 250):
        patterns = [recipe.pattern(seed, k) for k in range(begin, min(begin + 250, first + number))]
        images = torch.stack([PREPARATION(one.image) for one in patterns])
        readings.append(reading(images).flatten(1).half())
        labels += [CRYSTAL_SYSTEMS.index(one.system) for one in patterns]
        sorts += [sort_of(one) for one in patterns]
    return Measured(torch.cat(readings), torch.tensor(labels), torch.tensor(sorts))


def kept(folder: Path, name: str, seed: int, first: int, number: int) -> Measured:
    """Read a part from the work folder, or measure and keep it."""
    path = folder / f"{name}.npz"
    if not path.is_file():
        measured(RECIPE, seed, first, number).write(path)
        console.print(f"measured {path.name}")
    return Measured.read(path)


def batches(number: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield the indices of each step: all patterns in an order of its own, epoch after epoch."""
    for _ in range(EPOCHS):
        yield from torch.randperm(number, generator=generator).split(BATCH)[: number // BATCH]


def learned(known: Measured, held_out: Measured) -> torch.nn.Module:
    """Train the network; the reading before it has nothing to learn."""
    torch.manual_seed(0)
    network = classifier(LATTICE, len(CRYSTAL_SYSTEMS))
    features, head = network.encoder[1], network.head
    steps = EPOCHS * (len(known.labels) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.15)
    mean = 0.0
    for step, chosen in enumerate(batches(len(known.labels), torch.Generator().manual_seed(0)), 1):
        network.train()
        logits = head(features(known.readings[chosen].float()).flatten(1))
        loss = cross_entropy(logits, known.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        mean += (loss.item() - mean) / min(step, 200)
        if step % 200 == 0 or step == steps:
            right = outputs(network.eval(), held_out)[0].argmax(1) == held_out.labels
            figures = f"loss {mean:.3f}  accuracy {right.float().mean():.3f}"
            console.print(
                f"{step} / {steps}  {figures}  powders {right[held_out.sorts == 0].float().mean():.3f}"
            )
    return network.eval()


@torch.inference_mode()
def outputs(network: torch.nn.Module, of: Measured) -> tuple[Tensor, Tensor]:
    """Logits (N, K) and features (N, F) of a network in ``eval`` mode."""
    parts = [network.encoder[1](one.float()).flatten(1) for one in of.readings.split(1000)]
    features = torch.cat(parts)
    return network.head(features), features


def scores(logits: Tensor, temperature: float, of: Measured, how: str) -> ClassificationScores:
    probabilities = torch.softmax(logits.double() / temperature, dim=1)
    return ClassificationScores(CRYSTAL_SYSTEMS, of.labels.numpy(), probabilities.numpy(), how)


def by_sort(logits: Tensor, temperature: float, of: Measured) -> dict[str, dict[str, object]]:
    """Scores of powders, zone axes and other orientations apart."""
    sorts = {
        "powders": of.sorts == POWDER,
        "zone axes": (of.sorts != POWDER) & (of.sorts != ANY_ZONE),
        "any orientation": of.sorts == ANY_ZONE,
    }
    return {
        name: scores(
            logits[chosen],
            temperature,
            Measured(of.readings[chosen], of.labels[chosen], of.sorts[chosen]),
            name,
        ).to_dict()
        for name, chosen in sorts.items()
    }


def stored(network: torch.nn.Module, known: Measured, held_out: Measured, seconds: float) -> StoredClassifier:
    """Put network, card and feature space together."""
    logits, features = outputs(network, held_out)
    space = FeatureSpace.fit(outputs(network, known)[1], known.labels, len(CRYSTAL_SYSTEMS))
    temperature = temperature_of(logits, held_out.labels)
    found = scores(
        logits, temperature, held_out, f"{len(held_out.labels)} simulated patterns, each of another crystal"
    )
    recipe = {"patterns": RECIPE.to_dict(), "seed": LEARNED, "number": len(known.labels)}
    recipe |= {"epochs": EPOCHS, "batch": BATCH, "learning_rate": RATE, "weight_decay": DECAY}
    card = ClassifierCard(
        "patterns",
        ClassifierConfig(LATTICE, len(CRYSTAL_SYSTEMS)),
        CRYSTAL_SYSTEMS,
        "patterns",
        PREPARATION,
        temperature,
        float(torch.quantile(space.distance(features).double(), 1 - UNKNOWN_SHARE)),
        recipe=recipe | {"seconds": round(seconds)},
        scores=found.to_dict() | {"by_sort": by_sort(logits, temperature, held_out)},
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
    held_out = kept(options.work, "held-out", HELD_OUT, 0, HELD_OUT_PATTERNS)
    parts = [kept(options.work, f"part-{k:03}", LEARNED, PART * k, PART) for k in range(PARTS)]
    known, began = Measured.joined(parts), time.process_time()
    network = learned(known, held_out)
    one = stored(network, known, held_out, time.process_time() - began)
    save_classifier(options.output, one)
    console.print(f"wrote {options.output}: accuracy {one.card.scores['accuracy']:.3f}")


if __name__ == "__main__":
    main()
