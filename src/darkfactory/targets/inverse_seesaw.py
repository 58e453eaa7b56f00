"""Target ``inverse-seesaw``: what gives a neutrino mass at a mixing."""

from __future__ import annotations

from typing import Any

from darkfactory.errors import in_range, require
from darkfactory.settings import Setting, Settings
from darkfactory.targets.base import Asked, Masses, Rows, TargetEntry

__all__ = ["TARGET", "inverse_seesaw"]

_HEAVY_NEUTRINO = (1e-3, 1e20)
"""Masses of heavy neutrinos [MeV], 1 keV to the highest scale of a seesaw."""


def inverse_seesaw(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Inverse seesaw of one generation: rows and notes for masses [MeV] and settings."""
    from darkfactory.models.seesaw import InverseSeesaw, type_one_mixing

    require(in_range("mass", masses, *_HEAVY_NEUTRINO, unit="MeV"))
    rows = []
    for mass in masses:
        model = InverseSeesaw.from_neutrino_mass(mass_N=float(mass), U2=s["U2"], neutrino_mass_ev=s["neutrino_mass_ev"])
        rows.append(
            {
                "mass": float(mass),
                "U2": s["U2"],
                "mu_N_kev": 1e3 * model.mu_N,
                "y_N": model.y_N,
                "neutrino_mass_ev": model.neutrino_mass_ev,
                "U2_type_I": type_one_mixing(float(mass), s["neutrino_mass_ev"]),
            }
        )
    notes = (
        "mu_N is the Majorana mass of the state that does not couple to H L; U2 is summed over the pseudo-Dirac pair",
        "U2_type_I: mixing that the plain seesaw would give at the same mass",
    )
    return rows, notes


def _on(model: Any, mass: float, channel: str, asked: Asked) -> Rows:
    """The mixing of a plain seesaw, below which an inverse one is not needed."""
    if "U2_total" not in model.quantities():
        return []
    (row,) = asked([mass])
    told = f"mixing of the plain seesaw for {row['neutrino_mass_ev']:.2g} eV; above it the inverse seesaw"
    return [{"kind": "", "quantity": "U2_total", "value": row["U2_type_I"], "status": "ok", "reason": told}]


TARGET = TargetEntry(
    "inverse-seesaw",
    "Majorana mass and Yukawa coupling that give a neutrino mass at a mixing U2",
    "50",
    (
        Setting("U2", 1e-6, "mixing squared, summed over the pseudo-Dirac pair", low=1e-40, high=1.0, open_high=True),
        Setting("neutrino_mass_ev", 0.05, "neutrino mass", unit="eV", low=1e-12, high=1e3),
    ),
    inverse_seesaw,
    ("Mohapatra:1986bd", "Esteban:2024eli"),
    ("mass", "mu_N_kev"),
    on=_on,
)
