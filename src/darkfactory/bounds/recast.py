"""Recast of published limits on l_i -> l_j a: branching-ratio limit -> limit for other couplings, CL and scale F.

Nothing is extrapolated: what a published limit does not allow is :class:`~darkfactory.errors.NotInRecord`, with the
reason. Three rules say how a limit depends on the couplings, all through the decay asymmetry A of
:func:`darkfactory.amplitudes.two_body_alp.asymmetry`:

- ``none``: it holds for every chirality (a tau, a 4pi detector or unpolarised muons);
- ``angular``: one cone around the spin axis, BR(A) (1 + A P cbar) = const (statistics-only, chapter 03, section 9);
- ``by-chirality``: separate published numbers, each for its own A in {0, +1, -1}.
"""

from __future__ import annotations

import math

from darkfactory.bounds.records import ASYMMETRY, CHANNELS, PublishedLimit
from darkfactory.constants import HBAR_MEV_S, LEPTON_LIFETIME_S, LEPTON_MASS
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, positive, require
from darkfactory.units import gev_to_mev

__all__ = [
    "branching_ratio_from_scale",
    "canonical",
    "cl_factor",
    "decay_asymmetry",
    "is_closed",
    "recast",
    "refusal",
    "scale_from_branching_ratio",
]

ASYMMETRY_TOLERANCE = 1e-3
"""Largest |A - A_published| at which a ``by-chirality`` number is used."""
_SAME_CL = 1e-9


def _couplings(C_V: complex, C_A: complex) -> tuple[complex, complex]:
    """Couplings of unit norm; only their ratio matters at a given F."""
    try:
        vector, axial = complex(C_V), complex(C_A)
    except (TypeError, ValueError):
        raise InvalidInput(f"C_V, C_A = {C_V!r}, {C_A!r}: must be complex numbers, e.g. 1+0.5j") from None
    norm = math.hypot(abs(vector), abs(axial))
    remedy = "C_V and C_A must be finite and not both 0"
    require(positive("sqrt(|C_V|^2 + |C_A|^2)", norm, remedy=remedy))
    return vector / norm, axial / norm


def canonical(channel: str) -> str:
    """Name of a channel as :data:`CHANNELS` writes it, from ``"mu -> e a"``, ``"mu->e a"`` or ``"mu-e"``.

    Raises
    ------
    UnknownName
        For any other; the channels and the near ones are listed.

    Examples
    --------
    >>> canonical("tau-mu")
    'tau -> mu a'
    """
    words = " ".join(str(channel).replace("->", " -> ").split())
    short = {f"{parent}-{daughter}": name for name, (parent, daughter) in CHANNELS.items()}
    found = short.get(words, words)
    if found not in CHANNELS:
        hint = did_you_mean(words, list(CHANNELS))
        raise UnknownName(f"channel {channel!r} has no limits; channels: {', '.join(CHANNELS)}{hint}")
    return found


def leptons(channel: str) -> tuple[str, str]:
    """Parent and daughter of a channel (see :func:`canonical`)."""
    return CHANNELS[canonical(channel)]


def is_closed(channel: str, mass: float) -> bool:
    """Whether l_i -> l_j a is kinematically closed at this mass [MeV]."""
    parent, daughter = leptons(channel)
    return bool(mass >= LEPTON_MASS[parent] - LEPTON_MASS[daughter])


def decay_asymmetry(channel: str, mass: float, C_V: complex, C_A: complex) -> float:
    """Decay asymmetry A in [-1, 1] at this mass [MeV], 0 where closed."""
    from darkfactory.amplitudes.two_body_alp import asymmetry  # brings scipy: not at import

    parent, daughter = leptons(channel)
    vector, axial = _couplings(C_V, C_A)
    if is_closed(channel, mass):
        return 0.0
    return float(asymmetry(LEPTON_MASS[parent], LEPTON_MASS[daughter], mass, vector, axial))


def branching_ratio_from_scale(
    channel: str, F_gev: float, mass: float = 0.0, C_V: complex = 1.0, C_A: complex = 1.0
) -> float:
    """Branching ratio of l_i -> l_j a over hbar/tau (``norm="exp"``), exact masses, tree level, one charge.

    Parameters
    ----------
    channel : str
        ``mu -> e a``, ``tau -> e a`` or ``tau -> mu a``.
    F_gev : float
        LFV scale 2 f_a / sqrt(|C_V|^2 + |C_A|^2) [GeV], > 0.
    mass : float
        ALP mass [MeV], >= 0.
    C_V, C_A : complex
        Couplings; only their ratio matters here, not both 0.

    Returns
    -------
    float
        Branching ratio; exactly 0 where the channel is closed.

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain, an unknown channel.

    Examples
    --------
    >>> f"{branching_ratio_from_scale('mu -> e a', 1e10):.4e}"
    '7.8320e-07'
    """
    from darkfactory.amplitudes.two_body_alp import width

    require(positive("F_gev", F_gev, unit="GeV"), in_range("mass", mass, 0, unit="MeV"))
    parent, daughter = leptons(channel)
    vector, axial = _couplings(C_V, C_A)
    if is_closed(channel, mass):
        return 0.0
    f_a = gev_to_mev(0.5)  # that of F = 2 f_a = 1 GeV, for couplings of unit norm
    partial = float(width(LEPTON_MASS[parent], LEPTON_MASS[daughter], mass, vector, axial, f_a))
    return partial * LEPTON_LIFETIME_S[parent] / HBAR_MEV_S / F_gev / F_gev


def scale_from_branching_ratio(
    channel: str, branching_ratio: float, mass: float = 0.0, C_V: complex = 1.0, C_A: complex = 1.0
) -> float:
    """LFV scale F [GeV] of a branching ratio; inverse of :func:`branching_ratio_from_scale`, 0 where closed.

    Raises
    ------
    InvalidInput, UnknownName
        As there; the branching ratio must be > 0.

    Examples
    --------
    >>> f"{scale_from_branching_ratio('mu -> e a', 2.6e-6):.4e}"  # Jodidio
    '5.4884e+09'
    >>> scale_from_branching_ratio("mu -> e a", 2.6e-6, mass=106.0)
    0.0
    """
    require(positive("branching_ratio", branching_ratio))
    return math.sqrt(branching_ratio_from_scale(channel, 1.0, mass, C_V, C_A)) / math.sqrt(branching_ratio)


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
    """Why ``limit`` says nothing about this mass [MeV], asymmetry A and CL; empty if it does."""
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
