"""Where arrays live: NumPy at rest, JAX when a kernel is traced; JAX is imported on first use only.

Closed forms are written once against :func:`namespace` and run under both::

    def beta(gamma):
        xp = namespace(gamma)
        return xp.sqrt(1.0 - gamma**-2)
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import sys
from typing import Any

import numpy as np

from darkfactory.disk_cache import cache_folder, trim_at_exit

__all__ = ["bits_as_float", "computed_once", "jax", "namespace", "special"]


@functools.cache
def jax() -> Any:
    """Return the ``jax`` module, set to float64 and with its compilation cache on disk.

    The cache lies in ``$XDG_CACHE_HOME/darkfactory/jax`` (or ``~/.cache/darkfactory/jax``), unless
    ``JAX_COMPILATION_CACHE_DIR`` names another folder; without a writable folder there is none.

    Returns
    -------
    module
        The imported ``jax``; the same object at every call.

    Raises
    ------
    InvalidInput
        If the limit of the cache is no number (see :func:`darkfactory.disk_cache.limit_bytes`).

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
        folder = cache_folder("jax")
        if folder is not None:
            trim_at_exit()
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


def computed_once(arrays: Any, always: Any) -> Any:
    """Arrays that a compiled kernel computes once and keeps, instead of again for every result that needs them.

    XLA on CPU fuses each result with all that it is made of, and so repeats common parts (trigonometry above all) many
    times; its optimization barrier does not stop that, a branch does.

    Parameters
    ----------
    arrays : pytree of arrays
        Intermediate results, real numbers.
    always : bool or traced bool
        A condition that always holds but that the compiler cannot know to hold.

    Returns
    -------
    pytree of arrays
        The same.
    """
    if not _any_jax((always,)) or jax().default_backend() != "cpu":
        return arrays

    def nothing(values: Any) -> Any:
        return jax().tree_util.tree_map(jax().numpy.zeros_like, values)

    return jax().lax.cond(always, lambda values: values, nothing, arrays)


def bits_as_float(bits: Any) -> Any:
    """Array of 64-bit words read as float64.

    Examples
    --------
    >>> float(bits_as_float(np.asarray(0x3FF0000000000000, dtype=np.uint64)))
    1.0
    """
    if _any_jax((bits,)):
        return jax().lax.bitcast_convert_type(bits, jax().numpy.float64)
    return np.asarray(bits).view(np.float64)
