"""Published limits on couplings, mixings, scales and lifetimes: stars, supernova, beam dumps, heavy neutrinos.

A record answers where it was published and nowhere else: off its masses it is "no limit", a ``band`` or a contour
without its file is "inconclusive", and a rescaling that the record does not allow is
:class:`~darkfactory.errors.NotInRecord`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.bounds.quantities import FORMULAS, QUANTITIES
from darkfactory.bounds.records import Limit, Record, cl_factor, same_cl
from darkfactory.bounds.regions import Region
from darkfactory.errors import NotInRecord, UnknownName, in_range, positive, require
from darkfactory.tracing import trace

__all__ = ["CouplingBound", "CouplingLimit"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CouplingLimit(Limit):
    """One published number, table, band or contour on a quantity.

    Attributes
    ----------
    cl, mass_min, mass_max, chirality, form, tag, source, provenance, masses, values, because, note
        As of :class:`~darkfactory.bounds.records.Limit`. Forms: ``value``, ``points`` (log-log in between), ``band``
        (inconclusive), ``formula``, ``contour`` (excluded between ``values`` and ``far``, never off its masses),
        ``region`` (excluded are the ``intervals`` at each mass, which may have gaps, holes and islands; ``values`` are its
        smallest and largest number; a contour in several pieces has one too), ``user-file`` (a contour that is not shipped).
    far : tuple of float
        Far side of a contour: above the limit on a coupling, below the limit on a scale or a lifetime.
    sense : str
        ``upper`` or ``lower`` limits.
    formula : str
        Name of the formula, with ``parameters``.
    power : float or None
        The limited rate goes as the quantity (for a lower limit, as its inverse) to this power: allows a Gaussian
        rescaling to another CL.
    factor : float
        Uncertainty factor up and down of an estimate; 1 if none is quoted.
    region : Region, optional
        Of the form ``region``, and of a contour that is more than a curve or two sides.
    """

    far: tuple[float, ...] = ()
    formula: str = ""
    parameters: Mapping[str, float] | None = None
    power: float | None = None
    factor: float = 1.0
    region: Region | None = None
    sense: str = "upper"

    def covers(self, mass: float) -> bool:
        """Whether the mass [MeV] lies in the published range and within the table, both ends included."""
        if not super().covers(mass):
            return False
        if self.region is not None:
            return len(self.region.intervals(mass)) > 0
        return not self.masses or self.masses[0] <= mass <= self.masses[-1]

    def intervals(self, mass: float) -> Array:
        """Excluded values at a mass [MeV] of the range: rising pairs, shape (k, 2)."""
        if self.region is not None:
            return self.region.intervals(mass)
        near, far = self.published(mass)
        if self.sense == "upper":
            return np.array([[near, np.inf if far is None else far]])
        return np.array([[far or 0.0, near]])

    def published(self, mass: float, value: float | None = None) -> tuple[float, float | None]:
        """The number as published, and the far side of a contour (None without), at a mass [MeV] of the range.

        Of several intervals those of the one with ``value`` in it, else of the strongest.
        """
        if self.region is not None:
            edges = self.region.intervals(mass)
            around = np.nan if value is None else value
            inside = edges[(edges[:, 0] < around) & (around < edges[:, 1])]
            edges = inside if len(inside) else edges
            near, far = map(float, edges[0] if self.sense == "upper" else edges[-1, ::-1])
            return near, far if 0 < far < np.inf else None
        if self.form == "formula":
            return FORMULAS[self.formula](mass, self.parameters or {}), None
        if self.form == "value":
            return self.values[0], None
        x, at = np.log(self.masses), np.log(max(mass, 1e-300))
        near = float(np.exp(np.interp(at, x, np.log(self.values))))
        return near, float(np.exp(np.interp(at, x, np.log(self.far)))) if self.far else None


def _as_it_is(value: float, _coupling: float) -> float:
    return value


@dataclass(frozen=True, kw_only=True)
class CouplingBound(Record):
    """The limits of one publication on one quantity.

    Attributes
    ----------
    name, label, kind, reference, assumes, notes, limits
        As of :class:`~darkfactory.bounds.records.Record`.
    quantity : str
        A key of :data:`darkfactory.bounds.quantities.QUANTITIES`.
    channel : str
        Process, in words.
    default : bool
        Whether figures draw it without being asked.

    Examples
    --------
    >>> from darkfactory.bounds import load_coupling_bounds
    >>> stars = load_coupling_bounds()["red-giants-2020"]
    >>> row = stars.row(0.001, to="f_a_gev")
    >>> f"g < {row['value']:.1e}, f_a / C_ee > {row['converted']:.3g} GeV ({row['provenance']})"
    'g < 1.3e-13, f_a / C_ee > 3.93e+09 GeV (quoted)'
    """

    limits: tuple[CouplingLimit, ...]
    quantity: str
    channel: str
    default: bool = True

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it limits, in words."""
        return (f"{self.quantity}: {self.channel}",)

    def _covering(self, mass: float) -> CouplingLimit | None:
        require(in_range("mass", mass, 0, unit="MeV"))
        return next((limit for limit in self.limits if limit.covers(mass)), None)

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
        trace("limit", self, found, cl)
        if cl is None or same_cl(cl, found.cl):
            return found
        require(in_range("cl", cl, 0.5, 1, open_low=True, open_high=True))
        if found.power is None or found.cl is None:
            raise NotInRecord(f"{self.name}: cl = {cl:g}: not rescaled because {found.because}")
        if found.far or found.region is not None:
            raise NotInRecord(f"{self.name}: cl = {cl:g}: not rescaled because the far side of a region has no rule")
        exponent = (1 if QUANTITIES[self.quantity].sense == "upper" else -1) / found.power
        value = found.published(mass)[0] * cl_factor(found.cl, cl) ** exponent
        return replace(found, form="value", values=(value,), cl=cl)

    def conversion(self, to: str) -> Callable[[float, float], float]:
        """How the quantity is converted to another one, from a value and a coupling C; not at all without a name.

        Raises
        ------
        UnknownName
            If it cannot be.
        """
        known = {"": _as_it_is, self.quantity: _as_it_is, **QUANTITIES[self.quantity].conversions}
        if to not in known:
            allowed = ", ".join(name for name in known if name)
            raise UnknownName(f"{self.name}: no conversion of {self.quantity} to {to!r}; allowed {allowed}")
        return known[to]

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
        convert = self.conversion(to)
        value, far = found.published(mass)
        published = self._covering(mass)
        return {
            "name": self.name,
            "channel": self.channel,
            "kind": self.kind,
            "mass": float(mass),
            "quantity": self.quantity,
            "value": value,
            "far_side": far,
            "unit": quantity.unit,
            "sense": quantity.sense,
            "converted": convert(value, coupling) if to else None,
            "converted_far": convert(far, coupling) if to and far is not None else None,
            "to": to or None,
            "cl": found.cl,
            "published_cl": published.cl if published else found.cl,
            "rescaled": bool(published and published.cl != found.cl),
            "uncertainty_factor": found.factor,
            "chirality": found.chirality,
            "provenance": found.origin,
            "reference": self.short_reference,
            "citation_key": self.reference,
        }

    def value(self, mass: float) -> float | None:
        """The number as published at a mass [MeV], None where the record has none (see :meth:`limit`)."""
        try:
            return self.limit(mass).published(mass)[0]
        except NotInRecord:
            return None

    def far_side(self, mass: float) -> float | None:
        """Far side of the excluded region at a mass [MeV], None where the record has none."""
        try:
            return self.limit(mass).published(mass)[1]
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
        trace("limit", self, found, None)
        inside = found.intervals(mass)
        return "excluded" if np.any((inside[:, 0] < value) & (value < inside[:, 1])) else "allowed"
