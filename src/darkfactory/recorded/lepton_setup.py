"""Beam, acceptance and response of an experiment that records a lepton alone, from its card."""

from __future__ import annotations

from dataclasses import replace

from darkfactory.amplitudes import michel
from darkfactory.constants import BR_TAU_E_NU_NU, BR_TAU_MU_NU_NU, GEV, LEPTON_MASS
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.experiments import Card
from darkfactory.experiments.detectors.cone import cone_opening, solenoid_focus
from darkfactory.experiments.detectors.lepton_energy import EnergyResponse, LeptonDetector
from darkfactory.recorded.leptons import AngularSample, PositronCounts
from darkfactory.settings import Setting, Settings

__all__ = ["LEPTON_KEYS", "SECTION", "positron_counts"]

SECTION = "forward-positron"
"""Section of a card that has the settings of :data:`LEPTON_KEYS`."""
_LEPTONIC_BRANCHING_RATIO = {("mu", "e"): 1.0, ("tau", "e"): BR_TAU_E_NU_NU, ("tau", "mu"): BR_TAU_MU_NU_NU}

LEPTON_KEYS = (
    Setting("focus", 1.0, "magnetic focusing factor, in solid angle", low=1.0),
    Setting(
        "focus_mode",
        "cone",
        "focusing widens the cone, or multiplies the rate in it",
        "choice",
        choices=("cone", "lumi"),
    ),
    Setting(
        "flipped_fraction",
        0.0,
        "fraction of the muons taken with reversed spin",
        low=0.0,
        high=1.0,
        open_high=True,
        choices=("optimal",),
    ),
    Setting("background_order", "exp", "order in alpha of the Michel spectrum", "choice", choices=michel.ORDERS),
    Setting(
        "signal_tail",
        None,
        "radiative tail of the line; true is soft, false is none",
        "choice",
        choices=("none", "soft", "leading-log"),
        synonyms=(("true", "soft"), ("false", "none")),
    ),
)
"""Settings of what an experiment with a lepton alone records."""


def positron_counts(
    card: Card, settings: Settings, parent: str, daughter: str, *, order: str, tail: str
) -> tuple[PositronCounts, float]:
    """Expected counts of a lepton at an experiment, and the factor by which its cone is focused.

    Parameters
    ----------
    card : Card
        The experiment.
    settings : Settings
        With ``focus``, ``focus_mode`` and ``flipped_fraction`` of :data:`LEPTON_KEYS`.
    parent, daughter : str
        What decays, and the lepton that is seen.
    order, tail : str
        Order in alpha of the Michel spectrum, and radiative tail of a line.

    Returns
    -------
    counts : PositronCounts
        Beam, acceptance, response and orders.
    focus : float
        Solid angle over that of the bare cone.

    Raises
    ------
    DarkfactoryError
        If the card lacks a number, or the focused cone exceeds the sphere.
    """
    m_i, m_j = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    detector = LeptonDetector.from_card(card)
    samples, multiplier, focus = _samples(card, detector, settings, michel.endpoint_energy(m_i, m_j))
    counts = PositronCounts(
        m_i=m_i,
        m_j=m_j,
        exposure=card.beam.exposure,
        polarization=card.beam.polarization,
        samples=samples,
        response=_response(card, detector, m_i, m_j),
        order=order,
        tail=tail,
        multiplier=multiplier,
        efficiency=detector.efficiency * detector.tag_efficiency,
        background_branching_ratio=_LEPTONIC_BRANCHING_RATIO[parent, daughter],
    )
    return counts, focus


def _response(card: Card, detector: LeptonDetector, m_i: float, m_j: float) -> EnergyResponse:
    flies = detector.energy_frame == "cm"
    gamma = card.value("beam.sqrt_s_gev") * GEV / (2 * m_i) if flies else 1.0
    return detector.response(gamma, m_j / michel.endpoint_energy(m_i, m_j))


def _samples(
    card: Card, detector: LeptonDetector, settings: Settings, momentum: float
) -> tuple[tuple[AngularSample, ...], float, float]:
    """Angular samples, counting multiplier and focusing factor."""
    focus, flipped = settings["focus"], settings["flipped_fraction"]
    radius, distance, field = detector.cone_radius, detector.cone_distance, detector.field
    if field is not None and radius is None and not card.has("detector.layers"):
        raise InvalidInput(
            f"detector.field = {field:g} T: allowed only with detector.cone_radius and cone_distance, "
            "which say what the field must hold; otherwise give search.focus"
        )
    if flipped == "optimal":
        flipped = 0.0  # found later, by the fit
    if detector.cos_theta_bins:
        if focus != 1 or flipped:
            raise InvalidInput(
                f"search.focus = {focus:g}, search.flipped_fraction = {flipped:g}: allowed 1 and 0 with "
                "detector.cos_theta_bins, which several samples of one spin already fill"
            )
        return tuple(AngularSample.interval(low, high) for low, high in detector.cos_theta_bins), 1.0, 1.0
    if radius is None or distance is None:
        if detector.cos_theta_high < 1:
            require(in_range("search.focus", focus, 1, 1, remedy="only a cone around the beam axis can be focused"))
            base = AngularSample.interval(detector.cos_theta_low, detector.cos_theta_high)
            return _spin_samples(base, flipped), 1.0, 1.0
        opening = 1 - detector.cos_theta_low
    else:
        opening = cone_opening(radius, distance)
        if field is not None:
            if focus != 1:
                raise InvalidInput(
                    f"search.focus = {focus:g}: detector.field already fixes the focusing; set one of them"
                )
            # a field too weak to hold more than the bare cone changes nothing
            focus = max(1.0, solenoid_focus(field, radius, distance, momentum))
    # without any focusing its mode is not asked for; a scan that passes through 1 may name it
    lumi = (focus > 1 or settings.origins.get("focus", "card") != "card") and settings["focus_mode"] == "lumi"
    if not lumi:
        require(
            in_range("search.focus", focus, 1, 2 / opening, remedy="the focused cone cannot exceed the whole sphere")
        )
        opening *= focus
    return _spin_samples(AngularSample.cone(opening), flipped), focus if lumi else 1.0, focus


def _spin_samples(base: AngularSample, flipped: float) -> tuple[AngularSample, ...]:
    if not flipped:
        return (base,)
    return replace(base, fraction=1 - flipped), replace(base, spin=-1, fraction=flipped)
