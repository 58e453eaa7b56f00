"""Published limits as results: the table of the registry, one record against mass, and its verdict on a point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.limit_curves import LimitCurve, LimitTable, Rows, Verdict
from darkfactory.bounds.own import own_records
from darkfactory.bounds.registry import get_bound, get_coupling_bound, load_bounds, load_coupling_bounds
from darkfactory.bounds.tables import coupling_rows, curve, rows
from darkfactory.errors import InvalidInput, NotInRecord, require
from darkfactory.models import build_model
from darkfactory.result import run_block
from darkfactory.settings import Setting, mass_points, read_settings, split_settings

__all__ = ["limits", "of_model", "table", "verdict"]

_DIRECTION = ("chirality", "C_V", "C_A")
"""Keys of the model that a limit on a branching ratio depends on."""
_COUPLING = Setting("C", 1.0, "coupling that is not the recast one", low=0.0, open_low=True)


def _keys(names: Sequence[str], known: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(known[name].reference for name in names))


def table(
    channel: str | None = None,
    quantity: str | None = None,
    kind: str | None = None,
    extra: str | Path | None = None,
) -> LimitTable:
    """Published limits as they were published.

    Parameters
    ----------
    channel : str, optional
        Only one channel, e.g. ``mu-e``.
    quantity : str, optional
        Limits on a quantity instead of LFV decays, e.g. ``epsilon``, or ``all``.
    kind : {"observed", "projected"}, optional
        Only those.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    LimitTable
        One row per published number.

    Raises
    ------
    InvalidInput, UnknownName
        For an unknown channel, quantity or kind.

    Examples
    --------
    >>> [row["name"] for row in table("tau-mu", kind="projected").rows]
    ['belle2-50ab']
    """
    asked = dict(locals())
    found: Rows
    known: Any
    with own_records(extra) as own:
        known = load_bounds() if quantity is None else load_coupling_bounds()
    if quantity is None:
        title = "published limits"
        found = rows(channel, kind, bounds=known)
        notes: tuple[str, ...] = (
            "recalled: quoted from memory, never checked against the publication",
            "*: another number of the same record, used only when --alternative asks for it",
        )
    else:
        one = None if quantity == "all" else quantity
        title = f"published limits on {one or 'couplings'}"
        found = coupling_rows(one, kind, known, channel=channel)
        notes = ("band, user-file: only an order of magnitude or nothing is shipped, such a record excludes nothing",)
    run = run_block(table, asked, word="bounds", records=own.told)
    settings = {name: value for name, value in asked.items() if value is not None}
    return LimitTable(title, found, settings, notes, _keys([row["name"] for row in found], known), run=run)


def limits(
    name: str,
    mass: Any = 0.0,
    *,
    cl: float | None = None,
    channel: str | None = None,
    alternative: str = "",
    to: str = "",
    settings: Mapping[str, Any] | None = None,
    extra: str | Path | None = None,
) -> LimitCurve:
    """One record against mass: recast to other couplings, or converted to another quantity.

    Parameters
    ----------
    name : str
        Name of the record.
    mass : number, array or ``START:STOP:N``
        Masses [MeV].
    cl : float, optional
        Rescale to this confidence level; the published one by default.
    channel, alternative : str, optional
        Channel and number, where a record of decays has several.
    to : str
        Of a record on a coupling: convert it, e.g. to ``f_a_gev``.
    settings : mapping, optional
        Of a decay ``model.chirality`` or ``model.C_V``, ``model.C_A``; of a conversion ``model.C``.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    LimitCurve
        One row per mass; null with a reason where the record does not answer.

    Raises
    ------
    InvalidInput, UnknownName
        For unknown names and keys, and numbers outside their domain.

    Examples
    --------
    >>> [(row["status"], row["F_gev"] and f"{row['F_gev']:.2e}") for row in limits("bilger-1999", [90, 104]).rows]
    [('not-in-record', None), ('ok', '1.12e+07')]
    """
    asked = dict(locals())
    model = of_model(settings)
    masses = mass_points(mass)
    used = {"cl": cl, "channel": channel, "alternative": alternative, "to": to, **(settings or {})}
    used = {key: value for key, value in used.items() if value not in (None, "")}
    with own_records(extra) as own:
        couplings, ratios = load_coupling_bounds(), load_bounds()
    if name.replace("_", "-") in couplings:
        record = get_coupling_bound(name, couplings)
        if channel or alternative:
            raise InvalidInput(f"channel, alternative: {name} has one limit, on {record.quantity}")
        coupling = read_settings((_COUPLING,), record.name, ("user", model), label="model.")["C"]
        convert = record.conversion(to)
        idle = "C" in model and convert(1.0, 1.0) == convert(1.0, 2.0)
        require(f"model.C: changes nothing {f'in {to}' if to else 'without to'}; leave it out" if idle else None)
        points = [_coupling_row(record, float(m), cl, to, coupling) for m in masses]
        about = {"bound": record.name, "quantity": record.quantity, "reference": record.reference}
        title = f"{record.label}, {record.channel}"
        assumed = [f"assumes: {record.assumes}", *_of_intervals(record, [row["mass"] for row in points])]
    else:
        alp = build_model("lfv-alp", model)
        require(
            f"to = {to}: a limit on a branching ratio comes with F_gev, and is converted to nothing else"
            if to
            else None,
            *(f"model.{key}: changes nothing in a recast; leave it out" for key in model if key not in _DIRECTION),
        )
        bound = get_bound(name, ratios)
        points = curve(bound, masses, complex(alp.C_V), complex(alp.C_A), cl, channel=channel, alternative=alternative)
        about = {"bound": bound.name, "chirality": alp.chirality, "reference": bound.reference}
        title, assumed = f"{bound.label}, {alp.chirality}", []
    notes = (*assumed, *dict.fromkeys(row["reason"] for row in points if row["reason"]))
    run = run_block(limits, asked, word="bounds recast", records=own.told)
    return LimitCurve(title, points, used, notes, (about["reference"],), about, run=run)


def of_model(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings of the model without their prefix; a recast takes no others.

    Parameters
    ----------
    settings : mapping, optional
        By key with prefix.

    Raises
    ------
    InvalidInput
        Listing the others.
    """
    model, rest = split_settings(settings)
    require(*(f"{key}: a recast takes model.* only" for key in rest))
    return model


