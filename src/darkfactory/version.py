"""Version of the package and of its code, and the order in which its files may import each other."""

import functools
import hashlib
from pathlib import Path

__all__ = ["ORDER", "__version__", "code_fingerprint", "data_fingerprint"]

__version__ = "0.1.0"


ORDER = (
    ("__init__", "version", "constants", "errors"),
    ("disk_cache",),
    ("backend",),
    ("discovery", "units", "yaml_files", "references", "parsing", "writing", "glossary", "style", "tracing"),
    ("output", "plotting"),
    ("conversions",),
    ("settings", "result", "histogram"),
    ("numerics",),
    ("kinematics", "partons"),
    ("models",),
    ("amplitudes",),
    ("processes",),
    ("cosmology",),
    ("eventfiles",),
    ("experiments", "statistics", "bounds"),
    ("recorded",),
    ("searches",),
    ("targets",),
    ("verbs",),
    ("surveys",),
    ("scans",),
    ("figures", "validation"),
    ("catalogue", "rerun"),
    ("auditing", "combining"),
    ("sensitivity",),
    ("report",),
    ("explorer",),
    ("cli",),
    ("__main__",),
)
"""Files and folders of the package: each may import what stands in the lines before its own, and its own folder."""


@functools.cache
def code_fingerprint(module: str | None = None) -> str:
    """Text that changes with the package's code: the key of whatever is kept on disk between runs.

    Parameters
    ----------
    module : str, optional
        Of this module's place and those before it alone; with any line of the package by default, or if it is of none.
    """
    place = module.split(".")[1] if module and module.startswith("darkfactory.") else None
    rank = next((number for number, names in enumerate(ORDER) if place in names), None)
    places = None if rank is None else {place, *(name for names in ORDER[:rank] for name in names)}
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for name, of_file in _files().items():
        if places is None or name.split("/")[0].removesuffix(".py") in places:
            digest.update(of_file)
    return digest.hexdigest()


@functools.cache
def data_fingerprint() -> str:
    """Text that changes with any number of the cards and records that come with the package."""
    return hashlib.blake2b(b"".join(_files("*.yaml").values()), digest_size=16).hexdigest()


@functools.cache
def _files(pattern: str = "*.py") -> dict[str, bytes]:
    """A digest of each file of the package, by its path inside."""
    root = Path(__file__).parent
    paths = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob(pattern))}
    return {name: hashlib.blake2b(name.encode() + path.read_bytes()).digest() for name, path in paths.items()}
