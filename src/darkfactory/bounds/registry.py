"""Registry of published limits: one YAML file per publication and a collection of curves, plus any of the user's own.

A record limits LFV decays (:class:`~darkfactory.bounds.recast.Bound`) or, with a key ``quantity``, a coupling
(:class:`~darkfactory.bounds.couplings.CouplingBound`). One that is not allowed to answer (mass off its range, a chirality
or CL it was not published for) raises :class:`~darkfactory.errors.NotInRecord` with the reason; tables carry the reason in
the row instead.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeVar

from darkfactory.bounds.collection import collected
from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.own import in_force, load, record_files
from darkfactory.bounds.recast import Bound, RecastLimit, no_limit
from darkfactory.bounds.records import Record
from darkfactory.errors import (
    NotInRecord,
    UnknownName,
    did_you_mean,
    in_range,
    one_of,
    require,
)
from darkfactory.processes.muon_decay.scales import canonical

__all__ = [
    "best_limit",
    "check_file",
    "get_bound",
    "get_coupling_bound",
    "get_record",
    "load_bounds",
    "load_coupling_bounds",
    "select",
    "with_own",
]

AnyRecord = TypeVar("AnyRecord", bound=Record)


@functools.cache
def _shipped() -> Mapping[str, Record]:
    with resources.as_file(resources.files("darkfactory.bounds").joinpath("data")) as place:
        mine = load(record_files(place))
        return {**collected(place / "collection"), **{record.name: record for record in mine.values()}}


def _records(kind: type[AnyRecord], extra: str | Path | None) -> dict[str, AnyRecord]:
    """Records of one kind by name, shipped and of the user's own."""
    own = in_force(extra)
    own.asked = True
    return {name: record for name, record in {**_shipped(), **own.records}.items() if isinstance(record, kind)}


def load_bounds(extra: str | Path | None = None) -> dict[str, Bound]:
    """All records of limits on LFV decays by name; the shipped ones are read once.

    Parameters
    ----------
    extra : path, optional
        A record file, or a folder of them (experiment cards there are left alone), of the user's own, or several places
        separated as in PATH; those of the environment variable ``DARKFACTORY_BOUNDS`` are always there. A record named
        like a shipped one replaces it.

    Returns
    -------
    dict
        Name -> record, a new dictionary at every call.

    Raises
    ------
    CardError
        Listing all problems of all files.
    InvalidInput
        If ``extra`` does not exist.
    """
    return _records(Bound, extra)


def load_coupling_bounds(extra: str | Path | None = None) -> dict[str, CouplingBound]:
    """All records of limits on a quantity by name (see :func:`load_bounds`)."""
    return _records(CouplingBound, extra)


def get_record(name: str) -> Record:
    """Record of any kind by name (see :func:`get_bound`)."""
    return _named(name, _records(Record, None))


def get_bound(name: str, bounds: Mapping[str, Bound] | None = None) -> Bound:
    """Record of limits on LFV decays by name; hyphens and underscores are the same.

    Raises
    ------
    UnknownName
        If there is none; near names are listed.
    """
    return _named(name, load_bounds() if bounds is None else bounds)


def get_coupling_bound(name: str, bounds: Mapping[str, CouplingBound] | None = None) -> CouplingBound:
    """Record of limits on a quantity by name (see :func:`get_bound`)."""
    return _named(name, load_coupling_bounds() if bounds is None else bounds)


def _named(name: str, known: Mapping[str, AnyRecord]) -> AnyRecord:
    for candidate in (name, name.replace("_", "-")):
        if candidate in known:
            return known[candidate]
    other = {**_shipped(), **in_force().records}
    for candidate in (name, name.replace("_", "-")):
        if candidate in other:
            raise UnknownName(_of_another_kind(other[candidate]))
    hint = did_you_mean(name, [*{**other, **known}])
    raise UnknownName(f"bound {name!r} does not exist{hint}; `darkfactory list bounds` names those that do")


def _of_another_kind(record: Record) -> str:
    if isinstance(record, CouplingBound):
        return f"bound {record.name!r} limits {record.quantity}, not a branching ratio"
    remedy = f"`bounds recast {record.name}` gives it at a mass, for a chirality"
    return f"bound {record.name!r} limits a branching ratio, not a coupling or another quantity; {remedy}"


