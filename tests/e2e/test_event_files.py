"""Events from the command line to files, read back by the readers of others: momentum, rate, reproducibility."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

import darkfactory as df
from darkfactory.eventfiles import read_events
from support.command_line import assert_answered, call

ENDINGS = ("parquet", "lhe", "hepmc")
PROCESSES = {
    "mu -> e nu nu": [],
    "mu -> e nu nu gamma": ["--cut", "E_gamma > 10"],
    "mu -> e e e nu nu": [],
    "mu -> e a": ["--model", "lfv-alp", "--set", "model.mass=30"],
    "mu -> e a gamma": ["--model", "lfv-alp", "--set", "model.mass=30", "--cut", "E_gamma > 10"],
    "mu -> e e e a": ["--model", "lfv-alp", "--set", "model.mass=30"],
    "mu -> e nu nu X": ["--model", "pseudoscalar", "--set", "model.mass=20", "--set", "model.g_e=1e-3"],
    "mu -> e nu nu X, X -> e e": ["--model", "pseudoscalar", "--set", "model.mass=20", "--set", "model.g_e=1e-3"],
    "mu -> e a, a -> e e": ["--model", "lfv-alp", "--set", "model.mass=20", "--set", "model.C_e=1"],
}
MASS = {11: 0.51099895, 13: 105.6583755, 22: 0.0}


def events(capsys, tmp_path, process, *options, ending="parquet", n=300, seed=1):
    path = tmp_path / f"events-{seed}.{ending}"
    arguments = ["events", process, "-n", n, "--seed", seed, *PROCESSES.get(process, []), *options]
    code, _, err = call(capsys, *arguments, "--format", ending, "--out", path)
    assert code == 0, err
    assert "Traceback" not in err
    return path


@pytest.mark.parametrize("process", PROCESSES)
def test_events_of_every_process_conserve_momentum(capsys, tmp_path, process):
    path = events(capsys, tmp_path, process)
    record = read_events(path)
    assert len(record) == 300
    assert record.process == process
    assert record.seed == 1
    assert record.imbalance() < 1e-9
    for particle in record.particles:
        mass = MASS.get(abs(particle.pdg_id), particle.mass)
        p = record.momentum(particle.name)
        squared = p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1)
        if mass is None:  # the neutrino pair
            assert np.all(squared > -1e-6)
        else:
            np.testing.assert_allclose(squared, mass**2, atol=1e-6)
    charges = {11: -1, -11: 1, 13: -1, -13: 1}
    final = sum(charges.get(p.pdg_id, 0) for p in record.particles if p.status == 1)
    assert final == charges[record.particles[0].pdg_id] == record.charge


def test_sum_of_weights_is_the_rate(capsys, tmp_path):
    record = read_events(events(capsys, tmp_path, "mu -> e nu nu gamma", n=20000))
    rate = df.rate("mu -> e nu nu gamma", cut="E_gamma > 10", norm=record.normalization or "exp").value
    error = np.sqrt(np.sum(record.weights**2) - record.rate**2 / len(record))
    assert record.rate == pytest.approx(rate, abs=5 * error + 1e-12)
    assert error < 0.05 * rate


@pytest.mark.parametrize("ending", ENDINGS)
def test_formats_hold_the_same_events(capsys, tmp_path, ending):
    reference = read_events(events(capsys, tmp_path, "mu -> e e e a", "--set", "model.C_A=0.5+0.5j"))
    record = read_events(events(capsys, tmp_path, "mu -> e e e a", "--set", "model.C_A=0.5+0.5j", ending=ending))
    np.testing.assert_allclose(record.momenta, reference.momenta, rtol=0, atol=5e-14)
    np.testing.assert_allclose(record.weights, reference.weights, rtol=1e-15)
    np.testing.assert_allclose(record.stokes, reference.stokes, rtol=1e-15)
    assert record.piece_names == reference.piece_names
    assert record.references


def test_seed_decides_the_events(capsys, tmp_path):
    one, again, other = (
        read_events(events(capsys, tmp_path, "mu -> e a gamma", seed=seed)).momenta for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_readers_of_others_see_the_same_energies(capsys, tmp_path):
    import pyarrow.parquet as pq
    import pyhepmc
    import pylhe

    paths = {ending: events(capsys, tmp_path, "mu -> e nu nu gamma", ending=ending) for ending in ENDINGS}
    table = pq.read_table(paths["parquet"])
    record = read_events(paths["parquet"])
    assert next(p.name for p in record.particles if p.pdg_id == 22) == "gamma"
    arrow = table["gamma_E"].to_numpy()
    lhe = [
        [p.e * 1e3 for p in event.particles if p.id == 22] for event in pylhe.LHEFile.fromfile(str(paths["lhe"])).events
    ]
    with pyhepmc.open(str(paths["hepmc"])) as file:
        hepmc = [[p.momentum.e for p in event.particles if p.pid == 22] for event in file]
    np.testing.assert_allclose(np.array(list(itertools.chain(*lhe))), arrow, rtol=1e-15)
    np.testing.assert_allclose(np.array(list(itertools.chain(*hepmc))), arrow, rtol=1e-15)
    assert arrow.min() > 10
    metadata = json.loads(table.schema.metadata[b"darkfactory"])
    assert metadata["version"] == df.__version__


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mu -> e a", "--set", "model.mass=106"], "closed"),
        (["mu -> e nu nu gamma"], "E_gamma"),
        (["mu -> e nu nu", "-n", "0"], "n"),
    ],
)
def test_mistakes_are_answered(capsys, tmp_path, arguments, words):
    assert_answered(capsys, ["events", "--out", tmp_path / "x.parquet", *arguments], words)


def test_weights_and_errors_of_les_houches_events(capsys, tmp_path):
    import pylhe

    options = ["--set", "model.C_V=1", "--set", "model.C_A=0.5+0.5j", "--polarization", "0.9"]
    path = events(capsys, tmp_path, "mu -> e a", *options, ending="lhe", n=4)
    couplings = {"|C_V|^2": 1.0, "|C_A|^2": 0.5, "2 Re(C_V C_A*)": 1.0}
    for event in pylhe.LHEFile.fromfile(str(path)).events:
        assert sum(couplings[name] * event.weights[name] for name in couplings) == pytest.approx(
            event.eventinfo.weight, rel=1e-12
        )
    path = events(capsys, tmp_path, "mu -> e nu nu gamma", "--weighted", ending="lhe", n=2000, seed=3)
    file = pylhe.LHEFile.fromfile(str(path))
    assert len(list(file.events)) == len(read_events(path))
    error = file.init.procInfo[0].error
    assert error == read_events(path).rate_error == pytest.approx(6.03e-5, rel=2e-3)


@pytest.mark.parametrize("ending", ENDINGS)
def test_two_neutrinos_in_the_file(capsys, tmp_path, ending):
    record = read_events(events(capsys, tmp_path, "mu -> e nu nu", "--neutrinos", "two", ending=ending))
    assert [p.pdg_id for p in record.particles] == [-13, -11, -14, 12]
    assert record.imbalance() < 1e-9
    record = read_events(
        events(capsys, tmp_path, "mu -> e nu nu", "--neutrinos", "two", "--charge", "-1", ending=ending)
    )
    assert [p.pdg_id for p in record.particles] == [13, 11, 14, -12]
    pair = events(capsys, tmp_path, "mu -> e nu nu", ending=ending)
    assert read_events(pair).momentum("nunu") == pytest.approx(
        df.events("mu -> e nu nu", n=300, seed=1, neutrinos="two").momenta[:, 2:].sum(axis=1), abs=1e-9
    )


def test_neutrinos_of_a_muon_at_rest_have_their_known_spectra():
    record = df.events("mu -> e nu nu", n=20000, seed=1, neutrinos="two", polarization=(0, 0, -1))
    nu_e, nubar_mu = record.momentum("nu_e"), record.momentum("nubar_mu")
    # 12 x^2 (1 - x) [1 - P.n] and 2 x^2 (3 - 2 x) + ..., x = 2 E / m_mu, to order (m_e/m_mu)^2
    endpoint = 105.6583755 / 2
    assert nu_e[:, 0].mean() / endpoint == pytest.approx(0.6, abs=4 * 0.2 / 20000**0.5 + 1e-4)
    assert nubar_mu[:, 0].mean() / endpoint == pytest.approx(0.7, abs=4 * 0.22 / 20000**0.5 + 1e-4)
    cosine = nu_e[:, 3] / nu_e[:, 0]
    assert cosine.mean() == pytest.approx(1 / 3, abs=4 * 0.55 / 20000**0.5)
    with pytest.raises(df.DarkfactoryError, match="no neutrino pair"):
        df.events("mu -> e a", n=1, neutrinos="two")


def test_x_flies_as_its_width_says(tmp_path):
    settings = {"model.mass": 20, "model.epsilon": 1e-5}
    record = df.events("mu -> e nu nu X, X -> e e", n=20000, seed=2, model="dark-photon", settings=settings)
    ctau = record.flights["X"]
    u = np.exp(-ctau / 40.56)
    for power in (1, 2, 3):
        mean, spread = 1 / (power + 1), np.sqrt(1 / (2 * power + 1) - 1 / (power + 1) ** 2)
        assert (u**power).mean() == pytest.approx(mean, abs=4 * spread / 20000**0.5)
    p, at = record.momentum("X"), record.decay("X")
    np.testing.assert_allclose(at[:, :3], ctau[:, None] * p[:, 1:] / 20, rtol=1e-12)
    again = df.events("mu -> e nu nu X, X -> e e", n=100, seed=2, model="dark-photon", settings=settings)
    assert np.array_equal(again.flights["X"], ctau[:100])


def test_an_x_that_an_experiment_records_decays_promptly():
    settings = {"model.mass": 20, "model.epsilon": 1e-5}
    record = df.events(
        "mu -> e nu nu X, X -> e e", n=200, seed=2, model="dark-photon", settings=settings, experiment="mu3e-phase1"
    )
    assert (
        0
        < np.linalg.norm((record.decay("X") - record.origin)[:, :3], axis=1).max()
        <= record.recorded.settings["detector.prompt_distance"]
    )


def test_an_ending_of_another_format_is_refused(capsys, tmp_path):
    words = ("events", "mu -> e a", "-n", 10, "--seed", 1, "--format", "lhe", "--out", tmp_path / "x.parquet")
    code, _, err = call(capsys, *words)
    assert code == 2
    assert "the ending is that of parquet, the format lhe; allowed .lhe" in err
    assert not (tmp_path / "x.parquet").exists()
