"""Figure ``dark-sector-landscape``: coupling against mass, from thermal contact to freeze-in, with the planes of the searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darkfactory.bounds import get_coupling_bound
from darkfactory.constants import GEV, HBAR_C_MEV_MM
from darkfactory.cosmology.contact import contact_coupling, freeze_in_coupling
from darkfactory.cosmology.freeze_in import mass_limit, minimum_mass, target_scale
from darkfactory.cosmology.thermalization import scale_of_delta_n_eff
from darkfactory.cosmology.thermodynamics import bath
from darkfactory.figures.composite_reach import EXCLUDED, RECAST, areas_of_records, scales
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import drawable, excluded, laboratory, reach_rows, reaches
from darkfactory.figures.displaced import draw_regions, mu3e_regions
from darkfactory.figures.labels import label_curves
from darkfactory.figures.points import at_mass, columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, mass_axis, resonance_reach
from darkfactory.glossary import Column, named
from darkfactory.models import CHIRALITIES, DarkPhoton, build_model
from darkfactory.settings import Setting
from darkfactory.style import COLORS
from darkfactory.targets import target

__all__ = ["RECIPE"]

Rows = list[dict[str, Any]]
DM = "scalar"
PANELS = {"dark photon": "epsilon", "ALP": "F_gev", "pairs": "epsilon", "composite": "cutoff_gev"}
"""Quantity by panel."""
AT = {"dark photon": 100.0, "ALP": 0.05, "pairs": 20.0, "composite": 1000.0}
"""Masses [MeV] of the table."""
CONTACT = "thermal contact"
ALP_MASSES = (0.0, 4.0, 20.0, 40.0, 70.0)
ALP = {
    "MEGII-fwd": ("vermilion", "--"),
    "MEGII-fwd, focusing": ("vermilion", "-"),
    "MEG II, photon": ("green", "-"),
    "Mu3e phase II, tracks": ("purple", "-."),
}
"""Reaches of mu -> e a, mu -> e a gamma and mu -> 3e a."""
PROMPT_MASSES = (3.0, 10.0, 25.0, 70.0)
DISPLACED_MASSES = (8.4, 15.0, 30.0, 50.0)
PRECISION = 0.05
"""Of both: for an overview."""
GAPS = np.geomspace(100.0, 2e4, 19)
"""Gaps [MeV] of composite neutrinos."""
COMPOSITE = {
    "NuTeV": ("vermilion", "-", "NuTeV"),
    "SHiP, tagged": ("blue", "-", "SHiP, tagged"),
    "FASERnu2, tagged": ("orange", "-", r"FASER$\nu$2, tagged"),
    "Z -> nu X": ("purple", "-", r"$Z\to\nu X$"),
    "h -> nu X": ("green", "-", r"$h\to\nu X$"),
}


def _dark_photon() -> Rows:
    """Dark matter through a dark photon that decays into it."""
    masses = np.geomspace(1.0, 1e4, 41)
    thermal = target("freeze-out", masses, dm=DM).column("epsilon")
    curves = {
        "thermal target": thermal,
        CONTACT: contact_coupling(DM, masses),
        "freeze-in": freeze_in_coupling(DM, masses),
    }
    rows: Rows = []
    for name, values in curves.items():
        rows += curve_rows(name, ("mass_mev", masses), ("epsilon", values), panel="dark photon", provenance="computed")
    g_minus_2 = get_coupling_bound("electron-magnetic-moment")
    limit = [g_minus_2.value(float(3 * m)) or np.nan for m in masses]
    return rows + curve_rows(
        g_minus_2.label, ("mass_mev", masses), ("epsilon", limit), panel="dark photon", provenance="derived"
    )


def _alp(chirality: str) -> tuple[Rows, list[str], list[str]]:
    """ALP of mu -> e a: contact, dark matter, the laboratory and what will be reached."""
    masses = np.geomspace(1e-9, mass_limit("mu-e"), 81)
    contact = np.full(81, scale_of_delta_n_eff("mu-e", 0.30))
    rows = curve_rows(CONTACT, ("mass_mev", masses), ("F_gev", contact), panel="ALP", provenance="computed")
    dark = masses[masses > 1e-4]
    line = 2 * target_scale("mu-e", dark)
    new = curve_rows("freeze-in", ("mass_mev", dark), ("F_gev", line), panel="ALP", provenance="computed")
    for row in new:
        row["status"] = "ok" if row["mass_mev"] >= minimum_mass("mu-e") else "warm"
    limits, keys = laboratory("mu-e", chirality, np.append(np.geomspace(1e-9, 1.0, 10), np.arange(2.0, 105.0, 2.0)))
    expected, used, notes = reaches("mu-e", chirality, tuple(ALP), ALP_MASSES)
    return rows + new + [{**row, "panel": "ALP"} for row in (*limits, *expected)], [*keys, *used], notes


def _contact_ctau(masses: Any) -> Any:
    """Decay length c tau [mm] over which the bath at T = m [MeV] expands: longer ones decay out of equilibrium."""
    return HBAR_C_MEV_MM / bath(masses).hubble


def _pairs() -> tuple[Rows, list[str]]:
    """Dark photon that decays into e+ e-: limits, beam dumps, Mu3e, and where it is in equilibrium."""
    masses = np.geomspace(2.0, 90.0, 60)
    found, _, keys = drawable("epsilon", masses)
    references = list(keys)
    contact = [
        coupling_of_ctau(DarkPhoton, "epsilon", m, ctau) for m, ctau in zip(masses, _contact_ctau(masses), strict=True)
    ]
    rows = found + curve_rows(CONTACT, ("mass_mev", masses), ("epsilon", contact), provenance="computed")
    for phase, (card, _) in PHASES.items():
        prompt = resonance_reach(card, PROMPT_MASSES, model="dark-photon", precision=PRECISION)
        rows += reach_rows(prompt, "epsilon", curve=f"Mu3e {phase}, prompt", kind="expected")
        references += prompt.references
    regions, results = mu3e_regions("dark-photon", "epsilon", {"search.precision": PRECISION}, DISPLACED_MASSES)
    references += [key for one in results for key in one.references]
    rows += regions
    return [{**row, "panel": "pairs"} for row in rows], references


def _composite(dimension: float) -> tuple[Rows, list[str], list[str]]:
    """Composite neutrinos: reaches, other decays, and where the lightest state is in equilibrium by its decays."""
    words = {"norm": "free", "flavor": "mu", "decay": "none"}
    found, references, notes = scales(words, dimension, GAPS, "composite", COMPOSITE)
    rows: Rows = [{**row, "mass_mev": GEV * row["gap_gev"]} for row in found if row["curve"] in (*COMPOSITE, RECAST)]
    contact = []
    for gap, ctau in zip(GAPS / GEV, _contact_ctau(GAPS), strict=True):
        model = build_model("composite-neutrino", {"dimension": dimension, "gap_gev": gap, "cutoff_gev": 100 * gap})
        # c tau goes with the inverse of m_hat^2
        contact.append(float(model.cutoff_from(model.insertion() * model.ctau_mm / ctau)))
    same = {"panel": "composite", "dimension": dimension, "provenance": "computed"}
    return rows + curve_rows(CONTACT, ("mass_mev", GAPS), ("cutoff_gev", contact), **same), references, notes


def _summary(rows: Rows) -> Rows:
    """Every curve of a plane at one mass, the strongest of records and dumps."""
    summary: Rows = []
    for panel, quantity in PANELS.items():
        at = AT[panel]
        for curve in dict.fromkeys(row["curve"] for row in rows if row["panel"] == panel):
            mine = picked(rows, curve=curve, panel=panel)
            if "record" in mine[0] and curve == RECAST:
                continue
            x, y = columns(mine, "mass_mev", quantity)
            value = at_mass(x, y, at)
            if value is not None:
                summary.append({"plane": panel, "curve": curve, "quantity": quantity, "at [MeV]": at, "value": value})
    return summary


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Four planes: dark matter and a dark photon, the ALP of mu -> e a, e+ e- pairs, composite neutrinos."""
    dimension, chirality = settings["dimension"], settings["chirality"]
    alp, alp_keys, alp_notes = _alp(chirality)
    pairs, pair_keys = _pairs()
    composite, composite_keys, composite_notes = _composite(dimension)
    rows = _dark_photon() + alp + pairs + composite
    notes = (
        "dark photon: complex scalar dark matter, m_A' = 3 m_chi, alpha_D = 0.5; contact: annihilation faster than "
        "expansion at some temperature below 3 m_chi; freeze-in of pairs, not of dark photons",
        f"ALP: contact is Delta N_eff = 0.3 from mu -> e a; laboratory and reaches for {chirality}, at their own CL",
        "e+ e- and composite neutrinos: above the line decays and their inverse are faster than the expansion at T = m; "
        "scatterings may reach equilibrium with less",
        "a sector in contact is a thermal one; below the lines it is sub-thermal: freeze-in or other production",
        "grey: published limits, of composite neutrinos recast from decays of heavy leptons; reaches of Mu3e to 5%, at its own CL; "
        "composite neutrinos: dotted where the effective theory does not describe all of a limit",
        *alp_notes,
        *(note for note in composite_notes if "not drawn" in note),
    )
    base = ("Planck:2018vyg", "Saikawa:2018rcs", "Panci:2022wlc")
    references = dict.fromkeys((*base, *alp_keys, *pair_keys, *composite_keys))
    far = Column("far_side", "that of the coupling", "far side of the excluded region")
    return FigureData(rows, _summary(rows), notes, tuple(references), named(far))


