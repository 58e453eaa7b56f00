"""Entries of published limits: as they are, recast by chirality, to other couplings, or to a continuum of masses."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from darkfactory import bounds
from darkfactory.bounds.heavy_neutrinos import recast_continuum
from darkfactory.bounds.quantities import MOMENTS, magnetic_moment_coupling
from darkfactory.bounds.records import Record, cl_or_own
from darkfactory.bounds.vector_charges import PUBLISHED_FOR
from darkfactory.bounds.vector_recast import recast_couplings
from darkfactory.constants import M_MU
from darkfactory.errors import NotInRecord
from darkfactory.processes.muon_decay.scales import canonical
from darkfactory.surveys.entries import EXCLUDES, LIMIT, REACHES, Entry
from darkfactory.surveys.intervals import Intervals, holds
from darkfactory.surveys.line import Line
from darkfactory.verbs.recast import charges_of, dump_of

__all__ = ["Published", "decays_beside", "published"]

DECAYS = {"z": ("Z -> nu X", 0.95), "h": ("h -> nu X", 0.95), "w": ("W -> l X", 0.95), "k": ("K -> l X", 0.90)}
"""Decays and CL of the limits that a reach of a continuum brings along, by the letter in their names."""


@dataclass(frozen=True)
class Published:
    """Published limits of a survey.

    Attributes
    ----------
    entries : tuple of Entry
        Those with a number, and those of LFV decays that give a reason why there is none.
    records : tuple of Record
        Observed ones of which any could be asked.
    silent : mapping
        Number of records without a number, by reason in a word.
    """

    entries: tuple[Entry, ...]
    records: tuple[Record, ...]
    silent: Mapping[str, int]


def published(
    line: Line,
    masses: Sequence[float],
    charges: Mapping[str, Any],
    cl: float | None,
    shows: Any,
    *,
    projections: bool,
    conditional: bool,
) -> Published:
    """Every published limit that says something of the model.

    Parameters
    ----------
    line : Line
        Model and common coupling.
    masses : sequence of float
        Masses [MeV].
    charges : mapping
        Further couplings of a vector, which only recasts know.
    cl : float, optional
        Rescale to this confidence level those that allow it.
    shows : callable
        Names of an entry -> whether it is wanted.
    projections, conditional : bool
        Whether projections count as reaches, and limits that hold under an assumption as exclusions.
    """
    kinds = ("observed", "projected") if projections else ("observed",)
    found: list[Entry] = []
    records: list[Record] = []
    silent: Counter[str] = Counter()
    for record, ask in _asked(line, charges):
        records += [record] if record.kind == "observed" else []
        if record.kind not in kinds or not shows(record.name, record.label):
            continue
        for mass in masses:
            about: dict[str, Any] = {"kind": LIMIT, "name": record.name, "experiment": record.label, "mass": mass}
            about |= {"reference": record.reference, "process": record.subjects[0]}
            try:
                told = ask(mass, cl)
            except NotInRecord as refused:
                silent["published for other masses" if "mass" in str(refused) else "inconclusive, or not recast"] += 1
                continue
            if not told:
                silent["allowed at every coupling"] += 1
                continue
            role, reason = _counts(record, conditional)
            found.append(Entry(**about, role=role, reason=reason, **told))
    return Published((*found, *_moments(line, masses, shows)), tuple(records), dict(silent))


def _moments(line: Line, masses: Sequence[float], shows: Any) -> Iterator[Entry]:
    """Magnetic moments, which a pseudoscalar lowers."""
    for quantity, (lepton, deviation) in MOMENTS.items():
        about: dict[str, Any] = {"kind": LIMIT, "name": f"g-2 of {lepton}", "role": EXCLUDES, "provenance": "recalled"}
        about |= {"experiment": f"Delta a_{lepton} > -{deviation:g}", "process": "magnetic moment"}
        for mass in masses if line.here.get(quantity) and shows(about["name"]) else ():
            edges = [(magnetic_moment_coupling(mass, deviation, lepton), math.inf)] if mass > 0 else []
            if intervals := _on_line(line, quantity, edges):
                yield Entry(**about, mass=mass, intervals=intervals)


def _on_line(line: Line, quantity: str, edges: Iterable[tuple[float, float]]) -> Intervals:
    """Intervals of the coupling, from those of a quantity: all or nothing where it is the same everywhere on the line."""
    if quantity in line.moving:
        return tuple(line.interval(quantity, *pair) for pair in edges)
    return ((0.0, math.inf),) if holds(edges, line.here[quantity]) else ()


def _counts(record: Record, conditional: bool) -> tuple[str, str]:
    """What a limit counts as, and why it does not."""
    if record.kind == "projected":
        return REACHES, "published projection"
    if getattr(record, "default", True) or conditional:
        return EXCLUDES, ""
    return "", f"only if: {record.assumes}"


def _asked(line: Line, charges: Mapping[str, Any]) -> Iterator[tuple[bounds.Bound | bounds.CouplingBound, Any]]:
    """Records that could say something, each with what answers: (mass, cl) -> fields of an entry, none if nothing is excluded."""
    couplings = bounds.load_coupling_bounds().values()
    if line.channel:
        for decay in bounds.select(line.channel):
            yield decay, lambda mass, cl, one=decay: _of_decay(line, one, mass, cl)
    direct = {name for name, value in line.here.items() if value > 0}
    for record in couplings:
        if record.quantity in direct and (not line.channel or _of_channel(line, record)):
            yield record, lambda mass, cl, one=record: _of_coupling(line, one, mass, cl)
    if "continuum" in line.model.offers:
        for record in couplings:
            if record.quantity == f"U2_{line.model.flavor}" and record.quantity not in direct:
                yield record, lambda mass, cl, one=record: _of_continuum(line, one, mass)
    if line.name in PUBLISHED_FOR:
        return
    # couplings that recasts multiply: those of the model, or somewhere on the line where its own is 0
    model = line.model if line.value > 0 else line.model.scan(line.scanned, "prompt").at(1.0)
    made = charges_of(model, charges)
    for record in couplings if made is not None else ():
        if record.quantity in PUBLISHED_FOR and record.quantity not in direct:
            unit = model.quantities()[line.name]
            yield record, lambda mass, cl, one=record, unit=unit: _of_charges(line, one, made, unit, mass)


def _of_channel(line: Line, record: Any) -> bool:
    """Whether a limit on F is one on the pair of leptons of the survey; other quantities have no pair."""
    return bool(record.quantity != line.name or record.channel == canonical(line.channel))


def _of_decay(line: Line, record: Any, mass: float, cl: float | None) -> dict[str, Any]:
    limit = cl_or_own(lambda level: record.branching_ratio_limit(mass, line.model.C_V, line.model.C_A, level), cl)
    if limit.status != "ok":
        raise NotInRecord(f"{record.name}: mass = {mass:g} MeV: {limit.status}")
    return {"intervals": line.beyond(limit.F_gev), "cl": limit.cl, "provenance": limit.provenance}


def _of_coupling(line: Line, record: Any, mass: float, cl: float | None) -> dict[str, Any]:
    found = cl_or_own(lambda level: record.limit(mass, level), cl)
    intervals = _on_line(line, record.quantity, [(float(low), float(high)) for low, high in found.intervals(mass)])
    stated = {"intervals": intervals, "cl": found.cl, "provenance": found.origin}
    return stated if intervals else {}


def _of_continuum(line: Line, record: Any, mass: float) -> dict[str, Any]:
    row = recast_continuum(record, line.model.at_mass(mass))
    if row["status"] != "ok":
        raise NotInRecord(row["reason"])
    interval = (row.get("far_side") or 0.0, row["cutoff_gev"])
    return {"intervals": (interval,), "cl": row["cl"], "provenance": "recast", "limited_by": row["rule"]}


def _of_charges(line: Line, record: Any, charges: Any, unit: float, mass: float) -> dict[str, Any]:
    fixed = set(line.here) - line.moving
    if mass > 2 * M_MU and any(line.here[name] for name in fixed):
        raise NotInRecord(f"{record.name}: the recast scales all couplings, the survey {line.name} alone")
    rows = recast_couplings(record, charges, mass, dump_of)
    if rows[0]["status"] not in ("ok", "allowed"):
        raise NotInRecord(rows[0]["reason"])
    found = [row for row in rows if row["status"] == "ok"]
    intervals = tuple((unit * row["scale"], unit * (row["far_side"] or float("inf"))) for row in found)
    stated = {"intervals": intervals, "cl": rows[0].get("cl"), "provenance": "recast"}
    return stated | {"limited_by": found[0]["limited_by"]} if found else {}


def decays_beside(line: Line, answers: Sequence[Any], masses: Sequence[float], shows: Any) -> list[Entry]:
    """Limits of other decays, which every reach of a search for a continuum brings along.

    Parameters
    ----------
    line : Line
        Model and common coupling.
    answers : sequence of Answer
        Of such a search, one for each mass.
    masses : sequence of float
        Masses [MeV].
    shows : callable
        Names of an entry -> whether it is wanted.
    """
    found = []
    for letter, (decay, cl) in DECAYS.items():
        for mass, answer in zip(masses, answers, strict=True):
            intervals = line.beyond(answer.row.get(line.name.replace("_gev", f"_{letter}_gev")))
            if intervals and line.scale and shows(decay):
                about: dict[str, Any] = {"kind": LIMIT, "name": decay, "experiment": decay, "mass": mass, "cl": cl}
                found.append(Entry(**about, intervals=intervals, role=EXCLUDES, process=decay, provenance="recast"))
    return found
