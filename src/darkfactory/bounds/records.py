"""What every record of a published limit holds, whatever it limits, and how its number goes to another CL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from darkfactory.errors import NotInRecord, in_range, require

__all__ = ["Limit", "Number", "Record", "cl_factor", "cl_or_own", "same_cl"]

Answer = TypeVar("Answer")
UNSURE = ("not stated", "not named", "identified by the collector", "by the raw file name")
"""Words of a reference of which nobody is sure, as the collection of curves has them."""


def cl_factor(published_cl: float, cl: float) -> float:
    """Factor from a limit at ``published_cl`` to one at ``cl``: ratio of one-sided Gaussian z [assumed].

    Raises
    ------
    InvalidInput
        For a CL outside (0.5, 1).

    Examples
    --------
    >>> round(cl_factor(0.90, 0.95), 4)
    1.2835
    """
    from statistics import NormalDist

    for level in (published_cl, cl):
        require(in_range("cl", level, 0.5, 1, open_low=True, open_high=True))
    quantile = NormalDist().inv_cdf
    return quantile(cl) / quantile(published_cl)


def same_cl(cl: float | None, published_cl: float | None) -> bool:
    """Whether a CL that is asked for is the published one; None asks for that."""
    return cl is None or (published_cl is not None and abs(cl - published_cl) < 1e-9)


def cl_or_own(ask: Callable[[float | None], Answer], cl: float | None) -> Answer:
    """Answer of a record at a CL if it allows that, else at its own.

    Parameters
    ----------
    ask : callable
        CL, or None for that of the record, -> answer.
    cl : float, optional
        Confidence level.

    Raises
    ------
    NotInRecord
        If it does not answer at its own either.
    """
    try:
        return ask(cl)
    except NotInRecord:
        if cl is None:
            raise
    return ask(None)


@dataclass(frozen=True)
class Number:
    """A number of a record with where it comes from.

    Attributes
    ----------
    value : float
        The number, without unit.
    tag : str
        ``paper``, ``derived`` or ``assumed``.
    source : str
        Where it is written, or how it was obtained.
    provenance : str
        ``quoted``, ``recalled`` or ``digitised`` for ``paper``, else empty.
    """

    value: float
    tag: str
    source: str
    provenance: str = ""

    @property
    def text(self) -> str:
        """The number with its tag, as a basis text shows it."""
        return f"{self.value:g} [{self.provenance or self.tag}]"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One published number, table or curve.

    Attributes
    ----------
    cl : float or None
        Published confidence level; None for an estimate without one.
    mass_min, mass_max : float
        Masses [MeV] for which it holds, both ends included.
    chirality : str
        Chirality that it was published for: ``any``, ``isotropic``, ``V+A``, ``V-A``, or ``n/a``.
    form : str
        How the numbers are given: ``value`` (one number), ``points`` (a curve) and those of each kind of record.
    masses, values : tuple of float
        Numbers of the form, masses in MeV.
    tag, provenance, source : str
        Where the values come from (see :class:`Number`).
    mass_range_tag, mass_range_provenance, mass_range_source : str
        Where the range of masses comes from.
    because : str
        Why it is recast, or not recast, as it is.
    note : str
        What a user should know.
    """

    cl: float | None
    mass_min: float
    mass_max: float
    chirality: str
    form: str
    tag: str
    source: str
    provenance: str = ""
    masses: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    mass_range_tag: str = "paper"
    mass_range_provenance: str = ""
    mass_range_source: str = ""
    because: str = ""
    note: str = ""

    def covers(self, mass: float) -> bool:
        """Whether the mass [MeV] lies in the published range, both ends included."""
        return self.mass_min <= mass <= self.mass_max

    @property
    def origin(self) -> str:
        """``quoted``, ``recalled`` or ``digitised``, or the tag of a number that is not from a paper."""
        return self.provenance or self.tag

    def origins(self) -> list[tuple[str, Any, str, str]]:
        """Every number of it that has a source: name, value, origin (as :attr:`origin`) and source."""
        ends = sorted({min(self.values), max(self.values)}) if self.values else []
        found: list[tuple[str, Any, str, str]] = [
            (self.form, ends[0] if len(ends) == 1 else ends, self.origin, self.source)
        ]
        origin = self.mass_range_provenance or self.mass_range_tag
        found.append(("mass_range", [self.mass_min, self.mass_max], origin, self.mass_range_source))
        if "[assumed" in self.because:
            found.append(("recast", None, "assumed", self.because))
        return found


@dataclass(frozen=True, kw_only=True)
class Record:
    """The limits of one publication.

    Attributes
    ----------
    name, label : str
        File name without ending; text for a legend.
    kind : str
        ``observed`` or ``projected``.
    reference : str
        Citation key, or the citation itself for a record outside the bibliography.
    assumes : str
        What the limit takes for granted.
    limits : tuple of Limit
        In the order of preference.
    notes : str
        What a user should know.
    licence : str
        Of the numbers, where they were taken from somebody's files; empty for a number that was read in the publication.
    """

    name: str
    label: str
    kind: str
    reference: str
    assumes: str
    limits: tuple[Limit, ...]
    notes: str = ""
    licence: str = ""

    @property
    def unsure(self) -> bool:
        """Whether its reference says that the publication is not known, or was inferred from the name of a file."""
        return any(words in self.reference for words in UNSURE)

    @property
    def short_reference(self) -> str:
        """First author, year and arXiv number, as a legend shows it."""
        from darkfactory.references import load_references

        known = load_references()
        return known[self.reference].short if self.reference in known else self.reference
