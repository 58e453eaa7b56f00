"""Where arrays live: NumPy at rest, JAX when a kernel is traced; JAX is imported on first use only.

Closed forms are written once against :func:`namespace` and run under both::

    def beta(gamma):
        xp = namespace(gamma)
        return xp.sqrt(1.0 - gamma**-2)

This module imports nothing of the package.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["jax", "namespace", "special"]


def _cache_folder() -> Path | None:
    """Folder for compiled kernels, or None where none can be written (a read-only home must not be an error)."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(root) / "darkfactory" / "jax"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder


@functools.cache
def jax() -> Any:
    """Return the ``jax`` module, set to float64 and with its compilation cache on disk.

    The cache lies in ``$XDG_CACHE_HOME/darkfactory/jax`` (or ``~/.cache/darkfactory/jax``), unless
    ``JAX_COMPILATION_CACHE_DIR`` names another folder; without a writable folder there is none.

    Returns
    -------
    module
        The imported ``jax``; the same object at every call.

    Examples
    --------
    >>> str(jax().numpy.asarray(1.0).dtype)
    'float64'
    """
    # XLA logs at import and when it reads its cache; a command line must stay quiet
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)
    module = importlib.import_module("jax")
    module.config.update("jax_enable_x64", True)
    if not os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        folder = _cache_folder()
        if folder is not None:
            module.config.update("jax_compilation_cache_dir", str(folder))
    module.config.update("jax_persistent_cache_min_compile_time_secs", 0.02)
    module.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return module


def _any_jax(arrays: tuple[Any, ...]) -> bool:
    kind = getattr(sys.modules.get("jax"), "Array", None)
    return kind is not None and any(isinstance(array, kind) for array in arrays)


def namespace(*arrays: Any) -> Any:
    """Array module of the arguments: ``jax.numpy`` if any is a JAX array or tracer, else ``numpy``.

    Never imports JAX: without it in memory no argument can be one of its arrays.

    Examples
    --------
    >>> namespace(1.0, [2.0]).__name__
    'numpy'
    >>> namespace(1.0, jax().numpy.ones(2)).__name__
    'jax.numpy'
    """
    return importlib.import_module("jax.numpy") if _any_jax(arrays) else np


def special(*arrays: Any) -> Any:
    """Special functions for the arguments: ``jax.scipy.special`` or ``scipy.special`` (see :func:`namespace`).

    Examples
    --------
    >>> float(special(0.0).ndtr(0.0))
    0.5
    """
    return importlib.import_module("jax.scipy.special" if _any_jax(arrays) else "scipy.special")
