"""Neutrinos at an experiment: counts are those of the averaged cross sections, resolutions act, and mistakes are told."""

import numpy as np
import pytest

import darkfactory as df
from darkfactory.constants import GEV
from darkfactory.errors import CardError, InvalidInput, UnknownName
from darkfactory.models import build_model
from darkfactory.processes import find_process
from darkfactory.recorded.kinds import recorded
from darkfactory.recorded.neutrino_currents import currents
from darkfactory.searches.cards import load_experiment

MODEL = {"dimension": 3.5, "gap_gev": 1.0}
SETTINGS = {f"model.{key}": value for key, value in MODEL.items()}
SHARP = {"detector.hadron_angle_constant": 0.0, "detector.hadron_angle_stochastic": 0.0}


@pytest.mark.parametrize(
    ("card", "more"),
    [("ship", {}), ("dune", {"beam.mode": "antineutrino"}), ("fasernu", {}), ("ship", {"detector.e_h_low_gev": 20})],
)
def test_counts_are_those_of_the_currents(card, more):
    found = df.spectrum(
        "nu N -> X", experiment=card, settings=SETTINGS | more, bins=1, low=-1e3, high=1e8, events=2**18
    )
    experiment = load_experiment(card, more)
    model, beam = build_model("composite-neutrino", MODEL), experiment.beam
    expected = sum(
        beam.interactions(source.flux.species, experiment.value("detector.mass_t"))
        * source.kept
        * model.insertion()
        * source.ratio(model.mixing)
        for source in currents(experiment, "mu")
    )
    assert found.values.sum() == pytest.approx(expected, rel=3e-3, abs=0)


def test_electrons_per_charged_current():
    # both of the same neutrinos of one energy
    beam = {"beam.flux": "monochromatic", "beam.energy_gev": 100, "beam.mode": "neutrino", "detector.e_h_low_gev": 0}
    beam |= {"detector.e_h_high_gev": 1e4}
    found = df.spectrum("nu e -> nu e", experiment="nutev", settings=beam, bins=1, low=0, high=1e8)
    one, other = (df.rate(name, settings={"beam.energy_gev": 100}).value for name in ("nu e -> nu e", "nu N -> l"))
    assert found.values[0] == pytest.approx(0.5 * one / other, rel=1e-3, abs=0)


def test_without_resolution_the_mass_is_the_true_one():
    given = SETTINGS | SHARP | {"search.energy_error": 0.0, "beam.mode": "neutrino", "search.jet_states": False}
    given |= {"detector.hadron_energy_resolution": 1e-12}
    made = df.events("nu N -> X", n=500, experiment="ship", seed=1, settings=given)
    true, seen = made.observables("M_X"), made.observables("m_miss", "E_h", measured=True)
    np.testing.assert_allclose(seen["m_miss"], true["M_X"], rtol=1e-5)
    np.testing.assert_allclose(seen["E_h"], made.observables("E_h")["E_h"], rtol=1e-9)
    assert made.recorded.names == ("h", "nu_mu_in")


def test_resolutions_are_those_of_the_card():
    given = SETTINGS | {"search.energy_error": 0.1, "beam.mode": "neutrino", "search.jet_states": False}
    made = df.events("nu N -> X", n=30_000, experiment="ship", seed=1, settings=given)
    nu, seen = (made.observables("E_h", measured=measured)["E_h"] / GEV for measured in (False, True))
    angle, other = (made.observables("theta_h", measured=measured)["theta_h"] for measured in (False, True))
    energy = made.recorded.momentum("nu_mu_in")[:, 0] / made.momenta[:, 0, 0]
    some = nu > 5
    pulls = [(seen / nu - 1) / (0.86 / np.sqrt(nu)), (energy - 1) / 0.1]
    # angles are folded at zero, which leaves their squares alone
    error = 0.0055 + 0.61 / nu
    squares = ((other**2 - angle**2) / error**2)[some]
    assert squares.mean() == pytest.approx(1, abs=2.5 * squares.std() / np.sqrt(len(squares)))
    for pull in (pull[some] for pull in pulls):
        assert pull.mean() == pytest.approx(0, abs=4.5 / np.sqrt(len(pull)))
        assert pull.std() == pytest.approx(1, abs=4.5 / np.sqrt(2 * len(pull)))


