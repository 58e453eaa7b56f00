"""Writing and reading of events by format; each format keeps its own units and all the metadata."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from darkfactory.errors import DarkfactoryError, InvalidInput, one_of, require
from darkfactory.eventfiles._checks import guarded, require_sense
from darkfactory.eventfiles.record import EventRecord
from darkfactory.writing import atomic

__all__ = ["FORMATS", "read_events", "write_events"]

FORMATS: dict[str, tuple[str, ...]] = {
    "parquet": (".parquet", ".pq"),
    "lhe": (".lhe", ".lhe.gz", ".lhef", ".lhef.gz"),
    "hepmc": (".hepmc", ".hepmc.gz", ".hepmc3", ".hepmc3.gz"),
}
"""Formats and the endings of their files, in small or capital letters; ``.gz`` is compressed."""

_TO_WRITE = {"parquet": "pyarrow", "hepmc": "pyhepmc"}
_TO_READ = _TO_WRITE | {"lhe": "pylhe"}


def write_events(record: EventRecord, path: str | Path, file_format: str | None = None) -> Path:
    """Write events to a file: whole, or not at all.

    Every format has the metadata of :meth:`EventRecord.metadata` as JSON, with checksums, and one norm: the sum over
    events of a weight is its rate. Files of text whose name ends in ``.gz`` are compressed, without a time stamp.

    Parquet (MeV, mm, ns): one row per event, columns ``weight``, ``S0`` to ``Sz``, ``piece_<combination>``,
    ``<particle>_E`` to ``<particle>_pz`` with names of particles as in :func:`column_name` (``e+_1`` is ``ep1``); with
    a detector ``accepted``, ``generated_weight`` and ``<particle>_measured_E`` to ``_pz``; of an X that flies
    ``<particle>_ctau`` (its proper decay length), ``<particle>_production_x`` to ``_z`` and ``_t``, and the same with
    ``_decay_``; ``origin_x`` to ``_z`` and ``_t`` where the parent does not decay at 0; ``<particle>_pdg_id`` of a particle
    that is not the same in every event, such as ``nu_in`` of a beam with antineutrinos. Metadata under the key
    ``darkfactory`` of the schema; unit and full name with every column.

    LHE 3.0 (GeV, mm): all weights, XWGTUP and the named ones (Stokes components, pieces), are multiplied by the number
    of events, so that their mean over events is the rate (strategy 4, as the standard asks); XSECUP and XERRUP are the
    rate and its error; VTIMUP is the proper decay length; metadata in a ``<darkfactory>`` element of the header. The
    comment ``#origin x y z t`` (mm, ns) of an event tells where the parent decays, for which the format has no place.
    With a detector the particles stay the true ones, so that momentum is conserved; the weight before the response is
    the named weight ``generated``, and comments of the event tell ``#accepted 1`` and ``#measured <place of the
    particle> px py pz E``.

    HepMC3 (MeV, mm): named weights ``weight``, ``S0`` to ``Sz``, the pieces; positions of vertices, also of a psi of a dark
    jet, which one particle of number 87 leaves that stands for all products; ``GenCrossSection``
    of every event is the rate that each weight adds up to and its error, in the unit of the metadata
    (``weight.unit``: ``1`` for a branching ratio), not in pb: the run attribute ``cross_section_unit`` says so. The
    metadata are a run attribute ``darkfactory``. With a detector the particles stay the true ones; ``generated`` is
    another weight, the event has an attribute ``accepted`` and each measured particle one ``measured``, "px py pz E"
    [MeV].

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
        For an unknown ending or format, or a file that cannot be written; an earlier file is then unchanged.
    DarkfactoryError
        If the package of the format is not installed.
    """
    path = Path(path)
    chosen = _format(path, file_format)
    module = _backend(chosen, _TO_WRITE)
    compressed = path.name.lower().endswith(".gz")
    if compressed and chosen == "parquet":
        raise InvalidInput(f"{path}: Parquet is compressed inside; give a name without .gz")
    with atomic(path) as part:
        getattr(module, f"write_{chosen}")(record, part, compressed)
    return path


def read_events(path: str | Path, file_format: str | None = None) -> EventRecord:
    """Read events that :func:`write_events` wrote; inverse of it to the precision of the format.

    Units that the file states (HepMC in GeV or cm, as another tool may rewrite it) are honoured. Files of version 0.1
    are read too; they have no checksum, so that less damage is noticed.

    Parameters
    ----------
    path : str or Path
        File, compressed or not.
    file_format : {"parquet", "lhe", "hepmc"}, optional
        By the ending of the path if not given.

    Returns
    -------
    EventRecord
        In MeV.

    Raises
    ------
    InvalidInput
        If the file does not exist, is not complete or damaged, or was not written by darkfactory.
    DarkfactoryError
        If the package of the format is not installed.
    """
    path = Path(path)
    chosen = _format(path, file_format)
    module = _backend(chosen, _TO_READ)
    if not path.is_file():
        raise InvalidInput(f"{path}: no such file")
    with guarded(path, chosen):
        metadata, arrays = getattr(module, f"read_{chosen}")(path)
        record = EventRecord.from_parts(metadata, **arrays)
        require_sense(record, metadata)
    return record


def _format(path: Path, file_format: str | None) -> str:
    by_ending = next((name for name, endings in FORMATS.items() if path.name.lower().endswith(endings)), None)
    if file_format is not None:
        require(one_of("format", file_format, FORMATS))
        require(
            None
            if by_ending in (None, file_format)
            else f"{path}: the ending is that of {by_ending}, the format {file_format}; allowed {', '.join(FORMATS[file_format])}"
        )
        return file_format
    if by_ending is not None:
        return by_ending
    endings = tuple(ending for group in FORMATS.values() for ending in group)
    raise InvalidInput(f"{path}: the ending tells the format, allowed {', '.join(endings)}; or give the format")


def _backend(chosen: str, packages: dict[str, str]) -> Any:
    """Module of a format, once the package that it needs is known to be there."""
    try:
        if chosen in packages:
            importlib.import_module(packages[chosen])
    except ImportError:
        raise DarkfactoryError(
            f"format {chosen} needs the package {packages[chosen]}, which is not installed: "
            "pip install 'darkfactory[events]'"
        ) from None
    return importlib.import_module(f"darkfactory.eventfiles._{chosen}")
