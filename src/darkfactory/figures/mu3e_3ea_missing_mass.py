"""Figure ``mu3e-3ea-missing-mass``: missing mass squared of three tracks at Mu3e, internal conversion and ALPs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from darkfactory.figures.curves import notes_of, statistics
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PRECISION, lines, setup_of
from darkfactory.models import CHIRALITIES
from darkfactory.processes.muon_decay.slices import missing_mass_slice
from darkfactory.recorded.track_setup import TrackSetup, line_width, missing_mass2
from darkfactory.searches.missing_mass_tracks import SPIN_BINS
from darkfactory.style import COLORS
from darkfactory.verbs.reach import reach

__all__ = ["RECIPE"]

Array = NDArray[np.float64]
CARD, CHIRALITY, POLARIZATION = "mu3e-phase1", "V+A", 0.9
FACTOR = 1000.0
"""Signals are drawn with this many times the events of the reach."""
SIGNALS = {0.0: "vermilion", 20.0: "purple", 40.0: "green"}
BACKGROUND_MASSES = (0.0, 10.0, 20.0, 30.0, 40.0, 48.0, 55.0, 60.0, 65.0, 70.0)
RANGE = (-400.0, 4600.0, 10.0)
"""Range and step of the missing mass squared [MeV^2]."""
STEP = 5.0
"""Step of the integral over the true missing mass squared [MeV^2]."""


def _background(setup: TrackSetup, x: Array) -> tuple[list[dict[str, Any]], Array]:
    """True densities at the masses of the slices, as rows; the smeared density, events per MeV^2 at x."""
    rows = []
    for mass in BACKGROUND_MASSES:
        made = missing_mass_slice(mass, setup.detector, precision=PRECISION)
        density = setup.along_spin(made.background)
        sigma = line_width(made, density, setup.detector, missing_mass2)
        count = setup.scale * float(density.sum())
        more = {"x_mev2": mass**2, "events_per_mev2": count, "resolution_mev2": sigma}
        rows.append({"panel": "spectrum", "curve": "internal conversion, true", **more})
    true, events, widths = columns(rows, "x_mev2", "events_per_mev2", "resolution_mev2")
    nodes = np.arange(STEP / 2, true[-1], STEP)
    smooth = np.exp(PchipInterpolator(true, np.log(events))(nodes))
    return rows, lines(x, nodes, np.interp(nodes, true, widths), smooth * STEP)


def _directions(setup: TrackSetup) -> list[dict[str, Any]]:
    """Share of events in bins of the cosine between all tracks and the muon's spin, massless ALP and background."""
    made = missing_mass_slice(0.0, setup.detector, precision=PRECISION)
    e1, e2, e3 = made.momenta
    p = (e1 + e2 + e3)[:, 1:]
    cosine = -p[:, 2] / np.linalg.norm(p, axis=1)
    densities = {f"ALP, {name}": made.alp(*CHIRALITIES[name]) for name in ("V+A", "V-A")}
    rows = []
    for curve, density in {**densities, "internal conversion": made.background}.items():
        counts, edges = np.histogram(cosine, SPIN_BINS, (-1, 1), weights=setup.along_spin(density))
        rows += [
            {"panel": "direction", "curve": curve, "cos_low": float(a), "cos_high": float(b), "share": float(n)}
            for a, b, n in zip(edges[:-1], edges[1:], counts / counts.sum(), strict=True)
        ]
    return rows


def compute() -> FigureData:
    """Smeared spectrum, signal over background, directions to the spin."""
    setup = setup_of(CARD)
    low, high, step = RANGE
    x = np.arange(low, high + step / 2, step)
    rows, smeared = _background(setup, x)
    for a, value in zip(x, smeared, strict=True):
        rows.append({"panel": "spectrum", "curve": "internal conversion", "x_mev2": a, "events_per_mev2": value})
    settings = {"model.chirality": CHIRALITY, "search.precision": PRECISION, "search.edge": "flat"}
    found = reach("missing-mass-tracks", CARD, mass=list(SIGNALS), settings=settings)
    summary = []
    for h, mass in enumerate(SIGNALS):
        point = found.point(h)
        width, events = np.array([point["sigma_m_miss2"]]), np.array([point["signal_events"]])
        line = lines(x, np.array([mass**2]), width, events)
        near = np.abs(x - mass**2) < 5 * width
        for a, value, below in zip(x[near], line[near], smeared[near], strict=True):
            common = {"curve": f"{mass:g} MeV", "mass_mev": mass, "x_mev2": a}
            rows.append({"panel": "spectrum", **common, "events_per_mev2": FACTOR * value})
            rows.append({"panel": "ratio", **common, "signal_over_background": value / below})
        summary.append(
            {
                "m_a [MeV]": mass,
                "F at the reach [GeV]": point["expected"]["F_gev"],
                "events at the reach": float(events[0]),
                "resolution [MeV^2]": float(width[0]),
                "background in 3.545 resolutions": point["background"],
            }
        )
    rows += _directions(setup_of(CARD, beam_polarization=POLARIZATION))
    notes = (
        f"{setup.exposure:.2g} stopped muons, three tracks, efficiency {setup.detector.efficiency:g} [assumed]; signals "
        f"{CHIRALITY} with {FACTOR:g} times the events of the reach, F is smaller by {FACTOR**0.5:.1f} than at the reach; "
        f"signal over background is at the reach: {statistics(found)}, unpolarised, flat background at the edge",
        "background and signals smeared with Gaussian resolutions, background interpolated in its logarithm between "
        f"{len(BACKGROUND_MASSES)} missing masses; it begins at 0, where it has the shape of a massless V-A ALP",
        f"direction of all tracks to the spin: massless ALP, P = {POLARIZATION:g} [assumed]",
        *notes_of([found]),
    )
    return FigureData(rows, summary, notes, tuple(found.references))


