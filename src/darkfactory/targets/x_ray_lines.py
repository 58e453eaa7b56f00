"""Target ``x-ray-lines``: photons of ALP dark matter on the freeze-in line."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.settings import Setting, Settings
from darkfactory.targets.base import Asked, Masses, Rows, TargetEntry, table_rows
from darkfactory.targets.freeze_in import COMMON, diagonal_of, lifetime_key, line

__all__ = ["TARGET", "x_ray_lines"]


def x_ray_lines(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Photon lifetime on the freeze-in line: rows and notes for masses [MeV] and settings."""
    from darkfactory.bounds import get_coupling_bound
    from darkfactory.cosmology.decay_lines import maximal_diagonal, photon_lifetime

    scale, lepton = line(masses, s)
    lifetime = photon_lifetime(masses, scale, {lepton: s["tan_alpha"]}, s["E"])
    limit = np.full(len(masses), s["lifetime_s"] or 0.0)
    if s["lifetime_s"] is None:
        lines = get_coupling_bound("x-ray-lines")
        limit = np.array([lines.value(float(m)) or 0.0 for m in masses])
    known = limit > 0
    cap = np.full(len(masses), np.inf)
    keys = {"lepton": lepton, "mode": s["mode"], "table": s["table"], "omega": s["omega_h2"]}
    if known.any():
        cap[known] = maximal_diagonal(s["channel"], masses[known], limit[known], **keys)
    rows = table_rows(
        mass=masses,
        energy_kev=masses * 500,
        f_a_over_C_gev=scale,
        lifetime_s=lifetime,
        limit_s=np.where(known, limit, np.inf),
        max_tan_alpha=cap,
    )
    for row, tau, lim, there in zip(rows, lifetime, limit, known, strict=True):
        row["status"] = "no limit" if not there else "allowed" if tau > lim else "excluded"
    notes = (
        f"freeze-in line of {s['channel']}; tan_alpha = C_{lepton}{lepton}/C = {s['tan_alpha']:g}, E = {s['E']:g}",
        "max_tan_alpha is for E = 0; published limits are digitised (4.9 keV to 1 MeV), none is extrapolated",
    )
    return rows, notes


def _on(model: Any, mass: float, channel: str, asked: Asked) -> Rows:
    """What lines of photons say of dark matter from freeze-in."""
    if (diagonal := diagonal_of(model)) is None:
        return []
    (row,) = asked([mass], channel=channel, **diagonal)
    told = f"lines of photons on the freeze-in line: {row['status']}"
    return [
        {"kind": "", "quantity": "F_gev", "value": 2 * row["f_a_over_C_gev"], "status": row["status"], "reason": told}
    ]


TARGET = TargetEntry(
    "x-ray-lines",
    "photon lifetime of ALP dark matter on the freeze-in line, and the largest diagonal coupling",
    "0.02:0.1:9",
    (
        *COMMON,
        Setting("tan_alpha", 1e-2, "C_ll / C_ij", low=0.0, high=1e6),
        Setting("E", 0.0, "anomaly coefficient in the derivative basis", low=-1e6, high=1e6),
        lifetime_key(None, "lower limit on the lifetime; the published lines by default"),
    ),
    x_ray_lines,
    ("Panci:2022wlc", "OHare:AxionLimits", "Saikawa:2018rcs"),
    ("mass", "lifetime_s"),
    on=_on,
)
