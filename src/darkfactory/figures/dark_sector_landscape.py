"""Figure ``dark-sector-landscape``: coupling against mass, from thermal contact to freeze-in, with the planes of the searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from darkfactory.constants import GEV, HBAR_C_MEV_MM
from darkfactory.cosmology.contact import contact_coupling, freeze_in_coupling
from darkfactory.cosmology.freeze_in import mass_limit, minimum_mass, target_scale
from darkfactory.cosmology.thermalization import scale_of_delta_n_eff
from darkfactory.cosmology.thermodynamics import bath
from darkfactory.figures.areas import EXCLUDED, Named, cards, excluded
from darkfactory.figures.composite_reach import RECAST, areas_of_records, scales
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import drawable, laboratory, published_rows, reach_rows
from darkfactory.figures.displaced import DUMP_MASSES, DUMP_SPAN, draw_regions, mu3e_regions
from darkfactory.figures.labels import label_curves
from darkfactory.figures.lfv_decays import LFV_SEARCHES, searched
from darkfactory.figures.planes import OPTIONS, Plane, Question
from darkfactory.figures.points import at_mass, columns, curve_rows, ends, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, mass_axis, resonance_reach
from darkfactory.glossary import Column
from darkfactory.glossary import named as named_columns
from darkfactory.models import CHIRALITIES, DarkPhoton, build_model
from darkfactory.settings import Setting, Settings
from darkfactory.style import COLORS
from darkfactory.targets import target

__all__ = ["RECIPE"]

Rows = list[dict[str, Any]]
MOMENT = "electron-magnetic-moment"
SPANS = {"dark photon": (1.0, 1e4), "ALP": (1e-9, 100.0), "pairs": (2.0, 90.0)}
"""Ends of the masses [MeV] by panel."""
LOWEST = 1e-9
"""Mass [MeV] at which massless ALPs are drawn."""
HEAVIEST = 105.0
"""Mass [MeV] up to which mu -> e a is open."""
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


def _dark_photon(plane: Plane) -> Rows:
    """Dark matter through a dark photon that decays into it."""
    low, high = plane.span(*SPANS["dark photon"])
    every = np.geomspace(*SPANS["dark photon"], 41)
    masses = np.unique(np.clip(every, low, high))
    if low >= every[-1] or high <= every[0]:
        return []
    curves = {
        "thermal target": lambda: target("freeze-out", masses, dm=DM).column("epsilon"),
        CONTACT: lambda: contact_coupling(DM, masses),
        "freeze-in": lambda: freeze_in_coupling(DM, masses),
    }
    rows: Rows = []
    same = {"panel": "dark photon", "provenance": "computed"}
    for name in plane.shown(curves):
        rows += curve_rows(name, ("mass_mev", masses), ("epsilon", curves[name]()), **same)
    moment = plane.records.get(MOMENT)
    if moment:
        limit = [moment.value(float(3 * m)) or np.nan for m in masses]
        about = {"panel": "dark photon", "provenance": "derived", "record": moment.name, "cl": moment.limits[0].cl}
        rows += curve_rows(moment.label, ("mass_mev", masses), ("epsilon", limit), **about)
    return rows


def _alp(plane: Plane, chirality: str) -> tuple[Rows, list[str], list[str]]:
    """ALP of mu -> e a: contact, dark matter, the laboratory and what will be reached."""
    low, high = plane.span(*SPANS["ALP"])
    rows: Rows = []
    masses = np.geomspace(low, min(high, mass_limit("mu-e")), 81)
    if plane.shows(CONTACT) and low < masses[-1]:
        contact = np.full(81, scale_of_delta_n_eff("mu-e", 0.30))
        rows += curve_rows(CONTACT, ("mass_mev", masses), ("F_gev", contact), provenance="computed")
    dark = masses[masses > 1e-4]
    if plane.shows("freeze-in") and low < masses[-1] and len(dark):
        new = curve_rows(
            "freeze-in", ("mass_mev", dark), ("F_gev", 2 * target_scale("mu-e", dark)), provenance="computed"
        )
        rows += [{**row, "status": "ok" if row["mass_mev"] >= minimum_mass("mu-e") else "warm"} for row in new]
    keys: list[str] = []
    if plane.shows("laboratory"):
        every = np.append(np.geomspace(1e-9, 1.0, 10), np.arange(2.0, 105.0, 2.0))
        limits, keys = laboratory("mu-e", chirality, plane.masses(every), plane.laboratory, plane.cl)
        rows += limits
    if plane.settings["only"] and low < HEAVIEST:  # records that are named, by themselves
        at = np.geomspace(low, min(high, HEAVIEST), 80)
        rows += published_rows("mu-e", chirality, at, records=plane.decays, cl=plane.cl)
    at = plane.masses(ALP_MASSES)
    expected, used, notes = searched(plane, "mu -> e a", chirality, ALP_MASSES, at, tuple(ALP), _questions(plane))
    return [{"panel": "ALP", **row} for row in (*rows, *expected)], [*keys, *used], notes


def _contact_ctau(masses: Any) -> Any:
    """Decay length c tau [mm] over which the bath at T = m [MeV] expands: longer ones decay out of equilibrium."""
    return HBAR_C_MEV_MM / bath(masses).hubble


def _pairs(plane: Plane) -> tuple[Rows, list[str]]:
    """Dark photon that decays into e+ e-: limits, beam dumps, Mu3e, and where it is in equilibrium."""
    low, high = plane.span(*SPANS["pairs"])
    masses = np.geomspace(max(low, 1.1), min(high, 200.0), 60)
    if masses[0] >= masses[-1]:
        return [], []
    rows, _, keys = drawable("epsilon", masses, records=plane.records, cl=plane.cl)
    references = list(keys)
    if plane.shows(CONTACT):
        at = zip(masses, _contact_ctau(masses), strict=True)
        contact = [coupling_of_ctau(DarkPhoton, "epsilon", m, ctau) for m, ctau in at]
        rows += curve_rows(CONTACT, ("mass_mev", masses), ("epsilon", contact), provenance="computed")
    prompt_at, displaced_at = plane.masses(PROMPT_MASSES), plane.masses(DISPLACED_MASSES)
    for phase, (card, _) in PHASES.items():
        if plane.shows(f"Mu3e {phase}, prompt") and len(prompt_at):
            prompt = resonance_reach(card, prompt_at, model="dark-photon", precision=PRECISION, cl=plane.cl)
            rows += reach_rows(prompt, "epsilon", curve=f"Mu3e {phase}, prompt", kind="expected")
            references += prompt.references

    def shows(curve: str) -> bool:
        return plane.shows(curve) and len(displaced_at) > 0

    how = {"search.precision": PRECISION}
    regions, results = mu3e_regions("dark-photon", "epsilon", how, displaced_at, "displaced", shows, plane.cl)
    references += [key for one in results for key in one.references]
    return [{**row, "panel": "pairs"} for row in [*rows, *regions]], references


def _questions(plane: Plane) -> tuple[Question, ...]:
    """What is asked of the user's cards of a dark photon that decays into e+ e-."""
    how, tags = {"search.precision": PRECISION}, {"panel": "pairs"}
    return (
        Question("ee-resonance", "epsilon", plane.masses(PROMPT_MASSES), "dark-photon", how, tags=tags),
        Question("ee-displaced", "epsilon", plane.masses(DISPLACED_MASSES), "dark-photon", how, tags=tags),
        Question("beam-dump", "epsilon", plane.masses(DUMP_MASSES, DUMP_SPAN), "dark-photon", tags=tags),
    )


