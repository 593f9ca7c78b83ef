"""Which device and which precision: chosen for the user, said aloud."""

from __future__ import annotations

import platform
from dataclasses import dataclass

import torch
from torch import nn

from napari_grains.errors import InputError


@dataclass(frozen=True)
class DevicePlan:
    """Where and how a network runs.

    Parameters
    ----------
    device : torch.device
        CPU or one CUDA device.
    dtype : torch.dtype
        Precision of the convolutions: bfloat16 or float16 where the hardware multiplies it, else float32.
    name : str
        The device in words.
    """

    device: torch.device
    dtype: torch.dtype
    name: str

    def __str__(self) -> str:
        return f"{self.name}, {str(self.dtype).removeprefix('torch.')}"

    def place(self, network: nn.Module) -> nn.Module:
        """Move a network to the device, in its precision and with channels last."""
        return network.to(device=self.device, dtype=self.dtype, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def choose_device(wanted: str = "auto", *, precision: str = "auto") -> DevicePlan:
    """Choose device and precision.

    Parameters
    ----------
    wanted : str
        "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:N".
    precision : str
        "auto" (the fastest that the hardware supports) or "float32", which also means that convolutions on
        CUDA do not round to TensorFloat-32, as those of torch do otherwise.

    Returns
    -------
    DevicePlan

    Raises
    ------
    InputError
        If the device does not exist here or the name is unknown.
    """
    if precision not in ("auto", "float32"):
        raise InputError(f"precision {precision!r} is unknown; use auto or float32.")
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cpu":
        dtype = torch.bfloat16 if precision == "auto" and cpu_multiplies_bfloat16() else torch.float32
        return DevicePlan(torch.device("cpu"), dtype, _cpu_name())
    return _cuda_plan(wanted, precision)


def _cuda_plan(wanted: str, precision: str) -> DevicePlan:
    kind, _, number = wanted.partition(":")
    if kind != "cuda" or (number and not number.isdigit()):
        raise InputError(f"device {wanted!r} is unknown; use auto, cpu, cuda or cuda:N.")
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    index = int(number or 0)
    if index >= found:
        raise InputError(f"there is no device {wanted} here ({found} CUDA devices found); use auto or cpu.")
    device = torch.device("cuda", index)
    newer = torch.cuda.get_device_capability(device) >= (8, 0)
    half = torch.bfloat16 if newer else torch.float16
    torch.backends.cudnn.allow_tf32 = False  # for all: what is not half precision is to be exact
    return DevicePlan(
        device, half if precision == "auto" else torch.float32, torch.cuda.get_device_name(device)
    )


def cpu_multiplies_bfloat16() -> bool:
    """Whether the processor has bfloat16 matrix instructions (AVX512-BF16 or AMX)."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, check, bool)()) for check in checks)


def _cpu_name() -> str:
    threads = torch.get_num_threads()
    return f"CPU ({platform.machine() or 'unknown'}, {threads} thread{'s' if threads > 1 else ''})"
