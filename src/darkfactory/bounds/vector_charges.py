r"""What a vector couples to, quarks and neutrinos too, and what follows for how it is made and decays, relative to a dark photon.

L_X = X_mu [lbar g^mu (g_V + g_A g5) l + g_V q_bar g^mu q + g_nu nu_bar g^mu P_L nu]; quarks of one charge couple alike in all
generations, or neutral currents would change flavor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from darkfactory.constants import LEPTON_MASS
from darkfactory.cosmology.hadrons import r_ratio_parts
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.models.mediator import ELEMENTARY_CHARGE, scalar_width, vector_width
from darkfactory.models.vector import VectorBoson
from darkfactory.settings import Setting, read_settings

__all__ = ["DARK_PHOTON", "PUBLISHED_FOR", "VectorCharges", "YukawaCharges", "require_ratios"]

LARGEST = 1e4
"""Largest coupling that is taken: only ratios matter."""


def require_ratios(couplings: Mapping[str, float]) -> None:
    """Refuse couplings whose ratios nobody means: all 0, or so large or small that squares overflow.

    Parameters
    ----------
    couplings : mapping
        By key of the model.

    Raises
    ------
    InvalidInput
        Naming them.
    """
    require(*(in_range(f"model.{name}", g, -LARGEST, LARGEST) for name, g in couplings.items()))
    if max(map(abs, couplings.values())) < 1 / LARGEST**3:
        first = next(iter(couplings))
        raise InvalidInput(f"model.{', '.join(couplings)} = 0: give their ratios, e.g. model.{first}=1")


@dataclass(frozen=True, kw_only=True)
class VectorCharges:
    """Couplings of a vector.

    Parameters
    ----------
    g_V_e, g_A_e, g_V_mu, g_A_mu, g_V_tau : float
        Vector and axial couplings of the charged leptons.
    g_V_u, g_V_d : float
        Vector couplings of the quarks of charge 2/3 and of charge -1/3.
    g_nu_e, g_nu_mu, g_nu_tau : float
        Couplings of the left-handed neutrinos.

    Raises
    ------
    InvalidInput
        For numbers beyond 1e4, or if all are 0.

    Examples
    --------
    B - L is made by electrons as a dark photon of epsilon = g / e; half of a light one decays into neutrinos of three flavors,
    each with half the width of a Dirac fermion:

    >>> b_l = VectorCharges(g_V_e=-1, g_V_mu=-1, g_V_tau=-1, g_V_u=1 / 3, g_V_d=1 / 3, g_nu_e=-1, g_nu_mu=-1, g_nu_tau=-1)
    >>> widths = b_l.widths(50.0)
    >>> round(widths["ee"] / sum(widths.values()), 4), round(b_l.production("pi0") / b_l.production("electron"), 12)
    (0.4, 1.0)
    """

    g_V_e: float = 0.0
    g_A_e: float = 0.0
    g_V_mu: float = 0.0
    g_A_mu: float = 0.0
    g_V_tau: float = 0.0
    g_V_u: float = 0.0
    g_V_d: float = 0.0
    g_nu_e: float = 0.0
    g_nu_mu: float = 0.0
    g_nu_tau: float = 0.0

    spin: ClassVar[int] = 1
    keys: ClassVar[tuple[Setting, ...]] = (
        *(key for key in VectorBoson.keys if key.name in VectorBoson.coupling_names),
        Setting("g_V_tau", 0.0, "vector coupling of tau"),
        Setting("g_V_u", 0.0, "vector coupling of up, charm and top"),
        Setting("g_V_d", 0.0, "vector coupling of down, strange and bottom"),
        *(Setting(f"g_nu_{flavor}", 0.0, f"coupling of the left-handed nu_{flavor}") for flavor in ("e", "mu", "tau")),
    )

    def __post_init__(self) -> None:
        require_ratios({field.name: getattr(self, field.name) for field in fields(self)})

    @property
    def couplings(self) -> dict[str, float]:
        """Those that are not 0, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if getattr(self, field.name)}

    @classmethod
    def of_settings(cls, given: Mapping[str, Any]) -> VectorCharges:
        """Return those of ``model.*`` settings without their prefix.

        Parameters
        ----------
        given : mapping
            By key; numbers or text.

        Raises
        ------
        UnknownName, InvalidInput
            For keys and values that are none; if all are 0.
        """
        typed = read_settings(cls.keys, "vector", ("user", given), label="model.")
        return cls(**{key.name: typed[key.name] for key in cls.keys})

    def production(self, mode: str) -> float:
        """Rate of a production, over that by a dark photon with epsilon = 1.

        Parameters
        ----------
        mode : str
            ``electron`` (bremsstrahlung, e+ e- -> gamma X; without m_e^2 / m_X^2 of an axial coupling), ``muon`` (its vector
            coupling), ``pi0`` and ``eta`` -> gamma X (the anomaly, eta at a mixing angle of -19.5 degrees), ``proton``
            (bremsstrahlung, its charge); the currents ``rho``, ``omega``, ``phi``; quarks ``up`` and ``down``.
        """
        u, d, s = self.g_V_u, self.g_V_d, self.g_V_d
        amplitude = {
            "electron": math.hypot(self.g_V_e, self.g_A_e),
            "muon": self.g_V_mu,
            "pi0": 2 * u + d,
            "eta": 3 / 4 * (2 * u - d + s),
            "proton": 2 * u + d,
            "rho": u - d,
            "omega": 3 * (u + d),
            "phi": 3 * s,
            "up": 3 / 2 * u,
            "down": 3 * d,
        }[mode]
        return (amplitude / ELEMENTARY_CHARGE) ** 2

    def widths(self, mass: float) -> dict[str, float]:
        """Partial widths at a mass [MeV].

        Parameters
        ----------
        mass : float
            Mass [MeV], > 0.

        Returns
        -------
        dict
            ``ee``, ``mumu``, ``tautau``, ``neutrinos``, ``pipi`` and ``hadrons`` (all others) [MeV]; 0 where closed. Tree
            level; hadrons by the R ratio of their current, not X -> pi0 gamma.
        """
        leptons = (("e", self.g_V_e, self.g_A_e), ("mu", self.g_V_mu, self.g_A_mu), ("tau", self.g_V_tau, 0.0))
        found = {f"{one}{one}": vector_width(mass, g_V, g_A, LEPTON_MASS[one]) for one, g_V, g_A in leptons}
        neutrinos = self.g_nu_e**2 + self.g_nu_mu**2 + self.g_nu_tau**2
        per_r = mass / (12 * math.pi) * ELEMENTARY_CHARGE**2
        parts = {name: per_r * float(part) for name, part in r_ratio_parts(mass).items()}
        omega, phi, up, down = (self.production(current) for current in ("omega", "phi", "up", "down"))
        shares = {"omega": omega, "phi": phi, "light": (4 * up + down + phi) / 6, "charm": up, "bottom": down}
        found["neutrinos"] = neutrinos * mass / (24 * math.pi)
        found["pipi"] = parts["rho"] * self.production("rho")
        found["hadrons"] = sum(parts[name] * share for name, share in shares.items())
        return found


