"""Figure ``what-can-we-test``: f_a / C against m_a, excluded, dark matter, and what will be reached."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds import get_coupling_bound
from darkfactory.constants import LEPTON_MASS
from darkfactory.cosmology.decay_lines import photon_lifetime, visible_lifetime
from darkfactory.cosmology.freeze_in import mass_limit, minimum_mass, target_scale
from darkfactory.errors import InvalidInput, NotInRecord
from darkfactory.figures.areas import EXCLUDED, Named, cards
from darkfactory.figures.curves import CHANNEL_MASSES, laboratory, published_rows
from darkfactory.figures.labels import label_curves
from darkfactory.figures.lfv_decays import LFV_SEARCHES, labels_of, searched
from darkfactory.figures.planes import CONDITIONS, OPTIONS, Plane
from darkfactory.figures.points import columns, curve_rows, ends, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models import CHIRALITIES, find_model
from darkfactory.models.benchmarks import BENCHMARKS
from darkfactory.models.flavor import axion_mass
from darkfactory.models.theories import build_flavor
from darkfactory.processes.muon_decay.scales import canonical, leptons
from darkfactory.settings import Setting, Settings
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

Y = "f_a_over_C_gev"
LOWEST = 1e-9
"""Mass [MeV] from which the axis goes, and at which massless ALPs are drawn."""
ALONE = 1e-4
"""C_ll / C_ij without a benchmark, the size of what loops of photons induce: dark matter survives X-ray searches."""
REACHES = ("blue", "black", "green", "purple", "orange", "sky")
SKY = {"stars": "yellow", "supernova": "purple", "dark radiation": "sky"}
OTHERS = ("laboratory", "freeze-in", "X-ray lines", "QCD axion", *SKY)
"""Curves that are no reaches."""
TEX = {"mu": r"\mu", "e": "e", "tau": r"\tau"}


def _couplings(settings: Settings) -> tuple[str, float, str]:
    """Chirality of the pair, C_ll / C_ij of the lighter lepton, and the lighter lepton, from a benchmark if one is given."""
    parent, daughter = leptons(settings["channel"])
    name, given = settings["model"], settings["tan_alpha"]
    if name is None:
        return settings["chirality"], ALONE if given is None else given, daughter
    own = [key.name for key in find_model(name).keys if key.name in ("chirality", "seed")]
    model = build_flavor(name, {key: settings[key] for key in own})
    tan_alpha = model.tan_alpha(parent, daughter) if given is None else given
    if not np.isfinite(tan_alpha):
        raise InvalidInput(f"model = {name}: no flavor violation; give another, e.g. anarchy")
    chirality = model.chirality(parent, daughter)
    if chirality not in CHIRALITIES:
        asymmetry = model.asymmetry(parent, daughter)
        chirality = "V+A" if asymmetry > 0.5 else "V-A" if asymmetry < -0.5 else "V"
    return chirality, tan_alpha, daughter


def _sky(plane: Plane, tan_alpha: float, lepton: str, masses: Any) -> list[dict[str, Any]]:
    """Stars, supernova, dark radiation."""
    rows: list[dict[str, Any]] = []
    channel = plane.settings["channel"]
    if lepton == "e" and tan_alpha > 0 and plane.shows("stars", "red-giants-2020"):
        stars = get_coupling_bound("red-giants-2020")
        first = stars.row(0.0, plane.cl)
        values = [stars.row(float(m), plane.cl)["value"] if stars.value(float(m)) else None for m in masses]
        line = [tan_alpha * LEPTON_MASS["e"] * 1e-3 / g if g else np.nan for g in values]
        same = {key: first[key] for key in ("cl", "published_cl", "rescaled", "provenance")}
        about = {"record": stars.name, "reference": stars.reference, **same}
        rows += curve_rows("stars", ("mass_mev", masses), (Y, line), **about)
    for curve, name in (("supernova", f"sn1987a-{channel}"), ("dark radiation", f"planck-delta-n-eff-{channel}")):
        try:
            bound = get_coupling_bound(name)
            line = [(bound.value(float(m)) or np.nan) / 2 for m in masses]
        except (InvalidInput, NotInRecord, ValueError):
            continue
        if plane.shows(curve, name):
            limit = bound.limits[0]
            more = {"uncertainty_factor": limit.factor, "provenance": limit.origin, "cl": limit.cl, "record": name}
            rows += curve_rows(curve, ("mass_mev", masses), (Y, line), reference=bound.reference, **more)
    return rows


def _dark_matter(plane: Plane, tan_alpha: float, lepton: str) -> list[dict[str, Any]]:
    """Freeze-in line with its status, and the region of X-ray lines for the abundance of freeze-in."""
    channel = plane.settings["channel"]
    low, high = plane.span(1e-3, mass_limit(channel))
    low, high = max(low, 1e-3), min(high, mass_limit(channel))
    assumed = plane.settings["lifetime_s"]
    if low >= high or not (plane.shows("freeze-in") or plane.shows("X-ray lines")):
        return []
    dark = np.geomspace(low, high, 120)
    line = target_scale(channel, dark, tan_alpha=tan_alpha, diagonal=lepton)
    lines = get_coupling_bound("x-ray-lines")
    limit = np.array([lines.value(float(m)) or 0.0 for m in dark])
    warm = minimum_mass(channel)
    unit = photon_lifetime(dark, 1.0, {lepton: tan_alpha}) if tan_alpha > 0 else np.full(len(dark), np.inf)
    lifetime = unit * line**2
    rows = curve_rows("freeze-in", ("mass_mev", dark), (Y, line), provenance="computed", reference="Panci:2022wlc")
    everything = visible_lifetime(dark, line, {lepton: tan_alpha})
    for row, tau, all_of_it, known in zip(rows, lifetime, everything, limit, strict=True):
        decays = "x-rays" if tau < known else "lifetime" if known == 0 and all_of_it < assumed else "ok"
        row["status"] = "warm" if row["mass_mev"] < warm else decays
    known = limit > 0
    # lifetime ~ f^2 and abundance ~ f^-2 above the line: unit f^2 > limit line^2 / f^2
    reached = np.where(known, (limit * line**2 / unit) ** 0.25, np.nan)
    reached = np.where(reached > line, reached, np.nan)
    one = lines.limits[0]
    more = {"provenance": one.origin, "cl": one.cl, "reference": lines.reference, "record": lines.name}
    found = rows + curve_rows("X-ray lines", ("mass_mev", dark), (Y, reached), **more)
    return [row for row in found if plane.shows(row["curve"])]


def _published(plane: Plane, channel: str, chirality: str, masses: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The strongest limit of the laboratory at each mass, and every record by itself."""
    rows: list[dict[str, Any]] = []
    keys: list[str] = []
    if plane.shows("laboratory"):
        rows, keys = laboratory(channel, chirality, masses, plane.laboratory, plane.cl)
    for kind in ("observed", "projected") if plane.settings["projections"] else ("observed",):
        rows += published_rows(channel, chirality, masses, kind, plane.decays, plane.cl)
    return rows, keys