def paint(figure: Any, data: FigureData) -> None:
    """Four planes, the coupling grows upwards in each."""
    (one, two), (three, four) = figure.subplots(2, 2)
    _paint_dark_photon(one, picked(data.rows, panel="dark photon"))
    _paint_alp(two, picked(data.rows, panel="ALP"), data.settings["chirality"])
    _paint_pairs(three, picked(data.rows, panel="pairs"))
    _paint_composite(four, picked(data.rows, panel="composite"), data.settings["dimension"])


def _texts(axis: Any, *texts: tuple[str, tuple[float, float], str]) -> None:
    for text, place, color in texts:
        axis.text(*place, text, color=COLORS[color], fontsize=8)


def _paint_contact(axis: Any, x: Any, contact: Any, top: float) -> None:
    axis.fill_between(x, contact, top, color=COLORS["sky"], alpha=0.15, lw=0)
    axis.plot(x, contact, color=COLORS["sky"], lw=1.4)


def _paint_dark_photon(axis: Any, rows: Sequence[Any]) -> None:
    x, contact = columns(picked(rows, curve=CONTACT), "mass_mev", "epsilon")
    _paint_contact(axis, x, contact, 1.0)
    for curve, color in (("thermal target", "blue"), ("freeze-in", "vermilion")):
        x, line = columns(picked(rows, curve=curve), "mass_mev", "epsilon")
        axis.plot(x, line, color=COLORS[color], lw=2.4)
    label = next(row["curve"] for row in rows if row["curve"].startswith("(g-2)"))
    xg, g = columns(picked(rows, curve=label), "mass_mev", "epsilon")
    axis.plot(xg, g, color=COLORS["black"], ls="--", lw=1)
    _texts(
        axis,
        ("thermal target", (60, 1.6e-3), "blue"),
        ("in thermal contact", (3, 1.5e-6), "black"),
        ("sub-thermal", (30, 3e-11), "black"),
        ("freeze-in", (30, 2.5e-12), "vermilion"),
        (r"$(g-2)_e$", (2, 1.2e-3), "black"),
    )
    axis.set(xscale="log", yscale="log", xlim=(1, 1e4), ylim=(1e-13, 1), xlabel=r"$m_\chi$ [MeV]", ylabel=r"$\epsilon$")
    axis.set_title("dark photon that decays into complex scalar dark matter", fontsize=9)


