"""Recast of published limits on l_i -> l_j a: branching-ratio limit -> limit for other couplings, CL and scale F.

Nothing is extrapolated: what a published limit does not allow is :class:`~darkfactory.errors.NotInRecord`, with the
reason. Three rules say how a limit depends on the couplings, all through the decay asymmetry A of
:func:`darkfactory.amplitudes.two_body_alp.asymmetry`:

- ``none``: it holds for every chirality (a tau, a 4pi detector or unpolarised muons);
- ``angular``: one cone around the spin axis, BR(A) (1 + A P cbar) = const (exact for statistics only);
- ``by-chirality``: separate published numbers, each for its own A in {0, +1, -1}.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from darkfactory.bounds.branching_ratios import ASYMMETRY, PublishedLimit
from darkfactory.bounds.records import Record, cl_factor, same_cl
from darkfactory.errors import InvalidInput, NotInRecord, UnknownName, in_range, require
from darkfactory.processes.muon_decay.scales import canonical, decay_asymmetry, is_closed, scale_from_branching_ratio
from darkfactory.tracing import trace

__all__ = ["Bound", "RecastLimit", "no_limit", "recast", "refusal"]

ASYMMETRY_TOLERANCE = 1e-3
"""Largest |A - A_published| at which a ``by-chirality`` number is used."""


@dataclass(frozen=True)
class RecastLimit:
    """A published limit, for given couplings, mass and CL.

    Attributes
    ----------
    mass : float
        ALP mass [MeV].
    branching_ratio : float
        Upper limit on Gamma / (hbar / tau); inf where the channel is closed or there is no limit.
    F_gev : float
        Lower limit on F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2) [GeV]; 0 where the channel is closed or there is no limit.
    cl, published_cl : float or None
        Confidence level of this limit, and of the publication; None without a limit.
    rescaled : bool
        Whether the two differ: a Gaussian rescaling [assumed] was asked for.
    provenance : str
        ``quoted``, ``recalled`` or ``digitised`` (or the tag of a number that is not from a paper).
    basis : str
        What was done to the published number.
    reference : str
        Citation key (or the citation itself, of a record outside the bibliography).
    status : str
        ``ok``, ``closed``, or ``no-limit`` (of :func:`darkfactory.bounds.best_limit`: no record answers).
    name, label, kind : str
        The record; ``observed`` or ``projected``.
    channel : str
        Decay channel.
    alternative : str
        Label of the alternative number that was asked for; empty for the default.
    """

    mass: float
    branching_ratio: float
    F_gev: float
    cl: float | None
    published_cl: float | None
    rescaled: bool
    provenance: str
    basis: str
    reference: str
    status: str = "ok"
    name: str = ""
    label: str = ""
    kind: str = "observed"
    channel: str = ""
    alternative: str = ""


def no_limit(channel: str, mass: float, cl: float | None, reasons: str) -> RecastLimit:
    """What stands for a limit where no record answers: branching ratio inf, F 0, the reasons as basis.

    Parameters
    ----------
    channel : str
        Canonical channel.
    mass : float
        ALP mass [MeV].
    cl : float, optional
        Confidence level that was asked for.
    reasons : str
        Why no record answers.

    Returns
    -------
    RecastLimit
        With status ``no-limit``.
    """
    return RecastLimit(float(mass), np.inf, 0.0, cl, None, False, "", reasons, "", "no-limit", channel=channel)


def refusal(limit: PublishedLimit, mass: float, asymmetry: float, cl: float | None = None) -> str:
    """Why a published limit says nothing about a mass, an asymmetry and a CL.

    Parameters
    ----------
    limit : PublishedLimit
        The published number.
    mass : float
        ALP mass [MeV].
    asymmetry : float
        Decay asymmetry A in [-1, 1].
    cl : float, optional
        Confidence level that is asked for; the published one by default.

    Returns
    -------
    str
        The reason, or an empty text if the limit answers.
    """
    if not limit.covers(mass):
        return f"mass = {mass:g} MeV: published for [{limit.mass_min:g}, {limit.mass_max:g}] MeV"
    if limit.rule == "by-chirality" and abs(asymmetry - ASYMMETRY[limit.chirality]) > ASYMMETRY_TOLERANCE:
        return (
            f"decay asymmetry A = {asymmetry:.4g}: published for {limit.chirality}, A = {ASYMMETRY[limit.chirality]:g}"
            f" within {ASYMMETRY_TOLERANCE:g}, and there is no rule for other couplings"
        )
    if not same_cl(cl, limit.cl) and limit.no_cl_rescaling:
        return f"cl = {cl:g}: published at {limit.cl:g} and not rescaled, because {limit.no_cl_rescaling}"
    return ""


def recast(limit: PublishedLimit, mass: float, asymmetry: float, cl: float | None = None) -> tuple[float, str]:
    """Branching-ratio limit at a mass [MeV], asymmetry A and CL that ``limit`` allows, and the basis of it.

    Parameters
    ----------
    limit : PublishedLimit
        With ``refusal(limit, mass, asymmetry, cl) == ""``.
    mass, asymmetry, cl
        ALP mass [MeV]; A in [-1, 1]; confidence level, None for the published one.

    Returns
    -------
    branching_ratio : float
        Upper limit.
    basis : str
        The published number and what was done to it.
    """
    value = limit.published(mass)
    basis = [f"published {value:.4g}: {limit.text}"]
    if limit.rule == "angular" and limit.polarization and limit.mean_cosine:
        analysing = limit.polarization.value * limit.mean_cosine.value
        value *= (1 + ASYMMETRY[limit.chirality] * analysing) / (1 + asymmetry * analysing)
        basis.append(
            f"recast to A = {asymmetry:.4g} by 1/(1 + A P cbar), P = {limit.polarization.text},"
            f" cbar = {limit.mean_cosine.text}"
        )
    if limit.mass_range_tag == "assumed" and mass > 0:
        basis.append(f"used up to {limit.mass_max:g} MeV [assumed]")
    if limit.because:
        basis.append(limit.because)
    if cl is not None and not same_cl(cl, limit.cl):
        factor = cl_factor(limit.cl, cl)
        value *= factor
        basis.append(f"rescaled from {100 * limit.cl:g}% to {100 * cl:g}% CL, Gaussian x {factor:.4f} [assumed]")
    if limit.alternative:
        basis.append(f"alternative: {limit.alternative}")
    return value, "; ".join(basis)


@dataclass(frozen=True, kw_only=True)
class Bound(Record):
    """The limits of one publication on l_i -> l_j a; its attributes are those of a record.

    Examples
    --------
    >>> from darkfactory.bounds import load_bounds
    >>> limit = load_bounds()["jodidio-1986"].branching_ratio_limit(0.0, C_V=1.0, C_A=0.0)
    >>> f"{limit.branching_ratio:.2g} -> F > {limit.F_gev:.3g} GeV at {limit.cl:.0%} CL ({limit.provenance})"
    '2.6e-06 -> F > 5.49e+09 GeV at 90% CL (quoted)'
    """

    limits: tuple[PublishedLimit, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that it limits, in the order of the file."""
        return tuple(dict.fromkeys(limit.channel for limit in self.limits))

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it limits, in words."""
        return self.channels

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
        chosen = one._chosen(limits, mass, asymmetry, cl)
        trace("limit", one, chosen, cl)
        value, basis = recast(chosen, mass, asymmetry, cl)
        F_gev = scale_from_branching_ratio(name, value, mass, C_V, C_A)
        return one._result(chosen, mass, value, F_gev, cl, basis)

    def measured(self, mass: float, C_V: complex, C_A: complex, channel: str) -> tuple[PublishedLimit, float]:
        """The limit that answers for these couplings at an open mass [MeV], and the factor from what was published to them.

        Raises
        ------
        NotInRecord
            If the record does not allow it, with every reason, or the limit holds no measurement.
        """
        one = self.for_channel(channel)
        _check(mass, None)
        asymmetry = decay_asymmetry(channel, mass, C_V, C_A)
        chosen = one._chosen([limit for limit in one.limits if not limit.alternative], mass, asymmetry, None)
        if chosen.measured is None:
            raise NotInRecord(
                f"{self.name}: at {mass:g} MeV an upper limit alone ({chosen.published(mass):.3g} at {chosen.cl:g} CL), of which "
                "no likelihood can be made; its record lacks `measured`: best_fit and error, or observed, background and "
                "events_per_branching_ratio; where the publication states them give them in a record of your own (--extra)"
            )
        trace("limit", one, chosen, None)
        return chosen, recast(chosen, mass, asymmetry)[0] / chosen.published(mass)

    def _chosen(self, limits: list[PublishedLimit], mass: float, asymmetry: float, cl: float | None) -> PublishedLimit:
        """The one of ``limits`` that answers."""
        allowed = self._allowed(limits, mass, asymmetry, cl)
        return min(allowed, key=lambda limit: (not same_cl(cl, limit.cl), limit.form == "range"))

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
        rescaled = not same_cl(cl, limit.cl)
        return RecastLimit(
            mass=float(mass),
            branching_ratio=branching_ratio,
            F_gev=F_gev,
            cl=float(cl) if cl is not None and rescaled else limit.cl,
            published_cl=limit.cl,
            rescaled=rescaled and status == "ok",
            provenance=limit.origin,
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
