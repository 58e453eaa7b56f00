r"""Inverse seesaw of one and three generations: model ``inverse-seesaw``.

In the left-handed basis (nu, N, Nbar) the mass matrix is [[0, m_D, 0], [m_D^T, mu_R, M], [0, M^T, mu_N]] with
m_D = y_N v / sqrt(2). The Majorana mass that makes neutrinos massive at tree level is mu_N, of the state Nbar that does
*not* couple to H L; a Majorana mass mu_R of the state that does couple leaves one massless neutrino per generation.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import HIGGS_VEV, PMNS_ANGLES
from darkfactory.errors import DarkfactoryWarning, InvalidInput, in_range, positive, require
from darkfactory.models.base import BranchingRatio, Model, Rows, to_floats
from darkfactory.models.pmns import pmns
from darkfactory.settings import Setting

__all__ = ["InverseSeesaw", "InverseSeesawThree", "takagi_masses", "type_one_mixing"]

Matrix = NDArray[np.complex128]
EV = 1e-6
"""One eV in MeV."""
DIGITS = 60
"""Digits of the exact diagonalisation: double precision loses m_nu where m_nu / M < 1e-13."""


def takagi_masses(matrix: Any, digits: int = DIGITS) -> list[float]:
    """Singular values of a symmetric mass matrix, ascending: the physical masses, with ``digits`` digits inside.

    Parameters
    ----------
    matrix : array_like or mpmath matrix
        Complex symmetric mass matrix.
    digits : int
        Working precision.

    Returns
    -------
    list of float
        Masses in the unit of the matrix.

    Examples
    --------
    >>> [round(m, 12) for m in takagi_masses([[0.0, 1e-3], [1e-3, 1.0]])]
    [9.99999e-07, 1.000000999999]
    """
    import mpmath

    with mpmath.workdps(digits):
        M = mpmath.matrix(matrix)
        values = mpmath.svd_c(M, compute_uv=False)
        return sorted(float(v) for v in values)


def type_one_mixing(mass_N: float, neutrino_mass_ev: float = 0.05) -> float:
    """Mixing squared m_nu / M that the plain (type I) seesaw gives at a heavy mass [MeV].

    Examples
    --------
    >>> f"{type_one_mixing(50.0):.0e}"
    '1e-09'
    """
    require(positive("mass_N", mass_N, unit="MeV"), in_range("neutrino_mass_ev", neutrino_mass_ev, 0, unit="eV"))
    return neutrino_mass_ev * EV / mass_N


def _warn_of_trap(mu_N: float, mu_R: float) -> None:
    if mu_R and not mu_N:
        text = (
            f"mu_R = {mu_R:g} MeV with mu_N = 0: a Majorana mass of the state that couples to H L gives no neutrino"
            " mass at tree level (one per generation stays massless); use mu_N, of the state that does not couple"
        )
        warnings.warn(text, DarkfactoryWarning, stacklevel=4)


@dataclass(frozen=True)
class InverseSeesaw(Model):
    r"""Inverse seesaw of one generation.

    Parameters
    ----------
    mass_N : float
        Dirac mass M of the pair [MeV], > 0.
    theta : float
        m_D / M, > 0.
    mu_N : float
        Majorana mass [MeV] of the state that does not couple to H L, >= 0: it makes the neutrino massive.
    mu_R : float
        Majorana mass [MeV] of the state that does; alone it gives no neutrino mass (with a warning).

    Raises
    ------
    InvalidInput
        Listing every parameter outside its domain.

    Warns
    -----
    DarkfactoryWarning
        If only mu_R is given.

    Examples
    --------
    >>> model = InverseSeesaw.from_neutrino_mass(mass_N=50.0, U2=1e-6, neutrino_mass_ev=0.05)
    >>> f"mu_N = {1e3 * model.mu_N:.4f} keV, y_N = {model.y_N:.3e}"
    'mu_N = 50.0000 keV, y_N = 2.872e-07'
    """

    mass_N: float
    theta: float
    mu_N: float = 0.0
    mu_R: float = 0.0

    name: ClassVar[str] = "inverse-seesaw"
    title: ClassVar[str] = "inverse seesaw of one generation, or of three (three or nine masses)"
    references: ClassVar[tuple[str, ...]] = ("Mohapatra:1986bd", "Casas:2001sr", "Esteban:2024eli")
    keys: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "mass_N",
            (50.0,),
            "Dirac mass; three or nine numbers: three generations",
            "numbers",
            "MeV",
            low=0.0,
            open_low=True,
        ),
        Setting(
            "U2",
            1e-6,
            "mixing squared of the pair",
            low=0.0,
            high=1.0,
            open_low=True,
            open_high=True,
            instead_of=("y_N",),
        ),
        Setting("y_N", None, "Yukawa coupling, instead of U2", low=0.0, open_low=True, instead_of=("U2",)),
        Setting(
            "mu_N",
            (0.05,),
            "Majorana mass of the state that does not couple to H L, or three",
            "numbers",
            "MeV",
            low=0.0,
        ),
        Setting(
            "mu_R", 0.0, "Majorana mass of the state that does; alone it gives no neutrino mass", unit="MeV", low=0.0
        ),
        Setting("m_nu_ev", None, "three light masses, for three generations", "numbers", "eV", low=0.0, length=3),
    )

    def __post_init__(self) -> None:
        require(
            positive("model.mass_N", self.mass_N, unit="MeV"),
            positive("model.theta", self.theta),
            in_range("model.mu_N", self.mu_N, 0, unit="MeV"),
            in_range("model.mu_R", self.mu_R, 0, unit="MeV"),
        )
        to_floats(self, "mass_N", "theta", "mu_N", "mu_R")
        _warn_of_trap(self.mu_N, self.mu_R)

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> InverseSeesaw | InverseSeesawThree:
        """Model from settings: of three generations if three or nine masses are given."""
        masses = given.get("mass_N", (50.0,))
        mu_N = given.get("mu_N")
        if len(masses) in (3, 9):
            taken = [key for key in ("U2", "y_N", "mu_R") if key in given]
            if taken:
                raise InvalidInput(
                    f"model.{taken[0]}: of one generation; three follow from mu_N and the neutrino masses"
                )
            M = masses if len(masses) == 3 else np.array(masses).reshape(3, 3)
            light = {"neutrino_masses_ev": given["m_nu_ev"]} if "m_nu_ev" in given else {}
            return InverseSeesawThree(M, mu_N or (2e-3, 3e-3, 5e-3), **light)
        problems = [
            None if len(masses) == 1 else f"model.mass_N: one, three (diagonal) or nine numbers, are {len(masses)}",
            "model.m_nu_ev: of three generations; for one use target inverse-seesaw" if "m_nu_ev" in given else None,
            f"model.mu_N: one number for one generation, are {len(mu_N)}" if mu_N and len(mu_N) != 1 else None,
        ]
        require(*problems)
        default = 0.0 if "mu_R" in given else 0.05
        mu = {"mu_N": mu_N[0] if mu_N else default, "mu_R": given.get("mu_R", 0.0)}
        if "y_N" in given:
            return cls.from_yukawa(mass_N=masses[0], y_N=given["y_N"], **mu)
        return cls.from_mixing(mass_N=masses[0], U2=given.get("U2", 1e-6), **mu)

    @classmethod
    def from_mixing(cls, *, mass_N: float, U2: float, mu_N: float = 0.0, mu_R: float = 0.0) -> InverseSeesaw:
        """Model with mixing U2 = theta^2 / (1 + theta^2) of the pair, in (0, 1), at mass_N [MeV]."""
        require(in_range("model.U2", U2, 0, 1, open_low=True, open_high=True))
        return cls(mass_N, math.sqrt(U2 / (1 - U2)), mu_N, mu_R)

    @classmethod
    def from_yukawa(cls, *, mass_N: float, y_N: float, mu_N: float = 0.0, mu_R: float = 0.0) -> InverseSeesaw:
        """Model with Yukawa coupling y_N at mass_N [MeV]: m_D = y_N v / sqrt(2)."""
        require(positive("model.y_N", y_N), positive("model.mass_N", mass_N, unit="MeV"))
        return cls(mass_N, y_N * HIGGS_VEV / math.sqrt(2) / mass_N, mu_N, mu_R)

    @classmethod
    def from_neutrino_mass(cls, *, mass_N: float, U2: float, neutrino_mass_ev: float = 0.05) -> InverseSeesaw:
        """Model with mixing U2 at mass_N [MeV] and this neutrino mass [eV]: mu_N = m_nu / U2."""
        require(
            positive("neutrino_mass_ev", neutrino_mass_ev, unit="eV"),
            in_range("model.U2", U2, 0, 1, open_low=True, open_high=True),
        )
        return cls.from_mixing(mass_N=mass_N, U2=U2, mu_N=neutrino_mass_ev * EV / U2)

    @property
    def U2(self) -> float:
        """Mixing squared of the active neutrino, summed over the pair: theta^2 / (1 + theta^2), but for (mu_N / mass_N)^2 of it."""
        return self.theta**2 / (1 + self.theta**2)

    @property
    def y_N(self) -> float:
        """Yukawa coupling sqrt(2) m_D / v."""
        return math.sqrt(2) * self.theta * self.mass_N / HIGGS_VEV

    @property
    def neutrino_mass_ev(self) -> float:
        """Light mass mu_N theta^2 / (1 + theta^2) [eV], to first order in mu_N; mu_R does not enter."""
        return self.mu_N * self.U2 / EV

    @property
    def heavy_masses(self) -> tuple[float, float]:
        """Masses of the pseudo-Dirac pair [MeV], to second order in mu_N (mu_R = 0)."""
        center = self.mass_N * math.sqrt(1 + self.theta**2) + self.mu_N**2 / (8 * self.mass_N)
        half = self.mu_N / (2 * (1 + self.theta**2))
        return center - half, center + half

    @property
    def matrix(self) -> list[list[float]]:
        """Mass matrix [MeV] in the basis (nu, N, Nbar)."""
        m_D = self.theta * self.mass_N
        return [[0.0, m_D, 0.0], [m_D, self.mu_R, self.mass_N], [0.0, self.mass_N, self.mu_N]]

    def exact(self, digits: int = DIGITS) -> tuple[list[float], list[float]]:
        """Masses [MeV], ascending, and |U|^2 of the active neutrino in each, diagonalised with ``digits`` digits."""
        import mpmath

        with mpmath.workdps(digits):
            values, vectors = mpmath.eigsy(mpmath.matrix(self.matrix))
            pairs = sorted((abs(value), vectors[0, n] ** 2) for n, value in enumerate(values))
            return [float(mass) for mass, _ in pairs], [float(share) for _, share in pairs]

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Masses and mixing, exact (see :meth:`darkfactory.models.base.Model.describe`)."""
        masses, shares = self.exact()
        own = {key: getattr(self, key) for key in ("mass_N", "U2", "y_N", "mu_N", "mu_R")}
        light = {"neutrino_mass_ev": masses[0] * 1e6}
        names = ("mass_minus", "mass_plus", "U2_minus", "U2_plus")
        row = own | light | dict(zip(names, (*masses[1:], *shares[1:]), strict=True))
        return [row], ("masses [MeV] from diagonalisation with 60 digits; U2 = sum over the pseudo-Dirac pair",)


