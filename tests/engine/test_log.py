"""The log is found, rotates, and stays out of the way."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from napari_grains import logs
from napari_grains.engine import Engine


def test_default_log_is_in_the_state_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(logs.platformdirs, "user_log_path", lambda *_, **__: tmp_path / "state" / "log")
    engine = Engine()
    assert engine.log_path == tmp_path / "state" / "log" / "napari-grains-engine.log"
    engine.close()


def test_log_goes_elsewhere_where_the_state_folder_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(logs.platformdirs, "user_log_path", lambda *_, **__: tmp_path / "file" / "log")
    assert logs.log_path("any.log").parent == Path(tempfile.gettempdir())


def test_log_rotates_and_reaches_no_other_logger(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(logs, "_BYTES", 2000)
    log = logs.open_log(tmp_path / "engine.log", "engine", backups=2)
    with caplog.at_level(logging.DEBUG):
        for number in range(200):
            log.info("line %d", number)
    logs.close_log(log)
    assert caplog.records == []
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["engine.log", "engine.log.1", "engine.log.2"]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert "line 199" in files[0].read_text()
