"""Figure ``search-spectrum``: what an experiment records of a signal, as strong as its limit, over the backgrounds of a search.

Settings of model, card and search are those of the verb ``reach``, with the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput
from darkfactory.figures.curves import notes_of, statistics
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.search_reach import HANDED, KEYS, asked_of
from darkfactory.glossary import Column, named
from darkfactory.models import find_model
from darkfactory.processes import find_process
from darkfactory.recorded.kinds import recording_keys
from darkfactory.searches.base import Search
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import Setting, Settings
from darkfactory.style import COLORS
from darkfactory.verbs.reach import Reach, reach
from darkfactory.verbs.spectrum import Spectrum, spectrum

__all__ = ["RECIPE"]

TRACKS = {"missing-mass-tracks": "m_miss2", "ee-resonance": "m_ee"}
"""Observable by search of three tracks, whose spectra are Monte Carlo."""
WITH_PHOTON = {"missing-mass-photon": "mu -> e a gamma"}
"""What is recorded, where the branching ratio is of another decay."""
EVENTS = 2**16
LOWEST_X, BELOW = 0.8, 0.1
"""Where the range in x begins, and how far below the line at most."""
SIGNAL = "signal at its limit"
FILLS = ("sky", "orange", "yellow", "purple")
LABELS = {"x": "lepton energy $x$ [$W$]", "m_miss2": r"$m_{\rm miss}^2$ [MeV$^2$]", "m_ee": "$m_{ee}$ [MeV]"}
COUPLED = {"F_gev": "F_gev", "epsilon": "epsilon", "g_ee": "g_e", "g_mumu": "g_mu"}
"""Key of a model by the coupling that is limited."""


def _at_limit(found: Reach, handed: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Settings of the model at its limit, and what they say; those of the user where there is no limit."""
    limits = found.rows[0]["expected"]
    keys = {key.name for key in find_model(found.model).keys}
    for coupling, key in COUPLED.items():
        value = limits.get(coupling)
        if key in keys and value and found.rows[0]["status"] == "ok":
            gone = ("model.f_a_gev", "model.mass", f"model.{key}")
            rest = {name: given for name, given in handed.items() if name not in gone}
            return {**rest, f"model.{key}": value}, f"{SIGNAL}, {coupling} = {value:.4g}"
    rest = {name: given for name, given in handed.items() if name != "model.mass"}
    return rest, "signal of the couplings that are set: they are not what is limited, or there is no limit"


def _spectra(
    strategy: Search, found: Reach, settings: Mapping[str, Any], given: Mapping[str, Any], mass: float
) -> tuple[Spectrum, list[Spectrum]]:
    """Spectrum of the signal, with its backgrounds as components, or those beside it."""
    process = find_process(WITH_PHOTON.get(strategy.name, found.result.process))
    model = settings["model"] or strategy.models[0]

    def kept(name: str) -> dict[str, Any]:
        known = recording_keys(find_process(name))
        return {key: value for key, value in given.items() if not key.startswith("search.") or key in known}

    how: dict[str, Any] = {"experiment": settings["experiment"] or strategy.cards[0], "bins": settings["bins"]}
    ends = {end: settings[end] for end in ("low", "high")}
    if strategy.name in TRACKS:
        how |= {"observable": TRACKS[strategy.name], "events": EVENTS}
    own = {**kept(process.name), "model.mass": mass}
    signal = spectrum(process.name, model=model, settings=own, **how, **ends)
    if signal.observable == "x" and ends["low"] is None:
        line = float(signal.edges[int(np.argmax(signal.values))])
        ends["low"] = max(0.0, min(LOWEST_X, line - BELOW))
        signal = spectrum(process.name, model=model, settings=own, **how, **ends)
    if signal.components:
        return signal, []
    leptons = process.name.rpartition(" ")[0]  # of mu -> e a its mu -> e
    ends |= {"low": float(signal.edges[0]), "high": float(signal.edges[-1])}
    names = [name for name in strategy.backgrounds if name.startswith(leptons + " ")]
    plain = [{key: value for key, value in kept(name).items() if not key.startswith("model.")} for name in names]
    return signal, [spectrum(name, settings=own, **how, **ends) for name, own in zip(names, plain, strict=True)]


