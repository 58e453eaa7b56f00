"""Missing-mass spectrum that an experiment records: mu -> e a gamma and mu -> e nu nu gamma with the backgrounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.alp_photon_missing_mass import reference_branching_ratio
from darkfactory.constants import M_MU
from darkfactory.errors import in_range, require
from darkfactory.experiments import Card
from darkfactory.models import LfvAlp
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.searches.missing_mass_photon.search import KEYS, SEARCH
from darkfactory.searches.settings import card_settings
from darkfactory.settings import refuse_unread

__all__ = ["PHOTON_PROCESSES", "missing_mass_spectrum"]

Array = NDArray[np.float64]
PHOTON_PROCESSES = ("mu -> e a gamma", "mu -> e nu nu gamma")
"""Processes with a photon that an experiment records."""


def missing_mass_spectrum(
    process: str, card: Card, model: LfvAlp | None, bins: int, low: float | None, high: float | None
) -> tuple[Array, Array, dict[str, Array], dict[str, Any]]:
    """Expected events per bin of the missing mass squared, smeared with the resolution of each event.

    Parameters
    ----------
    process : str
        One of :data:`PHOTON_PROCESSES`.
    card : Card
        Experiment with a ``trigger`` section.
    model : LfvAlp or None
        ALP; its mass and F give the signal. None for mu -> e nu nu gamma.
    bins : int
        Number of bins.
    low, high : float, optional
        Range [MeV^2]; that of the search by default.

    Returns
    -------
    edges, values : ndarray
        Bin edges [MeV^2], and events of the process per bin.
    components : dict
        Events of radiative decays (with a signal) and of random coincidences per bin.
    used : dict
        Working point.

    Raises
    ------
    DarkfactoryError
        If the card lacks a number, or the range is empty.
    """
    settings = card_settings(card, KEYS, SEARCH.name)
    setup = MissingMassPhoton.from_card(card, settings)
    start = setup.edges[0] * M_MU**2 if low is None else low
    stop = setup.edges[-1] * M_MU**2 if high is None else high
    require(
        in_range("low", start, -(M_MU**2), stop, open_high=True, unit="MeV^2"),
        in_range("high", stop, start, M_MU**2, open_low=True, unit="MeV^2"),
    )
    edges = np.linspace(start, stop, bins + 1)
    reduced = edges / M_MU**2
    radiative = setup.signal_scale * setup.histogram(setup.rates.radiative_events(), reduced)
    components = {"random": setup.random_scale * setup.histogram(setup.rates.random_events(), reduced)}
    values = radiative
    if model is not None:
        components = {"radiative": radiative, **components}
        values = np.zeros(bins)
        if model.mass < setup.rates.heaviest:
            scale = setup.signal_scale * reference_branching_ratio(model.F_gev)
            values = scale * setup.histogram(setup.rates.alp_events(model.mass), reduced)
    refuse_unread(f"the missing mass at {card.name}", card, settings)
    used: Mapping[str, Any] = {"stopping_rate": setup.stopping_rate, "live_time_s": setup.live_time}
    return edges, values, components, {**setup.rates.parameters, **used, "prescale": setup.prescale}
