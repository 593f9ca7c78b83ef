"""Results of the benchmarks: JSON files for programs, Markdown tables in the documentation for people."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from napari_grains.networks import cpu_multiplies_bfloat16

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def read_results(name: str, folder: Path = RESULTS) -> dict[str, Any]:
    """Read what `write_results` wrote; empty if there is nothing."""
    path = folder / f"{name}.json"
    content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return content


def write_results(name: str, content: Mapping[str, Any], folder: Path = RESULTS) -> None:
    """Write results as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, allow_nan=False)
    (folder / f"{name}.json").write_text(text + "\n", "utf-8")


def machine() -> dict[str, Any]:
    """Describe what a benchmark ran on, and how busy that was with other work in the minute before."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "bfloat16_instructions": cpu_multiplies_bfloat16(),
        "threads": torch.get_num_threads(),
        "load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "versions": {name: version(name) for name in ("napari-grains", "torch", "numpy", "scikit-image")}
        | {"python": platform.python_version()},
    }


def _processor() -> str:
    """Name of the processor with its family and model, where the system tells them."""
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return platform.processor() or platform.machine()
    lines = (line.partition(":") for line in path.read_text("utf-8").split("\n\n")[0].splitlines())
    facts = {key.strip(): value.strip() for key, _, value in lines}
    parts = (facts.get("model name", platform.machine()), facts.get("cpu family"), facts.get("model"))
    return "{}, family {} model {}".format(*parts)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a Markdown table; columns after the first are aligned to the right.

    Raises
    ------
    ValueError
        If a row has another length than the header.
    """
    rules = [":--", *("--:" for _ in header[1:])]
    return "\n".join(
        "| " + " | ".join(cell for _, cell in zip(header, row, strict=True)) + " |"
        for row in (header, rules, *rows)
    )


def insert(name: str, text: str, page: Path = PAGE) -> None:
    """Put text between the markers of that name in a page; without markers it goes to the end, with them.

    Parameters
    ----------
    name : str
        Markers are the HTML comments ``<!-- name: start -->`` and ``<!-- name: end -->``.
    text : str
        Markdown; replaces what is between the markers.
    page : Path
        The page; made with a heading if it does not exist.
    """
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    content = page.read_text("utf-8") if page.is_file() else "# Benchmarks\n"
    before, found, rest = content.partition(start)
    after = rest.partition(end)[2] if found else ""
    gap = "" if found else "\n"
    page.write_text(f"{before}{gap}{start}\n\n{text.strip()}\n\n{end}{after or chr(10)}", "utf-8")
