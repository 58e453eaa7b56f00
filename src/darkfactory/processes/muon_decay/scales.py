"""Lepton-flavor-violating two-body decays l_i -> l_j a by channel: branching ratio and LFV scale F, into each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.amplitudes.two_body_alp import asymmetry, width
from darkfactory.constants import HBAR_MEV_S, LEPTON_LIFETIME_S, LEPTON_MASS
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, positive, require
from darkfactory.units import gev_to_mev

__all__ = [
    "CHANNELS",
    "branching_ratio_from_scale",
    "canonical",
    "decay_asymmetry",
    "is_closed",
    "leptons",
    "scale_from_branching_ratio",
    "scales_from_branching_ratios",
]

CHANNELS = {"mu -> e a": ("mu", "e"), "tau -> e a": ("tau", "e"), "tau -> mu a": ("tau", "mu")}
"""Decay channels and their leptons (parent, daughter)."""


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
        raise UnknownName(f"channel {channel!r} does not exist; channels: {', '.join(CHANNELS)}{hint}")
    return found


def leptons(channel: str) -> tuple[str, str]:
    """Parent and daughter of a channel (see :func:`canonical`)."""
    return CHANNELS[canonical(channel)]


def is_closed(channel: str, mass: float) -> bool:
    """Whether l_i -> l_j a is kinematically closed at this mass [MeV]."""
    parent, daughter = leptons(channel)
    return bool(mass >= LEPTON_MASS[parent] - LEPTON_MASS[daughter])


def decay_asymmetry(channel: str, mass: float, C_V: complex, C_A: complex) -> float:
    """Decay asymmetry A of a channel, see :func:`darkfactory.amplitudes.two_body_alp.asymmetry`.

    Parameters
    ----------
    channel : str
        As for :func:`canonical`.
    mass : float
        ALP mass [MeV].
    C_V, C_A : complex
        Couplings, not both 0.

    Returns
    -------
    float
        A in [-1, 1], 0 where closed.
    """
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


def scales_from_branching_ratios(
    channel: str, branching_ratios: ArrayLike, masses: ArrayLike, model: Any
) -> NDArray[np.float64]:
    """LFV scales F [GeV] of upper limits on branching ratios at several masses; 0 where closed or not finite.

    Parameters
    ----------
    channel : str
        As for :func:`canonical`.
    branching_ratios, masses : array_like, shape (H,)
        Limits, and ALP masses [MeV].
    model : LfvAlp
        Its couplings C_V, C_A.

    Returns
    -------
    ndarray, shape (H,)
        Lower limits on F.
    """
    limits, points = np.broadcast_arrays(np.asarray(branching_ratios, dtype=float), np.asarray(masses, dtype=float))
    couplings = (complex(model.C_V), complex(model.C_A))
    return np.array(
        [
            scale_from_branching_ratio(channel, float(b), float(m), *couplings) if math.isfinite(b) else 0.0
            for b, m in zip(limits, points, strict=True)
        ]
    )
