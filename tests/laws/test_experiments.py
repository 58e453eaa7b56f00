"""Laws of every card, beam, detector and trigger that is registered; a new one is tested by being there."""

from __future__ import annotations

import dataclasses
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import darkfactory as df
from darkfactory.constants import M_E
from darkfactory.errors import CardError, InvalidInput, UnknownName
from darkfactory.experiments import KEYS, Card, check_card, list_cards
from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.beams.registry import BEAMS
from darkfactory.experiments.declarations import Declared
from darkfactory.experiments.detectors.base import Detector
from darkfactory.experiments.detectors.cone import cone_opening
from darkfactory.experiments.detectors.registry import DETECTORS
from darkfactory.experiments.keys import parse_value
from darkfactory.experiments.trigger import Trigger
from darkfactory.kinematics.pair_on_disc import hit_moments
from darkfactory.parsing import HUGE
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import SEARCHES

PARTS: dict[str, type[Declared]] = {**DETECTORS, "trigger": Trigger}
CARDS = {name: load_experiment(name) for name in list_cards()}


def described(card: Card) -> list[str]:
    """Kinds of detector and trigger that the card gives all numbers of."""
    present = set(card.keys())
    required = {
        name: [need for need in part.needs() if need.particle in ("", card.beam.name)] for name, part in PARTS.items()
    }
    return [name for name, needs in required.items() if not any(n.problems(present, required=True) for n in needs)]


DESCRIBED = {name: described(card) for name, card in CARDS.items()}
ALL = [(name, kind) for name, kinds in DESCRIBED.items() for kind in kinds]


# nothing is left out


def test_every_kind_is_registered_and_has_a_card():
    assert set(Beam.__subclasses__()) == set(BEAMS.values())
    assert set(Detector.__subclasses__()) == set(DETECTORS.values())
    assert {card.beam.name for card in CARDS.values()} == set(BEAMS)
    assert {kind for _, kind in ALL} == set(PARTS)
    declared = {s.name for part in (*BEAMS.values(),) for s in part.settings}
    declared |= {s.name for part in PARTS.values() for s in part.settings()} | {"beam.particle"}
    assert set(KEYS) == declared


def test_kinds_that_share_a_key_mean_the_same():
    for part in PARTS.values():
        for setting in part.settings():
            assert setting == KEYS[setting.name], setting.name
        assert {need.particle for need in part.needs()} <= {"", *BEAMS}
    for setting in KEYS.values():
        assert set(setting.particles) <= set(BEAMS)


# cards


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_complete_and_says_nothing_that_nobody_declares(name):
    card = CARDS[name]
    assert check_card(name) == []
    declared = {"beam.particle", *(s.name for s in card.beam.settings)}
    declared |= {s.name for kind in DESCRIBED[name] for s in PARTS[kind].settings()}
    assert set(card.keys()) <= declared
    assert set(card.sections) <= set(SEARCHES)
    for search in card.sections:
        assert set(card.section(search)) <= {key.name for key in SEARCHES[search].keys}


@pytest.mark.parametrize(("search", "name"), [(s.name, card) for s in SEARCHES.values() for card in s.cards])
def test_the_cards_of_a_search_have_what_it_needs(search, name):
    beams = {need for need in SEARCHES[search].needs if need in BEAMS.values()}
    assert beams, "a search says which beams it can use"
    assert type(CARDS[name].beam) in beams
    assert {kind for kind, part in PARTS.items() if part in SEARCHES[search].needs} <= set(DESCRIBED[name])


@pytest.mark.parametrize("search", SEARCHES)
def test_a_card_without_what_its_search_needs_is_refused(search, tmp_path):
    """Take the keys of the search's detector out of the card: each need is named."""
    card = CARDS[SEARCHES[search].cards[0]]
    for part in PARTS.values():
        if part not in SEARCHES[search].needs:
            continue
        for need in part.needs():
            if need.particle not in ("", card.beam.name):
                continue
            content = yaml.safe_load(card.path.read_text())
            content["search"].setdefault(search, {})
            for key in (key for way in need.alternatives for key in way):
                section, _, word = key.partition(".")
                content[section].pop(word, None)
            path = tmp_path / "mine.yaml"
            path.write_text(yaml.safe_dump(content))
            with pytest.raises(CardError, match=f"missing; the card needs the {need.doc}"):
                load_experiment(path)


