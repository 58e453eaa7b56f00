"""Model ``neutrino-dipole``: a heavy neutrino N with a transition magnetic moment to the light ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from darkfactory.errors import in_range, require
from darkfactory.models.base import Model, mass_key, to_floats
from darkfactory.settings import Setting

__all__ = ["MODELS", "NeutrinoDipole"]


@dataclass(frozen=True)
class NeutrinoDipole(Model):
    """L = mu_nu / 2 * Nbar sigma^{mu nu} nu_L F_{mu nu} + h.c., the same for all flavors.

    Parameters
    ----------
    mass : float
        Mass of N [MeV], >= 0.
    mu_nu : float
        Moment in Bohr magnetons e / (2 m_e), >= 0.
    """

    mass: float = 10.0
    mu_nu: float = 1e-9

    name: ClassVar[str] = "neutrino-dipole"
    title: ClassVar[str] = "heavy neutrino with a transition magnetic moment"
    references: ClassVar[tuple[str, ...]] = ("ParticleDataGroup:2024cfk",)
    offers: ClassVar[frozenset[str]] = frozenset(("neutrino-dipole",))
    keys: ClassVar[tuple[Setting, ...]] = (
        mass_key(10.0),
        Setting("mu_nu", 1e-9, "transition magnetic moment in Bohr magnetons", low=0.0),
    )

    def __post_init__(self) -> None:
        require(in_range("model.mass", self.mass, 0, unit="MeV"), in_range("model.mu_nu", self.mu_nu, 0))
        to_floats(self, "mass", "mu_nu")


MODELS = (NeutrinoDipole,)
