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
from darkfactory.errors import in_range, one_of, shortened
from darkfactory.yaml_files import parse_yaml

__all__ = ["KEYS", "SECTIONS", "Key", "canonical", "find_key", "parse_value", "to_number"]

Kind = Literal["number", "choice", "pairs", "table", "text"]

SECTIONS = ("beam", "detector", "trigger")
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
        Ends of the allowed range of a number, of the numbers of ``pairs``, or of the values of a ``table``.
    open_low, open_high : bool
        Whether an end itself is forbidden.
    kind : {'number', 'choice', 'pairs', 'table', 'text'}
        ``pairs`` is a list of [low, high] that do not overlap, ``table`` one of [energy in MeV, value] with rising energy.
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


def _share(doc: str) -> Key:
    return Key(doc, low=0.0, high=1.0, open_low=True)


def _half_width(doc: str) -> Key:
    return Key(doc, "rad", low=0.0, high=math.pi, open_low=True)


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
    "detector.field": _positive("solenoid field along the beam, at the target", "T"),
    "detector.energy_frame": _choice("frame in which x is measured", "rest", "cm", "pseudo-rest"),
    "detector.tag_efficiency": Key(
        "fraction of tau pairs tagged and reconstructed", low=0, high=1, open_low=True, particle="tau"
    ),
    "detector.positron_cos_theta": _share("largest |cos_theta| of the positron window"),
    "detector.positron_phi": _half_width("half width in azimuth of the positron window, opposite to the photon's"),
    "detector.photon_cos_theta": _share("largest |cos_theta| of the photon window"),
    "detector.photon_phi": _half_width("half width in azimuth of the photon window"),
    "detector.positron_threshold": _positive("lowest positron energy that reaches the timing counter", "MeV"),
    "detector.tracking_efficiency": _share("offline tracking efficiency of positrons; not in the trigger"),
    "detector.timing_counter_efficiency": _share("fraction of positrons with a timing-counter hit, online and offline"),
    "detector.timing_counter_map": Key(
        "timing-counter efficiency at positron energies [MeV], replaces timing_counter_efficiency; linear in between",
        low=0.0,
        high=1.0,
        kind="table",
    ),
    "detector.photon_efficiency": _share("detection efficiency of photons in the window, online and offline"),
    "detector.selection_efficiency": _share("further offline selection of signal and background alike"),
    "detector.positron_energy_resolution": _positive("Gaussian width of the positron energy", "MeV"),
    "detector.photon_energy_resolution": _positive("Gaussian width over energy of photons at 52.83 MeV", high=1.0),
    "detector.photon_resolution_power": Key(
        "exponent p of width/energy = photon_energy_resolution (52.83 MeV / E)^p", low=-1.0, high=2.0
    ),
    "detector.opening_angle_resolution": Key(
        "Gaussian width of the opening angle", "rad", low=0.0, high=1.0, open_low=True
    ),
    "detector.time_resolution": _positive("Gaussian width of the time difference of positron and photon", "s"),
    "detector.aif_density": Key(
        "areal density crossed by positrons in which they annihilate", "g/cm^2", low=0.0, high=1e3
    ),
    "detector.aif_z_over_a": _share("electrons per nucleon of that matter"),
    "detector.bremsstrahlung_thickness": Key(
        "matter crossed by positrons that radiate external bremsstrahlung [radiation lengths]", low=0.0, high=0.5
    ),
    "detector.pileup_window": Key(
        "time within which two photons in the calorimeter count as one online; 0 is no pile-up", "s", 0.0, 1e-3
    ),
    "detector.pileup_threshold": Key("lowest photon energy that counts in a pile-up", "MeV", low=1.0, high=60.0),
    "detector.profile": _choice(
        "what accepts tracks: p_T and angle, p_T alone, or layers", "simple", "pt-only", "helix"
    ),
    "detector.p_T_min": Key("lowest transverse momentum of a track (simple, pt-only)", "MeV", 0.0, HUGE),
    "detector.track_cos_theta": _share("largest |cos_theta| of a track (simple)"),
    "detector.layers": Key(
        "[radius, half length] in mm of the cylindrical layers that a track must cross (helix)",
        "mm",
        low=0.0,
        high=HUGE,
        open_low=True,
        kind="table",
    ),
    "detector.target_radius": Key("largest radius of the hollow double cone of the target (helix)", "mm", 0.0, HUGE),
    "detector.target_half_length": Key("half length of that target (helix)", "mm", 0.0, HUGE),
    "detector.momentum_resolution": Key("constant part of the Gaussian width of a track's momentum", "MeV", 0.0, HUGE),
    "detector.momentum_resolution_slope": Key("part proportional to the momentum, added in quadrature", "1", 0.0, 1.0),
    "detector.angle_resolution": Key("width of a projected angle times the momentum", "MeV rad", 0.0, HUGE),
    "detector.min_opening_angle": Key(
        "smallest angle between two tracks; 0 is none", "rad", 0.0, math.pi, open_high=True
    ),
    "detector.prompt_distance": _positive("longest flight path of what decays promptly", "mm"),
    "detector.target_path_um": Key(
        "mean path of decay positrons in the target, where they make pairs by Bhabha scattering", "um", 0.0, HUGE
    ),
    "trigger.mode": _choice("standard asks for back-to-back directions, proposed does not", "standard", "proposed"),
    "trigger.threshold": _positive("photon energy threshold", "MeV"),
    "trigger.standard_threshold": _positive("photon energy threshold of the standard mode, if another", "MeV"),
    "trigger.direction_match": Key(
        "largest angle from back to back that the standard mode accepts", "rad", 0.0, math.pi, open_low=True
    ),
    "trigger.window": _positive("full online window of the time difference of positron and photon", "s"),
    "trigger.rate_cap": _positive("events that can be written", "1/s"),
    "trigger.efficiency": _share("efficiency of trigger and readout"),
    "trigger.photon_resolution": Key(
        "Gaussian width of the online photon energy; 0 is a step at the threshold", "MeV", low=0.0, high=HUGE
    ),
    "trigger.rc_scale": _positive("factor on the modelled online rate of random coincidences"),
    "trigger.rc_scale_high": _positive("the same at the pessimistic end of its uncertainty"),
    "trigger.rmd_scale": _positive("factor on the modelled online rate of radiative decays"),
    "trigger.rc_table": Key(
        "measured [threshold in MeV, coefficient in s] of random coincidences per (muon rate)^2, replaces the model",
        low=0.0,
        high=HUGE,
        kind="table",
    ),
}
"""Every allowed ``beam.*``, ``detector.*`` and ``trigger.*`` key."""


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
        A float, a word, or a tuple of two numbers each for ``pairs`` and ``table``; meaningless with a problem.
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
    if key.kind in ("pairs", "table"):
        return _parse_pairs(name, key, raw)
    text = raw.strip() if isinstance(raw, str) else ""
    return text, None if text else f"{name} = {raw!r}: allowed a non-empty text; {key.doc}"