def test_a_section_of_a_search_for_another_beam_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(CARDS["belle2"].path.read_text() + "  ee-resonance: {}\n")
    with pytest.raises(CardError, match=r"search\.ee-resonance: allowed only with beam\.particle = muon, not tau"):
        load_experiment(path)


# keys


def outside(key: str) -> list[Any]:
    setting = KEYS[key]
    if setting.kind == "choice":
        return ["nonsense"]
    if setting.kind == "text":
        return [math.nan]
    numbers = [math.nan]
    numbers += [setting.low - 1e-3] if setting.low > -HUGE else []
    numbers += [setting.low] if setting.open_low and setting.low > -HUGE else []
    numbers += [setting.high + 1e-3] if setting.high < HUGE else []
    numbers += [setting.high] if setting.open_high else []
    return numbers


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_meaning_unit_and_range_and_refuses_what_is_outside(key):
    setting = KEYS[key]
    assert len(setting.doc) > 8
    assert setting.unit
    assert setting.range_text
    assert setting.range_text != "(-1e+30, 1e+30)"
    for value in outside(key):
        several = [value] * max(setting.length, 1)
        raw = {"pairs": [[value, 0.99]], "table": [[30.0, value]], "numbers": several}.get(setting.kind, value)
        problem = parse_value(key, raw)[1]
        assert problem is not None, value
        assert problem.startswith(key)
        assert f"allowed {setting.range_text if setting.kind == 'choice' else ''}" in problem
        assert setting.kind in ("choice", "text") or f"{setting.low:g}" in problem
        assert (f"{value:g}" if isinstance(value, float) else value) in problem
    for word in ("none", "default"):
        assert parse_value(key, word)[1], "no number of an experiment is left to whoever asks"


@pytest.mark.parametrize(("card", "kind"), ALL)
def test_a_number_out_of_range_is_refused_by_the_class_too(card, kind):
    made = PARTS[kind].from_card(load_experiment(card))
    for field in dataclasses.fields(made):
        setting = field.metadata.get("setting")
        if setting is not None and setting.kind == "number":
            for value in outside(setting.name):
                if value != field.default:
                    with pytest.raises(InvalidInput, match=rf"^{setting.name} = .*allowed "):
                        dataclasses.replace(made, **{field.name: value})


@pytest.fixture(scope="module")
def asked():
    """Keys that one use of every beam, detector and trigger asks for."""
    keys: set[str] = set()
    patch = pytest.MonkeyPatch()
    known = Card.has, Card.quantity

    def spying(original: Any) -> Any:
        def ask(card: Card, key: str) -> Any:
            keys.add(key)
            return original(card, key)

        return ask

    patch.setattr(Card, "has", spying(known[0]))
    patch.setattr(Card, "quantity", spying(known[1]))
    for process, card in (("mu -> e nu nu", "megii-fwd"), ("tau -> mu nu nu", "belle2")):
        df.spectrum(process, observable="x", experiment=card, bins=4)
    df.spectrum(
        "tau -> mu nu nu", observable="x", experiment="belle2", bins=4, settings={"detector.energy_frame": "cm"}
    )
    for card in ("belle", "twist"):
        assert df.load_card(card).beam.exposure > 0
    df.trigger("meg2", settings={"trigger.mode": "standard"})
    df.reach("ee-resonance", "mu3e-phase2", mass=20.0, settings=SEARCHES["ee-resonance"].example.settings)
    for search in SEARCHES.values():
        if any(need in UNRECORDED for need in search.needs):
            df.reach(search.name, mass=search.example.mass, settings=search.example.settings)
    df.reach("beam-dump", "charm", mass=20)
    for name in ("nutev", "dune"):
        df.reach("neutral-current", name)
    given = {"beam.energy_gev": 100, "beam.energy_spread": 0.1, "beam.flux_file": "none.txt"}
    beam = load_experiment("ship", given).beam
    assert beam.flux("numu", "gaussian").weights.size > 1
    with pytest.raises(CardError, match=r"none\.txt"):
        beam.flux("numu", "file")
    patch.undo()
    return keys


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_read_by_somebody(asked, key):
    """That what is read changes something is the law of ``test_every_setting_matters``."""
    assert key in asked


