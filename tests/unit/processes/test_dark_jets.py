"""Neutrinos that turn into dark jets: events are physical, their states fly, files keep them, and mistakes are told."""

import functools
from dataclasses import replace

import numpy as np
import pytest

import darkfactory as df
from darkfactory.constants import GEV
from darkfactory.errors import ClosedChannel, InvalidInput
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.processes.generator.collisions import BeamEnergies
from support.command_line import as_json, assert_answered

GAPS = {"nu N -> X": 1.0, "nu e -> X e": 0.04, "nu A -> X A": 0.05, "nu p -> X p": 0.3, "nu n -> X n": 0.3}
ENERGY = {"nu N -> X": 80.0, "nu e -> X e": 80.0, "nu A -> X A": 4.0, "nu p -> X p": 6.0, "nu n -> X n": 6.0}
N = 5000


def settings(process, **more):
    made = {"model.dimension": 3.5, "model.gap_gev": GAPS[process], "beam.energy_gev": ENERGY[process]}
    return made | {key.replace("__", "."): value for key, value in more.items()}


@functools.cache
def events(process, states=True, seed=2):
    return df.events(process, n=N, seed=seed, settings=settings(process, jet__states=states, model__ctau=5e4))


@pytest.mark.parametrize("process", GAPS)
def test_noiseless_reconstruction(process):
    record = events(process, states=False)
    found = record.observables("M_X", "m_miss2", "E_rec", "y", "Q2")
    scale = (GEV * ENERGY[process]) ** 2
    np.testing.assert_allclose(found["m_miss2"], found["M_X"] ** 2, rtol=0, atol=1e-10 * scale)
    assert np.all(found["M_X"] >= GEV * GAPS[process] * (1 - 1e-6))
    # a mass is taken for a smaller energy
    assert np.all(found["E_rec"] <= GEV * ENERGY[process] * (1 + 1e-9))
    assert np.all((found["y"] > 0) & (found["y"] < 1))
    assert np.all(found["Q2"] > 0)


def test_small_angles_of_electrons():
    found = events("nu e -> X e", states=False).observables("T_e", "theta_e", "y", "M_X")
    found = {name: value.ravel() for name, value in found.items()}
    E, m = GEV * ENERGY["nu e -> X e"], 0.51099895
    some = (found["theta_e"] < 0.02) & (found["T_e"] > 100)
    expected = 2 * m * (1 - found["y"]) - found["M_X"] ** 2 / E
    np.testing.assert_allclose((found["T_e"] * found["theta_e"] ** 2)[some], expected[some], atol=0.01 * m)


@pytest.mark.parametrize("process", ["nu N -> X", "nu p -> X p"])
def test_hadrons_have_the_mass_that_x_and_y_say(process):
    found = events(process, states=False).observables("W", "x", "Q2", "E_h")
    record = events(process, states=False)
    m = record.particles[1].mass
    np.testing.assert_allclose(found["W"] ** 2, m**2 + found["Q2"] * (1 / found["x"] - 1), rtol=1e-6)
    if process == "nu p -> X p":
        np.testing.assert_allclose(found["x"], 1.0, rtol=1e-6)


def test_spectra_of_masses_add_up():
    for process in ("nu e -> X e", "nu N -> X"):
        made = df.spectrum(process, observable="M_X", settings=settings(process), bins=5, events=2**17)
        expected = df.rate(process, settings=settings(process)).value
        assert made.values.sum() == pytest.approx(expected, rel=3e-3, abs=0)
        counts = np.histogram(events(process, False).observables("M_X")["M_X"], made.edges)[0] / N
        error = np.sqrt(counts.clip(1 / N) / N)
        assert np.all(np.abs(counts - made.values / expected) < 4.5 * error)


def test_a_cut_by_monte_carlo_is_that_of_the_events():
    cut = "M_X > 3000 and theta_h < 0.1"
    found = df.rate("nu N -> X", cut=cut, settings=settings("nu N -> X"))
    values = events("nu N -> X", False).observables("M_X", "theta_h")
    share = np.mean((values["M_X"] > 3000) & (values["theta_h"] < 0.1))
    whole = df.rate("nu N -> X", settings=settings("nu N -> X")).value
    assert found.method == "monte-carlo"
    assert found.value / whole == pytest.approx(share, abs=4.5 * np.sqrt(share / N))
    chosen = df.events("nu N -> X", n=200, cut=cut, settings=settings("nu N -> X", jet__states=False))
    assert chosen.rate == pytest.approx(found.value, rel=0.05, abs=0)
    assert np.all(chosen.observables("M_X")["M_X"] > 3000)


