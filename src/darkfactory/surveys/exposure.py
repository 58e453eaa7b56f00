"""What a search costs: the exposure of its card, and that with which it would reach a goal, found by asking it again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from darkfactory.experiments import Card
from darkfactory.surveys.line import Line
from darkfactory.surveys.reaches import Searched, intervals_of

__all__ = ["exposure_of", "needed"]

DAYS = "beam.days"
UNITS = {
    DAYS: "stopped muons",
    "beam.exposure_muons": "stopped muons",
    "beam.tau_pairs": "tau pairs",
    "beam.luminosity_per_fb": "1/fb",
    "beam.electrons": "electrons on target",
    "beam.pot": "protons on target",
}
"""What a card counts, by the key that its exposure is proportional to at the same rate; the first that it has."""
PER_DECADE = 2
"""Exposures at which a search is asked, per decade."""
FARTHEST = 4
"""Decades up and down that are looked at."""
EXPONENT = 0.25
"""First guess: couplings, and inverse scales, go with this power of the inverse exposure if the background is large."""
FLAT = 0.01
"""Power below which more exposure does not help."""
Steps = Callable[[int], float | None]
"""Number of half decades of exposure -> logarithm of the gain over the goal, None without a reach."""


def _key(card: Card) -> str:
    return next(key for key in UNITS if card.has(key))


def exposure_of(card: Card) -> tuple[float, str, float | None]:
    """Exposure of a card, its unit, and the days that it takes, None where the card does not say.

    Parameters
    ----------
    card : Card
        The experiment.

    Examples
    --------
    >>> from darkfactory.experiments import load_card
    >>> exposure_of(load_card("e137"))
    (1.87e+20, 'electrons on target', None)
    """
    key, values = _key(card), card.values()
    return (card.exposure if key == DAYS else float(values[key])), UNITS[key], values.get(DAYS)


def needed(found: Searched, line: Line, goals: Sequence[float | None]) -> list[tuple[float | None, str]]:
    """Factor on the exposure with which a search reaches a coupling at each mass, and how it was found.

    The search is asked again with exposures half a decade apart until two of them hold the goal between them; in between the
    reach is taken as a power of the exposure.

    Parameters
    ----------
    found : Searched
        The search, with the exposure of its card.
    line : Line
        The common coupling.
    goals : sequence of float or None
        A coupling for each mass; None where nothing is asked.

    Returns
    -------
    list of (float or None, str)
        Factor, None where there is none; in words.
    """
    key = _key(found.asked.card)
    own = float(found.asked.card.values()[key])
    masses = [entry.mass for entry in found.entries]
    reached = {0: found.answers}

    def gain(h: int, step: int) -> float | None:
        if step not in reached:
            reached[step] = tuple(found.asked.with_exposure(key, own * 10.0 ** (step / PER_DECADE)).at(masses))
        weakest, goal = line.weakest(intervals_of(reached[step][h], line, observed=False)), goals[h]
        return math.log(line.gain(weakest, goal)) if weakest and goal else None

    return [
        _crossing(partial(gain, h), found.entries[h].limited_by) if goal else (None, "") for h, goal in enumerate(goals)
    ]


def _crossing(gain: Steps, limited_by: str) -> tuple[float | None, str]:
    """Where the gain changes its sign."""
    per_step = math.log(10) / PER_DECADE
    start = gain(0)
    if start is None:
        return None, "no reach"
    way = -1 if start > 0 else 1
    guess = way * max(math.ceil(abs(start) / (EXPONENT * per_step)) - 1, 1)
    at, value = 0, start
    for step in (guess, *range(guess + way, way * (FARTHEST * PER_DECADE + 1), way)):
        if abs(step) > FARTHEST * PER_DECADE:
            break
        other = gain(step)
        if other is None:
            return None, f"no reach at {10.0 ** (step / PER_DECADE):.3g} times the exposure"
        if other * start <= 0:
            return _between(gain, (at, value), (step, other), way)
        if abs(other - value) < FLAT * per_step * abs(step - at):
            return None, f"more exposure does not help, limited by {limited_by}" if way > 0 else "any exposure does"
        at, value = step, other
    return None, f"{'more' if way > 0 else 'less'} than 1e{way * FARTHEST} times the exposure of the card"


def _between(gain: Steps, one: tuple[int, float], other: tuple[int, float], way: int) -> tuple[float, str]:
    """Factor on the exposure where a power of it, between two steps that are next to each other, has no gain left."""
    while abs(other[0] - one[0]) > 1:
        step = other[0] - way
        value = gain(step)
        if value is None:
            break
        if value * one[1] <= 0:
            other = step, value
        else:
            one = step, value
            break
    (a, f), (b, g) = one, other
    place = a if f == g else a + (b - a) * f / (f - g)
    exponent = (g - f) / ((b - a) * math.log(10) / PER_DECADE) if f != g else 0.0
    return 10.0 ** (place / PER_DECADE), f"reach goes as exposure^{exponent:.2f} there"
