"""Tables of the targets: one function each, from masses [MeV] and settings to rows and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import in_range, one_of, require
from darkfactory.settings import Settings

__all__ = ["freeze_in", "freeze_out", "freeze_out_unused", "inverse_seesaw", "warmness", "x_ray_lines"]

Rows = list[dict[str, Any]]
Masses = NDArray[np.float64]


def _floats(values: Any, count: int) -> list[float | None]:
    """Plain numbers of an array, None where infinite."""
    array = np.broadcast_to(np.asarray(values, dtype=float), (count,))
    return [float(v) if np.isfinite(v) else None for v in array]


def _rows(**columns: Any) -> Rows:
    """Rows of columns of equal length, or of one value for all."""
    count = len(columns["mass"])
    plain = {name: _floats(values, count) for name, values in columns.items()}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


_LIGHTEST = 1e-9
"""Smallest ALP mass [MeV] of a freeze-in line: far below what can be cold dark matter."""


def _line(masses: Masses, s: Settings) -> tuple[Any, str]:
    """f_a / C on the freeze-in line, and the lepton of the diagonal coupling."""
    from darkfactory.cosmology.freeze_in import target_scale
    from darkfactory.processes.muon_decay.scales import leptons

    require(in_range("mass", masses, _LIGHTEST, unit="MeV"))
    lepton = s["diagonal"] or leptons(s["channel"])[1]
    keys = {key: s[key] for key in ("mode", "table", "tan_alpha")}
    return target_scale(s["channel"], masses, diagonal=lepton, omega=s["omega_h2"], **keys), lepton


def freeze_in(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Freeze-in line of an LFV ALP: rows and notes for masses [MeV] and settings."""
    from darkfactory.cosmology.decay_lines import maximal_diagonal, visible_lifetime
    from darkfactory.cosmology.freeze_in import freeze_in as abundance
    from darkfactory.cosmology.freeze_in import minimum_mass
    from darkfactory.models import CHIRALITIES
    from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale, canonical

    scale, lepton = _line(masses, s)
    warm = minimum_mass(s["channel"], s["warm_kev"], s["mode"], s["table"])
    coldest = masses >= warm
    cap = maximal_diagonal(
        s["channel"], masses, s["lifetime_s"], lepton=lepton, mode=s["mode"], table=s["table"], omega=s["omega_h2"]
    )
    pairs = zip(masses, scale, strict=True)
    ratios = [branching_ratio_from_scale(s["channel"], 2 * f, m, *CHIRALITIES[s["chirality"]]) for m, f in pairs]
    rows = _rows(mass=masses, f_a_over_C_gev=scale, F_gev=2 * scale, branching_ratio=ratios, max_tan_alpha=cap)
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


def x_ray_lines(masses: Masses, s: Settings) -> tuple[Rows, tuple[str, ...]]:
    """Photon lifetime on the freeze-in line: rows and notes for masses [MeV] and settings."""
    from darkfactory.bounds import get_coupling_bound
    from darkfactory.cosmology.decay_lines import maximal_diagonal, photon_lifetime

    scale, lepton = _line(masses, s)
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
    rows = _rows(
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


MEDIATORS = ("dark-photon", "scalar", "pseudoscalar")
DARK_MATTER = {
    "dark-photon": ("scalar", "majorana", "pseudo-dirac", "asymmetric"),
    "scalar": ("pseudo-dirac",),
    "pseudoscalar": ("pseudo-dirac",),
}
"""Kinds of dark matter for each mediator, the one by default first."""
_STATUS_NOTES = {
    "no target": "no target: annihilation into two mediators, in equilibrium with the bath, alone leaves less than omega_h2 "
    "for every coupling",
    "incomplete": "incomplete: annihilation into two dark photons changes Omega h^2 by more than 1%, and for the axial "
    "coupling of Majorana dark matter it depends on a dark Higgs boson, which is not in the model",
    "resonance": "resonance: a width that runs with s, which unitarity asks for, changes <sigma v> at freeze-out by more "
    "than a factor of two; the numbers hold for the constant width of the formula",
}


def freeze_out_unused(s: Mapping[str, Any]) -> dict[str, str]:
    """Settings of the freeze-out target that have no effect with the others, and what they need."""
    spin_zero = s["mediator"] != "dark-photon"
    unused = {}
    if spin_zero:
        unused["alpha_D"] = "the dark coupling of a spin-0 mediator is g_chi"
    else:
        unused["g_chi"] = "it is the coupling of mediator=scalar or pseudoscalar; that of a dark photon is alpha_D"
    if spin_zero or s["dm"] != "asymmetric":
        unused["f_eff"] = "only the CMB limit on dm=asymmetric uses it"
    return unused


def _freeze_out_notes(masses: Masses, s: Settings, status: tuple[str, ...]) -> list[str]:
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
    rows = _rows(mass=masses, y=relic.y, **columns)
    for row, status in zip(rows, relic.status, strict=True):
        row["status"] = status
    notes = _freeze_out_notes(masses, s, relic.status)
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
