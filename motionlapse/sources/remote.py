"""Footage at a URL, read through fsspec: object stores, SFTP, HTTP and more."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from motionlapse.credentials import redact
from motionlapse.errors import LibraryError, SourceError, why

END_BYTES = 65_536
_LIBRARY = (
    "footage at a URL needs fsspec: run pip install 'motionlapse[cluster]' (a camera's stream is "
    "watched, with 'motionlapse watch')"
)


def leads_to_files(url: str) -> bool:
    """Return whether fsspec knows the scheme of a URL; it does not know those of cameras.

    Raises
    ------
    LibraryError
        If fsspec is not installed.
    """
    try:
        import fsspec
    except ImportError:
        raise LibraryError(f"{redact(url)}: {_LIBRARY}") from None
    return urlsplit(url).scheme in fsspec.available_protocols()


def remote_files(url: str) -> list[str]:
    """Return the URLs of all files below a folder, or that match a pattern; of a file, its own.

    Raises
    ------
    SourceError
        If the place cannot be reached, or there are none.
    """
    name = redact(url)
    try:
        files, path = _file_system(url)
        if glob.has_magic(path):
            found = sorted(files.glob(path))
        elif files.isfile(path):
            return [url]
        else:
            found = sorted(files.find(path))
    except Exception as error:  # each backend has its own
        raise SourceError(f"{name}: cannot be read: {why(error)}") from None
    if not found:
        raise SourceError(f"{name}: no such file or folder")
    return [_url_of(str(item), url) for item in found]


def open_remote(url: str, name: str) -> Any:
    """Open a file for reading: PyAV reads and seeks in it.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """
    try:
        files, path = _file_system(url)
        opened = files.open(path, "rb")
    except Exception as error:  # each backend has its own
        raise SourceError(f"{name}: cannot be opened: {why(error)}") from None
    if opened.size == 0:
        opened.close()
        raise SourceError(f"{name}: the file is empty")
    # The file system must live as long as the file: a zip's closes its files with itself.
    with suppress(AttributeError):
        opened.lies_in = files
    return opened


def remote_mark(url: str) -> str:
    """Return a file's size, its modification time if known, and a hash of its two ends.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    try:
        files, path = _file_system(url)
        about = files.info(path)
        size = int(about.get("size") or 0)
        names = ("mtime", "last_modified", "LastModified", "updated", "ETag", "created")
        changed = next((str(about[key]) for key in names if about.get(key)), "")
        ends = hashlib.blake2b(files.cat_file(path, 0, END_BYTES), digest_size=16)
        ends.update(files.cat_file(path, max(0, size - END_BYTES), size))
    except OSError:
        raise
    except Exception as error:  # each backend has its own
        raise OSError(why(error)) from error
    return f"{size}:{changed}:{ends.hexdigest()}"


def _file_system(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    files, path = url_to_fs(url)
    return files, str(path)


def _url_of(path: str, like: str) -> str:
    """Return the URL of what a file system calls `path`, on the host or in the bucket of `like`."""
    if "://" in path:
        return path
    parts = urlsplit(like)
    bare = path.lstrip("/")
    if not parts.netloc or bare.startswith(f"{parts.netloc}/"):
        return f"{parts.scheme}://{'' if parts.netloc else '/'}{bare}"
    return f"{parts.scheme}://{parts.netloc}/{bare}"


def footage_files(url: str, suffixes: frozenset[str]) -> Iterator[str]:
    """Yield the URLs of the files at a URL whose names end in one of `suffixes`.

    If the URL is that of a single file, it is yielded whatever its name.

    Raises
    ------
    SourceError
        If there is none.
    """
    found = remote_files(url)
    films = [item for item in found if suffix_of(item) in suffixes]
    if not films and found != [url]:
        raise SourceError(f"{redact(url)}: a folder without films")
    yield from films or found


def suffix_of(url: str) -> str:
    """Return the suffix of a URL's path in lower case, with its dot; ``""`` without one."""
    name = urlsplit(url).path.rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""