def _composite(plane: Plane, dimension: float) -> tuple[Rows, list[str], list[str]]:
    """Composite neutrinos: reaches, other decays, and where the lightest state is in equilibrium by its decays."""
    gaps = plane.masses(GAPS, (1.0, GAPS[-1]))
    words = {"norm": "free", "flavor": "mu", "decay": "none"}
    wanted = plane.shown((*COMPOSITE, RECAST))
    found: Rows = []
    references: list[str] = []
    notes: list[str] = []
    if wanted and len(gaps):
        found, references, notes = scales(words, dimension, gaps, "composite", plane.shown(COMPOSITE))
    rows: Rows = [{**row, "mass_mev": GEV * row["gap_gev"]} for row in found if row["curve"] in wanted]
    contact = []
    for gap, ctau in zip(gaps / GEV, _contact_ctau(gaps), strict=True) if plane.shows(CONTACT) and len(gaps) else ():
        model = build_model("composite-neutrino", {"dimension": dimension, "gap_gev": gap, "cutoff_gev": 100 * gap})
        # c tau goes with the inverse of m_hat^2
        contact.append(float(model.cutoff_from(model.insertion() * model.ctau_mm / ctau)))
    same = {"panel": "composite", "dimension": dimension, "provenance": "computed"}
    return (
        rows + curve_rows(CONTACT, ("mass_mev", gaps[: len(contact)]), ("cutoff_gev", contact), **same),
        references,
        notes,
    )


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


