"""The part of the dock that says how a classifier is trained, and which one is used."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QLineEdit

from napari_grains.weights import SUFFIX, user_folder
from napari_grains.widgets._classifier_field import ClassifierField
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._form import row, rows_of
from napari_grains.widgets._knobs import Number
from napari_grains.widgets._paint_box import beside
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._training_box import name_problem

_NETWORKS: Final = (
    "unet",
    "pattern",
    "resnet18",
    "resnet50",
    "vgg11_bn",
    "densenet121",
    "efficientnet_b0",
)
_STARTS: Final = {"automatic": None, "pretrained": "pretrained", "random": "random"}
_STRATEGIES: Final = {
    "automatic": "auto",
    "head alone": "frozen",
    "last stage": "last stage",
    "full": "full",
}
_TIPS: Final = {
    "network": "unet: encoder of the bundled network, works offline; pattern: small, for 64 × 64 px\n"
    "patterns; or any classifier of torchvision by its name",
    "start": "Automatic: pretrained where that needs no download. Pretrained: weights of torchvision, which\n"
    "are downloaded once; without a connection a line says which file to put where.",
    "strategy": "What learns. Automatic: with up to 20 examples of the smallest class the head alone,\n"
    "with up to 200 the last stage too, with more everything; random weights always learn as a whole",
    "minutes": "Most time for each training; it ends when all its steps are done. The cross-validation\n"
    "trains up to five times",
    "name": "The classifier is saved under this name and then is in the list below.\nFolder: {folder}",
}


class ClassifierBox(QGroupBox):
    """Network, what it starts from, what learns, length, name; and the classifier in use.

    Parameters
    ----------
    tasks : collection of str
        What classifiers of the tab are for.
    name : str
        Of the classifier, at first.

    Attributes
    ----------
    network : NarrowComboBox
        Editable: any name of torchvision.
    start, strategy : NarrowComboBox
    minutes : Number
    name : QLineEdit
    classifier : ClassifierField
        What classifies.
    device : TextLine
        What computes.
    changed : Signal
    """

    changed = Signal()

    def __init__(self, tasks: Collection[str], name: str) -> None:
        super().__init__("Train")
        self.network, self.start, self.strategy = NarrowComboBox(), NarrowComboBox(), NarrowComboBox()
        self.minutes, self.name = Number(0.1, 600, 1), QLineEdit(name)
        self.classifier, self.device = ClassifierField(tasks), TextLine()
        self.network.setEditable(True)
        self.network.addItems(list(_NETWORKS))
        self.start.addItems(list(_STARTS))
        self.strategy.addItems(list(_STRATEGIES))
        self.minutes.setValue(5)
        self._lay_out()
        for signal in (self.network.currentTextChanged, self.name.textChanged, self.classifier.changed):
            signal.connect(lambda *_: self.changed.emit())

    @property
    def classifier_name(self) -> str:
        """The name without spaces around it."""
        return self.name.text().strip()

    @property
    def replaces(self) -> bool:
        """Whether a network of this name is there already."""
        return (user_folder() / f"{self.classifier_name}{SUFFIX}").exists()

    def problem(self) -> str:
        """Say in one line why nothing can be trained like this; empty if it can."""
        if not self.network.currentText().strip():
            return "Name a network: unet, pattern, or one of torchvision such as resnet18."
        return name_problem(self.classifier_name)

    def arguments(self) -> dict[str, Any]:
        """Arguments of the job "train_classifier" that say how."""
        return {
            "name": self.classifier_name,
            "network": self.network.currentText().strip(),
            "start": _STARTS[self.start.currentText()],
            "strategy": _STRATEGIES[self.strategy.currentText()],
            "minutes": self.minutes.value(),
        }

    def set_running(self, *, on: bool) -> None:
        """Let nothing be changed that a running training has begun with."""
        for part in (self.network, self.start, self.strategy, self.minutes, self.name):
            part.setEnabled(not on)

    def _lay_out(self) -> None:
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip.format(folder=user_folder()))
        if (editor := self.network.lineEdit()) is not None:
            editor.setToolTip(_TIPS["network"])
        self.minutes.setSuffix(" min")
        rows_of(
            self,
            row("Network", beside(self.network, self.start), buddy=self.network),
            row("Learns", beside(self.strategy, self.minutes), buddy=self.strategy),
            row("Name", self.name),
            row("Classifier", self.classifier, buddy=self.classifier.names),
            below=[self.device],
        )