def _sides(bound: CouplingBound, mass: float, value: float) -> tuple[float | None, float | None]:
    """Limit and far side of the excluded interval that holds a value, of the strongest one where none does."""
    try:
        return bound.limit(mass).published(mass, value)
    except NotInRecord:
        return None, None


def _of_intervals(bound: CouplingBound, masses: Iterable[float]) -> Iterator[str]:
    """What is excluded at masses [MeV] beside the strongest interval, which rows hold."""
    for mass in masses:
        try:
            edges = bound.limit(mass).intervals(mass)
        except NotInRecord:
            continue
        if len(edges) > 1:
            listed = ", ".join(f"{low:.4g} to {high:.4g}" for low, high in edges)
            yield f"{bound.name}: {len(edges)} intervals of {bound.quantity} are excluded at {mass:.4g} MeV: {listed}"


def _coupling_row(record: Any, mass: float, cl: float | None, to: str, coupling: float) -> dict[str, Any]:
    try:
        row: dict[str, Any] = record.row(mass, cl, to=to, coupling=coupling)
        return row | {"status": "ok", "reason": ""}
    except NotInRecord as refused:
        row = {
            "name": record.name,
            "mass": mass,
            "quantity": record.quantity,
            "value": None,
            "converted": None,
            "converted_far": None,
        }
        return row | {"status": "not-in-record", "reason": str(refused)}


def verdict(name: str, mass: float, value: float, *, extra: str | Path | None = None) -> Verdict:
    """Whether a record on a coupling excludes a point: excluded, allowed, no limit, or inconclusive.

    Parameters
    ----------
    name : str
        Name of the record.
    mass : float
        Mass [MeV].
    value : float
        Value of the quantity that the record limits.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    Verdict
        One row.

    Raises
    ------
    InvalidInput, UnknownName
        For an unknown name, and numbers outside their domain.

    Examples
    --------
    >>> verdict("x-ray-lines", 0.02, 1e27).rows[0]["verdict"]
    'excluded'
    """
    asked = dict(locals())
    with own_records(extra) as own:
        bound = get_coupling_bound(name)
    point = {"mass": mass, bound.quantity: value, "verdict": bound.verdict(mass, value)}
    point |= dict(zip(("limit", "far_side"), _sides(bound, mass, value), strict=True))
    about = {"bound": bound.name, "quantity": bound.quantity, "reference": bound.reference}
    notes = (f"assumes: {bound.assumes}", *_of_intervals(bound, [mass]))
    run = run_block(verdict, asked, word="bounds verdict", records=own.told)
    return Verdict(f"{bound.label}, {bound.channel}", [point], {}, notes, (bound.reference,), about, run=run)
