"""The keys of an experiment card: what each means, its unit and its allowed range.

A new key is one line of :data:`KEYS`. Which of them a card must give stands in
:mod:`darkfactory.experiments.completeness`. The keys of a ``search`` section belong to the searches and are not listed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

from darkfactory.constants import GEV, M_TAU
from darkfactory.errors import in_range, one_of

__all__ = ["KEYS", "SECTIONS", "Key", "canonical", "find_key", "parse_value", "to_number"]

Kind = Literal["number", "choice", "pairs", "text"]

SECTIONS = ("beam", "detector")
"""Sections of a card whose keys are listed in :data:`KEYS`."""

HUGE = 1e30
"""Upper end of counts and times; keeps their products finite."""


@dataclass(frozen=True)
class Key:
    """One allowed key of a card.

    Parameters
    ----------
    doc : str
        What the quantity is; shown behind the allowed range when a value is refused.
    unit : str
        Unit of the value, ``1`` if dimensionless.
    low, high : float
        Ends of the allowed range of a number, or of the numbers of ``pairs``.
    open_low, open_high : bool
        Whether an end itself is forbidden.
    kind : {'number', 'choice', 'pairs', 'text'}
        ``pairs`` is a list of [low, high] that do not overlap.
    choices : tuple of str
        Allowed words of a ``choice``.
    particle : str
        Beam particle that the key belongs to; empty for any.
    """

    doc: str
    unit: str = "1"
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    kind: Kind = "number"
    choices: tuple[str, ...] = ()
    particle: str = ""


def _positive(doc: str, unit: str = "1", *, particle: str = "", high: float = HUGE) -> Key:
    return Key(doc, unit, low=0.0, high=high, open_low=True, particle=particle)


def _choice(doc: str, *choices: str) -> Key:
    return Key(doc, kind="choice", choices=choices)


def _cosine(doc: str, kind: Kind = "number") -> Key:
    return Key(doc, low=-1.0, high=1.0, kind=kind)


KEYS: dict[str, Key] = {
    "beam.particle": _choice("the lepton that decays", "muon", "tau"),
    "beam.stopping_rate": _positive("muons stopped per second", "1/s", particle="muon"),
    "beam.days": _positive("live time", "d", particle="muon"),
    "beam.exposure_muons": _positive("stopped and decayed muons; replaces stopping_rate and days", particle="muon"),
    "beam.polarization": Key(
        "degree of polarization of the muon spin, which is antiparallel to the beam", low=0, high=1, particle="muon"
    ),
    "beam.luminosity_per_fb": _positive("integrated luminosity", "1/fb", particle="tau"),
    "beam.tau_pair_cross_section_nb": _positive("cross section of e+e- -> tau+tau-", "nb", particle="tau"),
    "beam.tau_pairs": _positive(
        "tau pairs produced; replaces luminosity_per_fb and tau_pair_cross_section_nb", particle="tau"
    ),
    "beam.sqrt_s_gev": Key(
        "centre-of-mass energy, above 2 m_tau", "GeV", 2 * M_TAU / GEV, HUGE, open_low=True, particle="tau"
    ),
    "detector.x_resolution": _positive("Gaussian width sigma of the lepton energy, in units of x"),
    "detector.resolution_power": Key("exponent p of sigma = x_resolution * x^p", low=-10, high=10),
    "detector.efficiency": _positive("fraction of accepted leptons that is recorded", high=1.0),
    "detector.cone_radius": _positive("radius of the forward calorimeter", "mm"),
    "detector.cone_distance": _positive("distance from the target to the forward calorimeter", "mm"),
    "detector.cos_theta_low": _cosine("lower end of the accepted cos_theta, measured from the beam axis"),
    "detector.cos_theta_high": _cosine("upper end of the accepted cos_theta, measured from the beam axis"),
    "detector.cos_theta_bins": _cosine("bins [low, high] of cos_theta, measured from the beam axis", "pairs"),
    "detector.field": _positive("solenoid field between target and forward calorimeter", "T"),
    "detector.energy_frame": _choice("frame in which x is measured", "rest", "cm", "pseudo-rest"),
    "detector.tag_efficiency": Key(
        "fraction of tau pairs tagged and reconstructed", low=0, high=1, open_low=True, particle="tau"
    ),
}
"""Every allowed ``beam.*`` and ``detector.*`` key."""


def canonical(name: str) -> str:
    """Return ``name`` as names are compared: lower case, hyphens and underscores the same.

    Examples
    --------
    >>> canonical("MEGII-fwd") == canonical("megii_fwd")
    True
    """
    return str(name).strip().lower().replace("-", "_")


_CANONICAL = {canonical(name): name for name in KEYS}


def find_key(name: str) -> str | None:
    """Return the key of :data:`KEYS` that ``name`` spells, or None."""
    return _CANONICAL.get(canonical(name))


def to_number(raw: Any) -> float | None:
    """Return a number or a numeric string as a float (also YAML's ``'1e8'``), None if it is neither."""
    if isinstance(raw, bool) or not isinstance(raw, (Real, str)):
        return None
    try:
        return float(raw)
    except (ValueError, OverflowError):
        return None


def parse_value(name: str, raw: Any) -> tuple[Any, str | None]:
    """Turn what a user wrote into the value of a key.

    Parameters
    ----------
    name : str
        A key of :data:`KEYS`.
    raw : object
        Number, string or list, from YAML, Python or the command line.

    Returns
    -------
    value : object
        A float, a word, or a tuple of (low, high) for ``pairs``; meaningless with a problem.
    problem : str or None
        What is wrong, with the allowed range.

    Examples
    --------
    >>> parse_value("beam.stopping_rate", "1e8")
    (100000000.0, None)
    >>> parse_value("detector.efficiency", 1.5)[1]
    'detector.efficiency = 1.5: allowed (0, 1]; fraction of accepted leptons that is recorded'
    """
    key = KEYS[name]
    if key.kind == "number":
        value = to_number(raw)
        return value, _range_problem(name, key, str(raw) if value is None else value)
    if key.kind == "choice":
        word = next((choice for choice in key.choices if canonical(choice) == canonical(raw)), str(raw))
        return word, one_of(name, word, key.choices)
    if key.kind == "pairs":
        return _parse_pairs(name, key, raw)
    text = raw.strip() if isinstance(raw, str) else ""
    return text, None if text else f"{name} = {raw!r}: allowed a non-empty text; {key.doc}"


def _range_problem(name: str, key: Key, value: Any) -> str | None:
    unit = "" if key.unit == "1" else key.unit
    ends = {"open_low": key.open_low, "open_high": key.open_high or math.isinf(key.high)}
    return in_range(name, value, key.low, key.high, unit=unit, remedy=key.doc, **ends)


def _parse_pairs(name: str, key: Key, raw: Any) -> tuple[Any, str | None]:
    shown = f"allowed a list [[low, high], ...] within [{key.low:g}, {key.high:g}]; {key.doc}"
    if isinstance(raw, str):
        import yaml

        try:
            raw = yaml.safe_load(raw)
        except (yaml.YAMLError, ValueError):
            return (), f"{name} = {raw!r}: {shown}"
    rows = _as_list(raw)
    pairs = [tuple(to_number(end) for end in _as_list(row)) for row in rows]
    if not rows or any(len(pair) != 2 or None in pair for pair in pairs):
        return (), f"{name} = {raw!r}: {shown}"
    value = tuple(sorted(pairs))
    for problem in (_range_problem(name, key, end) for pair in value for end in pair):
        if problem:
            return (), problem
    return value, _order_problem(name, value)


def _order_problem(name: str, pairs: Iterable[tuple[Any, ...]]) -> str | None:
    ordered = list(pairs)
    for low, high in ordered:
        if not low < high:
            return f"{name} = [{low:g}, {high:g}]: allowed low < high; write the lower end first"
    for (low, high), (next_low, next_high) in itertools.pairwise(ordered):
        if next_low < high - 1e-12:
            return (
                f"{name} = [{low:g}, {high:g}] and [{next_low:g}, {next_high:g}]: "
                "allowed bins that do not overlap; a muon must not be counted twice"
            )
    return None


def _as_list(raw: Any) -> list[Any]:
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    return list(raw) if isinstance(raw, (list, tuple)) else []
