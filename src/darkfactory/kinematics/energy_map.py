"""Phase-space map of mu -> e1 e2 e3 Q by the energies of the leptons, for decays that hardly have energy to spare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkfactory.backend import namespace
from darkfactory.kinematics.maps import root

__all__ = ["three_leptons_by_energy"]

Components = tuple[Any, Any, Any, Any]
PI = 3.141592653589793


def three_leptons_by_energy(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Components], Any]:
    r"""Decay of a particle at rest into three leptons, each above an energy, and Q of fixed mass; no number is lost.

    The three energies fill a simplex; the size of p1 + p2 is flat in its square between its kinematic ends, and the angle of
    the third lepton to it follows from the mass of Q. Nothing is done about collinear leptons.

    Parameters
    ----------
    u : sequence of arrays
        Five uniform numbers: three for the energies, \|p1 + p2\|^2, azimuth of the third lepton.
    k : mapping
        ``M``, ``m``, ``mQ`` masses of parent, leptons and Q [MeV]; ``E_least`` energy [MeV] of each lepton at least.

    Returns
    -------
    momenta : dict
        ``e1``, ``e2``, ``e3``; p1 + p2 along z, e1 in the xz half-plane.
    weight : array
        dPhi/du, without the factor 1/2 of identical leptons; 0 where nothing is open.
    """
    M, m, mQ, least = k["M"], k["m"], k["mQ"], k["E_least"]
    xp = namespace(M, *u)
    spare = xp.maximum(M - mQ - 3 * least, 0.0)
    used, part = spare * u[0] ** (1 / 3), xp.sqrt(u[1])
    E1, E2, E3 = least + used * (1 - part), least + used * part * (1 - u[2]), least + used * part * u[2]
    p1, p2, p3 = (root((E - m) * (E + m)) for E in (E1, E2, E3))
    EQ = M - E1 - E2 - E3
    q = root((EQ - mQ) * (EQ + mQ))
    low = xp.maximum((p3 - q) ** 2, (p1 - p2) ** 2)
    high = xp.minimum((p3 + q) ** 2, (p1 + p2) ** 2)
    inside = (high > low) & (spare > 0)
    square = xp.where(inside, low + (high - low) * u[3], 1.0)
    both = xp.sqrt(square)
    c1 = xp.clip((square + p1**2 - p2**2) / (2 * xp.maximum(p1 * both, 1e-300)), -1.0, 1.0)
    c3 = xp.clip((q**2 - square - p3**2) / (2 * xp.maximum(p3 * both, 1e-300)), -1.0, 1.0)
    x1, x3, phi = p1 * root(1 - c1**2), p3 * root(1 - c3**2), 2 * PI * u[4]
    zero = 0.0 * x1
    momenta = {
        "e1": (E1, x1, zero, p1 * c1),
        "e2": (E2, -x1, zero, both - p1 * c1),
        "e3": (E3, x3 * xp.cos(phi), x3 * xp.sin(phi), p3 * c3),
    }
    weight = spare**3 / 6 * 16 * PI**3 / (8 * (2 * PI) ** 8) * (high - low) / (4 * both)
    return momenta, xp.where(inside, weight, 0.0)
