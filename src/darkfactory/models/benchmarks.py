"""Benchmarks of the landscape of lepton flavor, from anarchy to minimal violation; each gives all couplings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.models.flavor import FlavorAlp, axion_mass, from_charges, haar_unitary

__all__ = ["BENCHMARKS", "anarchy", "axiflavon", "familon", "majoron", "minimal_violation", "qcd_axion"]

Matrix = NDArray[np.complex128]


_SIGNS = {"V+A": (1, 1), "V-A": (1, -1), "V": (1, 0), "A": (0, 1)}


def anarchy(f_a_gev: float = 1e9, mass: float = 0.0, chirality: str = "V+A") -> FlavorAlp:
    """All C_ij = 1, off the diagonal with a chirality, on it C^A_ii = 1.

    Parameters
    ----------
    f_a_gev, mass
        Decay constant [GeV], ALP mass [MeV].
    chirality : str
        ``V+A``, ``V-A``, ``V`` or ``A``.

    Returns
    -------
    FlavorAlp

    Raises
    ------
    InvalidInput
        For another chirality.
    """
    require(one_of("model.chirality", chirality, _SIGNS))
    vector, axial = np.array(_SIGNS[chirality]) / math.hypot(*_SIGNS[chirality])
    off = np.ones((3, 3)) - np.eye(3)
    return FlavorAlp(vector * off, axial * off + np.eye(3), f_a_gev, mass, "anarchy")


def minimal_violation(f_a_gev: float = 1e9, mass: float = 0.0) -> FlavorAlp:
    """Minimal flavor violation: C^A = 1, no flavor violation at the high scale."""
    return FlavorAlp(np.zeros((3, 3)), np.eye(3), f_a_gev, mass, "mfv")


def qcd_axion(f_a_gev: float = 1e9, seed: int = 1, charged: str = "right", N: float = 1.5) -> FlavorAlp:
    r"""QCD axion with generation-dependent lepton charges (1, 0, 0) and random rotations, kappa = 1 / (2 N).

    Parameters
    ----------
    f_a_gev : float
        Decay constant [GeV]; it fixes the mass.
    seed : int
        Of the rotation.
    charged : str
        ``right`` (V+A) or ``left`` (V-A).
    N : float
        QCD anomaly.

    Returns
    -------
    FlavorAlp

    Raises
    ------
    InvalidInput
        For numbers and words outside their domain.
    """
    require(one_of("model.charged", charged, ("right", "left")), positive("model.N", N))
    charges = ((0, 0, 0), (1, 0, 0)) if charged == "right" else ((1, 0, 0), (0, 0, 0))
    V = haar_unitary(seed)
    return from_charges(*charges, V, V, N=N, f_a_gev=f_a_gev, mass=axion_mass(f_a_gev), name="lfv-qcd-axion")


def _froggatt_nielsen(q_L: Sequence[float], q_E: Sequence[float], eps: float, seed: int) -> tuple[Matrix, Matrix]:
    """Rotations of a mass matrix c_ij eps^(q_L,i + q_E,j) with Gaussian complex c_ij, masses ascending."""
    generator = np.random.Generator(np.random.Philox(key=seed))
    c = generator.normal(size=(3, 3)) + 1j * generator.normal(size=(3, 3))
    matrix = c / math.sqrt(2) * eps ** (np.array(q_L, dtype=float)[:, None] + np.array(q_E, dtype=float))
    left, _, right = np.linalg.svd(matrix)
    return left[:, ::-1], right.conj().T[:, ::-1]


def axiflavon(
    f_a_gev: float = 1e9,
    seed: int = 1,
    q_L: Sequence[float] = (3, 2, 0),
    q_E: Sequence[float] = (5, 2, 0),
    eps: float = 0.2,
    N: float | None = None,
) -> FlavorAlp:
    r"""Axiflavon: Froggatt-Nielsen charges are the charges of the QCD axion, rotations follow eps^(q_i - q_j).

    Parameters
    ----------
    f_a_gev : float
        Decay constant [GeV]; it fixes the mass.
    seed : int
        Of the coefficients of the mass matrix.
    q_L, q_E : sequence of three numbers
        Charges of doublets and singlets.
    eps : float
        Expansion parameter, in (0, 1).
    N : float, optional
        QCD anomaly; kappa = 1 without.

    Returns
    -------
    FlavorAlp

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    """
    require(in_range("model.eps", eps, 0, 1, open_low=True, open_high=True))
    V_L, V_R = _froggatt_nielsen(q_L, q_E, eps, seed)
    mass = axion_mass(f_a_gev)
    return from_charges(q_L, q_E, V_L, V_R, N=N, f_a_gev=f_a_gev, mass=mass, name="lfv-axiflavon")


def familon(f_a_gev: float = 1e9, mass: float = 0.0, seed: int = 1, eps: float = 0.2) -> FlavorAlp:
    """Leptonic familon: the same Froggatt-Nielsen charges on leptons only, no QCD anomaly, free mass [MeV].

    Parameters
    ----------
    f_a_gev, mass
        Decay constant [GeV], mass [MeV].
    seed, eps
        As for :func:`axiflavon`.

    Returns
    -------
    FlavorAlp
    """
    require(in_range("model.eps", eps, 0, 1, open_low=True, open_high=True))
    charges = (3, 2, 0), (5, 2, 0)
    V_L, V_R = _froggatt_nielsen(*charges, eps, seed)
    return from_charges(*charges, V_L, V_R, f_a_gev=f_a_gev, mass=mass, name="leptonic-familon")


def majoron(f_gev: float = 1e3, mass: float = 0.0, yukawa2: Any = 1e-2) -> FlavorAlp:
    r"""Majoron: loop couplings C^V_ij = -C^A_ij = K_ij / (16 pi^2) from K = y y^dagger, left-handed (V-A).

    Parameters
    ----------
    f_gev : float
        Lepton-number breaking scale [GeV], > 0.
    mass : float
        Mass [MeV].
    yukawa2 : float or array_like, shape (3, 3)
        y y^dagger; a number stands for a matrix with that number everywhere.

    Returns
    -------
    FlavorAlp
        With C^A_ii = (tr K - 2 K_ii) / (32 pi^2).

    Raises
    ------
    InvalidInput
        For f <= 0, a matrix that is not Hermitian.

    Examples
    --------
    >>> alp = majoron(1e3)
    >>> f"C = {alp.coupling('mu', 'e'):.2e}, F = {alp.F_gev('mu', 'e'):.1e} GeV, {alp.chirality('mu', 'e')}"
    'C = 8.96e-05, F = 2.2e+07 GeV, V-A'
    """
    require(positive("model.f_gev", f_gev, unit="GeV"))
    K = np.full((3, 3), yukawa2, dtype=complex) if np.ndim(yukawa2) == 0 else np.array(yukawa2, dtype=complex)
    vector, axial = K / (16 * math.pi**2), -K / (16 * math.pi**2)
    diagonal = (np.trace(K).real - 2 * np.diag(K).real) / (32 * math.pi**2)
    np.fill_diagonal(axial, diagonal)
    return FlavorAlp(vector, axial, f_gev, mass, "majoron")


BENCHMARKS = {
    "anarchy": "all couplings 1",
    "mfv": "minimal flavor violation: only diagonal couplings",
    "lfv-qcd-axion": "QCD axion with generation-dependent lepton charges",
    "lfv-axiflavon": "QCD axion of a Froggatt-Nielsen symmetry",
    "leptonic-familon": "Froggatt-Nielsen symmetry of leptons only",
    "majoron": "loop couplings of the seesaw's Goldstone boson",
}
"""Benchmarks of the landscape, and what they are."""
