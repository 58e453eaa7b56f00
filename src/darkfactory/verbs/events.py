"""Events of processes: the verb ``events``, whose record goes to files and to the next tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from darkfactory.errors import is_flag, one_of, require, whole
from darkfactory.eventfiles import EventRecord
from darkfactory.models import Model
from darkfactory.processes import find_process
from darkfactory.recorded.events import NEUTRINOS, to_record
from darkfactory.recorded.kinds import of_process, recorded
from darkfactory.result import card_entries, entries, run_block
from darkfactory.searches.cards import load_experiment
from darkfactory.settings import refuse_unread, split_settings
from darkfactory.verbs.rate import NORMS, model_of, parameters

__all__ = ["events", "to_record"]

UNSET = {"charge": 1, "seed": 0, "weighted": False, "norm": "exp", "neutrinos": "pair"}
"""What options are if they are not given."""


def events(
    process: str,
    *,
    n: int = 10000,
    model: str | Model | None = None,
    settings: Mapping[str, Any] | None = None,
    cut: str | None = None,
    polarization: Any = None,
    charge: int = 1,
    seed: int = 0,
    weighted: bool = False,
    norm: str = "exp",
    experiment: str | None = None,
    keep_rejected: bool = False,
    neutrinos: str = "pair",
) -> EventRecord:
    """Events of a process, or as an experiment records them.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e e e a"``.
    n : int
        Number of events in the record; of trials if ``weighted``.
    model : str or model object, optional
        The process's own model with its defaults otherwise.
    settings : mapping, optional
        ``model.*`` keys, and those of the process such as ``jet.states``; with an experiment ``beam.*`` and ``detector.*`` too.
    cut : str, optional
        Condition on named observables that every event passes; with an experiment on those of the measured tracks.
    polarization : float or sequence, optional
        Spin vector of the parent, e.g. (0, 0, -0.85), or its degree against the beam; by default 0, or the
        ``beam.polarization`` of the experiment.
    charge : {1, -1}
        Charge of the parent.
    seed : int
        Seed; events depend on it alone, not on chunks or threads.
    weighted : bool
        Keep every trial with its weight instead of accepting events of equal weight.
    norm : {"exp", "lo"}
        What the rate is divided by.
    experiment : str, optional
        Card of an experiment that sees the process. The record then holds what is measured next to the true momenta, see
        :class:`darkfactory.eventfiles.Recorded`. Events are those of one decay: random coincidences are in spectra only.
    keep_rejected : bool
        Whether events that the experiment does not accept stay in the record, with weight 0 and their flag.
    neutrinos : {"pair", "two"}
        Whether a neutrino pair is one particle (PDG 81), or two neutrinos, drawn from the exact amplitude at the
        momenta of the other particles: then every particle is one that a detector simulation knows.

    Returns
    -------
    EventRecord
        The sum of its weights is the rate; at an experiment the recorded one: branching ratio times acceptance (with the
        probability that an X decays promptly) times ``detector.efficiency``. Over all experiment's stopped muons that
        gives the expected number of events. Unweighted events have equal weights but for a few overweights, whose part
        in the sum is ``model["overweight"]``. An X or a that decays into e e flies as its width says, see
        :attr:`EventRecord.flights`; at an experiment to where it still counts as prompt, or with
        ``search.vertex=displaced`` into the fiducial volume, at least ``search.d_min`` from the target: the weight then
        has the probability of that. With ``search.vertex=any`` it flies freely. Where a card has a target, decays start
        on it, see :attr:`EventRecord.origin`. In a beam of neutrinos and antineutrinos events are of both, in proportion to
        their rates, see :attr:`EventRecord.pdg_ids`; times ``model["events per cm2"]`` the weights are numbers of events.
        Behind a beam dump weights add up to the expected number of events itself (unit ``events``): X starts at the start
        of the target and decays behind the shield, as ``search.acceptance`` asks.

    Raises
    ------
    DarkfactoryError
        For unknown names, values outside their domain, infrared divergences and closed channels.

    Examples
    --------
    >>> record = events("mu -> e a", n=100, seed=1, polarization=(0, 0, -0.85))
    >>> len(record), record.imbalance() < 1e-12
    (100, True)
    >>> record = events("mu -> e e e a", n=100, experiment="mu3e-phase1", seed=1)
    >>> len(record), bool(record.recorded.accepted.all()), record.recorded.names
    (100, True, ('e+_1', 'e+_2', 'e-_3'))
    """
    asked = dict(locals())
    found = find_process(process)
    model_settings, rest = split_settings(settings)
    require(
        one_of("norm", norm, NORMS),
        one_of("neutrinos", neutrinos, NEUTRINOS),
        whole("n", n, 1),
        whole("seed", seed, 0),
        is_flag("weighted", weighted),
        is_flag("keep_rejected", keep_rejected),
    )
    options: dict[str, Any] = {"charge": charge, "seed": seed, "weighted": weighted}
    if experiment is not None:
        own, rest = of_process(found, "events", rest)
        card = load_experiment(experiment, rest)
        record, built = recorded(found, card, own), model_of(found, model, model_settings)
        options["polarization"] = polarization
        form = {"norm": norm, "neutrinos": neutrinos}
        made = record.events(built, n, cut=cut, keep_rejected=keep_rejected, options=options, **form)
        refuse_unread(f"events of {found.name} at {card.name}", card, record.settings)
        used = card_entries(card) | entries(record.own, own) | entries(parameters(built), model_settings, "model.")
        return replace(made, run=run_block(events, asked, settings=used, card=card, seed=seed))
    require("keep_rejected = True: allowed with an experiment, which rejects" if keep_rejected else None)
    asked_for = {**options, "cut": cut, "polarization": polarization, "norm": norm, "neutrinos": neutrinos}
    given = {k: None if k in UNSET and value == UNSET[k] else value for k, value in asked_for.items()}
    given, model_settings, typed = found.request("events", given, settings)
    built = model_of(found, model, model_settings)
    form = {name: given.pop(name) for name in ("norm", "neutrinos") if name in given}
    states = bool(typed.get("jet.states", True))
    sample = to_record(found.sample(n, built, typed, **given), built, settings=typed, states=states, **form)
    used = entries(typed.echo(), settings or {}) | entries(parameters(built), model_settings, "model.")
    return replace(sample, run=run_block(events, asked, settings=used, seed=seed))
