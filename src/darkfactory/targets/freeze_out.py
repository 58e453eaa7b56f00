"""Target ``freeze-out``: thermal dark matter through a dark photon or a spin-0 mediator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from darkfactory.constants import M_E, M_MU
from darkfactory.errors import one_of, require
from darkfactory.settings import Setting, Settings
from darkfactory.targets.base import OMEGA, TABLE, Asked, Masses, Rows, TargetEntry, table_rows

__all__ = ["TARGET", "freeze_out", "unused"]

MEDIATORS = ("dark-photon", "scalar", "pseudoscalar")
DARK_MATTER = {
    "dark-photon": ("scalar", "majorana", "pseudo-dirac", "asymmetric"),
    "scalar": ("pseudo-dirac",),
    "pseudoscalar": ("pseudo-dirac",),
}
"""Kinds of dark matter for each mediator, the one by default first."""
VISIBLE = 1.8
"""Mediator mass over that of dark matter, below 2, at which searches for visible decays hold."""
_STATUS_NOTES = {
    "no target": "no target: annihilation into two mediators, in equilibrium with the bath, alone leaves less than omega_h2 "
    "for every coupling",
    "incomplete": "incomplete: annihilation into two dark photons changes Omega h^2 by more than 1%, and for the axial "
    "coupling of Majorana dark matter it depends on a dark Higgs boson, which is not in the model",
    "resonance": "resonance: a width that runs with s, which unitarity asks for, changes <sigma v> at freeze-out by more "
    "than a factor of two; the numbers hold for the constant width of the formula",
}


def unused(s: Mapping[str, Any]) -> dict[str, str]:
    """Settings of the freeze-out target that have no effect with the others, and what they need."""
    spin_zero = s["mediator"] != "dark-photon"
    idle = {}
    if spin_zero:
        idle["alpha_D"] = "the dark coupling of a spin-0 mediator is g_chi"
    else:
        idle["g_chi"] = "it is the coupling of mediator=scalar or pseudoscalar; that of a dark photon is alpha_D"
    if spin_zero or s["dm"] != "asymmetric":
        idle["f_eff"] = "only the CMB limit on dm=asymmetric uses it"
    return idle


def _notes(masses: Masses, s: Settings, status: tuple[str, ...]) -> list[str]:
    """Notes that every kind of dark matter shares."""
    coupling = f"alpha_D = {s['alpha_D']:g}" if s["mediator"] == "dark-photon" else f"g_chi = {s['g_chi']:g}"
    notes = [f"m_mediator = {s['r']:g} m_chi, {coupling}, Omega h^2 = {s['omega_h2']:g}"]
    notes += [text for name, text in _STATUS_NOTES.items() if name in status]
    if s["mediator"] == "dark-photon":
        notes[0] += "; y = epsilon^2 alpha_D/r^4"
        uncertainty = "3%" if s["leptophilic"] else "3% below 140 MeV, 10% above (hadrons)"
        notes.append(f"theory uncertainty {uncertainty}{'; leptons only' if s['leptophilic'] else ''}")
    return notes


def freeze_out(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Thermal target of a dark photon or a spin-0 mediator: rows and notes for masses [MeV] and settings."""
    from darkfactory.cosmology import asymmetric
    from darkfactory.cosmology import freeze_out as thermal

    allowed = DARK_MATTER[s["mediator"]]
    s.decide("dm", allowed[0])
    spin_zero = s["mediator"] != "dark-photon"
    hadrons = "leptophilic = false: hadronic channels of spin-0 mediators are not in, set leptophilic=true"
    require(
        one_of("dm" if not spin_zero else f"dm of a {s['mediator']} mediator", s["dm"], allowed),
        f"{hadrons} for leptons only" if spin_zero and not s["leptophilic"] else None,
    )
    common = {key: s[key] for key in ("r", "leptophilic", "table")} | {"omega": s["omega_h2"]}
    if spin_zero:
        relic = thermal.spin_zero_target(s["mediator"], masses, g_chi=s["g_chi"], **common)
        columns = {"g_mu": relic.coupling, "x_f": relic.x_f}
    elif s["dm"] == "asymmetric":
        relic = asymmetric.asymmetric_target(masses, alpha_D=s["alpha_D"], efficiency=s["f_eff"], **common)
        columns = {"epsilon": relic.coupling, "x_f": relic.x_f, "antiparticle_ratio": relic.ratio}
    else:
        relic = thermal.thermal_target(s["dm"], masses, alpha_D=s["alpha_D"], **common)
        columns = {"epsilon": relic.coupling, "x_f": relic.x_f}
    rows = table_rows(mass=masses, y=relic.y, **columns)
    for row, status in zip(rows, relic.status, strict=True):
        row["status"] = status
    notes = _notes(masses, s, relic.status)
    if spin_zero:
        notes.append(f"Dirac dark matter, {s['mediator']} mediator, g_l = g_mu m_l / m_mu, leptons only [assumed]")
        return rows, tuple(notes)
    floor = thermal.N_EFF_FLOOR[s["dm"]]
    if masses.min() < floor:
        notes.append(f"below about {floor:g} MeV in conflict with N_eff of BBN and CMB (1910.01649) [recalled, +- 20%]")
    if s["dm"] == "asymmetric":
        notes.append(f"smallest epsilon that the CMB allows (Planck 2018, f_eff = {s['f_eff']:g} [assumed])")
    if s["dm"] == "pseudo-dirac":
        notes.append("s-wave: needs a splitting (pseudo-Dirac) or an asymmetry to pass the CMB below 10 GeV")
    return rows, tuple(notes)


