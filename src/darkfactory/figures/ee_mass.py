"""Figure ``ee-mass``: invariant mass of e+ e- at Mu3e, internal conversion, accidentals and dark photons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from darkfactory.figures.curves import notes_of, statistics
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PRECISION, lines, resonance_reach, setup_of
from darkfactory.numerics.parallel import ordered
from darkfactory.processes.muon_decay.accidentals import accidental_density
from darkfactory.processes.muon_decay.slices import resonance_slice
from darkfactory.recorded.track_setup import TrackSetup, line_width, pair_mass
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

Array = NDArray[np.float64]
CARD = "mu3e-phase1"
FACTOR = 300.0
"""Signals are drawn with this many times the events of the reach."""
SIGNALS = {10.0: "vermilion", 20.0: "purple", 40.0: "green", 60.0: "black"}
MASSES = (1.6, 2.5, 4.0, 6.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 50.0, 60.0, 70.0, 80.0, 88.0)
RANGE = (3.0, 86.0, 0.1)
"""Range and step [MeV]."""
STEP = 0.1
"""Step of the integral over the true mass [MeV]."""


def _true(setup: TrackSetup, mass: float) -> dict[str, Any]:
    """Internal conversion at a true mass, both pairs of every event."""
    made = resonance_slice(mass, setup.detector, precision=PRECISION)
    density = setup.along_spin(made.background)
    more = {
        "events_per_mev": setup.scale * float(density.sum()),
        "resolution_mev": line_width(made, density, setup.detector, pair_mass),
    }
    return {"panel": "spectrum", "curve": "internal conversion, true", "m_ee_mev": mass, **more}


def _smeared(rows: list[dict[str, Any]], x: Array) -> Array:
    true, events, widths = columns(rows, "m_ee_mev", "events_per_mev", "resolution_mev")
    nodes = np.arange(true[0] + STEP / 2, true[-1], STEP)
    density = np.exp(PchipInterpolator(np.log(true), np.log(events))(np.log(nodes)))
    return lines(x, nodes, np.interp(nodes, true, widths), density * STEP)


def compute() -> FigureData:
    """Smeared spectrum of both pairs, accidentals, and dark photons at a multiple of the reach."""
    setup = setup_of(CARD)
    low, high, step = RANGE
    x = np.arange(low, high + step / 2, step)
    rows = list(ordered(lambda h: _true(setup, MASSES[h]), range(len(MASSES))))
    smeared = _smeared(rows, x)
    found = resonance_reach(CARD, list(SIGNALS))
    probability = float(found.result.settings["accidental_probability"])
    accidental = setup.scale * np.asarray(accidental_density(x, probability))
    for curve, values in (("internal conversion", smeared), ("accidentals", accidental)):
        rows += [
            {"panel": "spectrum", "curve": curve, "m_ee_mev": float(a), "events_per_mev": float(v)}
            for a, v in zip(x, values, strict=True)
        ]
    summary = []
    for h, mass in enumerate(SIGNALS):
        point = found.point(h)
        width = point["sigma_m_ee"]
        events = (
            setup.scale * point["expected"]["branching_ratio"] * point["signal_efficiency"] / setup.detector.efficiency
        )
        line = lines(x, np.array([mass]), np.array([width]), np.array([events]))
        near = np.abs(x - mass) < 5 * width
        for a, value, below in zip(x[near], line[near], (smeared + accidental)[near], strict=True):
            common = {"curve": f"{mass:g} MeV", "mass_mev": mass, "m_ee_mev": float(a)}
            rows.append({"panel": "spectrum", **common, "events_per_mev": FACTOR * value})
            rows.append({"panel": "ratio", **common, "signal_over_background": value / below})
        summary.append(
            {
                "m_X [MeV]": mass,
                "epsilon2 at the reach": point["expected"]["epsilon2"],
                "events at the reach": events,
                "resolution [MeV]": width,
                "internal conversion [1/MeV]": float(np.interp(mass, x, smeared)),
                "accidentals [1/MeV]": float(np.interp(mass, x, accidental)),
            }
        )
    notes = (
        f"{setup.exposure:.2g} stopped muons, efficiency {setup.detector.efficiency:g} [assumed]; dark photons with "
        f"{FACTOR:g} times the events of the reach; reach: histogram in two angles, {statistics(found)}",
        "both e+ e- pairs of internal conversion are counted, of a signal the pair from X; Gaussian resolutions, background "
        f"interpolated in its logarithm between {len(MASSES)} masses",
        f"accidentals: {probability:.2g} per muon, flat from 5 to 90 MeV [assumed shape and vertex probability]",
        *notes_of([found]),
    )
    return FigureData(rows, summary, notes, tuple(found.references))


def paint(figure: Any, data: FigureData) -> None:
    """Spectrum on a logarithmic axis; signal over background at the reach below it."""
    main, ratio = figure.subplots(2, 1, sharex=True, height_ratios=(2.6, 1))
    x, y = columns(picked(data.rows, panel="spectrum", curve="internal conversion"), "m_ee_mev", "events_per_mev")
    _, flat = columns(picked(data.rows, panel="spectrum", curve="accidentals"), "m_ee_mev", "events_per_mev")
    main.fill_between(x, y, 1, color=COLORS["sky"], alpha=0.45, lw=0)
    main.plot(x, y, color=COLORS["blue"], lw=1.2, label=r"$\mu\to eee\nu\bar\nu$, both pairs")
    points = picked(data.rows, panel="spectrum", curve="internal conversion, true")
    main.plot(*columns(points, "m_ee_mev", "events_per_mev"), "o", ms=3, color="black", label="its true value, slices")
    inside = flat > 0
    main.plot(x[inside], flat[inside], color=COLORS["orange"], ls=(0, (5, 2)), label="accidentals [assumed]")
    for mass, color in SIGNALS.items():
        spectrum, over = (picked(data.rows, panel=panel, curve=f"{mass:g} MeV") for panel in ("spectrum", "ratio"))
        main.plot(*columns(spectrum, "m_ee_mev", "events_per_mev"), color=COLORS[color], label=f"$m_X$ = {mass:g} MeV")
        a, b = columns(over, "m_ee_mev", "signal_over_background")
        ratio.plot(a, 1e3 * b, color=COLORS[color])
    main.set(yscale="log", xlim=(x[0], x[-1]), ylim=(300, 30 * y.max()), ylabel="events per MeV at phase I")
    main.set_title(f"dark photons, {FACTOR:g} times the events of the 95% CLs reach (z = 1.96)", fontsize=10)
    main.legend(loc="upper right", ncols=2)
    ratio.set(ylim=(0, None), xlabel="$m_{ee}$ [MeV]")
    ratio.set_ylabel("signal / background\nat the reach [$10^{-3}$]")


RECIPE = Recipe(
    title="Mu3e: invariant mass of e+ e- of internal conversion and accidentals, with dark photons",
    compute=compute,
    paint=paint,
    size=(7.2, 5.4),
)
