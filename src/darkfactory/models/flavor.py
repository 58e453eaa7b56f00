r"""ALP couplings to all charged leptons, from the charges and rotations of a theory of flavor.

The current d_mu a / f_a sum_i X_i fbar_i gamma^mu f_i in the flavor basis, with V_L^dagger M_e V_R diagonal, gives
C^V = kappa (V_R^dagger X_E V_R + V_L^dagger X_L V_L) and C^A = kappa (V_R^dagger X_E V_R - V_L^dagger X_L V_L), with
kappa = 1 or 1 / (2 N) (f_a = f / 2N, with a QCD anomaly N). Diagonal C^V are unphysical.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import ALPHA, LEPTON_MASS
from darkfactory.errors import InvalidInput, in_range, one_of, positive, require
from darkfactory.models.alp import LEPTON_PAIRS, LfvAlp
from darkfactory.models.base import BranchingRatio, Rows, plain, to_floats
from darkfactory.units import gev_to_mev

__all__ = [
    "FlavorAlp",
    "axion_mass",
    "from_charges",
    "haar_unitary",
    "photon_induced_coupling",
]

Matrix = NDArray[np.complex128]
GENERATION = {"e": 0, "mu": 1, "tau": 2}
"""Row and column of each lepton."""
_UNITARITY = 1e-8


@dataclass(frozen=True, eq=False)
class FlavorAlp:
    """Couplings of an ALP to all charged leptons.

    Attributes
    ----------
    C_V, C_A : ndarray, shape (3, 3)
        Hermitian coupling matrices, order e, mu, tau.
    f_a_gev : float
        Decay constant [GeV].
    mass : float
        ALP mass [MeV].
    name : str
        Benchmark, or ``charges``.

    Raises
    ------
    InvalidInput
        For matrices that are not Hermitian (to 1e-8) or not 3 x 3, f_a <= 0, a negative mass.

    Examples
    --------
    >>> alp = from_charges((1, 0, 0), (0, 0, 0), haar_unitary(1), np.eye(3))
    >>> alp.chirality("mu", "e")  # only left-handed leptons carry charge
    'V-A'
    """

    C_V: Any
    C_A: Any
    f_a_gev: float = 1e9
    mass: float = 0.0
    name: str = "charges"

    def __post_init__(self) -> None:
        require(positive("model.f_a_gev", self.f_a_gev, unit="GeV"), in_range("model.mass", self.mass, 0, unit="MeV"))
        to_floats(self, "f_a_gev", "mass")
        for name in ("C_V", "C_A"):
            matrix = np.array(getattr(self, name), dtype=complex)
            if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
                raise InvalidInput(f"{name}: must be a finite 3 x 3 matrix, is of shape {matrix.shape}")
            deviation = abs(matrix - matrix.conj().T).max()
            require(in_range(f"deviation of {name} from a Hermitian matrix", deviation, 0, 1e-8))
            object.__setattr__(self, name, matrix)

    def pair(self, i: str, j: str) -> tuple[complex, complex]:
        """C^V_ij and C^A_ij of leptons ``i`` and ``j`` (e, mu, tau)."""
        require(one_of("lepton", i, GENERATION), one_of("lepton", j, GENERATION))
        row, column = GENERATION[i], GENERATION[j]
        return complex(self.C_V[row, column]), complex(self.C_A[row, column])

    def coupling(self, i: str, j: str) -> float:
        """C_ij = sqrt(|C^V|^2 + |C^A|^2); |C^A_ii| on the diagonal, where C^V is unphysical."""
        vector, axial = self.pair(i, j)
        return abs(axial) if i == j else math.hypot(abs(vector), abs(axial))

    def F_gev(self, i: str, j: str) -> float:
        """Scale F_ij = 2 f_a / C_ij [GeV]; inf without a coupling."""
        coupling = self.coupling(i, j)
        return 2 * self.f_a_gev / coupling if coupling > 0 else math.inf

    def asymmetry(self, i: str, j: str) -> float:
        """2 Re(C^V C^A*) / (|C^V|^2 + |C^A|^2), +1 for V+A, -1 for V-A; 0 without a coupling."""
        vector, axial = self.pair(i, j)
        norm = abs(vector) ** 2 + abs(axial) ** 2
        return 2 * (vector * axial.conjugate()).real / norm if norm > 0 else 0.0

    def chirality(self, i: str, j: str) -> str:
        """Name of the chirality of a pair, ``mixed`` if it has none, ``none`` without a coupling."""
        return self.alp(i, j).chirality if self.coupling(i, j) > 0 else "none"

    def alp(self, i: str, j: str) -> LfvAlp:
        """Model ``lfv-alp`` of one pair of leptons, with the diagonal coupling to the electron.

        Raises
        ------
        InvalidInput
            If the pair is not coupled, or i = j.
        """
        vector, axial = self.pair(i, j)
        if i == j or self.coupling(i, j) == 0:
            raise InvalidInput(f"{self.name}: C_{i}{j} = 0, no flavor violation; give another channel or charges")
        return LfvAlp(mass=self.mass, f_a_gev=self.f_a_gev, C_V=vector, C_A=axial, C_e=self.pair("e", "e")[1].real)

    def tan_alpha(self, i: str, j: str, diagonal: str | None = None) -> float:
        """C_ll / C_ij for the diagonal coupling of ``diagonal`` (j by default); inf without C_ij."""
        lepton = diagonal or j
        coupling = self.coupling(i, j)
        return self.coupling(lepton, lepton) / coupling if coupling > 0 else math.inf

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Couplings of every pair, or of the channel that is given (see :meth:`darkfactory.models.base.Model.describe`)."""
        rows: Rows = []
        for name, (i, j) in LEPTON_PAIRS.items():
            vector, axial = self.pair(i, j)
            F = self.F_gev(i, j)
            open_ = math.isfinite(F)
            rows.append(
                {
                    "pair": name,
                    "mass_mev": self.mass,
                    "C_V": plain(vector),
                    "C_A": plain(axial),
                    "C": self.coupling(i, j),
                    "F_gev": F if open_ else None,
                    "chirality": self.chirality(i, j),
                    "asymmetry": self.asymmetry(i, j),
                    "branching_ratio": branching_ratio(name, F, self.mass, vector, axial) if open_ else 0.0,
                }
            )
        for lepton in GENERATION:
            coupling = self.coupling(lepton, lepton)
            rows.append(
                {
                    "pair": f"{lepton}-{lepton}",
                    "mass_mev": self.mass,
                    "C_V": None,
                    "C_A": plain(self.pair(lepton, lepton)[1]),
                    "C": coupling,
                    "F_gev": 2 * self.f_a_gev / coupling if coupling > 0 else None,
                    "chirality": "A",
                    "asymmetry": 0.0,
                    "branching_ratio": None,
                }
            )
        notes = (
            f"f_a = {self.f_a_gev:.4g} GeV, m_a = {self.mass:.4g} MeV; diagonal C_V are unphysical and not shown",
            "branching ratios over hbar/tau; running and loop-induced couplings are not included",
        )
        return [row for row in rows if row["pair"] == given.get("channel", row["pair"])], notes


