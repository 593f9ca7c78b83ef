"""Time the network on a large image beside MONAI's sliding window, and the parts of a segmentation.

    python benchmarks/throughput.py [--model NAME|FILE] [--repeats 5] [--threads N]

Needs the dependency group "benchmarks". Both networks have the same number of parameters within 5 % and run
in turn. Results go to benchmarks/results/throughput.json and docs/benchmarks.md. On a busy
machine threads wait for one another, which slows both networks unequally: one thread is the fairer choice.
"""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from typing import Annotated, Any

import numpy as np
import torch
import typer
from _micrograph import SIDE, calibrated_micrograph
from _results import insert, machine, markdown_table, write_results
from numpy.typing import NDArray

from napari_grains.events import drive
from napari_grains.images import CalibratedImage
from napari_grains.inference import Predictor, Segmentation, SegmentationSettings, segment
from napari_grains.networks import choose_device, find_network, load_network

try:
    from monai.inferers import sliding_window_inference
    from monai.networks.nets import BasicUNet
except ImportError:
    raise SystemExit(
        "MONAI is missing: install the dependency group 'benchmarks' of pyproject.toml."
    ) from None

OURS = "napari-grains"
FEATURES = (16, 32, 64, 128, 256, 16)
"""Of the BasicUNet: the default network's channels, level by level."""
INTRODUCTION = f"""
## Throughput

Boundary probability of an image of {SIDE} x {SIDE} px on the processor: `{OURS}` from grey levels
to results in memory, in a single look without mirror images, and MONAI's `sliding_window_inference`
(windows of 256 px, overlap 0.25, Gaussian blending, batches of 4, float32) over its `BasicUNet`, in turn,
each in a process of its own, after a first run that does not count. Medians.
""".strip()
SEGMENT = (
    "Seconds for the whole segmentation of this image at scale 1, where the network sees every pixel. Here "
    "the network is loaded anew and must obtain its memory first:"
)
Float = NDArray[np.float32]
micrograph = functools.cache(calibrated_micrograph)


@functools.cache
def monai_unet() -> torch.nn.Module:
    """MONAI's BasicUNet with as many parameters as the default network."""
    torch.manual_seed(0)
    return BasicUNet(spatial_dims=2, in_channels=1, out_channels=1, features=FEATURES).eval()


def parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def sliding_window(image: Float, network: torch.nn.Module) -> Float:
    """Boundary logits (Y, X) with MONAI in float32."""
    with torch.inference_mode():
        inputs = torch.from_numpy(image)[None, None]
        outputs = sliding_window_inference(inputs, (256, 256), 4, network, overlap=0.25, mode="gaussian")
    result: Float = outputs[0, 0].numpy()
    return result


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock and of processor time, over all threads."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - clock, "processor_seconds": time.process_time() - processor}


@functools.cache
def loaded(model: str) -> Predictor:
    """Load the network once for each process, as a stack of slices would."""
    return Predictor.load(model, "cpu")


def time_ours(model: str) -> dict[str, float]:
    """Time grey levels to results."""
    image, predictor = micrograph().pixels, loaded(model)
    return measured(lambda: drive(predictor.predict(predictor.network_input(image))))


@functools.cache
def monai_input(model: str) -> Float:
    """Prepare what the default network would be given."""
    return Predictor.load(model, "cpu").network_input(micrograph().pixels)


def time_monai(model: str) -> dict[str, float]:
    """Time MONAI on an image that is ready for the network."""
    ready, network = monai_input(model), monai_unet()
    return measured(lambda: sliding_window(ready, network))


def in_turn(model: str, repeats: int, threads: int) -> dict[str, list[dict[str, float]]]:
    """Measure both alternately, each in a process of its own, after one turn that does not count.

    Apart, because a predictor changes how its process obtains memory, from which MONAI would gain too.
    """
    times: dict[str, list[dict[str, float]]] = {OURS: [], "MONAI": []}
    with _process(threads) as ours, _process(threads) as theirs:
        for turn in range(repeats + 1):
            for name, process, work in ((OURS, ours, time_ours), ("MONAI", theirs, time_monai)):
                figures = process.submit(work, model).result()
                shown = (f"{key} {value:.2f}" for key, value in figures.items())
                print(turn or "warm-up", name, *shown, flush=True)
                times[name] += [figures] if turn else []
    return times