def _range_problem(name: str, key: Key, value: Any) -> str | None:
    unit = "" if key.unit == "1" else key.unit
    ends = {"open_low": key.open_low, "open_high": key.open_high or math.isinf(key.high)}
    return in_range(name, value, key.low, key.high, unit=unit, remedy=key.doc, **ends)


def _parse_pairs(name: str, key: Key, raw: Any) -> tuple[Any, str | None]:
    what = "[[low, high], ...]" if key.kind == "pairs" else "[[energy, value], ...] with values"
    shown = f"allowed a list {what} within [{key.low:g}, {key.high:g}]; {key.doc}"
    if isinstance(raw, str):
        text = raw
        raw, problems = parse_yaml(text)
        if problems:
            return (), f"{name} = {shortened(text)}: {shown} ({'; '.join(problems)})"
    rows = _as_list(raw)
    pairs = [tuple(to_number(end) for end in _as_list(row)) for row in rows]
    if not rows or any(len(pair) != 2 or None in pair for pair in pairs):
        return (), f"{name} = {raw!r}: {shown}"
    value = tuple(sorted(pairs))
    limited = [end for pair in value for end in (pair if key.kind == "pairs" else pair[1:])]
    for problem in (_range_problem(name, key, end) for end in limited):
        if problem:
            return (), problem
    return value, _order_problem(name, value) if key.kind == "pairs" else _rising_problem(name, value)


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


def _rising_problem(name: str, rows: tuple[Any, ...]) -> str | None:
    energies = [energy for energy, _ in rows]
    if len(rows) < 2 or energies[0] < 0 or not all(map(math.isfinite, energies)) or len(set(energies)) < len(energies):
        return f"{name}: energies {energies}: allowed at least two different ones, each finite and >= 0 MeV"
    return None


def _as_list(raw: Any) -> list[Any]:
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    return list(raw) if isinstance(raw, (list, tuple)) else []
