"""Which network tells phases apart, or which one a new one begins from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from napari_grains.weights import CLASSIFIER, list_networks, list_phase_networks
from napari_grains.widgets._network_field import NetworkField


class PhaseNetworkField(NetworkField):
    """A list of networks that tell phases apart, and of others that a training can begin from."""

    @property
    def class_names(self) -> list[str]:
        """Phases that the chosen network knows; none where it only is what a training begins from."""
        card, problem = self.read()
        return list(card.get("class_names", ())) if card.get("task") == "phases" and not problem else []

    @property
    def scale(self) -> float | None:
        """Network px per image px at which the chosen network was trained on phases."""
        runs = self.read()[0].get("recipe", {}).get("finetuning") or [{}]
        scales = [one.get("scale") for one in runs[-1].get("painted", [])]
        return float(scales[0]) if self.class_names and scales and scales[0] else None

    @property
    def channels(self) -> int:
        """Images that the chosen network sees together."""
        return int(self.read()[0].get("architecture", {}).get("in_channels", 1))

    def _networks(self) -> Mapping[str, Path]:
        return {**list_networks(), **list_phase_networks()}

    def _text_of(self, name: str) -> str:
        return name if name in list_phase_networks() else f"new, from “{name}”"

    def _problem_of(self, card: Mapping[str, Any]) -> str:
        if card.get("kind") == CLASSIFIER:
            return "This is a classifier of whole images: choose another network."
        task = card.get("task")
        return "" if task in ("boundary", "phases") else f"This network was made for {task}: choose another."