def _process(threads: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"), torch.set_num_threads, (threads,))


def compare(model: str, repeats: int, threads: int) -> dict[str, Any]:
    """Throughput of both networks and their ratio, by the clock and by processor time."""
    times = in_turn(model, repeats, threads)
    ours, theirs = load_network(find_network(model))[0], monai_unet()
    return {
        "device": str(choose_device("cpu")),
        "parameters": {OURS: parameters(ours), "MONAI": parameters(theirs)},
        "features": FEATURES,
        "megapixels_per_second": {name: _throughput(runs) for name, runs in times.items()},
        "ratio": {key: _ratios(times, key) for key in ("seconds", "processor_seconds")},
        "runs": times,
    }


def _throughput(runs: list[dict[str, float]]) -> float:
    return round(SIDE**2 / 1e6 / statistics.median(run["seconds"] for run in runs), 3)


def _ratios(times: dict[str, list[dict[str, float]]], key: str) -> dict[str, float]:
    """How many times faster than MONAI: by medians, by fastest runs, and the extremes of turns."""
    ours, theirs = ([run[key] for run in times[name]] for name in (OURS, "MONAI"))
    turns = [b / a for a, b in zip(ours, theirs, strict=True)]
    ratios = {
        "median": statistics.median(theirs) / statistics.median(ours),
        "fastest": min(theirs) / min(ours),
        "smallest": min(turns),
        "largest": max(turns),
    }
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


def parts(model: str, image: CalibratedImage, repeats: int) -> dict[str, Any]:
    """Median seconds of the parts of `segment` at scale 1, where the network sees every pixel."""
    runs = []
    for _ in range(repeats):
        result = drive(segment(image, SegmentationSettings(model, scale=1.0, device="cpu")))
        if not isinstance(result, Segmentation):
            raise TypeError("a segmentation that nobody stopped gave no result")
        runs.append(result.summary["seconds"])
        print("segment", runs[-1], flush=True)
    median = {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}
    return {"seconds": median, "grains": result.summary["grains"]}


def page(content: dict[str, Any]) -> str:
    """Write the text for the documentation."""
    network, whole, where = content["network"], content["segment"], content["machine"]
    return "\n\n".join(
        [
            INTRODUCTION,
            _network_table(network),
            _ratio_text(network["ratio"]),
            SEGMENT,
            _parts_table(whole),
            _circumstances(where, network["device"], content["monai"]),
        ]
    )


def _network_table(network: dict[str, Any]) -> str:
    speed = network["megapixels_per_second"]
    lines = [[name, f"{n / 1e6:.2f} M", f"{speed[name]:.2f}"] for name, n in network["parameters"].items()]
    return markdown_table(("network", "parameters", "Mpx/s"), lines)


def _ratio_text(ratio: dict[str, dict[str, float]]) -> str:
    clock, processor = ratio["seconds"], ratio["processor_seconds"]
    return (
        f"Ratio of the medians {clock['median']:.1f}, of the fastest runs {clock['fastest']:.1f}; in single "
        f"turns {clock['smallest']:.1f} to {clock['largest']:.1f}. By processor time, of the fastest runs, "
        f"{processor['fastest']:.1f}. Where other programs ran, the fastest runs are those to trust."
    )


def _parts_table(whole: dict[str, Any]) -> str:
    shown = ("network", "partition", "measure", "total")
    cells = [f"{whole['seconds'][key]:.2f}" for key in shown]
    return markdown_table(("grains", *shown), [[str(whole["grains"]), *cells]])


def _circumstances(where: dict[str, Any], device: str, monai: str) -> str:
    return (
        f"{where['processor']}; {device}; PyTorch {where['versions']['torch']}, MONAI {monai}; "
        f"{where['date']}; load average at the start {where['load_average']} (other programs, if above 0)."
    )


def main(
    model: Annotated[str, typer.Option(help="Name or file of the network.")] = "default",
    repeats: Annotated[int, typer.Option(min=1, help="Turns that count.")] = 5,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of both networks; else all.")] = None,
) -> None:
    """Compare throughput with MONAI, time a segmentation, and write the results and the documentation."""
    torch.set_num_threads(threads or torch.get_num_threads())
    content = {
        "machine": machine(),
        "monai": version("monai"),
        "network": compare(model, repeats, torch.get_num_threads()),
        "segment": parts(model, micrograph(), min(repeats, 3)),
    }
    write_results("throughput", content)
    insert("throughput", page(content))


if __name__ == "__main__":
    typer.run(main)
