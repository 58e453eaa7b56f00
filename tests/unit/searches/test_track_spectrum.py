"""Spectra of three tracks at an experiment: sums, shapes, backgrounds in the same bins, settings, mistakes."""

from __future__ import annotations

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.processes.muon_decay.slices import missing_mass_slice, resonance_slice, total

CONVERSION, ALP, RESONANCE = "mu -> e e e nu nu", "mu -> e e e a", "mu -> e nu nu X, X -> e e"
SCALE = 2.5e15 * 0.45
N = 2**17
SIGNALS = {
    ALP: {"model.mass": 20, "model.F_gev": 1e9},
    RESONANCE: {"model.mass": 20, "model.epsilon": 1e-3},
}


def spectrum(process, observable, **options):
    settings = SIGNALS.get(process, {}) | options.pop("settings", {})
    options = {"bins": 40, "events": N, "seed": 1} | options
    return df.spectrum(process, observable=observable, experiment="mu3e-phase1", settings=settings, **options)


def test_counts_add_up_to_the_recorded_events():
    record = df.events(CONVERSION, n=N, weighted=True, seed=1, experiment="mu3e-phase1")
    for observable, entries in (("m_miss2", 1), ("m_miss", 1), ("m_ee", 2), ("E_e", 3), ("p_T", 3), ("cos_theta", 3)):
        found = spectrum(CONVERSION, observable)
        assert found.values.sum() == pytest.approx(entries * 2.5e15 * record.rate, rel=1e-9), observable
    assert record.rate / 0.45 == pytest.approx(9.1e-7, rel=0.03)


def test_sums_of_measured_momenta_are_what_is_binned():
    record = df.events(CONVERSION, n=N, weighted=True, seed=1, experiment="mu3e-phase1")
    e1, e2, e3 = (record.recorded.momenta[:, i] for i in range(3))
    pairs = [np.sqrt((p + e3)[:, 0] ** 2 - np.sum((p + e3)[:, 1:] ** 2, axis=1)) for p in (e1, e2)]
    edges = np.linspace(0, 90, 31)
    expected = sum(np.histogram(m, edges, weights=record.weights)[0] for m in pairs) * 2.5e15
    assert spectrum(CONVERSION, "m_ee", bins=30, low=0, high=90).values == pytest.approx(
        expected, abs=1e-15 * expected.sum(), rel=1e-9
    )
    missing = np.array([105.6583755, 0, 0, 0]) - (e1 + e2 + e3)
    signed = missing[:, 0] ** 2 - np.sum(missing[:, 1:] ** 2, axis=1)
    edges = np.linspace(-300, 1500, 19)
    expected = np.histogram(signed, edges, weights=record.weights)[0] * 2.5e15
    assert (expected[:3] > 0).any()  # the resolution carries events below zero
    assert spectrum(CONVERSION, "m_miss2", bins=18, low=-300, high=1500).values == pytest.approx(
        expected, abs=1e-15 * expected.sum(), rel=1e-9
    )


def test_background_agrees_with_the_slices():
    detector = TrackDetector.from_card(load_card("mu3e-phase1"))
    found = spectrum(CONVERSION, "m_miss2", bins=1, low=300, high=500, events=2**19)
    density, error = total(*(lambda made: (made, made.background[:, 0]))(missing_mass_slice(20.0, detector)))
    both = np.hypot(found.errors[0], SCALE * 200 * error)
    assert found.values[0] == pytest.approx(SCALE * 200 * density, abs=4 * both)
    found = spectrum(CONVERSION, "m_ee", bins=1, low=38, high=42, events=2**19)
    density, error = total(*(lambda made: (made, made.background[:, 0]))(resonance_slice(40.0, detector)))
    both = np.hypot(found.errors[0], SCALE * 4 * error)
    # the density is convex: 2% over 4 MeV
    assert found.values[0] == pytest.approx(SCALE * 4 * density, abs=4 * both + 0.02 * found.values[0])


@pytest.mark.parametrize(
    ("process", "observable", "low", "high", "centre", "sigma"),
    [(ALP, "m_miss2", -100, 900, 400.0, 72.0), (RESONANCE, "m_ee", 18.0, 22.0, 20.0, 0.39)],
)
def test_narrow_signal_with_its_backgrounds(process, observable, low, high, centre, sigma):
    found = spectrum(process, observable, low=low, high=high)
    middle = (found.edges[1:] + found.edges[:-1]) / 2
    peak = np.abs(middle - centre) < 1.5 * sigma
    assert np.all(found.errors[peak] < 0.05 * found.values[peak])
    assert found.values[peak].min() > 2 * found.values[[0, -1]].max()
    mean = np.average(middle[peak], weights=found.values[peak])
    assert mean == pytest.approx(centre, abs=0.1 * sigma)
    background = spectrum(CONVERSION, observable, low=low, high=high)
    assert np.array_equal(found.components["internal_conversion"], background.values)
    assert np.array_equal(found.component_errors["internal_conversion"], background.errors)
    row = found.rows[3]
    assert {"low", "high", "value", "error", "internal_conversion", "internal_conversion_error"} <= set(row)
    assert ("accidentals" in row) == (observable == "m_ee")


def test_both_combinations_of_a_resonance():
    found = spectrum(RESONANCE, "m_ee", bins=90, low=0, high=90)
    within = np.abs(found.edges[:-1] + 0.5 - 20) < 2.1
    right, wrong = found.values[within].sum(), found.values[~within].sum()
    assert right + wrong == pytest.approx(2 * SCALE * 5.264e-11, rel=0.03)
    assert right > SCALE * 5.264e-11 * 0.99
    assert wrong > 0.8 * SCALE * 5.264e-11


