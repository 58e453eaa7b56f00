"""What a complete card gives, and which keys say the same thing in different ways.

A later requirement is one entry of :data:`NEEDS`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from typing import Any

from darkfactory.experiments.keys import KEYS

__all__ = ["NEEDS", "Need", "structure_problems", "superseded"]


@dataclass(frozen=True)
class Need:
    """What a card gives in exactly one of several ways.

    Parameters
    ----------
    doc : str
        What is needed.
    alternatives : tuple of tuple of str
        Ways to give it, each a set of keys that only make sense together.
    particle : str
        Beam particle of the cards concerned; empty for all.
    required : bool
        Whether a card must give it; False if it may leave it out altogether.
    search : str
        The search that needs it: only cards with a section of that search must give it. Empty for all cards.
    """

    doc: str
    alternatives: tuple[tuple[str, ...], ...]
    particle: str = ""
    required: bool = True
    search: str = ""


_ACCEPTANCE = (
    ("detector.cone_radius", "detector.cone_distance"),
    ("detector.cos_theta_low", "detector.cos_theta_high"),
    ("detector.cos_theta_bins",),
)
_PHOTON_PAIR = {
    "positron window": ("detector.positron_cos_theta", "detector.positron_phi"),
    "photon window": ("detector.photon_cos_theta", "detector.photon_phi"),
    "positron threshold": ("detector.positron_threshold",),
    "tracking efficiency": ("detector.tracking_efficiency",),
    "photon efficiency": ("detector.photon_efficiency",),
    "positron energy resolution": ("detector.positron_energy_resolution",),
    "photon energy resolution": ("detector.photon_energy_resolution",),
    "opening-angle resolution": ("detector.opening_angle_resolution",),
    "time resolution": ("detector.time_resolution",),
    "matter for annihilation in flight": ("detector.aif_density",),
    "photon threshold": ("trigger.threshold",),
    "online time window": ("trigger.window",),
    "rate that can be written": ("trigger.rate_cap",),
}

_TRACKS = {
    "acceptance of tracks": ("detector.profile",),
    "momentum threshold of tracks": ("detector.p_T_min",),
    "efficiency": ("detector.efficiency",),
    "momentum resolution": ("detector.momentum_resolution",),
    "angular resolution": ("detector.angle_resolution",),
}

NEEDS: tuple[Need, ...] = (
    Need("number of stopped muons", (("beam.stopping_rate", "beam.days"), ("beam.exposure_muons",)), particle="muon"),
    Need(
        "number of tau pairs",
        (("beam.luminosity_per_fb", "beam.tau_pair_cross_section_nb"), ("beam.tau_pairs",)),
        particle="tau",
    ),
    Need("polarization of the beam", (("beam.polarization",),), particle="muon"),
    Need("centre-of-mass energy", (("beam.sqrt_s_gev",),), particle="tau"),
    Need("energy resolution", (("detector.x_resolution",),), search="forward-positron"),
    Need("angular acceptance", _ACCEPTANCE, particle="muon", search="forward-positron"),
    Need("angular acceptance", _ACCEPTANCE, particle="tau", required=False),
    *(Need(doc, (keys,), particle="muon", search="missing-mass-photon") for doc, keys in _PHOTON_PAIR.items()),
    Need(
        "timing-counter efficiency",
        (("detector.timing_counter_efficiency",), ("detector.timing_counter_map",)),
        particle="muon",
        search="missing-mass-photon",
    ),
    *(
        Need(doc, (keys,), particle="muon", search=search)
        for search in ("missing-mass-tracks", "ee-resonance")
        for doc, keys in _TRACKS.items()
    ),
)
"""What a complete card gives; alternatives exclude one another."""


def superseded(present: Set[str], user: Set[str]) -> set[str]:
    """Keys that lose their effect because the user gives the same thing in another way.

    Parameters
    ----------
    present, user : set of str
        Keys of the card and keys that the user overrides.

    Returns
    -------
    set of str
        Empty for a way that stays incomplete with the user's keys: that is a problem to report.

    Examples
    --------
    >>> sorted(superseded({"beam.stopping_rate", "beam.days"}, {"beam.exposure_muons"}))
    ['beam.days', 'beam.stopping_rate']
    >>> superseded({"beam.exposure_muons"}, {"beam.days"})
    set()
    """
    dropped: set[str] = set()
    for need in NEEDS:
        touched = [way for way in need.alternatives if user & set(way)]
        if len(touched) == 1 and (present | user) >= set(touched[0]):
            dropped |= {name for way in need.alternatives if way != touched[0] for name in way}
    return dropped


def structure_problems(
    present: Set[str], values: Mapping[str, Any], searches: Collection[str] = (), user: Set[str] = frozenset()
) -> list[str]:
    """Missing keys, half-given and competing alternatives, keys of the wrong particle, and values that contradict.

    Parameters
    ----------
    present : set of str
        Keys that are given, also those whose value was refused.
    values : mapping
        The values that are within their own range.
    searches : collection of str
        Searches that the card has a section of: what they need must be there.
    user : set of str
        Keys that the user overrides.
    """
    particle = values.get("beam.particle")
    problems = []
    if "beam.particle" not in present:
        problems.append(f"beam.particle: missing; allowed {', '.join(KEYS['beam.particle'].choices)}")
    if particle is not None:
        for name in KEYS:
            if name in present and KEYS[name].particle not in ("", particle):
                belongs = KEYS[name].particle
                problems.append(f"{name}: allowed only with beam.particle = {belongs}, not {particle}; leave it out")
        for need in NEEDS:
            if need.particle in ("", particle) and need.search in ("", *searches):
                problems += _need_problems(need, present)
    return problems + _cross_checks(values, user)


def _need_problems(need: Need, present: Set[str]) -> list[str]:
    ways = ", or ".join(" and ".join(way) for way in need.alternatives)
    begun = [way for way in need.alternatives if present & set(way)]
    if not begun:
        return [f"{ways}: missing; the card needs the {need.doc}"] if need.required else []
    problems = [
        f"{name}: missing; {' and '.join(sorted(present & set(way)))} needs it for the {need.doc} ({ways})"
        for way in begun
        for name in way
        if name not in present
    ]
    if len(begun) > 1 and not problems:
        problems.append(f"{', '.join(name for way in begun for name in way)}: allowed only {ways}; keep one of them")
    return problems


def _cross_checks(values: Mapping[str, Any], user: Set[str]) -> list[str]:
    problems = []
    low, high = (values.get(f"detector.cos_theta_{end}") for end in ("low", "high"))
    if low is not None and high is not None and not low < high:
        problems.append(
            f"detector.cos_theta_low = {low:g}: allowed below detector.cos_theta_high = {high:g}; swap or widen them"
        )
    if values.get("trigger.mode") == "standard" and "trigger.direction_match" not in values:
        problems.append(
            "trigger.direction_match: missing; trigger.mode = standard needs it (or trigger.mode = proposed)"
        )
    base, high = values.get("trigger.rc_scale", 1.0), values.get("trigger.rc_scale_high")
    # the card's own upper end moves up with a factor that the user gives alone
    alone = "trigger.rc_scale" in user and "trigger.rc_scale_high" not in user
    if high is not None and high < base and not alone:
        problems.append(f"trigger.rc_scale_high = {high:g}: allowed from trigger.rc_scale = {base:g} up; raise it")
    profile = values.get("detector.profile")
    if profile == "simple" and "detector.track_cos_theta" not in values:
        problems.append("detector.track_cos_theta: missing; detector.profile = simple needs it (or pt-only)")
    if profile == "helix":
        for name in ("layers", "field", "target_radius", "target_half_length"):
            if f"detector.{name}" not in values:
                problems.append(f"detector.{name}: missing; detector.profile = helix needs it (or simple)")
    frame = values.get("detector.energy_frame", "rest")
    if values.get("beam.particle") == "muon" and frame != "rest":
        problems.append(f"detector.energy_frame = {frame}: allowed rest; stopped muons decay at rest")
    return problems
