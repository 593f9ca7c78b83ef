"""Start the engine process; `napari_grains.engine` is who does that."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from napari_grains.exchange import Depot
from napari_grains.worker._process import end_with_parent, lower_priority, take_pipes
from napari_grains.worker._worker import Worker


def main() -> None:
    """Talk to the parent process through stdin and stdout until stdin is closed."""
    parser = argparse.ArgumentParser(prog="python -m napari_grains.worker", description=__doc__)
    parser.add_argument("--niceness", type=int, default=0, help="how far to lower the priority, 0 to 19")
    parser.add_argument("--parent", type=int, required=True, help="process id of the viewer")
    parser.add_argument("folders", type=Path, nargs="+", help="private folders for arrays, the fastest first")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the viewer to answer
    requests, answers = take_pipes()
    end_with_parent(options.parent)
    lower_priority(options.niceness)
    Worker(requests, answers, Depot(options.folders)).run()


if __name__ == "__main__":
    main()