def test_states_of_jets():
    record = events("nu N -> X")
    places = [i for i, name in enumerate(record.names) if name.startswith("psi")]
    present = record.present[:, places]
    masses = np.sqrt(mass_squared(record.momentum("X"))) / GEV
    np.testing.assert_array_equal(present.sum(axis=1), np.maximum(1, np.floor(masses / (2 * GAPS["nu N -> X"]))))
    assert present[:, 0].all()
    assert present[:, -1].any()
    # those of several have the mass of the gap, a single one that of the jet
    several = present.sum(axis=1) > 1
    for i, place in enumerate(places):
        found = record.mass(record.names[place])
        np.testing.assert_allclose(found[several & present[:, i]], GEV * GAPS["nu N -> X"], rtol=1e-6)
    np.testing.assert_allclose(record.mass("psi_1")[~several], GEV * masses[~several], rtol=1e-6)
    np.testing.assert_array_equal(events("nu N -> X", False).momenta, record.momenta[:, :4])


def test_flights():
    record = events("nu N -> X")
    many = df.events("nu N -> X", n=60_000, settings=settings("nu N -> X", model__ctau=5e4))
    ctau = np.concatenate([flown[flown > 0] for flown in many.flights.values()])
    assert len(ctau) == many.present[:, 4:].sum()
    assert ctau.mean() == pytest.approx(5e4, rel=3 / np.sqrt(len(ctau)))
    assert np.mean(ctau < 5e4 * np.log(2)) == pytest.approx(0.5, abs=1.5 / np.sqrt(len(ctau)))
    for name in ("psi_1", "psi_2"):
        there = record.present[:, record.names.index(name)]
        ctau = record.flights[name][there]
        p, at = record.momentum(name)[there], record.decay(name)[there]
        length = ctau * np.linalg.norm(p[:, 1:], axis=1) / record.mass(name)[there]
        np.testing.assert_allclose(np.linalg.norm(at[:, :3], axis=1), length, rtol=1e-9)
        np.testing.assert_allclose(np.cross(at[:, :3], p[:, 1:]), 0, atol=1e-6 * length.max() * GEV * 80)
    assert not np.any(record.flights["psi_2"][~record.present[:, record.names.index("psi_2")]])
    stable = df.events("nu N -> X", n=10, settings=settings("nu N -> X", model__cutoff_gev=1e25))
    assert np.all(stable.flights["psi_1"] > 1e90)


