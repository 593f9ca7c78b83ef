"""The benchmarks' glue on data of a few pixels: tables, pages, and the way to the scores."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from napari_grains.inference import SegmentationSettings
from napari_grains.networks import (
    NetworkCard,
    UNet,
    UNetConfig,
    find_classifier,
    read_classifier_card,
    save_network,
)
from napari_grains.synthesis import WIDE_PATTERN_RANGES, PatternRecipe

FOLDER = Path(__file__).parents[1] / "benchmarks"
FIGURES = {"are": 0.2, "boundary_f1": 0.9, "count_ratio": 1.1, "vi_split": 0.5, "vi_merge": 0.4, "dG": 0.14}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="installed without the benchmarks")


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch):
    """Import a module of the benchmarks' folder, and those beside it, for one test."""
    monkeypatch.syspath_prepend(str(FOLDER))

    def load(name: str) -> ModuleType:
        for each in (
            "_results",
            "_score",
            "_micrograph",
            "ablation",
            "boundaries",
            "finetuning",
            "_corrections",
            "corrections",
            "_phases_data",
            "_phases_forest",
            "_phases_network",
            "_phases_page",
            "_phases_score",
            "phases",
            "patterns",
            "viewer",
            "proofreading_viewer",
        ):
            monkeypatch.delitem(sys.modules, each, raising=False)
        return importlib.import_module(name)

    return load


@pytest.fixture
def score(module, real_data: Path):
    """The scores, or a skip where their folder is missing."""
    try:
        return module("_score").ScoreFolder.find()
    except SystemExit as missing:
        pytest.skip(str(missing))


def rows(method: str, *ares: float) -> list[dict[str, object]]:
    return [
        {
            "set": "steel",
            "method": method,
            "image": str(k),
            "scale": 0.25,
            "seconds": 1.0,
            **FIGURES,
            "are": are,
        }
        for k, are in enumerate(ares)
    ]


def test_a_page_keeps_what_is_outside_the_markers(module, tmp_path: Path) -> None:
    results, page = module("_results"), tmp_path / "page.md"
    page.write_text("# Title\n\nbefore\n", "utf-8")
    results.insert("first", "one", page)
    results.insert("second", "two", page)
    results.insert("first", "three", page)
    text = page.read_text("utf-8")
    assert text.startswith("# Title\n\nbefore\n")
    assert "one" not in text
    assert text.index("three") < text.index("<!-- first: end -->") < text.index("two")
    results.insert("second", "two", page)
    assert page.read_text("utf-8") == text


def test_results_come_back_as_they_were_written(module, tmp_path: Path) -> None:
    results = module("_results")
    assert results.read_results("none", tmp_path) == {}
    results.write_results("some", {"network": [{"are": 0.25}]}, tmp_path)
    assert results.read_results("some", tmp_path) == {"network": [{"are": 0.25}]}
    assert set(results.machine()) >= {"processor", "threads", "load_average", "versions", "date"}


def test_a_table_refuses_rows_of_another_length(module) -> None:
    results = module("_results")
    assert results.markdown_table(("a", "b"), [("1", "2")]).splitlines() == [
        "| a | b |",
        "| :-- | --: |",
        "| 1 | 2 |",
    ]
    with pytest.raises(ValueError, match="zip"):
        results.markdown_table(("a", "b"), [("1",)])


def test_seeds_of_the_random_forest_show_as_mean_and_range(module) -> None:
    boundaries = module("boundaries")
    seeds = {f"random forest, strokes seed {seed}": are for seed, are in enumerate((0.1, 0.2, 0.6))}
    forests = [each for method, are in seeds.items() for each in rows(method, are)]
    lines = boundaries.table(rows("napari-grains", 0.2, 0.4) + forests).splitlines()
    assert len(lines) == 4
    assert "| steel | napari-grains | 0.25 | 0.300 | 0.900 | 1.100 |" in lines[2]
    assert "| 0.300 (0.100 to 0.600) |" in lines[3]


def test_the_best_fixed_scale_is_that_of_the_same_image(module) -> None:
    boundaries = module("boundaries")
    fixed = rows("scale 0.5", 0.3, 0.1) + [each | {"scale": 1.0} for each in rows("scale 1", 0.2, 0.5)]
    lines = boundaries.fixed_scale_table(rows("napari-grains", 0.4, 0.4), fixed).splitlines()
    assert lines[2].startswith("| steel 0 | 0.250 | 1.000 | 0.400 | 0.200 |")
    assert lines[3].startswith("| steel 1 | 0.250 | 0.250 | 0.400 | 0.100 |")


