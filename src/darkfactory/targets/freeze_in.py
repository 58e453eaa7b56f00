"""Target ``freeze-in``: an LFV ALP that is all of dark matter."""

from __future__ import annotations

import math
from typing import Any

from darkfactory.cosmology.freeze_in import MODES
from darkfactory.errors import in_range, require
from darkfactory.models import CHIRALITIES
from darkfactory.settings import Setting, Settings
from darkfactory.targets.base import OMEGA, TABLE, Asked, Masses, Rows, TargetEntry, table_rows

__all__ = ["CHANNEL", "COMMON", "MODE", "TARGET", "diagonal_of", "freeze_in", "lifetime_key", "line"]

LEPTONS = ("e", "mu", "tau")
CHANNEL = Setting("channel", "mu-e", "pair of leptons", "choice", choices=("mu-e", "tau-mu", "tau-e"))
MODE = Setting("mode", "quantum", "statistics in the bath, or as the paper has it", "choice", choices=MODES)
COMMON = (
    CHANNEL,
    MODE,
    TABLE,
    OMEGA,
    Setting("diagonal", None, "lepton of the diagonal coupling; the daughter by default", "choice", choices=LEPTONS),
)
"""Settings of the freeze-in line."""
_LIGHTEST = 1e-9
"""Smallest ALP mass [MeV] of a freeze-in line: far below what can be cold dark matter."""


def line(masses: Masses, s: Settings) -> tuple[Any, str]:
    """f_a / C on the freeze-in line, and the lepton of the diagonal coupling."""
    from darkfactory.cosmology.freeze_in import target_scale
    from darkfactory.processes.muon_decay.scales import leptons

    require(in_range("mass", masses, _LIGHTEST, unit="MeV"))
    lepton = s["diagonal"] or leptons(s["channel"])[1]
    keys = {key: s[key] for key in ("mode", "table", "tan_alpha")}
    return target_scale(s["channel"], masses, diagonal=lepton, omega=s["omega_h2"], **keys), lepton


def lifetime_key(default: float | None, doc: str) -> Setting:
    """Setting of a limit on the lifetime into photons [s]."""
    return Setting("lifetime_s", default, doc, unit="s", low=1.0, high=1e60)


def freeze_in(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Freeze-in line of an LFV ALP: rows and notes for masses [MeV] and settings."""
    from darkfactory.cosmology.decay_lines import maximal_diagonal, visible_lifetime
    from darkfactory.cosmology.freeze_in import freeze_in as abundance
    from darkfactory.cosmology.freeze_in import minimum_mass
    from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale, canonical

    scale, lepton = line(masses, s)
    warm = minimum_mass(s["channel"], s["warm_kev"], s["mode"], s["table"])
    coldest = masses >= warm
    cap = maximal_diagonal(
        s["channel"], masses, s["lifetime_s"], lepton=lepton, mode=s["mode"], table=s["table"], omega=s["omega_h2"]
    )
    pairs = zip(masses, scale, strict=True)
    ratios = [branching_ratio_from_scale(s["channel"], 2 * f, m, *CHIRALITIES[s["chirality"]]) for m, f in pairs]
    rows = table_rows(mass=masses, f_a_over_C_gev=scale, F_gev=2 * scale, branching_ratio=ratios, max_tan_alpha=cap)
    lifetime = visible_lifetime(masses, scale, {lepton: s["tan_alpha"]})
    for row, cold, limit, tau in zip(rows, coldest, cap, lifetime, strict=True):
        # above 2 m_l pairs of leptons are far faster than photons
        decays = "x-rays" if s["tan_alpha"] > limit else "pairs" if tau < s["lifetime_s"] else "yes"
        row["allowed"] = decays if cold else "warm"
    result = abundance(s["channel"], s["mode"], s["table"])
    notes = (
        f"{canonical(s['channel'])}, mode {s['mode']}: Omega h^2 = {result.omega_1:.4f} at 50 keV, f_a/C = 5e9 GeV; "
        "F = 2 f_a/C",
        f"structure formation (thermal relic above {s['warm_kev']:g} keV): m_a > {1e3 * warm:.1f} keV",
        f"max_tan_alpha: largest C_{lepton}{lepton}/C for a photon lifetime above {s['lifetime_s']:g} s",
        "theory uncertainty 5% (g(T), 2 -> 2); reheating temperature between m_i and about 10 TeV",
    )
    return rows, notes


def diagonal_of(model: Any) -> dict[str, Any] | None:
    """C_ee / C of an LFV ALP as a setting of the line; None of another model."""
    if "lfv-alp" not in model.offers:
        return None
    return {"diagonal": "e", "tan_alpha": abs(model.C_e) / math.hypot(abs(model.C_V), abs(model.C_A))}


def _on(model: Any, mass: float, channel: str, asked: Asked) -> Rows:
    """F on the line, and whether structure formation and decays allow it."""
    if (diagonal := diagonal_of(model)) is None:
        return []
    (row,) = asked([mass], channel=channel, **diagonal)
    told = f"all of dark matter, allowed: {row['allowed']}"
    return [{"kind": "", "quantity": "F_gev", "value": row["F_gev"], "status": row["allowed"], "reason": told}]


TARGET = TargetEntry(
    "freeze-in",
    "LFV ALP as all of dark matter: f_a/C, F and branching ratio against m_a",
    "0.02:0.1:9",
    (
        *COMMON,
        Setting("tan_alpha", 0.0, "C_ll / C_ij, adds flavor-diagonal production", low=0.0, high=1e6),
        Setting("chirality", "V+A", "of the branching ratio", "choice", choices=tuple(CHIRALITIES)),
        Setting("warm_kev", 5.3, "lower limit on the mass of a thermal relic", unit="keV", low=0.01, high=1e4),
        lifetime_key(1e28, "lower limit on the lifetime into photons"),
    ),
    freeze_in,
    ("Panci:2022wlc", "Saikawa:2018rcs", "Planck:2018vyg", "Irsic:2017ixq"),
    ("mass", "F_gev"),
    on=_on,
)
