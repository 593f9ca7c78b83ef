"""What is remembered from one job to the next, and what is not."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from napari_grains.events import Progress, drive
from napari_grains.images import calibrated
from napari_grains.inference import View, segment, warm_up
from napari_grains.inference._recent import Recent, recent_predictor, recent_scale
from napari_grains.inference._tiled import TILE


def test_the_latest_values_are_kept():
    recent = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert recent.get("b") is None
    assert (recent.get("a"), recent.get("c")) == (1, 3)


class TestScale:
    @pytest.fixture
    def counted(self, make_predictor, monkeypatch):
        predictor = make_predictor()
        predictor.sha256 = "tiny"
        calls = []
        predict = predictor.predict
        monkeypatch.setattr(predictor, "predict", lambda *a, **k: calls.append(1) or predict(*a, **k))

        def find(*arguments):
            calls.clear()
            return drive(recent_scale(arguments[0], predictor, *arguments[1:])), len(calls)

        return find, predictor

    def test_is_found_once_for_the_same_pixels(self, counted, etched):
        find, _ = counted
        scale, calls = find(etched)
        assert calls > 2
        assert find(etched.copy()) == (scale, 0)
        assert find(np.asfortranarray(etched)) == (scale, 0)

    def test_is_found_again_where_anything_differs(self, counted, etched):
        find, predictor = counted
        find(etched)
        changed = etched.copy()
        changed[77, 33] += 0.01
        mask = np.ones(etched.shape, bool)
        mask[:20] = False
        for arguments in ((changed,), (etched.T.copy(),), (etched, mask), (etched, None, mask)):
            assert find(*arguments)[1] > 0
            assert find(*arguments)[1] == 0
        predictor.sha256 = "another"
        assert find(etched)[1] > 0

    def test_is_told_as_found_automatically_all_the_same(self, etched, settings):
        first, second = (drive(segment(calibrated(etched), settings(scale=None))).summary for _ in range(2))
        assert first["scale"] == second["scale"]
        assert second["scale_chosen"] == "auto"

    def test_is_not_looked_for_in_a_second_run(self, etched, settings):
        messages = []
        for _ in range(2):
            events = []
            drive(segment(calibrated(etched), settings(scale=None), View(focus=[0, 9, 0, 9])), events.append)
            messages.append({e.message for e in events if isinstance(e, Progress)})
        assert "finding the scale" in messages[0]
        assert "finding the scale" not in messages[1]


class TestPredictor:
    def test_is_loaded_once(self, tiny_file):
        first = recent_predictor(tiny_file, "cpu", "float32")
        assert recent_predictor(tiny_file, "cpu", "float32") is first

    def test_serves_warm_up_and_the_jobs_after_it(self, tiny_file, etched, settings):
        drive(warm_up(device="cpu", model=tiny_file))
        warm = recent_predictor(tiny_file, "cpu")
        drive(segment(calibrated(etched), settings(precision="auto")))
        assert recent_predictor(tiny_file, "cpu") is warm

    def test_is_loaded_again_when_the_file_changed(self, tiny_file, tmp_path):
        path = shutil.copy(tiny_file, tmp_path / "copy.safetensors")
        first = recent_predictor(str(path), "cpu", "float32")
        os.utime(path, ns=(1, 1))
        assert recent_predictor(str(path), "cpu", "float32") is not first

    def test_starts_each_job_with_large_tiles_and_ends_it_at_rest(self, tiny_file, etched, settings):
        predictor = recent_predictor(tiny_file, "cpu", "float32")
        predictor.tile = 100  # memory was short
        drive(segment(calibrated(etched), settings()))
        assert recent_predictor(tiny_file, "cpu", "float32") is predictor
        assert predictor.tile == TILE["cpu"]

    @pytest.mark.parametrize("end", ["result", "stop", "close"])
    def test_gives_memory_back_however_a_job_ends(self, tiny_file, etched, settings, end, monkeypatch):
        predictor = recent_predictor(tiny_file, "cpu", "float32")
        rested = []
        monkeypatch.setattr(predictor, "rest", lambda: rested.append(end))
        job = segment(calibrated(etched), settings())
        if end == "close":
            next(job)
            job.close()
        else:
            drive(job, None, lambda: end == "stop")
        assert rested == [end]
