"""Registry of limits on couplings, mixings, scales and lifetimes: stars, supernova, beam dumps, heavy neutrinos.

A record answers where it was published and nowhere else: off its masses it is "no limit", a ``band`` or a contour
without its file is "inconclusive", and a rescaling that the record does not allow is
:class:`~darkfactory.errors.NotInRecord`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.bounds.quantities import FORMULAS, QUANTITIES
from darkfactory.bounds.recast import cl_factor
from darkfactory.errors import (
    CardError,
    InvalidInput,
    NotInRecord,
    UnknownName,
    did_you_mean,
    in_range,
    positive,
    require,
)

__all__ = ["CouplingBound", "CouplingLimit", "coupling_rows", "get_coupling_bound", "load_coupling_bounds"]


@dataclass(frozen=True)
class CouplingLimit:
    """One published number, table, band or contour on a quantity.

    Attributes
    ----------
    cl : float or None
        Published confidence level; None for an estimate.
    mass_min, mass_max : float
        Masses [MeV] for which it holds.
    form : str
        ``value``, ``points`` (log-log in between), ``band`` (inconclusive), ``formula``, ``contour`` (excluded between
        lower and upper), ``user-file`` (a contour that is not shipped).
    values, upper, masses : tuple of float
        Numbers of the form; ``upper`` is the far side of a contour.
    formula : str
        Name of the formula, with ``parameters``.
    power : float or None
        The limited rate goes as the quantity to this power: allows a Gaussian rescaling to another CL.
    because : str
        Why it may not be rescaled.
    tag, provenance, source, chirality, note : str
        Where it is from, which chirality it assumes, what a user should know.
    factor : float
        Uncertainty factor up and down of an estimate; 1 if none is quoted.
    """

    cl: float | None
    mass_min: float
    mass_max: float
    form: str
    tag: str
    source: str
    values: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()
    masses: tuple[float, ...] = ()
    formula: str = ""
    parameters: Mapping[str, float] | None = None
    power: float | None = None
    because: str = ""
    provenance: str = ""
    chirality: str = "n/a"
    factor: float = 1.0
    note: str = ""

    def published(self, mass: float) -> tuple[float, float]:
        """The number as published, and the far side of a contour (inf without), at a mass [MeV] of the range."""
        if self.form == "formula":
            return FORMULAS[self.formula](mass, self.parameters or {}), np.inf
        if self.form == "value":
            return self.values[0], np.inf
        x, at = np.log(self.masses), np.log(max(mass, 1e-300))
        near = float(np.exp(np.interp(at, x, np.log(self.values))))
        return near, float(np.exp(np.interp(at, x, np.log(self.upper)))) if self.upper else np.inf


@dataclass(frozen=True)
class CouplingBound:
    """The limits of one publication on one quantity.

    Attributes
    ----------
    name, label, kind, reference, assumes, notes : str
        As of :class:`darkfactory.bounds.registry.Bound`.
    quantity : str
        A key of :data:`darkfactory.bounds.quantities.QUANTITIES`.
    channel : str
        Process, in words.
    default : bool
        Whether figures draw it without being asked.
    limits : tuple of CouplingLimit
        In the order of preference.

    Examples
    --------
    >>> stars = load_coupling_bounds()["red-giants-2020"]
    >>> row = stars.row(0.001, to="f_a_gev")
    >>> f"g < {row['value']:.1e}, f_a / C_ee > {row['converted']:.3g} GeV ({row['provenance']})"
    'g < 1.3e-13, f_a / C_ee > 3.93e+09 GeV (recalled)'
    """

    name: str
    label: str
    kind: str
    reference: str
    assumes: str
    quantity: str
    channel: str
    limits: tuple[CouplingLimit, ...]
    default: bool = True
    notes: str = ""

    @property
    def short_reference(self) -> str:
        """First author, year and arXiv number, as a legend shows it."""
        from darkfactory.references import load_references

        known = load_references()
        return known[self.reference].short if self.reference in known else self.reference

    def _covering(self, mass: float) -> CouplingLimit | None:
        require(in_range("mass", mass, 0, unit="MeV"))
        return next((limit for limit in self.limits if limit.mass_min <= mass <= limit.mass_max), None)

    def limit(self, mass: float, cl: float | None = None) -> CouplingLimit:
        """The published limit that answers at a mass [MeV], rescaled to ``cl`` if one is given and allowed.

        Raises
        ------
        NotInRecord
            Off the published masses, for a band or a contour that is not shipped, for a CL that cannot be reached.
        InvalidInput
            For numbers outside their domain.
        """
        found = self._covering(mass)
        if found is None:
            ranges = " and ".join(f"[{one.mass_min:g}, {one.mass_max:g}]" for one in self.limits)
            raise NotInRecord(
                f"{self.name}: mass = {mass:g} MeV: no limit; published for {ranges} MeV, never extrapolated"
            )
        if found.form == "band":
            low, high = found.values
            raise NotInRecord(
                f"{self.name}: inconclusive: only an order of magnitude is in the record ({low:g} to {high:g}), not a"
                " contour; give your own digitised file with --extra"
            )
        if found.form == "user-file":
            raise NotInRecord(f"{self.name}: inconclusive: the contour is not shipped; give your own file with --extra")
        if cl is None or (found.cl is not None and abs(cl - found.cl) < 1e-9):
            return found
        require(in_range("cl", cl, 0.5, 1, open_low=True, open_high=True))
        if found.power is None or found.cl is None:
            raise NotInRecord(f"{self.name}: cl = {cl:g}: not rescaled because {found.because}")
        factor = cl_factor(found.cl, cl)
        value = found.published(mass)[0] * factor ** (1 / found.power)
        return replace(found, form="value", values=(value,), upper=(), cl=cl)

    def row(self, mass: float, cl: float | None = None, *, to: str = "", coupling: float = 1.0) -> dict[str, Any]:
        """Limit at a mass [MeV] as a row of plain values, converted to another quantity for a coupling C if asked.

        Parameters
        ----------
        mass : float
            Mass [MeV].
        cl : float, optional
            Confidence level; the published one by default.
        to : str
            Another quantity, e.g. ``f_a_gev`` or ``epsilon2``.
        coupling : float
            Coupling C of the conversion, e.g. tan(alpha) for f_a / C_ij; > 0.

        Returns
        -------
        dict
            With value, unit, sense, cl, published_cl, rescaled, provenance, converted.

        Raises
        ------
        NotInRecord, UnknownName, InvalidInput
            See :meth:`limit`; for a conversion that does not exist.
        """
        found, quantity = self.limit(mass, cl), QUANTITIES[self.quantity]
        require(positive("model.C", coupling))
        if to and to not in (self.quantity, *quantity.conversions):
            allowed = ", ".join((self.quantity, *quantity.conversions))
            raise UnknownName(f"{self.name}: no conversion of {self.quantity} to {to!r}; allowed {allowed}")
        value, far = found.published(mass)
        convert = quantity.conversions.get(to)
        published = self._covering(mass)
        return {
            "name": self.name,
            "channel": self.channel,
            "kind": self.kind,
            "mass": float(mass),
            "quantity": self.quantity,
            "value": value,
            "far_side": far if np.isfinite(far) else None,
            "unit": quantity.unit,
            "sense": quantity.sense,
            "converted": value if to == self.quantity else convert(value, coupling) if convert else None,
            "to": to or None,
            "cl": found.cl,
            "published_cl": published.cl if published else found.cl,
            "rescaled": bool(published and published.cl != found.cl),
            "uncertainty_factor": found.factor,
            "chirality": found.chirality,
            "provenance": found.provenance or found.tag,
            "reference": self.short_reference,
            "citation_key": self.reference,
        }

    def value(self, mass: float) -> float | None:
        """The number as published at a mass [MeV], None where the record has none (see :meth:`limit`)."""
        try:
            return self.limit(mass).published(mass)[0]
        except NotInRecord:
            return None

    def verdict(self, mass: float, value: float) -> str:
        """Whether a point is ``excluded`` or ``allowed``, or the record gives ``no limit`` or is ``inconclusive``.

        Parameters
        ----------
        mass : float
            Mass [MeV].
        value : float
            Value of the quantity, > 0.

        Returns
        -------
        str
            One of the four words.

        Raises
        ------
        InvalidInput
            For numbers outside their domain.
        """
        require(positive(self.quantity, value))
        found = self._covering(mass)
        if found is None:
            return "no limit"
        if found.form in ("band", "user-file"):
            return "inconclusive"
        near, far = found.published(mass)
        upper = QUANTITIES[self.quantity].sense == "upper"
        return "excluded" if (near < value < far if upper else value < near) else "allowed"


def _load(files: Iterable[Path]) -> dict[str, CouplingBound]:
    from darkfactory.bounds.coupling_schema import parse

    bounds, problems = {}, []
    for path in sorted(files):
        fields, found = parse(path)
        problems += found
        if fields:
            bounds[fields["name"]] = CouplingBound(**fields)
    if problems:
        raise CardError("\n".join(problems))
    return bounds


@functools.cache
def _shipped() -> Mapping[str, CouplingBound]:
    with resources.as_file(resources.files("darkfactory.bounds").joinpath("coupling_data")) as folder:
        return _load(path for path in folder.iterdir() if path.suffix == ".yaml")


def is_coupling_record(path: Path) -> bool:
    """Whether a record file limits a ``quantity`` (this registry) rather than LFV decays."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith("quantity:") for line in text.splitlines())


