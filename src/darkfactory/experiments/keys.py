"""The keys of an experiment card: what each means, its unit and its allowed range.

A new key is one line of :data:`KEYS`. Which of them a card must give stands in
:mod:`darkfactory.experiments.completeness`. The keys of a ``search`` section belong to the searches and are not listed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from darkfactory.constants import GEV, M_TAU
from darkfactory.parsing import HUGE, canonical
from darkfactory.settings import Kind, Setting

__all__ = ["KEYS", "SECTIONS", "find_key", "parse_value"]

SECTIONS = ("beam", "detector", "trigger")
"""Sections of a card whose keys are listed in :data:`KEYS`."""

Described = Callable[[str], Setting]


def _key(
    doc: str,
    unit: str = "1",
    low: float = -HUGE,
    high: float = HUGE,
    *,
    open_low: bool = False,
    open_high: bool = False,
    kind: Kind = "number",
    particle: str = "",
) -> Described:
    """A setting without default, waiting for its name; of particle ``particle`` only, if given."""
    return lambda name: Setting(
        name, None, doc, kind, unit, low, high, open_low=open_low, open_high=open_high, particle=particle
    )


def _positive(doc: str, unit: str = "1", *, particle: str = "", high: float = HUGE) -> Described:
    return _key(doc, unit, 0.0, high, open_low=True, particle=particle)


def _share(doc: str) -> Described:
    return _key(doc, low=0.0, high=1.0, open_low=True)


def _half_width(doc: str) -> Described:
    return _key(doc, "rad", 0.0, math.pi, open_low=True)


def _choice(doc: str, *choices: str) -> Described:
    return lambda name: Setting(name, None, doc, "choice", choices=choices)


def _cosine(doc: str, kind: Kind = "number") -> Described:
    return _key(doc, low=-1.0, high=1.0, kind=kind)


_DESCRIBED: dict[str, Described] = {
    "beam.particle": _choice("the lepton that decays", "muon", "tau"),
    "beam.stopping_rate": _positive("muons stopped per second", "1/s", particle="muon"),
    "beam.days": _positive("live time", "d", particle="muon"),
    "beam.exposure_muons": _positive("stopped and decayed muons; replaces stopping_rate and days", particle="muon"),
    "beam.polarization": _key(
        "degree of polarization of the muon spin, which is antiparallel to the beam", low=0, high=1, particle="muon"
    ),
    "beam.luminosity_per_fb": _positive("integrated luminosity", "1/fb", particle="tau"),
    "beam.tau_pair_cross_section_nb": _positive("cross section of e+e- -> tau+tau-", "nb", particle="tau"),
    "beam.tau_pairs": _positive(
        "tau pairs produced; replaces luminosity_per_fb and tau_pair_cross_section_nb", particle="tau"
    ),
    "beam.sqrt_s_gev": _key(
        "centre-of-mass energy, above 2 m_tau", "GeV", 2 * M_TAU / GEV, HUGE, open_low=True, particle="tau"
    ),
    "detector.x_resolution": _positive("Gaussian width sigma of the lepton energy, in units of x"),
    "detector.resolution_power": _key("exponent p of sigma = x_resolution * x^p", low=-10, high=10),
    "detector.efficiency": _positive("fraction of accepted leptons that is recorded", high=1.0),
    "detector.cone_radius": _positive("radius of the forward calorimeter", "mm"),
    "detector.cone_distance": _positive("distance from the target to the forward calorimeter", "mm"),
    "detector.cos_theta_low": _cosine("lower end of the accepted cos_theta, measured from the beam axis"),
    "detector.cos_theta_high": _cosine("upper end of the accepted cos_theta, measured from the beam axis"),
    "detector.cos_theta_bins": _cosine("bins [low, high] of cos_theta, measured from the beam axis", "pairs"),
    "detector.field": _positive("solenoid field along the beam, at the target", "T"),
    "detector.energy_frame": _choice("frame in which x is measured", "rest", "cm", "pseudo-rest"),
    "detector.tag_efficiency": _key(
        "fraction of tau pairs tagged and reconstructed", low=0, high=1, open_low=True, particle="tau"
    ),
    "detector.positron_cos_theta": _share("largest |cos_theta| of the positron window"),
    "detector.positron_phi": _half_width("half width in azimuth of the positron window, opposite to the photon's"),
    "detector.photon_cos_theta": _share("largest |cos_theta| of the photon window"),
    "detector.photon_phi": _half_width("half width in azimuth of the photon window"),
    "detector.positron_threshold": _positive("lowest positron energy that reaches the timing counter", "MeV"),
    "detector.tracking_efficiency": _share("offline tracking efficiency of positrons; not in the trigger"),
    "detector.timing_counter_efficiency": _share("fraction of positrons with a timing-counter hit, online and offline"),
    "detector.timing_counter_map": _key(
        "timing-counter efficiency at positron energies [MeV], replaces timing_counter_efficiency; linear in between",
        low=0.0,
        high=1.0,
        kind="table",
    ),
    "detector.photon_efficiency": _share("detection efficiency of photons in the window, online and offline"),
    "detector.selection_efficiency": _share("further offline selection of signal and background alike"),
    "detector.positron_energy_resolution": _positive("Gaussian width of the positron energy", "MeV"),
    "detector.photon_energy_resolution": _positive("Gaussian width over energy of photons at 52.83 MeV", high=1.0),
    "detector.photon_resolution_power": _key(
        "exponent p of width/energy = photon_energy_resolution (52.83 MeV / E)^p", low=-1.0, high=2.0
    ),
    "detector.opening_angle_resolution": _key(
        "Gaussian width of the opening angle", "rad", low=0.0, high=1.0, open_low=True
    ),
    "detector.time_resolution": _positive("Gaussian width of the time difference of positron and photon", "s"),
    "detector.aif_density": _key(
        "areal density crossed by positrons in which they annihilate", "g/cm^2", low=0.0, high=1e3
    ),
    "detector.aif_z_over_a": _share("electrons per nucleon of that matter"),
    "detector.bremsstrahlung_thickness": _key(
        "matter crossed by positrons that radiate external bremsstrahlung [radiation lengths]", low=0.0, high=0.5
    ),
    "detector.pileup_window": _key(
        "time within which two photons in the calorimeter count as one online; 0 is no pile-up", "s", 0.0, 1e-3
    ),
    "detector.pileup_threshold": _key("lowest photon energy that counts in a pile-up", "MeV", low=1.0, high=60.0),
    "detector.profile": _choice(
        "what accepts tracks: p_T and angle, p_T alone, or layers", "simple", "pt-only", "helix"
    ),
    "detector.p_T_min": _key("lowest transverse momentum of a track (simple, pt-only)", "MeV", 0.0, HUGE),
    "detector.track_cos_theta": _share("largest |cos_theta| of a track (simple)"),
    "detector.layers": _key(
        "[radius, half length] in mm of the cylindrical layers that a track must cross (helix)",
        "mm",
        low=0.0,
        high=HUGE,
        open_low=True,
        kind="table",
    ),
    "detector.target_radius": _key("largest radius of the hollow double cone of the target (helix)", "mm", 0.0, HUGE),
    "detector.target_half_length": _key("half length of that target (helix)", "mm", 0.0, HUGE),
    "detector.momentum_resolution": _key("constant part of the Gaussian width of a track's momentum", "MeV", 0.0, HUGE),
    "detector.momentum_resolution_slope": _key("part proportional to the momentum, added in quadrature", "1", 0.0, 1.0),
    "detector.angle_resolution": _key("width of a projected angle times the momentum", "MeV rad", 0.0, HUGE),
    "detector.min_opening_angle": _key(
        "smallest angle between two tracks; 0 is none", "rad", 0.0, math.pi, open_high=True
    ),
    "detector.prompt_distance": _positive("longest flight path of what decays promptly", "mm"),
    "detector.target_path_um": _key(
        "mean path of decay positrons in the target, where they make pairs by Bhabha scattering", "um", 0.0, HUGE
    ),
    "trigger.mode": _choice("standard asks for back-to-back directions, proposed does not", "standard", "proposed"),
    "trigger.threshold": _positive("photon energy threshold", "MeV"),
    "trigger.standard_threshold": _positive("photon energy threshold of the standard mode, if another", "MeV"),
    "trigger.direction_match": _key(
        "largest angle from back to back that the standard mode accepts", "rad", 0.0, math.pi, open_low=True
    ),
    "trigger.window": _positive("full online window of the time difference of positron and photon", "s"),
    "trigger.rate_cap": _positive("events that can be written", "1/s"),
    "trigger.efficiency": _share("efficiency of trigger and readout"),
    "trigger.photon_resolution": _key(
        "Gaussian width of the online photon energy; 0 is a step at the threshold", "MeV", low=0.0, high=HUGE
    ),
    "trigger.rc_scale": _positive("factor on the modelled online rate of random coincidences"),
    "trigger.rc_scale_high": _positive("the same at the pessimistic end of its uncertainty"),
    "trigger.rmd_scale": _positive("factor on the modelled online rate of radiative decays"),
    "trigger.rc_table": _key(
        "measured [threshold in MeV, coefficient in s] of random coincidences per (muon rate)^2, replaces the model",
        low=0.0,
        high=HUGE,
        kind="table",
    ),
}
KEYS: dict[str, Setting] = {name: described(name) for name, described in _DESCRIBED.items()}
"""Every allowed ``beam.*``, ``detector.*`` and ``trigger.*`` key."""

_CANONICAL = {canonical(name): name for name in KEYS}


def find_key(name: str) -> str | None:
    """Return the key of :data:`KEYS` that ``name`` spells, or None."""
    return _CANONICAL.get(canonical(name))


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
    return KEYS[name].parse(raw)