def compute(settings: Settings) -> FigureData:
    """Four planes: dark matter and a dark photon, the ALP of mu -> e a, e+ e- pairs, composite neutrinos."""
    dimension, chirality = settings["dimension"], settings["chirality"]
    mu3e = [f"Mu3e {phase}, {word}" for phase in PHASES for word in ("prompt", "displaced")]
    names = (CONTACT, "thermal target", "freeze-in", "laboratory", *ALP, *mu3e, *COMPOSITE, RECAST)
    searches = (*LFV_SEARCHES["mu -> e a"], "ee-resonance", "ee-displaced", "beam-dump")
    plane = Plane(settings, names, ("epsilon",), "mu-e", searches)
    alp, alp_keys, alp_notes = _alp(plane, chirality)
    pairs, pair_keys = _pairs(plane)
    composite, composite_keys, composite_notes = _composite(plane, dimension)
    rows = _dark_photon(plane) + alp + pairs + composite
    notes = (
        "dark photon: complex scalar dark matter, m_A' = 3 m_chi, alpha_D = 0.5; contact: annihilation faster than "
        "expansion at some temperature below 3 m_chi; freeze-in of pairs, not of dark photons",
        f"ALP: contact is Delta N_eff = 0.3 from mu -> e a; laboratory and reaches for {chirality}, at their own CL",
        "e+ e- and composite neutrinos: above the line decays and their inverse are faster than the expansion at T = m; "
        "scatterings may reach equilibrium with less",
        "a sector in contact is a thermal one; below the lines it is sub-thermal: freeze-in or other production",
        "grey: published limits, of composite neutrinos recast from decays of heavy leptons; reaches of Mu3e to 5%, at its own CL; "
        "composite neutrinos: dotted where the effective theory does not describe all of a limit",
        *plane.finish(rows),
        *alp_notes,
        *(note for note in composite_notes if "not drawn" in note),
    )
    base = ("Planck:2018vyg", "Saikawa:2018rcs", "Panci:2022wlc")
    references = dict.fromkeys((*base, *alp_keys, *pair_keys, *composite_keys))
    far = Column("far_side", "that of the coupling", "far side of the excluded region")
    return FigureData(rows, _summary(rows), notes, tuple(references), named_columns(far))


def paint(figure: Any, data: FigureData) -> None:
    """Four planes, the coupling grows upwards in each; those without a curve are left empty."""
    axes = figure.subplots(2, 2).ravel()
    used = data.settings
    about = {"ALP": (used["chirality"],), "composite": (used["dimension"],)}
    painters: dict[str, Callable[..., None]] = {
        "dark photon": _paint_dark_photon,
        "ALP": _paint_alp,
        "pairs": _paint_pairs,
        "composite": _paint_composite,
    }
    for axis, (panel, painter) in zip(axes, painters.items(), strict=True):
        rows = picked(data.rows, panel=panel)
        if rows:
            painter(axis, rows, *about.get(panel, ()))
        else:
            axis.remove()


def _texts(axis: Any, *texts: tuple[str, tuple[float, float], str]) -> None:
    """Words at places in units of the axes."""
    for text, place, color in texts:
        axis.text(*place, text, color=COLORS[color], fontsize=8, transform=axis.transAxes)


def _paint_contact(axis: Any, rows: Sequence[Any], column: str, top: float, scale: float = 1.0) -> Named:
    """The area of thermal contact."""
    points = picked(rows, curve=CONTACT)
    if not points:
        return []
    x, contact = columns(points, "mass_mev", column)
    contact = 1 / contact if column.endswith("_gev") else contact
    axis.fill_between(x * scale, contact, top, color=COLORS["sky"], alpha=0.15, lw=0)
    axis.plot(x * scale, contact, color=COLORS["sky"], lw=1.4)
    return [(x * scale, contact, "thermal contact", "#2b7fb0")]


def _masses(rows: Sequence[Any]) -> tuple[float, float]:
    return ends([max(row["mass_mev"], LOWEST) for row in rows])


def _paint_dark_photon(axis: Any, rows: Sequence[Any]) -> None:
    named = _paint_contact(axis, rows, "epsilon", 1.0)
    for curve, color, width in (
        ("thermal target", "blue", 2.4),
        ("freeze-in", "vermilion", 2.4),
        (next((row["curve"] for row in rows if row.get("record") == MOMENT), ""), "black", 1.0),
    ):
        points = picked(rows, curve=curve)
        if points:
            x, line = columns(points, "mass_mev", "epsilon")
            axis.plot(x, line, color=COLORS[color], lw=width, ls="-" if width > 1 else "--")
            named.append((x, line, "$(g-2)_e$" if color == "black" else curve, COLORS[color]))
    axis.set(xscale="log", yscale="log", xlim=_masses(rows), ylim=(1e-13, 1))
    axis.set(xlabel=r"$m_\chi$ [MeV]", ylabel=r"$\epsilon$")
    axis.set_title("dark photon that decays into complex scalar dark matter", fontsize=9)
    label_curves(axis, named, 7.5)
    _texts(axis, ("sub-thermal", (0.03, 0.25), "black"))


