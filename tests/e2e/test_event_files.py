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
