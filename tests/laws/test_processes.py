"""Laws of every process: rates, spectra and events agree, events are physical, what is not understood is refused."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import math
import pkgutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darkfactory as df
from darkfactory import processes
from darkfactory.catalogue import entries
from darkfactory.discovery import declared
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.eventfiles.record import DECAYED, FINAL, INCOMING
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.kinematics.particles import PARTICLES, conjugate, numbered
from darkfactory.processes import PROCESSES, Process, find_process
from darkfactory.references import lookup
from darkfactory.verbs.events import to_record

HARD = {"cut": "E_gamma > 10"}
# what it takes to make a rate finite; all else is asked with the defaults
GIVEN: dict[str, dict[str, Any]] = {"mu -> e nu nu gamma": HARD, "mu -> e a gamma": HARD}
MADE: dict[str, dict[str, Any]] = {
    "mu -> e a, a -> e e": {"model.mass": 20.0, "model.C_e": 1.0},
    **{f"{parent} -> l X": {"model.gap_gev": 0.01} for parent in ("pi", "K")},
    "mu -> e nu X": {"model.gap_gev": 0.01},
    "nu e -> X e": {"model.gap_gev": 0.05},
    "tau -> e nu X": {"model.flavor": "tau"},
}
# a heavy particle closes a channel, a light one that of its decay
CLOSED = {"e Z -> e Z X": 1e5, "X -> e e": 1.0, "mu -> e a, a -> e e": 1.0}
CLOSES = {"sterile": {"model.U2": 0.0}, "continuum": {"model.gap_gev": 200.0, "model.cutoff_gev": 1e3}}
CLOSING = {name: CLOSES[process.takes] for name, process in PROCESSES.items() if process.takes in CLOSES}
WITH_EVENTS = [name for name, process in PROCESSES.items() if process.options("events")]
OPEN = [name for name in PROCESSES if PROCESSES[name].takes not in ("", "portal") and not PROCESSES[name].optional]
NUMBER = 400
VALUES = {
    "cut": "E_e > 1",
    "norm": "lo",
    "relative_to": "mu -> e nu nu",
    "polarization": 0.5,
    "charge": -1,
    "precision": 0.1,
    "seed": 1,
    "method": "monte-carlo",
    "weighted": True,
    "neutrinos": "two",
    "events": 1000,
}
OF_VERB = {
    "rate": ("cut", "norm", "relative_to", "polarization", "charge", "precision", "seed", "method"),
    "spectrum": ("cut", "norm", "polarization", "charge", "seed", "events"),
    "events": ("cut", "norm", "polarization", "charge", "seed", "weighted", "neutrinos"),
}


def asked(name: str) -> dict[str, Any]:
    """Options of all verbs; at tree level and without tails, where there are others: events have neither."""
    tree = {"search.background_order": "born", "search.signal_tail": "none"}
    keys = {setting.name for setting in PROCESSES[name].settings("spectrum")}
    settings = MADE.get(name, {}) | {key: value for key, value in tree.items() if key in keys}
    return GIVEN.get(name, {}) | {"settings": settings}


def without(name: str, *keys: str) -> dict[str, Any]:
    """The same, without settings that the verb does not have."""
    found = asked(name)
    return found | {"settings": {key: value for key, value in found["settings"].items() if key not in keys}}


@functools.cache
def total(name: str) -> Any:
    precise = {"precision": 0.01} if "precision" in PROCESSES[name].options("rate") else {}
    return df.rate(name, **without(name, "search.signal_tail"), **precise)


@functools.cache
def record(name: str, seed: int = 1, **more: Any) -> Any:
    settings = without(name, "search.signal_tail", "search.background_order")
    return df.events(name, n=NUMBER, seed=seed, **settings, **more)


def written(name: str, charge: int, **form: Any) -> Any:
    """Record of a few events as those of a parent of this charge: their momenta are of no matter."""
    return to_record(dataclasses.replace(few(name), charge=charge), model(name), **form)


@functools.cache
def few(name: str) -> Any:
    cut = {key: value for key, value in GIVEN.get(name, {}).items() if key == "cut"}
    return PROCESSES[name].sample(2, model(name), **cut)


@pytest.mark.parametrize("name", PROCESSES)
def test_what_a_process_declares(name):
    process = PROCESSES[name]
    assert process.name == name
    assert process.title
    assert process.unit in ("1", "MeV", "cm2")
    assert process.quantity == {"1": "branching ratio", "MeV": "width", "cm2": "cross section"}[process.unit]
    assert all(lookup(key) for key in process.references)
    assert bool(process.takes) == bool(process.models)
    assert process.model in (None, *process.models)
    for verb, options in OF_VERB.items():
        assert process.options(verb) <= set(options)
        assert all(setting.doc and setting.name.partition(".")[1] for setting in process.settings(verb))


@pytest.mark.parametrize("name", PROCESSES)
def test_rate(name):
    found = total(name)
    assert 0 < found.value < math.inf
    assert 0 <= found.error < 0.1 * found.value
    assert found.unit == PROCESSES[name].unit
    assert found.norm == ("exp" if found.unit == "1" else None)


@pytest.mark.parametrize("name", OPEN)
def test_a_closed_channel_has_the_rate_zero(name):
    settings = CLOSING.get(name, {"model.mass": CLOSED.get(name, 1e4)})
    found = df.rate(name, settings=settings, **GIVEN.get(name, {}))
    assert (found.value, found.error, found.method) == (0.0, 0.0, "closed channel")


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_events_are_physical(name):
    one = record(name)
    p_in = one.momenta[:, places(one, INCOMING)].sum(axis=1)
    scale = float(p_in[:, 0].max())
    np.testing.assert_allclose(one.momenta[:, places(one, FINAL)].sum(axis=1), p_in, rtol=0, atol=1e-12 * scale)
    assert one.imbalance() < 1e-12 * scale
    np.testing.assert_array_equal(p_in, np.broadcast_to(PROCESSES[name].state(model(name)).p_in, p_in.shape))
    for i, particle in enumerate(one.particles):
        square = mass_squared(one.momenta[:, i])
        wanted = square.clip(0) if particle.mass is None else particle.mass**2
        np.testing.assert_allclose(square, wanted, rtol=0, atol=1e-9 * scale**2)
        assert np.all(one.momenta[:, i, 0] >= 0)


def before_and_after(one: Any, number: Any) -> list[int]:
    """Sum of a number of the particles before and after; a dark jet has it as a whole, its states do not tell."""
    jets = [i for i in places(one, DECAYED) if numbered(one.particles[i].pdg_id).kind.startswith("dark_jet")]
    after = [i for i in places(one, FINAL) if one.particles[i].mother not in jets] + jets
    return [sum(number(numbered(one.particles[i].pdg_id)) for i in some) for some in (places(one, INCOMING), after)]


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_charge_and_lepton_number_are_conserved(name):
    cases = [record(name)] + ([written(name, -1)] if "charge" in PROCESSES[name].options("events") else [])
    flavors = [""]
    if "nunu" in PROCESSES[name].state(model(name)).invisible:
        cases, flavors = [*cases, written(name, 1, neutrinos="two")], ["", "e", "mu", "tau"]
    for one in cases:
        before, after = before_and_after(one, lambda particle: particle.charge)
        assert before == after
        for i in places(one, DECAYED):
            daughters = [numbered(p.pdg_id) for p in one.particles if p.mother == i]
            assert sum(p.charge for p in daughters) == numbered(one.particles[i].pdg_id).charge
    # of two neutrinos every flavor is conserved for itself; of a pair their sum
    for one in cases:
        before, after = before_and_after(one, lepton_number)
        assert before == after
    for flavor in flavors:
        before, after = before_and_after(cases[-1], functools.partial(lepton_number, flavor=flavor))
        assert before == after


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_weights_add_up_to_the_rate(name):
    for one in (record(name), record(name, weighted=True)):
        expected = total(name)
        # of weighted trials the error is that of these few
        error = one.rate_error if one is record(name) else float(np.std(one.weights) * math.sqrt(NUMBER))
        assert one.unit == expected.unit
        assert one.rate == pytest.approx(expected.value, rel=1e-5, abs=5 * math.hypot(error, expected.error))


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_a_spectrum_adds_up_to_the_rate(name):
    few = {"events": 20_000} if "events" in PROCESSES[name].options("spectrum") else {}
    process = PROCESSES[name]
    observable = process.default_observable
    observable = observable if observable in process.observables(model(name)) else "E_e"
    state = process.state(model(name))
    known = process.observables(model(name))[observable]
    low, high = known.limits(state)
    found = df.spectrum(name, observable=observable, low=low, high=1.1 * high, bins=10, **asked(name), **few)
    value, error = found.values.sum(), 0.0 if found.errors is None else math.sqrt(found.errors @ found.errors)
    tracks = known.count(state)
    assert value / tracks == pytest.approx(total(name).value, rel=1e-6, abs=5 * math.hypot(error, total(name).error))


@pytest.mark.parametrize("verb", OF_VERB)
@pytest.mark.parametrize("name", PROCESSES)
def test_what_is_not_understood_is_refused(name, verb):
    call, process = getattr(df, verb), PROCESSES[name]
    for option in set(OF_VERB[verb]) - process.options(verb):
        with pytest.raises(InvalidInput, match=rf"{option} = .* does not take it; options: "):
            call(name, **{option: VALUES[option]})
    for key in ("beam.colour", "search.colour", "colour"):
        with pytest.raises(UnknownName, match=rf"{key}: unknown key of the {verb} of .*; keys: model\.\*"):
            call(name, settings={key: 1})
    for setting in {s.name: s for v in OF_VERB for s in process.settings(v)}.values():
        there = setting in process.settings(verb)
        told = ".*allowed" if there else "unknown key"
        with pytest.raises(InvalidInput if there else UnknownName, match=f"{setting.name}.*: {told}"):
            call(name, settings={setting.name: "colour"})
    if "cut" in process.options(verb):
        with pytest.raises(UnknownName, match="unknown observable 'colour'; observables: "):
            call(name, cut="colour > 1")


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_an_unknown_observable_is_refused(name):
    with pytest.raises(UnknownName, match=r"observable.*'colour'.*E_(e|X|h)"):
        df.spectrum(name, observable="colour", **asked(name))


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_events_depend_on_the_seed_alone(name):
    again = df.events(name, n=NUMBER // 2, seed=1, **without(name, "search.signal_tail", "search.background_order"))
    one, other = record(name), record(name, seed=2)
    # more events may have a dark jet of more states, which the others lack
    shared = again.momenta.shape[1]
    np.testing.assert_array_equal(again.momenta, one.momenta[: NUMBER // 2, :shared])
    assert not one.momenta[: NUMBER // 2, shared:].any()
    both = min(one.momenta.shape[1], other.momenta.shape[1])
    assert not np.any(np.all(one.momenta[:, :both] == other.momenta[:, :both], axis=(1, 2)))


@pytest.mark.parametrize("name", WITH_EVENTS)
def test_round_trip_through_every_format(name, tmp_path):
    one = record(name)
    for ending in ("lhe", "hepmc", "parquet"):
        if ending != "lhe":
            pytest.importorskip({"hepmc": "pyhepmc", "parquet": "pyarrow"}[ending])
        df.write_events(one, tmp_path / f"a.{ending}")
        found = df.read_events(tmp_path / f"a.{ending}")
        assert found.particles == one.particles
        assert (found.process, found.unit, found.charge) == (one.process, one.unit, one.charge)
        np.testing.assert_allclose(found.momenta, one.momenta, rtol=1e-14, atol=1e-14)
        np.testing.assert_allclose(found.weights, one.weights, rtol=1e-14)


def test_particles_and_their_antiparticles():
    assert len({particle.pdg for particle in PARTICLES.values()}) == len(PARTICLES) - 1  # an a has the number of an X
    for name, particle in PARTICLES.items():
        anti = conjugate(particle)
        assert particle.name == name
        assert conjugate(anti) == particle
        assert (anti.charge, anti.mass, anti.seen) == (-particle.charge, particle.mass, particle.seen)
        assert anti.pdg == (-particle.pdg if anti != particle else particle.pdg)
        assert numbered(particle.pdg).charge == particle.charge


def test_nothing_is_left_out():
    found = {}
    for module in pkgutil.walk_packages(processes.__path__, f"{processes.__name__}."):
        for thing in vars(importlib.import_module(module.name)).values():
            things = thing if isinstance(thing, tuple) else (thing,)
            found |= {id(one): one.name for one in things if isinstance(one, Process)}
    assert sorted(found.values()) == sorted(PROCESSES)
    assert [entry["name"] for entry in entries("processes")] == list(PROCESSES)
    assert all(find_process(name.replace(" ", "")) is process for name, process in PROCESSES.items())


def test_a_new_process_is_one_file(monkeypatch, tmp_path):
    text = (Path(processes.__path__[0]) / "neutrino_electron.py").read_text()
    (tmp_path / "twin.py").write_text(text.replace('name="nu e -> nu e"', 'name="nu e -> twin"'))
    monkeypatch.setattr(processes, "__path__", [*processes.__path__, str(tmp_path)])
    try:
        found = declared("darkfactory.processes", "PROCESSES")
        monkeypatch.setitem(PROCESSES, "nu e -> twin", found["nu e -> twin"])
        assert df.rate("nu e -> twin").value == df.rate("nu e -> nu e").value
        assert len(df.events("nu e -> twin", n=3)) == 3
        assert "nu e -> twin" in [entry["name"] for entry in entries("processes")]
    finally:
        sys.modules.pop("darkfactory.processes.twin", None)
        vars(processes).pop("twin", None)


def places(one: Any, status: int) -> list[int]:
    return [i for i, particle in enumerate(one.particles) if particle.status == status]


def lepton_number(particle: Any, flavor: str = "") -> int:
    leptons = {PARTICLES[f"{kind}-"].pdg: kind for kind in ("e", "mu", "tau")}
    leptons |= {number + 1: kind for number, kind in leptons.items()}
    leptons |= {PARTICLES["N"].pdg: "", PARTICLES["dark_jet"].pdg: ""}
    kind = leptons.get(abs(particle.pdg))
    return int(np.sign(particle.pdg)) if kind is not None and flavor in ("", kind) else 0


@functools.cache
def model(name: str) -> Any:
    """Model with which the events are made."""
    from darkfactory.processes.requests import model_of

    return model_of(
        PROCESSES[name], None, {key.removeprefix("model."): value for key, value in MADE.get(name, {}).items()}
    )