def test_accidentals_are_flat_from_5_to_90_mev():
    found = spectrum(CONVERSION, "m_ee", bins=100, low=0, high=100, events=1000)
    accidental = found.components["accidentals"]
    assert np.all(accidental[:5] == 0)
    assert np.all(accidental[90:] == 0)
    assert accidental[5:90] == pytest.approx(SCALE * 4.3e-12, rel=0.02)
    settings = {"search.accidentals.rate": 2e9, "search.accidentals.time_window": 2e-10, "detector.target_path_um": 100}
    louder = spectrum(CONVERSION, "m_ee", bins=100, low=0, high=100, events=1000, settings=settings)
    assert louder.components["accidentals"] == pytest.approx(accidental * 4 * 100 / 237, rel=1e-9)
    none = spectrum(CONVERSION, "m_ee", events=1000, settings={"search.accidentals.rate": 0})
    assert not none.components["accidentals"].any()
    assert spectrum(CONVERSION, "m_miss2", events=1000).components == {}


def test_settings_change_what_they_name():
    base = spectrum(CONVERSION, "cos_theta", settings={"beam.polarization": 0})
    more = spectrum(CONVERSION, "cos_theta", settings={"beam.polarization": 0, "beam.exposure_muons": 5.5e16})
    assert more.values == pytest.approx(base.values * 22, rel=1e-12)
    less = spectrum(CONVERSION, "cos_theta", settings={"beam.polarization": 0, "detector.efficiency": 0.9})
    assert less.values == pytest.approx(base.values * 2, rel=1e-12)
    assert not base.values[np.abs(base.edges[1:]) < 1][-3:].any()  # nothing beyond cos = 0.8 but what is smeared there
    turned = spectrum(CONVERSION, "cos_theta", settings={"beam.polarization": 1})
    half = len(base.values) // 2
    sums = [s.values[half:].sum() / s.values.sum() - 0.5 for s in (base, turned)]
    assert abs(sums[0]) < 0.02 < abs(sums[1])
    helix = spectrum(CONVERSION, "cos_theta", settings={"detector.profile": "helix"})
    assert helix.values.sum() / base.values.sum() == pytest.approx(0.218, rel=0.05)
    sharp = spectrum(ALP, "m_miss2", low=-100, high=900, settings={"detector.momentum_resolution_slope": 0.0})
    assert sharp.values.max() > 1.05 * spectrum(ALP, "m_miss2", low=-100, high=900).values.max()


def test_cut_and_seed():
    whole = spectrum(CONVERSION, "m_miss2")
    cut = spectrum(CONVERSION, "m_miss2", cut="min(m_ee) > 5")
    assert 0 < cut.values.sum() < 0.6 * whole.values.sum()
    assert np.all(cut.values <= whole.values)
    other = spectrum(CONVERSION, "m_miss2", seed=2)
    assert not np.array_equal(other.values, whole.values)
    pull = (other.values.sum() - whole.values.sum()) / np.hypot(*(np.sqrt(np.sum(s.errors**2)) for s in (other, whole)))
    assert abs(pull) < 5
    assert np.array_equal(spectrum(CONVERSION, "m_miss2").values, whole.values)


def test_errors_are_those_of_many_seeds():
    made = [spectrum(CONVERSION, "m_ee", bins=6, low=2, high=50, events=2**16, seed=seed) for seed in range(24)]
    spread = np.std([s.values for s in made], axis=0, ddof=1)
    ratio = spread / np.mean([s.errors for s in made], axis=0)
    assert np.all((ratio > 0.55) & (ratio < 1.6))


def test_closed_signal_is_zero_over_its_background():
    found = spectrum(ALP, "m_miss2", settings={"model.mass": 105})
    assert not found.values.any()
    assert not found.errors.any()
    assert found.components["internal_conversion"].sum() > 0


@pytest.mark.parametrize(
    ("process", "observable", "options", "words"),
    [
        (CONVERSION, "m_eee", {}, "m_ee"),
        (ALP, "E_a", {}, "'E_a' does not exist"),
        (CONVERSION, "m_ee", {"settings": {"search.angles": "1d"}}, "search.angles"),
        (CONVERSION, "m_ee", {"settings": {"search.accidentals.rate": -1}}, "search.accidentals.rate = -1"),
        (CONVERSION, "m_ee", {"settings": {"detector.efficiency": 0}}, "detector.efficiency = 0"),
        (CONVERSION, "m_ee", {"settings": {"model.mass": 3}}, "needs a model"),
        (CONVERSION, "m_ee", {"low": 30, "high": 20}, "low = 30"),
        (CONVERSION, "m_ee", {"low": float("nan")}, "low = nan"),
        (CONVERSION, "m_ee", {"bins": 0}, "bins = 0"),
        (CONVERSION, "m_ee", {"events": 0}, "events = 0"),
        (CONVERSION, "m_ee", {"seed": -1}, "seed = -1"),
        (CONVERSION, "m_ee", {"norm": "lo"}, "norm"),
        (CONVERSION, "m_ee", {"charge": 2}, "charge = 2"),
        (CONVERSION, "m_ee", {"polarization": 1.1}, "polarization = 1.1"),
        (RESONANCE, "m_ee", {"settings": {"model.mass": -1}}, "model.mass = -1"),
        (RESONANCE, "m_ee", {"settings": {"model.epsilon": 0}}, "0 MeV"),
    ],
)
def test_mistakes_are_answered(process, observable, options, words):
    with pytest.raises(DarkfactoryError) as error:
        spectrum(process, observable, **options)
    assert words in str(error.value)