def compute(settings: Settings, handed: Mapping[str, Any]) -> FigureData:
    """Signal at its limit and backgrounds, bin by bin."""
    strategy = SEARCHES[settings["search"]]
    mass = float(settings["mass"])
    card = settings["experiment"] or strategy.cards[0]
    model = find_model(settings["model"] or strategy.models[0])
    if not any(key.name == "mass" for key in model.keys):
        raise InvalidInput(
            f"search = {strategy.name}: shows what a particle of one mass leaves, and {model.name} has no model.mass; take "
            "the verb spectrum"
        )
    found = reach(strategy.name, card, mass=mass, **asked_of(settings, handed, settings["cl"]))
    if found.rows[0]["status"] == "closed":
        raise InvalidInput(f"mass = {mass:g} MeV: {found.result.process} is closed there; take a smaller one")
    given, words = _at_limit(found, handed)
    signal, others = _spectra(strategy, found, settings, given, mass)
    curves = {**signal.components, **{one.process: one.values for one in others}, "signal": signal.values}
    rows = [
        {"curve": curve, "low": float(low), "high": float(high), "counts": float(value)}
        for curve, values in curves.items()
        for low, high, value in zip(signal.edges[:-1], signal.edges[1:], values, strict=True)
    ]
    summary = [{"curve": curve, "counts in range": float(np.sum(values))} for curve, values in curves.items()]
    notes = (
        f"{found.title} at {mass:g} MeV: {statistics(found)}; {words}",
        f"counts per bin against {signal.observable}",
        *signal.notes,
        *notes_of([found]),
    )
    references = (*found.references, *signal.references, *(key for one in others for key in one.references))
    unit = signal.unit
    own = named(
        Column("low", unit, f"lower end of the bin in {signal.observable}"),
        Column("high", unit, f"upper end of the bin in {signal.observable}"),
    )
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)), own)


def paint(figure: Any, data: FigureData) -> None:
    """Backgrounds on top of each other, the signal as a line, on a logarithmic axis."""
    axis = figure.subplots()
    curves = list(dict.fromkeys(row["curve"] for row in data.rows))
    total: Any = 0.0
    areas = []
    for number, curve in enumerate(curves[:-1]):
        low, high, counts = columns(picked(data.rows, curve=curve), "low", "high", "counts")
        total = total + counts
        areas.append((total, curve, COLORS[FILLS[number % len(FILLS)]]))
    points = picked(data.rows, curve="signal")
    low, high, signal = columns(points, "low", "high", "counts")
    edges = np.append(low, high[-1])
    for heights, curve, color in reversed(areas):  # the last one is behind the others
        axis.stairs(heights, edges, fill=True, color=color, label=curve.replace("_", " "))
    about = data.notes[0].rpartition("; ")[2]
    axis.stairs(signal, edges, color=COLORS["black"], lw=1.6, label=about if about.startswith(SIGNAL) else "signal")
    positive = [values[values > 0] for values in (signal, *(heights for heights, *_ in areas))]
    top = max((float(values.max()) for values in positive if len(values)), default=1.0)
    least = max(float(signal.max()) / 1e3, min((float(v.min()) for v in positive if len(v)), default=1.0))
    axis.set(yscale="log", xlim=(edges[0], edges[-1]), ylim=(min(least, top / 10) or top / 1e6, 30 * top))
    observable = data.notes[1].rpartition(" ")[2]
    label = LABELS.get(observable, observable)
    unit = label.partition(" [")[2]
    axis.set(xlabel=label, ylabel=f"counts per {edges[1] - edges[0]:.3g} {unit.rstrip(']')}")
    axis.set_title(data.notes[0].partition(":")[0], fontsize=9, y=1.0)
    axis.legend(loc="upper right", ncols=2)


RECIPE = Recipe(
    title="what an experiment records of a signal, as strong as the limit on it, over the backgrounds of a search",
    compute=compute,
    paint=paint,
    size=(7.6, 4.8),
    keys=(
        *KEYS,
        Setting("experiment", None, "card, shipped or your own; the first of the search by default", "text"),
        Setting("mass", 20.0, "of what is looked for", unit="MeV", low=0.0),
        Setting(
            "cl",
            None,
            "confidence level; that of the search by default",
            low=0.5,
            high=1.0,
            open_low=True,
            open_high=True,
        ),
        Setting("bins", 100, "number of bins", "integer", low=1, high=1e5),
        Setting("low", None, "lower end of the observable; all that there is by default"),
        Setting("high", None, "upper end of the observable"),
    ),
    handed=HANDED,
)
