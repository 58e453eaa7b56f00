"""Figure ``search-reach``: the reach of any search at any experiments, beside published limits and targets.

Settings of model, card and search are those of the verb ``reach``, with the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.bounds.own import in_force
from darkfactory.cosmology.freeze_in import mass_limit
from darkfactory.figures import displaced
from darkfactory.figures.areas import Named, cards, excluded, projected
from darkfactory.figures.curves import CHANNEL_MASSES, notes_of, published_rows, reach_rows, statistics
from darkfactory.figures.labels import label_curves
from darkfactory.figures.planes import CONDITIONS, OPTIONS, Plane, asked_masses
from darkfactory.figures.points import columns, ends, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import mass_axis
from darkfactory.glossary import Column, heading, named
from darkfactory.models import find_model
from darkfactory.numerics.cache import remembered
from darkfactory.processes.muon_decay.scales import canonical, leptons
from darkfactory.processes.requests import resolve_model
from darkfactory.result import sha256_of
from darkfactory.searches.base import Search, is_scale
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import SEARCHES
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Setting, Settings, split_settings
from darkfactory.style import COLORS
from darkfactory.targets import target
from darkfactory.verbs.reach import Reach, reach

__all__ = ["HANDED", "KEYS", "RECIPE", "asked_of", "channel_of"]

HANDED = ("model.", "beam.", "target.", "detector.", "trigger.", "search.")
"""Beginnings of the settings of a reach."""
KEYS = (
    Setting("search", next(iter(SEARCHES)), "what is looked for", "choice", choices=tuple(SEARCHES)),
    Setting("model", None, "model; the first that the search understands by default", "text"),
    Setting("coupling", None, "coupling that is scanned and drawn, where there are several", "text"),
    Setting("method", None, "statistical method; that of the card or the search by default", "text"),
)
USUAL: dict[str, Any] = {
    "missing-mass-tracks": (0.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0),
    "ee-resonance": (2.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0),
    "ee-displaced": displaced.MASSES,
    "beam-dump": displaced.DUMP_MASSES,
}
"""Masses [MeV] by search where none are asked for; of LFV decays those of the channel, else that of the model."""
SCANNED = {
    "lfv-alp": ("F_gev",),
    "dark-photon": ("epsilon2", "epsilon"),
    "pseudoscalar": ("g_ee", "g_mumu"),
    "scalar": ("g_ee", "g_mumu"),
}
"""Couplings that are drawn, by model; of others what the reach names first."""
RECORDED = {
    ("dark-photon", "epsilon2"): "epsilon",
    ("dark-photon", "epsilon"): "epsilon",
    ("pseudoscalar", "g_ee"): "g_aee",
    ("pseudoscalar", "g_mumu"): "g_amumu",
}
"""Quantity of the registry by model and coupling."""
SYMBOLS = {
    "F_gev": "$F$ [GeV]",
    "epsilon2": r"$\epsilon^2$",
    "epsilon": r"$\epsilon$",
    "g_ee": "$g_{ee}$",
    "g_mumu": r"$g_{\mu\mu}$",
}
BANDS = {"m2": "-2", "m1": "-1", "p1": "+1", "p2": "+2"}
LOWEST, LIGHTEST = 1e-3, 1e-3
"""Least mass [MeV] of the freeze-in line, and of limits over the largest mass where the axis begins at 0."""
TARGETS = ("freeze-in",)


def asked_of(settings: Mapping[str, Any], handed: Mapping[str, Any], cl: float | None) -> dict[str, Any]:
    """Arguments of a reach, without experiment and masses.

    Parameters
    ----------
    settings : mapping
        Of the figure.
    handed : mapping
        Of model, card and search.
    cl : float, optional
        Confidence level.

    Returns
    -------
    dict
        By name.
    """
    return {key: settings[key] for key in ("model", "coupling", "method")} | {"cl": cl, "settings": dict(handed)}


def channel_of(strategy: Search, card: str, handed: Mapping[str, Any]) -> str:
    """LFV decay of two bodies that a search looks for at a card.

    Parameters
    ----------
    strategy : Search
        The search.
    card : str
        Name or path.
    handed : mapping
        Settings of model, card and search.

    Returns
    -------
    str
        Such as ``mu -> e a``.
    """
    if not any(key.name == "channel" for key in strategy.keys):
        return "mu -> e a"
    _, rest = split_settings(handed)
    return canonical(card_settings(load_experiment(card, rest), strategy.keys, strategy.name)["channel"])


def _of_reach(found: Reach, column: str, curve: str, card: str) -> list[dict[str, Any]]:
    """Rows of a reach: intervals where both edges are known, else limits, on F with their bands."""
    about: dict[str, Any] = {"curve": curve, "kind": "expected", "card": card}
    pairs = [pair for row in found.rows for pair in row.get("excluded", {}).get(column, ())]
    if pairs and not any(None in pair for pair in pairs):
        return displaced.region_rows([found], column, **about)
    rows = reach_rows(found, column, **about)
    bands = {row["mass"]: row["band"] for row in found.rows}
    if column == "F_gev":  # the branching ratio goes with 1 / F^2
        for row in rows:
            scale = row["F_gev"] * row["branching_ratio"] ** 0.5
            known = {f"F_{name}": bands[row["mass_mev"]][name] for name in BANDS}
            row |= {name: scale / value**0.5 for name, value in known.items() if value}
    return rows


def _limits(
    plane: Plane, channel: str, model: Any, column: str, masses: Any
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Rows of published limits on the coupling, notes, references; kept, since they depend on no experiment."""
    own = tuple((name, sha256_of(path)) for name, path in in_force().files.items())
    asked = tuple(plane.settings[key] for key in ("projections", "conditional"))
    shown = (*asked, tuple(plane.decays), tuple(plane.records), own)
    key = ("limits", channel, repr(model), column, masses.tobytes(), plane.cl, shown)
    rows, notes, references = remembered(key, lambda: _published(plane, channel, model, column, masses))
    return [dict(row) for row in rows], list(notes), list(references)


