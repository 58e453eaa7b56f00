r"""Differential branching ratios of mu+ -> e+ e+ e- + invisible at given momenta: background, resonances, LFV ALP.

Everything is for a positive muon at rest and three tracks (e1, e2, e3): two positrons and the electron. Results have a last
axis of two: the spin average, and the coefficient of the degree of polarization P of a spin antiparallel to z. Multiplied by
dPhi and summed over a slice of phase space, they are branching ratios over hbar/tau. Tree level, exact masses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import bosons, lepton_line, three_leptons
from darkfactory.constants import M_E, M_MU, MUON_WIDTH
from darkfactory.kinematics.phase_space import two_body_momentum
from darkfactory.models import Mediator
from darkfactory.models.mediator import ELEMENTARY_CHARGE, vector_width
from darkfactory.processes.generator.emission_quadrature import EmissionRange, emission_width
from darkfactory.processes.muon_decay.one_lepton import boson_pieces
from darkfactory.units import gev_to_mev

__all__ = [
    "alp_rate",
    "conversion_per_mass",
    "conversion_per_missing_mass2",
    "missing_mass_importance",
    "resonance_importance",
    "resonance_rates",
    "resonance_total",
    "resonance_totals",
]

Array = NDArray[np.float64]
Momenta = Sequence[Array]
FLUX = 1 / (2 * M_MU * MUON_WIDTH)


def _against_beam(stokes: Any) -> Array:
    """(S_0, -S_z): what multiplies 1 and the degree of a spin along -z; S_0 is the first component, S_z the last one."""
    return np.stack([stokes[..., 0], -stokes[..., -1]], axis=-1)


def _reflected(momenta: Momenta) -> list[tuple[Array, ...]]:
    """Momenta, as tuples of components, at which the amplitudes of mu- give those of mu+ (CP, real couplings)."""
    return [(p[:, 0].copy(), *(-p[:, axis] for axis in (1, 2, 3))) for p in momenta]


def conversion_per_mass(momenta: Momenta) -> Array:
    r"""Internal conversion mu -> e e e nu nu per MeV of m_ee, on a slice of fixed mass of the pair (e2, e3).

    Parameters
    ----------
    momenta : sequence of ndarray, shape (n, 4)
        Tracks (e1, e2, e3) [MeV].

    Returns
    -------
    ndarray, shape (n, 2)
        2 m_ee / (2 pi) |M|^2 / (2 m_mu Gamma_mu) [MeV^-1 over the measure]: both pairings of the positrons are counted, which
        cancels the 1/2 of identical particles.
    """
    mass = np.sqrt(2 * M_E**2 + 2 * _product(momenta[1], momenta[2]))
    stokes = three_leptons.nu_nu(*_reflected(momenta))
    return (mass / math.pi * FLUX)[:, None] * _against_beam(stokes)


def _product(p: Array, q: Array) -> Array:
    return np.asarray(p[:, 0] * q[:, 0] - np.einsum("ij,ij->i", p[:, 1:], q[:, 1:]))


def conversion_per_missing_mass2(momenta: Momenta) -> Array:
    """Internal conversion per MeV^2 of the missing mass squared, on a slice where that is fixed.

    Parameters
    ----------
    momenta : sequence of ndarray, shape (n, 4)
        Tracks (e1, e2, e3) [MeV].

    Returns
    -------
    ndarray, shape (n, 2)
        |M|^2 / (2 pi) / 2 / (2 m_mu Gamma_mu) [MeV^-2 over the measure]; the 1/2 is that of the identical positrons.
    """
    return FLUX / (4 * math.pi) * _against_beam(three_leptons.nu_nu(*_reflected(momenta)))


def alp_rate(momenta: Momenta, mass: float, C_V: complex, C_A: complex) -> Array:
    """Rate of mu -> e e e a at F = 1 GeV, on the slice of missing mass ``mass``.

    Parameters
    ----------
    momenta : sequence of ndarray, shape (n, 4)
        Tracks (e1, e2, e3) [MeV].
    mass : float
        ALP mass [MeV].
    C_V, C_A : complex
        Couplings; only their ratio matters.

    Returns
    -------
    ndarray, shape (n, 2)
        |M|^2 / 2 / (2 m_mu Gamma_mu); divide by F^2 [GeV^2].
    """
    f_a = gev_to_mev(0.5) * math.hypot(abs(C_V), abs(C_A))
    e1, e2, e3 = _reflected(momenta)
    stokes = three_leptons.alp(e1, e2, e3, mass, C_V, C_A, f_a)
    return FLUX / 2 * _against_beam(stokes)


def resonance_importance(momenta: Momenta, mass: float) -> tuple[Array, Array]:
    """Spin averages of a dark photon's production and of internal conversion, up to constants, shape (n,) each."""
    return three_leptons.nu_nu_pairings(*_reflected(momenta))