def compute(settings: Settings) -> FigureData:
    """Everything that excludes, the freeze-in line, the reaches of the package, the QCD axion."""
    channel = canonical(settings["channel"])
    settings = settings | {"channel": "-".join(leptons(channel))}
    names = [*labels_of(channel), *OTHERS]
    plane = Plane(settings, names, channel=channel, searches=LFV_SEARCHES[channel])
    chirality, tan_alpha, lepton = _couplings(settings)
    low, high = plane.span(LOWEST, LEPTON_MASS[leptons(channel)[0]])
    edges = [
        edge for record in plane.laboratory.values() for one in record.limits for edge in (one.mass_min, one.mass_max)
    ]
    masses = np.concatenate([np.geomspace(low, high, 150), [edge for edge in edges if low < edge < high]])
    masses = np.unique(masses)
    rows, keys = _published(plane, channel, chirality, masses)
    grid = CHANNEL_MASSES[channel]
    expected, used, notes = searched(plane, channel, chirality, grid, plane.masses(grid))
    rows = [{**row, Y: row["F_gev"] / 2} for row in [*rows, *expected]]
    rows += _sky(plane, tan_alpha, lepton, masses)
    rows += _dark_matter(plane, tan_alpha, lepton)
    axion = np.geomspace(1e8, 1e13, 30)
    heavy = np.array([axion_mass(f) for f in axion])
    if plane.shows("QCD axion"):
        line = np.where((heavy >= low) & (heavy <= high), axion, np.nan)
        own = {"provenance": "paper", "reference": "GrillidiCortona:2015jxo"}
        rows += curve_rows("QCD axion", ("mass_mev", heavy), (Y, line), **own)
    benchmark = settings["model"] or "no benchmark"
    texts = (
        f"{channel}, {chirality}, {benchmark}, C_{lepton}{lepton} / C_ij = {tan_alpha:.3g}; F = 2 f_a/C",
        "limits and reaches at their own CL, which differ (column CL); supernova uncertain by a factor 2",
        "warmness and X-ray lines act on the freeze-in line; above it X-ray limits are rescaled to the abundance; "
        "below it a stable ALP is overabundant if the reheating temperature is above the lepton mass",
        f"off the masses of published lines the lifetime must exceed {settings['lifetime_s']:g} s [assumed]",
        *plane.finish(rows),
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
    return FigureData(rows, _summary(rows), texts, tuple(dict.fromkeys(references)))


def _summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ends of every curve."""
    summary = []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        points = picked(rows, curve=curve)
        x, y = columns(points, "mass_mev", Y)
        shown = ", ".join(f"{100 * c:g}%" for c in sorted({float(row["cl"]) for row in points if row.get("cl")}))
        about = {"m from [MeV]": x.min(), "to": x.max(), "f_a/C from [GeV]": y.min(), "to ": y.max(), "CL": shown}
        summary.append({"curve": curve} | about)
    return summary


def _line(axis: Any, rows: Any, curve: str, color: str, words: str = "", **style: Any) -> Named:
    """A curve of masses in eV; its name."""
    points = picked(rows, curve=curve)
    if not points:
        return []
    x, y = columns(points, "mass_mev", Y)
    x = 1e6 * np.maximum(x, LOWEST)
    axis.plot(x, y, color=COLORS[color], **style)
    return [(x, y, words or curve, COLORS[color])]


def _excluded(axis: Any, rows: Any) -> Named:
    """Grey: what laboratories exclude, with a name at every record; in colours: the sky."""
    named: Named = []
    areas = ["laboratory"] if picked(rows, curve="laboratory") else []
    records = [row["curve"] for row in picked(rows, kind="observed") if row["curve"] != "laboratory"]
    for curve in dict.fromkeys([*areas, *records]):
        points = picked(rows, curve=curve)
        x, y = columns(points, "mass_mev", Y)
        if not areas or curve == "laboratory":
            axis.fill_between(1e6 * x, 1, y, facecolor=EXCLUDED, edgecolor=COLORS["grey"], lw=0.8, zorder=0.8)
        if curve in records:
            axis.plot(1e6 * x, y, color=COLORS["grey"], lw=0.6, zorder=1)
            rescaled = ", rescaled" if points[0]["rescaled"] else ""
            named.append((1e6 * x, y, f"{curve}, {100 * points[0]['cl']:g}%{rescaled}", "#444444"))
    for curve, color in SKY.items():
        points = picked(rows, curve=curve)
        if points:
            x, y = columns(points, "mass_mev", Y)
            axis.fill_between(1e6 * x, 1, y, facecolor=(COLORS[color], 0.4), edgecolor=COLORS[color], lw=0.8, zorder=1)
            words = {"stars": "red giants", "supernova": "SN 1987A (factor 2)", "dark radiation": r"$\Delta N_{eff}$"}
            named.append((1e6 * x, y, words[curve], "#444444"))
    return named


def _paint_dark_matter(axis: Any, rows: Any) -> Named:
    """X-ray lines above the freeze-in line, which is thick where it is allowed."""
    named: Named = []
    x_rays, dark = picked(rows, curve="X-ray lines"), picked(rows, curve="freeze-in")
    if x_rays:
        x, y = columns(x_rays, "mass_mev", Y)
        under = y / 2
        if dark:
            at, line = columns(dark, "mass_mev", Y)
            under = np.exp(np.interp(np.log(x), np.log(at), np.log(line)))
        axis.fill_between(1e6 * x, under, y, color=COLORS["orange"], alpha=0.5, lw=0.8, zorder=1)
        named.append((1e6 * x, y, "X-ray lines", "#444444"))
    good = [row for row in dark if row["status"] == "ok"]
    excluded_too = "" if good else ", excluded"
    named += _line(axis, rows, "freeze-in", "vermilion", f"freeze-in{excluded_too}", ls=":", lw=1.2)
    if good:
        x, y = columns(good, "mass_mev", Y)
        axis.plot(1e6 * x, y, color=COLORS["vermilion"], lw=3.5)
        named.insert(0, (1e6 * x, y, "dark matter from freeze-in", COLORS["vermilion"]))
    return named


def paint(figure: Any, data: FigureData) -> None:
    """Excluded regions, then the dark-matter line, then reaches."""
    axis = figure.subplots()
    rows = data.rows
    channel = data.notes[0].split(",")[0]
    parent, daughter = leptons(channel)
    low, high = ends([max(row["mass_mev"], LOWEST) for row in rows])
    bottom = 3e7 if parent == "mu" else 1e6
    axis.set(xscale="log", yscale="log", xlim=(1e6 * low, 1e6 * high), ylim=(bottom, 1e12), xlabel="$m_a$ [eV]")
    named: Named = []
    expected = dict.fromkeys(row["curve"] for row in rows if row.get("kind") == "expected" and not row.get("card"))
    for curve, color in zip(expected, REACHES, strict=False):
        first = picked(rows, curve=curve)[0]
        dash = (0, (6, 1.5, 1, 1.5)) if curve.endswith("tracks") else (0, (5, 2))
        named += _line(axis, rows, curve, color, f"{curve}, {100 * first['cl']:.0f}%", ls=dash, lw=1.6)
    for curve in dict.fromkeys(row["curve"] for row in picked(rows, kind="projected")):
        named += _line(axis, rows, curve, "blue", ls="--", lw=0.9)
    named += cards(axis, [row for row in rows if row.get("card")], Y, scale=1e6, lowest=LOWEST)
    named += _paint_dark_matter(axis, rows)
    named += _line(axis, rows, "QCD axion", "black", r"QCD axion ($C$ = 1)", ls="-.", lw=1)
    named += _excluded(axis, rows)
    axis.set_ylabel(rf"$f_a/C_{{{TEX[parent]} {TEX[daughter]}}}$ [GeV]")
    title = data.notes[0].split("; ")[0].split(", ", 1)[1]
    for plain in ("e", "mu", "tau"):
        title = title.replace(f"C_{plain}{plain} ", rf"$C_{{{TEX[plain]} {TEX[plain]}}}$ ")
    title = title.replace("C_ij", rf"$C_{{{TEX[parent]} {TEX[daughter]}}}$").replace("V-A", "V\N{MINUS SIGN}A")
    axis.set_title(rf"${TEX[parent]}\to {TEX[daughter]}\,a$, {title}; CL at the curves", fontsize=10)
    label_curves(axis, named)


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
            None,
            "benchmark of flavor that fixes C_ll / C_ij and the chirality; none by default",
            "choice",
            choices=tuple(BENCHMARKS),
        ),
        Setting(
            "chirality",
            "V+A",
            "of anarchy or without a benchmark; other models have their own, rounded to V+A, V-A or V",
            "choice",
            choices=tuple(CHIRALITIES),
        ),
        Setting("seed", 1, "of the random rotations of a model that has them", "integer", low=0, high=2**32 - 1),
        Setting("tan_alpha", None, "C_ll / C_ij; the benchmark's by default, 1e-4 without one", low=0.0, high=1e6),
        Setting(
            "lifetime_s",
            1e28,
            "lower limit on the photon lifetime where no line search is in the registry [assumed]",
            unit="s",
            low=0.0,
            open_low=True,
        ),
        CONDITIONS[0],
        *OPTIONS,
    ),
)