# beams


@pytest.mark.parametrize("name", CARDS)
def test_exposure_is_proportional_to_what_makes_it(name):
    """Each number of the beam that is doubled doubles the exposure or leaves it alone; at least one doubles it."""
    exposure, factors = CARDS[name].beam.exposure, []
    assert 0 < exposure < math.inf
    assert 0 <= CARDS[name].beam.polarization <= 1
    for setting in CARDS[name].beam.settings:
        if CARDS[name].has(setting.name) and setting.kind == "number":
            factor = 2.0 if setting.high >= HUGE else 0.5
            changed = load_experiment(name, {setting.name: factor * CARDS[name].value(setting.name)}).beam.exposure
            factors.append(changed / exposure / factor if changed != exposure else 0.0)
    assert 1.0 in {round(f, 12) for f in factors}
    assert {round(f, 12) for f in factors} <= {0.0, 1.0}


def test_two_ways_to_give_the_exposure_agree():
    for name, card in CARDS.items():
        for need in card.beam.needs[:1]:
            for way in need.alternatives:
                assert load_experiment(name, dict.fromkeys(way, 3.0)).beam.exposure > 0


# detectors


def lepton_acceptance(detector: Any) -> Any:
    if detector.cone_radius is not None:
        return cone_opening(detector.cone_radius, detector.cone_distance) / 2
    intervals = detector.cos_theta_bins or [(detector.cos_theta_low, detector.cos_theta_high)]
    return sum(high - low for low, high in intervals) / 2


def track_acceptance(detector: Any) -> Any:
    rng = np.random.default_rng(5)
    return detector.accepts([20 * rng.normal(size=(2000, 3))], [1], *rng.random((2, 2000))).mean()


def dump_acceptance(detector: Any) -> Any:
    """Of decays of an X of 10 MeV and 10 GeV, half-way to the face; without a face all count."""
    if detector.face_radius_m is None:
        return 1.0
    distance = detector.plane_m - detector.shield_m - detector.decay_m / 2
    return hit_moments("both", [1e4], 10.0, M_E, distance, [0.1 * detector.face_radius_m], detector.face_radius_m, 1.0)[
        0
    ].max()


def pair_acceptance(detector: Any) -> Any:
    cosine, energy = np.linspace(-1, 1, 41), np.linspace(10, 53, 41)
    return detector.windows(cosine).max() * detector.timing_efficiency(energy).max() * detector.photon


ACCEPTANCE = {
    "lepton": lepton_acceptance,
    "electron-photon": pair_acceptance,
    "tracks": track_acceptance,
    "behind-shield": dump_acceptance,
}
# a process that the detector sees
COUNTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "lepton": ("mu -> e nu nu", "x", {}),
    "electron-photon": (
        "mu -> e a gamma",
        "m_miss2",
        {"model.mass": 5, "model.F_gev": 1e9},
    ),
    "tracks": ("mu -> e e e nu nu", "m_ee", {}),
}


UNRECORDED = [detector for kind, detector in DETECTORS.items() if kind not in COUNTS]


def test_every_kind_of_detector_counts_something():
    """Of a process that it records, or in a search: the laws of searches ask for its efficiency."""
    assert set(COUNTS) <= set(ACCEPTANCE) <= set(DETECTORS)
    assert all(any(detector in search.needs for search in SEARCHES.values()) for detector in UNRECORDED)
    assert all(detector.scale in {s.name for s in detector.settings()} for detector in DETECTORS.values())


@pytest.mark.parametrize(("card", "kind"), [pair for pair in ALL if pair[1] in ACCEPTANCE])
def test_acceptance_is_a_share(card, kind):
    assert 0 < ACCEPTANCE[kind](DETECTORS[kind].from_card(load_experiment(card))) <= 1


@pytest.mark.parametrize("kind", COUNTS)
def test_counts_are_proportional_to_the_efficiency(kind):
    process, observable, settings = COUNTS[kind]
    key = DETECTORS[kind].scale
    card = next(name for name, kinds in DESCRIBED.items() if kind in kinds and CARDS[name].has(key))
    more = {"events": 4000} if kind == "tracks" else {}

    def counts(share: float) -> Any:
        own = {**settings, key: share}
        return df.spectrum(process, observable=observable, experiment=card, settings=own, bins=4, **more).values

    assert np.sum(counts(0.2)) > 0
    np.testing.assert_allclose(counts(0.6), 3 * counts(0.2), rtol=1e-12)


