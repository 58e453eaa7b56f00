"""Recast of published limits on l_i -> l_j a: branching-ratio limit -> limit for other couplings, CL and scale F.

Nothing is extrapolated: what a published limit does not allow is :class:`~darkfactory.errors.NotInRecord`, with the
reason. Three rules say how a limit depends on the couplings, all through the decay asymmetry A of
:func:`darkfactory.amplitudes.two_body_alp.asymmetry`:

- ``none``: it holds for every chirality (a tau, a 4pi detector or unpolarised muons);
- ``angular``: one cone around the spin axis, BR(A) (1 + A P cbar) = const (statistics only, derived);
- ``by-chirality``: separate published numbers, each for its own A in {0, +1, -1}.
"""

from __future__ import annotations

from darkfactory.bounds.records import ASYMMETRY, PublishedLimit
from darkfactory.errors import in_range, require

__all__ = ["cl_factor", "recast", "refusal"]

ASYMMETRY_TOLERANCE = 1e-3
"""Largest |A - A_published| at which a ``by-chirality`` number is used."""
_SAME_CL = 1e-9


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
    if cl is not None and abs(cl - limit.cl) > _SAME_CL and limit.no_cl_rescaling:
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
    if cl is not None and abs(cl - limit.cl) > _SAME_CL:
        factor = cl_factor(limit.cl, cl)
        value *= factor
        basis.append(f"rescaled from {100 * limit.cl:g}% to {100 * cl:g}% CL, Gaussian x {factor:.4f} [assumed]")
    if limit.alternative:
        basis.append(f"alternative: {limit.alternative}")
    return value, "; ".join(basis)