def _rotation(name: str, value: Any) -> Matrix:
    matrix = np.array(value, dtype=complex)
    if matrix.shape != (3, 3):
        raise InvalidInput(f"{name}: must be a 3 x 3 matrix, is of shape {matrix.shape}")
    deviation = abs(matrix.conj().T @ matrix - np.eye(3)).max()
    require(in_range(f"deviation of {name} from unitarity", deviation, 0, _UNITARITY))
    return matrix


def from_charges(
    X_L: Sequence[float],
    X_E: Sequence[float],
    V_L: Any,
    V_R: Any,
    *,
    N: float | None = None,
    f_a_gev: float = 1e9,
    mass: float = 0.0,
    name: str = "charges",
) -> FlavorAlp:
    r"""Couplings from the charges of lepton doublets and singlets and the rotations to the mass basis.

    Parameters
    ----------
    X_L, X_E : sequence of three numbers
        Charges of L_i and E_i.
    V_L, V_R : array_like, shape (3, 3)
        Unitary rotations, V_L^dagger M_e V_R diagonal.
    N : float, optional
        QCD anomaly: kappa = 1 / (2 N) and f_a = f / 2N; without it kappa = 1.
    f_a_gev, mass, name
        Decay constant [GeV], ALP mass [MeV], name.

    Returns
    -------
    FlavorAlp
        All couplings.

    Raises
    ------
    InvalidInput
        For rotations that are not unitary (to 1e-8), N = 0, charges that are not three numbers.

    Examples
    --------
    >>> universal = from_charges((1, 1, 1), (2, 2, 2), haar_unitary(1), haar_unitary(2))
    >>> bool(universal.coupling("mu", "e") < 1e-15)  # a universal current violates no flavor
    True
    """
    left, right = np.array(X_L, dtype=float), np.array(X_E, dtype=float)
    if left.shape != (3,) or right.shape != (3,):
        raise InvalidInput(f"X_L, X_E: three charges each, are {X_L!r}, {X_E!r}")
    require(in_range("X_L", left), in_range("X_E", right))
    if N is not None:
        require(in_range("N", abs(N), 0, open_low=True, remedy="the QCD anomaly; leave it out if there is none"))
    kappa = 1.0 if N is None else 1 / (2 * N)
    V_L, V_R = _rotation("V_L", V_L), _rotation("V_R", V_R)
    from_right, from_left = ((V.conj().T * X) @ V for V, X in ((V_R, right), (V_L, left)))
    return FlavorAlp(kappa * (from_right + from_left), kappa * (from_right - from_left), f_a_gev, mass, name)


