"""Files in which examples outlive a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from napari_grains.widgets._kept_files import KeptFacts, KeptFile

Kind: TypeAlias = Literal["grains", "points"]


@dataclass(frozen=True)
class ExampleFacts(KeptFacts):
    """What is known of kept examples without reading them.

    Parameters
    ----------
    kind : "grains" or "points"
        What they mark.
    layer : str
        Name of the layer of grains, or of the image that the points lie on.
    shape : sequence of int
        Of that layer.
    classes, unused : sequence of (int, str)
        Labels and names; of those that were taken from the list, too.
    """

    kind: Kind
    layer: str
    shape: Sequence[int]
    classes: Sequence[tuple[int, str]]
    unused: Sequence[tuple[int, str]]

    @property
    def names(self) -> dict[int, str]:
        """Names of the classes by their labels."""
        return {int(label): str(name) for label, name in self.classes}

    @property
    def unused_names(self) -> dict[int, str]:
        """Names of the classes that were taken from the list."""
        return {int(label): str(name) for label, name in self.unused}


class ExampleFile(KeptFile[ExampleFacts]):
    """Kept examples of one layer."""

    things = "examples"

    @classmethod
    def facts_from(cls, known: Mapping[str, Any]) -> ExampleFacts:
        """Make facts of what was written."""
        facts = ExampleFacts(**known)
        facts.names, facts.unused_names  # noqa: B018 - raise where they are none
        return facts


def kept_examples() -> list[tuple[ExampleFile, ExampleFacts]]:
    """Return examples that were kept, the latest first; very old ones are removed."""
    return ExampleFile.kept()
