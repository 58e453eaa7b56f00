"""Invariants of displaced pairs, one sample for all couplings, backgrounds that a user gives, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.kinematics.flight import decays_between
from darkfactory.models import build_model
from darkfactory.processes.muon_decay import slices
from darkfactory.processes.muon_decay.displaced_backgrounds import bhabha_pairs, conversions
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.ee_displaced.pairs import accepted_pairs, chain_of
from darkfactory.searches.ee_displaced.search import _polynomial
from oracles import displaced as chapter

QUICK = {"search.precision": 0.1}


def ask(model="pseudoscalar", mass=30.0, *, experiment="mu3e-phase1", coupling=None, **settings):
    given = QUICK | {key.replace("__", "."): value for key, value in settings.items()}
    return df.reach("ee-displaced", experiment, model=model, mass=mass, coupling=coupling, settings=given)


def test_other_couplings_make_no_new_events(monkeypatch):
    before = ask(model__g_mu=3e-4)

    def refused(*_, **__):
        raise AssertionError("events were made")

    monkeypatch.setattr(slices, "_events", refused)
    assert ask(model__g_mu=1e-4).couplings["g_ee"][0] > before.couplings["g_ee"][0]
    assert ask(search__coupling="ratio", model__g_mu=2.0, model__g_e=1.0).result.status[0] in ("ok", "out-of-reach")
    assert ask(model__g_mu=3e-4, experiment="mu3e-phase2").couplings["g_ee"][0] < before.couplings["g_ee"][0]


def test_bases_agree_where_they_should():
    """C_e = C_mu: no contact term, and the derivative ALP is the pseudoscalar."""
    derivative = ask("derivative-alp", model__C_e=1.0, model__C_mu=1.0, beam__exposure_muons=1e19)
    couplings = {"model__g_e": 0.51099895, "model__g_mu": 105.6583755}
    yukawa = ask(search__coupling="ratio", beam__exposure_muons=1e19, **couplings)
    assert derivative.couplings["g_ee"][0] == pytest.approx(yukawa.couplings["g_e"][0], rel=1e-3)
    edges = derivative.result.excluded["f_a_gev"][0]
    assert derivative.couplings["f_a_gev"][0] == edges[-1, 1]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("pseudoscalar", {"g_e": 1, "g_mu": 1}),
        ("dark-photon", {"epsilon": 1}),
        ("derivative-alp", {"C_e": 1, "C_mu": 2, "f_a_gev": 1}),
        ("lfv-alp", {"C_e": 1, "F_gev": 1, "mass": 20}),
        ("sterile-dark-photon", {"U2": 1}),
    ],
)
def test_without_thresholds_all_pairs_are_accepted(name, given):
    """Sums over events are the rates in closed form or quadrature: one per cent is noticed, coupling by coupling."""
    open_ = {"detector.profile": "pt-only", "detector.p_T_min": 1e-6, "detector.efficiency": 1}
    model, setup = build_model(name, given), TrackSetup.from_card(load_card("mu3e-phase1", open_))
    density, *_, total = chain_of(model).sample(chain_of(model), model, setup, 0.01)
    assert {key: values.sum() for key, values in density.items()} == pytest.approx(dict(total), rel=5e-3)


def test_signals_that_live_long():
    """S = c_prod^2 c^2 for long lives: the floor in g_ee goes as 1 / g_mumu."""
    floors = [ask(model__g_mu=g).couplings["g_ee"][0] for g in (1e-3, 2e-3)]
    assert floors[0] / floors[1] == pytest.approx(2.0, rel=4e-3)


def test_less_is_excluded_with_more_background_and_further_from_the_wall():
    usual = ask(model__g_mu=3e-4)
    for change in ({"search__background.accidentals": 5e3}, {"search__d_min": 3.0}, {"detector__efficiency": 0.3}):
        low, high = ask(model__g_mu=3e-4, **change).result.excluded["g_ee"][0][0]
        assert low > usual.result.excluded["g_ee"][0][0, 0]
        assert high < usual.result.excluded["g_ee"][0][0, 1]
    empty = ask(model__g_mu=3e-4, detector__gas="vacuum").rows[0]["backgrounds"]
    assert empty["conversions"] == 0
    air, helium = (
        ask(model__g_mu=3e-4, detector__gas=gas).rows[0]["backgrounds"]["conversions"] for gas in ("air", "He")
    )
    assert air > 15 * helium


def test_an_uncertain_background_counts_as_one():
    row = ask(model__g_mu=3e-4, **{"search__systematics.background": 0.05}).rows[0]
    B = row["background"]
    made = TrackSetup.from_card(load_card("mu3e-phase1")).exposure * row["expected"]["branching_ratio"]
    assert made * row["signal_efficiency"] == pytest.approx(1.959964 * np.sqrt(B + (0.05 * B) ** 2), rel=2e-3)


def test_a_total_width_sets_the_decay_length():
    row = ask(model__g_mu=3e-4, model__total_width=2e-11).rows[0]
    assert row["ctau_mm"] == pytest.approx(1.973269804e-10 / 2e-11, rel=1e-8)


def test_backgrounds_from_a_file(tmp_path):
    path = tmp_path / "sideband.csv"
    path.write_text("mass,events\n20,100\n40,300\n")
    found = ask(model__g_mu=3e-4, **{"search__background.accidentals": str(path)})
    assert found.rows[0]["backgrounds"]["accidentals"] == pytest.approx(200.0)
    with pytest.raises(DarkfactoryError, match="masses from 20 to 40 MeV, asked 50"):
        ask(mass=50.0, model__g_mu=3e-4, **{"search__background.accidentals": str(path)})
    path.write_text("mass,events\n20,-1\n40,300\n")
    with pytest.raises(DarkfactoryError, match=r"allowed \[0, inf\) events"):
        ask(mass=20.0, model__g_mu=3e-4, **{"search__background.accidentals": str(path)})


def test_what_is_closed_and_what_has_no_acceptance():
    found = ask(mass=[0.5, 1.0, 30.0, 105.5, 200.0], model__g_mu=3e-4)
    assert found.result.status.tolist() == ["closed", "closed", "ok", "closed", "closed"]
    hidden = ask(mass=30.0, model__g_mu=3e-4, detector__p_T_min=45)
    assert hidden.result.status.tolist() == ["no-acceptance"]
    light = ask(mass=7.0, model__g_mu=3e-4)
    assert light.rows[0]["backgrounds"]["bhabha"] > 0
    assert any("Bhabha pairs up to 7.4 MeV" in note for note in light.notes)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"search__d_min": 40.0}, "search.d_min = 40 mm: no vertex"),
        ({"search__d_min": -1.0}, r"search.d_min = -1: allowed \[0"),
        ({"detector__fiducial_radius": 24.0}, r"detector.fiducial_radius = 24: allowed \(19, 23.3\] mm"),
        ({"search__background.bhabha": "nonsense.csv"}, "a number of events >= 0, or a file"),
        ({"search__lifetime": "prompt"}, "unknown key"),
        ({"detector__prompt_distance": 5.0}, "changes nothing"),
    ],
)
def test_bad_settings(given, says):
    with pytest.raises(DarkfactoryError, match=says):
        ask(model__g_mu=3e-4, **given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"mass_A": 70.0},
            r"model.mass_A = 70 MeV, model.mass_N = 60 MeV: must be 2 m_e < model.mass_A < model.mass_N",
        ),
        ({"mass_N": 110.0}, "m_mu"),
        ({"U2": 1.5}, "U2 = 1.5"),
        ({"epsilon": -1e-5}, "epsilon = -1e-05"),
        ({"epsilon": 0.0}, "A' does not decay"),
    ],
)
def test_bad_sterile_neutrinos(given, says):
    with pytest.raises(DarkfactoryError, match=says):
        ask("sterile-dark-photon", None, **{f"model__{key}": value for key, value in given.items()})


def test_backgrounds_are_their_formulas():
    """Beside each other, in the number of accepted muons that follows from the accidentals: 1.2e-4 0.1^2 0.03 pi / wall 0.05."""
    for mass, gas in ((7.0, "He"), (30.0, "air")):
        found = ask(mass=mass, model__g_mu=3e-4, detector__gas=gas).rows[0]["backgrounds"]
        muons = found["accidentals"] / (1.2e-4 * 0.01 * 0.03 * np.pi / 6385.46 * 0.05)
        thickness, charge, mass_number = {"He": (3.158e-4, 2, 4.0026), "air": (1.2e-3 * 1.904, 7.2, 14.4)}[gas]
        light = mass - 1 < 7.383
        mylar = 0.0332
        expected = {
            "conversions": conversions(mass, 1.0, thickness, charge, mass_number),
            "bhabha": light * bhabha_pairs(thickness, charge / mass_number),
            "material": (conversions(mass, 1.0, mylar, 6, 12.011) + light * bhabha_pairs(mylar, 0.5204))
            * chapter.misvertexed(2.0),
        }
        assert {name: found[name] / muons for name in expected} == pytest.approx(expected, rel=3e-3, abs=0)
    # without neutrinos a whole muon is seen
    whole = ask("lfv-alp", 30.0, model__C_e=1.0).rows[0]["backgrounds"]
    assert whole["conversions"] / whole["accidentals"] / 1e-6 * 1e-5 == pytest.approx(
        conversions(30.0, 1.0, 3.158e-4, 2, 4.0026) / 8.8565e-13, rel=3e-3
    )


def test_mismeasured_vertices_are_those_of_internal_conversion():
    """Both pairs of every event of five tracks within the window, as the spectrum of the decay counts them."""
    settings = {"beam.polarization": 0.0}
    counts = df.spectrum(
        "mu -> e e e nu nu", experiment="mu3e-phase1", observable="m_ee", bins=1, low=19.0, high=21.0, settings=settings
    )
    found = ask(mass=20.0, model__g_mu=3e-4, search__precision=0.02, beam__polarization=0.0)
    expected = (counts.values[0] - counts.components["accidentals"][0]) * chapter.misvertexed(2.0)
    assert found.rows[0]["backgrounds"]["misvertex"] == pytest.approx(expected, rel=0.04)


def test_both_flights_have_the_lengths_of_the_model():
    card = load_card("mu3e-phase1")
    setup, volume = TrackSetup.from_card(card), DecayVolume.from_card(card, wall_distance=2.0)
    row = ask("sterile-dark-photon", None, model__mass_N=60, model__mass_A=30, model__epsilon=1.5e-5).rows[0]
    given = {"mass_N": 60, "mass_A": 30, "epsilon": 1.5e-5, "U2": row["expected"]["U2"]}
    model = build_model("sterile-dark-photon", given)
    assert 1 < model.ctau_N_mm < 300
    made = accepted_pairs(model.scan().kind, setup, volume, QUICK["search.precision"])
    flights = zip((model.ctau_N_mm, model.ctau_A_mm), (60, 30), strict=True)
    one, two = (decays_between(made.edges, np.array([ctau / mass]))[0] for ctau, mass in flights)
    share = one @ made.signal["U2"] @ two / made.total["U2"]
    assert row["signal_efficiency"] == pytest.approx(setup.scale / setup.exposure * share, rel=1e-6)
    assert row["ctau_mm"] == pytest.approx(model.ctau_A_mm, rel=1e-9)
    made_per_muon = df.rate("mu -> e nu N, N -> nu X, X -> e e", model=model).value
    assert row["expected"]["branching_ratio"] == pytest.approx(made_per_muon, rel=1e-6)


def test_two_flights_become_one():
    """Against a prompt N, one with a mixing so small that it flies; equal where it decays at once."""
    quick = {"model__mass_N": 60, "model__mass_A": 30, "coupling": "epsilon"}
    one = ask("sterile-dark-photon", None, model__U2=1e-6, **quick)
    prompt = ask("sterile-dark-photon", None, model__U2=1e-6, model__alpha_D=1e6, **quick)
    assert one.result.excluded["epsilon"][0] == pytest.approx(prompt.result.excluded["epsilon"][0], rel=2e-3)


def test_polynomials_through_three_points():
    made = np.array([[2.0, -3.0, 0.5], [4e-8, 0.0, 0.0]])
    x = np.array([1.0, 2.0, 3.0])
    assert _polynomial(made @ np.stack([x**0, x, x**2])) == pytest.approx(made, rel=1e-12, abs=0)


def test_events_of_the_chain_have_vertices():
    record = df.events(
        "mu -> e nu N, N -> nu X, X -> e e", n=4000, seed=2, settings={"model.U2": 1e-12, "model.epsilon": 1e-5}
    )
    assert set(record.flights) == {"Nbar", "X"}
    made, decayed = record.production("X"), record.decay("X")
    assert np.all(decayed[:, 3] >= made[:, 3])
    assert np.all(made[:, 3] > 0)
    model = df.model("sterile-dark-photon", {"U2": 1e-12, "epsilon": 1e-5}).rows[0]
    for name, ctau in (("Nbar", "ctau_N_mm"), ("X", "ctau_A_mm")):
        assert record.flights[name].mean() == pytest.approx(model[ctau], rel=0.06)
