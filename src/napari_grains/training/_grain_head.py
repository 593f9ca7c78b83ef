"""The head of a grain classifier, fitted to what a frozen encoder and the measures say."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from napari_grains.events import STOP, Job, Progress
from napari_grains.networks import DevicePlan, GrainClassifier, Inputs

from ._classify_views import QUARTERS, quarter

_BATCH = 64
_RIDGE = 0.0005
"""Penalty on the squared weights of the head; the features of an example add up to about 1."""
_ITERATIONS = 200


class GrainHead:
    """Fits heads to the same examples, which are seen through the encoder only once.

    Parameters
    ----------
    plan : DevicePlan
        Where the encoder runs.
    """

    def __init__(self, plan: DevicePlan) -> None:
        self._plan = plan
        self._raw: Tensor | None = None

    def fit(
        self,
        network: GrainClassifier,
        inputs: Inputs,
        learned: NDArray[np.int64],
        labels: Tensor,
        weights: Tensor,
    ) -> Job[bool]:
        """Standardise the features of a network and fit its head, in place.

        Parameters
        ----------
        network : GrainClassifier
            Its encoder is the same in every call.
        inputs : Inputs
            All N examples; the same in every call.
        learned : ndarray of int64, (n,)
            Those to learn from.
        labels : Tensor, (n,), int64
            Their classes.
        weights : Tensor, (K,)
            Of the classes in the loss.

        Yields
        ------
        Progress
            While the encoder looks at the grains.

        Returns
        -------
        bool
            Whether that was stopped.
        """
        network.to(self._plan.device).eval()
        stopped = False
        if self._raw is None:
            self._raw, stopped = yield from self._seen(network, inputs)
        features = self._raw[:, torch.from_numpy(learned)]
        network.standardise_by(features.flatten(0, 1))
        features = network.standardised(features).flatten(0, 1)
        fit_linear(network.head, features, labels.repeat(QUARTERS), weights)
        return stopped

    def _seen(self, network: GrainClassifier, inputs: Inputs) -> Job[tuple[Tensor, bool]]:
        """Raw features (views, N, F) of all views; after a stop those of the first view for all."""
        views: list[Tensor] = []
        stopped, total = False, QUARTERS * len(inputs)
        for number in range(QUARTERS):
            parts: list[Tensor] = []
            if stopped:
                views.append(views[0])
                continue
            for batch in inputs.batches(_BATCH):
                parts.append(self._features(network, quarter(batch.to(self._plan.device), number)))
                done = number * len(inputs) + sum(map(len, parts))
                stopped |= (yield Progress(done, total, "looking at the grains")) == STOP
            views.append(torch.cat(parts))
        return torch.stack(views), stopped

    @torch.inference_mode()
    def _features(self, network: GrainClassifier, inputs: Inputs) -> Tensor:
        return network.raw_features(inputs)


def fit_linear(head: nn.Linear, features: Tensor, labels: Tensor, weights: Tensor) -> None:
    """Fit a head by penalised logistic regression, in place; repeatable and without a learning rate.

    Parameters
    ----------
    head : nn.Linear
        From F features to K logits.
    features : Tensor, (N, F)
        Standardised.
    labels : Tensor, (N,), int64
        Classes.
    weights : Tensor, (K,)
        Of the classes in the loss.
    """
    features, weights = features.clone().double(), weights.to(features.device).double()
    labels = labels.to(features.device)
    weight = torch.zeros(head.weight.shape, dtype=torch.float64, device=features.device, requires_grad=True)
    bias = torch.zeros(len(weights), dtype=torch.float64, device=features.device, requires_grad=True)
    search = torch.optim.LBFGS([weight, bias], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        value: Tensor = F.cross_entropy(features @ weight.T + bias, labels, weights)
        value = value + 0.5 * _RIDGE * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    with torch.enable_grad():
        search.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
