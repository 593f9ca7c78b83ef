"""Downloaded samples as napari opens them: their licence is told when they appear.

What goes wrong is raised: napari shows the one line of an `InputError` as a notification, and would add a
second one to a function that gave no layer.
"""

from __future__ import annotations

from napari.utils.notifications import show_info

from napari_grains import samples
from napari_grains.samples import LayerData


def nist_steel() -> list[LayerData]:
    """Open the steel of NIST."""
    return _announced(samples.nist_steel())


def nist_titanium() -> list[LayerData]:
    """Open the titanium alloy of NIST."""
    return _announced(samples.nist_titanium())


def _announced(layers: list[LayerData]) -> list[LayerData]:
    for _, properties, _ in layers:
        show_info(f"{properties['name']}: {properties['metadata']['sample']['licence']}.")
    return layers
