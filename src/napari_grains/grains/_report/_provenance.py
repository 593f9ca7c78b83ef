"""Where the numbers of a report come from, as a table to read."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from napari_grains import __version__

from ._numbers import escaped

_NAMES: Final = {
    "source": "File",
    "shape": "Size",
    "pixel_size": "Pixel size",
    "info_bar": "Info bar",
    "left_out": "Left out",
    "model": "Network",
    "model_sha256": "Network, SHA-256",
    "method": "Method",
    "scale": "Scale for the network",
    "scale_chosen": "Scale chosen",
    "merge": "Merged below score",
    "relative_merge": "Merged below share of the usual score",
    "averaged": "Averaged over mirror images, scales",
    "device": "Device",
    "precision": "Precision",
    "edits": "Corrections by hand",
    "twins": "Twin boundaries",
    "date": "Date",
    "seconds": "Computing time, s",
    "version": "napari-grains",
    "notes": "Notes",
}
"""Keys in the order in which they are shown, in words; others follow under their own names."""
_SAID_ELSEWHERE: Final = {"content"}
_GROUPS: Final = {"labels_provenance": "Segmentation", "settings": "Settings"}
"""Mappings that are shown as a table of their own, by their keys."""


def provenance_table(provenance: Mapping[str, object]) -> str:
    """Build tables side by side, one row per fact and one table per group; what is unknown is left out.

    Parameters
    ----------
    provenance : mapping
        JSON values: source, pixel_size_um and pixel_size_source, model, version, settings and so on.
        Mappings under "labels_provenance" and "settings" are groups of their own.
    """
    outer = {key: value for key, value in provenance.items() if key not in _GROUPS}
    tables = [_table("Measurement", [*_rows(outer), _row("Report made by", software())])]
    for key, name in _GROUPS.items():
        inner = provenance.get(key)
        if isinstance(inner, Mapping):
            different = {fact: value for fact, value in inner.items() if outer.get(fact) != value}
            tables.append(_table(name, list(_rows(different))))
    return "".join(('<div class="row">', *tables, "</div>"))


def _table(name: str, rows: list[str]) -> str:
    if not rows:
        return ""
    head = f'<thead><tr><th colspan="2">{escaped(name)}</th></tr></thead>'
    return f'<div class="half"><table class="provenance">{head}<tbody>{"".join(rows)}</tbody></table></div>'


def software() -> str:
    """Name the versions that make a number reproducible."""
    return f"napari-grains {__version__}, NumPy {np.__version__}, Python {platform.python_version()}"


def _rows(facts: Mapping[str, object]) -> Iterator[str]:
    facts = _with_pixel_size(facts)
    first = [key for key in _NAMES if key in facts]
    for key in [*first, *(key for key in facts if key not in _NAMES and key not in _SAID_ELSEWHERE)]:
        text = _sides(facts[key]) if key == "shape" else _text(facts[key])
        if text:
            yield _row(_NAMES.get(key, _in_words(key)), text)


def _row(name: str, text: str) -> str:
    return f"<tr><th>{escaped(name)}</th><td>{escaped(text)}</td></tr>"


def _with_pixel_size(facts: Mapping[str, object]) -> dict[str, object]:
    """Put the pixel size and where it came from into one fact."""
    rest = {key: value for key, value in facts.items() if key not in {"pixel_size_um", "pixel_size_source"}}
    edges, source = facts.get("pixel_size_um"), facts.get("pixel_size_source")
    if isinstance(edges, list | tuple) and edges:
        height, width = f"{edges[0]:.5g}", f"{edges[-1]:.5g}"
        length = height if height == width else f"{height} × {width} (height × width)"
        rest["pixel_size"] = f"{length} µm" + (f", {source}" if source else "")
    elif "pixel_size_um" in facts:
        rest["pixel_size"] = "not known"
    return rest


def _sides(shape: object) -> str:
    if not isinstance(shape, list | tuple) or len(shape) < 2:
        return _text(shape)
    slices = f"{shape[0]} slices of " if len(shape) == 3 else ""
    return f"{slices}{shape[-1]} × {shape[-2]} px (width × height)"


def _text(value: object) -> str:
    """Write a JSON value for people; nothing for null and for what is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, Mapping):
        parts = ((_in_words(key), _text(item)) for key, item in value.items())
        return "; ".join(f"{name} {text}" for name, text in parts if text)
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    return str(value)


def _in_words(key: object) -> str:
    words = str(key).replace("_", " ").strip()
    return words[:1].upper() + words[1:]