_E = ELEMENTARY_CHARGE
DARK_PHOTON = VectorCharges(g_V_e=-_E, g_V_mu=-_E, g_V_tau=-_E, g_V_u=2 * _E / 3, g_V_d=-_E / 3)
"""A dark photon of epsilon = 1."""
PUBLISHED_FOR = {
    "epsilon": DARK_PHOTON,
    "g_mu_tau": VectorCharges(g_V_mu=1.0, g_V_tau=-1.0, g_nu_mu=1.0, g_nu_tau=-1.0),
}
"""The vector of which records limit a quantity, with that quantity 1."""


@dataclass(frozen=True)
class YukawaCharges:
    """Couplings of a scalar or pseudoscalar: what decays it has; it is made otherwise than a vector.

    Attributes
    ----------
    model : Model
        ``scalar`` or ``pseudoscalar``.

    Raises
    ------
    InvalidInput
        As for :class:`VectorCharges`.
    """

    model: Any

    spin: ClassVar[int] = 0

    def __post_init__(self) -> None:
        require_ratios(self.model.couplings)

    @property
    def couplings(self) -> dict[str, float]:
        """Those that are not 0, by name."""
        return {name: g for name, g in self.model.couplings.items() if g}

    def production(self, mode: str) -> float:
        """No rate over that of a vector is known: 0."""
        return 0.0

    def widths(self, mass: float) -> dict[str, float]:
        """Partial widths ``ee`` and ``mumu`` at a mass [MeV], tree level; no photons."""
        e_S, e_P, mu_S, mu_P = self.model.vertices
        pairs = (("e", e_S, e_P), ("mu", mu_S, mu_P))
        return {f"{one}{one}": scalar_width(mass, g_S, g_P, LEPTON_MASS[one]) for one, g_S, g_P in pairs}
