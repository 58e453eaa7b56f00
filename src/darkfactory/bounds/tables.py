"""Tables of limits for figures and the command line: rows of plain values, null with a reason where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.bounds.recast import Bound, RecastLimit
from darkfactory.bounds.registry import load_coupling_bounds, select
from darkfactory.errors import InvalidInput, NotInRecord, one_of, require
from darkfactory.processes.muon_decay.scales import CHANNELS
from darkfactory.tracing import trace

__all__ = ["coupling_rows", "curve", "rows"]

_PUBLISHED_COUPLINGS = {"any": (1.0, 1.0), "isotropic": (1.0, 0.0), "V+A": (1.0, 1.0), "V-A": (1.0, -1.0)}


def _row(bound: Bound, mass: float, limit: RecastLimit | None, reason: str = "") -> dict[str, Any]:
    """JSON-ready row: null instead of a limit that is infinite or not in the record."""
    return {
        "name": bound.name,
        "label": bound.label,
        "channel": bound.channels[0],
        "kind": bound.kind,
        "mass": mass,
        "status": limit.status if limit else "not-in-record",
        "branching_ratio": limit.branching_ratio if limit and limit.status == "ok" else None,
        "F_gev": limit.F_gev if limit else None,
        "cl": limit.cl if limit else None,
        "published_cl": limit.published_cl if limit else None,
        "rescaled": limit.rescaled if limit else None,
        "provenance": limit.provenance if limit else None,
        "basis": limit.basis if limit else None,
        "alternative": limit.alternative if limit else "",
        "reference": bound.short_reference,
        "citation_key": bound.reference,
        "reason": reason or (limit.basis if limit and limit.status == "closed" else ""),
    }


def curve(
    bound: Bound,
    masses: Iterable[float],
    C_V: complex,
    C_A: complex,
    cl: float | None = None,
    *,
    channel: str | None = None,
    alternative: str = "",
) -> list[dict[str, Any]]:
    """Limit of one record against mass, one row per mass, for plotting.

    Parameters
    ----------
    bound : Bound
        A record; of one channel, or with ``channel``.
    masses : iterable of float
        ALP masses [MeV], >= 0.
    C_V, C_A, cl, channel, alternative
        See :meth:`Bound.branching_ratio_limit`.

    Returns
    -------
    list of dict
        Keys mass, status (``ok``, ``closed``, ``not-in-record``), branching_ratio (None unless ok), F_gev [GeV] (0
        where closed, None where not in the record), cl, published_cl, rescaled, provenance, basis, reason, reference, ...

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain; a mass off the record is a row with its reason.

    Examples
    --------
    >>> from darkfactory.bounds import load_bounds
    >>> points = curve(load_bounds()["bilger-1999"], [90.0, 104.0, 106.0], 1.0, 0.0)
    >>> [(point["status"], point["F_gev"] and float(f"{point['F_gev']:.3g}")) for point in points]
    [('not-in-record', None), ('ok', 12800000.0), ('closed', 0.0)]
    """
    one = bound.one_channel(channel)
    table = []
    for mass in masses:
        try:
            limit = one.branching_ratio_limit(mass, C_V, C_A, cl, alternative=alternative)
        except NotInRecord as refused:
            table.append(_row(one, float(mass), None, str(refused)))
        else:
            table.append(_row(one, float(mass), limit))
    return table


def rows(
    channel: str | None = None,
    kind: str | None = None,
    *,
    mass: float | None = None,
    C_V: complex | None = None,
    C_A: complex | None = None,
    cl: float | None = None,
    bounds: Mapping[str, Bound] | None = None,
) -> list[dict[str, Any]]:
    """Table of the registry: every published number, or every record recast to given couplings.

    Parameters
    ----------
    channel, kind, bounds
        See :func:`~darkfactory.bounds.registry.select`.
    mass : float, optional
        ALP mass [MeV]; without it, each row stands at the lowest mass of its range.
    C_V, C_A : complex, optional
        Both or neither. Without them one row per published number, alternatives included, for the chirality that it
        was published for (F of ``any`` is that of V+A, of ``isotropic`` that of V); with them one row per record and
        channel.
    cl : float, optional
        See :meth:`Bound.branching_ratio_limit`.

    Returns
    -------
    list of dict
        The keys of :func:`curve`, and chirality, mass_min, mass_max [MeV], assumes.

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain, one coupling without the other, an unknown channel or kind.

    Examples
    --------
    >>> [(row["name"], row["provenance"], f"{row['F_gev']:.3g}") for row in rows("tau -> mu a", "projected")]
    [('belle2-50ab', 'recalled', '5.52e+07')]
    """
    if (C_V is None) != (C_A is None):
        raise InvalidInput("C_V, C_A: give both, or neither for the limits as published")
    table = []
    for bound in select(channel, kind, bounds=bounds):
        low = min(limit.mass_min for limit in bound.limits)
        high = max(limit.mass_max for limit in bound.limits)
        if C_V is not None and C_A is not None:
            row = curve(bound, [low if mass is None else mass], C_V, C_A, cl)[0]
            table.append(row | _about(bound, chirality_of(C_V, C_A), low, high))
            continue
        for limit in bound.limits:
            couplings = _PUBLISHED_COUPLINGS[limit.chirality]
            at = limit.mass_min if mass is None else mass
            row = curve(replace(bound, limits=(limit,)), [at], *couplings, cl, alternative=limit.alternative)[0]
            row["alternative"] = limit.alternative
            table.append(row | _about(bound, limit.chirality, limit.mass_min, limit.mass_max))
    return table


def _about(bound: Bound, chirality: str, low: float, high: float) -> dict[str, Any]:
    return {"chirality": chirality, "mass_min": low, "mass_max": high, "assumes": bound.assumes}


def chirality_of(C_V: complex, C_A: complex) -> str:
    """Name of the chirality of a pair of couplings, ``mixed`` if it has none (:class:`InvalidInput` if both are 0)."""
    from darkfactory.models.alp import LfvAlp

    return LfvAlp(C_V=C_V, C_A=C_A).chirality


def coupling_rows(
    quantity: str | None = None,
    kind: str | None = None,
    bounds: Mapping[str, CouplingBound] | None = None,
    *,
    channel: str | None = None,
) -> list[dict[str, Any]]:
    """Table of the registry: one row per published number.

    Parameters
    ----------
    quantity : str, optional
        Only this quantity.
    kind : str, optional
        ``observed`` or ``projected``.
    bounds : mapping, optional
        Records; the shipped ones by default.
    channel : str, optional
        Only this channel, as the records write it, or ``mu-e`` for ``mu -> e a``.

    Returns
    -------
    list of dict
        Name, channel, quantity, masses, the number or range, CL, kind, provenance, reference, form.

    Raises
    ------
    InvalidInput
        For an unknown quantity or kind, a channel that no record of the quantity has; near ones are listed.
    """
    records = list((load_coupling_bounds() if bounds is None else bounds).values())
    require(
        None if quantity is None else one_of("quantity", quantity, QUANTITIES),
        None if kind is None else one_of("kind", kind, ("observed", "projected")),
    )
    records = [bound for bound in records if quantity in (None, bound.quantity)]
    if channel is not None:
        channels = list(dict.fromkeys(bound.channel for bound in records))
        short = {f"{parent}-{daughter}": name for name, (parent, daughter) in CHANNELS.items()}
        wanted = short.get(channel, channel)
        require(one_of("channel", wanted, channels))
        records = [bound for bound in records if bound.channel == wanted]
    table = []
    for bound in records:
        if kind not in (None, bound.kind):
            continue
        for limit in bound.limits:
            trace("limit", bound, limit, None)
            values = limit.values if limit.form != "formula" else ()
            shown = " to ".join(f"{v:g}" for v in dict.fromkeys((min(values), max(values)))) if values else limit.form
            table.append(
                {
                    "name": bound.name,
                    "label": bound.label,
                    "channel": bound.channel,
                    "quantity": bound.quantity,
                    "mass_min": limit.mass_min,
                    "mass_max": limit.mass_max,
                    "value": shown,
                    "form": limit.form,
                    "cl": limit.cl,
                    "kind": bound.kind,
                    "chirality": limit.chirality,
                    "provenance": limit.origin,
                    "reference": bound.short_reference,
                }
            )
    return table
