"""Every process at every experiment: its spectrum is that of its recorded events, or a refusal says why and what can be asked."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import CardError, DarkfactoryError, InvalidInput
from darkfactory.experiments import list_cards, load_card
from darkfactory.processes import PROCESSES, Decay, find_process
from darkfactory.recorded.kinds import recorded, visible_processes

CARDS = {name: load_card(name) for name in list_cards()}
NEUTRINO_CARDS = [name for name, card in CARDS.items() if card.beam.name == "neutrino"]
VISIBLE = {name: visible_processes(card) for name, card in CARDS.items()}
SEEN = [(process, card) for card, processes in VISIBLE.items() for process in processes]
UNSEEN = [(process, card) for card in CARDS for process in PROCESSES if process not in VISIBLE[card]]
COLLISIONS = {name for name, process in PROCESSES.items() if getattr(process, "collides", False)}
HEAVY = ("nu A -> X A", "nu p -> X p", "nu n -> X n")
MODES = ("neutrino", "antineutrino", "both")
TAUS = [pair for pair in SEEN if pair[0].startswith("tau")]
IN_FLIGHT = {"detector.energy_frame": "cm", "beam.sqrt_s_gev": 10.58}
OBSERVABLE = {
    "a lepton alone": "E_e",
    "electron and photon": "m_miss2",
    "three tracks": "E_vis",
    "pairs behind a shield": "E_vis",
}
"""One value per event, that the detector measures with its resolution."""
EFFICIENCY = {"electron and photon": "detector.photon_efficiency"}
EVENTS = 1500
SCATTER = 4.5
"""Standard deviations that a sum may be away from what is expected, and about as many of a chi2."""


@pytest.fixture(autouse=True)
def rough_total(monkeypatch):
    """The rate before the response is not asked for here, and takes longer than all else."""
    monkeypatch.setattr("darkfactory.recorded.events.TOTAL_PRECISION", 0.05)


def settings_of(name):
    """A model that is seen: open, and prompt where it decays."""
    process = find_process(name)
    if process.model is None:
        return {}
    if process.takes == "continuum":
        light = name in ("nu e -> X e", "nu A -> X A")
        return {"model.gap_gev": 0.03 if light else 1.0, "model.dimension": 3.0}
    if process.takes == "sterile":
        return {"model.mass_N": 60.0, "model.mass_A": 20.0, "model.epsilon": 1e-3}
    if not isinstance(process, Decay):
        return {"model.mass": 10.0, "model.epsilon": 3e-5}
    # heavier ones leave no photon above the thresholds of all experiments
    found = {"model.mass": 5.0 if name == "mu -> e a gamma" else 20.0}
    if process.model == "dark-photon":
        return found | {"model.epsilon": 1e-3}
    return found | ({"model.F_gev": 1e6, "model.C_e": 1e5} if name.endswith("-> e e") else {"model.F_gev": 1e9})


def record_of(process, card, more=()):
    return recorded(find_process(process), load_card(card, dict(more)))


def observable_of(process, card, more=()):
    """Observable that is compared, see :data:`OBSERVABLE`; of a heavy recoil, most of which are slow, its angle."""
    record = record_of(process, card, more)
    return OBSERVABLE.get(record.seen, "theta_h" if process in HEAVY else "E_vis")


@functools.cache
def recorded_events(process, card, more=()):
    settings = settings_of(process) | dict(more)
    return df.events(process, n=EVENTS, seed=1, experiment=card, settings=settings)


def spectrum_of(process, card, more=(), **options):
    """Counts of a spectrum per decay of the experiment, at tree level as events are; their errors; edges."""
    record = record_of(process, card, more)
    decay = isinstance(record.process, Decay)
    born = {"search.signal_tail": "none"} if decay and record.process.tails else {}
    born |= {"search.background_order": "born"} if decay and record.process.orders[1:] else {}
    options |= {"events": 2**14, "seed": 2} if "events" in record.options else {}
    settings = settings_of(process) | dict(more) | born
    observable = observable_of(process, card, more)
    found = df.spectrum(process, observable=observable, experiment=card, settings=settings, **options)
    if record.seen == "electron and photon":
        decays = found.settings["stopping_rate"] * found.settings["live_time_s"]
    elif record.seen == "hadrons or a recoil":
        decays = recorded_events(process, card, more).model["events per cm2"]
    elif not decay:
        decays = 1.0  # events are the expected ones of all the beam
    else:
        decays = record.card.exposure if record.process.parent == "mu" else 2 * record.card.tau_pairs
    errors = np.zeros(len(found.values)) if found.errors is None else found.errors
    assert np.all(np.isfinite(found.values))
    assert np.all(found.values >= 0)
    return found.values / decays, errors / decays, found.edges


def of_measured_rate(process, card, more=()):
    """Rate of a spectrum over that of events: leptonic decays have the measured branching ratio in one, that of the tree
    level over hbar/tau in the other."""
    record = record_of(process, card, more)
    if not isinstance(record.process, Decay) or record.process.alone is None or record.process.takes:
        return 1.0
    return (
        record.counts.background_branching_ratio
        * record.process.denominator("exp")
        / record.process.partial_width(None)
    )


def agree(process, card, more=()):
    """Sum and shape of a spectrum in a range that holds all events, and those of the events."""
    made, seen = recorded_events(process, card, more), record_of(process, card, more).seen
    observable = observable_of(process, card, more)
    measured = made.observables(observable, measured=True)[observable].ravel()
    low, high = measured.min(), measured.max()
    low, high = low - (high - low) / 2, high + (high - low) / 2
    if seen == "electron and photon":
        low, high = max(low, -1e4), min(high, 1.1e4)
    values, errors, edges = spectrum_of(process, card, more, low=low, high=high, bins=12)
    expected, errors = (part / of_measured_rate(process, card, more) for part in (values, errors))
    error = np.linalg.norm([made.rate_error, *errors, 1e-6 * made.rate])
    assert abs(expected.sum() - made.rate) < SCATTER * error, f"{made.rate} and {expected.sum()} +- {error}"
    counts = np.histogram(measured, bins=edges, weights=made.weights)[0]
    squares = np.histogram(measured, bins=edges, weights=made.weights**2)[0]
    used = expected > 10 * made.weights.max()
    # the sum was compared already: only the shape is left
    shape, total = counts[used] / counts.sum(), expected.sum()
    variance = (np.maximum(squares, expected * made.weights.mean()) / counts.sum() ** 2 + (errors / total) ** 2)[used]
    chi2 = np.sum((shape - expected[used] / total) ** 2 / variance)
    assert used.sum() >= 3
    assert chi2 < used.sum() + SCATTER * np.sqrt(2 * used.sum()), f"{counts / counts.sum()} and {expected / total}"


def test_every_experiment_sees_something_and_every_decay_of_a_lepton_is_seen():
    assert all(VISIBLE[name] for name, card in CARDS.items() if card.beam.parent)
    decays = {name for name, process in PROCESSES.items() if isinstance(process, Decay)}
    dumps = {"e Z -> e Z X, X -> e e", "pi0 -> gamma X, X -> e e"}
    assert {process for process, _ in SEEN} - COLLISIONS == decays - {"X -> e e", "N -> nu X"} | dumps


def test_every_experiment_of_neutrinos_sees_all_of_their_collisions():
    assert {"nu N -> X", "nu N -> nu", "nu e -> X e", "nu e -> nu e", "nu A -> X A"} <= COLLISIONS
    assert all(set(VISIBLE[name]) == COLLISIONS for name in NEUTRINO_CARDS)
    assert NEUTRINO_CARDS


@pytest.mark.parametrize(("process", "card"), UNSEEN)
def test_refusals_say_why_and_what_can_be_seen(process, card):
    with pytest.raises((CardError, InvalidInput)) as told:
        recorded(find_process(process), CARDS[card])
    text = str(told.value)
    assert text.startswith(f"process = {process}: ")
    made = f"makes {CARDS[card].beam.name}s"
    assert any(why in text for why in (made, "has no detector of", "no experiment here records"))
    assert all(f'"{name}"' in text for name in VISIBLE[card])
    for verb in (df.spectrum, functools.partial(df.events, n=10)):
        with pytest.raises(DarkfactoryError):
            verb(process, experiment=card)


@pytest.mark.parametrize(("process", "card"), [pair for pair in SEEN if pair[0] not in COLLISIONS])
def test_a_spectrum_is_that_of_recorded_events(process, card):
    agree(process, card)


@pytest.mark.parametrize(
    ("process", "card", "mode"),
    # each process at one card, and each card with one
    list(zip(sorted(COLLISIONS), itertools.cycle(NEUTRINO_CARDS), itertools.cycle(MODES))),
)
def test_a_spectrum_of_neutrinos_is_that_of_recorded_events(process, card, mode):
    agree(process, card, (("beam.mode", mode),))


@pytest.mark.parametrize(("process", "card"), [pair for pair in TAUS if pair[1] == "belle2"])
def test_of_taus_in_flight_too(process, card):
    agree(process, card, tuple(IN_FLIGHT.items()))


@pytest.mark.parametrize(
    ("process", "card"), [pair for pair in SEEN if pair[1] in ("twist", "belle2", "meg2", "mu3e-phase2")]
)
def test_counts_scale_with_the_efficiency(process, card):
    key = EFFICIENCY.get(record_of(process, card).seen, "detector.efficiency")
    full = CARDS[card].value(key, 1.0)
    one, other = (spectrum_of(process, card, ((key, full * factor),), bins=4)[0] for factor in (1.0, 0.5))
    np.testing.assert_allclose(other, 0.5 * one, rtol=1e-12)
    assert one.sum() > 0


def test_what_is_not_recorded_is_refused():
    for key in ("search.kappa", "search.channel", "search.bins"):
        with pytest.raises(DarkfactoryError, match=key):
            df.spectrum("mu -> e nu nu", experiment="megii-fwd", settings={key: 1})
    nothing = [
        ("mu -> e nu nu", "megii-fwd", {"search.signal_tail": "none"}),
        ("tau -> e nu nu", "argus", {"beam.sqrt_s_gev": 11}),
        ("mu -> e e e a", "mu3e-phase1", {"detector.prompt_distance": 2}),
    ]
    for process, card, settings in nothing:
        with pytest.raises(InvalidInput, match=f"{next(iter(settings))}: changes nothing"):
            df.spectrum(process, experiment=card, settings=settings)
    nothing = [
        ("mu -> e nu nu", "twist", {"beam.exposure_muons": 1e9}),
        ("mu -> e nu nu", "twist", {"search.background_order": "exp"}),
        ("mu -> e nu nu gamma", "meg2", {"beam.days": 3}),
        ("mu -> e e e nu nu", "mu3e-phase1", {"search.accidentals.rate": 3e8}),
    ]
    for process, card, settings in nothing:
        with pytest.raises(InvalidInput, match=f"{next(iter(settings))}: changes nothing"):
            df.events(process, n=10, experiment=card, settings=settings)


def test_events_and_seed_are_refused_where_nothing_is_drawn():
    for given in ({"events": 1000}, {"seed": 1}):
        for experiment in (None, "twist", "meg2"):
            process = "mu -> e nu nu gamma" if experiment == "meg2" else "mu -> e nu nu"
            with pytest.raises(InvalidInput, match=f"{next(iter(given))} = "):
                df.spectrum(process, observable="m_miss2", experiment=experiment, **given)


def test_x_beside_a_lepton_has_a_range_by_default():
    options = {"experiment": "twist", "settings": settings_of("mu -> e nu nu X"), "bins": 10, "events": 2**14}
    one, two = (df.spectrum("mu -> e nu nu X", observable=name, **options) for name in ("E_e", "m_miss2"))
    assert one.values.sum() == pytest.approx(two.values.sum(), rel=0.02)
    assert np.all(one.errors[one.values > 0] > 0)


def test_cuts_on_leptons_of_parents_in_flight_need_not_know_their_rest_frame():
    with pytest.raises(DarkfactoryError, match="m_miss2"):
        df.events("tau -> e a", n=10, experiment="belle2", settings=IN_FLIGHT, cut="m_miss2 > 0")
    made = df.events("tau -> e a", n=100, experiment="belle2", settings=IN_FLIGHT, cut="E_e > 2000", seed=3)
    assert made.observables("E_e", measured=True)["E_e"].min() > 2000
