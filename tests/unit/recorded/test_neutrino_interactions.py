"""Neutrinos at an experiment: counts are those of the averaged cross sections, resolutions act, and mistakes are told."""

import numpy as np
import pytest

import darkfactory as df
from darkfactory.constants import GEV
from darkfactory.errors import CardError, ClosedChannel, InvalidInput, UnknownName
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
    given = SETTINGS | SHARP | {"search.energy_error": 0.0, "beam.mode": "neutrino", "jet.states": False}
    given |= {"detector.hadron_energy_resolution": 1e-12}
    made = df.events("nu N -> X", n=500, experiment="ship", seed=1, settings=given)
    true, seen = made.observables("M_X"), made.observables("m_miss", "E_h", measured=True)
    np.testing.assert_allclose(seen["m_miss"], true["M_X"], rtol=1e-5)
    np.testing.assert_allclose(seen["E_h"], made.observables("E_h")["E_h"], rtol=1e-9)
    assert made.recorded.names == ("h", "nu_mu_in")


def test_resolutions_are_those_of_the_card():
    given = SETTINGS | {"search.energy_error": 0.1, "beam.mode": "neutrino", "jet.states": False}
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
    given = SETTINGS | {"jet.states": False}
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
    kinds = {name: ids.tolist() for name, ids in made.pdg_ids.items()}
    assert {name: ids.tolist() for name, ids in found.pdg_ids.items()} == kinds
    assert kinds["X"] == [82 if pdg_id == 14 else -82 for pdg_id in kinds["nu_in"]]
    anti = kinds["nu_in"].count(-14)
    assert 0 < anti < 40
    assert found.model["neutrinos"] == f"{40 - anti} numu, {anti} numubar"


def test_other_programs_find_the_kind_of_neutrino(tmp_path):
    made = df.events("nu N -> nu", n=30, experiment="ship", seed=3)
    expected = made.pdg_ids["nu_in"].tolist()
    assert set(expected) == {14, -14}
    pylhe, pyhepmc, pq = (pytest.importorskip(name) for name in ("pylhe", "pyhepmc", "pyarrow.parquet"))
    events = pylhe.LHEFile.fromfile(str(df.write_events(made, tmp_path / "a.lhe"))).events
    assert [[p.id for p in event.particles] for event in events] == [[pid, 83, 84, pid] for pid in expected]
    with pyhepmc.open(str(df.write_events(made, tmp_path / "a.hepmc"))) as file:
        assert [event.beams[0].pid for event in file] == expected
    table = pq.read_table(df.write_events(made, tmp_path / "a.parquet"))
    assert table["nu_in_pdg_id"].to_pylist() == table["nu_pdg_id"].to_pylist() == expected
    # a number that is not what was written is noticed
    text = (tmp_path / "a.lhe").read_text()
    line = next(line for line in text.splitlines() if line.startswith("-14 -1 "))
    (tmp_path / "a.lhe").write_text(text.replace(line, line[1:], 1))
    with pytest.raises(InvalidInput, match="not those that were written"):
        df.read_events(tmp_path / "a.lhe")


@pytest.mark.parametrize(
    ("card", "process"), [("ship", "nu N -> X"), ("nutev", "nu N -> nu"), ("fasernu", "nu p -> X p")]
)
def test_events_are_those_of_all_kinds_of_neutrino(card, process):
    model = {} if process == "nu N -> nu" else SETTINGS | {"jet.states": False}
    cut = "m_miss2 > 1e7" if process == "nu N -> X" else None
    made = df.events(process, n=4000, experiment=card, seed=4, settings=model, cut=cut)
    assert np.quantile(made.weights, 0.99) == pytest.approx(made.weights.min(), rel=1e-9)
    anti = made.pdg_ids["nu_in"] < 0
    names = {True: "antineutrino", False: "neutrino"}
    model.pop("jet.states", None)
    most = 1.5 * np.abs(made.observables("m_miss", measured=True)["m_miss"]).max()
    options = {
        "experiment": card,
        "observable": "m_miss",
        "cut": cut,
        "bins": 8,
        "low": -most,
        "high": most,
        "events": 2**16,
    }
    both = df.spectrum(process, settings=model, **options)
    whole = made.model["events per cm2"] * made.rate
    assert abs(whole - both.values.sum()) < 4.5 * np.linalg.norm(
        [made.model["events per cm2"] * made.rate_error, *both.errors]
    )
    assert made.rate_error < 0.01 * made.rate
    for kind, name in names.items():
        one = df.spectrum(process, settings=model | {"beam.mode": name}, **options)
        seen = made.observables("m_miss", measured=True)["m_miss"][anti == kind]
        counts = np.histogram(seen, one.edges, weights=made.weights[anti == kind])[0] * made.model["events per cm2"]
        # each kind in its own proportion and with its own missing masses
        error = 4.5 * np.sqrt((one.values + whole / 4000) * whole / 4000) + 0.01 * one.values
        assert np.all(np.abs(counts - one.values) < error), name