@pytest.mark.parametrize("ending", ["lhe", "hepmc", "parquet"])
def test_files_keep_jets(tmp_path, ending):
    record = df.events("nu N -> X", n=300, seed=5, settings=settings("nu N -> X", model__ctau=100.0))
    if ending != "lhe":
        pytest.importorskip({"hepmc": "pyhepmc", "parquet": "pyarrow"}[ending])
    # jets fly from wherever the neutrinos interact
    record = replace(record, origin=np.random.default_rng(1).normal(size=(300, 4)))
    found = df.read_events(df.write_events(record, tmp_path / f"jets.{ending}"))
    assert found.particles == record.particles
    np.testing.assert_allclose(found.origin, record.origin, rtol=1e-14)
    np.testing.assert_allclose(found.decay("psi_1"), record.decay("psi_1"), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(found.present, record.present)
    np.testing.assert_allclose(found.momenta, record.momenta, rtol=1e-14, atol=1e-14)
    for name, ctau in record.flights.items():
        np.testing.assert_allclose(found.flights[name], ctau, rtol=1e-14)
    np.testing.assert_allclose(found.observables("M_X")["M_X"], record.observables("M_X")["M_X"], rtol=1e-12)


def test_files_leave_out_what_an_event_lacks(tmp_path):
    record = df.events("nu N -> X", n=50, seed=5, settings=settings("nu N -> X", model__ctau=100.0))
    text = df.write_events(record, tmp_path / "a.lhe").read_text()
    counts = [int(block.split()[0]) for block in text.split("<event>\n")[1:]]
    np.testing.assert_array_equal(counts, record.present.sum(axis=1))
    assert len(set(counts)) > 1
    pyhepmc = pytest.importorskip("pyhepmc")
    df.write_events(record, tmp_path / "a.hepmc")
    with pyhepmc.open(str(tmp_path / "a.hepmc")) as file:
        found = []
        for event in file:
            own = [p for p in event.particles if p.pid != 87]
            found.append((len(own), float(str(own[-1].attributes["ctau"]))))
    np.testing.assert_array_equal([count for count, _ in found], record.present.sum(axis=1))
    assert all(ctau > 0 for _, ctau in found)


def test_other_programs_find_where_states_decay(tmp_path):
    pyhepmc = pytest.importorskip("pyhepmc")
    record = df.events("nu N -> X", n=40, seed=5, settings=settings("nu N -> X", model__ctau=100.0))
    with pyhepmc.open(str(df.write_events(record, tmp_path / "a.hepmc"))) as file:
        for number, event in enumerate(file):
            states = [p for p in event.particles if p.pid == 85]
            assert len(states) == record.present[number, 4:].sum()
            for i, state in enumerate(states):
                (product,) = state.end_vertex.particles_out
                assert (state.status, product.status, product.pid) == (2, 1, 87)
                assert product.momentum == state.momentum
                at = state.end_vertex.position
                expected = record.decay(f"psi_{i + 1}", time_in="mm")[number]
                np.testing.assert_allclose([at.x, at.y, at.z, at.t], expected, rtol=1e-12)


def test_a_beam_of_two_energies_is_the_mean_of_both():
    process = df.processes.find_process("nu e -> X e")
    model = df.models.build_model("composite-neutrino", {"dimension": 3.0, "gap_gev": 0.02})
    one, two, both = (
        process.collide(model, None, BeamEnergies(np.array(E), np.full(len(E), 1 / len(E)))).cross_section()[0]
        for E in ([10.0], [70.0], [10.0, 70.0])
    )
    assert both == pytest.approx((one + two) / 2, rel=1e-12, abs=0)


def test_scaling():
    for process in ("nu e -> X e", "nu p -> X p"):
        one, other = (
            df.rate(process, settings=settings(process, model__cutoff_gev=cutoff)).value for cutoff in (100.0, 200.0)
        )
        assert one / other == pytest.approx(2.0**4, rel=1e-9)
        lighter, heavier = (
            df.rate(process, settings=settings(process, model__gap_gev=gap * GAPS[process])).value for gap in (1.0, 1.5)
        )
        assert lighter > heavier


@pytest.mark.parametrize("process", GAPS)
def test_what_a_rate_says_of_its_model(process):
    gap = GAPS[process]
    for cutoff, words in ((1e3, ()), (1.1 * gap, ("perturbation theory fails", "effective theory does not describe"))):
        notes = " ".join(df.rate(process, settings={"model.gap_gev": gap, "model.cutoff_gev": cutoff}).notes)
        assert all(word in notes for word in words)
        assert bool(words) == ("effective theory" in notes)


def test_what_is_refused(capsys):
    with pytest.raises(ClosedChannel, match=r"nu e -> X e: closed channel"):
        df.events("nu e -> X e", n=5)
    assert df.rate("nu e -> X e").value == 0
    with pytest.raises(InvalidInput, match=r"states of a dark jet = .*jet.states=false"):
        df.events("nu N -> X", n=20_000, settings={"model.gap_gev": 1e-4})
    with pytest.raises(InvalidInput, match=r"states of a dark jet = .*allowed \[0, 1000\]"):
        df.events("nu N -> X", n=2, settings={"model.gap_gev": 1e-5})
    with pytest.raises(ClosedChannel, match="no event can pass the cut"):
        df.events("nu N -> X", n=5, cut="M_X > 5 and M_X < 4")
    assert_answered(capsys, ["rate", "nu A -> X A", "--set", "target.Z=0"], "target.Z = 0: allowed [1, 118]")
    found = as_json(capsys, "rate", "nu p -> X p", "--set", "model.dimension=2")
    assert (found["unit"], found["method"], found["order"]) == ("cm2", "quadrature", "born")


@pytest.mark.parametrize("experiment", [None, "dune"])
@pytest.mark.parametrize("process", ["nu A -> X A", "nu p -> X p"])
def test_spectra_of_whole_targets_end_where_form_factors_leave_nothing(process, experiment):
    given = {"model.gap_gev": 0.05, "model.dimension": 3.0}
    ask = functools.partial(df.spectrum, process, settings=given, events=2**15, experiment=experiment)
    # of one bin as wide as the energies allow
    whole = ask(observable="E_h", bins=1, low=0.0, high=1e6).values.sum()
    for observable in ("E_h", "y") if experiment else ("E_h", "p_T_h", "Q2", "y", "M_X"):
        values = ask(observable=observable, bins=20).values
        assert 0.97 * whole < values.sum() < 1.01 * whole, observable
        assert values.max() < 0.95 * whole, observable
