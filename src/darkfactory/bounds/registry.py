"""Registry of published limits: one YAML file per publication in ``bounds/data``, plus any of the user's own.

A record that is not allowed to answer (mass off its range, a chirality or CL it was not published for) raises
:class:`~darkfactory.errors.NotInRecord` with the reason; tables carry the reason in the row instead.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.bounds.couplings import is_coupling_record
from darkfactory.bounds.recast import recast, refusal
from darkfactory.bounds.records import PublishedLimit, RecastLimit
from darkfactory.errors import (
    CardError,
    InvalidInput,
    NotInRecord,
    UnknownName,
    did_you_mean,
    in_range,
    one_of,
    require,
)
from darkfactory.processes.lfv_decay import canonical, decay_asymmetry, is_closed, scale_from_branching_ratio

__all__ = ["Bound", "best_limit", "get_bound", "load_bounds", "select"]


@dataclass(frozen=True)
class Bound:
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
        What the limit takes for granted about the ALP.
    limits : tuple of PublishedLimit
        In the order of preference.
    notes : str
        What a user should know.

    Examples
    --------
    >>> limit = load_bounds()["jodidio-1986"].branching_ratio_limit(0.0, C_V=1.0, C_A=0.0)
    >>> f"{limit.branching_ratio:.2g} -> F > {limit.F_gev:.3g} GeV at {limit.cl:.0%} CL ({limit.provenance})"
    '2.6e-06 -> F > 5.49e+09 GeV at 90% CL (recalled)'
    """

    name: str
    label: str
    kind: str
    reference: str
    assumes: str
    limits: tuple[PublishedLimit, ...]
    notes: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that it limits, in the order of the file."""
        return tuple(dict.fromkeys(limit.channel for limit in self.limits))

    @property
    def short_reference(self) -> str:
        """First author, year and arXiv number, as a legend shows it."""
        from darkfactory.references import load_references

        known = load_references()
        return known[self.reference].short if self.reference in known else self.reference

    def for_channel(self, channel: str) -> Bound:
        """Return the record with the limits on one channel only.

        Raises
        ------
        UnknownName
            If it has none; its channels are listed.
        """
        wanted = canonical(channel)
        kept = tuple(limit for limit in self.limits if limit.channel == wanted)
        if not kept:
            raise UnknownName(f"{self.name}: no limit on {channel!r}; channels: {', '.join(self.channels)}")
        return replace(self, limits=kept)

    def one_channel(self, channel: str | None = None) -> Bound:
        """Return :meth:`for_channel`, or the record itself if it has one channel and none is given.

        Raises
        ------
        InvalidInput, UnknownName
            If it has several and none is given; if it has no limit on the one given.
        """
        if channel is not None:
            return self.for_channel(channel)
        if len(self.channels) > 1:
            raise InvalidInput(
                f"channel: {self.name} limits {', '.join(self.channels)}; give channel=, or use for_channel"
            )
        return self

    def branching_ratio_limit(
        self,
        mass: float,
        C_V: complex,
        C_A: complex,
        cl: float | None = None,
        *,
        channel: str | None = None,
        alternative: str = "",
    ) -> RecastLimit:
        """Limit on the branching ratio, and on F, for these couplings at this mass.

        Parameters
        ----------
        mass : float
            ALP mass [MeV], >= 0.
        C_V, C_A : complex
            Couplings, not both 0; their ratio and phase enter through the decay asymmetry at this mass.
        cl : float, optional
            Confidence level in (0.5, 1). Without it the published one. With it, a number published at that CL if the
            record has one, else the Gaussian rescaling [assumed], labelled, unless the record forbids it.
        channel : str, optional
            Needed if the record limits several.
        alternative : str
            Label of an alternative number of the record; empty for the default.

        Returns
        -------
        RecastLimit
            With ``status="closed"``, limit inf and F 0 at and above threshold.

        Raises
        ------
        NotInRecord
            If the record does not allow it, with every reason.
        InvalidInput, UnknownName
            For numbers outside their domain; for an unknown channel or alternative.
        """
        one = self.one_channel(channel)
        _check(mass, cl)
        name = one.limits[0].channel
        labels = list(dict.fromkeys(limit.alternative for limit in one.limits if limit.alternative))
        if alternative and alternative not in labels:
            raise UnknownName(f"{self.name}: alternative {alternative!r} does not exist; it has {labels}")
        limits = [limit for limit in one.limits if limit.alternative == alternative]
        asymmetry = decay_asymmetry(name, mass, C_V, C_A)  # checks the couplings, also where closed
        if is_closed(name, mass):
            first = limits[0]
            basis = f"{name} is closed at {mass:g} MeV"
            return one._result(first, mass, float("inf"), 0.0, cl, basis, "closed")
        allowed = self._allowed(limits, mass, asymmetry, cl)
        chosen = min(allowed, key=lambda limit: (cl is not None and abs(cl - limit.cl) > 1e-9, limit.form == "range"))
        value, basis = recast(chosen, mass, asymmetry, cl)
        F_gev = scale_from_branching_ratio(name, value, mass, C_V, C_A)
        return one._result(chosen, mass, value, F_gev, cl, basis)

    def _allowed(
        self, limits: list[PublishedLimit], mass: float, asymmetry: float, cl: float | None
    ) -> list[PublishedLimit]:
        """Those of ``limits`` that may answer; :class:`NotInRecord` with every reason if none may."""
        start = f"{self.name}, {limits[0].channel}"
        covering = [limit for limit in limits if limit.covers(mass)]
        if not covering:
            ranges = dict.fromkeys(f"[{limit.mass_min:g}, {limit.mass_max:g}]" for limit in limits)
            shown = f"{' and '.join(ranges)} MeV; a limit is never extrapolated"
            raise NotInRecord(f"{start}: mass = {mass:g} MeV: published for {shown}")
        reasons = {limit: refusal(limit, mass, asymmetry, cl) for limit in covering}
        allowed = [limit for limit, reason in reasons.items() if not reason]
        if not allowed:
            raise NotInRecord("\n".join(f"{start}: {reason}" for reason in dict.fromkeys(reasons.values())))
        return allowed

    def _result(
        self,
        limit: PublishedLimit,
        mass: float,
        branching_ratio: float,
        F_gev: float,
        cl: float | None,
        basis: str,
        status: str = "ok",
    ) -> RecastLimit:
        rescaled = cl is not None and abs(cl - limit.cl) > 1e-9
        return RecastLimit(
            mass=float(mass),
            branching_ratio=branching_ratio,
            F_gev=F_gev,
            cl=float(cl) if cl is not None and rescaled else limit.cl,
            published_cl=limit.cl,
            rescaled=rescaled and status == "ok",
            provenance=limit.provenance or limit.tag,
            basis=basis,
            reference=self.reference,
            status=status,
            name=self.name,
            label=self.label,
            kind=self.kind,
            channel=limit.channel,
            alternative=limit.alternative,
        )


def _check(mass: Any, cl: Any) -> None:
    problem = None if cl is None else in_range("cl", cl, 0.5, 1, open_low=True, open_high=True)
    single = None if np.ndim(mass) == 0 else "mass: one number; darkfactory.bounds.curve takes several"
    require(single or in_range("mass", mass, 0, unit="MeV"), problem)


def _load(files: Iterable[Path]) -> dict[str, Bound]:
    from darkfactory.bounds.schema import parse

    bounds, problems = {}, []
    for path in sorted(files):
        fields, found = parse(path)
        problems += found
        if fields:
            if fields["name"] in bounds:
                problems.append(f"{path}: name = {fields['name']!r}: another file of this folder has this name")
            bounds[fields["name"]] = Bound(**fields)
    if problems:
        raise CardError("\n".join(problems))
    return bounds


def _is_yaml(path: Path) -> bool:
    return path.suffix in (".yaml", ".yml")


@functools.cache
def _shipped() -> Mapping[str, Bound]:
    with resources.as_file(resources.files("darkfactory.bounds").joinpath("data")) as folder:
        return _load(filter(_is_yaml, folder.iterdir()))


def load_bounds(extra: str | Path | None = None) -> dict[str, Bound]:
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
        folder = Path(extra)
        if not folder.exists():
            raise InvalidInput(f"extra = {str(extra)!r}: no such file or folder")
        files = filter(_is_yaml, folder.iterdir()) if folder.is_dir() else [folder]
        bounds |= _load(path for path in files if not is_coupling_record(path))
    return bounds


def get_bound(name: str, bounds: Mapping[str, Bound] | None = None) -> Bound:
    """Record by name; hyphens and underscores are the same.

    Raises
    ------
    UnknownName
        If there is none; near names are listed.
    """
    known = load_bounds() if bounds is None else bounds
    for candidate in (name, name.replace("_", "-")):
        if candidate in known:
            return known[candidate]
    hint = did_you_mean(name, list(known))
    raise UnknownName(f"bound {name!r} does not exist; bounds: {', '.join(known)}{hint}")


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
        Branching ratio, F [GeV], CL, provenance and basis.

    Raises
    ------
    NotInRecord
        If no record allows it; every record's reason is listed.

    Examples
    --------
    >>> best_limit("mu -> e a", 0.0, 1.0, -1.0).name  # left-handed: the forward cone is blind
    'twist-2015'
    """
    found, reasons = [], []
    for bound in select(channel, "observed", bounds=bounds):
        try:
            found.append(bound.branching_ratio_limit(mass, C_V, C_A, cl))
        except NotInRecord as refused:
            reasons.append(str(refused))
    if not found:
        raise NotInRecord("\n".join(reasons) or f"no observed limit on {channel!r}")
    return max(found, key=lambda limit: limit.F_gev)