def _directions_drawn(axis: Any, rows: Any) -> None:
    styles = {"internal conversion": ("grey", True), "ALP, V-A": ("blue", False), "ALP, V+A": ("vermilion", False)}
    for curve, (color, fill) in styles.items():
        left, right, share = columns(picked(rows, panel="direction", curve=curve), "cos_low", "cos_high", "share")
        edges = np.append(left, right[-1])
        words = curve.replace("-", "\N{MINUS SIGN}")
        style: dict[str, Any] = {"fill": True, "alpha": 0.35} if fill else {"lw": 1.6}
        if curve == "ALP, V-A":
            style["ls"] = (0, (4, 3))
        axis.stairs(share, edges, color=COLORS[color], label=words, **style)
    axis.set(xlim=(-1, 1), ylim=(0, 1.5 * axis.dataLim.y1), ylabel="share per bin", xticks=(-1, -0.5, 0, 0.5, 1))
    axis.set_xlabel(r"cosine between $\vec p_1+\vec p_2+\vec p_3$ and the spin")
    axis.set_title(f"$m_a$ = 0, P = {POLARIZATION:g} [assumed]", fontsize=9)
    axis.legend(loc="upper center", ncols=2)


def paint(figure: Any, data: FigureData) -> None:
    """Left the spectrum; right signal over background, and the direction to the spin."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1.5, 1))
    main, ratio, spin = (figure.add_subplot(place) for place in (grid[:, 0], grid[0, 1], grid[1, 1]))
    x, y = columns(picked(data.rows, panel="spectrum", curve="internal conversion"), "x_mev2", "events_per_mev2")
    main.fill_between(x, y, color=COLORS["sky"], alpha=0.5, lw=0)
    main.plot(x, y, color=COLORS["blue"], lw=1, label=r"$\mu\to eee\nu\bar\nu$, smeared")
    points = picked(data.rows, panel="spectrum", curve="internal conversion, true")
    main.plot(*columns(points, "x_mev2", "events_per_mev2"), "o", ms=3, color="black", label="its true value, slices")
    for mass, color in SIGNALS.items():
        curve = f"{mass:g} MeV"
        spectrum, over = (picked(data.rows, panel=panel, curve=curve) for panel in ("spectrum", "ratio"))
        a, b = columns(spectrum, "x_mev2", "events_per_mev2")
        main.plot(a, b, color=COLORS[color], label=rf"ALP, $m_a$ = {mass:g} MeV")
        a, b = columns(over, "x_mev2", "signal_over_background")
        ratio.plot(a, 1e4 * b, color=COLORS[color], label=rf"$m_a$ = {mass:g} MeV")
    top = 20 * y.max()
    main.set(yscale="log", ylim=(top * 1e-6, top), xlim=(x[0], x[-1]), xlabel=r"$m_{\rm miss}^2$ [MeV$^2$]")
    main.set_ylabel(r"events per MeV$^2$ at phase I")
    main.set_title(rf"V+A, {FACTOR:g} times the events of the 95% CLs reach (z = 1.96)", fontsize=9)
    main.legend(loc="upper right", ncols=2)
    ratio.axvline(0, color=COLORS["grey"], lw=0.8, ls=":")
    ratio.set(xlim=(-200, 2000), ylim=(0, 18), xlabel=r"$m_{\rm miss}^2$ [MeV$^2$]")
    ratio.set_ylabel(r"signal / background [$10^{-4}$]")
    ratio.set_title("at the 95% CLs reach, flat edge, unpolarised", fontsize=9)
    ratio.legend(loc="upper right")
    _directions_drawn(spin, data.rows)


RECIPE = Recipe(
    title="Mu3e: missing mass squared of mu -> e e e a over internal conversion, the edge at zero, direction to the spin",
    compute=compute,
    paint=paint,
    size=(9.8, 5.2),
)
