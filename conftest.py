"""Tests neither read nor fill the user's cache, try the same examples every time, and compare small numbers as large ones.

What the package keeps on disk goes to a folder of the test run. Only compiled kernels stay where they are: their keys are their
content, and to compile them takes minutes.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

OWN = None
# what is made while tests are collected and traced lives long: to look for cycles in it so often takes a third of the time
gc.set_threshold(100_000, 20, 50)


# neither a busy machine nor chance decides
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("same")
_approx = pytest.approx


def approx(expected, rel=None, abs=None, nan_ok=False):
    """As of pytest, but a relative tolerance is that alone.

    By default 1e-12 would pass as well, and branching ratios and couplings below that would be compared with nothing.
    """
    return _approx(expected, rel=rel, abs=0.0 if abs is None and rel is not None else abs, nan_ok=nan_ok)


pytest.approx = approx


def pytest_collection_finish(session):
    """Thousands of tests and all modules are no garbage."""
    gc.collect()
    gc.freeze()


def pytest_configure(config):
    """Workers of pytest-xdist inherit the folder of the run, so that they share what was made once."""
    global OWN
    if hasattr(config, "workerinput"):
        return
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    kernels = Path(root) / "darkfactory" / "jax"
    OWN = (tempfile.mkdtemp(prefix="darkfactory-tests-"), os.environ.get("XDG_CACHE_HOME"))
    try:
        kernels.mkdir(parents=True, exist_ok=True)
        (Path(OWN[0]) / "darkfactory").mkdir()
        (Path(OWN[0]) / "darkfactory" / "jax").symlink_to(kernels, target_is_directory=True)
    except OSError:
        pass  # no folder for kernels, or no links: they are compiled anew
    os.environ["XDG_CACHE_HOME"] = OWN[0]


def pytest_unconfigure(config):
    """Remove the folder."""
    global OWN
    if OWN is None:
        return
    folder, before = OWN
    if before is None:
        os.environ.pop("XDG_CACHE_HOME", None)
    else:
        os.environ["XDG_CACHE_HOME"] = before
    shutil.rmtree(folder, ignore_errors=True)
    OWN = None