def _published(
    plane: Plane, channel: str, model: Any, column: str, masses: Any
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    keys: list[str] = []
    if column == "F_gev":
        couplings = (complex(model.C_V), complex(model.C_A))
        for kind in ("observed", "projected") if plane.settings["projections"] else ("observed",):
            found = published_rows(channel, couplings, masses, kind, plane.decays, plane.cl)
            rows += [{**row, "conditional": False} for row in found]
        keys = [row["reference"] for row in rows]
        records = {name: record for name, record in plane.records.items() if record.channel == channel}
        found, told, cited = plane.drawable("F_gev", masses, records=records)
        return rows + found, told, keys + cited
    quantity = RECORDED.get((model.name, column))
    if quantity is not None:
        rows, notes, keys = plane.drawable(quantity, masses, to=column if quantity == "epsilon" else "", column=column)
    return rows, notes, keys


def _targets(plane: Plane, channel: str, column: str, low: float, high: float) -> tuple[list[dict[str, Any]], Any]:
    """Rows of the freeze-in line between two masses [MeV], and the result that they are of."""
    if column != "F_gev" or not plane.shows("freeze-in"):
        return [], None
    low, high = max(low, LOWEST), min(high, mass_limit(channel))
    if low >= high:
        return [], None
    pair = "-".join(leptons(channel))
    found = target("freeze-in", mass=np.geomspace(low, high, 40), channel=pair)
    about = {"curve": "freeze-in", "kind": "target", "provenance": "computed"}
    return [
        {"mass_mev": row["mass"], "F_gev": row["F_gev"], "status": row["allowed"], **about} for row in found.rows
    ], found


def compute(settings: Settings, handed: Mapping[str, Any]) -> FigureData:
    """Reaches at all experiments, limits on the same coupling, and the freeze-in line of an LFV ALP."""
    strategy = SEARCHES[settings["search"]]
    experiments = settings["experiment"] or strategy.cards[:1]
    said, settings = settings, settings | {"experiment": experiments}
    built = resolve_model(
        strategy.name, strategy.takes, strategy.models[0], settings["model"], split_settings(handed)[0]
    )
    name = find_model(settings["model"] or strategy.models[0]).name
    drawn = [coupling for coupling in strategy.couplings if coupling in SCANNED.get(name, ())]
    column = settings["coupling"] or next(iter(drawn), "")
    lfv = column == "F_gev"
    channel = channel_of(strategy, experiments[0], handed) if lfv else ""
    quantity = "F_gev" if lfv else RECORDED.get((name, column))
    plane = Plane(settings, TARGETS, (quantity,) if quantity else (), channel, (strategy.name,))
    if settings["mass"] is not None and settings["mass"].count(":") == 1:
        plane.span(0.0, 0.0)  # of LOW:HIGH every plane asks the same
    usual = USUAL.get(strategy.name, CHANNEL_MASSES[channel] if lfv else None)
    masses = None if usual is None and settings["mass"] is None else plane.masses(usual or (0.0, np.inf), (0.0, np.inf))
    rows: list[dict[str, Any]] = []
    results = []
    for label, card in zip(plane.cards, experiments, strict=True):
        if plane.shows(curve := f"{label}, {strategy.name}"):
            found = reach(strategy.name, card, mass=masses, **asked_of(settings, handed, plane.cl))
            results.append(found)
            column = column or next(iter(found.couplings))
            rows += _of_reach(found, column, curve, label)
    said.decide("coupling", column)  # what is drawn
    masses = results[0].masses if masses is None and results else masses
    low, high = (0.0, 1.0) if masses is None else (float(np.min(masses)), float(np.max(masses)))
    lightest = low or high * LIGHTEST or LOWEST
    fine = plane.fine(lightest, high) if lightest < high else np.array([lightest])
    limits, left_out, keys = _limits(plane, channel, built, column, fine)
    lines, line = _targets(plane, channel, column, low, high)
    rows = rows + limits + lines
    notes = [
        *(f"{found.title}: {statistics(found)}; nuisances: {_nuisances(found)}" for found in results),
        *plane.finish(rows),
        *notes_of(results),
        *left_out,
        *(line.notes[:1] if line else ()),
    ]
    references = [*(key for found in results for key in found.references), *keys, *(line.references if line else ())]
    about = "expected limit on F, {} sigma of the background"
    own = named(*(Column(f"F_{name}", "GeV", about.format(sigma)) for name, sigma in BANDS.items()))
    data = FigureData(rows, _summary(rows, column), tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(references)), own)
    return data