def _paint_alp(axis: Any, rows: Sequence[Any], chirality: str) -> None:
    x, contact = columns(picked(rows, curve=CONTACT), "mass_mev", "F_gev")
    _paint_contact(axis, x, 1 / contact, 1e-6)
    for status, dashes, width in (("ok", "-", 2.4), ("warm", ":", 1.4)):
        xf, F = columns(picked(rows, curve="freeze-in", status=status), "mass_mev", "F_gev")
        axis.plot(xf, 1 / F, color=COLORS["vermilion"], ls=dashes, lw=width)
    xl, lab = columns(picked(rows, curve="laboratory"), "mass_mev", "F_gev")
    axis.fill_between(xl, 1 / lab, 1e-6, facecolor=(COLORS["grey"], 0.25), edgecolor=COLORS["grey"], lw=0.7)
    for curve, (color, dashes) in ALP.items():
        points = picked(rows, curve=curve)
        if points:
            xr, F = columns(points, "mass_mev", "F_gev")
            axis.plot(np.maximum(xr, 1e-9), 1 / F, color=COLORS[color], ls=dashes, label=curve)
    _texts(
        axis,
        ("in thermal contact", (3e-9, 3e-8), "black"),
        ("laboratory", (3e-9, 3e-10), "black"),
        ("sub-thermal, seen in the laboratory", (3e-9, 1.2e-9), "black"),
        ("freeze-in", (3e-3, 1.5e-11), "vermilion"),
    )
    axis.set(xscale="log", yscale="log", xlim=(1e-9, 100), ylim=(1e-12, 1e-6), xlabel="$m_a$ [MeV]")
    axis.set_ylabel(r"$1/F_{\mu e}$ [GeV$^{-1}$]")
    axis.set_title(rf"lepton-flavor-violating ALP, $\mu\to e\,a$, {chirality}", fontsize=9)
    axis.legend(loc="lower left", fontsize=7)


