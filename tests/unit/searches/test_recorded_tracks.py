"""Events with three tracks at an experiment: seeds, resolution, selection, sum rules, and what the slices give."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

import darkfactory as df
from darkfactory.constants import M_E
from darkfactory.errors import ClosedChannel, DarkfactoryError
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.models import DarkPhoton, LfvAlp, Pseudoscalar
from darkfactory.processes import find_process
from darkfactory.processes.generator import run as montecarlo
from darkfactory.processes.muon_decay.slices import missing_mass_slice, resonance_slice, total
from darkfactory.recorded.tracks import TrackResponse
from oracles import mu3e_detector as oracle

TRACK_PROCESSES = ("mu -> e e e nu nu", "mu -> e e e a", "mu -> e nu nu X, X -> e e")
CONVERSION, ALP, RESONANCE = TRACK_PROCESSES
PHOTON = DarkPhoton(mass=20.0, epsilon=1e-3)
MODELS = {CONVERSION: None, ALP: LfvAlp(mass=20.0, f_a_gev=1e9 / 2**0.5), RESONANCE: PHOTON}
EFFICIENCY = 0.45


def detector(profile="simple"):
    return TrackDetector.from_card(load_card("mu3e-phase1", {"detector.profile": profile}))


def events(process, profile="simple", **options):
    options = {"n": 2000, "seed": 1, "settings": {"detector.profile": profile}} | options
    return df.events(process, model=MODELS[process], experiment="mu3e-phase1", **options)


def made(process, model, n=2**18, profile="simple", seed=1):
    """Response and weighted events before it."""
    found = find_process(process)
    response = TrackResponse.of(detector(profile), found, model, seed=seed)
    return response, found.sample(n, model, cut=response.preselection, weighted=True, seed=seed)


@pytest.mark.parametrize("profile", ["simple", "helix"])
def test_what_is_measured_depends_on_the_number_of_the_event_alone(profile):
    response, sample = made(ALP, MODELS[ALP], 2**16, profile)
    whole = response.share(sample.numbers, sample.momenta)
    order = np.random.default_rng(1).permutation(len(sample))[:5000]
    part = response.share(sample.numbers[order], {name: p[order] for name, p in sample.momenta.items()})
    assert np.array_equal(part, whole[order])
    other = dataclasses.replace(response, seed=2).measured(sample.numbers, sample.momenta)
    assert not np.array_equal(other["e1"], response.measured(sample.numbers, sample.momenta)["e1"])


@pytest.mark.parametrize("weighted", [True, False])
def test_threads_and_blocks_change_nothing(monkeypatch, weighted):
    process, response = find_process(CONVERSION), TrackResponse.of(detector(), find_process(CONVERSION), None, seed=5)

    def draw(workers):
        options = {"cut": response.preselection, "select": response.share, "seed": 5, "weighted": weighted}
        return process.sample(2**17 if weighted else 500, None, workers=workers, **options)

    one, three = draw(1), draw(3)
    assert np.array_equal(one.weights, three.weights)
    assert np.array_equal(one.momenta["e2"], three.momenta["e2"])
    if not weighted:
        return
    monkeypatch.setattr(montecarlo, "BLOCK", 16384)
    small = draw(2)
    assert np.array_equal(small.numbers, one.numbers)
    assert small.weights == pytest.approx(one.weights, rel=1e-8)


def test_same_seed_same_record():
    one, again, other = (events(ALP, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(one.recorded.momenta, again.recorded.momenta)
    assert np.array_equal(one.weights, again.weights)
    assert not np.array_equal(one.recorded.momenta, other.recorded.momenta)


def test_resolution_is_gaussian_in_size_and_angles():
    response, sample = made(CONVERSION, None, 2**17)
    tracks = response.measured(sample.numbers, sample.momenta)
    pulls = []
    for name in ("e1", "e2", "e3"):
        true, seen = sample.momenta[name][:, 1:], tracks[name][:, 1:]
        p, q = np.linalg.norm(true, axis=1), np.linalg.norm(seen, axis=1)
        pulls.append((q - p) / oracle.sigma_momentum(p))
        assert stats.kstest(pulls[-1], "norm").pvalue > 1e-3
        # two projected angles of c/p each: the sum of their squares is exponential
        angle = np.arctan2(np.linalg.norm(np.cross(true, seen), axis=1), np.sum(true * seen, axis=1))
        assert stats.kstest((angle * p / 0.3) ** 2 / 2, "expon").pvalue > 1e-3
        assert np.abs(mass_squared(tracks[name]) - M_E**2).max() < 1e-9
    correlation = np.corrcoef(pulls)
    assert np.abs(correlation - np.eye(3)).max() < 5 / len(sample) ** 0.5


@pytest.mark.parametrize("process", TRACK_PROCESSES)
def test_accepted_events_pass_the_selection_of_the_oracle(process):
    record = events(process, keep_rejected=True, n=20000)
    tracks = [record.recorded.momenta[:, i].T for i in range(3)]
    assert np.array_equal(oracle.simple(tracks), record.recorded.accepted)
    assert 0 < record.recorded.accepted.mean() < 0.5


@pytest.mark.parametrize("weighted", [True, False])
def test_weights_follow_the_sum_rule(weighted):
    record = events(ALP, n=30000, keep_rejected=True, weighted=weighted)
    seen = record.recorded
    assert np.array_equal(record.weights, EFFICIENCY * seen.generated * seen.accepted)
    rate = df.rate(ALP, model=MODELS[ALP])
    spread = np.sqrt(np.sum(seen.generated**2))
    assert seen.generated.sum() == pytest.approx(rate.value, abs=5 * spread)
    assert seen.generated_rate == pytest.approx(seen.generated.sum(), rel=1e-12)
    assert record.model["rate_error"] == pytest.approx(np.sqrt(np.sum(record.weights**2)), rel=1e-12)
    dropped = events(ALP, n=30000, weighted=weighted)
    assert dropped.recorded.accepted.all()
    assert np.allclose(dropped.weights, EFFICIENCY * dropped.recorded.generated, rtol=1e-12, atol=0)
    assert dropped.rate == pytest.approx(record.rate, abs=5 * np.sqrt(np.sum(record.weights**2)))
    assert dropped.recorded.generated_rate == pytest.approx(rate.value, rel=0.02)


def test_rate_error_is_that_of_many_seeds():
    """The error of the recorded rate of unweighted events, for which only accepted ones were kept."""
    made = [events(ALP, n=800, seed=seed) for seed in range(20)]
    pulls = [(r.rate - np.mean([m.rate for m in made])) / r.model["rate_error"] for r in made]
    assert 0.6 < np.std(pulls, ddof=1) < 1.5


def test_efficiency_scales_weights_and_pieces():
    one, half = (events(ALP, settings={"detector.efficiency": value, "beam.polarization": 0.7}) for value in (1.0, 0.5))
    assert half.weights == pytest.approx(one.weights / 2, rel=1e-12)
    assert one.polarization == (0.0, 0.0, -0.7)
    values = {name.removeprefix("value of "): v for name, v in one.model.items() if name.startswith("value of ")}
    parts = sum(values[name] * one.pieces[:, i] for i, name in enumerate(one.piece_names))
    assert parts == pytest.approx(one.weights, rel=1e-9)
    assert one.stokes.shape == (len(one), 4)


@pytest.mark.parametrize("process", TRACK_PROCESSES)
def test_true_momenta_are_conserved_and_measured_ones_are_near(process):
    record = events(process, n=500)
    assert record.imbalance() < 1e-9
    for name in record.recorded.names:
        difference = record.recorded.momentum(name) - record.momentum(name)
        assert 0 < np.abs(difference).max() < 5.0


def test_preselection_loses_nothing():
    for profile in ("simple", "pt-only", "helix"):
        least = detector(profile).least_p_T()
        record = events(CONVERSION, profile, n=2**17, weighted=True, keep_rejected=True)
        p = record.momenta[record.recorded.accepted][:, 1:4]
        assert np.hypot(p[..., 1], p[..., 2]).min() > least + 0.5
    sharp = dataclasses.replace(detector(), momentum_resolution=1e-9, momentum_resolution_slope=0, angle_resolution=0)
    assert sharp.least_p_T() == pytest.approx(10.0, rel=1e-6)
    assert dataclasses.replace(detector(), angle_resolution=10.0).least_p_T() == 0.0


@pytest.mark.parametrize(("process", "model"), [(RESONANCE, PHOTON), (ALP, LfvAlp(mass=0.0)), (CONVERSION, None)])
def test_selecting_measured_instead_of_true_momenta_changes_little(process, model):
    response, sample = made(process, model, 2**19)
    w = sample.weights
    measured = response.accepts(sample.numbers, response.measured(sample.numbers, sample.momenta))
    true = response.accepts(sample.numbers, sample.momenta)
    assert (measured != true).any()
    assert abs(w @ measured / (w @ true) - 1) < 0.004


@pytest.mark.parametrize("profile", ["simple", "helix"])
def test_resonance_agrees_with_the_slice(profile):
    made_slice = resonance_slice(20.0, detector(profile))
    value, error = total(made_slice, made_slice.resonance(PHOTON)["epsilon^2"][:, 0])
    record = events(RESONANCE, profile, n=2**19, weighted=True)
    own = np.sqrt(np.sum(record.weights**2))
    unit = EFFICIENCY * PHOTON.epsilon**2
    assert record.rate / unit == pytest.approx(value, abs=4.5 * np.hypot(error, own / unit))
    if profile == "simple":
        assert record.rate / unit == pytest.approx(5.264e-5, rel=0.015)


@pytest.mark.parametrize("profile", ["simple", "helix"])
def test_alp_agrees_with_the_slice(profile):
    made_slice = missing_mass_slice(20.0, detector(profile))
    value, error = total(made_slice, made_slice.alp(1, 1)[:, 0])
    record = events(ALP, profile, n=2**19, weighted=True)
    own, unit = np.sqrt(np.sum(record.weights**2)), EFFICIENCY / 1e18
    assert record.rate / unit == pytest.approx(value, abs=4.5 * np.hypot(error, own / unit))
    if profile == "simple":
        assert record.rate / unit == pytest.approx(1.945e8, rel=0.015)


def test_internal_conversion_agrees_with_the_integral_over_slices():
    record = events(CONVERSION, n=50000)
    value, error = record.rate / EFFICIENCY, record.model["rate_error"] / EFFICIENCY
    assert value == pytest.approx(9.1e-7, rel=0.03)
    node, weight = np.polynomial.legendre.leggauss(8)
    top = 76.0  # [MeV] of missing mass, where three tracks of 10 MeV end
    integral = variance = 0.0
    for q, w in zip((node + 1) / 2 * top, weight / 2 * top, strict=True):
        made_slice = missing_mass_slice(q, detector(), precision=0.02)
        if len(made_slice):
            density, spread = total(made_slice, made_slice.background[:, 0])
            integral, variance = integral + 2 * q * w * density, variance + (2 * q * w * spread) ** 2
    assert value == pytest.approx(integral, abs=4.5 * np.hypot(error, variance**0.5) + 0.002 * integral)


def test_cut_is_on_what_is_measured():
    record = events(CONVERSION, cut="min(m_ee) > 3 and m_miss2 < 900", n=300)
    p = record.recorded.momenta
    pairs = [np.sqrt(mass_squared(p[:, i] + p[:, 2])) for i in (0, 1)]
    assert np.min(pairs) > 3
    rest = np.array([105.6583755, 0, 0, 0]) - p.sum(axis=1)
    assert np.all(mass_squared(rest) < 900)
    assert record.recorded.settings["cut"]


def test_late_decays_count_less():
    """Row 14 of the validation targets: 0.209 of the ALPs of 10 MeV with g_e = 1e-5 decay within 3 mm."""
    model = Pseudoscalar(mass=10.0, g_e=1e-5)
    process = find_process(RESONANCE)
    response = TrackResponse.of(detector(), process, model)
    sample = process.sample(2**18, model, weighted=True)
    assert sample.weights @ response.prompt(sample.momenta) / sample.weights.sum() == pytest.approx(0.209, rel=0.02)
    late, soon = (
        df.events(
            RESONANCE, model=model, n=2**17, weighted=True, experiment="mu3e-phase1",
            settings={"detector.prompt_distance": distance},
        )
        for distance in (3.0, 1e9)
    )  # fmt: skip
    assert 0.05 < late.rate / soon.rate < 0.35
    assert late.recorded.generated.sum() == pytest.approx(soon.recorded.generated.sum(), rel=1e-9)
    assert soon.weights == pytest.approx(EFFICIENCY * soon.recorded.generated, rel=1e-9)


def test_either_charge_with_helices():
    records = [events(CONVERSION, "helix", n=2**18, weighted=True, charge=charge) for charge in (1, -1)]
    plus, minus = (record.rate for record in records)
    assert plus == pytest.approx(minus, abs=5 * np.sqrt(sum(np.sum(r.weights**2) for r in records)))
    assert [p.pdg_id for p in records[1].particles][:4] == [13, 11, 11, -11]


@pytest.mark.parametrize(
    ("process", "options", "words"),
    [
        ("X -> e e", {}, "mu -> e e e nu nu"),
        ("mu -> e a gamma", {}, "mu -> e nu nu X, X -> e e"),
        (CONVERSION, {"experiment": "meg2"}, "detector.profile: missing"),
        (CONVERSION, {"experiment": "mu4e"}, "mu3e"),
        (CONVERSION, {"settings": {"search.angles": "2d"}}, "search.angles"),
        (CONVERSION, {"settings": {"detector.p_T_min": -1}}, "detector.p_T_min = -1"),
        (CONVERSION, {"settings": {"detector.profil": "helix"}}, "detector.profile"),
        (CONVERSION, {"settings": {"beam.polarization": 1.5}}, "beam.polarization = 1.5"),
        (CONVERSION, {"cut": "E_a > 3"}, "E_a"),
        (CONVERSION, {"polarization": 2}, "polarization = 2"),
        (CONVERSION, {"norm": "other"}, "norm"),
        (CONVERSION, {"experiment": None, "keep_rejected": True}, "keep_rejected = True"),
        (ALP, {"settings": {"model.mass": 105}}, "closed"),
        (RESONANCE, {"model": "pseudoscalar", "settings": {"model.mass": 20, "model.g_mu": 1e-3}}, "0 MeV"),
    ],
)
def test_mistakes_are_answered(process, options, words):
    if process == RESONANCE:
        options["settings"] |= {"model.g_e": 0}
    with pytest.raises(DarkfactoryError) as error:
        df.events(process, n=10, **({"experiment": "mu3e-phase1"} | options))
    assert words in str(error.value)


def test_nothing_accepted_is_told():
    with pytest.raises(ClosedChannel, match="no acceptance"):
        df.events(CONVERSION, n=10, weighted=True, experiment="mu3e-phase1", settings={"detector.p_T_min": 36})


@pytest.mark.parametrize(
    ("process", "model", "settings", "number"),
    [
        (RESONANCE, "dark-photon", {}, 55),
        (RESONANCE, "pseudoscalar", {"model.g_e": 1e-3}, 54),
        (RESONANCE, "scalar", {"model.g_e": 1e-3}, 54),
        (RESONANCE, "derivative-alp", {"model.C_e": 1}, 54),
        ("mu -> e nu nu X", "vector", {"model.g_V_e": 1e-3}, 55),
        ("mu -> e nu nu X", "scalar", {"model.g_e": 1e-3}, 54),
        ("X -> e e", "dark-photon", {}, 55),
        ("X -> e e", "scalar", {"model.g_e": 1e-3}, 54),
        ("X -> e e", "lfv-alp", {"model.C_e": 1}, 54),
    ],
)
def test_number_of_x_tells_its_spin(process, model, settings, number):
    record = df.events(process, n=10, weighted=True, model=model, settings={"model.mass": 20} | settings)
    assert [p.pdg_id for p in record.particles if p.name == "X"] == [number]
