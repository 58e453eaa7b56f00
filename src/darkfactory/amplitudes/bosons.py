"""Couplings of what the lepton line emits or exchanges, as plain tuples that JAX can trace.

``_e`` is the final charged lepton (and the pair of an exchanged boson), ``_mu`` the decaying one. These are arguments
of the amplitudes; what a user names and checks is in :mod:`darkfactory.models`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from darkfactory.constants import ALPHA

__all__ = ["DerivativeAlp", "LfvAlp", "LfvResonance", "Photon", "Scalar", "Vector"]


class Photon(NamedTuple):
    """The photon: massless, coupling ``charge`` to both leptons (e = sqrt(4 pi alpha))."""

    charge: Any = math.sqrt(4 * math.pi * ALPHA)


class Vector(NamedTuple):
    """X_mu lbar gamma^mu (g_V + g_A gamma5) l; ``mass`` > 0 and ``width`` in MeV, real couplings."""

    mass: Any
    width: Any = 0.0
    g_V_e: Any = 0.0
    g_A_e: Any = 0.0
    g_V_mu: Any = 0.0
    g_A_mu: Any = 0.0


class Scalar(NamedTuple):
    """X lbar (g_S + i g_P gamma5) l; ``mass`` and ``width`` in MeV, real couplings."""

    mass: Any
    width: Any = 0.0
    g_S_e: Any = 0.0
    g_P_e: Any = 0.0
    g_S_mu: Any = 0.0
    g_P_mu: Any = 0.0


class DerivativeAlp(NamedTuple):
    """d_mu a / (2 f_a) C_l lbar gamma^mu gamma5 l; ``mass`` and ``f_a`` in MeV. For on-shell emission only."""

    mass: Any
    C_e: Any = 0.0
    C_mu: Any = 0.0
    f_a: Any = 1.0


class LfvAlp(NamedTuple):
    """Heavy vertex d_mu a / (2 f_a) [C_V ebar gamma^mu mu + C_A ebar gamma^mu gamma5 mu]; complex, ``f_a`` in MeV."""

    C_V: Any
    C_A: Any
    f_a: Any


class LfvResonance(NamedTuple):
    """An LFV ALP that also couples as lbar (g_S + i g_P gamma5) l to the pair; ``mass``, ``width``, ``f_a`` in MeV."""

    mass: Any
    width: Any
    C_V: Any
    C_A: Any
    f_a: Any
    g_S_e: Any = 0.0
    g_P_e: Any = 0.0
