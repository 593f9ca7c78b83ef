"""What a classifier looks at: class activation maps, and the filters of its first layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from napari_grains.errors import InputError
from napari_grains.events import Job, Progress
from napari_grains.inference import GrainPlane, ImageClassifier, check_grain_classifier
from napari_grains.networks import LATTICE, Classifier, GrainClassifier, Inputs, load_network
from napari_grains.weights import find_classifier, is_classifier

Float = NDArray[np.float32]


def explain_arrays(
    image: NDArray[np.generic],
    *,
    model: str,
    class_name: str | None = None,
    grains: NDArray[np.integer] | None = None,
    grain: int | None = None,
    device: str = "auto",
) -> Job[dict[str, Any]]:
    """Show which parts of an image or of a grain speak for a class; the job "explain".

    The class activation map (Zhou et al., 2016): the feature maps, each weighted with what its mean adds to
    the score of the class. With a linear head the mean of the map is that score, but for a constant; with
    the head of the pattern network the weights are the gradients of the score (Grad-CAM, Selvaraju et al.,
    2017). What speaks against the class is 0.

    Parameters
    ----------
    image : ndarray, (Y, X) or (C, Y, X)
        An image, patch, frame or pattern; for a grain the whole image (Y, X) that it lies in.
    model : str
        Name or file of a classifier.
    class_name : str, optional
        The class in question; None: the most probable one.
    grains : ndarray of int, (Y, X), optional
        Grains of the image, for a classifier of grains.
    grain : int, optional
        The one in question.
    device : str
        As in `choose_device`.

    Yields
    ------
    Progress
        At the end.

    Returns
    -------
    dict
        "map", float32 (Y, X) within 0..1 on the grid of the image, 0 where the classifier does not look;
        "class", and its "probability".

    Raises
    ------
    InputError
        If there is no such classifier, class or grain, the image does not fit, or the classifier measures
        images before it learns from them.
    """
    classifier = ImageClassifier.load(model, device)
    _check_that_it_looks(classifier)
    if not classifier.card.architecture.measures:
        inputs = Inputs(classifier.prepare(image)[None])
        number, probability = _chosen(classifier, inputs, class_name)
        shown = _on_square(_activation(classifier, inputs, number), image.shape[-2:])
    else:
        check_grain_classifier(classifier)
        if grains is None or grain is None:
            raise InputError(
                f"the classifier {classifier.card.name} sorts grains; choose a grain to explain."
            )
        plane = GrainPlane.of(image, grains, classifier.card.preparation)
        row = int(plane.rows_of(np.array([grain]))[0])
        inputs = plane.inputs(range(row, row + 1))
        number, probability = _chosen(classifier, inputs, class_name)
        shown = _on_grain(_activation(classifier, inputs, number), plane, row)
    yield Progress(1, 1, "explaining")
    return {"map": shown, "class": classifier.card.class_names[number], "probability": probability}


def filters_arrays(*, model: str) -> Job[dict[str, Any]]:
    """Show the filters of the first layer; the job "filters".

    Parameters
    ----------
    model : str
        Name or file of a classifier, or of a network that finds boundaries or phases.

    Yields
    ------
    Progress
        At the end.

    Returns
    -------
    dict
        "filters", float32 (N, h, w), weights summed over the input channels, and "network", the name.

    Raises
    ------
    InputError
        If there is no such network, or it has no filters in its first layer.
    """
    path = find_classifier(model)
    network: nn.Module
    if is_classifier(path):
        loaded = ImageClassifier.load(str(path), "cpu")
        _check_that_it_looks(loaded)
        network, name = loaded.network, loaded.card.name
    else:
        network, card = load_network(path)
        name = card.name
    first = next(one for one in network.modules() if isinstance(one, nn.Conv2d))
    yield Progress(1, 1, "reading the filters")
    return {"filters": first.weight.detach().sum(dim=1).cpu().numpy(), "network": name}


def _check_that_it_looks(classifier: ImageClassifier) -> None:
    if classifier.card.architecture.network == LATTICE:
        raise InputError(
            f"the classifier {classifier.card.name} measures spots and rings of a pattern: it has neither "
            "activation maps nor filters."
        )


def _chosen(classifier: ImageClassifier, inputs: Inputs, name: str | None) -> tuple[int, float]:
    """Find the number of the class in question, and its probability."""
    answer, names = classifier.answers(inputs)[0], classifier.card.class_names
    name = answer.ranking[0] if name is None else name
    if name not in names:
        raise InputError(f"the classifier {classifier.card.name} has no class {name!r}: {', '.join(names)}.")
    return names.index(name), answer.probabilities[answer.ranking.index(name)]


def _activation(classifier: ImageClassifier, inputs: Inputs, number: int) -> Tensor:
    """Class activation map (S, S) of one example, before what is below 0 is cut."""
    inputs, network = inputs.to(classifier.plan.device), classifier.network
    with torch.no_grad():
        maps = _maps(network, inputs)
    means = GrainClassifier.means(maps, inputs.masks).requires_grad_()
    with torch.enable_grad():
        score = network.head(_features(network, means, inputs))[0, number]
        (slopes,) = torch.autograd.grad(score, means)
    size = inputs.images.shape[-2:]
    found = torch.zeros(size)
    for one, slope in zip(maps, torch.split(slopes[0], [one.shape[1] for one in maps]), strict=True):
        weighted = (one.float() * slope[:, None, None]).sum(dim=1, keepdim=True)
        found += F.interpolate(weighted, size, mode="bilinear")[0, 0].cpu()
    return found


def _maps(network: Classifier, inputs: Inputs) -> list[Tensor]:
    if isinstance(network, GrainClassifier):
        return network.stage_maps(inputs.images)
    return [network.encoder(inputs.images)]


def _features(network: Classifier, means: Tensor, inputs: Inputs) -> Tensor:
    """Turn the means of the maps into what the head reads."""
    if not isinstance(network, GrainClassifier) or inputs.measures is None:
        return means
    return network.standardised(torch.cat([means, inputs.measures], dim=1))


def _on_square(found: Tensor, shape: tuple[int, ...]) -> Float:
    """Map on the grid of the image: the largest square in its middle was looked at."""
    side = min(shape)
    top, left = ((length - side) // 2 for length in shape)
    shown = np.zeros(shape, np.float32)
    shown[top : top + side, left : left + side] = _unit(_resized(found, side))
    return shown


def _on_grain(found: Tensor, plane: GrainPlane, row: int) -> Float:
    """Map on the grid of the image, within the grain."""
    crop, shown = plane.crops[row], np.zeros(plane.grains.shape, np.float32)
    rows, columns = crop.inside(plane.grains.shape)
    there = (
        slice(crop.top + rows.start, crop.top + rows.stop),
        slice(crop.left + columns.start, crop.left + columns.stop),
    )
    mine = plane.grains[there] == plane.ids[row]
    shown[there] = np.where(mine, _resized(found, crop.side)[rows, columns], 0)
    return _unit(shown)


def _resized(found: Tensor, side: int) -> Float:
    resized: Float = F.interpolate(found[None, None], (side, side), mode="bilinear")[0, 0].numpy()
    return resized


def _unit(values: Float) -> Float:
    """Values above 0, with 1 for the largest."""
    above = np.maximum(values, 0)
    highest = float(above.max(initial=0))
    return (above / highest).astype(np.float32) if highest > 0 else above
