"""Figure ``what-can-we-test``: f_a / C against m_a, excluded, dark matter, and what will be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.bounds import get_coupling_bound
from darkfactory.constants import LEPTON_MASS
from darkfactory.cosmology.decay_lines import photon_lifetime, visible_lifetime
from darkfactory.cosmology.freeze_in import mass_limit, minimum_mass, target_scale
from darkfactory.errors import InvalidInput, NotInRecord
from darkfactory.figures.curves import laboratory, reaches
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models import CHIRALITIES, find_model
from darkfactory.models.benchmarks import BENCHMARKS
from darkfactory.models.flavor import axion_mass
from darkfactory.models.theories import build_flavor
from darkfactory.processes.muon_decay.scales import canonical, is_closed, leptons
from darkfactory.settings import Setting
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

Y = "f_a_over_C_gev"
REACHES = ("blue", "black", "green", "purple", "orange", "sky")
TEX = {"mu": r"\mu", "e": "e", "tau": r"\tau"}


def _couplings(settings: Mapping[str, Any]) -> tuple[str, float, str]:
    """Chirality of the pair, C_ll / C_ij of the lighter lepton, and the lighter lepton, from a benchmark."""
    parent, daughter = leptons(settings["channel"])
    name = settings["model"]
    own = [key.name for key in find_model(name).keys if key.name in ("chirality", "seed")]
    model = build_flavor(name, {key: settings[key] for key in own})
    tan_alpha = model.tan_alpha(parent, daughter) if settings["tan_alpha"] is None else settings["tan_alpha"]
    if not np.isfinite(tan_alpha):
        raise InvalidInput(f"model = {name}: no flavor violation; give another, e.g. anarchy")
    chirality = model.chirality(parent, daughter)
    if chirality not in CHIRALITIES:
        asymmetry = model.asymmetry(parent, daughter)
        chirality = "V+A" if asymmetry > 0.5 else "V-A" if asymmetry < -0.5 else "V"
    return chirality, tan_alpha, daughter


def _sky(settings: Mapping[str, Any], tan_alpha: float, lepton: str, masses: Any) -> list[dict[str, Any]]:
    """Stars, supernova, dark radiation."""
    rows: list[dict[str, Any]] = []
    if lepton == "e" and tan_alpha > 0:
        stars = get_coupling_bound("red-giants-2020")
        values = [stars.value(float(m)) for m in masses]
        line = [tan_alpha * LEPTON_MASS["e"] * 1e-3 / g if g else np.nan for g in values]
        origin = stars.limits[0].origin
        rows += curve_rows("stars", ("mass_mev", masses), (Y, line), provenance=origin, reference=stars.reference)
    for curve, name in (
        ("supernova", f"sn1987a-{settings['channel']}"),
        ("dark radiation", f"planck-delta-n-eff-{settings['channel']}"),
    ):
        try:
            bound = get_coupling_bound(name)
            line = [(bound.value(float(m)) or np.nan) / 2 for m in masses]
        except (InvalidInput, NotInRecord, ValueError):
            continue
        factor = bound.limits[0].factor
        more = {"uncertainty_factor": factor, "provenance": "derived", "reference": bound.reference}
        rows += curve_rows(curve, ("mass_mev", masses), (Y, line), **more)
    return rows


def _dark_matter(settings: Mapping[str, Any], tan_alpha: float, lepton: str) -> list[dict[str, Any]]:
    """Freeze-in line with its status, and the region of X-ray lines for the abundance of freeze-in."""
    channel = settings["channel"]
    dark = np.geomspace(1e-3, mass_limit(channel), 120)
    line = target_scale(channel, dark, tan_alpha=tan_alpha, diagonal=lepton)
    lines = get_coupling_bound("x-ray-lines")
    limit = np.array([lines.value(float(m)) or 0.0 for m in dark])
    warm = minimum_mass(channel)
    unit = photon_lifetime(dark, 1.0, {lepton: tan_alpha}) if tan_alpha > 0 else np.full(len(dark), np.inf)
    lifetime = unit * line**2
    assumed = settings["lifetime_s"]
    rows = curve_rows("freeze-in", ("mass_mev", dark), (Y, line), provenance="computed", reference="Panci:2022wlc")
    everything = visible_lifetime(dark, line, {lepton: tan_alpha})
    for row, tau, all_of_it, known in zip(rows, lifetime, everything, limit, strict=True):
        decays = "x-rays" if tau < known else "lifetime" if known == 0 and all_of_it < assumed else "ok"
        row["status"] = "warm" if row["mass_mev"] < warm else decays
    known = limit > 0
    # lifetime ~ f^2 and abundance ~ f^-2 above the line: unit f^2 > limit line^2 / f^2
    reached = np.where(known, (limit * line**2 / unit) ** 0.25, np.nan)
    reached = np.where(reached > line, reached, np.nan)
    more = {"provenance": "digitised", "reference": lines.reference}
    return rows + curve_rows("X-ray lines", ("mass_mev", dark), (Y, reached), **more)


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Everything that excludes, the freeze-in line, the reaches of the package, the QCD axion."""
    channel = canonical(settings["channel"])
    settings = {**settings, "channel": "-".join(leptons(channel))}
    chirality, tan_alpha, lepton = _couplings(settings)
    top = LEPTON_MASS[leptons(channel)[0]]
    masses = np.unique(
        np.concatenate([np.geomspace(1e-9, top, 150), [1.0, 13.0, 25.0, 47.8, 87.0, 95.1, 103.0, 105.0]])
    )
    masses = np.array([m for m in masses if not is_closed(channel, m)])
    limits, keys = laboratory(channel, chirality, masses)
    rows = [{**row, Y: row["F_gev"] / 2} for row in limits]
    rows += _sky(settings, tan_alpha, lepton, masses)
    rows += _dark_matter(settings, tan_alpha, lepton)
    expected, used, notes = reaches(channel, chirality)
    rows += [{**row, Y: row["F_gev"] / 2} for row in expected]
    axion = np.geomspace(1e8, 1e13, 30)
    rows += curve_rows(
        "QCD axion",
        ("mass_mev", [axion_mass(f) for f in axion]),
        (Y, axion),
        provenance="paper",
        reference="GrillidiCortona:2015jxo",
    )
    summary = []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        points = picked(rows, curve=curve)
        x, y = columns(points, "mass_mev", Y)
        cl = {float(row["cl"]) for row in points if row.get("cl")}
        shown = ", ".join(f"{100 * c:g}%" for c in sorted(cl))
        summary.append(
            {
                "curve": curve,
                "m from [MeV]": x.min(),
                "to": x.max(),
                "f_a/C from [GeV]": y.min(),
                "to ": y.max(),
                "CL": shown,
            }
        )
    about = f"{channel}, {chirality}, {settings['model']}, C_{lepton}{lepton} / C_ij = {tan_alpha:.3g}; F = 2 f_a/C"
    texts = (
        about,
        "limits and reaches at their own CL, which differ (column CL); supernova uncertain by a factor 2",
        "warmness and X-ray lines act on the freeze-in line; above it X-ray limits are rescaled to the abundance; "
        "below it a stable ALP is overabundant if the reheating temperature is above the lepton mass",
        f"off the masses of published lines the lifetime must exceed {settings['lifetime_s']:g} s [assumed]",
        *notes,
    )
    references = [
        *keys,
        *used,
        "Panci:2022wlc",
        "Saikawa:2018rcs",
        "OHare:AxionLimits",
        "Capozzi:2020cbu",
        "GrillidiCortona:2015jxo",
    ]
    return FigureData(rows, summary, texts, tuple(dict.fromkeys(references)))