def missing_mass_importance(momenta: Momenta, mass: float) -> tuple[Array, Array]:
    """Spin averages of the production of an LFV ALP of a mass and of internal conversion, up to constants, (n,) each."""
    e1, e2, e3 = _reflected(momenta)
    signal = three_leptons.alp_unpolarised(e1, e2, e3, mass)[:, 0]
    return signal, three_leptons.nu_nu_unpolarised(e1, e2, e3)


def resonance_rates(momenta: Momenta, model: Mediator) -> dict[str, Array]:
    """Rate of mu -> e1 nu nu X, X -> e2 e3 in narrow width, per monomial of the couplings, with BR(X -> e e) = 1.

    Parameters
    ----------
    momenta : sequence of ndarray, shape (n, 4)
        Tracks (e1, e2, e3) [MeV] with the pair (e2, e3) at the mass of X.
    model : Mediator
        Its kind counts; of a ``vector`` also the ratios of its couplings.

    Returns
    -------
    dict of str to ndarray, shape (n, 2)
        Multiply by the values of the monomials and add: epsilon^2 of a dark photon, the largest vertex squared (``g^2``) of
        a vector, products of the couplings else. Spin correlations of a vector
        are included; no interference with the photon, none between the two positrons.
    """
    return _RESONANCES.get(model.kind, _unpolarized)(momenta, model)


def _of_photon(momenta: Momenta, model: Mediator) -> dict[str, Array]:
    """Direct amplitude of internal conversion, with the photon's propagator taken out."""
    m = model.mass
    numerator = m**4 * three_leptons.nu_nu(*_reflected(momenta), exchange=False)
    width = vector_width(m, ELEMENTARY_CHARGE, 0.0)
    return {"epsilon^2": FLUX / (2 * m * width) * _against_beam(numerator)}


def _of_vector(momenta: Momenta, model: Mediator) -> dict[str, Array]:
    """Vertices of which the largest is 1, with spin correlations."""
    m = model.mass
    scale = max(abs(g) for g in model.vertices)
    unit = [g / scale for g in model.vertices]
    e1, e2, e3 = momenta
    numerator = lepton_line.narrow_resonance(e1, e2, e3, bosons.Vector(m, 0.0, *unit), charge=1)
    width = vector_width(m, unit[0], unit[1])
    return {"g^2": FLUX / (2 * m * width) * _against_beam(numerator)}


def _unpolarized(momenta: Momenta, model: Mediator) -> dict[str, Array]:
    """Production of every product of couplings, and a decay without spin."""
    m = model.mass
    one, two, three = _reflected(momenta)
    names, matrix = model.monomials()
    pair = tuple(a + b for a, b in zip(two, three, strict=True))
    pieces = boson_pieces(model.kind, M_MU, M_E)(one, pair, m)
    isotropic = 4 * math.pi * m / float(two_body_momentum(m, M_E, M_E))
    stokes = np.einsum("mp,npc->mnc", np.array(matrix), np.asarray(pieces)[..., ::3])
    return {name: FLUX * isotropic * _against_beam(s) for name, s in zip(names, stokes, strict=True)}


_RESONANCES: dict[Hashable, Callable[[Momenta, Mediator], dict[str, Array]]] = {
    "photon": _of_photon,
    "vector": _of_vector,
}
"""Rates of kinds of X whose spin correlates production and decay."""


def resonance_total(model: Mediator) -> float:
    """Branching ratio of mu -> e nu nu X over all of phase space, by quadrature, to 1e-4.

    Parameters
    ----------
    model : Mediator
        With its couplings; mass in (0, m_mu - m_e).

    Returns
    -------
    float
        Over hbar/tau; exactly 0 where closed.
    """
    if not 0 < model.mass < M_MU - M_E:
        return 0.0
    values, matrix = model.monomials()
    return float(_emitted(model, np.array([list(values.values())]) @ np.array(matrix))[0])


def _emitted(model: Mediator, weights: Any) -> Array:
    """Branching ratios (N,) for weights (N, pieces) of the pieces of the amplitude."""
    pieces = boson_pieces(model.kind, M_MU, M_E)

    def stokes(p: Any) -> Any:
        return np.einsum("np,...pc->...nc", weights, pieces(p["e"], p["X"], model.mass)[..., :1])

    region = EmissionRange(M_MU, M_E, model.mass, (0.0, M_MU), (0.0, M_MU), q2=(0.0, M_MU**2))
    return np.asarray(emission_width(stokes, region, 1e-4)[0] / MUON_WIDTH)


def resonance_totals(model: Mediator) -> dict[str, float]:
    """Branching ratios of mu -> e nu nu X by monomial of the couplings: what :func:`resonance_rates` add up to.

    Parameters
    ----------
    model : Mediator
        What the rates are made for.

    Returns
    -------
    dict of str to float
        Over hbar/tau, for values 1 of the monomials; that of an interference may be negative.
    """
    values = model.resonance_monomials(model)
    if len(values) == 1:
        (name, value) = next(iter(values.items()))
        return {name: resonance_total(model) / value}
    names, matrix = model.monomials()
    return dict(zip(names, _emitted(model, matrix).tolist(), strict=True))
