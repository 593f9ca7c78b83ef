"""Device and precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.networks import DevicePlan, UNet, UNetConfig, choose_device, cpu_multiplies_bfloat16

gpu = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def pretend_cuda(monkeypatch, capability, count=2):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index}")


def test_cpu_in_the_precision_it_multiplies():
    plan = choose_device("cpu")
    assert plan.device == torch.device("cpu")
    assert plan.dtype == (torch.bfloat16 if cpu_multiplies_bfloat16() else torch.float32)
    assert choose_device("cpu", precision="float32").dtype == torch.float32
    assert str(plan).startswith("CPU")
    assert str(plan).endswith(("bfloat16", "float32"))
    assert f"{torch.get_num_threads()} thread" in str(plan)


@pytest.mark.parametrize("supported", [False, True])
def test_bfloat16_follows_the_processor(monkeypatch, supported):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: supported, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
    assert choose_device("cpu").dtype == (torch.bfloat16 if supported else torch.float32)


def test_auto_is_the_cpu_without_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device() == choose_device("cpu")


@pytest.mark.parametrize(
    ("capability", "dtype"), [((7, 5), torch.float16), ((8, 0), torch.bfloat16), ((9, 0), torch.bfloat16)]
)
def test_auto_is_cuda_where_it_is(monkeypatch, capability, dtype):
    pretend_cuda(monkeypatch, capability)
    plan = choose_device()
    assert plan == DevicePlan(torch.device("cuda", 0), dtype, "GPU 0")
    assert choose_device("cuda") == plan
    assert choose_device("cuda:1").device == torch.device("cuda", 1)
    assert choose_device("cuda", precision="float32").dtype == torch.float32
    assert str(choose_device("cuda:1")) == f"GPU 1, {str(dtype).removeprefix('torch.')}"


@pytest.mark.parametrize("wanted", ["gpu", "", "cuda:", "cuda:x", "cuda:-1", "cpu:0", "CUDA 0"])
def test_unknown_devices(wanted, monkeypatch):
    pretend_cuda(monkeypatch, (9, 0))
    if wanted == "cuda:":
        assert choose_device(wanted).device.index == 0
        return
    with pytest.raises(InputError, match=r"unknown; use auto, cpu, cuda or cuda:N"):
        choose_device(wanted)


@pytest.mark.parametrize(("wanted", "count"), [("cuda", 0), ("cuda:0", 0), ("cuda:2", 2)])
def test_devices_that_are_not_there(wanted, count, monkeypatch):
    pretend_cuda(monkeypatch, (9, 0), count)
    with pytest.raises(
        InputError, match=f"there is no device {wanted} here .{count} CUDA devices found."
    ) as caught:
        choose_device(wanted)
    assert "\n" not in str(caught.value)


def test_cuda_without_a_driver(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="use auto or cpu"):
        choose_device("cuda")


def test_unknown_precision():
    with pytest.raises(InputError, match="auto or float32"):
        choose_device("cpu", precision="float64")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_placing_sets_precision_and_layout(dtype):
    network = DevicePlan(torch.device("cpu"), dtype, "CPU").place(UNet(UNetConfig(1, 4, 1)).eval())
    weight = network.encoder[1][0].weight
    assert weight.dtype == dtype
    assert weight.is_contiguous(memory_format=torch.channels_last)


def small_outputs(plan, image):
    torch.manual_seed(0)
    network = plan.place(UNet(UNetConfig(1, 8, 3)).eval().fold_batch_norm())
    with torch.inference_mode():
        outputs = network(image.to(plan.device, plan.dtype))
    return {name: tensor.float().cpu().numpy() for name, tensor in outputs.items()}


def test_bfloat16_is_near_float32_on_the_cpu():
    image = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    cpu = torch.device("cpu")
    exact = small_outputs(DevicePlan(cpu, torch.float32, "CPU"), image)
    half = small_outputs(DevicePlan(cpu, torch.bfloat16, "CPU"), image)
    for name, values in exact.items():
        np.testing.assert_allclose(half[name], values, atol=0.03)


class TestCuda:
    """Where there is a CUDA device."""

    pytestmark = gpu

    @pytest.mark.parametrize(
        ("dtype", "tolerance"), [(torch.float32, 3e-3), (torch.bfloat16, 0.03), (torch.float16, 5e-3)]
    )
    def test_result_is_near_the_cpus(self, dtype, tolerance):
        image = torch.randn(1, 1, 128, 128, generator=torch.Generator().manual_seed(0))
        expected = small_outputs(DevicePlan(torch.device("cpu"), torch.float32, "CPU"), image)
        found = small_outputs(DevicePlan(torch.device("cuda", 0), dtype, "CUDA"), image)
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, atol=tolerance)

    def test_auto_takes_it_in_half_precision(self):
        plan = choose_device()
        assert plan.device.type == "cuda"
        assert plan.dtype in (torch.bfloat16, torch.float16)
        assert torch.cuda.get_device_name(0) in str(plan)
        with pytest.raises(InputError):
            choose_device(f"cuda:{torch.cuda.device_count()}")
