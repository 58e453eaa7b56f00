"""Missing-mass spectrum that an experiment records: mu -> e a gamma and mu -> e nu nu gamma with the backgrounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.alp_photon_missing_mass import reference_branching_ratio
from darkfactory.constants import M_MU
from darkfactory.errors import InvalidInput, in_range, one_of, require
from darkfactory.experiments import Card
from darkfactory.models import LfvAlp, build_model
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.searches.missing_mass_photon.search import KEYS, SEARCH
from darkfactory.searches.settings import card_settings
from darkfactory.settings import refuse_unread

__all__ = ["PHOTON_PROCESSES", "find_photon_process", "missing_mass_spectrum", "recorded_spectrum"]

Array = NDArray[np.float64]
PHOTON_PROCESSES = {"mu -> e a gamma": "lfv-alp", "mu -> e nu nu gamma": None}
"""Processes with a photon and the model that each needs."""


def find_photon_process(name: str) -> str | None:
    """Return the process of :data:`PHOTON_PROCESSES` that ``name`` spells; blanks do not matter; None if none.

    Examples
    --------
    >>> find_photon_process("mu->e a gamma")
    'mu -> e a gamma'
    """
    spelled = {"".join(known.split()): known for known in PHOTON_PROCESSES}
    return spelled.get("".join(name.split()))


def missing_mass_spectrum(
    process: str, card: Card, model: LfvAlp | None, bins: int, low: float | None, high: float | None
) -> tuple[Array, Array, dict[str, Array], dict[str, Any]]:
    """Expected events per bin of the missing mass squared, smeared with the resolution of each event.

    Parameters
    ----------
    process : str
        A key of :data:`PHOTON_PROCESSES`.
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


def recorded_spectrum(
    process: str,
    observable: str,
    experiment: str | None,
    model: str | LfvAlp | None,
    model_settings: Mapping[str, Any],
    overrides: Mapping[str, Any],
    binning: tuple[int, float | None, float | None],
) -> tuple[LfvAlp | None, dict[str, Any]]:
    """Spectrum of a process with a photon from what a user asks for: the ALP, and the fields of a spectrum by name.

    Parameters
    ----------
    process, observable, experiment
        Only the missing mass ``m_miss2`` at an experiment is there.
    model : str or LfvAlp, optional
        As for :func:`darkfactory.verbs.rate.spectrum`.
    model_settings, overrides : mapping
        ``model.*`` without prefix; settings of the card.
    binning : tuple
        Number of bins, lower and upper end [MeV^2] or None.

    Returns
    -------
    model : LfvAlp or None
        The ALP.
    fields : dict
        process, edges, values, components, experiment, settings, references.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain.
    """
    name = find_photon_process(process) or process
    if observable != "m_miss2" or experiment is None:
        where = f"observable = {observable}" + ("" if experiment else " without an experiment")
        raise InvalidInput(f"{where}: {name} allows m_miss2 with --experiment, e.g. meg2")
    needed = PHOTON_PROCESSES.get(name)
    if needed is None and (model is not None or model_settings):
        raise InvalidInput(f"model = {model or 'model.' + next(iter(model_settings))}: {name} takes no model")
    alp = None if isinstance(model, str) else model
    if needed is not None and alp is None:
        require(one_of(f"model of {name}", str(model or needed).replace("_", "-"), (needed,)))
        alp = build_model(needed, model_settings)
    card = load_experiment(experiment, overrides)
    edges, values, components, used = missing_mass_spectrum(name, card, alp, *binning)
    fields = {"process": name, "edges": edges, "values": values, "components": components, "experiment": card.name}
    return alp, fields | {"settings": used, "references": ("Jho:2022snj", "Kuno:1999jp", *card.references)}
