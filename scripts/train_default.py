"""Train the bundled network from its committed recipe.

    python scripts/train_default.py [OUTPUT.safetensors] [--resume]

The recipe, the loss and the number of steps are the defaults of `Pretraining`; they, the time taken and the
machine are kept in the network's card. A run that was interrupted goes on with --resume, to the same network.
`napari-grains pretrain --output OUTPUT.safetensors` does the same.
"""

import argparse
from pathlib import Path

from rich.console import Console

from napari_grains.events import Event, TrainingProgress, drive
from napari_grains.training import pretrain_arrays

DEFAULT = Path(__file__).parents[1] / "src/napari_grains/weights/default.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--resume", action="store_true", help="go on with a run that was interrupted")
    options = parser.parse_args()
    console = Console()

    def show(event: Event) -> None:
        if isinstance(event, TrainingProgress) and event.validation is not None:
            figures = f"loss {event.loss:.4f}  validation {event.validation:.4f}"
            console.print(f"{event.done} / {event.total}  {figures}")

    result = drive(pretrain_arrays(name="default", output=str(options.output), resume=options.resume), show)
    console.print(f"wrote {result['network']} after {result['steps']} steps in {result['seconds']:.0f} s")


if __name__ == "__main__":
    main()