def _on(model: Any, mass: float, channel: str, asked: Asked) -> Rows:
    """Coupling of a mediator of this mass, for every kind of dark matter; it is too heavy for the mediator to decay into it."""
    mediator = {name: name for name in MEDIATORS}.get(model.name)
    rows = []
    for dm in DARK_MATTER[mediator] if mediator else ():
        spin_zero = "quarks" not in model.offers
        more = {"leptophilic": True} if spin_zero else {}
        (row,) = asked([mass / VISIBLE], mediator=mediator, dm=dm, r=VISIBLE, **more)
        columns = {"g_mumu": "g_mu", "g_ee": "g_mu"} if spin_zero else {"epsilon": "epsilon"}
        told = f"thermal dark matter, {dm}, of m_chi = m / {VISIBLE:g}; status {row['status']}"
        for quantity, column in columns.items():
            value = row[column]
            value = value * M_E / M_MU if value and quantity == "g_ee" else value
            rows.append({"kind": dm, "quantity": quantity, "value": value, "status": row["status"], "reason": told})
    return rows


TARGET = TargetEntry(
    "freeze-out",
    "thermal dark matter through a dark photon or a spin-0 mediator: y and coupling against m_chi",
    "20",
    (
        Setting(
            "dm",
            None,
            "kind of dark matter; scalar by default, pseudo-dirac for spin-0 mediators",
            "choice",
            choices=DARK_MATTER["dark-photon"],
        ),
        Setting("mediator", "dark-photon", "mediator", "choice", choices=MEDIATORS),
        Setting("r", 3.0, "mediator mass over dark-matter mass", low=1.0, high=1e3, open_low=True),
        Setting("alpha_D", 0.5, "dark fine-structure constant", low=1e-12, high=4 * math.pi),
        Setting("g_chi", 1.0, "coupling of a spin-0 mediator to dark matter", low=1e-6, high=4 * math.pi),
        Setting("leptophilic", False, "no hadrons, which spin-0 mediators need", "flag"),
        Setting(
            "f_eff",
            0.5,
            "fraction of the annihilation energy that heats the gas (CMB)",
            low=0.0,
            high=1.0,
            open_low=True,
        ),
        OMEGA,
        TABLE,
    ),
    freeze_out,
    ("Berlin:2018bsc", "Gounaris:1968mw", "Saikawa:2018rcs", "Planck:2018vyg", "Sabti:2019mhn"),
    ("mass", "y"),
    unused,
    _on,
)