def test_a_stall_counts_as_often_as_it_is_long(module) -> None:
    """A loop that is free every 10 ms, but for 100 ms: ten clicks would have waited, 100 ms and less."""
    free = np.arange(1, 101) * 0.01 + 1e-4
    waits = module("viewer").delays([*free[:40], *free[50:]])
    stalled = waits[waits > 1]
    assert len(waits) == pytest.approx(99, abs=1)
    np.testing.assert_allclose(np.sort(stalled), np.arange(10, 101, 10) + 0.1)


def panned(p95: float) -> dict[str, float]:
    keys = ("median_ms", "longest_ms", "moves_per_second", "cores_of_viewer", "cores_of_engine")
    return dict.fromkeys(keys, 1.0) | {"p95_ms": p95}


def test_what_a_job_adds_is_compared_turn_by_turn(module, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = module("viewer")
    turns = [(10, 14, 11), (50, 53, 51), (20, 40, 22)]  # other programs slow all of a turn
    rows = [dict(zip((viewer.ALONE, viewer.DURING, viewer.LAYERS), turn, strict=True)) for turn in turns]
    monkeypatch.setattr(viewer, "measured", lambda *_: rows)
    monkeypatch.setattr(viewer, "in_figures", panned)
    result = viewer.panning(3, 10)
    assert result["added_p95_ms"] == {viewer.ALONE: 4, viewer.LAYERS: 3}
    assert result["medians"][viewer.DURING]["p95_ms"] == 40


def test_previews_of_one_device_leave_those_of_others(module, monkeypatch: pytest.MonkeyPatch) -> None:
    live = module("live")
    lines = [
        {"device": "a GPU"},
        *({"zoom": zoom, "first": 1.26, "further": [0.5, 0.7]} for zoom in live.VIEWS),
    ]
    monkeypatch.setattr(live, "measured", lambda *_: lines)
    monkeypatch.setattr(live, "machine", lambda: {"processor": "abacus", "date": "today"})
    known = {"a CPU": live.previews_of_engine(1, {})["a GPU"]}
    part = live.previews_of_engine(1, known)
    assert list(part) == ["a CPU", "a GPU"]
    page = live.page({live.ENGINE: part})
    assert "| a GPU | zoomed in twice | 1.3 (1.3 to 1.3) | 0.6 (0.5 to 0.7) |" in page
    assert page.count("abacus, today") == 2


def test_a_page_holds_the_parts_that_were_measured(module) -> None:
    viewer = module("viewer")
    where = {"processor": "a processor", "threads": 2, "load_average": 0.5, "date": "today"}
    machine = {"machine": where, "load_before": 0.1}
    medians = {viewer.ALONE: panned(10.0), viewer.DURING: panned(14.0)}
    added = {viewer.ALONE: 4.0, viewer.LAYERS: -1.0}
    page = viewer.page({"panning": {"medians": medians, "added_p95_ms": added, "turns": [0]} | machine})
    assert "| during a job | 1.0 | 14.0 | 1 | 1 | 1.00 | 1.00 |" in page
    assert "+4.0 ms to the 95th percentile over the image alone, -1.0 ms" in page
    assert "load average before and after 0.1 and 0.5" in page
    assert "Plugins menu" not in page


def test_corrections_that_were_refused_are_counted_apart(module) -> None:
    benchmark = module("proofreading_viewer")
    times = {"processor_ms": 1.0, "drawn_ms": 30.0}
    rows = [{"ms": 1.0 * k, "refused": "", **times} for k in range(1, 22)]
    figures = benchmark.in_figures([*rows, {"ms": 900.0, "refused": "no such grain", **times}])
    assert (figures["number"], figures["refused"]) == (21, 1)
    assert (figures["median_ms"], figures["p95_ms"], figures["longest_ms"]) == (11.0, 20.0, 21.0)
    where = {"renderer": "r", "processor": "p", "load_before": 0.1, "load_average": 0.2, "date": "today"}
    edits = dict.fromkeys(benchmark.KINDS, figures)
    frames = {"frame_ms_4096": 5.0, "frame_ms_2048": 2.0}
    page = benchmark.page({"machine": where, "edits": edits, "slider": figures} | frames)
    assert "| split | 21 | 11.0 | 20.0 | 21.0 | 1.0 | 30.0 |" in page


def test_without_a_display_the_command_says_what_to_do(module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform == "linux":
        with pytest.raises(SystemExit, match="xvfb-run"):
            module("viewer").main()


def test_without_data_the_command_says_what_to_set(module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAPARI_GRAINS_DATA", raising=False)
    with pytest.raises(SystemExit, match="NAPARI_GRAINS_DATA"):
        module("_score").ScoreFolder.find()


def test_a_segmentation_is_scored_against_its_truth(module, score, tmp_path: Path) -> None:
    architecture = UNetConfig(base_channels=4, depth=2)
    path = tmp_path / "tiny.safetensors"
    save_network(path, UNet(architecture), NetworkCard("tiny", architecture))
    boundary = np.zeros((64, 64), bool)
    boundary[:, 31:33] = True
    truth = SimpleNamespace(name="0", image=np.where(boundary, 50.0, 200.0), boundary=boundary)
    figures = module("boundaries").score_segmentation(
        score, truth, SegmentationSettings(str(path), scale=1.0)
    )
    assert figures["scale"] == 1.0
    assert figures["seconds"] > 0
    assert all(np.isfinite(figures[key]) for key in FIGURES)


def test_true_grains_score_perfectly(score) -> None:
    boundary = np.zeros((64, 64), bool)
    boundary[:, 31:33] = True
    grains = np.where(np.arange(64) < 32, 1, 2)[None].repeat(64, 0)
    figures = score.score(grains, SimpleNamespace(boundary=boundary))
    assert figures["are"] == pytest.approx(0, abs=0.02)
    assert figures["boundary_f1"] == 1
    assert figures["count_ratio"] == 1


def test_an_ablation_takes_away_one_group_each(module) -> None:
    ablation = module("ablation")
    variants = ablation.variants()
    everything = variants.pop(ablation.ALL)
    assert len(variants) >= 5
    assert all(settings != everything for settings in variants.values())
    plain = variants["without imaging"].recipe.draw(np.random.default_rng(0)).imaging
    assert (plain.shading, plain.jpeg, plain.resampling) == (0, 0, 1)
    assert {
        variants["without classes of contrast"].recipe.draw(np.random.default_rng(n)).kind for n in range(20)
    } == {"etched"}


def test_the_table_of_an_ablation_has_a_row_per_variant(module) -> None:
    table = module("ablation").table({"everything": rows("ours", 0.2, 0.4), "without": rows("ours", 0.5)})
    assert table.splitlines()[-2:] == [
        "| everything | 0.300 / 0.900 / 1.10 |",
        "| without | 0.500 / 0.900 / 1.10 |",
    ]


def test_the_page_of_a_fine_tuning_sets_it_beside_the_forest(module) -> None:
    known = {"network": rows("ours", 0.2), "baselines": rows("random forest, strokes seed 0", 0.4)}
    runs = [
        {"set": "steel", "kept": kept, "steps": steps, "load_average": 1.5, "images": [{"are": are}]}
        for kept, steps, are in (("trained", 240, 0.1), ("start", 0, 0.2), ("trained", 260, 0.15))
    ]
    where = {"processor": "abacus", "threads": 1, "date": "today"}
    page = module("finetuning").page(runs, known, where, "60 s")
    cells = ["steel", "0.200", "0.150 (0.100 to 0.200)", "0.400 (0.400 to 0.400)", "2 of 3", ""]
    assert "| " + " | ".join(cells) + " |" in page
    assert "for 60 s on simulated" in page
    assert "240 to 260 steps" in page


def phase_row(method: str, name: str, paint: str, seed: int, *counts: list[list[int]]) -> dict[str, object]:
    images = {str(k): each for k, each in enumerate(counts)}
    row = {"method": method, "set": name, "fold": 0, "paint": paint, "seed": seed, "images": images}
    return row | {"iou": [0.5, 0.7, 0.9], "training_processor_seconds": 30.0}


def test_pixels_of_a_fold_are_counted_together_and_those_of_an_image_apart(module) -> None:
    phases = module("_phases_score")
    truth, found = np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 1]])
    one, other = phases.confusion(truth, found, 3), phases.confusion(truth, truth, 3)
    assert one.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    np.testing.assert_allclose(phases.of_fold([one, other]), [3 / 4, 4 / 5, np.nan])
    assert phases.of_images([one, other], 1) == pytest.approx((2 / 3 + 1) / 2)