def _fill(axis: Any, rows: Any, curve: str, color: str, label: str, **style: Any) -> None:
    points = picked(rows, curve=curve)
    if points:
        x, y = columns(points, "mass_mev", Y)
        axis.fill_between(1e6 * x, 1, y, color=COLORS[color], label=label, lw=0.8, **style)


def paint(figure: Any, data: FigureData) -> None:
    """Excluded regions, then the dark-matter line, then reaches."""
    axis = figure.subplots()
    rows = data.rows
    channel = data.notes[0].split(",")[0]
    parent, daughter = leptons(channel)
    levels = sorted({row["cl"] for row in rows if row["curve"] == "laboratory"})
    text = "laboratory, " + "/".join(f"{100 * level:.0f}" for level in levels) + "% CL"
    _fill(axis, rows, "laboratory", "grey", text, alpha=0.45)
    _fill(axis, rows, "stars", "yellow", "red giants, 95% CL", alpha=0.45)
    _fill(axis, rows, "supernova", "purple", "SN 1987A (factor 2)", alpha=0.35)
    _fill(axis, rows, "dark radiation", "sky", r"$\Delta N_{eff}$, 95% CL", alpha=0.6)
    dark = picked(rows, curve="freeze-in")
    x, line = columns(dark, "mass_mev", Y)
    xr = picked(rows, curve="X-ray lines")
    if xr:
        xx, y = columns(xr, "mass_mev", Y)
        under = np.exp(np.interp(np.log(xx), np.log(x), np.log(line)))
        axis.fill_between(1e6 * xx, under, y, color=COLORS["orange"], alpha=0.5, lw=0.8, label="X-ray lines, 95% CL")
    good = [row for row in dark if row["status"] == "ok"]
    left = "freeze-in, excluded part" if good else "freeze-in, excluded"
    axis.plot(1e6 * x, line, color=COLORS["vermilion"], ls=":", lw=1.2, label=left)
    if good:
        xs, ys = columns(good, "mass_mev", Y)
        axis.plot(1e6 * xs, ys, color=COLORS["vermilion"], lw=3, label="freeze-in, allowed")
    expected = dict.fromkeys(row["curve"] for row in rows if row.get("kind") == "expected")
    for curve, color in zip(expected, REACHES, strict=False):
        points = picked(rows, curve=curve)
        xs, ys = columns(points, "mass_mev", Y)
        if xs[0] == 0:
            xs[0] = 1e-9
        label = f"{curve}, {100 * points[0]['cl']:.0f}% {points[0]['method']}"
        dash = (0, (6, 1.5, 1, 1.5)) if curve.endswith("tracks") else (0, (5, 2))
        axis.plot(1e6 * xs, ys, color=COLORS[color], ls=dash, lw=1.6, label=label)
    xs, ys = columns(picked(rows, curve="QCD axion"), "mass_mev", Y)
    axis.plot(1e6 * xs, ys, color=COLORS["black"], ls="-.", lw=1, label=r"QCD axion ($C$ = 1)")
    top = 1e8 if parent == "mu" else 2e9
    low = 3e7 if parent == "mu" else 1e6
    axis.set(xscale="log", yscale="log", xlim=(1e-3, top), ylim=(low, 1e12), xlabel="$m_a$ [eV]")
    axis.set_ylabel(rf"$f_a/C_{{{TEX[parent]} {TEX[daughter]}}}$ [GeV]")
    title = data.notes[0].split("; ")[0].split(", ", 1)[1]
    for plain in ("e", "mu", "tau"):
        title = title.replace(f"C_{plain}{plain} ", rf"$C_{{{TEX[plain]} {TEX[plain]}}}$ ")
    title = title.replace("C_ij", rf"$C_{{{TEX[parent]} {TEX[daughter]}}}$").replace("V-A", "V\N{MINUS SIGN}A")
    axis.set_title(rf"${TEX[parent]}\to {TEX[daughter]}\,a$, {title}", fontsize=10)
    figure.legend(loc="outside lower center", ncols=4)


RECIPE = Recipe(
    title="what can we test: f_a/C against m_a, excluded regions, the freeze-in line, and the reaches of the package",
    compute=compute,
    paint=paint,
    size=(8.8, 5.8),
    limits=True,
    keys=(
        Setting("channel", "mu-e", "pair of leptons", "choice", choices=("mu-e", "tau-mu", "tau-e")),
        Setting(
            "model",
            "anarchy",
            "benchmark of flavor that fixes C_ll / C_ij and the chirality",
            "choice",
            choices=tuple(BENCHMARKS),
        ),
        Setting(
            "chirality",
            "V+A",
            "of anarchy; other models have their own, rounded to V+A, V-A or V",
            "choice",
            choices=tuple(CHIRALITIES),
        ),
        Setting("seed", 1, "of the random rotations of a model that has them", "integer", low=0, high=2**32 - 1),
        Setting("tan_alpha", None, "C_ll / C_ij; the benchmark's by default", low=0.0, high=1e6),
        Setting(
            "lifetime_s",
            1e28,
            "lower limit on the photon lifetime where no line search is in the registry [assumed]",
            unit="s",
            low=0.0,
            open_low=True,
        ),
    ),
)
