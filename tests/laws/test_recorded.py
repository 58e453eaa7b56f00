"""Every process at every experiment: a spectrum whose sum is the rate of recorded events, or a refusal that says why."""

from __future__ import annotations

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import CardError, DarkfactoryError, InvalidInput
from darkfactory.experiments import list_cards, load_card
from darkfactory.processes import PROCESSES, find_process
from darkfactory.recorded.kinds import recorded, visible_processes

CARDS = {name: load_card(name) for name in list_cards()}
VISIBLE = {name: visible_processes(card) for name, card in CARDS.items()}
SEEN = [(process, card) for card, processes in VISIBLE.items() for process in processes]
UNSEEN = [(process, card) for card in CARDS for process in PROCESSES if process not in VISIBLE[card]]
RESONANT = {"mu -> e nu nu X, X -> e e", "mu -> e a, a -> e e"}


def settings_of(name: str) -> dict[str, object]:
    """A model that is seen: open, and prompt where it decays."""
    process = find_process(name)
    if process.model is None:
        return {}
    found = {"model.mass": 20.0}
    if process.model == "dark-photon":
        return found | {"model.epsilon": 1e-3}
    return found | {"model.F_gev": 1e3 if name in RESONANT else 1e9} | ({"model.C_e": 1.0} if name in RESONANT else {})


def exposure(card) -> float:
    return card.exposure if card.value("beam.particle") == "muon" else 2 * card.tau_pairs


def test_every_experiment_sees_something_and_every_decay_at_rest_is_seen():
    assert all(VISIBLE.values())
    assert {process for process, _ in SEEN} == set(PROCESSES) - {"X -> e e"}


@pytest.mark.parametrize(("process", "card"), UNSEEN)
def test_refusals_say_why_and_what_can_be_seen(process, card):
    with pytest.raises((CardError, InvalidInput)) as told:
        recorded(find_process(process), CARDS[card])
    text = str(told.value)
    assert text.startswith(f"process = {process}: ")
    assert any(why in text for why in ("makes muons", "makes taus", "has no detector of", "no experiment here records"))
    assert all(f'"{name}"' in text for name in VISIBLE[card])
    with pytest.raises(DarkfactoryError):
        df.spectrum(process, experiment=card)
    with pytest.raises(DarkfactoryError):
        df.events(process, n=10, experiment=card)


@pytest.mark.parametrize(("process", "card"), SEEN)
def test_sum_of_the_spectrum_is_the_rate_of_recorded_events(process, card):
    record, loaded = recorded(find_process(process), CARDS[card]), load_card(card)
    settings, exact = settings_of(process), find_process(process).alone is not None
    # sum rules hold order by order; events are at tree level
    born = {"search.background_order": "born"} if exact else {}
    options = {"events": 2**14, "seed": 1} if "events" in record.options else {}
    observable = "m_miss2" if record.seen == "electron and photon" else "E_e"
    found = df.spectrum(
        process, observable=observable, experiment=card, settings=settings | born, bins=6, low=None, **options
    )
    assert np.all(np.isfinite(found.values))
    assert np.all(found.values >= 0)
    if loaded.value("detector.energy_frame", "rest") == "cm":
        with pytest.raises(InvalidInput, match=r"detector.energy_frame = cm: events"):
            df.events(process, n=10, experiment=card, settings=settings)
        return
    made = df.events(process, n=2**15, seed=1, experiment=card, settings=settings, weighted=True)
    assert made.model["order"] == "born"
    assert made.recorded.accepted.any()
    entries = 3 if record.seen == "three tracks" else 1
    muons = exposure(loaded) if record.seen != "electron and photon" else None
    if muons is None:
        muons = found.settings["stopping_rate"] * found.settings["live_time_s"]
    error = np.hypot(made.rate_error, 0 if found.errors is None else 2 * np.linalg.norm(found.errors) / muons / entries)
    # hbar/tau beside the tree-level width, measured beside tree-level branching ratio of the tau
    assert abs(found.values.sum() / muons / entries - made.rate) < 5 * error + 0.006 * made.rate


@pytest.mark.parametrize(
    ("process", "card", "observable"),
    [
        ("mu -> e nu nu", "twist", "E_e"),
        ("tau -> mu nu nu", "argus", "E_e"),
        ("mu -> e nu nu gamma", "meg2", "m_miss2"),
        ("mu -> e a gamma", "meg2", "m_miss2"),
    ],
)
def test_measured_events_have_the_shape_of_the_spectrum(process, card, observable):
    settings = settings_of(process)
    born = {"search.background_order": "born"} if find_process(process).alone is not None else {}
    made = df.events(process, n=4000, seed=3, experiment=card, settings=settings)
    measured = made.observables(observable, measured=True)[observable].ravel()
    ends = {"low": 0.0, "high": 1000.0} if process == "mu -> e a gamma" else {}
    found = df.spectrum(process, observable=observable, experiment=card, settings=settings | born, bins=12, **ends)
    counts, _ = np.histogram(measured, bins=found.edges, weights=made.weights)
    squares, _ = np.histogram(measured, bins=found.edges, weights=made.weights**2)
    shape, expected = counts / made.weights.sum(), found.values / found.values.sum()
    variance = np.maximum(squares / made.weights.sum() ** 2, expected / len(made))
    used = expected * len(made) > 10
    chi2 = np.sum((shape - expected)[used] ** 2 / variance[used])
    assert used.sum() >= 4
    assert chi2 < used.sum() + 4 * np.sqrt(2 * used.sum())


def test_settings_that_are_not_recorded_are_refused():
    for key in ("search.kappa", "search.channel", "search.bins"):
        with pytest.raises(DarkfactoryError, match=key):
            df.spectrum("mu -> e nu nu", experiment="megii-fwd", settings={key: 1})
    with pytest.raises(InvalidInput, match=r"search.signal_tail: changes nothing"):
        df.spectrum("mu -> e nu nu", experiment="megii-fwd", settings={"search.signal_tail": "soft"})
    with pytest.raises(InvalidInput, match=r"beam.sqrt_s_gev: changes nothing"):
        df.spectrum("tau -> e nu nu", experiment="argus", settings={"beam.sqrt_s_gev": 11})


def test_x_is_recorded_with_the_resolution_of_the_lepton():
    options = {"experiment": "twist", "settings": settings_of("mu -> e nu nu X"), "bins": 10, "events": 2**15}
    one, two = (df.spectrum("mu -> e nu nu X", observable=name, **options) for name in ("E_e", "m_miss2"))
    assert one.values.sum() == pytest.approx(two.values.sum(), rel=0.02)
    assert one.errors is not None
    assert np.all(one.errors[one.values > 0] > 0)