def test_the_page_of_phases_sets_the_methods_side_by_side(module) -> None:
    page, where = module("_phases_page"), {"processor": "abacus", "threads": 1, "date": "today"}
    half, all_of_it = [[2, 1], [0, 1]], [[2, 0], [0, 2]]
    rows = [
        phase_row("napari-grains", "NASA superalloy", "dense", 0),
        phase_row("napari-grains", "NASA superalloy", "dense", 1) | {"iou": [0.6, 0.8, 1.0]},
        phase_row("random forest", "NASA superalloy", "dense", 0),
        phase_row("napari-grains", "Cr alloy", "dense", 0, half, all_of_it),
    ]
    text = page.page(rows, where)
    assert (
        "| 2 | 0.750 (0.700 to 0.800) | matrix 0.55, large precipitate 0.75, small precipitate 0.95 | 30 |"
        in text
    )
    assert "| random forest | 1 | 0.700 | matrix 0.50" in text
    assert "| published | napari-grains | 2 | 0.750 | 30 |" in text


def test_no_micrograph_of_a_specimen_is_learned_from_and_scored(module, real_data: Path) -> None:
    data = module("_phases_data")
    specimen = data.specimens(real_data / "cr_alloy_precipitates" / "dataset_mapping.csv")
    found = list(data.experiments(real_data, [data.CR_SPECIMENS]))
    for each in found:
        mine, yours = (
            {specimen[int(image.name.rpartition("_")[2])] for image in side}
            for side in (each.training, each.tests)
        )
        assert not mine & yours
    assert sum(len(each.tests) for each in found) == len(specimen)


