"""Version of the package, and of its code."""

import functools
import hashlib
from pathlib import Path

__all__ = ["__version__", "code_fingerprint", "data_fingerprint"]

__version__ = "0.1.0"


@functools.cache
def code_fingerprint() -> str:
    """Text that changes with any line of the package's code: the key of whatever is kept on disk between runs."""
    return _fingerprint("*.py")


@functools.cache
def data_fingerprint() -> str:
    """Text that changes with any number of the cards and records that come with the package."""
    return _fingerprint("*.yaml")


def _fingerprint(files: str) -> str:
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    root = Path(__file__).parent
    for path in sorted(root.rglob(files)):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