def haar_unitary(seed: int) -> Matrix:
    """Random unitary 3 x 3 matrix, uniform (Haar), from a counter-based stream keyed by ``seed``."""
    generator = np.random.Generator(np.random.Philox(key=seed))
    z = generator.normal(size=(3, 3)) + 1j * generator.normal(size=(3, 3))
    q, r = np.linalg.qr(z)
    return np.asarray(q * (np.diag(r) / np.abs(np.diag(r))))


def axion_mass(f_a_gev: float) -> float:
    """Mass of the QCD axion [MeV], 5.70 microeV (1e12 GeV / f_a).

    Examples
    --------
    >>> f"{axion_mass(1e9):.2e}"  # 5.7 meV
    '5.70e-09'
    """
    require(positive("f_a_gev", f_a_gev, unit="GeV"))
    return 5.70e-12 * 1e12 / f_a_gev


def photon_induced_coupling(
    lepton: str, f_a_gev: float, E_over_N: float = 1.0, qcd_axion: bool = True, scale_gev: float = 1.0
) -> float:
    r"""Diagonal coupling that photons induce: 3 alpha^2 / (4 pi^2) [E/N ln(f_a / m_l) - 1.92 ln(GeV / m_l)].

    Parameters
    ----------
    lepton : str
        ``e``, ``mu`` or ``tau``.
    f_a_gev : float
        Decay constant [GeV].
    E_over_N : float
        Ratio of the electromagnetic to the QCD anomaly.
    qcd_axion : bool
        Whether the second term, of the mixing with pions, is there.
    scale_gev : float
        QCD scale [GeV] of the second term.

    Returns
    -------
    float
        Delta C_ll.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{photon_induced_coupling('e', 1e9, qcd_axion=False):.2e}"
    '1.15e-04'
    """
    require(one_of("lepton", lepton, LEPTON_MASS), positive("f_a_gev", f_a_gev, unit="GeV"))
    require(in_range("E_over_N", E_over_N), positive("scale_gev", scale_gev, unit="GeV"))
    m = LEPTON_MASS[lepton]
    bracket = E_over_N * math.log(gev_to_mev(f_a_gev) / m)
    if qcd_axion:
        bracket -= 1.92 * math.log(gev_to_mev(scale_gev) / m)
    return 3 * ALPHA**2 / (4 * math.pi**2) * bracket