def test_events_behind_a_shield_are_proportional_to_the_efficiency():
    def most(share: float) -> Any:
        found = df.reach("beam-dump", "e774", model="dark-photon", mass=12, settings={"detector.efficiency": share})
        return found.result.extra["most_events"][0]

    assert 0 < most(0.2) < 18
    assert most(0.6) == pytest.approx(3 * most(0.2), rel=1e-9)


# strangers: one file each, and no other is touched

BEAM = '''
from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.declarations import Need, positive_number

NUMBER = positive_number("beam.kaons", "kaons that decay")
DAYS = positive_number("beam.days", "live time", "d")


class Kaons(Beam):
    """Kaons that decay in flight."""

    name = "kaon"
    counted = "exposure"
    settings = (NUMBER, DAYS)
    needs = (Need("number of kaons", ((NUMBER.name,),)),)

    @property
    def exposure(self):
        return self.card.value(NUMBER.name)


BEAM = Kaons
'''
DETECTOR = '''
from dataclasses import dataclass
from typing import ClassVar

from darkfactory.experiments.declarations import of_card, positive_number
from darkfactory.experiments.detectors.cone import cone_opening
from darkfactory.experiments.detectors.base import Detector


@dataclass(frozen=True)
class Shield(Detector):
    """What stands behind a shield."""

    name: ClassVar[str] = "behind-a-shield"
    length: float = of_card(positive_number("detector.shield", "length of the shield", "mm"), need="shield")


DETECTOR = Shield
'''
CARD = """
name: mine
title: a dump
references: []
beam:
  particle: {value: kaon, tag: assumed, source: test}
  days: {value: 3, unit: d, tag: assumed, source: test}
  kaons: {value: 1e20, tag: assumed, source: test}
detector:
  shield: {value: 1000, unit: mm, tag: assumed, source: test}
"""
CODE = """
import sys
from darkfactory.errors import CardError
from darkfactory.experiments import KEYS, check_card
from darkfactory.searches.cards import load_experiment
from darkfactory.experiments.detectors.registry import DETECTORS
card = load_experiment(sys.argv[1] + "/mine.yaml", {"detector.shield": "2000"})
print(card.beam.exposure, DETECTORS["behind-a-shield"].from_card(card).length, card.beam.polarization)
print(KEYS["beam.kaons"].particles, KEYS["beam.days"].particles, KEYS["beam.particle"].choices)
for name, own in (("megii-fwd", {"beam.kaons": 1}), (sys.argv[1] + "/mine.yaml", {"beam.polarization": 1}),
                  (sys.argv[1] + "/mine.yaml", {"detector.shield": -1})):
    try:
        load_experiment(name, own)
    except CardError as error:
        print(str(error).split(": ", 1)[1])
"""


def test_a_new_beam_and_a_new_detector_are_one_file_each(tmp_path):
    package = Path(df.__file__).parent
    shutil.copytree(package, tmp_path / package.name)
    for folder, text in (("beams", BEAM), ("detectors", DETECTOR)):
        (tmp_path / package.name / "experiments" / folder / "stranger.py").write_text(text)
    (tmp_path / "mine.yaml").write_text(CARD)
    paths = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=paths)
    assert done.stdout.splitlines() == [
        "1e+20 2000.0 0.0",
        "('kaon',) ('muon', 'kaon') ('muon', 'tau', 'electron', 'proton', 'neutrino', 'kaon')",
        "beam.kaons: allowed only with beam.particle = kaon, not muon; leave it out",
        "beam.polarization: allowed only with beam.particle = muon, not kaon; leave it out",
        "detector.shield = -1: allowed (0, 1e+30] mm; length of the shield",
    ], done.stderr


def test_a_word_that_is_no_beam_is_refused():
    with pytest.raises(CardError, match=r"beam\.particle = 'photon': allowed muon, tau"):
        load_experiment("megii-fwd", {"beam.particle": "photon"})
    with pytest.raises(UnknownName, match=r"beam\.protons: unknown key"):
        load_experiment("megii-fwd", {"beam.protons": 1})
