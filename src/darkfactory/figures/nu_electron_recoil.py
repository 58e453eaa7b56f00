"""Figure ``nu-electron-recoil``: energy and angle of electrons that neutrinos hit, elastically or into a dark jet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.constants import GEV, M_E
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.glossary import Column, named
from darkfactory.kinematics.deep_inelastic import cos_theta_h, recoil_energies
from darkfactory.models import build_model
from darkfactory.models.composite import FLAVORS
from darkfactory.settings import Setting
from darkfactory.style import COLORS
from darkfactory.verbs.rate import rate
from darkfactory.verbs.spectrum import spectrum

__all__ = ["RECIPE"]

ELASTIC, JETS = r"$\nu e\to\nu e$", r"$\nu e\to Xe$"
PANELS = {"T_e": (40, None), "E_theta2": (40, 2 * M_E)}
"""Observables, with bins and upper end [MeV]."""
MASSES = (0.0, 0.5, 0.75, 0.9)
"""Masses of X over the heaviest possible one, of lines in the plane of energy and angle."""
ENERGIES = (0.15, 0.4)
"""Energies of lines of the Standard Model in that plane, over that of the neutrinos."""
LINES = (("orange", "-"), ("sky", "--"), ("purple", "-."))
SIGNALS = (("vermilion", "-"), ("blue", "--"), ("green", "-."), ("purple", ":"), ("orange", "-"))
COLUMNS = named(
    Column("low_mev", "MeV", "lower end of the bin in T or E theta^2"),
    Column("high_mev", "MeV", "upper end of that bin"),
    Column("density", "1/MeV", "normalised density of that"),
    Column("mass_x_mev", "MeV", "mass of X"),
    Column("energy_mev", "MeV", "energy of the neutrinos"),
    Column("T_mev", "MeV", "kinetic energy of the electron"),
    Column("theta_rad", "rad", "angle of the electron to the beam"),
    Column("E_theta2_mev", "MeV", "its energy times the square of that angle"),
)


def _beam(settings: Mapping[str, Any], process: str) -> dict[str, Any]:
    flavor = {} if "X" in process else {"beam.flavor": settings["flavor"]}
    return {"beam.energy_gev": settings["energy_gev"], "beam.antineutrino": settings["antineutrino"]} | flavor


def _lines(energy_gev: float) -> list[dict[str, Any]]:
    """Angle against kinetic energy at fixed masses of X, and of elastic scattering at smaller energies."""
    heaviest = math.sqrt(M_E * (M_E + 2 * GEV * energy_gev)) - M_E
    rows = []
    chosen = [(energy_gev, part * heaviest) for part in MASSES] + [(part * energy_gev, 0.0) for part in ENERGIES]
    for energy, mass in chosen:
        E = GEV * energy
        low, high = recoil_energies(E, M_E, mass**2)
        T = np.linspace(max(low, 1e-2 * high), high * (1 - 1e-9), 61)
        theta = np.arccos(np.minimum(cos_theta_h(E, T, 2 * M_E * T, mass**2), 1.0))
        points = {"T_mev": T, "theta_rad": theta, "E_theta2_mev": (T + M_E) * theta**2}
        about = {"panel": "plane", "curve": JETS if mass else ELASTIC, "mass_x_mev": mass, "energy_mev": E}
        values = zip(*(column.tolist() for column in points.values()), strict=True)
        rows += [about | dict(zip(points, point, strict=True)) for point in values]
    return rows


def _density(process: str, observable: str, given: Mapping[str, Any], **about: Any) -> list[dict[str, Any]]:
    """Normalised spectrum of a process, as rows; none for a closed channel."""
    bins, high = PANELS[observable]
    model = "composite-neutrino" if "X" in process else None
    found = spectrum(process, model=model, observable=observable, bins=bins, low=0.0, high=high, settings=given)
    whole = float(found.values.sum())
    if not whole > 0:
        return []
    ends = zip(found.edges[:-1], found.edges[1:], found.values / whole, strict=True)
    return [
        {"panel": observable, **about, "low_mev": float(a), "high_mev": float(b), "density": float(v / (b - a))}
        for a, b, v in ends
    ]


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Normalised spectra of kinetic energy and of energy times angle squared; angles against energies."""
    elastic, given = "nu e -> nu e", _beam(settings, "nu e -> nu e")
    rows = [row for observable in PANELS for row in _density(elastic, observable, given, curve=ELASTIC)]
    references = list(rate(elastic, settings=given).references)
    summary: list[dict[str, Any]] = [{"process": elastic, "cm^2": rate(elastic, settings=given).value}]
    for dimension in settings["dimension"]:
        keys = {"dimension": dimension, "gap_gev": settings["gap_gev"], "flavor": settings["flavor"]}
        unit = float(build_model("composite-neutrino", keys).insertion())
        given = {f"model.{key}": value for key, value in keys.items()} | _beam(settings, "nu e -> X e")
        for observable in PANELS:
            rows += _density("nu e -> X e", observable, given, curve=JETS, dimension=dimension)
        found = {
            target: rate(f"nu {target} -> X{more}", model="composite-neutrino", settings=given)
            for target, more in (("e", " e"), ("N", ""))
        }
        references += found["e"].references
        ratio = found["e"].value / found["N"].value if found["N"].value > 0 else None
        entry = {"process": "nu e -> X e", "dimension": dimension, "cm^2 per m_hat^2": found["e"].value / unit}
        summary.append(entry | {"over nu N -> X": ratio})
    rows += _lines(settings["energy_gev"])
    notes = (
        f"neutrinos of {settings['energy_gev']:g} GeV, gap {settings['gap_gev']:g} GeV; spectra are normalised and without "
        "resolution; per m_hat^2: in units of GeV^(2 dimension - 5)",
        "electrons are subdominant: s = 2 m_e E leaves room for light jets alone",
        "T theta^2 = 2 m_e (1 - T/E) - M_X^2/E at small angles: a jet looks like elastic scattering at a smaller energy, so "
        "that in a wide beam only the plane of T and theta tells them apart, if the flux is known",
    )
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)), COLUMNS)