def select(
    channel: str | None = None,
    kind: str | None = None,
    mass: float | None = None,
    *,
    bounds: Mapping[str, Bound] | None = None,
) -> list[Bound]:
    """Records of one channel each (a publication with two channels gives two), filtered.

    Parameters
    ----------
    channel : str, optional
        ``mu -> e a``, ``tau -> e a`` or ``tau -> mu a`` (or ``mu-e``, ``tau-e``, ``tau-mu``).
    kind : str, optional
        ``observed`` or ``projected``.
    mass : float, optional
        ALP mass [MeV] that the record must cover.
    bounds : mapping, optional
        Records to choose from, default the shipped ones.

    Returns
    -------
    list of Bound

    Raises
    ------
    InvalidInput, UnknownName
        For an unknown kind, a negative mass, an unknown channel.

    Examples
    --------
    >>> [bound.name for bound in select("mu -> e a", "observed", mass=104.0)]
    ['bilger-1999']
    """
    require(
        None if kind is None else one_of("kind", kind, ("observed", "projected")),
        None if mass is None else in_range("mass", mass, 0, unit="MeV"),
    )
    wanted = None if channel is None else canonical(channel)
    found = []
    for bound in (load_bounds() if bounds is None else bounds).values():
        if kind is not None and bound.kind != kind:
            continue
        for one in bound.channels:
            narrow = bound.for_channel(one)
            if wanted in (None, one) and (mass is None or any(limit.covers(mass) for limit in narrow.limits)):
                found.append(narrow)
    return found


def with_own(names: Iterable[str], channel: str) -> list[Bound]:
    """Records by name, and behind them those of the user's own that limit the channel.

    Parameters
    ----------
    names : iterable of str
        What is shown anyway.
    channel : str
        Such as ``mu -> e a``.

    Returns
    -------
    list of Bound
        Each once.
    """
    known, shown = load_bounds(), list(names)
    own = [name for name in in_force().records if name not in shown and name in known]
    return [*(known[name] for name in shown), *(known[name] for name in own if channel in known[name].channels)]


def best_limit(
    channel: str,
    mass: float,
    C_V: complex,
    C_A: complex,
    cl: float | None = None,
    *,
    bounds: Mapping[str, Bound] | None = None,
) -> RecastLimit:
    """Strongest observed limit on a channel: the one with the largest F; projections do not count.

    Where no record answers, the limit is none: status ``no-limit``, branching ratio inf, F 0, and the reasons in ``basis``.
    Without ``cl`` each record counts at its own CL, which the result states; with it, all count at that CL.

    Parameters
    ----------
    channel : str
        Such as ``mu -> e a`` or ``mu-e``.
    mass : float
        ALP mass [MeV].
    C_V, C_A : complex
        Couplings, not both 0; only their direction matters.
    cl : float, optional
        Confidence level to rescale to.
    bounds : mapping, optional
        Records; the shipped ones by default.

    Returns
    -------
    RecastLimit
        Branching ratio, F [GeV], CL, provenance, basis and status: ``ok``, ``closed``, ``no-limit``.

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain, an unknown channel.

    Examples
    --------
    >>> best_limit("mu -> e a", 0.0, 1.0, -1.0).name  # left-handed: the forward cone is blind
    'twist-2015'
    >>> gap = best_limit("mu -> e a", 97.0, 1.0, 1.0)
    >>> gap.status, gap.branching_ratio, gap.F_gev
    ('no-limit', inf, 0.0)
    """
    found, reasons = [], []
    for bound in select(channel, "observed", bounds=bounds):
        try:
            found.append(bound.branching_ratio_limit(mass, C_V, C_A, cl))
        except NotInRecord as refused:
            reasons.append(str(refused))
    if not found:
        return no_limit(canonical(channel), mass, cl, "\n".join(reasons) or f"no observed limit on {channel!r}")
    return max(found, key=lambda limit: limit.F_gev)


def check_file(path: str | Path) -> list[str]:
    """Problems of a record file, each naming file, key, value and what is allowed; empty if it is a valid record."""
    from darkfactory.bounds.reading import parse

    return parse(Path(path))[1]
