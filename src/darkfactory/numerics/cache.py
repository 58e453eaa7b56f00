"""What is computed once and kept, in memory and on disk."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import json
import logging
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.disk_cache import cache_folder, trim_at_exit
from darkfactory.version import code_fingerprint

__all__ = ["kept", "load_arrays", "remembered", "save_arrays"]

Array = NDArray[np.float64]
Result = TypeVar("Result")
_LOG = logging.getLogger("darkfactory")


def _seal(folder: str, name: str, content: bytes) -> bytes:
    """Checksum of a kept file, which also says what it was kept as: a file under another name does not fit."""
    return hashlib.blake2b(f"{folder}/{name}\n".encode() + content, digest_size=32).digest()


def load_arrays(folder: str, name: str) -> dict[str, Any] | None:
    """Arrays that :func:`save_arrays` wrote, or None if there are none, or not these, whole and unchanged."""
    root = cache_folder(folder)
    if root is None:
        return None
    try:
        found = (root / f"{name}.npz").read_bytes()
        with contextlib.suppress(OSError):
            os.utime(root / f"{name}.npz")  # what was used last is removed last
        content, seal = found[:-32], found[-32:]
        if not hmac.compare_digest(seal, _seal(folder, name, content)):
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            _LOG.debug("read from the cache: %s/%s", folder, name)
            return {key: stored[key] for key in stored.files}
    except Exception:  # whatever is the matter with a file that only saves time, it is made anew
        return None


def save_arrays(folder: str, name: str, arrays: Mapping[str, Any]) -> None:
    """Keep arrays on disk for :func:`load_arrays`, beside the compiled kernels; without a writable folder do nothing.

    Parameters
    ----------
    folder : str
        Kind of content, a folder of ``$XDG_CACHE_HOME/darkfactory`` (or ``~/.cache/darkfactory``).
    name : str
        Name of the file, without ending.
    arrays : mapping
        Arrays by name.
    """
    root = cache_folder(folder)
    if root is None:
        return
    part = None
    try:
        content = io.BytesIO()
        np.savez(content, **arrays)
        with tempfile.NamedTemporaryFile(dir=root, suffix=".part", delete=False) as file:
            part = file.name
            file.write(content.getvalue() + _seal(folder, name, content.getvalue()))
        os.replace(part, root / f"{name}.npz")
        _LOG.debug("kept in the cache: %s/%s", folder, name)
        part = None
    except OSError:
        return
    finally:
        if part is not None:
            with contextlib.suppress(OSError):
                os.unlink(part)


_MEMORY: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_LOCK = threading.Lock()


def remembered(key: tuple[Any, ...], make: Callable[[], Result]) -> Result:
    """What ``make`` returned for this key the last time, for the 128 keys used last."""
    with _LOCK:
        if key in _MEMORY:
            _MEMORY.move_to_end(key)
            found: Result = _MEMORY[key]
            return found
    made = make()
    with _LOCK:
        _MEMORY[key] = made
        while len(_MEMORY) > 128:
            _MEMORY.popitem(last=False)
    return made


def kept(folder: str, what: Sequence[Any], make: Callable[[], Mapping[str, Array]]) -> Mapping[str, Array]:
    """Arrays computed once and kept, in memory and on disk, for the same code of the package.

    They are made anew when a file changes that the maker may import: its own folder, and those that stand before it in
    :data:`darkfactory.version.ORDER`.

    Parameters
    ----------
    folder : str
        Kind of content, the folder on disk (see :func:`save_arrays`).
    what : sequence
        Everything that the arrays depend on, as numbers and text.
    make : callable
        Computes them.

    Returns
    -------
    mapping
        Arrays by name; not to be changed.

    Raises
    ------
    InvalidInput
        If the limit of the cache is no number (see :func:`darkfactory.disk_cache.limit_bytes`).
    """
    trim_at_exit()
    text = json.dumps([folder, *what, code_fingerprint(make.__module__)])
    name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def on_disk() -> Mapping[str, Array]:
        stored = load_arrays(folder, name)
        if stored is None:
            _LOG.info("computing %s", folder.replace("-", " "))
            stored = dict(make())
            save_arrays(folder, name, stored)
        return stored

    return remembered(("kept", name), on_disk)