def test_each_micrograph_of_the_folds_is_scored_once(module, real_data: Path) -> None:
    data = module("_phases_data")
    found = [each for each in data.experiments(real_data, [data.UHCS]) if each.paint == "dense"]
    names = [image.name for each in found for image in each.tests]
    assert len(found) == 6
    assert len(set(names)) == len(names) == 24
    assert all(len(each.training) == 20 for each in found)
    assert {int(image.phases.max()) for image in found[0].training} == {2, 3}


def test_runs_that_are_there_are_not_repeated(module, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark, data = module("phases"), module("_phases_data")
    kept: dict[str, object] = {}
    done: list[str] = []

    def run(method: str, experiment: object) -> dict[str, object]:
        done.append(method)
        return {"iou": [0.5]}

    runs = SimpleNamespace(run=run, settings=lambda method, _: {"steps": len(method)})
    folds = [data.Experiment(data.UHCS, fold, "dense", 0, (), (), ()) for fold in (0, 1)]
    for name, fake in {
        "ScoreFolder": SimpleNamespace(find=lambda: SimpleNamespace(data=None)),
        "Runs": lambda *_: runs,
        "experiments": lambda *_: folds,
        "read_results": lambda _: kept,
        "write_results": lambda _, content: kept.update(content),
        "insert": lambda *_: None,
        "page": lambda *_: "",
    }.items():
        monkeypatch.setattr(benchmark, name, fake)
    monkeypatch.setattr(benchmark.torch, "set_num_threads", lambda _: None)
    benchmark.main(method=["random forest"], seed=None)
    assert done == ["random forest"] * 2
    benchmark.main()
    assert done[2:] == ["napari-grains"] * 2
    kept["runs"][0]["settings"] = {"steps": 0}
    benchmark.main(method=None)
    assert done[4:] == ["random forest"]


def test_settings_of_boundaries_do_not_outdate_phases(module) -> None:
    network, data = module("_phases_network"), module("_phases_data")
    experiment = data.Experiment(data.NASA, 0, "dense", 1, (), (), ())
    settings = network.network_settings(experiment)
    assert (settings["scale"], settings["steps"], settings["seed"]) == (1.0, 150, 1)
    assert (settings["rehearsal"], settings["matched"], settings["keeping"]) == (0, False, 0.0)
    assert settings["rates"] != network.settings_for(experiment).rates


def answers(module):
    """All are taken for cubic first; two are, and of the other two hexagonal comes second."""
    probabilities = np.zeros((4, 7))
    probabilities[:, 0], probabilities[:, 1] = 0.6, 0.4
    kinds = np.array(["zone axes", "zone axes", "any orientation", "powders"])
    unknown = np.array([False, False, False, True])
    return module.Answers(np.array([0, 1, 0, 1]), kinds, probabilities, unknown)


def test_patterns_are_scored_by_rank_kind_and_system(module) -> None:
    patterns = module("patterns")
    figures = patterns.in_figures(answers(patterns))
    zones = figures["zone axes"]
    assert (zones["patterns"], zones["accuracy"], zones["accuracy_within_2"]) == (2, 0.5, 1.0)
    assert zones["accuracy_of_three"] == 0.5
    assert zones["recall"]["cubic"] == 1
    assert zones["recall"]["hexagonal"] == 0
    assert figures["powders"]["unknown"] == 1
    assert patterns.confused(zones, 1) == "hexagonal for cubic (100%)"


def test_the_page_of_patterns_has_a_row_for_each_condition(module) -> None:
    patterns = module("patterns")
    figures = patterns.in_figures(answers(patterns))
    conditions = dict.fromkeys(patterns.CONDITIONS, figures)
    singly = [{"name": "spot size, px", "range": patterns.said("imaging.spot_size", 1.5, 2.0)} | figures]
    page = patterns.page(
        {"machine": {"processor": "p", "date": "today"}, "conditions": conditions, "one_by_one": singly}
    )
    last = "0.60 | 0.25 | 0.25 |"
    cells = "0.50 (1.00) | 0.50 (1.00) | 1.00 (1.00) | 0.00 (1.00) | 0.50 | 0.50 | 0.00 | "
    assert page.count(cells + last) == 8
    cells = "| spot size, px | 1.5 to 2, not in the training | 0.50 | 0.50 | 0.00 | 0.50 | "
    assert cells + last in page
    assert "hexagonal for cubic (100%)" in page
    assert "Guessing gives 0.14" in page


def test_imaging_outside_the_training_ranges_is_outside_all_of_them(module) -> None:
    patterns = module("patterns")
    usual, wide = trained_recipes()
    for conditions, recipes in ((patterns.UNUSUAL, [usual]), (patterns.OUTSIDE, [usual, wide])):
        inside = [recipe.draw(np.random.default_rng(k)) for recipe in recipes for k in range(300)]
        for name, one in ((name, one) for ranges in conditions for name, one in ranges.items()):
            part, _, key = name.partition(".")
            seen = [getattr(getattr(each, part), key) for each in inside]
            assert one.low > max(seen) or one.high < min(v for v in seen if v > 0), name
        assert len(conditions[0]) >= 10


def trained_recipes():
    """Recipes on the card of the bundled classifier."""
    card = read_classifier_card(find_classifier("patterns"))
    return [PatternRecipe.from_dict(one) for one in card.recipe["patterns"]]


def test_ranges_are_called_outside_where_the_training_has_none(module) -> None:
    patterns = module("patterns")
    usual, wide = trained_recipes()
    assert usual == PatternRecipe()
    assert dict(wide.ranges) == dict(WIDE_PATTERN_RANGES)
    assert patterns.said("imaging.camera_constant", 10, 12) == "10 to 12, not in the training"
    assert patterns.said("imaging.camera_constant", 15, 18) == "15 to 18"
    assert patterns.said("imaging.beam_stop", 0, 0) == "none"
    assert set(patterns.ONE_BY_ONE) <= set(WIDE_PATTERN_RANGES)
    assert {name.partition(".")[2] for name in patterns.ONE_BY_ONE} == set(patterns.NAMES)


def test_corrections_lie_on_missed_and_on_invented_boundaries(module):
    traced = np.zeros((60, 90), bool)
    traced[:, 29:31] = traced[:, 59:61] = True
    traced[40:, :20] = True  # an area, which nobody would follow with a brush
    grains = np.ones((60, 90), int)
    grains[:, 30:] = 2  # one boundary was found, the other missed, and one invented
    grains[:, 75:] = 3
    strokes = module("_corrections").corrections(traced, grains, 0.5, number=4, seed=0)
    rows, columns = np.nonzero(strokes == 2)
    assert rows.size
    assert (np.abs(columns - 59.5) <= 2).all()
    rows, columns = np.nonzero(strokes == 1)
    assert rows.size
    assert (np.abs(columns - 74.5) <= 2).all()


def test_corrections_of_what_is_right_are_none(module):
    traced = np.zeros((40, 40), bool)
    traced[:, 20] = True
    grains = np.ones((40, 40), int)
    grains[:, 20:] = 2
    assert not module("_corrections").corrections(traced, grains, 1.0, number=6, seed=0).any()


def test_corrections_page_tells_the_painted_image_from_the_others(module):
    before = {"steel": {"same": [FIGURES], "others": [FIGURES, FIGURES | {"are": 0.4}]}}
    row = {"set": "steel", "number": 12, "seed": 0, "same": [FIGURES | {"are": 0.1}]}
    runs = [row | {"others": [FIGURES]}, row | {"seed": 1, "others": [FIGURES | {"are": 0.24}]}]
    where = {"processor": "a processor", "threads": 2, "date": "today"}
    page = module("corrections").page(runs, before, where, 150)
    line = next(line for line in page.splitlines() if line.startswith("| steel"))
    assert [cell.strip() for cell in line.strip("|").split("|")] == [
        "steel",
        "12",
        "0.200",
        "0.100 (0.100 to 0.100)",
        "0.300",
        "0.220 (0.200 to 0.240)",
    ]
