"""Compiled code kept on disk, under a key made from everything it depends on.

An entry is one file, written beside its final place and moved there in one step, so that readers see all of it or
nothing and no lock is needed; when two processes write the same entry, either one wins. A file that was damaged is
recognized by its checksum, removed, and built again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"tir cache 1\n"
_SUFFIX = ".tir"
_WRITING = ".writing-"
_DIGEST_SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Entry:
    """One file of the cache: its key, its size in bytes, and when it was last used (seconds since the epoch)."""

    key: str
    size: int
    used: float


class Cache:
    """A folder of entries. All methods may be called by many threads and processes at once.

    >>> from tempfile import mkdtemp
    >>> cache = Cache(Path(mkdtemp()))
    >>> cache.put("ab12", b"code")
    True
    >>> cache.get("ab12"), cache.get("cd34")
    (b'code', None)
    """

    def __init__(self, folder: Path, for_all_users: bool = False) -> None:
        """Entries and folders are for the user who makes them, or, like byte code, for everybody to read."""
        self.folder = folder
        self._folder_mode = 0o755 if for_all_users else 0o700
        self._file_mode = 0o644 if for_all_users else 0o600

    def get(self, key: str) -> bytes | None:
        """What was put under a key; `None` if there is nothing, or nothing that can be read."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        start = len(_MAGIC) + _DIGEST_SIZE
        content = data[start:]
        if data[:start] != _MAGIC + hashlib.sha256(content).digest():
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # purge goes by the last use
        return content

    def put(self, key: str, content: bytes) -> bool:
        """Keep bytes under a key; whether they are kept.

        A folder that cannot be written is no error: the next process compiles again.
        """
        # It imports all of Python's compression, and most processes only read.
        import tempfile  # noqa: PLC0415

        path = self._path(key)
        data = _MAGIC + hashlib.sha256(content).digest() + content
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
            path.parent.mkdir(mode=self._folder_mode, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_WRITING)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    os.fchmod(descriptor, self._file_mode)
                    file.write(data)
                os.replace(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            return True
        return False

    def entries(self) -> Iterator[Entry]:
        """All entries, in no order."""
        for path in self.folder.glob(f"??/*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                yield Entry(path.stem, status.st_size, status.st_mtime)

    def clear(self) -> int:
        """Remove all entries, and files that writers left; how many entries there were."""
        self._remove_leftovers(time.time())
        return self._remove(entry.key for entry in self.entries())

    def purge(self, days: float) -> int:
        """Remove the entries that nobody has used for a number of days, and files that writers left; how many."""
        limit = time.time() - days * 86400
        self._remove_leftovers(limit)
        return self._remove(entry.key for entry in self.entries() if entry.used < limit)

    def keep_latest(self, ending: str, count: int) -> int:
        """Remove entries whose keys end alike, but for the `count` that were used last; how many are removed."""
        alike = [entry for entry in self.entries() if entry.key.endswith(ending)]
        alike.sort(key=lambda entry: entry.used, reverse=True)
        return self._remove(entry.key for entry in alike[count:])

    def _remove_leftovers(self, limit: float) -> None:
        # A writer whose file goes while it writes gives up its entry.
        for path in self.folder.glob(f"??/{_WRITING}*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime <= limit:
                    path.unlink()

    def _remove(self, keys: Iterator[str]) -> int:
        count = 0
        for key in list(keys):
            with contextlib.suppress(OSError):
                self._path(key).unlink()
                count += 1
        return count

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{_SUFFIX}"
