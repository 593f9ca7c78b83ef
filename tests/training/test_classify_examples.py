"""Examples from folders, tables and stacks."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.images import write_tiff
from napari_grains.training import Examples, examples_from, patches_of


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tiff(path, array.astype(np.uint8), None)
    return path


@pytest.fixture
def folder(tmp_path):
    for name, value in (("steel", 10), ("rust", 200)):
        for number in range(3):
            picture = np.full((16, 24), value + number)
            picture[number] += 1
            save(tmp_path / "classes" / name / f"{number}.tif", picture)
    (tmp_path / "classes" / "notes.txt").write_text("not an image")
    return tmp_path / "classes"


def table(path, text):
    path.write_text(text, "utf-8")
    return path


def test_a_folder_for_each_class(folder):
    found = examples_from(folder)
    assert found.class_names == ("rust", "steel")
    assert found.counts == {"rust": 3, "steel": 3}
    assert len(set(found.groups)) == 6  # every file is a group of its own
    assert found.images[0].mean() > 190
    assert found.channels == 1


def test_the_fingerprint_is_that_of_pixels_and_classes(folder):
    one, again = examples_from(folder), examples_from(folder)
    assert one.fingerprint == again.fingerprint
    swapped = Examples(one.images, 1 - one.labels, one.groups, one.class_names)
    assert swapped.fingerprint != one.fingerprint


def test_a_table_names_class_and_group(folder, tmp_path):
    path = table(
        tmp_path / "t.csv",
        "path,class,group\nclasses/steel/0.tif,a,s1\nclasses/steel/1.tif,a,\nclasses/rust/0.tif,b,s1\n",
    )
    found = examples_from(path)
    assert found.class_names == ("a", "b")
    assert found.groups[0] == found.groups[2] == "s1"
    assert found.groups[1].endswith("1.tif")
    np.testing.assert_array_equal(found.labels, [0, 0, 1])


def test_frames_of_a_stack(tmp_path):
    stack = save(tmp_path / "stack.tif", np.arange(5)[:, None, None] + 4.0 * np.eye(16))
    path = table(tmp_path / "t.csv", "frame,class,group\n0,low,a\n4,high,b\n1,low,b\n")
    found = examples_from(path, stack=stack)
    assert [image.min() for image in found.images] == [0, 4, 1]
    assert found.class_names == ("high", "low")
    without = table(tmp_path / "u.csv", "frame,class\n0,low\n4,high\n")
    assert len(set(examples_from(without, stack=stack).groups)) == 1  # frames of one stack are one group


def test_patches_around_points_and_of_a_folder(folder, tmp_path):
    picture = np.arange(400).reshape(20, 20) % 251
    save(tmp_path / "p.tif", picture)
    path = table(tmp_path / "t.csv", "path,class,row,column\np.tif,a,10,10\np.tif,b,0,19\n")
    found = examples_from(path, patch=8)
    np.testing.assert_array_equal(found.images[0], picture[6:14, 6:14])
    np.testing.assert_array_equal(found.images[1], picture[:8, 12:])
    assert found.groups[0] == found.groups[1]  # patches of one image never sit on both sides
    tiled = examples_from(folder, patch=8)
    assert len(tiled.images) == 36
    assert len(set(tiled.groups)) == 6
    assert patches_of(np.zeros((17, 24)), 8) == [(0, 0), (0, 8), (0, 16), (8, 0), (8, 8), (8, 16)]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("path,label\na.tif,x\n", "column class"),
        ("path,class\n", "no rows"),
        ("path,class\n,x\n", "line 2 .* no path"),
        ("path,class\nclasses/steel/0.tif,\n", "line 2 .* no class"),
        ("path,class\nnowhere.tif,x\n", "nowhere.tif"),
        ("path,class\nclasses/steel/0.tif,x\n", "two classes"),
        ("path,class,frame\nclasses/steel/0.tif,x,7\n", "no frame 7"),
        ("path,class,frame\nclasses/steel/0.tif,x,one\n", "'one' is no number"),
        ("path,class,row,column\nclasses/steel/0.tif,x,3,3\n", "how large patches are"),
    ],
)
def test_wrong_tables_are_refused_in_one_line(folder, tmp_path, text, phrase):
    with pytest.raises(InputError, match=phrase) as caught:
        examples_from(table(tmp_path / "t.csv", text))
    assert "\n" not in str(caught.value)


def test_other_things_that_cannot_be_read(folder, tmp_path):
    stack = save(tmp_path / "stack.tif", np.arange(3)[:, None, None] * np.ones((3, 16, 16)) + np.eye(16))
    with pytest.raises(InputError, match="give its frame"):
        examples_from(table(tmp_path / "t.csv", "class\nx\ny\n"), stack=stack)
    with pytest.raises(InputError, match="needs a table"):
        examples_from(folder, stack=stack)
    with pytest.raises(InputError, match="no folders with images"):
        examples_from(save(tmp_path / "empty" / "x.tif", np.zeros((16, 16))).parent)
    with pytest.raises(InputError, match="cannot be read"):
        examples_from(tmp_path / "nothing.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x9f")
    with pytest.raises(InputError, match="is no table"):
        examples_from(tmp_path / "binary.csv")
    with pytest.raises(InputError, match="no patch of 64 px"):
        examples_from(folder, patch=64)


def test_every_example_knows_what_of_which_file_it_is(folder, tmp_path):
    stack = save(tmp_path / "stack.tif", np.arange(3)[:, None, None] + 4.0 * np.eye(20))
    path = table(tmp_path / "t.csv", "frame,class,row,column\n2,a,10,10\n1,b,0,19\n")
    first, second = examples_from(path, stack=stack, patch=8).origins
    assert (first.file, first.frame, first.corner, first.side) == (stack, 2, (6, 6), 8)
    assert (second.frame, second.corner) == (1, (0, 12))  # moved inside
    cut = examples_from(folder, patch=8)
    assert len(cut.origins) == len(cut.images) == 6 * 6
    assert cut.origins[1].to_dict() == {
        "file": str(folder / "rust" / "0.tif"), "frame": 0, "corner": [0, 8], "side": 8,
    }  # fmt: skip
    assert examples_from(folder).origins[0].to_dict()["corner"] is None