def paint(figure: Any, data: FigureData) -> None:
    """Kinetic energy, energy times angle squared, and the plane of energy and angle."""
    left, middle, right = figure.subplots(1, 3)
    for axis, observable, unit in ((left, "T_e", GEV), (middle, "E_theta2", 1.0)):
        mine = picked(data.rows, panel=observable)
        _stairs(axis, picked(mine, curve=ELASTIC), unit, color=COLORS["grey"], fill=True, alpha=0.35, label=ELASTIC)
        dimensions = dict.fromkeys(row["dimension"] for row in mine if "dimension" in row)
        for dimension, (color, dashes) in zip(dimensions, itertools.cycle(SIGNALS), strict=False):
            label = rf"{JETS}, $\Delta_N$ = {dimension:g}"
            curve = picked(mine, dimension=dimension)
            _stairs(axis, curve, unit, color=COLORS[color], ls=dashes, lw=1.6, label=label)
        axis.set_ylim(0, None)
    left.set(xlabel="kinetic energy $T$ [GeV]", ylabel="normalised density [1/GeV]")
    left.legend(loc="upper right")
    middle.set(xlabel=r"$E\,\theta^2$ [MeV]", ylabel="normalised density [1/MeV]")
    middle.set_title(
        f"$E_\\nu$ = {data.settings['energy_gev']:g} GeV, $M_N$ = {data.settings['gap_gev']:g} GeV", fontsize=9
    )
    _paint_plane(right, picked(data.rows, panel="plane"), data.settings["energy_gev"])


def _stairs(axis: Any, rows: Any, unit: float, **style: Any) -> None:
    low, high, density = columns(rows, "low_mev", "high_mev", "density")
    axis.stairs(density * unit, np.append(low, high[-1]) / unit, **style)


def _paint_plane(axis: Any, rows: Any, energy_gev: float) -> None:
    """Lines of one mass of X, and of elastic scattering at three energies."""
    masses = sorted(dict.fromkeys(row["mass_x_mev"] for row in rows))
    for mass, (color, dashes) in zip(masses[1:], LINES, strict=True):
        T, product = columns(picked(rows, mass_x_mev=mass), "T_mev", "E_theta2_mev")
        axis.plot(T / GEV, product, color=COLORS[color], ls=dashes, label=f"$M_X$ = {mass / GEV:.2g} GeV")
    for energy in dict.fromkeys(row["energy_mev"] for row in rows if row["mass_x_mev"] == 0):
        T, product = columns(picked(rows, mass_x_mev=0.0, energy_mev=energy), "T_mev", "E_theta2_mev")
        whole = energy == GEV * energy_gev
        label = f"{ELASTIC}; thin: smaller $E_\\nu$" if whole else None
        axis.plot(T / GEV, product, color=COLORS["grey"], lw=2.6 if whole else 1.0, label=label)
        if not whole:
            at = 3 * len(T) // 4
            around = {"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"}
            axis.text(
                T[at] / GEV, product[at], f"{energy / GEV:g} GeV", fontsize=7, ha="center", va="center", bbox=around
            )
    axis.set(ylim=(0, 1.5 * 2 * M_E), xlim=(0, None), xlabel="kinetic energy $T$ [GeV]", ylabel=r"$E\,\theta^2$ [MeV]")
    axis.legend(loc="upper right")


RECIPE = Recipe(
    title="electrons hit by neutrinos: recoil energy, energy times angle squared, and both, elastic and into dark jets",
    compute=compute,
    paint=paint,
    size=(12.0, 4.2),
    keys=(
        Setting("dimension", (2.0, 3.0, 4.5), "dimensions of the operator", "numbers", low=1.5, high=12),
        Setting("gap_gev", 0.05, "mass of the lightest dark state", unit="GeV", low=0.0, high=10.0),
        Setting("energy_gev", 100.0, "of the neutrinos", unit="GeV", low=0.1, high=1e4),
        Setting("flavor", "mu", "of the neutrinos", "choice", choices=FLAVORS),
        Setting("antineutrino", False, "antineutrinos instead", "flag"),
    ),
)
