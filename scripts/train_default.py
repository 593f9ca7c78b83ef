"""Train the bundled network from its committed recipe.

    python scripts/train_default.py [OUTPUT.safetensors]

Takes about twenty minutes of one processor core for the training and a few of another for the micrographs.
The recipe is the default of `Pretraining`; it and the time taken are kept in the network's card.
"""

import argparse
from pathlib import Path

from rich.console import Console

from napari_grains.events import Event, drive
from napari_grains.networks import save_network
from napari_grains.training import Pretraining, TrainingProgress, pretrain

DEFAULT = Path(__file__).parents[1] / "src/napari_grains/weights/default.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", type=Path, default=DEFAULT)
    output = parser.parse_args().output
    console = Console()

    def show(event: Event) -> None:
        if isinstance(event, TrainingProgress):
            validation = "" if event.validation is None else f"  validation {event.validation:.4f}"
            console.print(f"{event.done} / {event.total}  loss {event.loss:.4f}{validation}")

    trained = drive(pretrain(Pretraining(), name="default"), show)
    save_network(output, trained.network, trained.card)
    console.print(f"wrote {output}")


if __name__ == "__main__":
    main()