def _nuisances(found: Reach) -> str:
    """Priors in words, as the verb says them."""
    return ", ".join(f"{key} {prior}" for key, prior in found.words["nuisances"].items()) or "none (statistics only)"


def _summary(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """Where every curve is, and its best limit."""
    summary = []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        points = picked(rows, curve=curve)
        x, y = columns(points, "mass_mev", column)
        best = int(np.argmax(y) if is_scale(column) else np.argmin(y))
        about = {"m from [MeV]": x.min(), "to": x.max(), f"best {heading(column)}": y[best], "at [MeV]": x[best]}
        summary.append({"curve": curve, **about, "CL": points[0].get("cl"), "provenance": points[0].get("provenance")})
    return summary


def _reaches(axis: Any, rows: Any, column: str) -> Named:
    """Reaches of the cards with their bands; their names."""
    mine = [row for row in rows if row.get("card")]
    curves = list(dict.fromkeys(row["curve"] for row in mine))
    if len(curves) != 1 or "far_side" in mine[0]:
        return cards(axis, mine, column)
    color = COLORS["blue"]
    x, y = columns(mine, "mass_mev", column)
    for low, high, alpha in (("F_p2", "F_m2", 0.12), ("F_p1", "F_m1", 0.22)):
        banded = [row for row in mine if low in row and high in row]
        if len(banded) > 1:
            at, lower, upper = columns(banded, "mass_mev", low, high)
            axis.fill_between(at, lower, upper, color=color, alpha=alpha, lw=0, zorder=2)
    axis.plot(x, y, color=color, lw=2.0, marker="o", ms=3, zorder=3)
    return [(x, y, f"{curves[0]}, {100 * mine[0]['cl']:g}% CL", color)]


def paint(figure: Any, data: FigureData) -> None:
    """Grey what is excluded, then targets, then reaches; better is upward for scales and downward for couplings."""
    axis = figure.subplots()
    rows, column = data.rows, data.settings["coupling"]
    mine = [row for row in rows if row.get("card")] or rows
    asked = asked_masses(data.settings["mass"])
    low, high = ends(asked[:2] if asked else [row["mass_mev"] for row in mine])
    values = np.array([row[name] for row in mine for name in (column, "far_side") if name in row])
    others = np.array([row[column] for row in rows if low <= row["mass_mev"] <= high])
    bottom, top = values.min() / 30, values.max() * 30
    if is_scale(column):
        bottom = min(bottom, max(np.min(others) / 3, values.min() / 1e3))
    else:
        top = max(top, min(np.max(others) * 3, values.max() * 1e3))
    axis.set(yscale="log", ylim=(bottom, top), ylabel=SYMBOLS.get(column, heading(column)))
    if low > 0 and high > 10 * low:
        mass_axis(axis, low, high, "$m$")
    else:
        axis.set(xlim=(low, high), xlabel="$m$ [MeV]")
    named = _reaches(axis, rows, column)
    line = picked(rows, curve="freeze-in")
    if len(line) > 1:
        x, y = columns(line, "mass_mev", column)
        axis.plot(x, y, color=COLORS["vermilion"], lw=1.4, ls=":")
        inside = x > low + 0.04 * (high - low)  # where it is no upright line
        named.append((x[inside], y[inside], "dark matter from freeze-in", COLORS["vermilion"]))
    named += excluded(axis, rows, column, bottom if is_scale(column) else top)
    named += projected(axis, rows, column)
    grey = "; grey: published limits" if picked(rows, kind="observed") else ""
    axis.set_title(data.settings["search"] + grey, fontsize=9, y=1.0)
    label_curves(axis, named, 7.0)


RECIPE = Recipe(
    title="reach of a search at an experiment against mass, beside published limits on the same coupling and targets",
    compute=compute,
    paint=paint,
    size=(7.6, 4.8),
    limits=True,
    keys=(*KEYS, *CONDITIONS, *OPTIONS),
    handed=HANDED,
)