def load_coupling_bounds(extra: str | Path | None = None) -> dict[str, CouplingBound]:
    """All records by name; the shipped ones are read once.

    Parameters
    ----------
    extra : path, optional
        A record file, or a folder of them, of the user's own. A record named like a shipped one replaces it.

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
    bounds = dict(_shipped())
    if extra is not None:
        place = Path(extra)
        if not place.exists():
            raise InvalidInput(f"extra = {str(extra)!r}: no such file or folder")
        files = [p for p in place.iterdir() if p.suffix in (".yaml", ".yml")] if place.is_dir() else [place]
        bounds |= _load(path for path in files if is_coupling_record(path))
    return bounds


def get_coupling_bound(name: str, bounds: Mapping[str, CouplingBound] | None = None) -> CouplingBound:
    """Record by name; hyphens and underscores are the same (:class:`UnknownName` with near names if there is none)."""
    known = load_coupling_bounds() if bounds is None else bounds
    for candidate in (name, name.replace("_", "-")):
        if candidate in known:
            return known[candidate]
    raise UnknownName(f"bound {name!r} does not exist; bounds: {', '.join(known)}{did_you_mean(name, list(known))}")


def coupling_rows(
    quantity: str | None = None, kind: str | None = None, bounds: Mapping[str, CouplingBound] | None = None
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

    Returns
    -------
    list of dict
        Name, channel, quantity, masses, the number or range, CL, kind, provenance, reference, form.
    """
    table = []
    for bound in (load_coupling_bounds() if bounds is None else bounds).values():
        if (quantity and bound.quantity != quantity) or (kind and bound.kind != kind):
            continue
        for limit in bound.limits:
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
                    "provenance": limit.provenance or limit.tag,
                    "reference": bound.short_reference,
                }
            )
    return table
