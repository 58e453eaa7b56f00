"""Writing and reading of events by format; each format keeps its own units and all the metadata."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from darkfactory.errors import DarkfactoryError, InvalidInput, one_of, require
from darkfactory.eventfiles.record import EventRecord

__all__ = ["FORMATS", "read_events", "write_events"]

FORMATS: dict[str, tuple[str, ...]] = {
    "parquet": (".parquet",),
    "lhe": (".lhe", ".lhe.gz"),
    "hepmc": (".hepmc", ".hepmc3"),
}
"""Formats and the endings of their files."""

_PACKAGES = {"parquet": "pyarrow", "lhe": "pylhe", "hepmc": "pyhepmc"}


def write_events(record: EventRecord, path: str | Path, file_format: str | None = None) -> Path:
    """Write events to a file.

    Parquet (MeV): one row per event, columns ``weight``, ``S0`` to ``Sz``, ``piece:<combination>``,
    ``<particle>.E`` to ``<particle>.pz``; with a detector ``accepted``, ``generated_weight`` and
    ``<particle>.measured.E`` to ``.pz``; the metadata as JSON under the key ``darkfactory`` of the schema.

    LHE 3.0 (GeV): XWGTUP is the weight times the number of events, so that its mean is the rate (strategy 4), Stokes
    components and pieces are named weights, the metadata a ``<darkfactory>`` element of the header. With a detector the
    particles stay the true ones, so that momentum is conserved; the weight before the response is the named weight
    ``generated``, and comments of the event tell ``#accepted 1`` and ``#measured <place of the particle> px py pz E``.

    HepMC3 (MeV, mm): named weights ``weight``, ``S0`` to ``Sz``, the pieces; their sum over events is the rate; the
    metadata a run attribute ``darkfactory``. With a detector the particles stay the true ones; ``generated`` is another
    weight, the event has an attribute ``accepted`` and each measured particle one ``measured``, "px py pz E" [MeV].

    Parameters
    ----------
    record : EventRecord
        The events.
    path : str or Path
        File; folders on the way are made.
    file_format : {"parquet", "lhe", "hepmc"}, optional
        By the ending of the path if not given.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InvalidInput
        For an unknown ending or format, or a file that cannot be written.
    DarkfactoryError
        If the package of the format is not installed.
    """
    path = Path(path)
    chosen = _format(path, file_format)
    module = _backend(chosen)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        module(f"write_{chosen}")(record, path)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}; give a file that can be written") from None
    return path


def read_events(path: str | Path, file_format: str | None = None) -> EventRecord:
    """Read events that :func:`write_events` wrote; inverse of it to the precision of the format.

    Parameters
    ----------
    path : str or Path
        File.
    file_format : {"parquet", "lhe", "hepmc"}, optional
        By the ending of the path if not given.

    Returns
    -------
    EventRecord
        In MeV.

    Raises
    ------
    InvalidInput
        If the file does not exist, cannot be read, or was not written by darkfactory.
    DarkfactoryError
        If the package of the format is not installed.
    """
    path = Path(path)
    chosen = _format(path, file_format)
    module = _backend(chosen)
    if not path.is_file():
        raise InvalidInput(f"{path}: no such file")
    try:
        record: EventRecord = module(f"read_{chosen}")(path)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}; give a readable {chosen} file") from None
    return record


def _format(path: Path, file_format: str | None) -> str:
    if file_format is not None:
        require(one_of("format", file_format, FORMATS))
        return file_format
    for name, endings in FORMATS.items():
        if path.name.endswith(endings):
            return name
    endings = tuple(ending for group in FORMATS.values() for ending in group)
    raise InvalidInput(f"{path}: the ending tells the format, allowed {', '.join(endings)}; or give the format")


def _backend(chosen: str) -> Callable[[str], Callable[..., EventRecord]]:
    """Functions of the module of a format, once its package is known to be there."""
    package = _PACKAGES[chosen]
    try:
        importlib.import_module(package)
    except ImportError:
        raise DarkfactoryError(
            f"format {chosen} needs the package {package}, which is not installed: pip install 'darkfactory[events]'"
        ) from None
    module = importlib.import_module(f"darkfactory.eventfiles._{chosen}")
    return lambda name: getattr(module, name)
