r"""Search for mu -> e a gamma as a bump in the missing mass squared of a positron and a photon.

Radiative decays are a smooth background that begins with a step at zero missing mass, of the very shape of a massless V-A
ALP: there only the resolution separates signal and background, and a shift of the scale fakes or hides the signal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from darkfactory.constants import M_MU
from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.detectors.electron_photon import PairDetector
from darkfactory.experiments.trigger import Trigger
from darkfactory.models import LfvAlp
from darkfactory.processes.muon_decay.scales import scales_from_branching_ratios
from darkfactory.recorded.missing_mass import PAIR_KEYS
from darkfactory.searches.base import LFV_SCANNED, Example, Search
from darkfactory.searches.expectations import Binned
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.searches.missing_mass_photon.working_point import best_working_points
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.fisher import fisher_information

__all__ = ["KEYS", "SEARCH", "scan_masses", "window_counts"]

Array = NDArray[np.float64]
WINDOW = 1.4
"""Half width of the counting window in mean signal resolutions."""
SOURCES = ("mu -> e nu nu gamma", "random coincidences")

KEYS = (
    *STATISTICS_KEYS,
    Setting(
        "analysis", "binned", "fit of the spectrum, or counting in a window", "choice", choices=("binned", "counting")
    ),
    *PAIR_KEYS,
    Setting("categories", 1, "categories in the resolution of each event, of equal signal", "integer", low=1, high=50),
    Setting("category_norms", "common", "normalisations of the categories", "choice", choices=("common", "free")),
    Setting("kappa", 0.0, "relative background systematic of the counting analysis", low=0.0),
    Setting("shift_prior", 0.0, "rigid shift of the missing mass squared, in units of m_mu^2", "prior"),
    Setting("systematics.rmd_norm", np.inf, "relative, of radiative decays", "prior"),
    Setting("systematics.rc_norm", np.inf, "relative, of random coincidences", "prior"),
    Setting("systematics.positron_scale", 0.0, "relative, of the positron energy", "prior"),
    Setting("systematics.photon_scale", 0.0, "relative, of the photon energy", "prior"),
    Setting("systematics.resolution", 0.0, "relative, of the missing-mass resolution", "prior"),
    Setting("injected", 0.0, "branching ratio of mu -> e a for which local and global p-values are reported", low=0.0),
    Setting("optimise", False, "choose the best trigger threshold and muon rate at each mass", "flag"),
    Setting("optimise_low", 10.0, "lowest threshold of the optimiser", unit="MeV", low=0.0, high=53.0, open_low=True),
    Setting("optimise_high", 45.0, "highest threshold of the optimiser", unit="MeV", low=0.0, high=53.0, open_low=True),
)


def window_counts(setup: MissingMassPhoton, masses: Array, signal: Array, sigma: Array) -> tuple[Array, Array]:
    """Signal per unit branching ratio and background in the bins whose centres lie in the counting window.

    Parameters
    ----------
    setup : MissingMassPhoton
        The search.
    masses : ndarray, shape (H,)
        Mass hypotheses [MeV].
    signal, sigma : ndarray
        From :meth:`MissingMassPhoton.signals`.

    Returns
    -------
    signal, background : ndarray, shape (H,)
        Events.

    Raises
    ------
    InvalidInput
        If a window sticks out of the histogram.
    """
    edges = setup.edges
    eta = (masses / M_MU) ** 2
    half = WINDOW * sigma
    out = (sigma > 0) & ((eta - half < edges[0]) | (eta + half > edges[-1]))
    if out.any():
        h = int(np.flatnonzero(out)[0])
        raise InvalidInput(
            f"window of mass = {masses[h]:g} MeV: Q2 = {eta[h]:.4g} +- {half[h]:.2g}, allowed within the histogram "
            f"[{edges[0]:.4g}, {edges[-1]:.4g}]; use a detector of better resolution"
        )
    inside = _inside(setup, masses, sigma)
    return (signal * inside).sum(axis=1), inside @ (setup.radiative + setup.random)


def _inside(setup: MissingMassPhoton, masses: Array, sigma: Array) -> NDArray[np.bool_]:
    """Whether each bin, in all categories, lies in the window of each mass, shape (H, B)."""
    centre = (setup.edges[1:] + setup.edges[:-1]) / 2
    inside = np.abs(centre - ((masses / M_MU) ** 2)[:, None]) < (WINDOW * sigma)[:, None]
    return np.tile(inside, len(setup.radiative) // len(centre))


def scan_masses(setup: MissingMassPhoton) -> Array:
    """Masses [MeV] of a bump hunt, one resolution of m_a^2 apart, from 0 to closure; their number is that of trials.

    Examples
    --------
    >>> from darkfactory.experiments import load_card
    >>> from darkfactory.searches.settings import card_settings
    >>> card = load_card("meg2")
    >>> setup = MissingMassPhoton.from_card(card, card_settings(card, KEYS, "missing-mass-photon"))
    >>> masses = scan_masses(setup)
    >>> 20 < len(masses) < 60, bool(masses[-1] < setup.rates.heaviest)
    (True, True)
    """
    found, eta, top = [0.0], 0.0, (setup.rates.heaviest / M_MU) ** 2
    while True:
        sigma = setup.mean_sigma(found[-1])
        eta += sigma
        if sigma == 0 or eta >= top:
            break
        found.append(float(M_MU * np.sqrt(eta)))
    return np.array(found)


def _p_values(setup: MissingMassPhoton, sigma: Array, injected: float) -> dict[str, Array]:
    """Expected significance of an injected signal, local and for the whole scan (independent trials)."""
    z = np.where(np.isfinite(sigma), injected / np.where(np.isfinite(sigma), sigma, 1.0), 0.0)
    local = ndtr(-z)
    trials = len(scan_masses(setup))
    return {"local_z": z, "local_p": local, "global_p": -np.expm1(trials * np.log1p(-np.minimum(local, 1 - 1e-16)))}


def _set_up(card: Card, settings: Settings, model: LfvAlp, masses: Array, cl: float, method: str) -> Binned:
    setup = MissingMassPhoton.from_card(card, settings)
    card.ignores("trigger.rc_scale_high")  # the pessimistic end of the trigger rate; a reach takes trigger.rc_scale
    signal, sigma = setup.signals(masses)
    in_window, background = window_counts(setup, masses, signal, sigma)
    inside = _inside(setup, masses, sigma)
    binned = setup.binned_model(signal)
    extra = {"sigma_m_miss2": sigma * M_MU**2}
    if settings["injected"] > 0:
        extra |= _p_values(setup, fisher_information(binned).sigma, settings["injected"])
    at_ends: tuple[str, ...] = ()
    if settings["optimise"]:
        best = best_working_points(setup, masses, cl, method)
        at_ends = best.notes(masses)
        extra |= {"best_threshold": best.threshold, "best_stopping_rate": best.stopping_rate}
        extra |= {"best_branching_ratio": best.branching_ratio}
    return Binned(
        settings=_used(setup),
        model=binned,
        signal_efficiency=signal.sum(axis=1) / setup.exposure,
        window_signal=in_window,
        background=background,
        backgrounds=dict(zip(SOURCES, (inside @ setup.radiative, inside @ setup.random), strict=True)),
        couplings=lambda limit: {"F_gev": scales_from_branching_ratios("mu-e", limit, masses, model)},
        bins=(setup.bins,),
        kappa=settings["kappa"] if settings["analysis"] == "counting" else None,
        extra=extra,
        notes=lambda found: (*_notes(setup, found.status), *at_ends),
        scanned=LFV_SCANNED,
    )


def _used(setup: MissingMassPhoton) -> dict[str, Any]:
    """What went in beside the numbers of the card: settings of the search, working point."""
    rmd, rc = setup.rates.rate(setup.stopping_rate)
    point = {
        "stopping_rate": setup.stopping_rate,
        "live_time_s": setup.live_time,
        "prescale": setup.prescale,
        "rmd_rate": float(rmd),
        "rc_rate": float(rc),
        "rmd_events": float(setup.radiative.sum()),
        "rc_events": float(setup.random.sum()),
    }
    return {**setup.settings.echo(), **setup.rates.parameters, **point}


def _notes(setup: MissingMassPhoton, status: NDArray[np.str_]) -> tuple[str, ...]:
    rates, trigger = setup.rates.rate(setup.stopping_rate), setup.rates.trigger
    notes = [
        f"trigger {trigger.mode}, E_gamma > {trigger.threshold:g} MeV, {setup.stopping_rate:.4g} muons/s for "
        f"{setup.live_time / 86400:.4g} days: radiative decays {rates[0]:.3g} Hz, random coincidences {rates[1]:.3g} Hz"
    ]
    if setup.prescale < 1 - 1e-9:
        notes.append(
            f"exceeds cap: {sum(rates):.4g} Hz of triggers, {trigger.rate_cap:g} Hz can be written; yields scaled by the "
            f"prescale {setup.prescale:.3g}"
        )
    if setup.settings["shift_prior"] == 0 and setup.settings["analysis"] == "binned":
        notes.append(
            "statistics only at the step at zero missing mass; search.shift_prior=1e-4 is a realistic second curve"
        )
    if "closed" in status:
        notes.append(f"kinematically closed with these thresholds from {setup.rates.heaviest:.5g} MeV")
    return tuple(notes)


SEARCH = Search(
    name="missing-mass-photon",
    title="bump of mu -> e a gamma in the missing mass of positron and photon, with the trigger that it needs",
    process="mu -> e a",
    bins="m_miss2",
    cards=("meg2", "meg", "crystal-box"),
    backgrounds=SOURCES,
    keys=KEYS,
    takes="lfv-alp",
    methods=("cls", "profile", "fisher"),
    cl=0.90,
    method="cls",
    couplings=("F_gev",),
    set_up=_set_up,
    example=Example(10.0, {"search.sampling": 0.3}),
    references=("Jho:2022snj", "Hirsch:2009ee", "Kuno:1999jp", "Cowan:2010js"),
    needs=(StoppedMuons, PairDetector, Trigger),
)
