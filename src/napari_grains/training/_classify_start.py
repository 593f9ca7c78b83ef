"""What the training of a classifier starts from."""

from __future__ import annotations

from dataclasses import dataclass

from napari_grains.errors import InputError
from napari_grains.networks import (
    UNET,
    Classifier,
    StoredClassifier,
    classifier,
    find_classifier,
    list_networks,
    load_classifier,
)

from ._classify_examples import Examples
from ._classify_settings import ClassifierTraining


@dataclass(frozen=True, eq=False)
class Start:
    """Makes the same network as often as one is needed.

    Parameters
    ----------
    name : str
        "random", "pretrained", or the name of a classifier.
    settings : ClassifierTraining
        With the name of the network.
    classes, channels : int
        Of the examples.
    measures : int
        Numbers that are known of each example beside its image.
    stored : StoredClassifier, optional
        Classifier to start from.
    """

    name: str
    settings: ClassifierTraining
    classes: int
    channels: int
    measures: int = 0
    stored: StoredClassifier | None = None

    @classmethod
    def of(cls, start: str | None, settings: ClassifierTraining, examples: Examples) -> Start:
        """Look at what is wanted.

        Raises
        ------
        InputError
            If it does not exist or does not fit.
        """
        if start is None:
            bundled = settings.network == UNET and "default" in list_networks()
            start = "pretrained" if bundled else "random"
        size = len(examples.class_names), examples.channels, examples.measures
        if start in ("random", "pretrained"):
            return cls(start, settings, *size)
        stored = load_classifier(find_classifier(start))
        config = stored.network.config
        if (config.network, config.channels) != (settings.network, examples.channels):
            raise InputError(
                f"{start} is a {config.network} for {config.channels} channels; start from one like "
                f"the network to train ({settings.network}, {examples.channels})."
            )
        return cls(start, settings, *size, stored)

    @property
    def pretrained(self) -> bool:
        """Whether the encoder knows something already."""
        return self.name != "random"

    def network(self) -> Classifier:
        """Make the network: the head is new, its encoder what it starts from."""
        wanted = self.name == "pretrained"
        made = classifier(
            self.settings.network, self.classes, self.channels, pretrained=wanted, measures=self.measures
        )
        if self.stored is not None:
            made.encoder.load_state_dict(self.stored.network.encoder.state_dict())
        return made
