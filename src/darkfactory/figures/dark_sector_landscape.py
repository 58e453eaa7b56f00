"""Figure ``dark-sector-landscape``: coupling against mass, from thermal contact to freeze-in."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds import get_bound, get_coupling_bound
from darkfactory.cosmology.contact import contact_coupling, freeze_in_coupling
from darkfactory.cosmology.freeze_in import mass_limit, minimum_mass, target_scale
from darkfactory.cosmology.thermalization import scale_of_delta_n_eff
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.style import COLORS
from darkfactory.targets import target

__all__ = ["RECIPE"]

DM = "scalar"


def _dark_photon() -> list[dict[str, Any]]:
    masses = np.geomspace(1.0, 1e4, 41)
    thermal = target("freeze-out", masses, dm=DM).column("epsilon")
    curves = {
        "thermal target": thermal,
        "thermal contact": contact_coupling(DM, masses),
        "freeze-in": freeze_in_coupling(DM, masses),
    }
    rows: list[dict[str, Any]] = []
    for name, values in curves.items():
        rows += curve_rows(name, ("mass_mev", masses), ("epsilon", values), panel="dark photon", provenance="computed")
    g_minus_2 = get_coupling_bound("electron-magnetic-moment")
    mediator = 3 * masses
    limit = [g_minus_2.value(float(m)) or np.nan for m in mediator]
    return rows + curve_rows(
        g_minus_2.label, ("mass_mev", masses), ("epsilon", limit), panel="dark photon", provenance="derived"
    )


def _alp() -> list[dict[str, Any]]:
    masses = np.geomspace(1e-9, mass_limit("mu-e"), 81)
    contact = scale_of_delta_n_eff("mu-e", 0.30)
    rows = curve_rows(
        "thermal contact", ("mass_mev", masses), ("F_gev", np.full(81, contact)), panel="ALP", provenance="computed"
    )
    dark = masses[masses > 1e-4]
    line = 2 * target_scale("mu-e", dark)
    new = curve_rows("freeze-in", ("mass_mev", dark), ("F_gev", line), panel="ALP", provenance="computed")
    for row in new:
        row["status"] = "ok" if row["mass_mev"] >= minimum_mass("mu-e") else "warm"
    reached = get_bound("jodidio-1986").branching_ratio_limit(0.0, 1.0, 0.0)
    scale = reached.F_gev
    lab = curve_rows(
        "laboratory",
        ("mass_mev", masses[masses < 1]),
        ("F_gev", np.full((masses < 1).sum(), scale)),
        panel="ALP",
        provenance="recalled",
        reference="Jodidio:1986mz",
    )
    return rows + new + lab


def compute() -> FigureData:
    """Both planes: a dark photon with scalar dark matter, and the ALP of mu -> e a."""
    rows = _dark_photon() + _alp()
    summary = []
    for panel, column in (("dark photon", "epsilon"), ("ALP", "F_gev")):
        for curve in dict.fromkeys(row["curve"] for row in rows if row["panel"] == panel):
            x, y = columns(picked(rows, curve=curve, panel=panel), "mass_mev", column)
            at = 100.0 if panel == "dark photon" else 0.05
            value = float(np.exp(np.interp(np.log(at), np.log(x), np.log(y)))) if x[-1] >= at else None
            summary.append({"plane": panel, "curve": curve, "quantity": column, "at [MeV]": at, "value": value})
    notes = (
        "dark photon: complex scalar dark matter, m_A' = 3 m_chi, alpha_D = 0.5; contact: annihilation faster than "
        "expansion at some temperature below 3 m_chi; freeze-in of pairs, not of dark photons",
        "ALP: contact is Delta N_eff = 0.3 from mu -> e a; the laboratory line is the isotropic 1986 limit [recalled]",
    )
    references = ("Planck:2018vyg", "Saikawa:2018rcs", "Panci:2022wlc", "Jodidio:1986mz")
    return FigureData(rows, summary, notes, references)


def paint(figure: Any, data: FigureData) -> None:
    """Left the dark photon, right the ALP with the coupling growing upwards (1/F)."""
    left, right = figure.subplots(1, 2)
    x, target_line = columns(picked(data.rows, curve="thermal target", panel="dark photon"), "mass_mev", "epsilon")
    _, contact = columns(picked(data.rows, curve="thermal contact", panel="dark photon"), "mass_mev", "epsilon")
    _, frozen = columns(picked(data.rows, curve="freeze-in", panel="dark photon"), "mass_mev", "epsilon")
    left.fill_between(x, contact, 1, color=COLORS["sky"], alpha=0.25, lw=0)
    left.plot(x, target_line, color=COLORS["blue"], lw=2.4)
    left.plot(x, contact, color=COLORS["sky"])
    left.plot(x, frozen, color=COLORS["vermilion"], lw=2.4)
    label = next(row["curve"] for row in data.rows if row["curve"].startswith("(g-2)"))
    xg, g = columns(picked(data.rows, curve=label, panel="dark photon"), "mass_mev", "epsilon")
    left.plot(xg, g, color=COLORS["black"], ls="--", lw=1)
    for text, place, color in (
        ("thermal target", (60, 1.6e-3), "blue"),
        ("in thermal contact", (3, 1.5e-6), "black"),
        ("sub-thermal", (30, 3e-11), "black"),
        ("freeze-in", (30, 2.5e-12), "vermilion"),
        (r"$(g-2)_e$", (2, 1.2e-3), "black"),
    ):
        left.text(*place, text, color=COLORS[color], fontsize=8)
    left.set(xscale="log", yscale="log", xlim=(1, 1e4), ylim=(1e-13, 1), xlabel=r"$m_\chi$ [MeV]", ylabel=r"$\epsilon$")
    left.set_title("dark photon, complex scalar dark matter", fontsize=9)
    _paint_alp(right, data)


def _paint_alp(axis: Any, data: FigureData) -> None:
    x, contact = columns(picked(data.rows, curve="thermal contact", panel="ALP"), "mass_mev", "F_gev")
    axis.fill_between(x, 1 / contact, 1e-6, color=COLORS["sky"], alpha=0.25, lw=0)
    axis.plot(x, 1 / contact, color=COLORS["sky"])
    for status, dashes, width in (("ok", "-", 2.4), ("warm", ":", 1.4)):
        xf, F = columns(picked(data.rows, curve="freeze-in", panel="ALP", status=status), "mass_mev", "F_gev")
        axis.plot(xf, 1 / F, color=COLORS["vermilion"], ls=dashes, lw=width)
    xl, lab = columns(picked(data.rows, curve="laboratory", panel="ALP"), "mass_mev", "F_gev")
    axis.plot(xl, 1 / lab, color=COLORS["black"], ls="--", lw=1)
    for text, place, color in (
        ("in thermal contact", (1e-6, 3e-8), "black"),
        ("laboratory 1986 (isotropic, recalled)", (2e-9, 2.3e-10), "black"),
        ("sub-thermal, seen in the laboratory", (2e-9, 1e-9), "black"),
        ("freeze-in = all of dark matter", (2e-6, 1.3e-11), "vermilion"),
    ):
        axis.text(*place, text, color=COLORS[color], fontsize=8)
    axis.set(xscale="log", yscale="log", xlim=(1e-9, 10), ylim=(3e-12, 1e-6), xlabel="$m_a$ [MeV]")
    axis.set_ylabel(r"$1/F_{\mu e}$ [GeV$^{-1}$]")
    axis.set_title(r"lepton-flavor-violating ALP, $\mu\to e\,a$", fontsize=9)


RECIPE = Recipe(
    title="dark-sector landscape: coupling against mass, thermal contact, thermal target, freeze-in",
    compute=compute,
    paint=paint,
    size=(9.5, 4.4),
)
