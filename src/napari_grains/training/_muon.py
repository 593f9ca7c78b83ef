"""Muon: steps along the orthogonalised momentum, so that all directions in a layer's weights count alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import torch
from torch import Tensor, nn

_MOMENTUM: Final = 0.95
_COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
"""Of X, XXᵀX and (XXᵀ)²X: singular values of 0.005 to 1 come near 1 in five rounds."""
_ROUNDS: Final = 5
_TINY: Final = 1e-7


class Muon(torch.optim.Optimizer):
    """Optimizer for the weights of convolutions within a network.

    A gradient is mostly a few directions, along which a network learns while others hardly move. Muon takes
    the momentum of the gradient as a matrix, with a row for each index of the first axis, makes all its
    singular values nearly 1, and steps in that direction (K. Jordan et al., *Muon: an optimizer for hidden
    layers in neural networks*, 2024). Here the length of a step is a share of the norm of the weights, which
    change by the same share in all layers, whatever the size of the gradients. Biases, norms and outputs are
    for another optimizer.

    Parameters
    ----------
    weights : iterable of Parameter, (A, B, ...)
        Of convolutions.
    lr : float
        Length of a step as a share of the norm of the weights.
    """

    def __init__(self, weights: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(weights, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Take a step.

        Parameters
        ----------
        closure : None
            There is no use for one.
        """
        if closure is not None:
            raise ValueError("Muon takes no closure")
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, weight.grad, group["lr"])

    def _move(self, weight: Tensor, gradient: Tensor, share: float) -> None:
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        momentum = state["momentum"].lerp_(gradient, 1 - _MOMENTUM)
        direction = orthogonalised(gradient.lerp(momentum, _MOMENTUM))
        weight.sub_(direction * (share * weight.norm() / direction.norm().clamp_min(_TINY)))


def orthogonalised(weights: Tensor) -> Tensor:
    """Make the singular values of a matrix nearly alike (0.7 to 1.2), but for those that are next to none.

    The rounds of the Newton-Schulz iteration are polynomials in XXᵀ: their product is found from this small
    matrix and applied once, which takes less than half of the time.

    Parameters
    ----------
    weights : Tensor, (A, B, ...)
        Float32; a matrix with A rows.

    Returns
    -------
    Tensor, same shape
    """
    last = weights.movedim(1, -1)  # the order of columns is free: as they lie in memory, channels last
    matrix = last.reshape(len(weights), -1)
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    wide = wide / wide.norm().clamp_min(_TINY)
    result: Tensor = _polynomial(wide @ wide.T) @ wide
    return (result.T if wide.shape != matrix.shape else result).reshape(last.shape).movedim(-1, 1)


def _polynomial(gram: Tensor) -> Tensor:
    """Product of the rounds' factors; each follows from what the rounds before made of XXᵀ."""
    product = factor = _factor(gram)
    for _ in range(_ROUNDS - 1):
        gram = factor @ gram @ factor
        factor = _factor(gram)
        product = factor @ product
    return product


def _factor(gram: Tensor) -> Tensor:
    """By what a round multiplies X from the left."""
    linear, cubic, quintic = _COEFFICIENTS
    factor = torch.addmm(gram, gram, gram, beta=cubic, alpha=quintic)
    factor.diagonal().add_(linear)
    return factor