def test_energies_of_events_are_those_of_the_interactions():
    made = df.events("nu N -> nu", n=20_000, experiment="dune", seed=2)
    source = currents(load_experiment("dune", {}), "mu")[0]
    E, weight = source.flux.energies_gev, source.flux.weights
    from darkfactory.amplitudes.neutrino_nucleon import sigma_nc

    rates = weight * sigma_nc(E)
    energies = made.momentum("nu_mu_in")[:, 0] / GEV
    assert energies.mean() == pytest.approx(rates @ E / rates.sum(), abs=4.5 * energies.std() / np.sqrt(len(energies)))
    assert len(np.unique(energies)) > 19_000
    assert made.imbalance() < 1e-12 * energies.max() * GEV


def test_cuts_and_rejected_events():
    given = SETTINGS | {"search.jet_states": False}
    options = {"experiment": "ship", "seed": 3, "settings": given, "cut": "m_miss2 > 4e6"}
    kept = df.events("nu N -> X", n=2000, keep_rejected=True, **options)
    only = df.events("nu N -> X", n=2000, **options)
    share = np.mean(kept.recorded.accepted)
    assert 0.1 < share < 0.9
    assert only.recorded.accepted.all()
    assert np.all(only.observables("m_miss2", measured=True)["m_miss2"] > 4e6)
    assert kept.rate == pytest.approx(only.rate, rel=4.5 / np.sqrt(2000 * share))
    assert kept.rate / kept.recorded.generated_rate == pytest.approx(share, rel=1e-6)


@pytest.mark.parametrize("ending", ["lhe", "hepmc", "parquet"])
def test_files(tmp_path, ending):
    made = df.events("nu N -> X", n=40, experiment="ship", seed=3, settings=SETTINGS)
    if ending != "lhe":
        pytest.importorskip({"hepmc": "pyhepmc", "parquet": "pyarrow"}[ending])
    found = df.read_events(df.write_events(made, tmp_path / f"a.{ending}"))
    np.testing.assert_allclose(found.recorded.momenta, made.recorded.momenta, rtol=1e-14)
    np.testing.assert_allclose(found.momenta, made.momenta, rtol=1e-14, atol=1e-14)
    assert found.model["neutrinos"] == "numu"


def test_what_is_refused():
    ask = {"experiment": "ship"}
    with pytest.raises(InvalidInput, match=r"polarization = 0.5: .* does not take it"):
        df.events("nu N -> X", n=5, polarization=0.5, **ask)
    with pytest.raises(InvalidInput, match=r"norm = .* does not take it"):
        df.events("nu N -> X", n=5, norm="lo", **ask)
    with pytest.raises(UnknownName, match=r"observable of nu N -> nu = 'm_ee': allowed x, y"):
        df.spectrum("nu N -> nu", observable="m_ee", **ask)
    with pytest.raises(InvalidInput, match="process = nu N -> l: no experiment here records scatterings"):
        df.spectrum("nu N -> l", **ask)
    with pytest.raises(InvalidInput, match="process = nu N -> X: the experiment meg2 makes muons"):
        df.spectrum("nu N -> X", experiment="meg2")
    with pytest.raises(InvalidInput, match=r"search\.flavor: changes nothing"):
        df.spectrum("nu N -> X", settings={"search.flavor": "e"}, **ask)
    both = {"search.energy_error": 0.1, "search.reference_energy_gev": 50}
    with pytest.raises((CardError, InvalidInput), match=r"energy_error"):
        df.spectrum("nu N -> X", settings=both, **ask)
    assert recorded(find_process("nu e -> X e"), load_experiment("dune", {})).seen == "hadrons or a recoil"
