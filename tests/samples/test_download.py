"""Downloads against a server in this process: right, wrong, missing, cut off, unreachable."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_grains import samples
from napari_grains.errors import InputError
from napari_grains.images import PixelSize, read_image
from napari_grains.samples import _download, _real
from napari_grains.samples._download import RemoteFile, cache_folder, fetch


def micrograph_bytes():
    """An uncalibrated TIFF."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.random.default_rng(0).integers(0, 255, (64, 80), np.uint8))
    return stream.getvalue()


BODY = micrograph_bytes()
PATH = "folder/a micrograph.tif"


class Handler(BaseHTTPRequestHandler):
    """Gives the server's answer to every request."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status, body, promised = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    """A server on this machine; `answer` is what it says, `asked` the paths it was asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answer, server.asked = (200, BODY, len(BODY)), []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
    gc.collect()  # a socket that was left open warns here, not in a later test


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder of the test's own; no proxy between the test and its server."""
    monkeypatch.setenv("NAPARI_GRAINS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache" / "samples"


@pytest.fixture
def file(server):
    base = f"http://127.0.0.1:{server.server_address[1]}"
    return RemoteFile("owner/name", "c0ffee", PATH, hashlib.sha256(BODY).hexdigest(), base)


def refusal(file):
    """The message of a fetch that fails, checked to be one line."""
    with pytest.raises(InputError) as caught:
        fetch(file)
    message = str(caught.value)
    assert "\n" not in message
    return message


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_a_file_is_fetched_once(file, server, cache):
    path = fetch(file)
    assert path == cache / "a micrograph.tif" == file.cached
    assert path.read_bytes() == BODY
    assert fetch(file) == path
    assert server.asked == ["/owner/name/c0ffee/folder/a%20micrograph.tif"]
    assert left_in(cache) == ["a micrograph.tif"]


def test_a_file_put_there_by_hand_needs_no_network(file, server, cache):
    cache.mkdir(parents=True)
    file.cached.write_bytes(BODY)
    server.answer = (500, b"", 0)
    assert fetch(file).read_bytes() == BODY
    assert server.asked == []


def test_a_damaged_file_in_the_cache_is_fetched_again(file, cache):
    cache.mkdir(parents=True)
    file.cached.write_bytes(BODY[:100])
    assert fetch(file).read_bytes() == BODY


def test_wrong_content_is_refused(file, server, cache):
    server.answer = (200, BODY[::-1], len(BODY))
    message = refusal(file)
    assert "another file than expected" in message
    assert file.url in message
    assert left_in(cache) == []


def test_missing_file_names_the_status(file, server, cache):
    server.answer = (404, b"not here", 8)
    message = refusal(file)
    assert "answered 404" in message
    assert left_in(cache) == []


def test_interrupted_download_leaves_nothing(file, server, cache):
    server.answer = (200, BODY[:1000], len(BODY))
    refusal(file)
    assert left_in(cache) == []


def test_no_network_says_what_to_fetch_and_where_to_put_it(file, cache):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    unreachable = replace(file, base_url=f"http://127.0.0.1:{port}")
    message = refusal(unreachable)
    assert f"no answer from 127.0.0.1:{port}" in message
    assert unreachable.url in message
    assert str(unreachable.cached) in message
    assert left_in(cache) == []


def test_silent_server_is_given_up(file, cache, monkeypatch):
    monkeypatch.setattr(_download, "_TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts and never answers
        slow = replace(file, base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "no answer" in refusal(slow)
    assert left_in(cache) == []


def test_folder_that_cannot_be_written_is_named(file, tmp_path, monkeypatch):
    (tmp_path / "occupied").touch()
    monkeypatch.setenv("NAPARI_GRAINS_CACHE", str(tmp_path / "occupied"))
    message = refusal(file)
    assert "cannot be saved" in message
    assert str(tmp_path / "occupied") in message
    assert "NAPARI_GRAINS_CACHE" in message


def test_cache_is_in_the_users_cache_folder_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv("NAPARI_GRAINS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "napari-grains" in cache_folder().parts
    monkeypatch.setenv("NAPARI_GRAINS_CACHE", "~")
    assert cache_folder() == Path.home() / "samples"


def test_real_files_are_pinned():
    for micrograph in _real.MICROGRAPHS.values():
        assert len(micrograph.file.commit) == 40
        assert len(micrograph.file.sha256) == 64
        assert micrograph.file.url.startswith("https://raw.githubusercontent.com/usnistgov/")
        assert "NIST" in micrograph.licence
    assert len({micrograph.file.cached for micrograph in _real.MICROGRAPHS.values()}) == 2


@pytest.fixture
def served(file, monkeypatch):
    """Make "nist_steel" the file of the server."""
    real = replace(_real.MICROGRAPHS["nist_steel"], file=file)
    monkeypatch.setitem(_real.MICROGRAPHS, "nist_steel", real)
    return real


def test_a_real_micrograph_says_whose_it_is(served):
    ((pixels, properties, kind),) = samples.nist_steel()
    np.testing.assert_array_equal(pixels, read_image(served.file.cached).pixels)
    assert kind == "image"
    about = json.loads(json.dumps(properties["metadata"]["sample"]))
    assert about["synthetic"] is False
    assert about["licence"] == served.licence
    assert about["url"] == served.file.url
    assert about["file"] == str(served.file.cached)


def test_pixel_size_stated_beside_the_file_is_used_and_its_source_told(served):
    ((_, properties, _),) = samples.nist_steel()
    assert properties["scale"] == pytest.approx((50 / 222, 50 / 222))
    assert properties["units"] == ("um", "um")
    assert "222 pixels" in properties["metadata"]["sample"]["pixel_size_source"]


def test_pixel_size_in_the_file_comes_first(served, monkeypatch):
    in_file = PixelSize(2e-6, 2e-6, "ImageJ TIFF tag")
    monkeypatch.setattr(_real, "read_image", lambda path: replace(read_image(path), pixel_size=in_file))
    ((_, properties, _),) = samples.nist_steel()
    assert properties["scale"] == pytest.approx((2, 2))
    assert properties["metadata"]["sample"]["pixel_size_source"] == "ImageJ TIFF tag"


def test_a_micrograph_without_pixel_size_stays_in_pixels(served, monkeypatch):
    monkeypatch.setitem(_real.MICROGRAPHS, "nist_steel", replace(served, pixel_size=None))
    ((_, properties, _),) = samples.nist_steel()
    assert "scale" not in properties
    assert properties["metadata"]["sample"]["pixel_size_um"] is None


REAL = ("nist_steel", "nist_titanium")


def copy_of(file, folder):
    """The file in the folder of real data, whose name tells the path in its repository."""
    return folder / "unlabelled_sem_grains" / f"NISTGSAT_{file.path.replace('/', '__')}"


@pytest.mark.parametrize(("name", "shape"), [("nist_steel", (600, 800)), ("nist_titanium", (768, 1024))])
def test_real_micrographs_open_from_their_copies(name, shape, real_data, cache):
    file = _real.MICROGRAPHS[name].file
    cache.mkdir(parents=True)
    file.cached.write_bytes(copy_of(file, real_data).read_bytes())
    ((pixels, _, _),) = getattr(samples, name)()
    assert pixels.shape == shape


@pytest.mark.parametrize("name", REAL)
def test_real_micrographs_can_be_downloaded(name, cache):
    if not os.environ.get("NAPARI_GRAINS_ONLINE"):
        pytest.skip("set NAPARI_GRAINS_ONLINE to download from GitHub")
    assert getattr(samples, name)()[0][0].ndim == 2
