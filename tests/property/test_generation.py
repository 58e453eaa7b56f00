"""Laws of the generator: closure for any chunking, threads and seed; conservation; unweighting; reweighting; spin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from darkfactory.constants import M_E, M_MU
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.models import DarkPhoton, LfvAlp, Pseudoscalar
from darkfactory.numerics import cache
from darkfactory.processes import find_process
from darkfactory.processes.generator import run as montecarlo

ALP = LfvAlp(mass=30.0, f_a_gev=1e9, C_V=1.0, C_A=0.5 - 0.5j)
CASES = {
    "mu -> e nu nu": (None, None),
    "mu -> e nu nu gamma": (None, "E_gamma > 10"),
    "mu -> e e e nu nu": (None, None),
    "mu -> e a": (ALP, None),
    "mu -> e a gamma": (ALP, "E_gamma > 10"),
    "mu -> e e e a": (ALP, None),
    "mu -> e nu nu X": (Pseudoscalar(mass=20.0, g_e=1e-3, g_mu=1e-3), None),
    "mu -> e nu nu X, X -> e e": (Pseudoscalar(mass=20.0, g_e=1e-3, g_mu=1e-3), None),
    "mu -> e a, a -> e e": (LfvAlp(mass=30.0, C_e=1.0), None),
    "X -> e e": (DarkPhoton(mass=20.0), None),
    "tau -> mu a": (LfvAlp(mass=300.0), None),
}


def total(name, monkeypatch, block, workers, seed, n=2**17):
    monkeypatch.setattr(montecarlo, "BLOCK", block)
    model, cut = CASES[name]
    run = find_process(name).run(model, cut=cut, workers=workers)
    weights = np.concatenate([part[0] for part in run.weighted(n, seed)])
    return run, weights


@pytest.mark.parametrize("name", ["mu -> e nu nu gamma", "mu -> e e e nu nu"])
def test_weights_do_not_depend_on_chunks_or_threads(name, monkeypatch):
    run, reference = total(name, monkeypatch, 65536, 1, 3)
    assert (total(name, monkeypatch, 65536, 3, 3)[1] == reference).all()
    cache._MEMORY.clear()  # the grid is trained again, in other chunks
    again, chunked = total(name, monkeypatch, 16384, 2, 3)
    assert np.abs(again.grid - run.grid).max() < 1e-9
    assert chunked == pytest.approx(reference, rel=1e-9)
    assert len(reference) == len(chunked) == 2**17


def test_closure_over_seeds():
    """Sums of weights of many seeds scatter about the quadrature as their errors say."""
    process = find_process("mu -> e nu nu gamma")
    exact = process.rate(cut="E_gamma > 10").value
    run = process.run(cut="E_gamma > 10")
    pulls = []
    for seed in range(20):
        w = np.concatenate([part[0] for part in run.weighted(2**16, seed)])
        pulls.append((w.mean() - exact) / (w.std() / len(w) ** 0.5))
    assert abs(np.mean(pulls)) < 4 / 20**0.5
    assert 0.5 < np.std(pulls) < 1.6


def test_estimate_does_not_depend_on_threads():
    process = find_process("mu -> e e e nu nu")
    one, two = (process.rate(precision=3e-3, seed=7, workers=workers) for workers in (1, 2))
    assert one == two


@pytest.mark.parametrize("name", CASES)
def test_every_event_conserves_momentum_on_shell(name):
    model, cut = CASES[name]
    process = find_process(name)
    sample = process.sample(3000, model, cut=cut, seed=4, polarization=(0.3, 0.0, -0.8))
    state = process.state(model)
    balance = sum(sample.momenta.values()) - np.array([state.parent_mass, 0, 0, 0])
    assert np.abs(balance).max() < 1e-12 * state.parent_mass
    masses = dict.fromkeys(state.tracks, state.track_mass) | dict.fromkeys(state.photons, 0.0)
    masses |= {name: model.mass for name in state.invisible if name in ("a", "X")}
    for particle, mass in masses.items():
        assert np.abs(mass_squared(sample.momenta[particle]) - mass**2).max() < 1e-11 * state.parent_mass**2
    if "nunu" in sample.momenta:
        assert mass_squared(sample.momenta["nunu"]).min() > -1e-10 * M_MU**2
    assert np.linalg.norm(sample.stokes[:, 1:], axis=1) == pytest.approx(
        np.minimum(np.linalg.norm(sample.stokes[:, 1:], axis=1), sample.stokes[:, 0]), rel=1e-9
    )
    combined = sum(value * sample.pieces[key] for key, value in sample.monomials.items())
    assert np.abs(combined - sample.stokes).max() < 1e-9 * np.abs(sample.stokes[:, 0]).max()
    assert sample.weights.sum() == pytest.approx(sample.width, rel=1e-12)


def test_unweighted_events_reproduce_weighted_histograms():
    """Fifty histograms of polarised RMD: p-values of chi2 against weighted ones are uniform."""
    process, spin, cut = find_process("mu -> e nu nu gamma"), (0.0, 0.5, -0.8), "E_gamma > 10"
    names = ("E_e", "E_gamma", "cos_e_gamma", "m_miss2", "cos_theta")
    run = process.run(cut=cut, polarization=spin)
    columns = [(w, values) for w, values in run.weighted(2**19, 99, names)]
    weights = np.concatenate([w for w, _ in columns])
    weighted = {name: np.concatenate([values[name] for _, values in columns]) for name in names}
    edges = {name: np.quantile(weighted[name], np.linspace(0, 1, 21)) for name in names}
    p_values = []
    for seed in range(10):
        sample = process.sample(8000, cut=cut, polarization=spin, seed=seed)
        assert sample.overweight < 1e-3
        for name in names:
            values = OBSERVABLES[name].of(sample.momenta, process.state())
            seen, _ = np.histogram(values, edges[name])
            expected, _ = np.histogram(weighted[name], edges[name], weights=weights)
            square, _ = np.histogram(weighted[name], edges[name], weights=weights**2)
            scale = seen.sum() / expected.sum()
            variance = expected * scale + square * scale**2
            p_values.append(stats.chi2.sf(np.sum((seen - expected * scale) ** 2 / variance), len(seen) - 1))
    assert len(p_values) == 50
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(("charge", "sign"), [(1, 1), (-1, -1)])
def test_positrons_go_along_the_spin(charge, sign):
    spin = np.array([0.3, -0.4, 0.6])
    sample = find_process("mu -> e nu nu").sample(200_000, seed=1, polarization=spin, charge=charge)
    unit = sample.momenta["e"][:, 1:] / np.linalg.norm(sample.momenta["e"][:, 1:], axis=1)[:, None]
    assert np.abs(unit.mean(axis=0) - sign * 0.3333945 * spin / 3).max() < 4.5 / np.sqrt(3 * 200_000)


def test_polarization_by_reweighting_is_polarization_by_generation():
    process, spin = find_process("mu -> e e e a"), (0.0, 0.0, -0.9)
    plain = process.sample(2**17, ALP, seed=1, weighted=True).reweighted(polarization=spin)
    direct = process.sample(2**17, ALP, seed=2, weighted=True, polarization=spin)
    cosines = []
    for sample in (plain, direct):
        p = sample.momenta["e1"] + sample.momenta["e2"] + sample.momenta["e3"]
        c = p[:, 3] / np.linalg.norm(p[:, 1:], axis=1)
        mean = np.sum(sample.weights * c) / sample.weights.sum()
        error = np.sqrt(np.sum((sample.weights * (c - mean)) ** 2)) / sample.weights.sum()
        cosines.append((mean, error))
    (a, da), (b, db) = cosines
    assert a == pytest.approx(b, abs=4.5 * np.hypot(da, db))
    assert abs(a) > 0.1


def test_couplings_by_reweighting_are_couplings_by_generation():
    process = find_process("mu -> e e e a")
    right = LfvAlp(mass=30.0, f_a_gev=1e9, C_V=1.0, C_A=1.0)
    sample = process.sample(2**17, ALP, seed=1, weighted=True, polarization=(0, 0, -0.9))
    changed = sample.reweighted({"|C_V|^2": 1.0, "|C_A|^2": 1.0, "2 Re(C_V C_A*)": 2.0})
    again = process.rate(right, precision=2e-3)
    error = np.sqrt(np.sum(changed.weights**2))
    assert changed.width == pytest.approx(again.value, abs=4.5 * np.hypot(error, again.error))
    with pytest.raises(ValueError, match="monomials"):
        sample.reweighted({"C_V": 1.0})


def test_identical_leptons_come_in_random_order():
    sample = find_process("mu -> e e e nu nu").sample(20000, seed=1)
    pair = sample.momenta["e1"][:, 0] - sample.momenta["e2"][:, 0]
    assert abs(pair.mean()) < 4.5 * pair.std() / len(pair) ** 0.5


def test_histogram_streams_and_counts_every_track():
    from darkfactory.processes.generator.histograms import histogram

    run = find_process("mu -> e e e nu nu").run()
    values, errors = histogram(run, "E_e", np.linspace(M_E, M_MU, 12), 2**17, 1)
    weights = np.concatenate([part[0] for part in run.weighted(2**17, 1)])
    assert values.sum() == pytest.approx(3 * weights.mean(), rel=1e-10)
    assert (errors[values > 0] > 0).all()
