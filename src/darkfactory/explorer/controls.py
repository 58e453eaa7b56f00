"""Sliders and fields of the page, from the settings that the package declares: range, steps, unit, meaning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from darkfactory.experiments import Card
from darkfactory.experiments.keys import KEYS
from darkfactory.figures.search_reach import SCANNED
from darkfactory.figures.search_spectrum import COUPLED
from darkfactory.models import find_model
from darkfactory.searches.base import LFV_SCANNED
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import find_search
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Setting

__all__ = ["Control", "control_of", "controls", "phased", "start_cl"]

STEPS = 40
"""Steps of a slider for each factor of ten, and of a linear one in all twice as many and more."""
DECADES = 2.0
"""How far a logarithmic slider goes to both sides."""
NARROW = 0.02
"""Part of its range from which on a value has a linear slider."""
BOUNDED = 1e6
HIDDEN = ("mass", "total_width", "F_gev", "f_a_gev", "chirality", "C_V", "C_A")
"""Keys of models that have controls of their own, or say how strong or how wide all is."""


@dataclass(frozen=True)
class Control:
    """One slider, choice or field.

    Attributes
    ----------
    key : str
        Setting, with its prefix.
    kind : {"slider", "choice", "text"}
        What it looks like.
    label, help : str
        Name with unit, and what it means with its range.
    start : str
        Value that holds if nobody changes it; empty if nobody gives one.
    origin : str
        Where that is from: tag of the card, ``default``.
    values : tuple of str
        Steps of a slider, words of a choice.
    """

    key: str
    kind: str
    label: str
    help: str
    start: str
    origin: str
    values: tuple[str, ...] = ()


def control_of(setting: Setting, value: Any, origin: str, name: str = "") -> Control:
    """Control of a setting.

    Parameters
    ----------
    setting : Setting
        As it is declared.
    value : object
        What holds.
    origin : str
        Where that is from.
    name : str
        Key with prefix; the name of the setting by default.

    Examples
    --------
    >>> made = control_of(KEYS["beam.polarization"], 0.9, "assumed")
    >>> made.kind, made.label, made.start, made.values[0], made.values[-1]
    ('slider', 'polarization', '0.9', '0', '1')
    """
    key = name or setting.name
    words = key.split(".")[1:] if "." in key else [key]
    label = " ".join(words).replace("_", " ") + (f" [{setting.unit}]" if setting.unit not in ("", "1") else "")
    about = f"{key}: {setting.doc}; allowed {setting.range_text}"
    if setting.kind in ("choice", "flag"):
        choices = setting.choices or ("true", "false")
        start = "" if value is None else str(value).lower() if setting.kind == "flag" else str(value)
        return Control(key, "choice", label, about, start, origin, choices if start else ("", *choices))
    if setting.kind == "number" and isinstance(value, (int, float)) and (steps := _steps(setting, float(value))):
        return Control(key, "slider", label, about, _text(value), origin, steps)
    return Control(key, "text", label, about, _words(setting, value), origin)


def _words(setting: Setting, value: Any) -> str:
    """A value as one writes it."""
    if value is None:
        return ""
    if setting.kind == "prior":
        return "free" if math.isinf(value) else "none" if value == 0 else _text(value)
    return _text(value) if isinstance(value, (int, float)) else str(value).strip("()")


def _text(value: float) -> str:
    return f"{float(value):.6g}"


def _steps(setting: Setting, value: float) -> tuple[str, ...]:
    """Steps through a value: even ones over a bounded range, equal ratios otherwise; none where neither has a meaning."""
    low, high = setting.low, setting.high
    if low > -BOUNDED and high < BOUNDED and value >= low + NARROW * (high - low):
        found = np.linspace(low, high, 2 * STEPS + 21)
    elif value > 0 and (low >= 0 or low <= -BOUNDED):
        found = value * 10 ** (np.arange(-DECADES * STEPS, DECADES * STEPS + 1) / STEPS)
    else:
        return ()
    above = found > low if setting.open_low else found >= low
    below = found < high if setting.open_high else found <= high
    kept = [float(f"{x:.3g}") for x in found[above & below]]
    return tuple(map(_text, sorted({*(x for x in kept if low <= x <= high), float(_text(value))})))


def controls(
    search: str, card: Card, model: str, coupling: str, keys: Sequence[str], quick: Mapping[str, str]
) -> tuple[Control, ...]:
    """Controls of the settings that the page shows of a search at a card, and of those of a model.

    Parameters
    ----------
    search, model, coupling : str
        Names.
    card : Card
        The experiment.
    keys : sequence of str
        Settings of card and search.
    quick : mapping
        Settings that the page begins with.
    """
    strategy = find_search(search)
    hidden = (*HIDDEN, *(LFV_SCANNED if strategy.takes == "lfv-alp" else ()))
    return (*_of_model(model, coupling, hidden), *_of_card(strategy, card, keys, quick))


def _of_model(model: str, coupling: str, hidden: Sequence[str]) -> Iterator[Control]:
    scanned = COUPLED.get(coupling or next(iter(SCANNED.get(model, ())), ""), "epsilon")
    for setting in find_model(model).keys:
        if setting.name not in (*hidden, scanned):
            made = control_of(setting, setting.default, "default", f"model.{setting.name}")
            # how a coupling compares with another is no step of a slider
            yield replace(made, kind="text", values=()) if made.kind == "slider" else made


def _of_card(strategy: Any, card: Card, keys: Sequence[str], quick: Mapping[str, str]) -> Iterator[Control]:
    typed = card_settings(card, strategy.keys, strategy.name)
    numbers = card.quantities()
    own = card.section(strategy.name)
    known = {key.name: key for key in strategy.keys}
    for name in (*keys, *quick):
        short = name.removeprefix("search.")
        if name in numbers:
            yield control_of(KEYS[name], numbers[name].value, _origin(numbers[name]))
        elif name.startswith("search.") and short in known:
            origin = _origin(own[short]) if short in own else "default"
            yield control_of(known[short], typed[short], origin, name)


def _origin(number: Any) -> str:
    """Tag of a number of a card, and how sure that is."""
    return ", ".join(filter(None, (number.tag, number.provenance)))


def start_cl(search: str, experiment: str) -> Control:
    """Control of the confidence level of a search at an experiment."""
    strategy = find_search(search)
    typed = card_settings(load_experiment(experiment), strategy.keys, strategy.name)
    setting = next(key for key in strategy.keys if key.name == "cl")
    return control_of(setting, typed["cl"] or strategy.cl, "card" if typed["cl"] else "search", "confidence level")


def phased(mixing: float, phase: float) -> dict[str, str]:
    """C_V and C_A of an LFV ALP from their mixing angle and relative phase [degree].

    Examples
    --------
    >>> phased(45, 0), phased(45, 90)["model.C_A"], phased(90, 0)
    ({'model.C_V': '0.7071', 'model.C_A': '0.7071'}, '0+0.7071j', {'model.C_V': '0', 'model.C_A': '1'})
    """
    angle, turn = math.radians(mixing), math.radians(phase)
    size = math.sin(angle)
    real, imaginary = (round(size * f(turn), 4) + 0.0 for f in (math.cos, math.sin))
    axial = f"{real:g}{imaginary:+g}j" if imaginary else f"{real:g}"
    return {"model.C_V": f"{round(math.cos(angle), 4) + 0.0:g}", "model.C_A": axial}
