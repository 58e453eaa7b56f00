"""What the figures of three tracks at Mu3e share: cards and colours, slices, smeared lines, curves of both phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments import load_card
from darkfactory.figures.areas import Named
from darkfactory.figures.points import columns, picked
from darkfactory.models import Mediator
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.line.pairs import ResonanceEvents, resonance_events
from darkfactory.style import COLORS
from darkfactory.verbs.reach import Reach, reach

__all__ = [
    "PHASES",
    "PRECISION",
    "draw_reaches",
    "lines",
    "mass_axis",
    "pair_slice",
    "resonance_reach",
    "setup_of",
]

Array = NDArray[np.float64]
PRECISION = 0.014
"""Monte Carlo error of sqrt(background)/signal at which slices stop; limits on couplings have half of it, most much less."""
PHASES = {"phase I": ("mu3e-phase1", "blue"), "phase II": ("mu3e-phase2", "vermilion")}
"""Card and colour."""


def setup_of(card: str, **settings: Any) -> TrackSetup:
    """Detector and exposure of a card; ``beam_polarization=0.9`` and the like override it."""
    return TrackSetup.from_card(load_card(card, {key.replace("_", ".", 1): value for key, value in settings.items()}))


def pair_slice(setup: TrackSetup, model: Mediator, precision: float = PRECISION) -> tuple[ResonanceEvents, Array]:
    """Events at the mass of X, and the signal of each with the couplings of the model and BR(ee) = 1.

    Parameters
    ----------
    setup : TrackSetup
        Detector.
    model : Mediator
        X with its couplings.
    precision : float
        Monte Carlo error at which to stop.
    """
    events = resonance_events(model, setup, precision)
    return events, events.signal(model.scan(None, "prompt").monomials(1.0))


def lines(x: Array, centers: Array, widths: Array, areas: Array) -> Array:
    """Sum of Gaussian lines at x, e.g. a density smeared with the resolution as many narrow lines.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Where, in the unit of the variable.
    centers, widths, areas : ndarray, shape (m,)
        Of the lines.

    Returns
    -------
    ndarray, shape (n,)
        Per unit of the variable.
    """
    pull = (x[:, None] - centers) / widths
    return np.asarray(np.exp(-0.5 * pull**2) @ (areas / widths) / np.sqrt(2 * np.pi))


def resonance_reach(card: str, masses: Any, angles: str = "2d", **settings: Any) -> Reach:
    """Reach of the prompt resonance search with the precision of figures.

    Parameters
    ----------
    card : str
        Experiment.
    masses : array_like
        Masses of X [MeV].
    angles : str
        As in the search.
    **settings
        ``model``, ``coupling``, ``cl``, and further settings: of the search such as ``lifetime``, others with their whole name.
    """
    named = {key: settings.pop(key) for key in ("model", "coupling", "cl") if key in settings}
    given: dict[str, Any] = {"search.precision": PRECISION, "search.angles": angles}
    given |= {key if "." in key else f"search.{key}": value for key, value in settings.items()}
    return reach("ee-resonance", card, mass=np.asarray(masses, dtype=float), settings=given, **named)


def draw_reaches(axis: Any, rows: Sequence[Mapping[str, Any]], column: str, dashes: Mapping[str, Any]) -> Named:
    """Curves of both phases, one dash pattern for each value of ``angles``.

    Parameters
    ----------
    axis : matplotlib axes
        To draw on.
    rows : sequence of dict
        Rows of :func:`~darkfactory.figures.curves.reach_rows` with phase and angles.
    column : str
        The coupling.
    dashes : mapping
        Dashes and words by choice of angles.

    Returns
    -------
    list of (x, y, text, color)
        Name of each phase, at one of its curves.
    """
    named: dict[str, tuple[Array, Array, str, str]] = {}
    for phase, (_, color) in PHASES.items():
        for angles, (dash, _) in dashes.items():
            points = picked(rows, phase=phase, angles=angles)
            if points:
                x, y = columns(points, "mass_mev", column)
                axis.plot(x, y, color=COLORS[color], ls=dash, lw=2.0 if angles == "2d" else 1.2)
                if angles == "2d" or phase not in named:
                    named[phase] = (x, y, f"Mu3e {phase}", COLORS[color])
    return list(named.values())


def mass_axis(axis: Any, low: float, high: float, symbol: str) -> None:
    """Logarithmic axis of masses with plain numbers.

    Parameters
    ----------
    axis : matplotlib axes
        To change.
    low, high : float
        Ends [MeV].
    symbol : str
        Of the mass.
    """
    from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

    axis.set(xscale="log", xlim=(low, high), xlabel=f"{symbol} [MeV]")
    if high > 50 * low:  # powers of ten are enough
        return
    ticks = [k * 10.0**n for n in range(-9, 7) for k in (1, 2, 5) if low <= k * 10.0**n <= high]
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_major_formatter(ScalarFormatter())
    axis.xaxis.set_minor_formatter(NullFormatter())