def _paint_pairs(axis: Any, rows: Sequence[Any]) -> None:
    low, high = 1e-10, 1e-2
    axis.set(yscale="log", ylim=(low, high), ylabel=r"$\epsilon$")
    mass_axis(axis, 2, 90, "$m_{A'}$")
    x, contact = columns(picked(rows, curve=CONTACT), "mass_mev", "epsilon")
    _paint_contact(axis, x, contact, high)
    named = excluded(axis, rows, "epsilon", high)
    regions = {f"Mu3e {phase}, displaced": (color, "-") for phase, (_, color) in PHASES.items()}
    draw_regions(axis, rows, "epsilon", regions)
    for phase, (_, color) in PHASES.items():
        x, y = columns(picked(rows, curve=f"Mu3e {phase}, prompt"), "mass_mev", "epsilon")
        axis.plot(x, y, color=COLORS[color], label=f"Mu3e {phase}, prompt")
    _texts(axis, ("in thermal contact by decays", (2.3, 2e-9), "black"), ("sub-thermal", (45, 3e-10), "black"))
    axis.set_title(r"dark photon that decays into $e^+e^-$", fontsize=9)
    axis.legend(loc="lower left", ncols=2, fontsize=7, bbox_to_anchor=(0.0, 0.0))
    label_curves(axis, named)


def _paint_composite(axis: Any, rows: Sequence[Any], dimension: float) -> None:
    x, contact = columns(picked(rows, curve=CONTACT), "mass_mev", "cutoff_gev")
    shown = [row["cutoff_gev"] for row in rows if row["curve"] != CONTACT]
    first = next((row["cutoff_gev"] for row in rows if row["curve"] in COMPOSITE), contact[0])
    low, high = 0.3 / max(*shown, *contact), 15 / first
    axis.set(xscale="log", yscale="log", xlim=(x[0] / GEV, x[-1] / GEV), ylim=(low, high))
    for at, cutoff, far in areas_of_records(picked(rows, curve=RECAST), "mass_mev", 1 / high):
        axis.fill_between(at / GEV, 1 / cutoff, 1 / far, color=EXCLUDED, lw=0)
    _paint_contact(axis, x / GEV, 1 / contact, high)
    named = []
    for curve, (color, dashes, words) in COMPOSITE.items():
        points = picked(rows, curve=curve)
        if not points:
            continue
        at, cutoff = columns(points, "mass_mev", "cutoff_gev")
        good = np.array([row["described"] for row in points])
        axis.plot(at / GEV, np.where(good, 1 / cutoff, np.nan), color=COLORS[color], ls=dashes)
        axis.plot(at / GEV, 1 / cutoff, color=COLORS[color], ls=":", lw=1)
        named.append((at / GEV, 1 / cutoff, words, COLORS[color]))
    axis.set(xlabel="$M_N$ [GeV]", ylabel=r"$1/\Lambda_{UV}$ [GeV$^{-1}$]")
    axis.set_title(rf"composite neutrinos, $\Delta_N$ = {dimension:g}", fontsize=9)
    line = (x / GEV, 1 / contact, "decays in equilibrium", COLORS["sky"])
    label_curves(axis, [*named, line], 7.5)
    around = {"fontsize": 8, "transform": axis.transAxes}
    axis.text(0.98, 0.95, "in thermal contact", ha="right", **around)
    axis.text(0.03, 0.06, "sub-thermal", **around)


RECIPE = Recipe(
    title="dark-sector landscape: coupling against mass, thermal contact, thermal target, freeze-in, and what searches reach",
    compute=compute,
    paint=paint,
    size=(11.0, 9.0),
    limits=True,
    keys=(
        Setting("chirality", "V+A", "of the ALP's couplings", "choice", choices=tuple(CHIRALITIES)),
        Setting("dimension", 4.5, "of the operator of composite neutrinos", low=1.5, open_low=True, high=12),
    ),
)
