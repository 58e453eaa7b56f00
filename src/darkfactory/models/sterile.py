r"""A sterile neutrino that decays into a neutrino and a dark photon: model ``sterile-dark-photon``.

nu_l contains U_lN N (a Dirac N, the pseudo-Dirac pair summed), and L = g_D A'_mu (U Nbar g^mu P_L nu + h.c.) with
alpha_D = g_D^2 / 4 pi; the dark photon mixes with the photon by epsilon. With 2 m_e < m_A < m_N < m_mu the chain is
mu -> e nu N, N -> nu A', A' -> e e: much of the energy is missing.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S, M_E, M_MU
from darkfactory.errors import InvalidInput, in_range, one_of, positive, require
from darkfactory.models.base import BranchingRatio, Model, Rows, to_floats
from darkfactory.models.mediator import ELEMENTARY_CHARGE, vector_width
from darkfactory.models.scan import CouplingScan
from darkfactory.settings import Setting

__all__ = ["SterileDarkPhoton", "neutrino_width"]


def neutrino_width(mass_N: float, mass_A: float, alpha_D: float, U2: float, c_N: float = 1.0) -> float:
    r"""Width of N -> nu A' [MeV] at tree level, massless neutrino.

    Parameters
    ----------
    mass_N, mass_A : float
        Masses of the sterile neutrino and of the dark photon [MeV], the latter > 0.
    alpha_D : float
        Dark coupling g_D^2 / 4 pi.
    U2 : float
        Sum of the squared mixings of N with the light neutrinos.
    c_N : float
        1 for a Dirac N with a chiral dark current, 2 for a Majorana N.

    Returns
    -------
    float
        c_N alpha_D \|U\|^2 / 8 m_N^3/m_A^2 (1 - r)^2 (1 + 2r), r = m_A^2/m_N^2; exactly 0 where closed.

    Examples
    --------
    >>> f"{HBAR_C_MEV_MM / neutrino_width(60.0, 30.0, 0.1, 1e-6):.3e}"
    '7.796e-05'
    """
    if not 0 < mass_A < mass_N:
        return 0.0
    r = (mass_A / mass_N) ** 2
    return c_N * alpha_D * U2 / 8 * mass_N**3 / mass_A**2 * (1 - r) ** 2 * (1 + 2 * r)


@dataclass(frozen=True, kw_only=True)
class SterileDarkPhoton(Model):
    r"""Sterile neutrino N that decays into a neutrino and a dark photon A', which decays into e+ e-.

    Parameters
    ----------
    mass_N, mass_A : float
        Masses [MeV], 2 m_e < mass_A < mass_N < m_mu.
    U2 : float
        Mixing \|U_lN\|^2 with the neutrino of ``flavor``, in [0, 1].
    flavor : {"mu", "e"}
        The only light neutrino that N mixes with.
    epsilon : float
        Kinetic mixing, >= 0.
    alpha_D : float
        Dark coupling g_D^2 / 4 pi, > 0.
    c_N : float
        Factor of the width of N, 1 for a Dirac N with a chiral dark current, 2 for a Majorana N; > 0.

    Raises
    ------
    InvalidInput
        Listing what lies outside its range, and masses in another order.

    Examples
    --------
    >>> model = SterileDarkPhoton(mass_N=60.0, mass_A=30.0, epsilon=1e-5)
    >>> f"{model.ctau_N_mm:.3e}", f"{model.ctau_A_mm:.2f}"
    ('7.796e-05', '27.04')
    """

    mass_N: float = 60.0
    mass_A: float = 20.0
    U2: float = 1e-6
    flavor: str = "mu"
    epsilon: float = 2e-5
    alpha_D: float = 0.1
    c_N: float = 1.0

    name: ClassVar[str] = "sterile-dark-photon"
    title: ClassVar[str] = "sterile neutrino that decays into a neutrino and a dark photon"
    keys: ClassVar[tuple[Setting, ...]] = (
        Setting("mass_N", 60.0, "mass of the sterile neutrino", unit="MeV", low=0.0, open_low=True),
        Setting("mass_A", 20.0, "mass of the dark photon", unit="MeV", low=0.0, open_low=True),
        Setting("U2", 1e-6, "squared mixing of the sterile neutrino", low=0.0, high=1.0),
        Setting("flavor", "mu", "light neutrino that it mixes with", "choice", choices=("e", "mu")),
        Setting("epsilon", 2e-5, "kinetic mixing", low=0.0),
        Setting("alpha_D", 0.1, "dark coupling g_D^2 / 4 pi", low=0.0, open_low=True),
        Setting("c_N", 1.0, "factor of the width of N: 1 Dirac, 2 Majorana", low=0.0, open_low=True),
    )
    offers: ClassVar[frozenset[str]] = frozenset(("sterile", "pair"))
    scannable: ClassVar[tuple[str, ...]] = ("U2", "epsilon")
    spin: ClassVar[int] = 1
    mass_setting: ClassVar[str] = "mass_A"

    def __post_init__(self) -> None:
        require(
            positive("model.mass_N", self.mass_N, unit="MeV"),
            positive("model.mass_A", self.mass_A, unit="MeV"),
            in_range("model.U2", self.U2, 0, 1),
            one_of("model.flavor", self.flavor, ("e", "mu")),
            in_range("model.epsilon", self.epsilon, 0),
            positive("model.alpha_D", self.alpha_D),
            positive("model.c_N", self.c_N),
        )
        to_floats(self, "mass_N", "mass_A", "U2", "epsilon", "alpha_D", "c_N")
        # mu -> e nu N is open below m_mu - m_e; what is closed is a rate of 0
        masses = ((2 * M_E, "2 m_e"), (self.mass_A, "model.mass_A"), (self.mass_N, "model.mass_N"), (M_MU, "m_mu"))
        for (low, lower), (high, upper) in itertools.pairwise(masses):
            if not low < high:
                raise InvalidInput(
                    f"{lower} = {low:g} MeV, {upper} = {high:g} MeV: "
                    f"must be 2 m_e < model.mass_A < model.mass_N < m_mu = {M_MU:g} MeV; choose other masses"
                )

    @property
    def kind(self) -> str:
        """Which light neutrino N takes the place of: amplitudes are chosen by it."""
        return self.flavor

    @property
    def sterile_mass(self) -> float:
        """Mass of N [MeV]."""
        return self.mass_N

    @property
    def mass(self) -> float:  # type: ignore[override]
        """Mass of the dark photon [MeV], its boson."""
        return self.mass_A

    @property
    def pair_masses(self) -> tuple[float, float]:
        """Ends of the masses [MeV] of the dark photon at which all decays are open."""
        return 2 * M_E, self.mass_N if self.mass_N < M_MU - M_E else 0.0

    def at_mass(self, mass: float) -> SterileDarkPhoton:
        """Return the same model with another mass [MeV] of the dark photon."""
        return replace(self, mass_A=mass)

    def resonance_monomials(self, made_for: Any) -> dict[str, float]:
        r"""\|U\|^2: the rate of the decay is proportional to it."""
        return {"U2": self.U2}

    def scan(self, coupling: str | None = None, lifetime: str = "model") -> CouplingScan:
        r"""Line along \|U\|^2, or along epsilon, which changes the lifetime of the dark photon alone.

        Parameters
        ----------
        coupling : {None, "U2", "epsilon"}
            What is scanned, \|U\|^2 by default; the other stays as it is.
        lifetime : {"model", "prompt"}
            Whether the lifetimes follow from the couplings.

        Raises
        ------
        InvalidInput
            For another coupling, and a dark photon that does not decay.
        """
        if coupling not in (None, *self.scannable):
            raise InvalidInput(f"coupling = {coupling}: {self.name} allows {', '.join(self.scannable)}")
        # the rate is proportional to |U|^2, and lifetimes are not of the events
        kind = SterileDarkPhoton(mass_N=self.mass_N, mass_A=self.mass_A, flavor=self.flavor)
        if coupling == "epsilon":
            return CouplingScan(
                self, kind, lambda x: replace(self, epsilon=x), 1e-5, lambda x: {"epsilon": x}, ("epsilon",)
            )
        if lifetime == "model" and self.epsilon == 0:
            raise InvalidInput("model.epsilon = 0: A' does not decay into e e; give model.epsilon")
        return CouplingScan(self, kind, lambda x: replace(self, U2=min(x, 1.0)), 1e-6, lambda x: {"U2": x}, ("U2",))

    def quantities(self) -> dict[str, float]:
        """Both mixings (see :meth:`darkfactory.models.base.Model.quantities`): limits on U2_mu are of N that decays otherwise."""
        return {"U2": self.U2, "epsilon": self.epsilon}

    @property
    def width(self) -> float:
        """Width of the dark photon [MeV]."""
        return self.width_A

    @property
    def ctau_mm(self) -> float:
        """Decay length c tau of the dark photon [mm]."""
        return self.ctau_A_mm

    @property
    def total_width(self) -> None:
        """No other decays than N -> nu A' and A' -> e e."""

    @property
    def width_ee(self) -> float:
        """Width of A' -> e e [MeV]."""
        return self.width_A

    @property
    def width_N(self) -> float:
        """Width of N -> nu A' [MeV]."""
        return neutrino_width(self.mass_N, self.mass_A, self.alpha_D, self.U2, self.c_N)

    def width_of(self, parent: str) -> float:
        """Total width [MeV] of N, or of the dark photon."""
        return self.width_N if parent == "N" else self.width_A

    @property
    def width_A(self) -> float:
        """Width of A' -> e e [MeV], its only decay."""
        return vector_width(self.mass_A, self.epsilon * ELEMENTARY_CHARGE, 0.0)

    @property
    def ctau_N_mm(self) -> float:
        """Decay length c tau of N [mm]; inf for one that does not decay."""
        return HBAR_C_MEV_MM / self.width_N if self.width_N > 0 else math.inf

    @property
    def ctau_A_mm(self) -> float:
        """Decay length c tau of A' [mm]; inf for one that does not decay."""
        return HBAR_C_MEV_MM / self.width_A if self.width_A > 0 else math.inf

    def describe(self, given: Any, branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Couplings, widths and lifetimes of both (see :meth:`darkfactory.models.base.Model.describe`)."""
        row = self.parameters()
        for name, width in (("N", self.width_N), ("A", self.width_A)):
            row |= {
                f"width_{name}_mev": width,
                f"ctau_{name}_mm": HBAR_C_MEV_MM / width if width > 0 else None,
                f"lifetime_{name}_s": HBAR_MEV_S / width if width > 0 else None,
            }
        return [row], ("N -> nu A' and A' -> e e are taken as the only decays",)


MODELS = (SterileDarkPhoton,)