def _square(name: str, value: Any) -> Matrix:
    matrix = np.array(value, dtype=complex)
    if matrix.ndim == 1:
        matrix = np.diag(matrix)
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
        raise InvalidInput(f"{name}: must be 3 numbers or a finite 3 x 3 matrix, is of shape {np.shape(value)}")
    return matrix


@dataclass(frozen=True, eq=False)
class InverseSeesawThree(Model):
    r"""Inverse seesaw of three generations that reproduces given neutrino masses and mixing (Casas-Ibarra form).

    m_D = U^* sqrt(m_nu) R mu^(-1/2) M^T, so that m_nu = m_D (M^T)^(-1) mu M^(-1) m_D^T and Theta = m_D (M^T)^(-1) does
    not depend on M.

    Parameters
    ----------
    M : array_like
        Dirac masses [MeV]: three numbers or a matrix, rows N and columns Nbar.
    mu_N : array_like, shape (3,)
        Majorana masses [MeV] of the states that do not couple to H L, > 0, diagonal.
    neutrino_masses_ev : array_like, shape (3,)
        Light masses [eV], >= 0.
    U : array_like, shape (3, 3)
        Leptonic mixing; NuFIT 6.0 by default.
    R : array_like, shape (3, 3)
        Complex orthogonal matrix; the identity by default.

    Raises
    ------
    InvalidInput
        For masses that are not positive, a singular M, U not unitary, R not orthogonal (to 1e-8).

    Examples
    --------
    >>> model = InverseSeesawThree(M=(40, 60, 80), mu_N=(2e-3, 3e-3, 5e-3))
    >>> f"{model.eta[0, 0].real:.5e} {abs(model.eta[0, 1]):.4e}"
    '1.43402e-06 4.7237e-07'
    """

    M: Any
    mu_N: Sequence[float]
    neutrino_masses_ev: Sequence[float] = (1e-3, 8.71206e-3, 5.01398e-2)
    U: Any = None
    R: Any = None

    name: ClassVar[str] = "inverse-seesaw"
    title: ClassVar[str] = InverseSeesaw.title
    references: ClassVar[tuple[str, ...]] = InverseSeesaw.references

    def __post_init__(self) -> None:
        M, U, R = self.matrices
        light = np.asarray(self.neutrino_masses_ev, dtype=float)
        three = len(np.atleast_1d(self.mu_N)) == 3 and light.shape == (3,)
        require(
            positive("mu_N", self.mu_N, unit="MeV"),
            in_range("neutrino_masses_ev", light, 0, unit="eV"),
            None if three else "mu_N, neutrino_masses_ev: three numbers each",
            None if np.linalg.cond(M) < 1e12 else "M: singular; every pair needs a Dirac mass",
            in_range("deviation of U from unitarity", np.abs(U.conj().T @ U - np.eye(3)).max(), 0, 1e-8),
            in_range("deviation of R from orthogonality", np.abs(R.T @ R - np.eye(3)).max(), 0, 1e-8),
        )

    @property
    def matrices(self) -> tuple[Matrix, Matrix, Matrix]:
        """M [MeV], U and R as matrices."""
        U = pmns(**PMNS_ANGLES) if self.U is None else _square("U", self.U)
        return _square("M", self.M), U, np.eye(3, dtype=complex) if self.R is None else _square("R", self.R)

    @property
    def Theta(self) -> Matrix:
        """Active-heavy mixing U^* sqrt(m_nu) R mu^(-1/2), to leading order."""
        _, U, R = self.matrices
        light = np.sqrt(np.asarray(self.neutrino_masses_ev, dtype=float) * EV)
        return np.asarray((U.conj() * light) @ R / np.sqrt(np.asarray(self.mu_N, dtype=float)))

    @property
    def m_D(self) -> Matrix:
        """Dirac mass matrix [MeV], rows e, mu, tau, columns N."""
        return self.Theta @ self.matrices[0].T

    @property
    def eta(self) -> Matrix:
        """Theta Theta^dagger: |U_l|^2 summed over the heavy states on the diagonal, flavor violation beside it."""
        return self.Theta @ self.Theta.conj().T

    @property
    def matrix(self) -> Matrix:
        """Mass matrix [MeV], shape (9, 9), in the basis (nu, N, Nbar)."""
        zero = np.zeros((3, 3), dtype=complex)
        M, m_D, mu = self.matrices[0], self.m_D, np.diag(np.asarray(self.mu_N, dtype=complex))
        return np.block([[zero, m_D, zero], [m_D.T, zero, M], [zero, M.T, mu]])

    def exact_masses(self, digits: int = DIGITS) -> list[float]:
        """All nine masses [MeV], ascending, by diagonalisation with ``digits`` digits."""
        return takagi_masses(self.matrix.tolist(), digits)

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Mixing of each flavor and the light masses (see :meth:`darkfactory.models.base.Model.describe`)."""
        light = [mass * 1e6 for mass in self.exact_masses()[:3]]
        rows = [
            {
                "flavor": flavor,
                **{f"eta_{other}": abs(self.eta[a, b]) for b, other in enumerate(("e", "mu", "tau"))},
                "U2": self.eta[a, a].real,
                "neutrino_mass_ev": light[a],
            }
            for a, flavor in enumerate(("e", "mu", "tau"))
        ]
        return rows, ("eta = Theta Theta^dagger; the light masses (in ascending order) are exact, with 60 digits",)


MODELS = (InverseSeesaw,)
