"""Target ``warmness``: the smallest ALP mass that structure formation allows."""

from __future__ import annotations

from typing import Any

from darkfactory.settings import Setting, Settings
from darkfactory.targets.base import TABLE, Asked, Masses, Rows, TargetEntry
from darkfactory.targets.freeze_in import CHANNEL, MODE, diagonal_of

__all__ = ["TARGET", "warmness"]


def warmness(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Smallest masses that structure formation allows: rows and notes for masses [MeV] and settings."""
    from darkfactory.cosmology.freeze_in import WARM_DARK_MATTER_KEV, minimum_mass
    from darkfactory.cosmology.freeze_in import freeze_in as abundance

    result = abundance(s["channel"], s["mode"], s["table"])
    rows = [
        {
            "relic": name,
            "thermal_relic_kev": kev,
            "mass_min": minimum_mass(s["channel"], kev, s["mode"], s["table"]),
            "mean_p_over_T0": result.mean,
            "rms_p_over_T0": result.rms,
        }
        for name, kev in {**WARM_DARK_MATTER_KEV, **({"chosen": s["warm_kev"]} if s["warm_kev"] else {})}.items()
    ]
    notes = ("mass_min [MeV]: the ALP with the rms velocity of a thermal relic of that mass",)
    return rows, notes


def _on(model: Any, mass: float, channel: str, asked: Asked) -> Rows:
    """Whether dark matter from freeze-in is cold enough at a mass, for every limit on a relic."""
    if diagonal_of(model) is None:
        return []
    rows = []
    for row in asked(None, channel=channel):
        cold = mass >= row["mass_min"]
        told = f"dark matter from freeze-in: masses from {1e3 * row['mass_min']:.3g} keV on"
        about = {"kind": row["relic"], "quantity": "F_gev", "value": None, "status": "ok" if cold else "warm"}
        rows.append(about | {"reason": told})
    return rows


TARGET = TargetEntry(
    "warmness",
    "smallest ALP mass that structure formation allows",
    "",
    (
        CHANNEL,
        MODE,
        TABLE,
        Setting("warm_kev", None, "another lower limit on a thermal relic", unit="keV", low=0.01, high=1e4),
    ),
    warmness,
    ("Irsic:2017ixq", "DES:2020fxi", "Saikawa:2018rcs"),
    ("thermal_relic_kev", "mass_min"),
    on=_on,
)