def _paint_alp(axis: Any, rows: Sequence[Any], chirality: str) -> None:
    named = _paint_contact(axis, rows, "F_gev", 1e-6)
    for status, dashes, width, words in (("ok", "-", 2.4, "freeze-in"), ("warm", ":", 1.4, "freeze-in, too warm")):
        points = picked(rows, curve="freeze-in", status=status)
        if points:
            x, F = columns(points, "mass_mev", "F_gev")
            axis.plot(x, 1 / F, color=COLORS["vermilion"], ls=dashes, lw=width)
            named.append((x, 1 / F, words, COLORS["vermilion"]))
    for curve in dict.fromkeys(row["curve"] for row in picked(rows, kind="observed")):
        x, F = columns(picked(rows, curve=curve), "mass_mev", "F_gev")
        axis.fill_between(x, 1 / F, 1e-6, facecolor=EXCLUDED, edgecolor=COLORS["grey"], lw=0.7, zorder=0.8)
        named.append((x, 1 / F, curve, "#444444"))
    for curve, (color, dashes) in ALP.items():
        points = picked(rows, curve=curve)
        if points:
            x, F = columns(points, "mass_mev", "F_gev")
            axis.plot(np.maximum(x, LOWEST), 1 / F, color=COLORS[color], ls=dashes)
            named.append((np.maximum(x, LOWEST), 1 / F, curve, COLORS[color]))
    own = [{**row, "inverse": 1 / row["F_gev"]} for row in rows if row.get("card")]
    named += cards(axis, own, "inverse", lowest=LOWEST)
    axis.set(xscale="log", yscale="log", xlim=_masses(rows), ylim=(1e-12, 1e-6), xlabel="$m_a$ [MeV]")
    axis.set_ylabel(r"$1/F_{\mu e}$ [GeV$^{-1}$]")
    axis.set_title(rf"lepton-flavor-violating ALP, $\mu\to e\,a$, {chirality}", fontsize=9)
    label_curves(axis, named, 7.5)


def _paint_pairs(axis: Any, rows: Sequence[Any]) -> None:
    low, high = 1e-10, 1e-2
    axis.set(yscale="log", ylim=(low, high), ylabel=r"$\epsilon$")
    mass_axis(axis, *_masses(rows), "$m_{A'}$")
    contact = _paint_contact(axis, rows, "epsilon", high)
    regions = {f"Mu3e {phase}, displaced": (color, "-") for phase, (_, color) in PHASES.items()}
    named = draw_regions(axis, rows, "epsilon", regions) + cards(axis, rows, "epsilon")
    for phase, (_, color) in PHASES.items():
        points = picked(rows, curve=f"Mu3e {phase}, prompt")
        if points:
            x, y = columns(points, "mass_mev", "epsilon")
            axis.plot(x, y, color=COLORS[color])
            named.append((x, y, f"Mu3e {phase}, prompt", COLORS[color]))
    named += contact + excluded(axis, rows, "epsilon", high)
    _texts(axis, ("sub-thermal", (0.78, 0.03), "black"))
    axis.set_title(r"dark photon that decays into $e^+e^-$", fontsize=9)
    label_curves(axis, named)


def _paint_composite(axis: Any, rows: Sequence[Any], dimension: float) -> None:
    shown = [row["cutoff_gev"] for row in rows]
    first = next((row["cutoff_gev"] for row in rows if row["curve"] in COMPOSITE), shown[0])
    low, high = 0.3 / max(shown), 15 / first
    axis.set(xscale="log", yscale="log", xlim=[m / GEV for m in _masses(rows)], ylim=(low, high))
    for at, cutoff, far in areas_of_records(picked(rows, curve=RECAST), "mass_mev", 1 / high):
        axis.fill_between(at / GEV, 1 / cutoff, 1 / far, color=EXCLUDED, lw=0)
    line = _paint_contact(axis, rows, "cutoff_gev", high, 1 / GEV)
    named: Named = []
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
    label_curves(axis, named + line, 7.5)
    _texts(axis, ("sub-thermal", (0.03, 0.06), "black"))


RECIPE = Recipe(
    title="dark-sector landscape: coupling against mass, thermal contact, thermal target, freeze-in, and what searches reach",
    compute=compute,
    paint=paint,
    size=(11.0, 9.0),
    limits=True,
    keys=(
        Setting("chirality", "V+A", "of the ALP's couplings", "choice", choices=tuple(CHIRALITIES)),
        Setting("dimension", 4.5, "of the operator of composite neutrinos", low=1.5, open_low=True, high=12),
        *OPTIONS,
    ),
)
