"""The folder of what is computed once and kept between runs: where it lies, what is in it, and how large it may become."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from darkfactory.errors import InvalidInput

__all__ = [
    "LIMIT",
    "KeptFile",
    "cache_folder",
    "cache_root",
    "clear_files",
    "kept_files",
    "limit_bytes",
    "trim",
    "trim_at_exit",
]

LIMIT, LIMIT_GB = "DARKFACTORY_CACHE_GB", 2.0
"""Variable of the environment that limits the size of the folder, and its default [10^9 bytes]."""


@dataclass(frozen=True)
class KeptFile:
    """A file of the folder: its path, its kind (the folder inside), its size [bytes] and when it was last used [s]."""

    path: Path
    kind: str
    size: int
    used: float


def cache_root() -> Path:
    """Folder of all that is kept: ``$XDG_CACHE_HOME/darkfactory``, or ``~/.cache/darkfactory``; it may not exist."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(root) / "darkfactory"


def cache_folder(name: str) -> Path | None:
    """Folder for what is computed once, or None where none can be written (a read-only home must not be an error)."""
    folder = cache_root() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder


def limit_bytes() -> float:
    """Size [bytes] that the folder may have when a program ends: ``DARKFACTORY_CACHE_GB``, 2 by default.

    Raises
    ------
    InvalidInput
        If the variable is not a number of at least 0.
    """
    text = os.environ.get(LIMIT) or str(LIMIT_GB)
    try:
        limit = float(text)
    except ValueError:
        limit = -1.0
    if not limit >= 0:
        raise InvalidInput(f"{LIMIT} = {text}: allowed [0, inf) GB; 0 keeps nothing from one run to the next")
    return limit * 1e9


def kept_files() -> list[KeptFile]:
    """Every file of the folder, those used last at the end."""
    root, found = cache_root(), []
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder) / name
            with contextlib.suppress(OSError):  # another process may have removed it
                state = path.stat()
                kind = path.relative_to(root).parts[0]
                found.append(KeptFile(path, kind, state.st_size, max(state.st_mtime, state.st_atime)))
    return sorted(found, key=lambda file: file.used)


def clear_files(files: list[KeptFile]) -> int:
    """Remove files of the folder; the bytes that became free."""
    free = 0
    for file in files:
        with contextlib.suppress(OSError):
            file.path.unlink()
            free += file.size
    return free


def trim() -> int:
    """Remove the files that were not used for longest until the folder is within its limit; the bytes that became free."""
    files = kept_files()
    over, first = sum(file.size for file in files) - limit_bytes(), 0
    while over > 0:
        over -= files[first].size
        first += 1
    return clear_files(files[:first])


@functools.cache
def trim_at_exit() -> None:
    """Have this program :func:`trim` the folder when it ends, if files came into it; a wrong limit is refused now.

    Raises
    ------
    InvalidInput
        See :func:`limit_bytes`.
    """
    limit_bytes()
    atexit.register(_trim_changed, _state())


def _trim_changed(before: dict[str, int]) -> None:
    if _state() != before:
        trim()


def _state() -> dict[str, int]:
    """When the folders inside last got or lost a file: looking at all files of a large cache takes longer."""
    with contextlib.suppress(OSError):
        return {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(cache_root())}
    return {}
