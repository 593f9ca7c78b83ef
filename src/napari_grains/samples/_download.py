"""Fetch a file once, keep it in the user's cache folder, and believe nothing but its hash."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, urlsplit

import platformdirs
import pooch

from napari_grains.errors import InputError

GITHUB: Final = "https://raw.githubusercontent.com"
FOLDER: Final = "NAPARI_GRAINS_CACHE"
"""Environment variable that names another cache folder."""

_TIMEOUT: Final = (5.0, 15.0)  # seconds to connect, and between two packets
_CHUNK: Final = 2**16

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteFile:
    """A file at one commit of a public repository.

    Parameters
    ----------
    repository : str
        "owner/name".
    commit : str
        Full hash, so that the file can never change.
    path : str
        Inside the repository.
    sha256 : str
        Of the file.
    base_url : str
        Where the repository's files are served.
    """

    repository: str
    commit: str
    path: str
    sha256: str
    base_url: str = GITHUB

    @property
    def url(self) -> str:
        """Address that the file is fetched from."""
        return f"{self.base_url}/{self.repository}/{self.commit}/{quote(self.path)}"

    @property
    def cached(self) -> Path:
        """Where the file lies once it was fetched, or was put by hand."""
        return cache_folder() / PurePosixPath(self.path).name


def cache_folder() -> Path:
    """Folder of downloaded samples: in NAPARI_GRAINS_CACHE, else in the user's cache folder."""
    chosen = os.environ.get(FOLDER)
    base = (
        Path(chosen).expanduser()
        if chosen
        else platformdirs.user_cache_path("napari-grains", appauthor=False)
    )
    return base / "samples"


def fetch(file: RemoteFile) -> Path:
    """Give the path of a file whose hash is right, downloading it only if it is not there yet.

    Raises
    ------
    InputError
        If it cannot be downloaded, is another file than expected, or cannot be saved; then nothing stays.
    """
    target = file.cached
    try:
        return Path(
            pooch.retrieve(
                file.url,
                known_hash=f"sha256:{file.sha256}",
                fname=target.name,
                path=target.parent,
                downloader=pooch.HTTPDownloader(timeout=_TIMEOUT, chunk_size=_CHUNK),
            )
        )
    except (OSError, ValueError) as error:
        _log.info("fetching %s failed", file.url, exc_info=True)
        response = getattr(error, "response", None)
        if response is not None:
            response.close()  # pooch leaves the answer of a server that refuses open
        status = getattr(response, "status_code", None)
        raise InputError(_message(file, error, status)) from error


def _message(file: RemoteFile, error: OSError | ValueError, status: int | None) -> str:
    name, host = file.cached.name, urlsplit(file.url).netloc
    if isinstance(error, ValueError):  # pooch's word for a wrong hash
        return (
            f"{file.url} is another file than expected (SHA-256 differs), nothing was saved: "
            "try again later, then report it."
        )
    if error.errno is not None:  # of this machine; those of the network come without a number
        return (
            f"{name} cannot be saved in {file.cached.parent} ({error.strerror}): "
            f"set {FOLDER} to another folder."
        )
    reason = f"no answer from {host}" if status is None else f"{host} answered {status}"
    return (
        f"{name} was not downloaded ({reason}): connect to the network and try again, "
        f"or save {file.url} as {file.cached} by hand."
    )