def test_a_gap_that_is_too_large_has_no_events():
    with pytest.raises(ClosedChannel, match="nu N -> X: closed channel"):
        df.events("nu N -> X", n=5, experiment="dune", settings={"model.gap_gev": 90.0})


def test_a_theory_that_fails_is_told_at_an_experiment_too():
    options = {"experiment": "ship", "settings": {"model.dimension": 1.5, "model.gap_gev": 2.0}}
    said = df.rate("nu N -> X", settings=options["settings"]).notes[-1]
    assert said.startswith("the total mixing is 7.58e+03 > 1: perturbation theory fails")
    assert df.events("nu N -> X", n=5, **options).model["doubts"] == said
    assert said in df.spectrum("nu N -> X", observable="E_h", bins=1, low=0, high=1e5, events=2**16, **options).notes
    options["settings"]["model.y"] = 1e-4
    assert "doubts" not in df.events("nu N -> X", n=5, **options).model


@pytest.mark.parametrize("key", ["signal_efficiency", "target_path_m", "decay_volume_m"])
def test_what_only_a_reach_reads_is_refused(key):
    """A tag and the path in which jets decay change no interaction."""
    given = {"experiment": "ship", "settings": {f"detector.{key}": 0.25}}
    with pytest.raises(InvalidInput, match=f"detector.{key}: changes nothing in events of nu N -> X at ship"):
        df.events("nu N -> X", n=5, **given)
    with pytest.raises(InvalidInput, match=f"detector.{key}: changes nothing in a spectrum of E_h at ship"):
        df.spectrum("nu N -> X", observable="E_h", bins=1, low=0, high=1e5, events=2**16, **given)


def test_settings_of_the_process_hold_at_an_experiment():
    # so small a gap that the states are too many: what the error says works here too
    given = {"model.gap_gev": 0.01}
    with pytest.raises(InvalidInput, match=r"states of a dark jet = .* or jet\.states=false$"):
        df.events("nu N -> X", n=5, experiment="fasernu", settings=given)
    made = df.events("nu N -> X", n=5, experiment="fasernu", settings=given | {"jet.states": "false"})
    assert made.names == ("nu_in", "nucleon_in", "h", "X")
    assert made.run["settings"]["jet.states"] == {"value": False, "tag": "user"}
    options = {"experiment": "ship", "bins": 1, "low": -1e6, "high": 1e9, "events": 2**16}
    angles = ({}, {"target.sin2_theta_w": 0.25})
    one, other = (df.spectrum("nu N -> nu", settings={"beam.mode": "neutrino"} | more, **options) for more in angles)
    rates = [df.rate("nu N -> nu", settings=more).value for more in angles]
    assert other.values[0] / one.values[0] == pytest.approx(rates[1] / rates[0], rel=2e-3)
    for key, name in {"search.jet_states": "jet.states", "target.pdf": "search.pdf"}.items():
        with pytest.raises(UnknownName, match=f"{key}: unknown key of nu N -> X at an experiment; it is {name}"):
            df.events("nu N -> X", n=5, experiment="ship", settings={key: "false"})
    with pytest.raises(UnknownName, match=r"jet\.states: unknown key"):
        df.spectrum("nu N -> X", experiment="ship", settings={"jet.states": False})
    with pytest.raises(UnknownName, match=r"jet\.states"):
        df.events("nu N -> nu", n=5, settings={"jet.states": False})


def test_what_is_refused():
    ask = {"experiment": "ship"}
    with pytest.raises(InvalidInput, match=r"polarization = 0.5: .* does not take it"):
        df.events("nu N -> X", n=5, polarization=0.5, **ask)
    with pytest.raises(InvalidInput, match=r"norm = .* does not take it"):
        df.events("nu N -> X", n=5, norm="lo", **ask)
    with pytest.raises(UnknownName, match=r"observable of nu N -> nu = 'm_ee': allowed x, y"):
        df.spectrum("nu N -> nu", observable="m_ee", **ask)
    with pytest.raises(InvalidInput, match="process = nu N -> l: no experiment here records it"):
        df.spectrum("nu N -> l", **ask)
    with pytest.raises(InvalidInput, match="process = nu N -> X: the experiment meg2 makes muons"):
        df.spectrum("nu N -> X", experiment="meg2")
    with pytest.raises(InvalidInput, match=r"search\.flavor: changes nothing"):
        df.spectrum("nu N -> X", settings={"search.flavor": "e"}, **ask)
    both = {"search.energy_error": 0.1, "search.reference_energy_gev": 50}
    with pytest.raises((CardError, InvalidInput), match=r"energy_error"):
        df.spectrum("nu N -> X", settings=both, **ask)
    assert recorded(find_process("nu e -> X e"), load_experiment("dune", {})).seen == "hadrons or a recoil"
